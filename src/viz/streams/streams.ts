/**
 * One stream of bytes cut in three ways, folded from the trace as it grows: as the sender's program wrote it, as segments brought it, and as
 * the receiver's program took messages out of it. Bytes are counted from the stream's first. Where the three differ, messages stick or are split.
 */
import { bisectLeft } from 'd3'
import { EVENT_CODE, eventArg } from '../../trace'
import type { Trace } from '../../trace'

/** Pieces in order, without gaps: where each ends, and the event that made it. */
interface Pieces {
  readonly events: number[]
  readonly ends: number[]
}

interface Track {
  /** What the program wrote into the socket. */
  readonly written: Pieces
  /** What came in order. */
  readonly arrived: Pieces
  /** What the program took for messages, framing included; `shown` without it. */
  readonly messages: Pieces
  readonly texts: number[]
  readonly shown: number[]
}

export interface StreamFold {
  seen: number
  readonly tracks: Map<number, Track>
  /** The newest messages: socket and event. */
  readonly handled: { readonly host: number; readonly socket: number; readonly event: number }[]
  /** Event of a packet's sending, by the packet's number. */
  readonly senders: number[]
  /** Who sends what a socket receives. */
  readonly writers: Map<number, Writer>
  /** Which interned texts are calls of send(). */
  readonly sends: Map<number, boolean>
}

export interface Writer {
  readonly host: number
  readonly socket: number
}

export interface Piece {
  readonly event: number
  readonly start: number
  readonly end: number
  /** A message: its beginning, and its bytes without framing. */
  readonly text: string
  readonly bytes: number
}

export function createStreamFold(): StreamFold {
  return { seen: 0, tracks: new Map(), handled: [], senders: [], writers: new Map(), sends: new Map() }
}

/** Takes in the events that the trace grew by. */
export function advanceStreams(fold: StreamFold, trace: Trace): void {
  const { events } = trace
  for (; fold.seen < events.count; fold.seen++) {
    const index = fold.seen
    const socket = events.socket[index]
    switch (events.type[index]) {
      case EVENT_CODE['host/returned']: {
        const value = eventArg(events, index, 3) | 0
        if (value > 0 && isSend(fold, trace, eventArg(events, index, 2)))
          add(trackOf(fold, socket).written, index, value)
        break
      }
      case EVENT_CODE['tcp/segmentSent']:
        fold.senders[eventArg(events, index, 0)] = index
        break
      case EVENT_CODE['tcp/segmentArrived']: {
        const sent = fold.senders[eventArg(events, index, 0)]
        if (sent === undefined || fold.writers.has(socket)) break
        fold.writers.set(socket, { host: events.host[sent], socket: events.socket[sent] })
        break
      }
      case EVENT_CODE['tcp/dataAccepted']:
        add(trackOf(fold, socket).arrived, index, eventArg(events, index, 1))
        break
      case EVENT_CODE['host/messageHandled']: {
        const track = trackOf(fold, socket)
        const bytes = eventArg(events, index, 1)
        add(track.messages, index, bytes + eventArg(events, index, 2))
        track.texts.push(eventArg(events, index, 3))
        track.shown.push(bytes)
        fold.handled.push({ host: events.host[index], socket, event: index })
        break
      }
      default:
    }
  }
}

function trackOf(fold: StreamFold, socket: number): Track {
  let track = fold.tracks.get(socket)
  if (track === undefined) {
    const pieces = (): Pieces => ({ events: [], ends: [] })
    track = { written: pieces(), arrived: pieces(), messages: pieces(), texts: [], shown: [] }
    fold.tracks.set(socket, track)
  }
  return track
}

function add({ events, ends }: Pieces, event: number, bytes: number): void {
  events.push(event)
  ends.push((ends.at(-1) ?? 0) + bytes)
}

function isSend(fold: StreamFold, trace: Trace, text: number): boolean {
  let known = fold.sends.get(text)
  if (known === undefined) {
    known = /^send(?:to)?\(/.test(trace.texts[text])
    fold.sends.set(text, known)
  }
  return known
}

/** The socket of a host whose program took a message last, before event `until`; -1 for none. */
export function lastHandled(fold: StreamFold, host: number, until: number): number {
  return fold.handled.findLast((it) => it.host === host && it.event < until)?.socket ?? -1
}

export interface StreamView {
  readonly from: number
  readonly to: number
  readonly written: readonly Piece[]
  readonly arrived: readonly Piece[]
  readonly messages: readonly Piece[]
}

/**
 * The newest part of the stream that a socket receives, as it stands before event `until`: the last `most` messages, and the pieces that
 * overlap them or came after them.
 */
export function streamView(fold: StreamFold, trace: Trace, socket: number, until: number, most: number): StreamView {
  const reader = fold.tracks.get(socket)
  const writer = fold.tracks.get(fold.writers.get(socket)?.socket ?? -1)
  const messages = reader === undefined ? 0 : bisectLeft(reader.messages.events, until)
  const from = startOf(reader?.messages, messages - most)
  const pieces = (of: Pieces | undefined): Piece[] => piecesFrom(of, from, until)
  const written = pieces(writer?.written)
  const arrived = pieces(reader?.arrived)
  const taken = piecesFrom(reader?.messages, from, until).map((piece, index) => {
    const place = Math.max(0, messages - most) + index
    return { ...piece, text: trace.texts[reader?.texts[place] ?? 0], bytes: reader?.shown[place] ?? 0 }
  })
  const to = Math.max(from + 1, ...[written, arrived, taken].map((list) => list.at(-1)?.end ?? 0))
  return { from, to, written, arrived, messages: taken }
}

function startOf(pieces: Pieces | undefined, place: number): number {
  return place <= 0 ? 0 : (pieces?.ends[place - 1] ?? 0)
}

function piecesFrom(pieces: Pieces | undefined, from: number, until: number): Piece[] {
  if (pieces === undefined) return []
  const out: Piece[] = []
  const count = bisectLeft(pieces.events, until)
  for (let i = count - 1; i >= 0 && pieces.ends[i] > from; i--) {
    const start = startOf(pieces, i)
    out.push({ event: pieces.events[i], start, end: pieces.ends[i], text: '', bytes: pieces.ends[i] - start })
  }
  return out.toReversed()
}
