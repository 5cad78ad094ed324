import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  createPrng,
  deepCopy,
  formatDuration,
  InvariantError,
  nextU32,
  nextUnit,
  parseDuration,
  seq32,
  seqAdd,
  seqDiff,
  seqInWindow,
  seqLt,
  utf8Bytes,
} from '.'

test('sequence numbers compare across the wrap at 2^32', () => {
  expect(seqLt(seq32(0xffff_fff0), seq32(0x10))).toBe(true)
  expect(seqDiff(seq32(0x10), seq32(0xffff_fff0))).toBe(0x20)
  expect(seqAdd(seq32(0xffff_ffff), 2)).toBe(1)
})

test('a number is ahead of another by exactly what was added, anywhere on the circle', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 2 ** 31 - 1 }), (start, n) => {
      const a = seq32(start)
      const b = seqAdd(a, n)
      expect(seqDiff(b, a)).toBe(n)
      expect(seqLt(a, b)).toBe(true)
      expect(seqLt(b, a)).toBe(false)
      expect(seqInWindow(b, a, n)).toBe(false)
      expect(seqInWindow(b, a, n + 1)).toBe(true)
    }),
  )
})

test('two streams of one seed are independent, and each repeats exactly', () => {
  const draw = (seed: number, purpose: string): number[] => {
    const prng = createPrng(seed, purpose)
    return Array.from({ length: 8 }, () => nextU32(prng))
  }
  expect(draw(7, 'loss')).toEqual(draw(7, 'loss'))
  expect(draw(7, 'loss')).not.toEqual(draw(7, 'jitter'))
  expect(draw(7, 'loss')).not.toEqual(draw(8, 'loss'))
  expect(draw(2 ** 40, 'loss')).not.toEqual(draw(0, 'loss'))
})

test('uniform draws fill [0, 1) evenly', () => {
  const prng = createPrng(1, 'uniform')
  const buckets = Array.from({ length: 10 }, () => 0)
  for (let i = 0; i < 100_000; i++) buckets[Math.floor(nextUnit(prng) * 10)]++
  for (const count of buckets) expect(Math.abs(count - 10_000)).toBeLessThan(500)
})

test('a copy of state shares nothing but bytes, which are never written twice', () => {
  const bytes = Uint8Array.of(1, 2)
  const state = {
    list: [{ n: 1 }],
    map: new Map([['k', { n: 2 }]]),
    set: new Set([1]),
    heap: Float64Array.of(1),
    bytes,
  }
  const copy = deepCopy(state)
  expect(copy).toEqual(state)
  copy.list[0].n = 9
  copy.map.get('k')!.n = 9
  copy.heap[0] = 9
  copy.set.add(9)
  expect(state).toEqual({
    list: [{ n: 1 }],
    map: new Map([['k', { n: 2 }]]),
    set: new Set([1]),
    heap: Float64Array.of(1),
    bytes,
  })
  expect(copy.bytes).toBe(bytes)
})

test('a closure or an object with behaviour cannot hide in state', () => {
  expect(() => deepCopy({ callback: () => 1 })).toThrow(InvariantError)
  expect(() => deepCopy({ when: new Date(0) })).toThrow(InvariantError)
})

test('durations are read and written with their units', () => {
  expect(parseDuration('5s')).toBe(5_000_000)
  expect(parseDuration('1.5ms')).toBe(1_500)
  expect(parseDuration('2 h')).toBe(7_200_000_000)
  expect(parseDuration('250')).toBe(250)
  expect(parseDuration('-1s')).toBeUndefined()
  expect(parseDuration('5 parsecs')).toBeUndefined()
  expect(formatDuration(176_400)).toBe('176.4 ms')
  expect(formatDuration(412)).toBe('412 µs')
  expect(formatDuration(7_875_000_000)).toBe('2 h 11 min 15 s')
  expect(formatDuration(1_250_000)).toBe('1.25 s')
})

test('text becomes the same UTF-8 as the platform makes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(utf8Bytes(text)).toEqual(new Uint8Array(new TextEncoder().encode(text)))
    }),
  )
})
