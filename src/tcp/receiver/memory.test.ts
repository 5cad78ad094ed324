/** What received bytes cost, against what `ss -m` showed of Linux 6.18 behind a TUN device. */
import { expect, test } from 'vitest'
import { fitsBehind, truesize } from './memory'

test.each([
  [400, 1_280],
  [600, 1_280],
  [900, 2_304],
  [1_448, 2_304],
  [1_600, 2_304],
  [1_700, 4_352],
  [3_600, 4_352],
  [3_700, 8_448],
  [5_000, 8_448],
  [8_000, 12_544],
  [10_000, 12_544],
  [14_337, 16_640],
  [16_000, 20_736],
  [20_000, 20_736],
  [30_000, 33_024],
  [50_000, 53_504],
  [60_000, 61_696],
  [65_000, 65_792],
])('%i bytes are charged as %i', (payload, charged) => {
  expect(truesize(payload)).toBe(charged)
})

test('a second segment is free where the head of the first has room for it', () => {
  expect(fitsBehind(1_700, 1_700)).toBe(true)
  expect(fitsBehind(3_700, 3_700)).toBe(true)
  expect(fitsBehind(1_000, 1_000)).toBe(false)
  expect(fitsBehind(10_000, 1_023)).toBe(false)
})
