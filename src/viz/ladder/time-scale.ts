/**
 * Time to pixels, downwards. Linear but for idle gaps: beyond some length a gap is drawn compressed, by a logarithm, so that 60
 * seconds of nothing cost a hand's breadth and not a kilometre. The gap in which the clock stands grows with it, and
 * growing it slides without a jump, because the compression is continuous.
 */
import type { Micros } from '../../base'
import { upperBound } from '../packet-index'
import type { Gaps } from '../packet-index'

/** Pixels of a gap that are drawn to scale; what is longer is compressed. */
const PLAIN_PIXELS = 56
/** Pixels that each factor of e beyond that costs. */
const PIXELS_PER_E = 7
/** A gap compressed at least this much is drawn as a break, with its length in words. */
const BREAK_FACTOR = 1.6

export interface TimeScale {
  readonly pixelsPerMicro: number
  /** Pixels from time 0. */
  pixels(at: Micros): number
  time(pixels: number): Micros
  /** Compressed gaps that touch a range of pixels. */
  breaks(from: number, to: number): readonly Break[]
}

export interface Break {
  readonly start: Micros
  readonly end: Micros
  readonly from: number
  readonly to: number
}

/** Gaps shorter than `plain` are to scale. It is never less than the shortest gap that is kept at this zoom. */
function compressed(length: number, plain: number): number {
  return length <= plain ? length : plain + PIXELS_PER_E * Math.log(length / plain)
}

function plainPixels(gaps: Gaps, pixelsPerMicro: number): number {
  return Math.max(PLAIN_PIXELS, gaps.leastMicros * pixelsPerMicro)
}

/** Gaps of one scale with the pixels at which each begins and ends. Kept as long as zoom and gaps stay the same. */
export interface ScaledGaps {
  readonly gaps: Gaps
  readonly pixelsPerMicro: number
  count: number
  from: Float64Array
  to: Float64Array
}

/** Brings the pixels of gaps up to date; starts anew for another zoom. */
export function scaleGaps(kept: ScaledGaps | null, gaps: Gaps, pixelsPerMicro: number): ScaledGaps {
  const scaled =
    kept !== null && kept.gaps === gaps && kept.pixelsPerMicro === pixelsPerMicro && kept.count <= gaps.count
      ? kept
      : { gaps, pixelsPerMicro, count: 0, from: new Float64Array(16), to: new Float64Array(16) }
  if (scaled.from.length < gaps.count) {
    scaled.from = wider(scaled.from, gaps.count * 2)
    scaled.to = wider(scaled.to, gaps.count * 2)
  }
  const plain = plainPixels(gaps, pixelsPerMicro)
  for (let g = scaled.count; g < gaps.count; g++) {
    const before = g === 0 ? gaps.start[0] : gaps.start[g] - gaps.end[g - 1]
    scaled.from[g] = (g === 0 ? 0 : scaled.to[g - 1]) + before * pixelsPerMicro
    scaled.to[g] = scaled.from[g] + compressed((gaps.end[g] - gaps.start[g]) * pixelsPerMicro, plain)
  }
  scaled.count = gaps.count
  return scaled
}

function wider(column: Float64Array, size: number): Float64Array {
  const next = new Float64Array(size)
  next.set(column)
  return next
}

/**
 * The scale as of `now`. `quietSince` is when anything last happened if nothing is under way, else NEVER: the gap that is still open.
 */
export function createTimeScale(scaled: ScaledGaps, now: Micros, quietSince: Micros): TimeScale {
  const { gaps, pixelsPerMicro, from, to } = scaled
  // Only gaps that ended by now count; the one in which the clock stands ends at the clock.
  const past = upperBound(gaps.end, gaps.count, now)
  const openStart = past < gaps.count && gaps.start[past] < now ? gaps.start[past] : Math.min(quietSince, now)
  const lastEnd = past === 0 ? 0 : gaps.end[past - 1]
  const openFrom = (past === 0 ? 0 : to[past - 1]) + (openStart - lastEnd) * pixelsPerMicro
  const openTo = openFrom + compressed((now - openStart) * pixelsPerMicro, plainPixels(gaps, pixelsPerMicro))

  const pixels = (at: Micros): number => {
    if (at >= now) return openTo + (at - now) * pixelsPerMicro
    if (at >= openStart) return within(at, openStart, now, openFrom, openTo)
    const g = upperBound(gaps.start, past, at) - 1
    if (g < 0) return at * pixelsPerMicro
    if (at < gaps.end[g]) return within(at, gaps.start[g], gaps.end[g], from[g], to[g])
    return to[g] + (at - gaps.end[g]) * pixelsPerMicro
  }
  const time = (px: number): Micros => {
    if (px >= openTo) return now + (px - openTo) / pixelsPerMicro
    if (px >= openFrom) return within(px, openFrom, openTo, openStart, now)
    const g = upperBound(from, past, px) - 1
    if (g < 0) return px / pixelsPerMicro
    if (px < to[g]) return within(px, from[g], to[g], gaps.start[g], gaps.end[g])
    return gaps.end[g] + (px - to[g]) / pixelsPerMicro
  }
  const breaks = (low: number, high: number): readonly Break[] => {
    const found: Break[] = []
    const add = (start: Micros, end: Micros, top: number, bottom: number): void => {
      if (bottom < low || top > high || bottom <= top) return
      if ((end - start) * pixelsPerMicro > (bottom - top) * BREAK_FACTOR)
        found.push({ start, end, from: top, to: bottom })
    }
    for (let g = Math.max(0, upperBound(to, past, low)); g < past && from[g] <= high; g++) {
      add(gaps.start[g], gaps.end[g], from[g], to[g])
    }
    add(openStart, now, openFrom, openTo)
    return found
  }
  return { pixelsPerMicro, pixels, time, breaks }
}

function within(value: number, from: number, to: number, first: number, last: number): number {
  return to === from ? first : first + ((value - from) / (to - from)) * (last - first)
}
