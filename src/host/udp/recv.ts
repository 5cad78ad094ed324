/**
 * recv(2) and recvfrom(2) on a UDP socket: Linux udp_recvmsg, __skb_recv_udp. One call takes one datagram; what does not fit the caller's buffer is gone. A
 * length of 0 is a datagram without data and no end. Left out: SO_PEEK_OFF, busy polling, control messages but those of the error queue.
 */
import { formatIpv4 } from '../../wire'
import { formatReceived } from '../call-text'
import { failed, returned, takeError, wait } from '../calls/context'
import type { CallOf, Context, Outcome } from '../calls/context'
import { count } from '../counters'
import { preview } from '../preview'
import type { Thread } from '../records'
import { ERRNO } from '../../trace'
import type { CallOutput, Errno } from '../../trace'
import type { QueuedDatagram, UdpState } from './records'

export type ReceiveFrom = Context<CallOf<'recv'> | CallOf<'recvfrom'>>

/** struct sock_extended_err's ICMP origin: only such an entry leaves an error behind that SO_ERROR tells. */
const ORIGIN_ICMP = 2

export function recvUdp(context: ReceiveFrom, udp: UdpState): Outcome {
  const { socket, call, nonblock } = context
  const flags = call.flags ?? []
  if (flags.includes('MSG_ERRQUEUE')) return takeReport(udp, call.bytes)
  const errno = takeError(socket)
  if (errno !== '') return failed(errno)
  const datagram = udp.queue.at(0)
  if (datagram === undefined) {
    // After SHUT_RD a read that would wait returns 0, and one that would not says EAGAIN all the same.
    if (udp.receiveShutdown && !nonblock) return returned(0)
    return wait(context, { reason: 'receive buffer empty', timeoutMicros: socket.options.receiveTimeoutMicros })
  }
  if (call.badAddress === true && call.bytes > 0) return failed('EFAULT')
  // A read finds its own queue empty and moves all that has come into it (skb_queue_splice_tail_init).
  if (udp.taken === 0) udp.taken = udp.queue.length
  if (!flags.includes('MSG_PEEK')) take(context, udp, datagram)
  return told(context, datagram)
}

/** Takes the first datagram out of the queue, and gives its memory back. */
function take({ host, io, call }: ReceiveFrom, udp: UdpState, { payload, truesize }: QueuedDatagram): void {
  udp.queue.shift()
  udp.taken--
  udp.deficit += truesize
  // Memory goes back in lots of a quarter of the buffer, or when a reader has taken all that it moved (udp_rmem_release).
  if (udp.deficit >= udp.rcvbuf >> 2 || udp.taken === 0) {
    udp.rmem -= udp.deficit
    udp.deficit = 0
  }
  udp.totals.received++
  udp.totals.receivedBytes += payload.length
  count(host, 'UdpInDatagrams')
  if (call.bytes < payload.length) {
    io.recorder.emit('udp/datagramTruncated', 'datagramTruncated', payload.length, Math.max(0, call.bytes))
  }
}

/** What the call returns and writes: with MSG_TRUNC the length of the datagram, even where less was copied. */
function told({ call, thread, fd }: ReceiveFrom, { from, payload }: QueuedDatagram): Outcome {
  const copied = Math.min(Math.max(0, call.bytes), payload.length)
  const truncated = copied < payload.length
  if (call.call === 'recvfrom' && call.from !== undefined) keepAddress(thread, call.from, from.address, from.port)
  const output: Extract<CallOutput, { kind: 'datagram' }> = {
    kind: 'datagram',
    address: formatIpv4(from.address),
    port: from.port,
    path: '',
    length: payload.length,
    copied,
    truncated,
    preview: preview(payload, copied),
  }
  const value = call.flags?.includes('MSG_TRUNC') === true ? payload.length : copied
  if (call.call === 'recv') return { done: true, value, errno: '', output }
  const text = formatReceived(call, fd, output.preview, `${output.address}:${output.port}`)
  return { done: true, value, errno: '', output, text }
}

/** The sender's address for a later sendto or connect of the program, as in C's struct sockaddr_in. */
function keepAddress(thread: Thread, name: string, address: number, port: number): void {
  thread.variables[`${name}_addr`] = address
  thread.variables[`${name}_port`] = port
}

/** recvmsg(2) with MSG_ERRQUEUE (ip_recv_error): never waits. SO_ERROR then stands for what comes next in the queue (sock_dequeue_err_skb). */
function takeReport(udp: UdpState, bytes: number): Outcome {
  const report = udp.reports.shift()
  if (report === undefined) return failed('EAGAIN')
  if (report.origin === ORIGIN_ICMP) udp.error = errnoNamed(udp.reports.at(0)?.errno)
  const { at, errno, origin, code, info, payload } = report
  const copied = Math.min(Math.max(0, bytes), payload.length)
  const truncated = copied < payload.length
  const output: CallOutput = {
    kind: 'report',
    at,
    errno,
    origin,
    code,
    info,
    data: report.type,
    stamped: false,
    truncated,
  }
  return { done: true, value: copied, errno: '', output }
}

function errnoNamed(number: number | undefined): Errno | '' {
  const found = Object.entries(ERRNO).find(([, [value]]) => value === number)
  return found === undefined ? '' : (found[0] as Errno)
}
