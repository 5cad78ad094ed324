/**
 * What goes out and when: new data and FIN as cwnd, the peer's window, Nagle and silly window avoidance allow, and the segments without data.
 * Covers RFC 9293 3.7.4 (Nagle, with Minshall's variant), 3.8.6.2.1 (sender SWS), 3.10.4 (FIN), RFC 3042 (limited transmit, through the
 * count of segments in flight). Linux tcp_write_xmit, tcp_nagle_test, tcp_snd_wnd_test, tcp_send_fin, tcp_connect, tcp_xmit_probe_skb.
 * How large a burst is and whether it waits is burst.ts's. Leaves out autocorking.
 */
import { NEVER, seqAdd, seqDiff } from '../../base'
import type { Micros } from '../../base'
import type { SendPurpose, WaitReason } from '../../trace'
import { ACK, FIN, PSH, RST, SYN } from '../../wire'
import { algorithmOf, validateWindow } from '../congestion'
import { reflectedFlags } from '../ecn/handshake'
import type { TcpIo } from '../io'
import { mtuProbeSize, probeLeft } from '../path/search'
import { inReduction, segmentsInFlight } from '../recovery/counts'
import { RTO_INITIAL } from '../rtt'
import type { SentSegment, Tcb } from '../tcb'
import { isArmed } from '../timers'
import {
  burstBytes,
  burstSegments,
  deferral,
  NAGLE_CORK,
  NAGLE_OFF,
  NAGLE_PUSH,
  nagleHolds,
  nagleMode,
  windowQuota,
} from './burst'
import { chronoStart, chronoStop } from './chrono'
import { stampOf } from './stamp'
import { effectiveMss } from './mss'
import { paceBurst, pacingHolds } from './pacing'
import {
  addBuffer,
  growHead,
  headContent,
  payloadAt,
  splitHead,
  unsentBytes,
  unsentHead,
  unsentTail,
  windowEnd,
} from './queue'
import { stampSent } from './rate'
import { checkSpace } from './space'
import { acceptableSeq, emitSegment, FARTHEST_POINTER, isUrgent } from './segment'
import { armPersistIfNeeded, rearmRto, scheduleLossProbe, setTransmitTimer } from './transmit-timer'

const NOTHING = new Uint8Array(0)

type Head = ReturnType<typeof headContent>

/** Whether this connection may send data or FIN at all. */
export function maySend(tcb: Tcb): boolean {
  switch (tcb.state) {
    case 'ESTABLISHED':
    case 'CLOSE-WAIT':
    case 'FIN-WAIT-1':
    case 'CLOSING':
    case 'LAST-ACK':
      return true
    default:
      return false
  }
}

/**
 * What keeps the next segment from leaving, undefined when it may go. In Linux's order: congestion window, peer's window, Nagle.
 * `mode` is Linux's nonagle.
 */
export function sendHold(tcb: Tcb, mss: number, mode: number): WaitReason | undefined {
  const head = headContent(tcb)
  if ((head.bytes === 0 && !head.fin) || !maySend(tcb)) return 'nothingToSend'
  if (segmentsInFlight(tcb) >= tcb.congestion.cwnd) return 'congestionWindow'
  return windowHold(tcb, mss, head) ?? (head.bytes <= mss ? nagleHold(tcb, mss, head, mode) : undefined)
}

/** A segment goes only whole: a window with less room for it than that is as good as shut (RFC 9293 3.8.6.2.1). */
function windowHold(tcb: Tcb, mss: number, head: Head): WaitReason | undefined {
  const room = seqDiff(windowEnd(tcb), tcb.snd.nxt)
  const wanted = head.bytes > mss ? mss : head.bytes + (head.fin ? 1 : 0)
  if (room >= wanted) return undefined
  if (tcb.sent.length > 0) return 'peerWindow'
  return room > 0 ? 'sillyWindow' : 'persist'
}

function nagleHold(tcb: Tcb, mss: number, head: Head, mode: number): WaitReason | undefined {
  const isTail = tcb.snd.unsentFrom === tcb.snd.buffers.length - 1
  if (!isTail || head.fin || head.bytes >= mss || isUrgent(tcb) || (mode & NAGLE_PUSH) !== 0 || !nagleHolds(tcb, mode))
    return undefined
  return (mode & NAGLE_CORK) !== 0 ? 'cork' : 'nagle'
}

/** Sends all that may go now, and leaves the right timer running. Called after every input, call and timeout. */
export function transmitPending(tcb: Tcb, io: TcpIo): void {
  pushWith(tcb, nagleMode(tcb), io)
  checkSpace(tcb, io)
}

/** tcp_push_pending_frames, with `nagleOff` whatever Nagle says. Returns how many segments left. */
export function pushPending(tcb: Tcb, nagleOff: boolean, io: TcpIo): number {
  return pushWith(tcb, nagleOff ? NAGLE_OFF : nagleMode(tcb), io)
}

/** Sends what may go under `mode`, Linux's nonagle; at most `bursts` times. Returns how many segments left (tcp_write_xmit). */
export function pushWith(tcb: Tcb, mode: number, io: TcpIo, bursts = Number.POSITIVE_INFINITY): number {
  if (!maySend(tcb) || unsentHead(tcb) === undefined) return 0
  const mss = effectiveMss(tcb, io)
  const most = burstSegments(tcb, mss, io)
  let count = 0
  let limited = false
  let byPeer = false
  if (bursts > 1) {
    const probe = sendMtuProbe(tcb, io)
    if (probe === 'wait') return 0
    count += probe
  }
  for (let i = 0; i < bursts; i++) {
    if (pacingHolds(tcb, io)) break
    const outcome = sendBurst(tcb, mss, most, mode, io)
    if (typeof outcome === 'number' && outcome > 0) {
      count += outcome
      continue
    }
    limited = outcome === 'congestionWindow'
    byPeer = outcome === 'peerWindow' || outcome === 'sillyWindow' || outcome === 'persist'
    break
  }
  if (byPeer) chronoStart(tcb, 'peerWindow', io)
  else chronoStop(tcb, 'peerWindow', io)
  limited ||= segmentsInFlight(tcb) >= tcb.congestion.cwnd
  if (count > 0 || limited) validateWindow(tcb, limited, algorithmOf(tcb), io)
  if (count > 0) scheduleLossProbe(tcb, false, io)
  else if (tcb.sent.length === 0 && unsentBytes(tcb) > 0) armPersistIfNeeded(tcb, io)
  return count
}

/** Tries a longer packet where that is due: how many segments left, or 'wait' where nothing else should leave before it. */
function sendMtuProbe(tcb: Tcb, io: TcpIo): number | 'wait' {
  const size = mtuProbeSize(tcb, io)
  if (typeof size === 'string') return size === 'wait' ? 'wait' : 0
  if (pacingHolds(tcb, io)) return 0
  const sent = sendHead(tcb, size, size, 'data', io)
  if (sent > 0) probeLeft(tcb, size, io)
  return sent
}

/** Sends one burst; returns the number of its segments, or what holds it. */
function sendBurst(tcb: Tcb, mss: number, most: number, mode: number, io: TcpIo): number | WaitReason {
  const quota = Math.min(windowQuota(tcb), most)
  if (quota > 0) growHead(tcb, quota * mss - headContent(tcb).bytes)
  const hold = sendHold(tcb, mss, mode)
  if (hold !== undefined) return hold
  const head = headContent(tcb)
  let limit = mss
  if (head.bytes > mss) {
    const wait = deferral(tcb, head, most, io)
    if (wait !== 'none') return wait === 'application' ? 'nagle' : wait
    // The pointer differs from segment to segment, so they leave one by one.
    limit = isUrgent(tcb) ? mss : burstBytes(tcb, head.bytes, mss, quota, mode)
    if (limit <= 0) return 'nagle'
  }
  return sendHead(tcb, limit, mss, 'data', io)
}

/**
 * Sends the first unsent buffer, at most `limit` bytes of it, whatever it is held by. Returns how many segments that took: 0 where our own queue has
 * no room.
 */
export function sendHead(tcb: Tcb, limit: number, mss: number, purpose: SendPurpose, io: TcpIo): number {
  if (headContent(tcb).bytes > limit) splitHead(tcb, limit)
  const { bytes, fin } = headContent(tcb)
  const burst = tcb.snd.nxt
  const before = tcb.snd.transmittedAt
  const buffer = tcb.snd.buffers[tcb.snd.unsentFrom++]
  const count = Math.max(1, Math.ceil(bytes / mss))
  // Linux marks every burst, so that the receiver's GRO hands it on at once; not so when it is sent again (__tcp_transmit_skb).
  const push = buffer.push || count > 1
  for (let left = bytes, i = 0; i < count; i++) {
    const length = Math.min(left, mss)
    left -= length
    const last = i === count - 1
    const flags = ACK | (last && push ? PSH : 0) | (last && fin ? FIN : 0)
    if (!sendPiece(tcb, length, flags, fin && bytes === 0 ? 'fin' : purpose, i > 0, io)) {
      tcb.snd.unsentFrom--
      return 0
    }
    const sent = tcb.sent[tcb.sent.length - 1]
    sent.burst = burst
    if (!buffer.push) sent.flags &= ~PSH
    sent.endOfRecord = last && buffer.endOfRecord
  }
  paceBurst(tcb, bytes, before)
  io.count('TCPOrigDataSent', count)
  if (bytes < count * mss) tcb.snd.smallEnd = tcb.snd.nxt
  if (inReduction(tcb)) tcb.recovery.prrOut += count
  if (tcb.sent.length === count || isArmed(tcb, 'tailLoss')) rearmRto(tcb, io)
  return count
}

/** One segment at SND.NXT. False where our own queue does not take it; `counts`: then it is lost on its way as any other. */
function sendPiece(tcb: Tcb, length: number, flags: number, purpose: SendPurpose, counts: boolean, io: TcpIo): boolean {
  const seq = tcb.snd.nxt
  const end = seqAdd(seq, length + (flags & FIN ? 1 : 0))
  const event = emitSegment(tcb, seq, flags, payloadAt(tcb, seq, length), purpose, io)
  if (event < 0 && !counts) return false
  recordSent(tcb, { seq, end, flags: flags & (FIN | PSH), event }, io)
  return true
}

/** Puts a segment that has just left into the retransmission queue. */
function recordSent(
  tcb: Tcb,
  what: Pick<SentSegment, 'seq' | 'end' | 'flags'> & { readonly event: number },
  io: TcpIo,
): void {
  tcb.sent.push({
    seq: what.seq,
    end: what.end,
    flags: what.flags,
    firstSentAt: io.now,
    lastSentAt: io.now,
    sentEvent: what.event,
    retransmits: 0,
    sacked: false,
    lost: false,
    retransInFlight: false,
    ...stampSent(tcb, io.now),
    burst: what.seq,
    endOfRecord: false,
  })
  tcb.snd.nxt = what.end
}

/** The SYN of an active open (RFC 9293 3.10.1). */
export function sendSyn(tcb: Tcb, io: TcpIo): void {
  startSequence(tcb)
  tcb.recovery.retransStamp = stampOf(io.now)
  const event = emitSegment(tcb, tcb.iss, SYN, NOTHING, 'syn', io)
  recordSent(tcb, { seq: tcb.iss, end: seqAdd(tcb.iss, 1), flags: SYN, event }, io)
  rearmRto(tcb, io)
}

/** The SYN,ACK of a passive open; of a simultaneous open, where our SYN is already out, that SYN once more with an ACK. */
export function sendSynAck(tcb: Tcb, io: TcpIo): void {
  if (tcb.sent.length > 0) {
    const segment = tcb.sent[0]
    segment.sentEvent = emitSegment(tcb, tcb.iss, SYN | ACK, NOTHING, 'synAck', io)
    segment.lastSentAt = io.now
    return
  }
  startSequence(tcb)
  const event = emitSegment(tcb, tcb.iss, SYN | ACK, NOTHING, 'synAck', io)
  recordSent(tcb, { seq: tcb.iss, end: seqAdd(tcb.iss, 1), flags: SYN, event }, io)
  // A listener's answers are in nobody's sample: the connection that they make begins later.
  if (tcb.passive) tcb.sent[0].deliveredTimeAtSend = NEVER
  if (tcb.passive) setTransmitTimer(tcb, 'synAck', synAckInterval(0), io)
  else rearmRto(tcb, io)
}

/** Linux resends a SYN,ACK after 1, 2, 4… s, whatever the RTO. µs. */
export function synAckInterval(retransmits: number): Micros {
  return RTO_INITIAL * 2 ** retransmits
}

function startSequence(tcb: Tcb): void {
  const { snd } = tcb
  snd.una = tcb.iss
  snd.nxt = tcb.iss
  snd.up = tcb.iss
  snd.smallEnd = tcb.iss
  snd.end = seqAdd(tcb.iss, 1)
  snd.pushed = snd.end
}

/** Puts a FIN after all that is queued (RFC 9293 3.10.4) and sends what may go: with a FIN, Nagle no longer holds. */
export function queueFin(tcb: Tcb, io: TcpIo): void {
  if (tcb.finQueued) return
  const buffer = unsentTail(tcb) ?? addBuffer(tcb)
  if (tcb.snd.una === tcb.snd.end) chronoStart(tcb, 'busy', io)
  tcb.finQueued = true
  tcb.snd.end = seqAdd(tcb.snd.end, 1)
  buffer.end = tcb.snd.end
  pushPending(tcb, true, io)
}

/**
 * A segment without data at SND.NXT. One that acknowledges anything new is no duplicate, whatever made it leave (RFC 5681 2 (d)). `reflects`: its ACE
 * field says how the peer's SYN arrived (RFC 9768 3.1.2). `ackOf`: what it acknowledges.
 */
export function sendAck(tcb: Tcb, io: TcpIo, purpose: SendPurpose, reflects = false, ackOf = tcb.rcv.nxt): void {
  const ace = reflects ? reflectedFlags(tcb.ecn.arrivedOnSyn) : 0
  const said = purpose === 'duplicateAck' && ackOf !== tcb.rcv.wup ? 'ack' : purpose
  emitSegment(tcb, acceptableSeq(tcb), ACK | ace, NOTHING, said, io, ackOf)
}

/** RST of a live connection (RFC 9293 3.10.5). */
export function sendReset(tcb: Tcb, io: TcpIo): void {
  io.count('OutRsts')
  emitSegment(tcb, acceptableSeq(tcb), RST | ACK, NOTHING, 'reset', io)
}

/**
 * A byte that the peer has already acked, without the byte: it must answer with its window (RFC 9293 3.8.6.1, 3.8.4). What is urgent is announced even to
 * a shut window, by a segment of its own.
 */
export function sendWindowProbe(tcb: Tcb, io: TcpIo, purpose: SendPurpose): boolean {
  const { una, up } = tcb.snd
  const ahead = seqDiff(up, una)
  if (ahead > 0 && ahead <= FARTHEST_POINTER) emitSegment(tcb, una, ACK, NOTHING, purpose, io)
  return emitSegment(tcb, seqAdd(tcb.snd.una, -1), ACK, NOTHING, purpose, io) >= 0
}
