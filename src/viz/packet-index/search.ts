/** Finding packets by time without looking at all of them. */
import { bisectRight } from 'd3'
import type { Micros } from '../../base'
import type { PacketIndex } from './fold'

/**
 * Packets whose line touches the time from `from` to `to`, in sending order, at most `limit` of them (the newest). Looks at blocks
 * of 128 rows, so that a window into a million packets costs some thousand comparisons.
 */
export function packetsBetween(index: PacketIndex, from: Micros, to: Micros, limit = 4_000): number[] {
  const { rows, blockEnd } = index
  const found: number[] = []
  const last = upperBound(rows.sentAt, rows.count, to) - 1
  if (last < 0) return found
  for (let block = last >> 7; block >= 0 && found.length < limit; block--) {
    if (blockEnd[block] < from) continue
    const top = Math.min(last, ((block + 1) << 7) - 1)
    for (let p = top; p >= block << 7 && found.length < limit; p--) if (rows.endAt[p] >= from) found.push(p)
  }
  return found.toReversed()
}

/** How many of the first `count` ascending values are at most `limit`. */
export function upperBound(values: ArrayLike<number>, count: number, limit: number): number {
  return bisectRight(values, limit, 0, count)
}
