/**
 * When to acknowledge: at once, after a while, or together with data that goes the other way. Quick ACKs for a new sender's slow start,
 * one for every second full segment, at most 200 ms for anything else (RFC 9293 3.8.6.3, RFC 5681 4.2, MUST-40, MUST-58). Linux
 * __tcp_ack_snd_check, tcp_send_delayed_ack, tcp_delack_timer_handler, and SACK compression (tcp_compressed_ack_kick).
 */
import { MICROS_PER_MS, NEVER, seqDiff } from '../../base'
import type { Micros } from '../../base'
import type { SendPurpose } from '../../trace'
import type { TcpIo } from '../io'
import { rtoMin } from '../rtt'
import { sendAck } from '../sender/transmit'
import type { Tcb } from '../tcb'
import { armTimer, isArmed, stopTimer } from '../timers'
import { isQuick, LEAST_DELAY } from './ack'
import { windowToOffer } from './window'

/** Linux TCP_DELACK_MAX; HZ / 2 where nothing hurries. */
const MOST_DELAY: Micros = 200 * MICROS_PER_MS
const MOST_DELAY_UNHURRIED: Micros = 500 * MICROS_PER_MS
/** Duplicate ACKs that a sender needs to see without delay: its threshold for fast retransmit. */
const DUPLICATES_UNCOMPRESSED = 3

/** After a segment was processed: sends the ACK that is owed, or starts its delay. */
export function ackIfDue(tcb: Tcb, io: TcpIo): void {
  const { ack, rcv, outOfOrder } = tcb
  // That it may not be delayed does not make one owed.
  if (!ack.pending) return
  const unacked = seqDiff(rcv.nxt, rcv.wup)
  // A reader that waits for more (SO_RCVLOWAT) will not tell of the window.
  const waits = seqDiff(rcv.nxt, rcv.copied) < tcb.config.receiveLowat
  const moved = unacked > tcb.receive.mssEstimate && (waits || windowToOffer(tcb) >= rcv.wnd)
  if (moved || isQuick(tcb) || ack.now) sendAck(tcb, io, purposeNow(tcb))
  else if (outOfOrder.length === 0) delayAck(tcb, io)
  else compressAck(tcb, io)
}

/** The delay is over. One that had to fire was too short a wait for company, so the next is longer, or the turns have ended. */
export function delayedAckTimerFires(tcb: Tcb, io: TcpIo): void {
  const { ack, rtt } = tcb
  if (!ack.pending) return
  if (ack.pingpong === 0) ack.ato = Math.min(ack.ato * 2, rtt.rto)
  else {
    ack.pingpong = 0
    ack.ato = LEAST_DELAY
  }
  io.count('DelayedACKs')
  sendAck(tcb, io, 'delayedAck')
}

/** Duplicate ACKs that were held back leave as one. */
export function compressedAckTimerFires(tcb: Tcb, io: TcpIo): void {
  if (tcb.ack.compressed > 0) sendAck(tcb, io, 'duplicateAck')
}

/** More islands than the first SACK blocks can tell: what is held back must not be lost (tcp_sack_compress_send_ack). */
export function releaseCompressed(tcb: Tcb, io: TcpIo): void {
  if (tcb.ack.compressed === 0) return
  io.count('TCPAckCompressed', tcb.ack.compressed - 1)
  tcb.ack.compressed = 0
  stopTimer(tcb, 'compressedAck')
  sendAck(tcb, io, 'duplicateAck')
}

function delayAck(tcb: Tcb, io: TcpIo): void {
  const { ack, rtt } = tcb
  let delay = ack.ato
  if (delay > LEAST_DELAY) {
    let most = ack.pingpong > 0 || ack.pushed ? MOST_DELAY : MOST_DELAY_UNHURRIED
    if (rtt.srtt > 0) most = Math.min(most, Math.max(rtt.srtt, LEAST_DELAY))
    delay = Math.min(delay, most)
  }
  // Below the shortest RTO of a peer like us, so that a delayed ACK is not taken for a loss.
  delay = Math.min(delay, tcb.config.delackMaxMicros, Math.max(rtoMin(tcb, io), 2 * MICROS_PER_MS) - MICROS_PER_MS)
  const before = tcb.timers.delayedAck.deadline
  if (before !== NEVER && before <= io.now + delay / 4) {
    sendAck(tcb, io, 'delayedAck')
    return
  }
  const deadline = Math.min(before, io.now + Math.ceil(delay))
  if (deadline === before) return
  armTimer(tcb, 'delayedAck', deadline, io)
  io.recorder.emit('tcp/ackDelayed', 'delayedAck', Math.round((deadline - io.now) / MICROS_PER_MS))
}

/** A gap is open: the first duplicate ACKs leave at once (RFC 5681 4.2), further ones are gathered for a fraction of the RTT. */
function compressAck(tcb: Tcb, io: TcpIo): void {
  const { ack, rcv, receive, rtt } = tcb
  if (!tcb.negotiated.sack || ack.compressed >= io.sysctl.tcp_comp_sack_nr) {
    sendAck(tcb, io, 'duplicateAck')
    return
  }
  if (ack.duplicatesOf !== rcv.nxt) {
    ack.duplicatesOf = rcv.nxt
    ack.duplicates = 0
  }
  if (ack.duplicates < DUPLICATES_UNCOMPRESSED) {
    ack.duplicates++
    sendAck(tcb, io, 'duplicateAck')
    return
  }
  ack.compressed++
  if (isArmed(tcb, 'compressedAck')) return
  const path = rtt.srtt > 0 && rtt.srtt < receive.rttMicros ? rtt.srtt : receive.rttMicros
  const { tcp_comp_sack_delay_ns: most, tcp_comp_sack_rtt_percent: percent } = io.sysctl
  armTimer(tcb, 'compressedAck', io.now + Math.floor(Math.min(most / 1_000, (path * percent) / 100)), io)
}

function purposeNow(tcb: Tcb): SendPurpose {
  return tcb.outOfOrder.length > 0 || tcb.receive.dsack !== undefined ? 'duplicateAck' : 'ack'
}
