/**
 * The system calls of a run, folded from the trace as it grows, so that a panel can say what the latest call of each name on a descriptor
 * returned, at any moment and however long ago. The snapshot itself keeps only the last few calls of each thread.
 */
import { bisectLeft } from 'd3'
import { EVENT_CODE, eventArg } from '../../trace'
import type { CallView, Trace } from '../../trace'

/** Calls of one name on one descriptor of one process, in order. */
interface CallTrack {
  readonly fd: number
  readonly name: string
  /** `host/called` events. */
  readonly called: number[]
  /** Their `host/returned` events; -1 while they block. */
  readonly returned: number[]
}

interface OpenCall {
  readonly track: CallTrack
  readonly place: number
}

export interface CallFold {
  seen: number
  /** By host, process and descriptor, then by name. */
  readonly tracks: Map<string, Map<string, CallTrack>>
  /** When a descriptor number was given to a file: events by host, process and descriptor. */
  readonly opened: Map<string, number[]>
  /** Calls under way, by thread. */
  readonly open: Map<number, OpenCall>
  /** Names of calls by their interned text. */
  readonly names: Map<number, string>
}

export interface LatestCall {
  readonly view: CallView
  readonly thread: number
}

export function createCallFold(): CallFold {
  return { seen: 0, tracks: new Map(), opened: new Map(), open: new Map(), names: new Map() }
}

/** Takes in the events that the trace grew by. */
export function advanceCalls(fold: CallFold, trace: Trace): void {
  const { events } = trace
  for (; fold.seen < events.count; fold.seen++) {
    switch (events.type[fold.seen]) {
      case EVENT_CODE['host/called']:
        noteCalled(fold, trace, fold.seen)
        break
      case EVENT_CODE['host/returned']:
        noteReturned(fold, eventArg(events, fold.seen, 0), fold.seen)
        break
      case EVENT_CODE['host/descriptorOpened']:
        noteOpened(fold, trace, eventArg(events, fold.seen, 1))
        break
      case EVENT_CODE['host/descriptorDuplicated']:
        noteOpened(fold, trace, eventArg(events, fold.seen, 3))
        break
      default:
    }
  }
}

function keyOf(host: number, pid: number, fd: number): string {
  return `${host}/${pid}/${fd | 0}`
}

function noteOpened(fold: CallFold, trace: Trace, pid: number): void {
  const { events } = trace
  const key = keyOf(events.host[fold.seen], pid, eventArg(events, fold.seen, 0))
  const times = fold.opened.get(key)
  if (times === undefined) fold.opened.set(key, [fold.seen])
  else times.push(fold.seen)
}

function noteCalled(fold: CallFold, trace: Trace, index: number): void {
  const { events } = trace
  const fd = eventArg(events, index, 1) | 0
  const key = keyOf(events.host[index], eventArg(events, index, 3), fd)
  const name = nameOf(fold, trace, eventArg(events, index, 2))
  let ofDescriptor = fold.tracks.get(key)
  if (ofDescriptor === undefined) {
    ofDescriptor = new Map()
    fold.tracks.set(key, ofDescriptor)
  }
  let track = ofDescriptor.get(name)
  if (track === undefined) {
    track = { fd, name, called: [], returned: [] }
    ofDescriptor.set(name, track)
  }
  fold.open.set(eventArg(events, index, 0), { track, place: track.called.length })
  track.called.push(index)
  track.returned.push(-1)
}

function noteReturned(fold: CallFold, thread: number, index: number): void {
  const call = fold.open.get(thread)
  if (call === undefined) return
  call.track.returned[call.place] = index
  fold.open.delete(thread)
}

/** `send` of `send(3, 1000 B)`. */
function nameOf(fold: CallFold, trace: Trace, text: number): string {
  let name = fold.names.get(text)
  if (name === undefined) {
    name = trace.texts[text].split('(')[0]
    fold.names.set(text, name)
  }
  return name
}

/**
 * The latest call of each name on a descriptor of process `pid` before event `until`, leaving out those made on an earlier socket that had the same
 * descriptor number.
 */
export function latestCalls(
  fold: CallFold,
  trace: Trace,
  host: number,
  pid: number,
  fd: number,
  until: number,
): ReadonlyMap<string, LatestCall> {
  const key = keyOf(host, pid, fd)
  const opened = fold.opened.get(key) ?? []
  const since = opened[lastBefore(opened, until)] ?? 0
  const latest = new Map<string, LatestCall>()
  for (const track of fold.tracks.get(key)?.values() ?? []) {
    const place = lastBefore(track.called, until)
    if (place >= 0 && track.called[place] >= since) latest.set(track.name, callAt(trace, track, place, until))
  }
  return latest
}

function callAt(trace: Trace, track: CallTrack, place: number, until: number): LatestCall {
  const { events } = trace
  const event = track.called[place]
  const end = track.returned[place]
  const returned =
    end < 0 || end >= until
      ? null
      : { value: eventArg(events, end, 3) | 0, errno: trace.texts[eventArg(events, end, 4)], at: events.at[end] }
  // What has returned shows what it wrote for its caller: `getsockopt(3, SO_ERROR, [0])`.
  const call = trace.texts[eventArg(events, returned === null ? event : end, 2)]
  const view = { fd: track.fd, call, name: track.name, at: events.at[event], returned, event }
  return { view, thread: eventArg(events, event, 0) }
}

/** Place of the last of ascending `events` that is before `until`; -1 for none. */
function lastBefore(events: readonly number[], until: number): number {
  return bisectLeft(events, until) - 1
}
