/**
 * One host's wait strip as intervals to draw: what the shown socket's sender waits for, and where it waits for nothing the call that the
 * application is blocked in.
 */
import { bisectRight } from 'd3'
import type { WaitReason } from '../../trace'
import type { BlockTrack, WaitTrack } from './marks'

export interface WaitSpan {
  readonly from: number
  readonly to: number
  readonly what: WaitReason | 'blocked'
  /** The call, for 'blocked'. */
  readonly call: string
  /** The event that began it. */
  readonly event: number
}

const NO_WAITS: WaitTrack = { host: -1, at: [], reason: [], event: [] }
const NO_BLOCKS: BlockTrack = { at: [], call: [], event: [] }

/**
 * Intervals up to `end`, ascending, without overlap. Changes that follow each other within `least` µs (a pixel) are drawn as the
 * first of them, so that the work is bounded by the width of the picture and not by the length of the run.
 */
export function waitStrip(
  waits: WaitTrack = NO_WAITS,
  blocks: BlockTrack = NO_BLOCKS,
  end: number,
  least: number,
): readonly WaitSpan[] {
  const spans: { from: number; to: number; what: WaitSpan['what']; call: string; event: number }[] = []
  let at = Math.min(waits.at[0] ?? end, blocks.at[0] ?? end)
  while (at < end) {
    const wait = bisectRight(waits.at, at) - 1
    const block = bisectRight(blocks.at, at) - 1
    const next = Math.min(end, Math.max(at + least, Math.min(waits.at[wait + 1] ?? end, blocks.at[block + 1] ?? end)))
    const found = spanAt(waits, wait, blocks, block)
    const last = spans.at(-1)
    if (
      found !== undefined &&
      last !== undefined &&
      last.to === at &&
      last.what === found.what &&
      last.call === found.call
    ) {
      last.to = next
    } else if (found !== undefined) spans.push({ from: at, to: next, ...found })
    at = next
  }
  return spans
}

/** What holds the host while entries `wait` and `block` hold. Idle reasons give way to a blocked call. */
function spanAt(
  waits: WaitTrack,
  wait: number,
  blocks: BlockTrack,
  block: number,
): Omit<WaitSpan, 'from' | 'to'> | undefined {
  const reason = wait < 0 ? undefined : waits.reason[wait]
  const idle = reason === undefined || reason === 'nothingToSend' || reason === 'closed'
  if (idle && block >= 0 && blocks.call[block] !== '') {
    return { what: 'blocked', call: blocks.call[block], event: blocks.event[block] }
  }
  return reason === undefined ? undefined : { what: reason, call: '', event: waits.event[wait] }
}
