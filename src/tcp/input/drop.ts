/** Ignoring a segment, and answering it without a change of state: with a RST, or with a challenge ACK whose number is limited. */
import type { DropReason, RuleName } from '../../trace'
import { DROP_REASONS } from '../../trace'
import { MICROS_PER_MS, MICROS_PER_SECOND } from '../../base'
import type { TcpSegment } from '../../wire'
import { NOT_ECT, segmentLength, SYN } from '../../wire'
import type { TcpIo } from '../io'
import { resetFor } from '../reset'
import { sendAck } from '../sender/transmit'
import type { Tcb } from '../tcb'

const REASON_CODE: ReadonlyMap<DropReason, number> = new Map(DROP_REASONS.map((reason, code) => [reason, code]))
/** tcp_challenge_ack_limit of this value means none. */
const NO_LIMIT = 2_147_483_647

/** Says that the segment was ignored and why. */
export function drop(packet: number, reason: DropReason, rule: RuleName, io: TcpIo): void {
  io.recorder.emit('tcp/segmentDropped', rule, packet, REASON_CODE.get(reason) ?? 0)
}

/** Answers with RST (RFC 9293 3.10.7.1); nothing where the segment is a RST itself. */
export function refuse(tcb: Tcb, segment: TcpSegment, io: TcpIo): void {
  const reset = resetFor(segment)
  if (reset === undefined) return
  io.count('OutRsts')
  // It is not of the connection, and so not ECN-capable.
  const { codepoint } = tcb.ecn
  tcb.ecn.codepoint = NOT_ECT
  io.transmit(tcb, reset, 'reset')
  tcb.ecn.codepoint = codepoint
}

/**
 * Ignores the segment and makes its sender prove that it is the peer, by an ACK (RFC 5961): at most one in tcp_invalid_ratelimit for a
 * connection, and at most tcp_challenge_ack_limit a second. Linux counts the second limit for the whole host, with some jitter; here
 * each connection has its own. `reflects`: its ACE field feeds back how the segment arrived.
 */
export function challenge(
  tcb: Tcb,
  packet: number,
  reason: DropReason,
  rule: RuleName,
  io: TcpIo,
  reflects = false,
): void {
  if (isRateLimited(tcb, 'TCPACKSkippedChallenge', io) || isOverLimit(tcb, io)) {
    drop(packet, 'challengeAckRateLimited', 'challengeAckLimit', io)
    return
  }
  drop(packet, reason, rule, io)
  io.count('TCPChallengeACK')
  sendAck(tcb, io, 'challengeAck', reflects)
}

/** Whether an answer to this segment would come too soon after the last such answer. Data never starts an ACK loop, so it always gets one. */
export function isOutOfWindowLimited(tcb: Tcb, segment: TcpSegment, counter: string, io: TcpIo): boolean {
  if (segmentLength(segment) > 0 && (segment.flags & SYN) === 0) return false
  return isRateLimited(tcb, counter, io)
}

function isRateLimited(tcb: Tcb, counter: string, io: TcpIo): boolean {
  const last = tcb.ack.lastOutOfWindowAckAt
  if (last !== 0 && io.now - last < io.sysctl.tcp_invalid_ratelimit * MICROS_PER_MS) {
    io.count(counter)
    return true
  }
  tcb.ack.lastOutOfWindowAckAt = io.now
  return false
}

function isOverLimit(tcb: Tcb, io: TcpIo): boolean {
  const limit = io.sysctl.tcp_challenge_ack_limit
  if (limit === NO_LIMIT) return false
  const { ack } = tcb
  if (ack.challengeCount === 0 || io.now - ack.lastChallengeAt >= MICROS_PER_SECOND) {
    ack.lastChallengeAt = io.now
    ack.challengeCount = 0
  }
  ack.challengeCount++
  return ack.challengeCount > limit
}
