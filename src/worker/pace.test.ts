import { expect, test } from 'vitest'
import { createPace, paceTarget, restartPace, setSpeed } from './pace'

test('at one hundredth of real time a second of waiting is ten milliseconds of virtual time', () => {
  const pace = createPace(1_000)
  setSpeed(pace, 1 / 100)
  restartPace(pace, 1_000, 5_000)
  expect(paceTarget(pace, 2_000, 15_500, false).at).toBe(15_000)
})

test('idle time is jumped over up to just before the next event, and the jump is told', () => {
  const pace = createPace(0)
  setSpeed(pace, 1)
  const jump = paceTarget(pace, 16, 60_000_000, false)
  expect(jump.at).toBe(60_000_000 - 250_000)
  expect(jump.skippedMicros).toBe(60_000_000 - 250_000 - 16_000)
  expect(paceTarget(pace, 16 + 250, 60_000_000, false)).toEqual({ at: 60_000_000, skippedMicros: 0 })
})

test('speed stays between one ten-thousandth and a hundred', () => {
  const pace = createPace(0)
  setSpeed(pace, 1e9)
  expect(pace.speed).toBe(100)
  setSpeed(pace, 0)
  expect(pace.speed).toBe(1 / 10_000)
  setSpeed(pace, Number.NaN)
  expect(pace.speed).toBe(1 / 10_000)
})

test('no time is jumped over while a packet is on its way', () => {
  const pace = createPace(0)
  setSpeed(pace, 1 / 10_000)
  expect(paceTarget(pace, 1_000, 20_000, true)).toEqual({ at: 100, skippedMicros: 0 })
})
