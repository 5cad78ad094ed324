/**
 * RACK (RFC 8985): a segment is lost when one sent sufficiently later has been delivered. Linux: tcp_recovery.c. The list of segments by
 * time of sending is the queue itself, because only retransmissions stand in it out of order. Leaves out nothing of that file but the
 * socket lock.
 */
import { MICROS_PER_MS, seqGt } from '../../base'
import type { Micros, Seq32 } from '../../base'
import type { TcpIo } from '../io'
import { minRtt } from '../rtt'
import { setTransmitTimer } from '../sender/transmit-timer'
import type { SentSegment, Tcb } from '../tcb'
import { detectLoss } from './scoreboard'
import { TIMER_DUE } from './verdict'
import type { AckFacts } from './verdict'

/** Bits of tcp_recovery. */
export const RACK_ON = 1
const STATIC_WINDOW = 2
const NO_DUPLICATE_THRESHOLD = 4
/** Shortest timer of TCP, µs. */
export const SHORTEST_TIMER: Micros = 2 * MICROS_PER_MS
/** Recoveries that a reordering window widened by DSACK lasts. */
const PERSIST = 16
const MAX_STEPS = 255

/** RACK takes part only with SACK, and where the sysctl lets it. */
export function rackIsOn(tcb: Tcb, io: TcpIo): boolean {
  return tcb.negotiated.sack && (io.sysctl.tcp_recovery & RACK_ON) !== 0
}

/** A segment sent at `sentAt` was delivered: remember the latest sent one (RFC 8985 6.2 step 2). */
export function rackAdvance(tcb: Tcb, retransmitted: boolean, end: Seq32, sentAt: Micros, now: Micros): void {
  const { recovery } = tcb
  const rtt = now - sentAt
  // Too quick for a retransmission: this is the answer to the original.
  if (rtt < minRtt(tcb) && retransmitted) return
  recovery.rackAdvanced = true
  recovery.rackRtt = rtt
  if (sentAfter(sentAt, end, recovery.rackSentAt, recovery.rackEnd)) {
    recovery.rackSentAt = sentAt
    recovery.rackEnd = end
  }
}

/** Marks what the latest delivery shows to be lost; arms the reordering timer for what is not yet late enough (RFC 8985 6.2 step 5). */
export function rackMarkLost(tcb: Tcb, facts: AckFacts, io: TcpIo): void {
  if (!tcb.recovery.rackAdvanced) return
  tcb.recovery.rackAdvanced = false
  const wait = rackDetect(tcb, facts, io)
  if (wait === 0) return
  setTransmitTimer(tcb, 'reorder', Math.min(wait + SHORTEST_TIMER, tcb.rtt.rto), io)
  facts.flags &= ~TIMER_DUE
}

/** Marks; returns µs until the last of the suspects is late, 0 when there is no suspect. */
export function rackDetect(tcb: Tcb, facts: AckFacts | undefined, io: TcpIo): Micros {
  const { recovery } = tcb
  const window = reorderingWindow(tcb, io)
  let wait = 0
  for (const segment of tcb.sent) {
    if (segment.sacked || (segment.lost && !segment.retransInFlight)) continue
    if (!sentAfter(recovery.rackSentAt, recovery.rackEnd, segment.lastSentAt, segment.end)) {
      // First transmissions stand in order of time; only retransmissions further on can still be older.
      if (recovery.retransOut === 0) break
      continue
    }
    const remaining = rackRemaining(tcb, segment, window, io.now)
    if (remaining <= 0) detectLoss(tcb, segment, 'rack', 'rackLoss', facts, io)
    else wait = Math.max(wait, remaining)
  }
  return wait
}

/** µs until `segment` counts as lost; 0 or less when it does now. */
export function rackRemaining(tcb: Tcb, segment: SentSegment, window: Micros, now: Micros): Micros {
  return tcb.recovery.rackRtt + window - (now - segment.lastSentAt)
}

/** A DSACK shows that the window was too small: widen it by a quarter of the minimum RTT, for 16 recoveries (RFC 8985 6.2 step 4). */
export function rackUpdateWindow(tcb: Tcb, facts: AckFacts, io: TcpIo): void {
  const { recovery } = tcb
  if ((io.sysctl.tcp_recovery & STATIC_WINDOW) !== 0 || facts.rateDelivered <= 0) return
  // At most once a round trip.
  if (facts.rateDelivered < recovery.rackLastDelivered) recovery.rackDsackSeen = false
  if (recovery.rackDsackSeen) {
    recovery.rackSteps = Math.min(MAX_STEPS, recovery.rackSteps + 1)
    recovery.rackDsackSeen = false
    recovery.rackLastDelivered = recovery.delivered
    recovery.rackPersist = PERSIST
  } else if (recovery.rackPersist === 0) {
    recovery.rackSteps = 1
  }
}

/** An undo by DSACK makes a widened window last longer. */
export function rackPersistMore(tcb: Tcb): void {
  tcb.recovery.rackPersist = Math.min(PERSIST, tcb.recovery.rackPersist + 1)
}

function reorderingWindow(tcb: Tcb, io: TcpIo): Micros {
  const { recovery } = tcb
  if (recovery.reorderingSeen === 0) {
    if (recovery.caState === 'Recovery' || recovery.caState === 'Loss') return 0
    const threshold = (io.sysctl.tcp_recovery & NO_DUPLICATE_THRESHOLD) === 0
    if (threshold && recovery.sackedOut >= recovery.reordering) return 0
  }
  return Math.min(Math.floor(minRtt(tcb) / 4) * recovery.rackSteps, Math.floor(tcb.rtt.srtt))
}

function sentAfter(aAt: Micros, aEnd: Seq32, bAt: Micros, bEnd: Seq32): boolean {
  return aAt > bAt || (aAt === bAt && seqGt(aEnd, bEnd))
}
