/**
 * A segment arrives (RFC 9293 3.10.7): the order of the steps. Each step is a file beside this one. Linux tcp_v4_do_rcv,
 * tcp_rcv_established, tcp_rcv_state_process.
 */
import { seqGe } from '../../base'
import { ACK, RST, segmentLength, SYN } from '../../wire'
import type { TcpSegment } from '../../wire'
import { acceptCwr, countArrival } from '../ecn/receive'
import type { TcpIo } from '../io'
import { ackIfDue } from '../receiver/ack-timing'
import { urgentArrives } from '../receiver/urgent'
import { afterInput } from '../sender/hold'
import { refreshPath } from '../sender/mss'
import { transmitPending } from '../sender/transmit'
import { isCounted, isRequest, setState } from '../state'
import type { Tcb } from '../tcb'
import { isWaitingRecord } from '../waiting-record'
import { ackContinues, carriesNewData, finIsAcked } from './ack'
import { abortOnData, finWait2Timeout, startFinWait2 } from './after-close'
import { closedArrives } from './closed'
import { drop } from './drop'
import { isAcceptable } from './sequence'
import { handshakeCompletes } from './syn-received'
import { synSentArrives } from './syn-sent'
import { textArrives } from './text'
import { waitingRecordArrives } from './time-wait'

/**
 * Lets a segment for this connection in. `packet` is its number in the trace. 'newSyn' is the answer to a SYN that may take the place of
 * this TIME-WAIT: whoever has a listener calls `leaveTimeWait` and opens a new connection with it, whoever has none calls
 * `answerInTimeWait`. `codepoint`: ECN bits of its IP header.
 */
export function segmentArrives(
  tcb: Tcb,
  segment: TcpSegment,
  packet: number,
  io: TcpIo,
  codepoint = 0,
): 'done' | 'newSyn' {
  const { recorder } = io
  const { cause } = recorder
  const { seq, flags, ack, payload } = segment
  recorder.cause = recorder.emit('tcp/segmentArrived', 'segmentArrived', packet, seq, payload.length, flags, ack)
  const counted = isCounted(tcb)
  const request = isRequest(tcb)
  tcb.ecn.arriving = codepoint
  refreshPath(tcb, io)
  const outcome = arrives(tcb, segment, packet, io)
  if (counted || (request && isCounted(tcb))) {
    tcb.totals.segmentsIn++
    if (payload.length > 0) tcb.totals.dataSegmentsIn++
  }
  if (outcome === 'done') afterInput(tcb, io)
  recorder.cause = cause
  return outcome
}

function arrives(tcb: Tcb, segment: TcpSegment, packet: number, io: TcpIo): 'done' | 'newSyn' {
  switch (tcb.state) {
    case 'CLOSED':
    case 'LISTEN':
      closedArrives(tcb, segment, packet, io)
      return 'done'
    case 'SYN-SENT':
      synSentArrives(tcb, segment, packet, io)
      return 'done'
    default:
  }
  if (isWaitingRecord(tcb)) return waitingRecordArrives(tcb, segment, packet, io)
  if (tcb.state === 'SYN-RECEIVED' && tcb.passive && !handshakeCompletes(tcb, segment, packet, io)) return 'done'
  const counted = tcb.state === 'SYN-RECEIVED'
  generalSteps(tcb, segment, packet, counted, io)
  return 'done'
}

/** RFC 9293 3.10.7.4, first to eighth. `counted`: its codepoint is dealt with already. */
function generalSteps(tcb: Tcb, segment: TcpSegment, packet: number, counted: boolean, io: TcpIo): void {
  if ((segment.flags & (ACK | RST | SYN)) === 0) {
    drop(packet, 'missingAck', 'missingAck', io)
    return
  }
  if (!isAcceptable(tcb, segment, packet, io)) return
  // Linux counts in ESTABLISHED only.
  if (!counted && tcb.state === 'ESTABLISHED') countArrival(tcb, segment.payload.length, io)
  acceptCwr(tcb, segment)
  if (!ackContinues(tcb, segment, packet, io)) return
  urgentArrives(tcb, segment, io)
  textStep(tcb, segment, packet, io)
  if (tcb.state === 'FIN-WAIT-1' && finIsAcked(tcb)) finLeftBehind(tcb, io)
  if (tcb.state === 'CLOSED' || tcb.state === 'TIME-WAIT') return
  transmitPending(tcb, io)
  ackIfDue(tcb, io)
}

function textStep(tcb: Tcb, segment: TcpSegment, packet: number, io: TcpIo): void {
  if (segmentLength(segment) === 0) return
  switch (tcb.state) {
    case 'CLOSE-WAIT':
    case 'CLOSING':
    case 'LAST-ACK':
      // Nothing can follow a FIN.
      if (seqGe(segment.seq, tcb.rcv.nxt)) {
        drop(packet, 'closed', 'finReceived', io)
        return
      }
      break
    case 'FIN-WAIT-1':
    case 'FIN-WAIT-2':
      break
    default:
      textArrives(tcb, segment, packet, io)
      return
  }
  if (tcb.receiveShutdown && carriesNewData(tcb, segment)) abortOnData(tcb, segment, io)
  else textArrives(tcb, segment, packet, io)
}

/** The FIN that came with the ACK of ours could not be taken after all: then this is FIN-WAIT-2. */
function finLeftBehind(tcb: Tcb, io: TcpIo): void {
  setState(tcb, 'FIN-WAIT-2', io, 'finAcked')
  if (tcb.orphaned) startFinWait2(tcb, finWait2Timeout(tcb), io)
}
