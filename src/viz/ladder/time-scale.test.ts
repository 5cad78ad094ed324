/** Time to pixels: to scale while something happens, compressed while nothing does, and never a jump. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NEVER } from '../../base'
import type { Gaps } from '../packet-index'
import { axisText, axisTicks, roundStep } from './ticks'
import { createTimeScale, scaleGaps } from './time-scale'

const MS = 1_000
/** 5 pixels a millisecond. */
const ZOOM = 0.005

function gapsOf(...pairs: readonly (readonly [number, number])[]): Gaps {
  return {
    leastMicros: 5 * MS,
    count: pairs.length,
    start: Float64Array.from(pairs, ([start]) => start),
    end: Float64Array.from(pairs, ([, end]) => end),
  }
}

const scaleOf = (gaps: Gaps, now: number, quietSince = NEVER) =>
  createTimeScale(scaleGaps(null, gaps, ZOOM), now, quietSince)

const someGaps = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 400 * MS }), fc.integer({ min: 5 * MS, max: 9_000_000 * MS })), {
    maxLength: 8,
  })
  .map((steps) => {
    let at = 0
    return gapsOf(
      ...steps.map(([busy, idle]) => {
        const start = at + busy
        at = start + idle
        return [start, at] as const
      }),
    )
  })

test('a minute of nothing costs less height than 40 ms of traffic', () => {
  const scale = scaleOf(gapsOf([100 * MS, 60_100 * MS]), 60_200 * MS)
  expect(scale.pixels(100 * MS)).toBe(500)
  expect(scale.pixels(60_100 * MS) - scale.pixels(100 * MS)).toBeLessThan(200)
  expect(scale.pixels(60_200 * MS) - scale.pixels(60_100 * MS)).toBeCloseTo(500, 6)
  expect(scale.breaks(0, 2_000)).toEqual([expect.objectContaining({ start: 100 * MS, end: 60_100 * MS })])
})

test('a short silence is drawn to scale', () => {
  const scale = scaleOf(gapsOf([100 * MS, 110 * MS]), 200 * MS)
  expect(scale.pixels(200 * MS)).toBeCloseTo(1_000, 6)
  expect(scale.breaks(0, 2_000)).toEqual([])
})

test('while nothing happens the present slides on without a jump', () => {
  let before = scaleOf(gapsOf(), 100 * MS, 100 * MS).pixels(100 * MS)
  for (let now = 100 * MS; now < 400 * MS; now += 500) {
    const here = scaleOf(gapsOf(), now, 100 * MS).pixels(now)
    expect(here - before).toBeGreaterThanOrEqual(0)
    expect(here - before).toBeLessThan(3)
    before = here
  }
})

test('a silence ends where it stood while it lasted', () => {
  const open = scaleOf(gapsOf(), 700 * MS, 100 * MS).pixels(700 * MS)
  const closed = scaleOf(gapsOf([100 * MS, 700 * MS]), 700 * MS).pixels(700 * MS)
  expect(closed).toBeCloseTo(open, 6)
})

test('later is lower, and every place leads back to its time', () => {
  fc.assert(
    fc.property(someGaps, fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2 }), (gaps, places) => {
      const now = (gaps.count === 0 ? 0 : gaps.end[gaps.count - 1]) + 50 * MS
      const scale = scaleOf(gaps, now)
      const times = places.map((place) => Math.round(place * now * 1.01)).toSorted((a, b) => a - b)
      for (let i = 1; i < times.length; i++) {
        expect(scale.pixels(times[i])).toBeGreaterThanOrEqual(scale.pixels(times[i - 1]))
      }
      for (const at of times) {
        const back = scale.time(scale.pixels(at))
        // A pixel of a compressed gap may stand for hours: what counts is that the same pixel comes out.
        expect(scale.pixels(back)).toBeCloseTo(scale.pixels(at), 3)
      }
    }),
  )
})

test('in the past a gap ends at the clock, whatever followed later', () => {
  const gaps = gapsOf([100 * MS, 60_100 * MS])
  const scale = scaleOf(gaps, 5_000 * MS)
  expect(scale.pixels(5_000 * MS)).toBeCloseTo(scaleOf(gapsOf(), 5_000 * MS, 100 * MS).pixels(5_000 * MS), 6)
})

test('ticks are round, far enough apart to read, and none stands in a break', () => {
  const scale = scaleOf(gapsOf([100 * MS, 60_100 * MS]), 60_200 * MS)
  const { ticks, unit } = axisTicks(scale, 0, scale.pixels(60_200 * MS))
  expect(unit).toBe('s')
  const [pause] = scale.breaks(0, 5_000)
  for (const { pixels } of ticks) expect(pixels > pause.from + 1 && pixels < pause.to - 1).toBe(false)
  const early = ticks.filter(({ at }) => at <= 100 * MS)
  for (let i = 1; i < early.length; i++) expect(early[i].pixels - early[i - 1].pixels).toBeGreaterThanOrEqual(49)
})

test('steps are 1, 2 or 5 times a power of ten, and texts have just the decimals they need', () => {
  expect([1, 3, 7, 12, 450].map(roundStep)).toEqual([1, 5, 10, 20, 500])
  expect(axisText(110 * MS, 'ms', 10 * MS)).toBe('110')
  expect(axisText(60_125_000, 's', 5 * MS)).toBe('60.125')
  expect(axisText(1_500, 'ms', 500)).toBe('1.5')
})
