/**
 * Sending again: one segment, cut to what the window and the present MSS allow or joined with its small neighbours, and the round that sends
 * whatever the scoreboard holds lost. Covers RFC 9293 3.8.1, RFC 1122 4.2.2.15 (repacketizing), RFC 6675 5 (C); Linux __tcp_retransmit_skb,
 * tcp_retransmit_skb, tcp_retrans_try_collapse, tcp_xmit_retransmit_queue.
 */
import { seqAdd, seqDiff, seqGe, seqLt } from '../../base'
import type { SendPurpose } from '../../trace'
import { ACK, FIN, PSH, SYN } from '../../wire'
import type { TcpIo } from '../io'
import { inReduction, segmentsInFlight } from '../recovery/counts'
import type { SentSegment, Tcb } from '../tcb'
import { isArmed } from '../timers'
import { stampOf } from './stamp'
import { burstSegments } from './burst'
import { effectiveMss } from './mss'
import { paceBurst, pacingHolds } from './pacing'
import { stampSent } from './rate'
import { payloadAt, windowEnd } from './queue'
import { emitSegment } from './segment'
import { setTransmitTimer } from './transmit-timer'

/**
 * Sends everything lost that the congestion window has room for, oldest first. What left as one burst and is still in one piece leaves as one
 * again, with PSH at its end.
 */
export function retransmitLost(tcb: Tcb, io: TcpIo): void {
  const { recovery, sent } = tcb
  const mss = effectiveMss(tcb, io)
  const most = burstSegments(tcb, mss, io)
  let headSent = false
  let inBurst = 0
  for (let i = 0; i < sent.length; i++) {
    if (inBurst === 0 && pacingHolds(tcb, io)) break
    if (segmentsInFlight(tcb) >= tcb.congestion.cwnd || recovery.retransOut >= recovery.lostOut) break
    const segment = sent[i]
    if (!segment.lost || segment.sacked || segment.retransInFlight) continue
    const inLoss = recovery.caState === 'Loss'
    if (dataBytes(segment) > mss) cutAnew(tcb, i, mss)
    inBurst++
    const goesOn = inBurst < most && segmentsInFlight(tcb) + 1 < tcb.congestion.cwnd && continuesBurst(tcb, i)
    const push = !goesOn && inBurst > 1
    if (retransmit(tcb, i, inLoss ? 'timeoutRetransmit' : 'fastRetransmit', io, push) !== 'sent') break
    if (!goesOn) {
      inBurst = 0
      endBurst(tcb, i)
    }
    io.count(inLoss ? 'TCPSlowStartRetrans' : 'TCPFastRetrans')
    if (inReduction(tcb)) recovery.prrOut++
    if (i === 0 && !isArmed(tcb, 'reorder')) headSent = true
  }
  if (headSent) setTransmitTimer(tcb, 'retransmit', tcb.rtt.rto, io)
}

/** The next segment is of the same burst and has to be sent again, too. */
function continuesBurst({ sent }: Tcb, index: number): boolean {
  if (index + 1 >= sent.length) return false
  const [segment, next] = [sent[index], sent[index + 1]]
  return next.burst === segment.burst && next.lost && !next.sacked && !next.retransInFlight
}

/** What follows of the burst is one of its own from now on (tcp_fragment). */
function endBurst({ sent }: Tcb, index: number): void {
  const { burst } = sent[index]
  for (let i = index + 1; i < sent.length && sent[i].burst === burst; i++) sent[i].burst = sent[index + 1].seq
}

/** noWindow: the peer's window leaves no room for it. refused: our own queue does not. */
export type Resent = 'sent' | 'noWindow' | 'refused'

/** Retransmits segment `index` of the queue and marks it, with PSH beyond what it bears by itself where `push` says so. */
export function retransmit(tcb: Tcb, index: number, purpose: SendPurpose, io: TcpIo, push = false): Resent {
  const outcome = sendAgain(tcb, index, purpose, io, push)
  if (outcome === 'noWindow') return outcome
  const { recovery } = tcb
  const segment = tcb.sent[index]
  if (outcome === 'sent' && !segment.retransInFlight) {
    segment.retransInFlight = true
    recovery.retransOut++
  }
  if (recovery.retransStamp === 0) recovery.retransStamp = stampOf(io.now)
  recovery.undoRetrans = Math.max(recovery.undoRetrans, 0) + 1
  return outcome
}

/** Retransmits without marking, as a tail loss probe does: the scoreboard does not count it as a repair. */
export function sendAgain(tcb: Tcb, index: number, purpose: SendPurpose, io: TcpIo, push = false): Resent {
  const segment = tcb.sent[index]
  // A try with a longer packet proves nothing any more.
  tcb.path.probeSize = 0
  if (seqLt(segment.seq, tcb.snd.una)) segment.seq = tcb.snd.una
  if ((segment.flags & SYN) === 0 && !fitSegment(tcb, index, io)) return 'noWindow'
  const flags = wireFlags(tcb, segment) | (push ? PSH : 0)
  const before = tcb.snd.transmittedAt
  const event = emitSegment(tcb, segment.seq, flags, payloadOf(tcb, segment), purpose, io)
  segment.retransmits++
  tcb.totals.retransmits++
  tcb.totals.bytesRetransmitted += dataBytes(segment)
  io.count('RetransSegs')
  if ((segment.flags & SYN) !== 0) io.count('TCPSynRetrans')
  if (event < 0) {
    io.count('TCPRetransFail')
    return 'refused'
  }
  segment.sentEvent = event
  segment.lastSentAt = io.now
  paceBurst(tcb, dataBytes(segment), before)
  Object.assign(segment, stampSent(tcb, io.now))
  return 'sent'
}

function wireFlags(tcb: Tcb, segment: SentSegment): number {
  if ((segment.flags & SYN) === 0) return segment.flags | ACK
  return tcb.state === 'SYN-RECEIVED' ? SYN | ACK : SYN
}

/** Payload of a segment: its sequence space less SYN and FIN. */
export function dataBytes(segment: SentSegment): number {
  const control = (segment.flags & SYN ? 1 : 0) + (segment.flags & FIN ? 1 : 0)
  return seqDiff(segment.end, segment.seq) - control
}

function payloadOf(tcb: Tcb, segment: SentSegment): Uint8Array {
  return payloadAt(tcb, segment.seq, dataBytes(segment))
}

/** Cuts or joins so that the segment fits MSS and window. A head beyond a withdrawn window goes all the same, as a probe. */
function fitSegment(tcb: Tcb, index: number, io: TcpIo): boolean {
  const segment = tcb.sent[index]
  const mss = effectiveMss(tcb, io)
  let room = seqDiff(windowEnd(tcb), segment.seq)
  if (room <= 0) {
    if (segment.seq !== tcb.snd.una) return false
    room = mss
  }
  const limit = Math.min(mss, room)
  if (dataBytes(segment) > mss) cutAnew(tcb, index, mss)
  if (dataBytes(segment) > limit) split(tcb, index, limit)
  else while (dataBytes(segment) < mss && joinNext(tcb, index, limit));
  return true
}

/**
 * The MSS has become smaller since: what left as one burst, and is in one piece still, is cut into segments of the present size, whatever the
 * borders were (tcp_set_skb_tso_segs).
 */
function cutAnew(tcb: Tcb, index: number, mss: number): void {
  const { sent } = tcb
  const first = sent[index]
  let last = index
  while (last + 1 < sent.length && isOnePiece(sent[last], sent[last + 1])) last++
  if (last > index) {
    const gone = sent.splice(index + 1, last - index)
    const tail = gone[gone.length - 1]
    const { recovery } = tcb
    if (first.lost) recovery.lostOut -= gone.length
    if (first.retransInFlight) recovery.retransOut -= gone.length
    first.end = tail.end
    first.flags = tail.flags
    first.endOfRecord = tail.endOfRecord
  }
  for (let i = index; dataBytes(sent[i]) > mss; i++) split(tcb, i, mss)
}

function isOnePiece(segment: SentSegment, next: SentSegment): boolean {
  return (
    next.burst === segment.burst &&
    !segment.sacked &&
    !next.sacked &&
    segment.lost === next.lost &&
    segment.retransInFlight === next.retransInFlight
  )
}

/** Cuts segment `index` after `bytes` of data; both parts keep its marks. */
function split(tcb: Tcb, index: number, bytes: number): void {
  const { recovery, sent } = tcb
  const segment = sent[index]
  const rest: SentSegment = { ...segment, seq: seqAdd(segment.seq, bytes) }
  segment.end = rest.seq
  segment.flags = 0
  segment.endOfRecord = false
  sent.splice(index + 1, 0, rest)
  if (rest.sacked) recovery.sackedOut++
  if (rest.lost) recovery.lostOut++
  if (rest.retransInFlight) recovery.retransOut++
}

/** Takes the next segment's data along when both fit into one (RFC 1122 4.2.2.15). Returns whether it did. */
function joinNext(tcb: Tcb, index: number, limit: number): boolean {
  const { recovery, sent } = tcb
  const segment = sent[index]
  if (index + 1 >= sent.length || (segment.flags & FIN) !== 0 || segment.sacked || segment.endOfRecord) return false
  const next = sent[index + 1]
  if (next.sacked || (next.flags & SYN) !== 0 || dataBytes(segment) + dataBytes(next) > limit) return false
  if (seqGe(next.seq, windowEnd(tcb))) return false
  segment.end = next.end
  segment.flags |= next.flags
  segment.endOfRecord = next.endOfRecord
  segment.retransmits = Math.max(segment.retransmits, next.retransmits)
  if (next.lost) recovery.lostOut--
  if (next.retransInFlight) recovery.retransOut--
  if (!tcb.negotiated.sack && recovery.sackedOut > 0) recovery.sackedOut--
  sent.splice(index + 1, 1)
  return true
}
