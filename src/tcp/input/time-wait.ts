/**
 * TIME-WAIT, and FIN-WAIT-2 of an orphan, for which Linux keeps but a small record: every segment is answered with an ACK or ignored, a
 * FIN that comes again starts the 2MSL over, a new SYN may have the place (RFC 9293 3.6.1, 3.10.7.4, RFC 6191, RFC 1337). Linux
 * tcp_timewait_state_process.
 */
import { seqAdd, seqGt, seqLt } from '../../base'
import { ACK, FIN, NOT_ECT, RST, segmentLength, SYN } from '../../wire'
import type { TcpSegment } from '../../wire'
import type { RuleName, SendPurpose } from '../../trace'
import type { TcpIo } from '../io'
import { discardIslands } from '../receiver/reassembly'
import { receiveWindow } from '../receiver/window'
import { sendAck } from '../sender/transmit'
import { setState } from '../state'
import type { Tcb } from '../tcb'
import { armTimer, stopAllTimers } from '../timers'
import { TIME_WAIT_LENGTH } from './after-close'
import { drop, isOutOfWindowLimited, refuse } from './drop'
import { age, pawsRejects, storeTimestamp } from './timestamps'

/** Both FINs are acked: the place stays taken for 2MSL (MUST-13; Linux always 60 s). */
export function enterTimeWait(tcb: Tcb, io: TcpIo, rule: RuleName): void {
  setState(tcb, 'TIME-WAIT', io, rule)
  stopAllTimers(tcb)
  discardIslands(tcb)
  tcb.ack.pending = false
  tcb.ack.now = false
  // The record that takes the socket's place has limited nothing yet.
  tcb.ack.lastOutOfWindowAckAt = 0
  startOver(tcb, io)
}

/** 'newSyn' where the segment is a SYN that may open a new connection between the same ends; nothing has happened then. */
export function waitingRecordArrives(tcb: Tcb, segment: TcpSegment, packet: number, io: TcpIo): 'done' | 'newSyn' {
  const paws = pawsRejects(tcb, segment, io)
  if (tcb.state === 'FIN-WAIT-2') finWait2Arrives(tcb, segment, packet, paws, io)
  else return timeWaitArrives(tcb, segment, packet, paws, io)
  return 'done'
}

/** The old connection makes room for the new one that a SYN opens between the same ends. */
export function leaveTimeWait(tcb: Tcb, io: TcpIo): void {
  setState(tcb, 'CLOSED', io, 'timeWaitNewSyn')
}

/** Nobody listens for the new SYN: it is answered as any other segment. */
export function answerInTimeWait(tcb: Tcb, io: TcpIo): void {
  sendAck(tcb, io, 'ack')
}

function timeWaitArrives(tcb: Tcb, segment: TcpSegment, packet: number, paws: boolean, io: TcpIo): 'done' | 'newSyn' {
  const { flags, seq } = segment
  const reset = (flags & RST) !== 0
  if (!paws && seq === tcb.rcv.nxt && (segmentLength(segment) === 0 || reset)) {
    inSequence(tcb, segment, packet, reset, io)
    return 'done'
  }
  const isNew = seqGt(seq, tcb.rcv.nxt) || (segment.options.timestamps !== undefined && age(tcb, segment) < 0)
  if ((flags & (SYN | ACK | RST)) === SYN && !paws && isNew) return 'newSyn'
  drop(packet, paws ? 'paws' : 'timeWait', paws ? 'paws' : 'timeWaitSegment', io)
  if (paws) io.count('PAWSTimewait')
  if (reset) return 'done'
  // A SYN without ACK may be an old one: it must not keep the record alive.
  if (paws || (flags & ACK) !== 0) startOver(tcb, io)
  if (!isOutOfWindowLimited(tcb, segment, 'TCPACKSkippedTimeWait', io)) answerStray(tcb, 'ack', io)
  return 'done'
}

/** At RCV.NXT there can be but a RST or a bare ACK. */
function inSequence(tcb: Tcb, segment: TcpSegment, packet: number, reset: boolean, io: TcpIo): void {
  if (reset && io.sysctl.tcp_rfc1337 === 0) {
    setState(tcb, 'CLOSED', io, 'timeWaitAssassination')
    return
  }
  drop(packet, 'timeWait', 'timeWaitSegment', io)
  if (!reset) startOver(tcb, io)
  takeValue(tcb, segment, io)
}

function finWait2Arrives(tcb: Tcb, segment: TcpSegment, packet: number, paws: boolean, io: TcpIo): void {
  const { flags, seq } = segment
  const { nxt } = tcb.rcv
  const end = seqAdd(seq, segmentLength(segment))
  if (paws || !isInWindow(tcb, segment)) {
    drop(packet, paws ? 'paws' : 'outOfWindow', paws ? 'paws' : 'sequenceCheck', io)
    if (!isOutOfWindowLimited(tcb, segment, 'TCPACKSkippedFinWait2', io)) answerStray(tcb, 'duplicateAck', io)
    return
  }
  if ((flags & RST) !== 0) {
    setState(tcb, 'CLOSED', io, 'resetAccepted', 'reset')
    return
  }
  const newSyn = (flags & SYN) !== 0 && !seqLt(seq, nxt)
  if (!newSyn && ((flags & ACK) === 0 || !seqGt(end, nxt) || end === seq)) {
    drop(packet, 'duplicate', 'timeWaitSegment', io)
    return
  }
  if (newSyn || (flags & FIN) === 0 || end !== seqAdd(nxt, 1)) {
    io.count('TCPAbortOnData')
    refuse(tcb, segment, io)
    setState(tcb, 'CLOSED', io, 'dataAfterClose', 'abort')
    return
  }
  tcb.rcv.nxt = end
  tcb.finReceived = true
  tcb.totals.bytesReceived++
  takeValue(tcb, segment, io)
  sendAck(tcb, io, 'ack')
  enterTimeWait(tcb, io, 'finReceived')
}

/** The answer to what does not belong here is not ECN-capable (TCP_TW_ACK_OOW). */
function answerStray(tcb: Tcb, purpose: SendPurpose, io: TcpIo): void {
  const { codepoint } = tcb.ecn
  tcb.ecn.codepoint = NOT_ECT
  sendAck(tcb, io, purpose)
  tcb.ecn.codepoint = codepoint
}

function startOver(tcb: Tcb, io: TcpIo): void {
  armTimer(tcb, 'timeWait', io.now + TIME_WAIT_LENGTH, io)
}

function takeValue(tcb: Tcb, segment: TcpSegment, io: TcpIo): void {
  const { timestamps } = segment.options
  if (timestamps !== undefined) storeTimestamp(tcb, timestamps.value, io)
}

function isInWindow(tcb: Tcb, segment: TcpSegment): boolean {
  const { nxt } = tcb.rcv
  const end = seqAdd(segment.seq, segmentLength(segment))
  const edge = seqAdd(nxt, receiveWindow(tcb))
  if (segment.seq === nxt) return true
  if (seqGt(end, nxt) && seqLt(segment.seq, edge)) return true
  return segment.seq === edge && segment.seq === end
}
