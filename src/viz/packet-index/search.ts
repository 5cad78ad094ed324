/** Finding packets by time without looking at all of them. */
import { bisectRight } from 'd3'
import type { Micros } from '../../base'
import { LOST, RETRANSMITTED } from './columns'
import type { PacketIndex } from './fold'

/**
 * Packets whose line touches the time from `from` to `to`, in sending order. Looks at blocks of 128 rows, so that a window into a
 * million packets costs some thousand comparisons. Of more than `most` a regular sample is given, every second, fourth, eighth ...
 * always the same ones, and with it some of the losses and of what was sent again between them.
 */
export function packetsBetween(index: PacketIndex, from: Micros, to: Micros, most = Infinity): number[] {
  const { rows } = index
  const last = upperBound(rows.sentAt, rows.count, to) - 1
  const blocks = last < 0 ? [] : blocksSince(index, from, last >> 7)
  const stride = strideFor(blocks.length * 128, most)
  const found: number[] = []
  let spared = 0
  for (const block of blocks) {
    const top = Math.min(last, ((block + 1) << 7) - 1)
    for (let p = block << 7; p <= top; p++) {
      if (rows.endAt[p] < from) continue
      if ((p & (stride - 1)) === 0) found.push(p)
      else if (spared < most && (rows.fate[p] === LOST || rows.marks[p] & RETRANSMITTED)) {
        found.push(p)
        spared++
      }
    }
  }
  return found
}

/** Blocks up to `last` of which some packet was under way at `from` or later, ascending. */
function blocksSince({ blockEnd }: PacketIndex, from: Micros, last: number): number[] {
  const blocks: number[] = []
  for (let block = 0; block <= last; block++) if (blockEnd[block] >= from) blocks.push(block)
  return blocks
}

/** The power of two by which `count` must be thinned to be about `most`. */
function strideFor(count: number, most: number): number {
  let stride = 1
  while (count / stride > most * 2) stride *= 2
  return stride
}

/** How many of the first `count` ascending values are at most `limit`. */
export function upperBound(values: ArrayLike<number>, count: number, limit: number): number {
  return bisectRight(values, limit, 0, count)
}
