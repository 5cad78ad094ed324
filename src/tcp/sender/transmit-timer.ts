/**
 * The sender's timer. Linux has one, which stands for RTO, window probe, tail loss probe or reordering time-out (icsk_pending); the TCB
 * has one for each, of which at most one runs. Covers RFC 6298 5, RFC 8985 7.2 and RFC 9293 3.8.6.1; Linux tcp_rearm_rto,
 * tcp_schedule_loss_probe, tcp_set_xmit_timer, tcp_probe0_when, tcp_check_probe_timer.
 */
import { MICROS_PER_MS } from '../../base'
import type { Micros } from '../../base'
import type { TimerKind } from '../../trace'
import type { TcpIo } from '../io'
import { RTO_INITIAL, rtoMax, rtoMin } from '../rtt'
import type { Tcb } from '../tcb'
import { armTimer, isArmed, stopTimer } from '../timers'

type TransmitTimer = Extract<TimerKind, 'retransmit' | 'persist' | 'tailLoss' | 'reorder' | 'synAck'>

const KINDS: readonly TransmitTimer[] = ['retransmit', 'persist', 'tailLoss', 'reorder', 'synAck']
/** Shortest tail loss probe timeout beyond two round trips. */
const PROBE_MARGIN: Micros = 2 * MICROS_PER_MS
const SHORTEST_RTO: Micros = 200 * MICROS_PER_MS

/** TCP_RESOURCE_PROBE_INTERVAL: where our own queue had no room, the next try comes soon. */
export const LOCAL_CONGESTION: Micros = 500 * MICROS_PER_MS

/** Starts one of the sender's timers, `delay` from now, and stops the others. */
export function setTransmitTimer(tcb: Tcb, kind: TransmitTimer, delay: Micros, io: TcpIo): void {
  for (const other of KINDS) if (other !== kind && isArmed(tcb, other)) stopTimer(tcb, other)
  // What has just left by pacing's account may still have to leave (tcp_pacing_delay).
  const paced = Math.max(0, tcb.snd.transmittedAt - io.now)
  armTimer(tcb, kind, io.now + wholeMillis(delay) + Math.floor(paced / MICROS_PER_MS) * MICROS_PER_MS, io)
}

/** Stops all of the sender's timers. */
function stopTransmitTimers(tcb: Tcb): void {
  for (const kind of KINDS) if (isArmed(tcb, kind)) stopTimer(tcb, kind)
}

/** Any of them runs (icsk_pending is not 0). */
export function anyTransmitTimer(tcb: Tcb): boolean {
  return KINDS.some((kind) => isArmed(tcb, kind))
}

/** µs until the head of the queue, by when it was last sent, is due; may be negative. */
function untilHeadIsDue(tcb: Tcb, io: TcpIo): Micros {
  return tcb.sent[0].lastSentAt + tcb.rtt.rto - io.now
}

/**
 * RFC 6298 5.2 and 5.3: stop when all is acked, else start over. In place of a probe or reordering timer, one that runs or (`waited`) one that
 * has just fired, the time that the head has already waited counts.
 */
export function rearmRto(tcb: Tcb, io: TcpIo, waited = isArmed(tcb, 'reorder') || isArmed(tcb, 'tailLoss')): void {
  if (tcb.sent.length === 0) {
    stopTransmitTimers(tcb)
    return
  }
  const rto = waited ? Math.max(untilHeadIsDue(tcb, io), 1) : tcb.rtt.rto
  setTransmitTimer(tcb, 'retransmit', rto, io)
}

/**
 * Arms the tail loss probe in place of the RTO where the connection is entitled to one: SACK, no recovery going on, tcp_early_retrans 3 or
 * 4. `advancing`: an ACK has just moved the RTO. Returns whether it did.
 */
export function scheduleLossProbe(tcb: Tcb, advancing: boolean, io: TcpIo): boolean {
  const { recovery, rtt } = tcb
  const early = io.sysctl.tcp_early_retrans
  if ((early !== 3 && early !== 4) || tcb.sent.length === 0 || !tcb.negotiated.sack) return false
  if (recovery.caState !== 'Open' && recovery.caState !== 'CWR') return false
  let delay = RTO_INITIAL
  if (rtt.srtt > 0) {
    // A lone segment may wait for its delayed ACK.
    delay = Math.floor(2 * rtt.srtt) + (tcb.sent.length === 1 ? rtoMin(tcb, io) : PROBE_MARGIN)
  }
  const rto = advancing ? rtt.rto : untilHeadIsDue(tcb, io)
  if (rto > 0) delay = Math.min(delay, rto)
  setTransmitTimer(tcb, 'tailLoss', delay, io)
  return true
}

/** After an ACK of new data: probe timer if entitled, RTO otherwise. */
export function setTimerAfterAck(tcb: Tcb, io: TcpIo): void {
  if (!scheduleLossProbe(tcb, true, io)) rearmRto(tcb, io)
}

/** Interval before the next window probe: RTO, doubled for each probe so far (RFC 9293 MUST-36, SHLD-30). */
export function persistInterval(tcb: Tcb): Micros {
  return Math.min(Math.max(tcb.rtt.rto, SHORTEST_RTO) * 2 ** tcb.rtt.backoff, rtoMax(tcb))
}

/** Something waits, nothing is on its way that an ACK could answer: without a timer the connection would hang. */
export function armPersistIfNeeded(tcb: Tcb, io: TcpIo): void {
  if (tcb.sent.length > 0 || anyTransmitTimer(tcb)) return
  setTransmitTimer(
    tcb,
    'persist',
    clampToUserTimeout(tcb, Math.max(tcb.rtt.rto, SHORTEST_RTO), tcb.persistSince, io),
    io,
  )
}

/** TCP_USER_TIMEOUT (RFC 5482): no later than the moment when the connection would be given up. `since` 0: nothing unanswered yet. */
export function clampToUserTimeout(tcb: Tcb, delay: Micros, since: Micros, io: TcpIo): Micros {
  const limit = tcb.config.userTimeoutMicros
  if (limit === 0 || since === 0) return delay
  return Math.min(delay, Math.max(limit - (io.now - since), MICROS_PER_MS))
}

/** Kernel timers tick in milliseconds. */
function wholeMillis(delay: Micros): Micros {
  return Math.ceil(delay / MICROS_PER_MS) * MICROS_PER_MS
}
