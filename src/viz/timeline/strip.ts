/**
 * One host's wait strip as intervals to draw: what the shown socket's sender waits for, and where it waits for nothing the call that the
 * application is blocked in.
 */
import type { WaitReason } from '../../trace'
import type { BlockSpan, WaitTrack } from './marks'

export interface WaitSpan {
  readonly from: number
  readonly to: number
  readonly what: WaitReason | 'blocked'
  /** The call, for 'blocked'. */
  readonly call: string
  readonly bytes: number
  /** The event that began it. */
  readonly event: number
}

const NO_TRACK: WaitTrack = { host: -1, at: [], reason: [], bytes: [], event: [] }

/** Intervals up to `end`, ascending, without overlap. Idle reasons give way to blocked calls. */
export function waitStrip(
  track: WaitTrack | undefined,
  blocks: readonly BlockSpan[],
  host: number,
  end: number,
): readonly WaitSpan[] {
  const spans: WaitSpan[] = []
  const mine = blocks.filter((block) => block.host === host && block.from < end)
  let covered = 0
  const idle = (until: number, begin: WaitSpan | undefined): void => {
    fillIdle(spans, mine, covered, until, begin)
    covered = until
  }
  const { at, reason, bytes, event } = track ?? NO_TRACK
  for (let i = 0; i < at.length; i++) {
    const from = Math.min(end, at[i])
    const to = Math.min(end, i + 1 < at.length ? at[i + 1] : end)
    if (from > covered) idle(from, undefined)
    if (to <= from) continue
    const span: WaitSpan = { from, to, what: reason[i], call: '', bytes: bytes[i], event: event[i] }
    if (isIdle(reason[i])) idle(to, span)
    else {
      spans.push(span)
      covered = to
    }
  }
  if (covered < end) idle(end, undefined)
  return spans
}

function isIdle(reason: WaitReason): boolean {
  return reason === 'nothingToSend' || reason === 'closed'
}

/** Fills [from, to) with the calls that were blocked then, and with `rest` where there was none. */
function fillIdle(
  spans: WaitSpan[],
  blocks: readonly BlockSpan[],
  from: number,
  to: number,
  rest: WaitSpan | undefined,
): void {
  let at = from
  for (const block of blocks) {
    const start = Math.max(at, block.from)
    const stop = Math.min(to, block.to)
    if (stop <= start) continue
    if (start > at && rest !== undefined) spans.push({ ...rest, from: at, to: start })
    spans.push({ from: start, to: stop, what: 'blocked', call: block.call, bytes: 0, event: block.event })
    at = stop
  }
  if (at < to && rest !== undefined) spans.push({ ...rest, from: at, to })
}
