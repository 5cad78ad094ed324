/**
 * What an ACK takes out of the retransmission queue, and the round-trip sample that it gives. Covers RFC 9293 3.10.7.4 (fifth), Karn's rule and
 * timestamps (RFC 6298 3, RFC 7323 4.1); Linux tcp_clean_rtx_queue, tcp_ack_update_rtt.
 */
import { NEVER, seqDiff, seqGt, seqLe, seqLt } from '../../base'
import type { Micros } from '../../base'
import { SYN } from '../../wire'
import { algorithmOf, watchSlowStart } from '../congestion'
import type { TcpIo } from '../io'
import { timestampNow } from '../options'
import { probeMayBeAcked } from '../path/search'
import {
  ALERTS,
  countDelivered,
  DATA_ACKED,
  echoBefore,
  firstEndingAfter,
  MAYBE_DELAYED,
  NEWLY_ACKED,
  noteReordering,
  ORIGINAL_DELIVERED,
  rackAdvance,
  removeDuplicateAcks,
  RENEGED,
  RETRANSMISSION_ACKED,
  SYN_ACKED,
  TIMER_DUE,
} from '../recovery'
import type { AckFacts } from '../recovery'
import { measureRtt, noteMinRtt } from '../rtt'
import { isRequest } from '../state'
import type { SentSegment, Tcb } from '../tcb'
import { established } from './established'
import { noteDelivery } from './rate'

/** Send times of the first and the last acked segment that was sent once only; NEVER for none. */
interface Acked {
  firstSentAt: Micros
  lastSentAt: Micros
  count: number
  /** Lowest never retransmitted and never SACKed sequence among them. */
  from: SentSegment['seq']
}

/** Removes what is acked, updates the counters, measures. Sets flags in `facts`. */
export function cleanQueue(tcb: Tcb, facts: AckFacts, io: TcpIo): void {
  const { sent, recovery } = tcb
  const count = firstEndingAfter(sent, tcb.snd.una)
  const acked: Acked = { firstSentAt: NEVER, lastSentAt: NEVER, count, from: tcb.snd.nxt }
  for (let i = 0; i < count; i++) takeOut(tcb, sent[i], acked, facts, io)
  if (count > 0) sent.splice(0, count)
  if (sent.length > 0 && sent[0].sacked) facts.flags |= RENEGED
  const measured = measure(tcb, acked, facts, io)
  if ((facts.flags & NEWLY_ACKED) !== 0) {
    facts.flags |= TIMER_DUE
    probeMayBeAcked(tcb, io)
    if (!tcb.negotiated.sack) {
      removeDuplicateAcks(tcb, count, io)
      // Without SACK nobody can tell which copy filled the hole.
      if ((facts.flags & RETRANSMISSION_ACKED) !== 0) facts.flags &= ~ORIGINAL_DELIVERED
    } else if (seqLt(acked.from, facts.priorHighestSack)) {
      noteReordering(tcb, acked.from, io)
    }
  } else if (measured && sackOutranksHead(tcb, facts)) {
    facts.flags |= TIMER_DUE
  }
  if ((facts.flags & SYN_ACKED) !== 0) {
    recovery.retransStamp = 0
    established(tcb, io)
  }
}

function takeOut(tcb: Tcb, segment: SentSegment, acked: Acked, facts: AckFacts, io: TcpIo): void {
  const { recovery } = tcb
  if (segment.retransmits > 0) {
    if (segment.retransInFlight) recovery.retransOut--
    facts.flags |= RETRANSMISSION_ACKED
  } else if (!segment.sacked) {
    acked.lastSentAt = segment.lastSentAt
    if (acked.firstSentAt === NEVER) {
      acked.firstSentAt = segment.lastSentAt
      acked.from = segment.seq
    }
    if (seqLe(segment.end, recovery.highSeq)) facts.flags |= ORIGINAL_DELIVERED
  }
  if (!segment.sacked) facts.deliveredBytes += seqDiff(segment.end, segment.seq)
  if (segment.sacked) recovery.sackedOut--
  else if (tcb.negotiated.sack) {
    countDelivered(tcb, 1)
    const spurious = segment.retransmits > 0 && echoBefore(tcb, facts, segment.lastSentAt)
    // The SYN,ACK of a request was never in a queue that RACK looks at.
    if (!spurious && !isRequest(tcb)) rackAdvance(tcb, segment.retransmits > 0, segment.end, segment.lastSentAt, io.now)
  }
  if (segment.lost) recovery.lostOut--
  noteDelivery(tcb, facts, segment)
  facts.flags |= (segment.flags & SYN) !== 0 ? SYN_ACKED : DATA_ACKED
}

/** A SACK of something sent after the head was last sent: the timer may start over from the head (RFC 6298 leaves it open). */
function sackOutranksHead(tcb: Tcb, facts: AckFacts): boolean {
  return tcb.sent.length > 0 && tcb.sent[0].lastSentAt > facts.firstSackSentAt
}

/** Takes the best sample that the ACK offers: of what was sent once, else of what was SACKed, else by timestamp. */
function measure(tcb: Tcb, acked: Acked, facts: AckFacts, io: TcpIo): boolean {
  let sample = -1
  let latest = -1
  if (acked.firstSentAt !== NEVER && (facts.flags & RETRANSMISSION_ACKED) === 0) {
    sample = io.now - acked.firstSentAt
    latest = io.now - acked.lastSentAt
    if (mayBeDelayed(tcb, acked, facts)) facts.flags |= MAYBE_DELAYED
  }
  if (facts.firstSackSentAt !== NEVER) {
    latest = io.now - facts.lastSackSentAt
    if (sample < 0) sample = io.now - facts.firstSackSentAt
  }
  if (sample < 0 && facts.echo > 0 && (facts.flags & NEWLY_ACKED) !== 0) {
    sample = latest = Math.max((timestampNow(tcb, io.now) - facts.echo) | 0, 1) * 1_000
  }
  if (sample < 0) return false
  const minimum = tcb.rtt.minRtt
  if ((facts.flags & MAYBE_DELAYED) === 0 || minimum === 0 || latest <= minimum) noteMinRtt(tcb, latest, io.now)
  measureRtt(tcb, sample, io)
  facts.rttMicros = latest
  algorithmOf(tcb).measured(tcb, latest, io)
  watchSlowStart(tcb, latest, io)
  return true
}

/** One small segment acked by itself: the peer may have waited for its delayed-ACK timer. */
function mayBeDelayed(tcb: Tcb, acked: Acked, facts: AckFacts): boolean {
  return (
    acked.count === 1 &&
    facts.priorSacked === 0 &&
    seqDiff(tcb.snd.una, facts.priorUna) < tcb.mssNow &&
    facts.rateDelivered + 1 === tcb.recovery.delivered &&
    (facts.flags & (ALERTS | SYN_ACKED)) === 0 &&
    !seqGt(facts.priorUna, tcb.snd.una)
  )
}
