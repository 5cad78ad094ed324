/**
 * SYN-RECEIVED of a passive open. Linux keeps no socket for it but a small request beside the listener, with its own checks, and so its answers
 * differ a little from RFC 9293 3.10.7.4: tcp_check_req. Here it is a TCB like any other; this file makes those checks before the
 * general steps. A connection that ends here goes back to LISTEN (MUST-11), and the host forgets it.
 */
import { seqAdd, seqGt, seqLt } from '../../base'
import { ACK, RST, segmentLength, SYN } from '../../wire'
import type { TcpSegment } from '../../wire'
import type { RuleName } from '../../trace'
import { passiveOpened, requestCameAgain } from '../ecn/handshake'
import type { TcpIo } from '../io'
import { timestampNow } from '../options'
import { handshakeWindow } from '../receiver/window'
import { sendAck, synAckInterval } from '../sender/transmit'
import { retransmit } from '../sender/retransmit'
import { setTransmitTimer } from '../sender/transmit-timer'
import { setState } from '../state'
import type { Tcb } from '../tcb'
import { challenge, drop, isOutOfWindowLimited, refuse } from './drop'
import { pawsRejects, takeTimestamp } from './timestamps'

/** Whether the segment completes the handshake, so that the general steps may have it. */
export function handshakeCompletes(tcb: Tcb, segment: TcpSegment, packet: number, io: TcpIo): boolean {
  const paws = pawsRejects(tcb, segment, io)
  if ((segment.flags & RST) !== 0) {
    if (paws) {
      drop(packet, 'paws', 'paws', io)
      io.count('PAWSEstab')
    } else resetInHandshake(tcb, segment, packet, io)
    return false
  }
  const control = segment.flags & (SYN | ACK)
  if (segment.seq === tcb.irs && control === SYN && !paws) {
    synAgain(tcb, segment, packet, io)
    return false
  }
  if ((control & ACK) !== 0 && segment.ack !== tcb.snd.nxt) {
    // Not ours: the listener answers it.
    drop(packet, 'futureAck', 'ackCheck', io)
    refuse(tcb, segment, io)
    return false
  }
  const echo = !echoesOurs(tcb, segment)
  if (paws || echo || !isInWindow(tcb, segment)) {
    drop(packet, paws ? 'paws' : 'outOfWindow', paws ? 'paws' : 'sequenceCheck', io)
    if (paws) io.count('PAWSEstab')
    else if (echo) io.count('TSEcrRejected')
    const answer = !isOutOfWindowLimited(tcb, segment, 'TCPACKSkippedSynRecv', io)
    if (answer) sendAck(tcb, io, 'duplicateAck')
    return false
  }
  const syn = (control & SYN) !== 0 && segment.seq !== tcb.irs
  if (syn) {
    backToListen(tcb, segment, 'embryonicReset', io)
    return false
  }
  if ((control & ACK) === 0) {
    drop(packet, 'missingAck', 'missingAck', io)
    return false
  }
  const bare = segmentLength(segment) === 0 && seqAdd(tcb.irs, 1) === segment.seq
  if (bare && tcb.recovery.timeouts < tcb.config.deferAccept) {
    tcb.ackDeferred = true
    io.count('TCPDeferAcceptDrop')
    drop(packet, 'deferredAccept', 'deferAccept', io)
    return false
  }
  return isAdmitted(tcb, segment, packet, io)
}

/** An exact RST ends the attempt; one elsewhere in the window is challenged, whatever it acks (RFC 9293 3.10.7.4, RFC 5961 3.2). */
function resetInHandshake(tcb: Tcb, segment: TcpSegment, packet: number, io: TcpIo): void {
  if (segment.seq === tcb.rcv.nxt) backToListen(tcb, segment, 'embryonicReset', io)
  else if (isInWindow(tcb, segment)) challenge(tcb, packet, 'invalidReset', 'resetChallenged', io)
  else drop(packet, 'invalidReset', 'sequenceCheck', io)
}

/** The peer has not seen our SYN,ACK. */
function synAgain(tcb: Tcb, segment: TcpSegment, packet: number, io: TcpIo): void {
  drop(packet, 'duplicate', 'duplicateSyn', io)
  if (tcb.sent.length === 0 || isOutOfWindowLimited(tcb, segment, 'TCPACKSkippedSynRecv', io)) return
  requestCameAgain(tcb, segment)
  retransmit(tcb, 0, 'synAck', io)
  setTransmitTimer(tcb, 'synAck', synAckInterval(tcb.recovery.timeouts), io)
}

/** Asks the listener for a place in its accept queue. */
function isAdmitted(tcb: Tcb, segment: TcpSegment, packet: number, io: TcpIo): boolean {
  const answer = io.admit(tcb)
  if (answer === 'accept') {
    // Only the ACK that makes the socket brings it a timestamp.
    takeTimestamp(tcb, segment, io)
    passiveOpened(tcb, segment, io)
    return true
  }
  drop(packet, 'acceptQueueFull', 'acceptQueueFull', io)
  if (answer === 'reset') backToListen(tcb, segment, 'acceptQueueFull', io)
  return false
}

function backToListen(tcb: Tcb, segment: TcpSegment, rule: RuleName, io: TcpIo): void {
  io.count('EmbryonicRsts')
  refuse(tcb, segment, io)
  setState(tcb, 'LISTEN', io, rule)
}

/** Linux 6.15: the timestamp that it echoes, if any, is one that our SYN,ACKs bore. */
function echoesOurs(tcb: Tcb, { options }: TcpSegment): boolean {
  const echo = options.timestamps?.echo ?? 0
  const sent = tcb.sent.at(0)
  if (echo === 0 || sent === undefined || !tcb.negotiated.timestamps) return true
  const first = timestampNow(tcb, sent.firstSentAt)
  return ((echo - first) | 0) >= 0 && ((timestampNow(tcb, sent.lastSentAt) - echo) | 0) >= 0
}

/** tcp_in_window over the window that the SYN,ACK has offered. */
function isInWindow(tcb: Tcb, segment: TcpSegment): boolean {
  const { nxt } = tcb.rcv
  const end = seqAdd(segment.seq, segmentLength(segment))
  const edge = seqAdd(nxt, handshakeWindow(tcb))
  if (segment.seq === nxt) return true
  if (seqGt(end, nxt) && seqLt(segment.seq, edge)) return true
  return segment.seq === edge && segment.seq === end
}
