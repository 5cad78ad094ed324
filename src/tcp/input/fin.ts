/**
 * Eighth step of RFC 9293 3.10.7.4: the peer's FIN, once nothing is missing before it. Linux tcp_fin.
 */
import { seqAdd } from '../../base'
import type { TcpIo } from '../io'
import { discardIslands } from '../receiver/reassembly'
import { sendAck } from '../sender/transmit'
import { setState } from '../state'
import type { Tcb } from '../tcb'
import { finIsAcked } from './ack'
import { enterTimeWait } from './time-wait'

/** The FIN stands at RCV.NXT. */
export function finArrives(tcb: Tcb, io: TcpIo): void {
  tcb.rcv.nxt = seqAdd(tcb.rcv.nxt, 1)
  tcb.finReceived = true
  tcb.totals.bytesReceived++
  tcb.receiveShutdown = true
  tcb.ack.pending = true
  changeState(tcb, io)
  // tcp_sack_reset, after the ACK that left just now: what the FIN came with is not reported as a duplicate any more.
  discardIslands(tcb)
  tcb.receive.dsack = undefined
}

function changeState(tcb: Tcb, io: TcpIo): void {
  switch (tcb.state) {
    case 'ESTABLISHED':
      setState(tcb, 'CLOSE-WAIT', io, 'finReceived')
      tcb.ack.pingpong = 1
      return
    case 'FIN-WAIT-1':
      sendAck(tcb, io, 'ack')
      if (finIsAcked(tcb)) enterTimeWait(tcb, io, 'finReceived')
      else setState(tcb, 'CLOSING', io, 'finReceived')
      return
    case 'FIN-WAIT-2':
      sendAck(tcb, io, 'ack')
      enterTimeWait(tcb, io, 'finReceived')
      return
    default:
  }
}
