/**
 * The sender's timers fire: retransmission (RFC 6298 5.4 to 5.6), SYN and SYN,ACK retransmission, window probe (RFC 9293 3.8.6.1), tail loss probe
 * and reordering time-out (RFC 8985). Linux tcp_timer.c: tcp_retransmit_timer, tcp_probe_timer; tcp_output.c: tcp_send_loss_probe;
 * inet_connection_sock.c: reqsk_timer_handler.
 */
import { algorithmOf } from '../congestion'
import type { TcpIo } from '../io'
import { enterLoss, enterRecovery, rackDetect, reduceWindow, segmentsInFlight } from '../recovery'
import { rtoMax, rtoMin, setRto } from '../rtt'
import type { Tcb } from '../tcb'
import { isArmed } from '../timers'
import { losePatience, orphanRetries, retransmissionsExhausted, silentBehindZeroWindow } from './give-up'
import { probeTail, probeWindow } from './probe'
import { unsentBytes } from './queue'
import { retransmit, retransmitLost } from './retransmit'
import type { Resent } from './retransmit'
import { synAckInterval, transmitPending } from './transmit'
import { clampToUserTimeout, LOCAL_CONGESTION, persistInterval, rearmRto, setTransmitTimer } from './transmit-timer'

/** tcp_stream_is_thin, TCP_THIN_LINEAR_RETRIES. */
const THIN_SEGMENTS = 4
const THIN_RETRIES = 6

/** RFC 6298 5.4: the oldest segment again, the timer doubled, the window at its smallest. */
export function retransmitTimerFires(tcb: Tcb, io: TcpIo): void {
  const { recovery } = tcb
  if (tcb.sent.length === 0) return
  const opening = tcb.state === 'SYN-SENT' || tcb.state === 'SYN-RECEIVED'
  if (tcb.snd.wnd === 0 && !tcb.orphaned && !opening) {
    // The peer took its window back: these are probes, and it may keep us waiting as long as it answers (RFC 9293 MUST-37).
    if (silentBehindZeroWindow(tcb, io)) {
      losePatience(tcb, 'retransmit', recovery.timeouts, 'probeGaveUp', io)
      return
    }
    resendHead(tcb, io)
  } else {
    io.count('TCPTimeouts')
    if (retransmissionsExhausted(tcb, io)) {
      losePatience(tcb, 'retransmit', recovery.timeouts, opening ? 'synGaveUp' : 'retransmitGaveUp', io)
      return
    }
    countFailure(tcb, io)
    if (resendHead(tcb, io, true) === 'refused') {
      setTransmitTimer(tcb, 'retransmit', LOCAL_CONGESTION, io)
      return
    }
  }
  backOff(tcb, io)
  setTransmitTimer(tcb, 'retransmit', clampToUserTimeout(tcb, tcb.rtt.rto, recovery.retransStamp, io), io)
}

/** RFC 6298 5.5: the next time-out is twice as long. */
function backOff(tcb: Tcb, io: TcpIo): void {
  if (isThin(tcb, io)) {
    tcb.rtt.backoff = 0
    setRto(tcb)
    tcb.rtt.rto = Math.max(tcb.rtt.rto, rtoMin(tcb, io))
    return
  }
  // The first few SYNs go out at the same interval (tcp_syn_linear_timeouts).
  if (tcb.state === 'SYN-SENT' && tcb.recovery.timeoutsTotal <= io.sysctl.tcp_syn_linear_timeouts) return
  tcb.rtt.backoff++
  tcb.rtt.rto = Math.min(tcb.rtt.rto * 2, rtoMax(tcb))
}

/** What the first timeout of a series says to have failed, by the state it comes in (tcp_retransmit_timer). */
function countFailure({ recovery, negotiated }: Tcb, io: TcpIo): void {
  if (recovery.timeouts > 0) return
  const kind = negotiated.sack ? 'Sack' : 'Reno'
  if (recovery.caState === 'Recovery') io.count(`TCP${kind}RecoveryFail`)
  else if (recovery.caState === 'Loss') io.count('TCPLossFailures')
  else if (recovery.caState === 'Disorder' || recovery.sackedOut > 0) io.count(`TCP${kind}Failures`)
}

function resendHead(tcb: Tcb, io: TcpIo, counted = false): Resent {
  const { cause } = io.recorder
  io.recorder.cause = enterLoss(tcb, io)
  if (counted) countTimeout(tcb, io)
  const outcome = retransmit(tcb, 0, 'timeoutRetransmit', io)
  io.recorder.cause = cause
  return outcome
}

/** tcp_update_rto_stats; every timeout also tries another path through routers that spread by flow label (sk_rethink_txhash). */
function countTimeout(tcb: Tcb, io: TcpIo): void {
  const { recovery, totals } = tcb
  if (recovery.timeouts === 0) {
    totals.timeoutSeries++
    totals.timeoutSince = io.now
  }
  recovery.timeouts++
  recovery.timeoutsTotal++
  totals.rehashes++
  io.count('TcpTimeoutRehash')
}

/** A stream of so few segments that no duplicate ACKs can help it does not back off at first (tcp_thin_linear_timeouts). */
function isThin(tcb: Tcb, io: TcpIo): boolean {
  if (tcb.state !== 'ESTABLISHED' || !(tcb.config.thinLinear || io.sysctl.tcp_thin_linear_timeouts !== 0)) return false
  const past = Number.isFinite(tcb.congestion.ssthresh)
  return tcb.sent.length < THIN_SEGMENTS && past && tcb.recovery.timeouts <= THIN_RETRIES
}

/** A SYN,ACK was not answered: again at 1, 3, 7, 15, 31 s, and the half of a connection is forgotten at 63 s (tcp_synack_retries 5). */
export function synAckTimerFires(tcb: Tcb, io: TcpIo): void {
  const { recovery } = tcb
  if (tcb.state !== 'SYN-RECEIVED' || tcb.sent.length === 0) return
  const { synRetries, deferAccept } = tcb.config
  const most = synRetries > 0 ? synRetries : io.sysctl.tcp_synack_retries
  const deferred = tcb.ackDeferred && recovery.timeouts < deferAccept
  io.count('TCPTimeouts')
  if (recovery.timeouts >= most && !deferred) {
    losePatience(tcb, 'synAck', recovery.timeouts, 'synAckGaveUp', io)
    return
  }
  // Its ACK has come and only data is missing: nothing is sent until the last moment, which gives it one more chance (syn_ack_recalc).
  const resends = !tcb.ackDeferred || recovery.timeouts >= deferAccept - 1
  recovery.timeouts++
  recovery.timeoutsTotal++
  if (resends) retransmit(tcb, 0, 'timeoutRetransmit', io)
  setTransmitTimer(tcb, 'synAck', Math.min(synAckInterval(recovery.timeouts), rtoMax(tcb)), io)
}

/** The window is still shut, as far as we know: ask (RFC 9293 MUST-36). An answered probe never ends the connection. */
export function persistTimerFires(tcb: Tcb, io: TcpIo): void {
  if (tcb.sent.length > 0 || unsentBytes(tcb) === 0) {
    tcb.persistProbesSent = 0
    tcb.persistSince = 0
    return
  }
  if (probesExhausted(tcb, io)) {
    losePatience(tcb, 'persist', tcb.persistProbesSent, 'probeGaveUp', io)
    return
  }
  if (tcb.persistSince === 0) tcb.persistSince = io.now
  probeWindow(tcb, io)
}

function probesExhausted(tcb: Tcb, io: TcpIo): boolean {
  const user = tcb.config.userTimeoutMicros
  if (user > 0 && tcb.persistSince > 0 && io.now - tcb.persistSince >= user) return true
  let most = io.sysctl.tcp_retries2
  if (tcb.orphaned) {
    const alive = persistInterval(tcb) < rtoMax(tcb)
    most = orphanRetries(tcb, alive, io)
    if (!alive && tcb.rtt.backoff >= most) return true
  }
  return tcb.persistProbesSent >= most
}

/** Two round trips of silence after the last segment: a probe brings a SACK or an ACK where an RTO would bring a collapse. */
export function tailLossTimerFires(tcb: Tcb, io: TcpIo): void {
  if (tcb.sent.length > 0) probeTail(tcb, io)
}

/** The next burst may leave: what is lost first, then new data (tcp_tsq_write). */
export function pacingTimerFires(tcb: Tcb, io: TcpIo): void {
  const { recovery } = tcb
  if (recovery.lostOut > recovery.retransOut && segmentsInFlight(tcb) < tcb.congestion.cwnd) retransmitLost(tcb, io)
  transmitPending(tcb, io)
}

/** What was suspected when the last ACK came is now late enough to count as lost. */
export function reorderTimerFires(tcb: Tcb, io: TcpIo): void {
  const before = segmentsInFlight(tcb)
  if (tcb.sent.length === 0) return
  rackDetect(tcb, undefined, io)
  if (segmentsInFlight(tcb) !== before) {
    if (tcb.recovery.caState !== 'Recovery') {
      enterRecovery(tcb, undefined, io)
      if (algorithmOf(tcb).control === undefined) reduceWindow(tcb, 1, 1, 0)
    }
    retransmitLost(tcb, io)
  }
  if (!isArmed(tcb, 'retransmit')) rearmRto(tcb, io, true)
}
