/** RFC 9293 3.10.7.1: a connection that is over answers everything but a RST with a RST. Linux: no socket is found, tcp_v4_send_reset. */
import type { TcpSegment } from '../../wire'
import type { TcpIo } from '../io'
import type { Tcb } from '../tcb'
import { drop, refuse } from './drop'

export function closedArrives(tcb: Tcb, segment: TcpSegment, packet: number, io: TcpIo): void {
  drop(packet, 'closed', 'closedAnswers', io)
  refuse(tcb, segment, io)
}
