/** recv(2) on a stream: Linux tcp_recvmsg_locked. Data comes before the end, the end before an error's traces. */
import { atMark, readableBytes, receive, STAMPING, takeUrgent } from '../../tcp'
import type { Tcb } from '../../tcp'
import { ERRNO } from '../../trace'
import type { CallOutput, TcpState } from '../../trace'
import { bufferOf, storeBytes } from '../program'
import type { Socket } from '../records'
import { callState, settle } from '../sockets'
import { tcpIo } from '../tcp-io'
import { failed, returned, takeError, wait } from './context'
import type { CallOf, Context, Outcome } from './context'

/** SO_EE_ORIGIN_TIMESTAMPING. */
const ORIGIN_TIMESTAMPING = 4
/** SO_EE_ORIGIN_ICMP. */
const ORIGIN_ICMP = 2

type Recv = Context<CallOf<'recv'>>

export function recv(context: Recv): Outcome {
  const { socket, call, resumed } = context
  const { tcb } = socket
  const state = callState(socket)
  if (state === 'LISTEN') return failed('ENOTCONN')
  const flags = call.flags ?? []
  if (flags.includes('MSG_ERRQUEUE')) return takeReport(socket, call.bytes)
  if (flags.includes('MSG_OOB')) return recvUrgent(context, state)
  const peek = flags.includes('MSG_PEEK')
  const want = Math.max(0, call.bytes)
  const lowat = (tcb?.config ?? socket.config).receiveLowat
  // Nothing is as good as one byte here: a recv() of no bytes waits for data all the same (sock_rcvlowat).
  const target = Math.max(1, Math.min(flags.includes('MSG_WAITALL') ? want : lowat, want))
  let progress = peek ? 0 : (resumed?.progress ?? 0)
  const badAddress = call.badAddress === true || overruns(context, want)
  if (badAddress && tcb !== undefined && want > 0 && readableBytes(tcb) > 0) return failed('EFAULT')
  if (want === 0 && tcb !== undefined && readableBytes(tcb) > 0) return returned(0)
  if (tcb !== undefined) progress += copyOut(context, tcb, want - progress, peek, progress)
  context.thread.readFrom = socket.id
  if (!peek && want > 0 && tcb?.finReceived === true && readableBytes(tcb) === 0) tcb.finRead = true
  if (progress >= target || (progress > 0 && tcb !== undefined && atMark(tcb))) return taken(socket, progress, peek)
  const ended = tcb === undefined || tcb.finReceived || tcb.receiveShutdown || state === 'CLOSED'
  if (progress > 0 && (ended || tcb.error !== '')) return taken(socket, progress, peek)
  if (tcb?.finReceived === true) return returned(0)
  const errno = takeError(socket)
  if (errno !== '') return failed(errno)
  if (state === 'CLOSED' && socket.phase === 'unconnected') return failed('ENOTCONN')
  if (ended) return returned(0)
  return wait(context, {
    reason: 'receive buffer empty',
    timeoutMicros: socket.options.receiveTimeoutMicros,
    progress,
    threshold: Math.max(1, Math.min(target, lowat) - (peek ? 0 : progress), peek ? peekFrom(socket) + progress + 1 : 1),
  })
}

/** MSG_OOB never waits: the urgent byte, or why not (tcp_recv_urg). */
function recvUrgent({ socket, call }: Recv, state: TcpState): Outcome {
  const { tcb } = socket
  const byte = tcb === undefined ? 'nothing' : takeUrgent(tcb, call.flags?.includes('MSG_PEEK') === true)
  if (tcb === undefined || byte === 'nothing') return failed('EINVAL')
  if (state === 'CLOSED' && !tcb.finReceived) return failed('ENOTCONN')
  if (byte === 'notYet') return tcb.receiveShutdown ? returned(0) : failed('EAGAIN')
  return returned(Math.min(1, Math.max(0, call.bytes)))
}

/** The call is over. A peek moves the place where the next one begins, if that was asked for (sk_peek_offset_fwd). */
function taken({ options }: Socket, bytes: number, peek: boolean): Outcome {
  if (peek && options.peekOffset >= 0) options.peekOffset += bytes
  return returned(bytes)
}

function peekFrom({ options }: Socket): number {
  return Math.max(0, options.peekOffset)
}

/** The program's buffer is too small for what is asked for: copy_to_iter would run into memory that is not the process's. */
function overruns({ call, thread }: Recv, want: number): boolean {
  if (call.into === undefined) return false
  const at = call.at ?? 0
  return at < 0 || at + want > bufferOf(thread, call.into).length
}

/**
 * Takes up to `most` bytes out of the receive buffer, which may send a window update, or looks at them; returns how many. A program's buffer
 * gets them behind the `before` bytes of the same call.
 */
function copyOut(
  { host, socket, io, thread, call }: Recv,
  tcb: Tcb,
  most: number,
  peek: boolean,
  before: number,
): number {
  const skip = peek ? peekFrom(socket) : 0
  if (most === 0 || readableBytes(tcb) <= skip) return 0
  const bytes = receive(tcb, skip + most, peek, tcpIo(host, io)).subarray(skip)
  const count = bytes.length
  if (call.into !== undefined) storeBytes(thread, call.into, (call.at ?? 0) + before, bytes)
  const { options } = socket
  if (!peek && options.peekOffset > 0) options.peekOffset = Math.max(0, options.peekOffset - count)
  settle(host, socket, io)
  return count
}

/**
 * recvmsg(2) with MSG_ERRQUEUE, which never waits (Linux inet_recv_error > ip_recv_error). Of a packet only the length is told. With an ICMP error its trace in
 * SO_ERROR is taken too (sock_dequeue_err_skb).
 */
function takeReport({ tcb }: Socket, bytes: number): Outcome {
  const report = tcb?.reports.queue.shift()
  if (tcb === undefined || report === undefined) return failed('EAGAIN')
  const { stamping } = tcb.config
  const { at, origin, code, info, data, errno, quotedBytes = 0 } = report
  const isStamp = origin === ORIGIN_TIMESTAMPING
  if (origin === ORIGIN_ICMP) tcb.error = ''
  const copied = Math.min(Math.max(0, bytes), quotedBytes)
  const output: CallOutput = {
    kind: 'report',
    at,
    origin,
    code,
    info,
    data,
    errno: errno === undefined ? (isStamp ? ERRNO.ENOMSG[0] : 0) : ERRNO[errno][0],
    stamped: isStamp && (stamping & STAMPING.SOFTWARE) !== 0,
    truncated: copied < quotedBytes || (isStamp && (stamping & STAMPING.OPT_TSONLY) === 0 && bytes === 0),
  }
  return { done: true, value: copied, errno: '', output }
}
