/**
 * What the timeline shows of a trace, folded as it grows: single marks (state changes, losses, retransmissions, resets, what a person
 * did), what each sender waits for over time, and the call that each host's program is blocked in. All in ascending columns, so that a
 * picture of a million events reads only as many of them as it has pixels.
 */
import { EVENT_CODE, eventArg, SEND_PURPOSES, WAIT_REASONS } from '../../trace'
import type { Trace, WaitReason } from '../../trace'
import { RST } from '../../wire'

export const MARK_KINDS = ['drop', 'state', 'retransmission', 'loss', 'reset', 'action'] as const
export type MarkKind = (typeof MARK_KINDS)[number]

/** Marks of one kind at one host. */
export interface MarkTrack {
  readonly kind: MarkKind
  readonly host: number
  readonly at: number[]
  readonly event: number[]
}

/** What one socket waited for: entry i holds from at[i] until at[i + 1], or until now. */
export interface WaitTrack {
  readonly host: number
  readonly at: number[]
  readonly reason: WaitReason[]
  readonly event: number[]
}

/** The call that a host's program is blocked in: entry i holds from at[i] until at[i + 1]; '' for none. */
export interface BlockTrack {
  readonly at: number[]
  readonly call: string[]
  readonly event: number[]
}

interface Blocked {
  readonly call: string
  readonly event: number
}

export interface TimelineFold {
  seen: number
  readonly marks: Map<string, MarkTrack>
  /** By socket. */
  readonly waits: Map<number, WaitTrack>
  /** By host. */
  readonly blocks: Map<number, BlockTrack>
  /** Threads that are blocked now, by host; the one that blocked last is shown. */
  readonly blocked: Map<number, Map<number, Blocked>>
}

export function createTimelineFold(): TimelineFold {
  return { seen: 0, marks: new Map(), waits: new Map(), blocks: new Map(), blocked: new Map() }
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
    const host = events.host[index]
    switch (events.type[index]) {
      case EVENT_CODE['tcp/stateChanged']:
        mark(fold, trace, index, 'state', host)
        break
      case EVENT_CODE['user/acted']:
        mark(fold, trace, index, 'action', host)
        break
      case EVENT_CODE['link/packetLost']:
        mark(fold, trace, index, 'loss', trace.packets.host[eventArg(events, index, 0)])
        break
      case EVENT_CODE['tcp/segmentDropped']:
      case EVENT_CODE['host/packetDropped']:
        mark(fold, trace, index, 'drop', host)
        break
      case EVENT_CODE['tcp/segmentSent']:
        sent(fold, trace, index)
        break
      case EVENT_CODE['tcp/waiting']:
        waited(fold, trace, index)
        break
      case EVENT_CODE['host/blocked']:
        threadsOf(fold, host).set(eventArg(events, index, 0), {
          call: trace.texts[eventArg(events, index, 2)],
          event: index,
        })
        noteBlocked(fold, host, events.at[index])
        break
      case EVENT_CODE['host/returned']:
        if (fold.blocked.get(host)?.delete(eventArg(events, index, 0)) === true)
          noteBlocked(fold, host, events.at[index])
        break
      default:
    }
  }
}

function sent(fold: TimelineFold, trace: Trace, index: number): void {
  const { events } = trace
  const purpose = eventArg(events, index, 4)
  const host = events.host[index]
  if (RETRANSMISSIONS.has(purpose)) mark(fold, trace, index, 'retransmission', host)
  else if (purpose === RESET || (eventArg(events, index, 3) & RST) !== 0) mark(fold, trace, index, 'reset', host)
}

function waited(fold: TimelineFold, trace: Trace, index: number): void {
  const { events } = trace
  const socket = events.socket[index]
  let track = fold.waits.get(socket)
  if (track === undefined) {
    track = { host: events.host[index], at: [], reason: [], event: [] }
    fold.waits.set(socket, track)
  }
  const reason = WAIT_REASONS[eventArg(events, index, 0)]
  if (track.reason.at(-1) === reason) return
  track.at.push(events.at[index])
  track.reason.push(reason)
  track.event.push(index)
}

function threadsOf(fold: TimelineFold, host: number): Map<number, Blocked> {
  let threads = fold.blocked.get(host)
  if (threads === undefined) {
    threads = new Map()
    fold.blocked.set(host, threads)
  }
  return threads
}

/** Writes down which call the host is blocked in from `at` on. */
function noteBlocked(fold: TimelineFold, host: number, at: number): void {
  let track = fold.blocks.get(host)
  if (track === undefined) {
    track = { at: [], call: [], event: [] }
    fold.blocks.set(host, track)
  }
  let shown: Blocked = { call: '', event: -1 }
  for (const blocked of threadsOf(fold, host).values()) if (blocked.event > shown.event) shown = blocked
  if (track.event.at(-1) === shown.event) return
  track.at.push(at)
  track.call.push(shown.call)
  track.event.push(shown.event)
}

function mark(fold: TimelineFold, trace: Trace, index: number, kind: MarkKind, host: number): void {
  const key = `${kind}/${host}`
  let track = fold.marks.get(key)
  if (track === undefined) {
    track = { kind, host, at: [], event: [] }
    fold.marks.set(key, track)
  }
  track.at.push(trace.events.at[index])
  track.event.push(index)
}
