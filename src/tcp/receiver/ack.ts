/**
 * What a receiver remembers about its ACKs: whether one is owed, how many must be quick, how long one may wait (RFC 9293 3.8.6.3). Linux
 * tcp_event_data_recv, tcp_incr_quickack, tcp_enter_quickack_mode, tcp_event_ack_sent, inet_csk_inc_pingpong_cnt. When they leave
 * is decided in ack-timing.ts.
 */
import { MICROS_PER_MS } from '../../base'
import type { Micros, Seq32 } from '../../base'
import type { TcpIo } from '../io'
import type { Tcb } from '../tcb'
import { stopTimer } from '../timers'

/** Linux TCP_ATO_MIN and TCP_DELACK_MIN. */
export const LEAST_DELAY: Micros = 40 * MICROS_PER_MS
/** TCP_MAX_QUICKACKS. */
const MOST_QUICK_ACKS = 16
const MOST_PINGPONG = 255

/** Data has come in order: an ACK is owed, and its delay adapts to the time between segments. */
export function scheduleAck(tcb: Tcb, io: TcpIo): void {
  const { ack, receive, rtt } = tcb
  ack.pending = true
  if (ack.ato === 0) {
    addQuickAcks(tcb)
    ack.ato = LEAST_DELAY
  } else {
    const gap = io.now - receive.lastDataAt
    if (gap <= LEAST_DELAY / 2) ack.ato = ack.ato / 2 + LEAST_DELAY / 2
    else if (gap < ack.ato) ack.ato = Math.min(ack.ato / 2 + gap, rtt.rto)
    else if (gap > rtt.rto) addQuickAcks(tcb)
  }
  receive.lastDataAt = io.now
}

/** Enough quick ACKs for half of the window, at most 16 or `most` (tcp_incr_quickack). */
export function addQuickAcks(tcb: Tcb, most = MOST_QUICK_ACKS): void {
  const half = Math.floor(tcb.rcv.wnd / (2 * tcb.receive.mssEstimate))
  tcb.ack.quick = Math.max(tcb.ack.quick, Math.min(half === 0 ? 2 : half, most))
}

/** The peer needs to hear from us at once: it repeats itself, or is beyond the window (tcp_enter_quickack_mode). */
export function enterQuickAck(tcb: Tcb, most = MOST_QUICK_ACKS): void {
  addQuickAcks(tcb, most)
  tcb.ack.pingpong = 0
  tcb.ack.ato = LEAST_DELAY
}

/** ACKs are sent at once: quick ones are left and no conversation in small turns is under way. */
export function isQuick(tcb: Tcb): boolean {
  return tcb.ack.quick > 0 && tcb.ack.pingpong === 0
}

/** A segment that bears an ACK has left: nothing is owed any more. */
export function onAckSent(tcb: Tcb, ackOf: Seq32, io: TcpIo): void {
  const { ack } = tcb
  if (ack.compressed > 0) {
    io.count('TCPAckCompressed', ack.compressed)
    ack.compressed = 0
    stopTimer(tcb, 'compressedAck')
  }
  // One that only tells of an earlier mark leaves everything owed.
  if (ackOf !== tcb.rcv.nxt) return
  if (ack.quick > 1) ack.quick--
  else if (ack.quick === 1) {
    ack.quick = 0
    ack.ato = LEAST_DELAY
  }
  ack.pending = false
  ack.now = false
  ack.noMemory = false
  ack.pushed = false
  ack.pushedTwice = false
  ack.lastSentAt = io.now
  tcb.timestamps.lastAckSent = tcb.rcv.nxt
  stopTimer(tcb, 'delayedAck')
}

/** Data has left soon after data came: the two take turns, so an ACK may wait for the answer that will carry it. */
export function onDataSent(tcb: Tcb, io: TcpIo): void {
  const { ack } = tcb
  if (ack.ato > 0 && io.now - tcb.receive.lastDataAt < ack.ato && ack.pingpong < MOST_PINGPONG) ack.pingpong++
}
