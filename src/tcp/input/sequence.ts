/**
 * First step of RFC 9293 3.10.7.4: is the segment one that could come now? Timestamps first (RFC 7323 5.3 R1), then the window. What is
 * neither is answered with an ACK, so that a peer that lost its bearings finds them. Linux tcp_validate_incoming, tcp_sequence,
 * tcp_send_dupack.
 */
import { seqAdd, seqGt, seqLt } from '../../base'
import { FIN, RST, segmentLength, SYN } from '../../wire'
import type { TcpSegment } from '../../wire'
import { synOnConnection } from '../ecn/handshake'
import { noteSpuriousRetransmission } from '../ecn/receive'
import type { TcpIo } from '../io'
import { enterQuickAck } from '../receiver/ack'
import { reportDuplicate } from '../receiver/sack'
import { farthestWindow } from '../receiver/window'
import { sendAck } from '../sender/transmit'
import type { Tcb } from '../tcb'
import { drop, isOutOfWindowLimited } from './drop'
import { isLateReset, resetArrives } from './reset'
import { synArrives, synIsExpected } from './syn'
import { pawsVerdict } from './timestamps'

/** Steps one to four: sequence number, RST, (security,) SYN. False when the segment has been dealt with. */
export function isAcceptable(tcb: Tcb, segment: TcpSegment, packet: number, io: TcpIo): boolean {
  const reset = (segment.flags & RST) !== 0
  const syn = (segment.flags & SYN) !== 0
  const paws = reset ? undefined : pawsVerdict(tcb, segment, io)
  if (paws !== undefined) {
    if (syn) synArrives(tcb, packet, io)
    else rejectByPaws(tcb, segment, packet, paws, io)
    return false
  }
  if (!isInWindow(tcb, segment)) {
    if (reset) {
      if (isLateReset(tcb, segment)) resetArrives(tcb, segment, packet, io)
      else drop(packet, 'invalidReset', 'sequenceCheck', io)
    } else if (syn) synArrives(tcb, packet, io)
    else rejectBySequence(tcb, segment, packet, io)
    return false
  }
  if (reset) {
    resetArrives(tcb, segment, packet, io)
    return false
  }
  if (syn && !synIsExpected(tcb, segment)) {
    const accurate = tcb.ecn.mode === 'accecn'
    if (accurate) synOnConnection(tcb, segment)
    synArrives(tcb, packet, io, accurate)
    return false
  }
  return true
}

/**
 * RFC 9293 3.4's four cases, in Linux's reading: a segment may begin before RCV.NXT as long as it does not end before what we acked last, and
 * may run past the window's end while nothing waits to be read. The end is the farthest that was ever offered: a window that was taken back
 * since is no fault of the peer.
 */
function isInWindow(tcb: Tcb, segment: TcpSegment): boolean {
  const end = seqAdd(segment.seq, segmentLength(segment))
  if (seqLt(end, tcb.rcv.wup)) return false
  const limit = seqAdd(tcb.rcv.nxt, farthestWindow(tcb))
  if (!seqGt(end, limit)) return true
  if ((segment.flags & FIN) !== 0 && !seqGt(seqAdd(end, -1), limit)) return true
  // A FIN waits for its reader in Linux's receive queue, too.
  return !seqGt(segment.seq, limit) && tcb.receiveChunks.length === 0 && !tcb.finReceived
}

function rejectByPaws(tcb: Tcb, segment: TcpSegment, packet: number, verdict: 'old' | 'oldAck', io: TcpIo): void {
  drop(packet, 'paws', 'paws', io)
  io.count(verdict === 'oldAck' ? 'PAWSOldAck' : 'PAWSEstab')
  if (verdict === 'oldAck' || isOutOfWindowLimited(tcb, segment, 'TCPACKSkippedPAWS', io)) return
  answerOutOfWindow(tcb, segment, io)
}

function rejectBySequence(tcb: Tcb, segment: TcpSegment, packet: number, io: TcpIo): void {
  drop(packet, 'outOfWindow', 'sequenceCheck', io)
  if (!seqLt(seqAdd(segment.seq, segmentLength(segment)), tcb.rcv.wup)) io.count('BeyondWindow')
  if (!isOutOfWindowLimited(tcb, segment, 'TCPACKSkippedSeq', io)) answerOutOfWindow(tcb, segment, io)
}

/** <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>, with a DSACK where the peer has sent again what we had. */
function answerOutOfWindow(tcb: Tcb, segment: TcpSegment, io: TcpIo): void {
  const length = segmentLength(segment)
  if (length > 0 && seqLt(segment.seq, tcb.rcv.nxt)) {
    const end = seqAdd(segment.seq, length)
    io.count('DelayedACKLost')
    enterQuickAck(tcb)
    if (tcb.negotiated.sack && io.sysctl.tcp_dsack !== 0) noteSpuriousRetransmission(tcb, end)
    reportDuplicate(tcb, segment.seq, seqGt(end, tcb.rcv.nxt) ? tcb.rcv.nxt : end, io)
  }
  sendAck(tcb, io, 'duplicateAck')
}
