/**
 * The reading half of the socket: bytes leave the receive buffer, and the peer hears of the room that they leave if it is worth a segment.
 * RFC 9293 3.10.3 (RECEIVE), 3.8.6.2.2; Linux tcp_recvmsg, tcp_cleanup_rbuf.
 */
import { seqAdd, seqDiff } from '../../base'
import type { TcpIo } from '../io'
import { sendAck } from '../sender/transmit'
import type { Tcb } from '../tcb'
import { adjustSpace } from './autotune'
import { freeRead, inOrderEnd } from './reassembly'
import { receiveWindow, windowToOffer } from './window'

/** Bytes that a read would find. */
export function readableBytes(tcb: Tcb): number {
  return seqDiff(inOrderEnd(tcb), tcb.rcv.copied)
}

/** Takes up to `max` bytes, or only looks at them. */
export function takeBytes(tcb: Tcb, max: number, peek: boolean, io: TcpIo): Uint8Array {
  const count = Math.min(max, readableBytes(tcb))
  const out = new Uint8Array(Math.max(0, count))
  let filled = 0
  for (let i = 0; filled < count; i++) {
    const chunk = tcb.receiveChunks[i]
    const skip = filled === 0 ? seqDiff(tcb.rcv.copied, chunk.seq) : 0
    const part = chunk.bytes.subarray(skip, skip + count - filled)
    out.set(part, filled)
    filled += part.length
  }
  if (peek || filled === 0) return out
  tcb.rcv.copied = seqAdd(tcb.rcv.copied, filled)
  adjustSpace(tcb, io)
  freeRead(tcb)
  ackAfterRead(tcb, filled, io)
  return out
}

/**
 * An ACK that could not leave before, since it would have offered no more window, may be due; so may one that says the window is open
 * again: when it has at least doubled.
 */
export function ackAfterRead(tcb: Tcb, copied: number, io: TcpIo): void {
  const { ack, receive, rcv } = tcb
  if (tcb.state === 'CLOSED' || tcb.state === 'SYN-SENT') return
  if (ack.pending) {
    const hurried = ack.pushedTwice || (ack.pushed && ack.pingpong === 0)
    const emptied = copied > 0 && hurried && receive.memory === 0
    if (seqDiff(rcv.nxt, rcv.wup) > receive.mssEstimate || emptied) {
      sendAck(tcb, io, 'ack')
      return
    }
  }
  if (copied === 0 || tcb.receiveShutdown) return
  const now = receiveWindow(tcb)
  if (2 * now > receive.windowClamp) return
  const next = windowToOffer(tcb)
  if (next > 0 && next >= 2 * now) sendAck(tcb, io, 'windowUpdate')
}
