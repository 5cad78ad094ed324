/**
 * What goes out and when: new data and FIN as cwnd, the peer's window, Nagle and silly window avoidance allow, and the segments without data.
 * Covers RFC 9293 3.7.4 (Nagle, with Minshall's variant), 3.8.6.2.1 (sender SWS), 3.10.4 (FIN), RFC 3042 (limited transmit, through the
 * count of segments in flight). Linux tcp_write_xmit, tcp_nagle_test, tcp_snd_wnd_test, tcp_send_fin, tcp_connect, tcp_xmit_probe_skb.
 * Leaves out TSO deferral, autocorking and pacing.
 */
import { seqAdd, seqDiff, seqGt } from '../../base'
import type { Micros } from '../../base'
import type { SendPurpose, WaitReason } from '../../trace'
import { ACK, FIN, PSH, RST, SYN } from '../../wire'
import { validateWindow } from '../congestion'
import type { TcpIo } from '../io'
import { inReduction, segmentsInFlight } from '../recovery/counts'
import { RTO_INITIAL } from '../rtt'
import type { SentSegment, Tcb } from '../tcb'
import { isArmed } from '../timers'
import { effectiveMss } from './mss'
import { checkSpace, payloadAt, takePush, unsentBytes, windowEnd } from './queue'
import { acceptableSeq, emitSegment } from './segment'
import { armPersistIfNeeded, rearmRto, scheduleLossProbe, setTransmitTimer } from './transmit-timer'

const NOTHING = new Uint8Array(0)

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
 * `nagleOff`: whoever pushes does not let small segments wait.
 */
export function sendHold(tcb: Tcb, mss: number, nagleOff: boolean): WaitReason | undefined {
  const unsent = unsentBytes(tcb)
  if (unsent === 0 || !maySend(tcb)) return 'nothingToSend'
  if (segmentsInFlight(tcb) >= tcb.congestion.cwnd) return 'congestionWindow'
  const window = windowHold(tcb, mss, unsent)
  if (window !== undefined) return window
  return nagleOff ? undefined : nagleHold(tcb, mss, unsent)
}

/** A segment goes only whole: a window with less room for it than that is as good as shut (RFC 9293 3.8.6.2.1). */
function windowHold(tcb: Tcb, mss: number, unsent: number): WaitReason | undefined {
  const room = seqDiff(windowEnd(tcb), tcb.snd.nxt)
  const data = tcb.finQueued ? unsent - 1 : unsent
  const wanted = data > mss ? mss : unsent
  if (room >= wanted) return undefined
  if (tcb.sent.length > 0) return 'peerWindow'
  return room > 0 ? 'sillyWindow' : 'persist'
}

/** RFC 9293 3.7.4 with Minshall's refinement: only an unacked small segment makes the next small one wait. */
function nagleHold(tcb: Tcb, mss: number, unsent: number): WaitReason | undefined {
  if (tcb.finQueued || unsent >= mss) return undefined
  if (tcb.config.cork) return 'cork'
  if (tcb.config.nodelay || tcb.sent.length === 0) return undefined
  const { smallEnd, una, nxt } = tcb.snd
  return seqGt(smallEnd, una) && !seqGt(smallEnd, nxt) ? 'nagle' : undefined
}

/** Sends all that may go now, and leaves the right timer running. Called after every input, call and timeout. */
export function transmitPending(tcb: Tcb, io: TcpIo): void {
  pushPending(tcb, false, io)
  checkSpace(tcb, io)
}

/** tcp_push_pending_frames. Returns how many segments left. */
export function pushPending(tcb: Tcb, nagleOff: boolean, io: TcpIo): number {
  if (!maySend(tcb) || unsentBytes(tcb) === 0) return 0
  const mss = effectiveMss(tcb)
  let count = 0
  while (sendHold(tcb, mss, nagleOff) === undefined) {
    sendNext(tcb, mss, 'data', io)
    count++
  }
  const limited = segmentsInFlight(tcb) >= tcb.congestion.cwnd
  if (count > 0 || limited) validateWindow(tcb, limited, io)
  if (count > 0) scheduleLossProbe(tcb, false, io)
  else if (tcb.sent.length === 0 && unsentBytes(tcb) > 0) armPersistIfNeeded(tcb, io)
  return count
}

/** Sends the next new segment, whatever it is held by: at most `mss` bytes, with FIN when that is next. */
export function sendNext(tcb: Tcb, mss: number, purpose: SendPurpose, io: TcpIo): void {
  const unsent = unsentBytes(tcb)
  const data = tcb.finQueued ? unsent - 1 : unsent
  const length = Math.min(data, mss)
  const fin = tcb.finQueued && length === data
  const seq = tcb.snd.nxt
  const end = seqAdd(seq, length + (fin ? 1 : 0))
  const flags = ACK | (takePush(tcb, end) ? PSH : 0) | (fin ? FIN : 0)
  const event = emitSegment(tcb, seq, flags, payloadAt(tcb, seq, length), fin && length === 0 ? 'fin' : purpose, io)
  if (length < mss && length > 0) tcb.snd.smallEnd = end
  recordSent(tcb, { seq, end, flags: flags & (FIN | PSH), event }, io)
  if (inReduction(tcb)) tcb.recovery.prrOut++
}

/** Puts a segment that has just left into the retransmission queue and sees that its timer runs (RFC 6298 5.1). */
function recordSent(
  tcb: Tcb,
  what: Pick<SentSegment, 'seq' | 'end' | 'flags'> & { readonly event: number },
  io: TcpIo,
): void {
  const first = tcb.sent.length === 0
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
    deliveredAtSend: tcb.recovery.delivered,
  })
  tcb.snd.nxt = what.end
  if (first || isArmed(tcb, 'tailLoss')) rearmRto(tcb, io)
}

/** The SYN of an active open (RFC 9293 3.10.1). */
export function sendSyn(tcb: Tcb, io: TcpIo): void {
  startSequence(tcb)
  tcb.recovery.retransStamp = io.now
  const event = emitSegment(tcb, tcb.iss, SYN, NOTHING, 'syn', io)
  recordSent(tcb, { seq: tcb.iss, end: seqAdd(tcb.iss, 1), flags: SYN, event }, io)
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
  if (tcb.passive) setTransmitTimer(tcb, 'synAck', synAckInterval(0), io)
}

/** Linux resends a SYN,ACK after 1, 2, 4… s, whatever the RTO. µs. */
export function synAckInterval(retransmits: number): Micros {
  return RTO_INITIAL * 2 ** retransmits
}

function startSequence(tcb: Tcb): void {
  const { snd } = tcb
  snd.una = tcb.iss
  snd.nxt = tcb.iss
  snd.smallEnd = tcb.iss
  snd.end = seqAdd(tcb.iss, 1)
  snd.pushed = snd.end
}

/** Puts a FIN after all that is queued (RFC 9293 3.10.4) and sends what may go: with a FIN, Nagle no longer holds. */
export function queueFin(tcb: Tcb, io: TcpIo): void {
  if (tcb.finQueued) return
  tcb.finQueued = true
  tcb.snd.end = seqAdd(tcb.snd.end, 1)
  pushPending(tcb, true, io)
}

/** A segment without data at SND.NXT. */
export function sendAck(tcb: Tcb, io: TcpIo, purpose: SendPurpose): void {
  emitSegment(tcb, acceptableSeq(tcb), ACK, NOTHING, purpose, io)
}

/** RST of a live connection (RFC 9293 3.10.5). */
export function sendReset(tcb: Tcb, io: TcpIo): void {
  io.count('OutRsts')
  emitSegment(tcb, acceptableSeq(tcb), RST | ACK, NOTHING, 'reset', io)
}

/** A byte that the peer has already acked, without the byte: it must answer with its window (RFC 9293 3.8.6.1, 3.8.4). */
export function sendWindowProbe(tcb: Tcb, io: TcpIo, purpose: SendPurpose): void {
  emitSegment(tcb, seqAdd(tcb.snd.una, -1), ACK, NOTHING, purpose, io)
}
