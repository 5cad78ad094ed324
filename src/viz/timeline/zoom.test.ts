import { describe, expect, it } from 'vitest'
import { createGapFold } from './gaps'
import { placeOf, timeAt, timeAxis, zoomAxis } from './axis'

describe('a stretch of the run, drawn larger', () => {
  const whole = timeAxis({ ...createGapFold(), quietSince: Number.POSITIVE_INFINITY }, 10_000_000, 100, 900)
  const zoomed = zoomAxis(whole, { from: 2_000_000, to: 2_400_000 })

  it('fills the picture from end to end', () => {
    expect(placeOf(zoomed, 2_000_000)).toBeCloseTo(100)
    expect(placeOf(zoomed, 2_400_000)).toBeCloseTo(900)
    expect(timeAt(zoomed, 500)).toBeCloseTo(2_200_000)
  })

  it('has ticks of its own, in view and finer than those of the whole', () => {
    expect(zoomed.ticks.length).toBeGreaterThan(3)
    for (const tick of zoomed.ticks) expect(tick.at).toBeGreaterThanOrEqual(1_999_999)
    expect(zoomed.ticks[1].at - zoomed.ticks[0].at).toBeLessThan(200_000)
    expect(new Set(zoomed.ticks.map(({ label }) => label)).size).toBe(zoomed.ticks.length)
  })

  it('tells its ticks apart even a microsecond wide, hours into the run', () => {
    const hours = timeAxis({ ...createGapFold(), quietSince: Number.POSITIVE_INFINITY }, 7_200_000_000, 100, 900)
    const { ticks } = zoomAxis(hours, { from: 7_000_000_000, to: 7_000_000_400 })
    expect(ticks.length).toBeGreaterThan(2)
    expect(new Set(ticks.map(({ label }) => label)).size).toBe(ticks.length)
  })

  it('keeps a folded silence where it belongs', () => {
    const folded = timeAxis(
      { seen: 1, quietSince: Number.POSITIVE_INFINITY, longest: [{ from: 200_000, to: 60_000_000 }] },
      60_200_000,
      100,
      900,
    )
    const near = zoomAxis(folded, { from: 100_000, to: 60_100_000 })
    expect(near.breaks).toHaveLength(1)
    expect(near.breaks[0].x0).toBeCloseTo(placeOf(near, 200_000))
    expect(near.breaks[0].x1).toBeCloseTo(placeOf(near, 60_000_000))
  })
})
