/**
 * The scoreboard (RFC 6675 3): which segments of the retransmission queue are SACKed, lost or retransmitted, and the counters that
 * follow. Every change of a mark goes through here, so that the counters hold. Also the duplicate-ACK stand-in for SACK (RFC 6582).
 * Linux: tcp_mark_skb_lost, tcp_timeout_mark_lost, tcp_add_reno_sack, tcp_remove_reno_sacks, tcp_check_sack_reordering.
 */
import { seqDiff, seqLe, seqLt } from '../../base'
import type { Seq32 } from '../../base'
import { LOSS_SIGNALS } from '../../trace'
import type { LossSignal, RuleName } from '../../trace'
import { algorithmOf } from '../congestion'
import type { TcpIo } from '../io'
import type { SentSegment, Tcb } from '../tcb'
import { countDelivered, RETRANSMISSION_LOST } from './verdict'
import type { AckFacts } from './verdict'

/** Place of the first segment that ends after `seq`; the queue's length when there is none. */
export function firstEndingAfter(sent: readonly SentSegment[], seq: Seq32): number {
  let low = 0
  let high = sent.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (seqLe(sent[middle].end, seq)) low = middle + 1
    else high = middle
  }
  return low
}

/** Marks one segment lost; a lost retransmission becomes due again. Returns whether anything changed. */
export function markLost(tcb: Tcb, segment: SentSegment, io: TcpIo): boolean {
  const { recovery } = tcb
  if (segment.sacked) return false
  if (segment.lost) {
    if (!segment.retransInFlight) return false
    segment.retransInFlight = false
    recovery.retransOut--
    io.count('TCPLostRetransmit')
  } else {
    segment.lost = true
    recovery.lostOut++
  }
  recovery.lostTotal++
  algorithmOf(tcb).lost?.(tcb, segment, io)
  return true
}

/** Marks one segment lost and says so; `facts` remembers the event as cause of what will be resent. */
export function detectLoss(
  tcb: Tcb,
  segment: SentSegment,
  signal: LossSignal,
  rule: RuleName,
  facts: AckFacts | undefined,
  io: TcpIo,
): void {
  const retransmissionsBefore = tcb.recovery.retransOut
  if (!markLost(tcb, segment, io)) return
  const bytes = seqDiff(segment.end, segment.seq)
  const event = io.recorder.emit('tcp/lossDetected', rule, segment.seq, bytes, LOSS_SIGNALS.indexOf(signal))
  if (facts === undefined) return
  facts.lossEvent = event
  if (tcb.recovery.retransOut < retransmissionsBefore) facts.flags |= RETRANSMISSION_LOST
}

/** Takes all loss marks back. */
export function unmarkLost(tcb: Tcb): void {
  for (const segment of tcb.sent) segment.lost = false
  tcb.recovery.lostOut = 0
}

/** Takes all SACK marks back: the peer has reneged (RFC 2018 8). */
export function forgetSacks(tcb: Tcb): void {
  for (const segment of tcb.sent) segment.sacked = false
  tcb.recovery.sackedOut = 0
}

/** Sequence number after the highest that was SACKed; SND.UNA when none is. */
export function highestSackSeq(tcb: Tcb): Seq32 {
  if (tcb.recovery.sackedOut === 0) return tcb.snd.una
  return tcb.negotiated.sack ? tcb.recovery.highestSack : tcb.snd.nxt
}

/** Data at `from` arrived after later data: the network reorders, by so many segments. */
export function noteReordering(tcb: Tcb, from: Seq32, io: TcpIo, byTimestamp = false): void {
  const { recovery } = tcb
  const highest = highestSackSeq(tcb)
  if (!seqLt(from, highest)) return
  const distance = seqDiff(highest, from)
  if (distance > recovery.reordering * tcb.mssNow) {
    recovery.reordering = Math.min(Math.ceil(distance / tcb.mssNow), io.sysctl.tcp_max_reordering)
  }
  recovery.reorderingSeen++
  io.count(byTimestamp ? 'TCPTSReorder' : 'TCPSACKReorder')
}

/** Without SACK each duplicate ACK stands for one segment that has left the network. */
export function addDuplicateAcks(tcb: Tcb, count: number, io: TcpIo): void {
  if (count === 0) return
  const { recovery } = tcb
  const before = recovery.sackedOut
  recovery.sackedOut += count
  checkDuplicateAckReordering(tcb, 0, io)
  const delivered = recovery.sackedOut - before
  if (delivered > 0) countDelivered(tcb, delivered)
}

/** `acked` segments were acked: one filled the hole, the others were those that the duplicate ACKs stood for. */
export function removeDuplicateAcks(tcb: Tcb, acked: number, io: TcpIo): void {
  const { recovery } = tcb
  if (acked > 0) {
    countDelivered(tcb, Math.max(acked - recovery.sackedOut, 1))
    recovery.sackedOut = Math.max(0, recovery.sackedOut - (acked - 1))
  }
  checkDuplicateAckReordering(tcb, acked, io)
}

/** More duplicates than there are segments to cause them: some were reordered. */
function checkDuplicateAckReordering(tcb: Tcb, acked: number, io: TcpIo): void {
  const { recovery, sent } = tcb
  const holes = Math.min(Math.max(recovery.lostOut, 1), sent.length)
  if (recovery.sackedOut + holes <= sent.length) return
  recovery.sackedOut = sent.length - holes
  recovery.reordering = Math.min(sent.length + acked, io.sysctl.tcp_max_reordering)
  recovery.reorderingSeen++
  io.count('TCPRenoReorder')
}
