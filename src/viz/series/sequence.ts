/**
 * The time-sequence picture of every connection, folded from the trace as it grows: what its sender sent and when, and what the ACKs that
 * reached it said: how far, how much room, which islands. Sequence numbers count from the ISN, so that the SYN is 0 and the first byte 1.
 * After tcptrace's graph of the same name. Left out: the other direction's data, which is the other socket's picture.
 */
import { EVENT_CODE, eventArg, packetHeader } from '../../trace'
import type { Trace } from '../../trace'
import { ACK, decodeHeaders, FIN, SYN } from '../../wire'
import type { SegmentHeader } from '../../wire'

/** Bits of `Sent.kind`. */
export const SENT_AGAIN = 1
export const SENT_SYN = 2
export const SENT_FIN = 4

/** Segments that took sequence space, in the order of sending; one entry in each list. */
export interface Sent {
  readonly at: number[]
  readonly from: number[]
  readonly to: number[]
  readonly kind: number[]
  /** Highest number sent up to and with this one. */
  readonly high: number[]
  readonly event: number[]
}

/** ACKs that reached the sender: SND.UNA by them, and the right edge of the peer's window. */
export interface Acks {
  readonly at: number[]
  readonly ack: number[]
  readonly edge: number[]
  readonly event: number[]
}

/** SACK blocks, as each ACK bore them. */
export interface Islands {
  readonly at: number[]
  readonly from: number[]
  readonly to: number[]
  readonly event: number[]
}

export interface SequencePicture {
  readonly host: number
  readonly sent: Sent
  readonly acks: Acks
  readonly islands: Islands
  /** Highest sequence number sent so far. */
  most: number
  iss: number
  /** Shift of the peer's window; undefined until its SYN came. */
  shift: number
}

export interface SequenceFold {
  seen: number
  /** By socket. */
  readonly pictures: Map<number, SequencePicture>
}

export function createSequenceFold(): SequenceFold {
  return { seen: 0, pictures: new Map() }
}

const SENT_CODE = EVENT_CODE['tcp/segmentSent']
const ARRIVED_CODE = EVENT_CODE['tcp/segmentArrived']

/** Takes in the events that the trace grew by. */
export function advanceSequence(fold: SequenceFold, trace: Trace): void {
  const { events } = trace
  for (; fold.seen < events.count; fold.seen++) {
    const type = events.type[fold.seen]
    if (events.socket[fold.seen] < 0) continue
    if (type === SENT_CODE) noteSent(fold, trace, fold.seen)
    else if (type === ARRIVED_CODE) noteArrived(fold, trace, fold.seen)
  }
}

function pictureOf(fold: SequenceFold, socket: number, host: number, firstSeq: number): SequencePicture {
  let picture = fold.pictures.get(socket)
  if (picture === undefined) {
    picture = {
      host,
      sent: { at: [], from: [], to: [], kind: [], high: [], event: [] },
      acks: { at: [], ack: [], edge: [], event: [] },
      islands: { at: [], from: [], to: [], event: [] },
      most: 0,
      iss: firstSeq,
      shift: 0,
    }
    fold.pictures.set(socket, picture)
  }
  return picture
}

function noteSent(fold: SequenceFold, trace: Trace, index: number): void {
  const { events } = trace
  const seq = eventArg(events, index, 1)
  const length = eventArg(events, index, 2)
  const flags = eventArg(events, index, 3)
  const space = length + (flags & SYN ? 1 : 0) + (flags & FIN ? 1 : 0)
  if (space === 0) return
  // A connection whose SYN went out under another socket (a SYN cookie) begins one number before its first byte.
  const first = flags & SYN ? seq : seq - 1
  const picture = pictureOf(fold, events.socket[index], events.host[index], first)
  const { sent } = picture
  const from = (seq - picture.iss) >>> 0
  const to = from + space
  sent.at.push(events.at[index])
  sent.from.push(from)
  sent.to.push(to)
  sent.kind.push((from < picture.most ? SENT_AGAIN : 0) | (flags & SYN ? SENT_SYN : 0) | (flags & FIN ? SENT_FIN : 0))
  sent.event.push(index)
  picture.most = Math.max(picture.most, to)
  sent.high.push(picture.most)
}

function noteArrived(fold: SequenceFold, trace: Trace, index: number): void {
  const { events } = trace
  const picture = fold.pictures.get(events.socket[index])
  const flags = eventArg(events, index, 3)
  if (picture === undefined || !(flags & ACK)) return
  const segment = headerOf(trace, eventArg(events, index, 0))
  if (segment === undefined) return
  const { acks, islands } = picture
  const ack = (segment.ack - picture.iss) >>> 0
  // An ACK of what was never sent tells nothing about this sender's bytes.
  if (ack > picture.most) return
  if (flags & SYN) picture.shift = segment.options.windowScale ?? 0
  acks.at.push(events.at[index])
  acks.ack.push(ack)
  acks.edge.push(ack + segment.window * 2 ** (flags & SYN ? 0 : picture.shift))
  acks.event.push(index)
  for (const { start, end } of segment.options.sack) {
    const from = (start - picture.iss) >>> 0
    const to = (end - picture.iss) >>> 0
    if (to > picture.most || from >= to) continue
    islands.at.push(events.at[index])
    islands.from.push(from)
    islands.to.push(to)
    islands.event.push(index)
  }
}

function headerOf(trace: Trace, packet: number): SegmentHeader | undefined {
  const decoded = decodeHeaders(packetHeader(trace.packets, packet), trace.packets.payloadLength[packet])
  return decoded.ok ? decoded.value.segment : undefined
}
