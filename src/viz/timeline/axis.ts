/**
 * The one time axis that event marks, wait strips, scrubber and graph share. It is linear, but silences that would leave no room for
 * what happens (60 s of TIME-WAIT after 200 ms of talk) are folded to a stretch whose length only grows with their logarithm, and which
 * is marked as a break.
 */
import { bisectRight, tickStep } from 'd3'
import { formatDuration } from '../../base'
import { insertGap } from './gaps'
import type { Gap, GapFold } from './gaps'

export interface AxisBreak {
  readonly from: number
  readonly to: number
  readonly x0: number
  readonly x1: number
  /** `59.8 s`. */
  readonly label: string
}

export interface AxisTick {
  readonly at: number
  readonly x: number
  readonly label: string
}

export interface TimeAxis {
  /** Left and right ends, px. */
  readonly x0: number
  readonly x1: number
  /** Time at the right end, µs. */
  readonly endAt: number
  /** Corners of the piecewise-linear map, ascending: times in µs and places in px. */
  readonly times: readonly number[]
  readonly places: readonly number[]
  readonly breaks: readonly AxisBreak[]
  readonly ticks: readonly AxisTick[]
  /** Time that a pixel stands for outside folds, µs. */
  readonly microsPerPixel: number
}

/** A silence is folded when it is this many times as long as all that is left beside it and the longer ones. */
const FOLD_RATIO = 3
/** What a folded silence takes, as a share of what is not folded. */
const FOLD_SHARE = 0.12
/** All folds together take at most this many times what is not folded. */
const MOST_FOLDED = 1.2
const SHORTEST_AXIS = 1_000
const STEPS = [1, 1.2, 1.6, 2, 2.5, 3, 4, 5, 6, 8, 10]

/**
 * The axis for a run that reached `end` µs, drawn from `x0` to `x1` px. The right end is rounded up, so that the axis stands still
 * for a while as time goes on.
 */
export function timeAxis(fold: GapFold, end: number, x0: number, x1: number): TimeAxis {
  const folded = foldedGaps(fold, end)
  const foldedTime = folded.reduce((sum, gap) => sum + gap.to - gap.from, 0)
  const rest = Math.max(SHORTEST_AXIS, end - foldedTime)
  const lengths = foldLengths(folded, rest)
  const times = [0]
  const lengthsAt = [0]
  let length = 0
  let from = 0
  folded.forEach((gap, i) => {
    length += gap.from - from
    times.push(gap.from, gap.to)
    lengthsAt.push(length, length + lengths[i])
    length += lengths[i]
    from = gap.to
  })
  length += end - from
  const whole = roundUp(Math.max(SHORTEST_AXIS, length * 1.02))
  times.push(end + whole - length)
  lengthsAt.push(whole)
  const places = lengthsAt.map((l) => x0 + ((x1 - x0) * l) / whole)
  const axis = {
    x0,
    x1,
    endAt: end + whole - length,
    times,
    places,
    breaks: breaksOf(folded, times, places),
    ticks: [],
    microsPerPixel: whole / Math.max(1, x1 - x0),
  }
  return { ...axis, ticks: ticksOf(axis, whole) }
}

/** A stretch of a run, µs. */
export interface TimeSpan {
  readonly from: number
  readonly to: number
}

/** The same axis drawn larger, so that `span` fills it. What lies outside lies beyond its ends. */
export function zoomAxis(axis: TimeAxis, span: TimeSpan): TimeAxis {
  const { x0, x1 } = axis
  const left = placeOf(axis, span.from)
  const factor = (x1 - x0) / Math.max(1e-6, placeOf(axis, span.to) - left)
  const place = (x: number): number => x0 + (x - left) * factor
  const zoomed = {
    ...axis,
    endAt: span.to,
    places: axis.places.map(place),
    breaks: axis.breaks.map((fold) => ({ ...fold, x0: place(fold.x0), x1: place(fold.x1) })),
    microsPerPixel: axis.microsPerPixel / factor,
  }
  const ticks = ticksOf(zoomed, zoomed.microsPerPixel * (x1 - x0))
  return { ...zoomed, ticks: ticks.filter(({ x }) => x >= x0 && x <= x1) }
}

/** The place of a time, px; beyond the ends it goes on linearly. */
export function placeOf(axis: TimeAxis, at: number): number {
  return along(axis.times, axis.places, at)
}

/** The time at a place, µs, within the axis. */
export function timeAt(axis: Pick<TimeAxis, 'x0' | 'x1' | 'times' | 'places'>, x: number): number {
  const held = Math.min(axis.x1, Math.max(axis.x0, x))
  return Math.max(0, along(axis.places, axis.times, held))
}

function along(from: readonly number[], to: readonly number[], value: number): number {
  const low = Math.max(0, Math.min(bisectRight(from, value) - 1, from.length - 2))
  const span = from[low + 1] - from[low]
  return span === 0 ? to[low] : to[low] + ((value - from[low]) * (to[low + 1] - to[low])) / span
}

/** The silences to fold, in order of time. */
function foldedGaps(fold: GapFold, end: number): Gap[] {
  const gaps = fold.longest.filter((gap) => gap.to <= end)
  if (end > fold.quietSince) insertGap(gaps, { from: fold.quietSince, to: end })
  let rest = end
  let count = 0
  gaps.forEach((gap, i) => {
    const size = gap.to - gap.from
    rest -= size
    if (size > FOLD_RATIO * Math.max(rest, SHORTEST_AXIS)) count = i + 1
  })
  return gaps.slice(0, count).toSorted((a, b) => a.from - b.from)
}

function foldLengths(folded: readonly Gap[], rest: number): number[] {
  const shortest = Math.min(...folded.map((gap) => gap.to - gap.from))
  const wanted = folded.map((gap) => rest * FOLD_SHARE * (1 + Math.log2((gap.to - gap.from) / shortest) / 2))
  const sum = wanted.reduce((total, length) => total + length, 0)
  const squeeze = Math.min(1, (rest * MOST_FOLDED) / Math.max(sum, 1))
  return wanted.map((length) => length * squeeze)
}

function breaksOf(folded: readonly Gap[], times: readonly number[], places: readonly number[]): AxisBreak[] {
  return folded.map((gap, i) => ({
    from: times[1 + 2 * i],
    to: times[2 + 2 * i],
    x0: places[1 + 2 * i],
    x1: places[2 + 2 * i],
    label: formatDuration(Math.round(gap.to - gap.from)),
  }))
}

/** Room that a tick's label wants, px. */
const TICK_ROOM = 58

function ticksOf(axis: Omit<TimeAxis, 'ticks'>, whole: number): AxisTick[] {
  const width = axis.x1 - axis.x0
  const step = tickStep(0, whole, Math.max(1, width / (1.4 * TICK_ROOM)))
  const ticks: AxisTick[] = []
  const first = timeAt(axis, axis.x0)
  const end = timeAt(axis, axis.x1)
  for (let piece = 0; piece + 1 < axis.times.length; piece += 2) {
    const from = Math.max(first, axis.times[piece])
    const to = Math.min(end, axis.times[piece + 1])
    for (let at = Math.ceil(from / step) * step; at <= to + 1; at += step) {
      const x = along(axis.times, axis.places, at)
      const last = ticks[ticks.length - 1]
      const room = piece === 0 ? 30 : TICK_ROOM
      if (last !== undefined && x - last.x < room) continue
      ticks.push({ at, x, label: tickLabel(at, step) })
    }
  }
  return ticks
}

/** Times are written in the unit of the step: `0`, `20 ms`, `1.5 s`, `2 h 11 min`. */
function tickLabel(at: number, step: number): string {
  if (at === 0) return '0'
  if (at >= 60_000_000 && step >= 100_000) return formatDuration(Math.round(at / 100_000) * 100_000)
  if (at >= 10_000_000 && step < 100_000) return `${Number((at / 1_000_000).toFixed(6))} s`
  if (step >= 100_000 || at >= 10_000_000) return `${trimmed(at / 1_000_000)} s`
  return step >= 100 ? `${trimmed(at / 1_000)} ms` : `${trimmed(at)} µs`
}

function trimmed(value: number): string {
  return String(Number(value.toFixed(3)))
}

function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return power * (STEPS.find((step) => step * power >= value) ?? 10)
}
