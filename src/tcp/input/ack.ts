/**
 * Fifth step of RFC 9293 3.10.7.4: the ACK field, and what it means in each state. The window, the retransmission queue and congestion
 * control are the sender's (sender/ack.ts). Linux tcp_rcv_state_process (step 5), tcp_ack's verdicts.
 */
import { seqAdd, seqGe, seqGt, seqLe } from '../../base'
import { ACK, FIN, segmentLength } from '../../wire'
import type { TcpSegment } from '../../wire'
import { readThirdAck } from '../ecn/handshake'
import type { TcpIo } from '../io'
import { processAck } from '../sender/ack'
import { queueFin } from '../sender/transmit'
import { setState } from '../state'
import type { Tcb } from '../tcb'
import { abortOnData, finWait2Timeout, startFinWait2 } from './after-close'
import { challenge, drop, refuse } from './drop'
import { enterEstablished } from './negotiate'
import { enterTimeWait } from './time-wait'
import { takeTimestamp } from './timestamps'

/** Whether the segment's text and FIN are still to be looked at. */
export function ackContinues(tcb: Tcb, segment: TcpSegment, packet: number, io: TcpIo): boolean {
  tcb.lastReceivedAt = io.now
  const current = seqGe(segment.ack, tcb.snd.una) && seqLe(segment.ack, tcb.snd.nxt)
  const clockMoved = (current || isPredictedAck(tcb, segment)) && takeTimestamp(tcb, segment, io)
  const verdict = processAck(tcb, segment, io, clockMoved)
  if (verdict !== 'accepted') {
    const reason = verdict === 'future' ? 'futureAck' : 'oldAck'
    if (tcb.state === 'SYN-RECEIVED') {
      drop(packet, reason, 'ackCheck', io)
      refuse(tcb, segment, io)
      return false
    }
    if (verdict !== 'old') {
      challenge(tcb, packet, reason, 'ackCheck', io)
      return false
    }
  }
  switch (tcb.state) {
    case 'SYN-RECEIVED':
      if (!tcb.passive && tcb.ecn.mode === 'accecn') readThirdAck(tcb, segment, io)
      handshakeDone(tcb, io)
      return true
    case 'FIN-WAIT-1':
      return !finIsAcked(tcb) || finWait1Acked(tcb, segment, io)
    case 'CLOSING':
      if (!finIsAcked(tcb)) return true
      enterTimeWait(tcb, io, 'finAcked')
      return false
    case 'LAST-ACK':
      if (!finIsAcked(tcb)) return true
      setState(tcb, 'CLOSED', io, 'finAcked')
      return false
    default:
      return tcb.state !== 'CLOSED'
  }
}

/** Our FIN, the last thing in the send queue, is acked. */
export function finIsAcked(tcb: Tcb): boolean {
  return tcb.finQueued && tcb.snd.una === tcb.snd.end
}

function handshakeDone(tcb: Tcb, io: TcpIo): void {
  // The child of a listener is made with this ACK; of the SYN's window it knows nothing (tcp_create_openreq_child).
  if (tcb.passive) tcb.snd.maxWnd = tcb.snd.wnd
  enterEstablished(tcb, io, 'establishedByAck')
  // A request's SYN,ACK is not in a queue that counts it; of a simultaneous open it is, and Linux counts it twice.
  if (!tcb.passive) tcb.recovery.delivered++
  if (!tcb.sendShutdown) return
  setState(tcb, 'FIN-WAIT-1', io, 'shutdownCall')
  queueFin(tcb, io)
}

/**
 * The peer has our FIN. Where the same segment brings the peer's own FIN next in order, the figure's edge FIN-WAIT-1 > TIME-WAIT is taken
 * by fin.ts, and FIN-WAIT-2 is never seen.
 */
function finWait1Acked(tcb: Tcb, segment: TcpSegment, io: TcpIo): boolean {
  if (tcb.orphaned && carriesNewData(tcb, segment)) {
    abortOnData(tcb, segment, io)
    return false
  }
  if (finIsNext(tcb, segment)) return true
  setState(tcb, 'FIN-WAIT-2', io, 'finAcked')
  if (!tcb.orphaned) return true
  startFinWait2(tcb, finWait2Timeout(tcb), io)
  return tcb.state === 'FIN-WAIT-2'
}

/** The segment ends in a FIN that nothing is missing before. */
function finIsNext(tcb: Tcb, segment: TcpSegment): boolean {
  const end = seqAdd(segment.seq, segmentLength(segment))
  return (segment.flags & FIN) !== 0 && seqLe(segment.seq, tcb.rcv.nxt) && seqGt(end, tcb.rcv.nxt)
}

/** Bytes beyond RCV.NXT, or a FIN that stands beyond it: then there were bytes before it. */
export function carriesNewData(tcb: Tcb, segment: TcpSegment): boolean {
  return segmentLength(segment) > 0 && seqGt(seqAdd(segment.seq, segment.payload.length), tcb.rcv.nxt)
}

/**
 * Header prediction of a bare ACK (tcp_rcv_established, pred_flags): nothing about it is out of the ordinary but that it may be old, and Linux has taken
 * its timestamp by the time it looks at that.
 */
function isPredictedAck(tcb: Tcb, { flags, seq, ack, window, options, payload }: TcpSegment): boolean {
  const { rcv, snd } = tcb
  if (tcb.state !== 'ESTABLISHED' || flags !== ACK || payload.length > 0 || seq !== rcv.nxt || seqGt(ack, snd.nxt))
    return false
  return options.sack.length === 0 && window * 2 ** snd.wscale === snd.wnd && tcb.outOfOrder.length === 0
}
