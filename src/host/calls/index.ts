/** One system call, made or gone on with: finds the descriptor's socket and hands over to the call. */
import type { Call } from '../../trace'
import { fileOf, socketOf } from '../descriptors'
import type { HostIo } from '../io'
import type { Host, Process, Thread } from '../records'
import { accept } from './accept'
import { close, closeResumed, shutdown } from './close'
import { connect } from './connect'
import { failed } from './context'
import type { Context, Outcome } from './context'
import { bind, listen, socket } from './open'
import { fcntl, getsockopt, setsockopt } from './options'
import { rawSend } from './raw'
import { recv } from './recv'
import { send } from './send'

export { release } from './close'
export type { Outcome } from './context'

/** Makes the call; `fd` is the number that its descriptor reference means. Sets recorder.socket to the socket it is about. */
export function makeCall(host: Host, process: Process, thread: Thread, call: Call, fd: number, io: HostIo): Outcome {
  if (call.call === 'socket') return socket(host, process, call, io)
  if (call.call === 'rawSend') return rawSend(host, call, io)
  const file = fileOf(host, process, fd)
  if (file === undefined) return failed('EBADF')
  const it = socketOf(host, file)
  const nonblock = file.nonblock || hasFlag(call, 'MSG_DONTWAIT')
  return perform({ host, io, process, thread, call, fd, file, socket: it, nonblock, resumed: undefined })
}

/** Goes on with the call that `thread` is blocked in. */
export function resumeCall(host: Host, process: Process, thread: Thread, call: Call, io: HostIo): Outcome {
  const { blocked } = thread
  if (blocked === undefined) return failed('EINTR')
  const it = host.sockets.get(blocked.socket)
  if (call.call === 'close') return closeResumed(it, blocked.deadline, io.now, blocked.interrupted)
  const file = host.files.get(blocked.file)
  if (it === undefined || file === undefined) return failed('EBADF')
  // A call that began to wait goes on waiting, though O_NONBLOCK may have been set since.
  return perform({
    host,
    io,
    process,
    thread,
    call,
    fd: blocked.fd,
    file,
    socket: it,
    nonblock: false,
    resumed: blocked,
  })
}

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
    case 'recv':
      return recv({ ...context, call })
    case 'shutdown':
      return shutdown({ ...context, call })
    case 'close':
      return close({ ...context, call })
    case 'setsockopt':
      return setsockopt({ ...context, call })
    case 'getsockopt':
      return getsockopt({ ...context, call })
    case 'fcntl':
      return fcntl({ ...context, call })
    default:
      return failed('EINVAL')
  }
}

function hasFlag(call: Call, flag: string): boolean {
  return (call.call === 'send' || call.call === 'recv') && call.flags?.includes(flag) === true
}
