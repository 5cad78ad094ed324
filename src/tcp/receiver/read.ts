/**
 * The reading half of the socket: bytes leave the receive buffer, and the peer hears of the room that they leave if it is worth a segment.
 * RFC 9293 3.10.3 (RECEIVE), 3.8.6.2.2; Linux tcp_recvmsg, tcp_cleanup_rbuf.
 */
import { seqAdd, seqDiff } from '../../base'
import type { Seq32 } from '../../base'
import type { TcpIo } from '../io'
import { sendAck } from '../sender/transmit'
import type { Tcb } from '../tcb'
import { adjustSpace } from './autotune'
import { freeRead, inOrderEnd } from './reassembly'
import { atMark, forgetPassedMark, isSetApart } from './urgent'
import { receiveWindow, windowToOffer } from './window'

/** Bytes that a read would find. */
export function readableBytes(tcb: Tcb): number {
  return seqDiff(inOrderEnd(tcb), tcb.rcv.copied)
}

/** Bytes that one read can return: none behind the mark of an urgent byte that is set apart (tcp_inq). */
export function readableBeforeMark(tcb: Tcb): number {
  const all = readableBytes(tcb)
  if (!isSetApart(tcb)) return all
  const ahead = seqDiff(tcb.urgent.seq, tcb.rcv.copied)
  return ahead < 0 ? all : Math.min(all, ahead)
}

/** Takes up to `max` bytes, or only looks at them. */
export function takeBytes(tcb: Tcb, max: number, peek: boolean, io: TcpIo): Uint8Array {
  const hole = atMark(tcb) && isSetApart(tcb) ? Math.min(1, readableBytes(tcb)) : 0
  const start = seqAdd(tcb.rcv.copied, hole)
  const count = Math.min(max, readableBytes(tcb) - hole, beforeMark(tcb, start))
  const out = bytesAt(tcb, start, Math.max(0, count))
  if (peek || (out.length === 0 && hole === 0)) return out
  const filled = out.length
  tcb.rcv.copied = seqAdd(start, filled)
  forgetPassedMark(tcb)
  adjustSpace(tcb, io)
  freeRead(tcb)
  ackAfterRead(tcb, filled, io)
  return out
}

/** No read goes across the mark of an urgent byte: how many bytes there are before it. */
function beforeMark({ urgent }: Tcb, start: Seq32): number {
  const ahead = seqDiff(urgent.seq, start)
  return urgent.state !== 'none' && ahead > 0 ? ahead : Number.POSITIVE_INFINITY
}

function bytesAt(tcb: Tcb, start: Seq32, count: number): Uint8Array {
  const out = new Uint8Array(count)
  let filled = 0
  for (let i = 0; filled < count; i++) {
    const chunk = tcb.receiveChunks[i]
    const skip = filled === 0 ? seqDiff(start, chunk.seq) : 0
    if (skip >= chunk.bytes.length) continue
    const part = chunk.bytes.subarray(skip, skip + count - filled)
    out.set(part, filled)
    filled += part.length
  }
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
