/**
 * RFC 9293 3.10.7.3: the answer to our SYN. A SYN,ACK opens the connection, a RST refuses it, a bare SYN is the peer's own active open
 * (simultaneous open, MUST-10). Linux tcp_rcv_synsent_state_process. Data on a SYN,ACK is left to be sent again.
 */
import { MICROS_PER_MS, seqGt, seqLe } from '../../base'
import { ACK, RST, SYN } from '../../wire'
import type { TcpSegment } from '../../wire'
import { readCrossingSyn, readSynAck } from '../ecn/handshake'
import type { TcpIo } from '../io'
import { timestampNow } from '../options'
import { enterQuickAck } from '../receiver/ack'
import { initialMssEstimate } from '../receiver/autotune'
import { processAck } from '../sender/ack'
import { sendAck, sendSynAck, transmitPending } from '../sender/transmit'
import { setError, setState } from '../state'
import type { Tcb } from '../tcb'
import { armTimer } from '../timers'
import { drop, refuse } from './drop'
import { enterEstablished, learnSyn } from './negotiate'

/** Linux TCP_TIMEOUT_MIN: after an answer that belongs to another time, the SYN is sent again at once. */
const AT_ONCE = 2 * MICROS_PER_MS
/** TCP_DELACK_MAX. */
const MOST_DELAY = 200 * MICROS_PER_MS

export function synSentArrives(tcb: Tcb, segment: TcpSegment, packet: number, io: TcpIo): void {
  const { flags } = segment
  if ((flags & ACK) !== 0 && !acksOurSyn(tcb, segment, io)) {
    drop(packet, 'futureAck', 'synSentBadAck', io)
    refuse(tcb, segment, io)
    return
  }
  if ((flags & RST) !== 0) {
    if ((flags & ACK) !== 0) refused(tcb, io)
    else drop(packet, 'invalidReset', 'synSentIgnored', io)
    return
  }
  if ((flags & SYN) === 0) {
    drop(packet, 'missingSyn', 'synSentIgnored', io)
    return
  }
  if ((flags & ACK) !== 0) synAckArrives(tcb, segment, io)
  else synCrosses(tcb, segment, io)
}

/** SND.UNA < SEG.ACK =< SND.NXT, and it echoes no timestamp that we have not sent. */
function acksOurSyn(tcb: Tcb, segment: TcpSegment, io: TcpIo): boolean {
  if (seqLe(segment.ack, tcb.snd.una) || seqGt(segment.ack, tcb.snd.nxt)) {
    // An RST, too, says that the peer still knows another connection.
    if (tcb.recovery.timeouts === 0) armTimer(tcb, 'retransmit', io.now + AT_ONCE, io)
    return false
  }
  const echo = segment.options.timestamps?.echo ?? 0
  if (echo === 0 || io.sysctl.tcp_timestamps === 0) return true
  const first = timestampNow(tcb, tcb.recovery.retransStamp)
  const known = ((echo - first) | 0) >= 0 && ((timestampNow(tcb, io.now) - echo) | 0) >= 0
  if (!known) io.count('PAWSActive')
  return known
}

function refused(tcb: Tcb, io: TcpIo): void {
  setError(tcb, 'ECONNREFUSED', io, 'connectionRefused')
  setState(tcb, 'CLOSED', io, 'connectionRefused', 'reset')
}

function synAckArrives(tcb: Tcb, segment: TcpSegment, io: TcpIo): void {
  learnSyn(tcb, segment, io)
  readSynAck(tcb, segment, io)
  tcb.lastReceivedAt = io.now
  processAck(tcb, segment, io)
  enterEstablished(tcb, io, 'synSentAnswered')
  if (waitsForData(tcb)) {
    // The program will say something soon: the ACK goes with it (tcp_rcv_synsent_state_process).
    enterQuickAck(tcb)
    tcb.ack.pending = true
    armTimer(tcb, 'delayedAck', io.now + MOST_DELAY, io)
  } else sendAck(tcb, io, 'ack', tcb.ecn.mode === 'accecn')
  transmitPending(tcb, io)
}

/** A writer waits, TCP_DEFER_ACCEPT is set, or TCP_QUICKACK is 0. */
function waitsForData(tcb: Tcb): boolean {
  return tcb.writerWaits || tcb.config.deferAccept > 0 || tcb.ack.pingpong > 0
}

function synCrosses(tcb: Tcb, segment: TcpSegment, io: TcpIo): void {
  setState(tcb, 'SYN-RECEIVED', io, 'simultaneousOpen')
  learnSyn(tcb, segment, io)
  readCrossingSyn(tcb, segment, io)
  tcb.receive.mssEstimate = initialMssEstimate(tcb)
  sendSynAck(tcb, io)
}
