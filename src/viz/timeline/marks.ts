/**
 * What the timeline shows of a trace, folded as it grows: single marks (state changes, losses, retransmissions, resets, what a person
 * did), what each sender waits for over time, and when a thread was blocked in a call.
 */
import { RST } from '../../wire'
import { EVENT_CODE, eventArg, SEND_PURPOSES, WAIT_REASONS } from '../../trace'
import type { Trace, WaitReason } from '../../trace'

export const MARK_KINDS = ['state', 'loss', 'retransmission', 'reset', 'action', 'drop'] as const
export type MarkKind = (typeof MARK_KINDS)[number]

/** Parallel columns, ascending in time. */
export interface Marks {
  count: number
  event: Int32Array
  at: Float64Array
  kind: Uint8Array
  host: Int8Array
}

/** What one socket waited for: entry i holds from at[i] until at[i + 1], or until now. */
export interface WaitTrack {
  readonly host: number
  readonly at: number[]
  readonly reason: WaitReason[]
  readonly bytes: number[]
  readonly event: number[]
}

/** A thread blocked in a call from `from` until `to`, infinity while it is. */
export interface BlockSpan {
  readonly host: number
  readonly thread: number
  readonly call: string
  readonly from: number
  to: number
  readonly event: number
}

export interface TimelineFold {
  seen: number
  readonly marks: Marks
  /** By socket. */
  readonly waits: Map<number, WaitTrack>
  readonly blocks: BlockSpan[]
  /** Open spans by thread. */
  readonly blocked: Map<number, BlockSpan>
}

export function createTimelineFold(): TimelineFold {
  return {
    seen: 0,
    marks: {
      count: 0,
      event: new Int32Array(64),
      at: new Float64Array(64),
      kind: new Uint8Array(64),
      host: new Int8Array(64),
    },
    waits: new Map(),
    blocks: [],
    blocked: new Map(),
  }
}

const RETRANSMISSIONS = new Set(
  (['fastRetransmit', 'timeoutRetransmit', 'tailLossProbe'] as const).map((purpose) => SEND_PURPOSES.indexOf(purpose)),
)
const RESET = SEND_PURPOSES.indexOf('reset')

/** Takes in the events that the trace grew by. */
export function advanceTimeline(fold: TimelineFold, trace: Trace): void {
  const { events } = trace
  for (; fold.seen < events.count; fold.seen++) {
    const index = fold.seen
    switch (events.type[index]) {
      case EVENT_CODE['tcp/stateChanged']:
        mark(fold.marks, trace, index, 'state', events.host[index])
        break
      case EVENT_CODE['user/acted']:
        mark(fold.marks, trace, index, 'action', events.host[index])
        break
      case EVENT_CODE['link/packetLost']:
        mark(fold.marks, trace, index, 'loss', trace.packets.host[eventArg(events, index, 0)])
        break
      case EVENT_CODE['tcp/segmentDropped']:
      case EVENT_CODE['host/packetDropped']:
        mark(fold.marks, trace, index, 'drop', events.host[index])
        break
      case EVENT_CODE['tcp/segmentSent']:
        sent(fold, trace, index)
        break
      case EVENT_CODE['tcp/waiting']:
        waited(fold, trace, index)
        break
      case EVENT_CODE['host/blocked']:
        blockBegan(fold, trace, index)
        break
      case EVENT_CODE['host/returned']:
        blockEnded(fold, eventArg(events, index, 0), events.at[index])
        break
      default:
    }
  }
}

function sent(fold: TimelineFold, trace: Trace, index: number): void {
  const { events } = trace
  const purpose = eventArg(events, index, 4)
  if (RETRANSMISSIONS.has(purpose)) mark(fold.marks, trace, index, 'retransmission', events.host[index])
  else if (purpose === RESET || (eventArg(events, index, 3) & RST) !== 0) {
    mark(fold.marks, trace, index, 'reset', events.host[index])
  }
}

function waited(fold: TimelineFold, trace: Trace, index: number): void {
  const { events } = trace
  const socket = events.socket[index]
  let track = fold.waits.get(socket)
  if (track === undefined) {
    track = { host: events.host[index], at: [], reason: [], bytes: [], event: [] }
    fold.waits.set(socket, track)
  }
  const reason = WAIT_REASONS[eventArg(events, index, 0)]
  const last = track.at.length - 1
  if (last >= 0 && track.reason[last] === reason) return
  track.at.push(events.at[index])
  track.reason.push(reason)
  track.bytes.push(eventArg(events, index, 1))
  track.event.push(index)
}

function blockBegan(fold: TimelineFold, trace: Trace, index: number): void {
  const { events } = trace
  const thread = eventArg(events, index, 0)
  if (fold.blocked.has(thread)) return
  const span: BlockSpan = {
    host: events.host[index],
    thread,
    call: trace.texts[eventArg(events, index, 2)],
    from: events.at[index],
    to: Number.POSITIVE_INFINITY,
    event: index,
  }
  fold.blocks.push(span)
  fold.blocked.set(thread, span)
}

function blockEnded(fold: TimelineFold, thread: number, at: number): void {
  const span = fold.blocked.get(thread)
  if (span === undefined) return
  span.to = at
  fold.blocked.delete(thread)
}

function mark(marks: Marks, trace: Trace, index: number, kind: MarkKind, host: number): void {
  if (marks.count === marks.event.length) widen(marks)
  marks.event[marks.count] = index
  marks.at[marks.count] = trace.events.at[index]
  marks.kind[marks.count] = MARK_KINDS.indexOf(kind)
  marks.host[marks.count] = host
  marks.count++
}

function widen(marks: Marks): void {
  const size = marks.event.length * 2
  const event = new Int32Array(size)
  event.set(marks.event)
  marks.event = event
  const at = new Float64Array(size)
  at.set(marks.at)
  marks.at = at
  const kind = new Uint8Array(size)
  kind.set(marks.kind)
  marks.kind = kind
  const host = new Int8Array(size)
  host.set(marks.host)
  marks.host = host
}
