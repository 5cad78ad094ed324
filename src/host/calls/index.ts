/** One system call, made or gone on with: finds the descriptor's socket and hands over to the call. */
import type { Call, ProcessCall } from '../../trace'
import { fileOf, socketOf } from '../descriptors'
import type { HostIo } from '../io'
import type { Host, Process, Thread } from '../records'
import { udpCall } from '../udp/calls'
import { unixCall } from '../unix/calls'
import { socketpair } from '../unix/connect'
import { unlink } from '../unix/names'
import { accept } from './accept'
import { close, closeResumed, closeSpecial, shutdown } from './close'
import { connect } from './connect'
import { failed } from './context'
import type { Context, FileContext, Outcome } from './context'
import { epollCreate, epollCtl, epollWait } from './epoll'
import { getName } from './names'
import { bind, listen, socket } from './open'
import { fcntl, getsockopt, setsockopt } from './options'
import { pipe, splice } from './pipe'
import { poll } from './poll'
import { duplicate, processCall } from './process'
import { rawSend } from './raw'
import { recv } from './recv'
import { select } from './select'
import { send } from './send'

export { release } from './close'
export type { Outcome } from './context'

/** Makes the call; `fd` is the number that its descriptor reference means. Sets recorder.socket to the socket it is about. */
export function makeCall(host: Host, process: Process, thread: Thread, call: Call, fd: number, io: HostIo): Outcome {
  if (call.call === 'socket') return socket(host, process, call, io)
  if (call.call === 'rawSend') return rawSend(host, call, io)
  if (call.call === 'poll') return poll({ host, io, process, thread, call, resumed: undefined })
  if (call.call === 'select') return select({ host, io, process, thread, call, resumed: undefined })
  if (call.call === 'epollCreate') return epollCreate(host, process, io)
  if (call.call === 'socketpair') return socketpair(host, process, thread, call, io)
  if (call.call === 'unlink') return unlink(host, call.path, io)
  if (call.call === 'pipe') return pipe(host, process, call, io)
  if (isAboutProcesses(call)) return processCall({ host, io, process, thread, call, resumed: undefined })
  const file = fileOf(host, process, fd)
  if (file === undefined) return failed(call.call === 'epollWait' && call.most <= 0 ? 'EINVAL' : 'EBADF')
  const nonblock = file.nonblock || hasFlag(call, 'MSG_DONTWAIT')
  return onFile({ host, io, process, thread, call, fd, file, nonblock, resumed: undefined })
}

/** Goes on with the call that `thread` is blocked in. */
export function resumeCall(host: Host, process: Process, thread: Thread, call: Call, io: HostIo): Outcome {
  const { blocked } = thread
  if (blocked === undefined) return failed('EINTR')
  if (call.call === 'poll') return poll({ host, io, process, thread, call, resumed: blocked })
  if (call.call === 'select') return select({ host, io, process, thread, call, resumed: blocked })
  if (isAboutProcesses(call)) return processCall({ host, io, process, thread, call, resumed: blocked })
  if (call.call === 'close') {
    return closeResumed(host.sockets.get(blocked.socket), blocked.deadline, io.now, blocked.interrupted)
  }
  const file = host.files.get(blocked.file)
  if (file === undefined || (file.socket !== -1 && !host.sockets.has(file.socket))) return failed('EBADF')
  // A call that began to wait goes on waiting, though O_NONBLOCK may have been set since.
  return onFile({ host, io, process, thread, call, fd: blocked.fd, file, nonblock: false, resumed: blocked })
}

/** Calls that any file knows, or that some other than a socket knows; the rest is for sockets. */
function onFile(context: FileContext): Outcome {
  const { host, call, file } = context
  switch (call.call) {
    case 'epollCtl':
      return epollCtl({ ...context, call })
    case 'epollWait':
      return epollWait({ ...context, call })
    case 'splice':
      return splice({ ...context, call })
    case 'fcntl':
      return fcntl({ ...context, call })
    case 'dup':
    case 'dup2':
      return duplicate({ ...context, call })
    default:
  }
  if (file.special === undefined) return onSocket({ ...context, socket: socketOf(host, file) })
  if (call.call === 'close') return closeSpecial({ ...context, call })
  return failed('ENOTSOCK')
}

function onSocket(context: Context): Outcome {
  const { udp, unix } = context.socket
  if (unix !== undefined) return unixCall(context, unix)
  return udp === undefined ? perform(context) : udpCall(context, udp)
}

/** A call on a TCP socket. */
function perform(context: Context): Outcome {
  const { call } = context
  switch (call.call) {
    case 'bind':
      return bind({ ...context, call })
    case 'listen':
      return listen({ ...context, call })
    case 'connect':
      return connect({ ...context, call })
    case 'accept':
      return accept({ ...context, call })
    case 'send':
      return send({ ...context, call })
    case 'sendto':
      // A stream has its peer; the address means nothing to it (tcp_sendmsg).
      return send({ ...context, call: { ...call, call: 'send' } })
    case 'recv':
      return recv({ ...context, call })
    case 'recvfrom':
      return recv({ ...context, call: { ...call, call: 'recv' } })
    case 'shutdown':
      return shutdown({ ...context, call })
    case 'close':
      return close({ ...context, call })
    case 'setsockopt':
      return setsockopt({ ...context, call })
    case 'getsockopt':
      return getsockopt({ ...context, call })
    case 'getsockname':
    case 'getpeername':
      return getName({ ...context, call })
    default:
      return failed('EINVAL')
  }
}

function hasFlag(call: Call, flag: string): boolean {
  return 'flags' in call && typeof call.flags === 'object' && call.flags.includes(flag)
}

function isAboutProcesses(call: Call): call is Exclude<ProcessCall, { call: 'dup' | 'dup2' }> {
  switch (call.call) {
    case 'fork':
    case 'exit':
    case 'waitpid':
    case 'kill':
    case 'signal':
      return true
    default:
      return false
  }
}
