/** Rates from running totals: how many bits a second passed in each column of a picture. */
import type { Total } from './rtt'
import { lastAt } from './steps'
import type { TimeMap } from './steps'

/** A stretch of a picture and the rate in it. */
export interface RateColumn {
  readonly x0: number
  readonly x1: number
  readonly bitsPerSecond: number
}

/** Bytes of a total up to and with time `at`, µs. */
export function bytesBy({ at, bytes }: Total, when: number): number {
  const i = lastAt(at, at.length, when)
  return i < 0 ? 0 : bytes[i]
}

/** Columns `width` px wide from `x0` to `x1`, none beyond time `end`: the last one is cut there. */
export function rateColumns(
  total: Total,
  { x0, x1, width, end }: { readonly x0: number; readonly x1: number; readonly width: number; readonly end: number },
  time: TimeMap,
): readonly RateColumn[] {
  const columns: RateColumn[] = []
  for (let x = x0; x < x1; x += width) {
    const from = time.at(x)
    if (from >= end) break
    const right = Math.min(x + width, x1)
    const to = Math.min(time.at(right), end)
    if (to <= from) continue
    // What happened at the very beginning belongs to the first column.
    const bytes = bytesBy(total, to) - (from === 0 ? 0 : bytesBy(total, from))
    columns.push({ x0: x, x1: to < end ? right : time.x(to), bitsPerSecond: (bytes * 8 * 1_000_000) / (to - from) })
  }
  return columns
}
