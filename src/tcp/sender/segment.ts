/**
 * Making one segment of a connection and handing it to IP: the one place through which everything that a live connection sends goes.
 * Covers the header fields of RFC 9293 3.1; Linux __tcp_transmit_skb, tcp_event_ack_sent, tcp_event_data_sent.
 */
import { seqAdd, seqDiff, seqGt, seqLt } from '../../base'
import type { Seq32 } from '../../base'
import type { SendPurpose } from '../../trace'
import { ACK, RST, SYN, URG } from '../../wire'
import type { TcpSegment } from '../../wire'
import { algorithmOf } from '../congestion'
import { ecnFlags } from '../ecn/send'
import type { TcpIo } from '../io'
import { segmentOptions } from '../options'
import { onAckSent, onDataSent } from '../receiver/ack'
import { selectWindow } from '../receiver/window'
import { segmentsInFlight } from '../recovery/counts'
import { reportSent } from '../reports'
import { enterCwr } from '../recovery/reduction'
import { isCounted } from '../state'
import type { Tcb } from '../tcb'

const MAX_UNSCALED_WINDOW = 65_535
/** Of 16 bits. */
export const FARTHEST_POINTER = 65_535

/**
 * Sends one segment. `payload` is shared with the trace, so it must never change. `ackOf`: what it acknowledges, where that is not all. Returns the index of its event; -1 where our own queue has no
 * room, which is congestion as any other (tcp_enter_cwr).
 */
export function emitSegment(
  tcb: Tcb,
  seq: Seq32,
  flags: number,
  payload: Uint8Array,
  purpose: SendPurpose,
  io: TcpIo,
  ackOf: Seq32 = tcb.rcv.nxt,
): number {
  const syn = (flags & SYN) !== 0
  const window = syn ? Math.min(tcb.rcv.wnd, MAX_UNSCALED_WINDOW) : selectWindow(tcb, io)
  const pointer = urgentPointer(tcb, seq)
  const segment: TcpSegment = {
    srcPort: tcb.local.port,
    dstPort: tcb.remote.port,
    seq,
    ack: (flags & ACK) !== 0 ? ackOf : (0 as Seq32),
    flags: flags | (pointer > 0 ? URG : 0) | ecnFlags(tcb, seq, flags, payload.length, purpose, io),
    window,
    urgentPointer: pointer,
    options: segmentOptions(tcb, io, syn ? ((flags & ACK) !== 0 ? 'synAck' : 'syn') : 'segment'),
    payload,
  }
  const event = io.transmit(tcb, segment, purpose)
  if (isCounted(tcb)) tcb.totals.segmentsOut++
  tcb.snd.transmittedAt = Math.max(tcb.snd.transmittedAt, io.now)
  if ((flags & ACK) !== 0 && (flags & RST) === 0) onAckSent(tcb, ackOf, io)
  if (payload.length > 0) {
    tcb.totals.bytesSent += payload.length
    tcb.totals.dataSegmentsOut++
    noteDataSent(tcb, io)
    reportSent(tcb, seq, payload.length, io)
  }
  if (event < 0) enterCwr(tcb, io)
  return event
}

/** Something urgent is not acknowledged yet, sent or not (tcp_urg_mode). */
export function isUrgent({ snd }: Tcb): boolean {
  return snd.up !== snd.una
}

/**
 * What a segment at `seq` says of urgent data (RFC 9293 3.8.5): how far its end is; as far as the field reaches where it is farther and nothing that
 * was sent is so far; 0 for nothing.
 */
function urgentPointer(tcb: Tcb, seq: Seq32): number {
  const { snd } = tcb
  if (!isUrgent(tcb) || !seqLt(seq, snd.up)) return 0
  const distance = seqDiff(snd.up, seq)
  if (distance <= FARTHEST_POINTER) return distance
  return seqGt(seqAdd(seq, FARTHEST_POINTER), snd.nxt) ? FARTHEST_POINTER : 0
}

/** An idle connection starts to transmit: algorithms that keep time want to know. */
function noteDataSent(tcb: Tcb, io: TcpIo): void {
  if (segmentsInFlight(tcb) === 0) algorithmOf(tcb).happens(tcb, 'transmitStart', io)
  tcb.congestion.lastSentAt = io.now
  onDataSent(tcb, io)
}

/** SND.NXT, or the window's edge where the peer has taken its window back: what a segment without data bears (tcp_acceptable_seq). */
export function acceptableSeq(tcb: Tcb): Seq32 {
  const { snd } = tcb
  const edge = ((snd.una + snd.wnd) >>> 0) as Seq32
  // What scaling rounds away is not held against the peer.
  const rounding = tcb.negotiated.windowScale ? 1 << tcb.rcv.wscale : 1
  return seqLt(edge, snd.nxt) && ((snd.nxt - edge) | 0) >= rounding ? edge : snd.nxt
}
