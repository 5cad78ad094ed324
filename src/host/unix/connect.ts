/**
 * Connections between Unix sockets: listen(2), connect(2), accept(2), socketpair(2). No packet goes anywhere: connect() makes the other end itself, puts it into
 * the listener's queue and returns, before any accept(). Linux unix_listen, unix_stream_connect, unix_dgram_connect, unix_accept.
 */
import { failed, returned, wait } from '../calls/context'
import type { CallOf, Context, Outcome } from '../calls/context'
import { freeDescriptor, openDescriptor } from '../descriptors'
import type { HostIo } from '../io'
import type { Host, Process, Socket, Thread } from '../records'
import { createSocket } from '../sockets'
import { mayWrite, sendersWait } from './readiness'
import type { UnixState } from './records'
import { bindPath, findByPath } from './names'
import { READABLE, rouse, rouseSenders, WRITABLE } from './wake'

export function bindUnix({ host, socket, call, io }: Context<CallOf<'bind'>>, unix: UnixState): Outcome {
  if (call.path === undefined) return failed('EINVAL')
  const errno = bindPath(host, socket, unix, call.path, io)
  return errno === '' ? returned(0) : failed(errno)
}

export function listenUnix({ host, socket, call, io }: Context<CallOf<'listen'>>, unix: UnixState): Outcome {
  if (unix.type === 'dgram') return failed('EOPNOTSUPP')
  if (unix.path === '' || unix.state === 'connected') return failed('EINVAL')
  const before = unix.backlog
  unix.backlog = Math.min(call.backlog >>> 0, host.sysctl.somaxconn)
  if (unix.state === 'listening' && unix.backlog > before) rouseSenders(host, socket, io)
  unix.state = 'listening'
  return returned(0)
}

export function connectUnix(context: Context<CallOf<'connect'>>, unix: UnixState): Outcome {
  const { host, socket, call } = context
  if (unix.type === 'dgram') return connectDatagrams(context, unix)
  if (call.family !== undefined || call.path === undefined) return failed('EINVAL')
  const listener = findByPath(host, call.path, 'stream')
  if (typeof listener === 'string') return failed(listener)
  const { unix: other } = listener
  if (other?.state !== 'listening' || other.receiveShutdown) return failed('ECONNREFUSED')
  if (other.pending.length > other.backlog) {
    const outcome = wait(context, { reason: 'listener’s queue full', timeoutMicros: socket.options.sendTimeoutMicros })
    unix.waitsFor = outcome.done ? -1 : listener.id
    return outcome
  }
  unix.waitsFor = -1
  if (unix.state !== 'closed') return failed(unix.state === 'connected' ? 'EISCONN' : 'EINVAL')
  meet(context, unix, listener, other)
  return returned(0)
}

/** Makes the other end of a connection, and lets the listener know. */
function meet({ host, socket, io }: Context, unix: UnixState, listener: Socket, other: UnixState): void {
  const { recorder } = io
  const made = createSocket(host, io, { protocol: 'unix', type: 'SOCK_STREAM' })
  if (made.unix === undefined) return
  // It stands in the listener's queue, and so is not forgotten though no descriptor means it.
  made.queue = 'accept'
  made.parent = listener.id
  Object.assign(made.unix, { state: 'connected', path: other.path, peer: socket.id, peerPath: unix.path })
  Object.assign(unix, { state: 'connected', peer: made.id, peerPath: other.path })
  socket.phase = 'connected'
  made.phase = 'connected'
  other.pending.push(made.id)
  const before = recorder.cause
  recorder.cause = recorder.emit(
    'unix/connected',
    'unixConnect',
    made.id,
    recorder.text(other.path),
    other.pending.length,
  )
  rouse(host, listener, READABLE, io)
  recorder.cause = before
}

function connectDatagrams({ host, socket, call, io }: Context<CallOf<'connect'>>, unix: UnixState): Outcome {
  const { recorder } = io
  if (call.family !== undefined) {
    dissolve(host, socket, unix, io)
    return returned(0)
  }
  if (call.path === undefined) return failed('EINVAL')
  const other = findByPath(host, call.path, 'dgram')
  if (typeof other === 'string') return failed(other)
  if (other.unix === undefined || !maySend(socket, other.unix)) return failed('EPERM')
  if (unix.peer !== -1 && unix.peer !== other.id) dissolve(host, socket, unix, io)
  Object.assign(unix, { state: 'connected', peer: other.id, peerPath: other.unix.path })
  socket.phase = 'connected'
  recorder.emit('unix/connected', 'unixConnect', other.id, recorder.text(other.unix.path), 0)
  return returned(0)
}

/** A datagram socket that is connected takes messages of its peer only. */
export function maySend(from: Socket, to: UnixState): boolean {
  return to.peer === -1 || to.peer === from.id
}

/** A datagram socket has no peer any more, and what had come from it is gone (unix_dgram_disconnected). */
export function dissolve(host: Host, socket: Socket, unix: UnixState, io: HostIo): void {
  Object.assign(unix, { state: 'closed', peer: -1, peerPath: '' })
  socket.phase = 'unconnected'
  if (unix.queue.length === 0) return
  for (const { from, truesize } of unix.queue.splice(0)) giveBack(host, from, truesize, io)
  rouseSenders(host, socket, io)
}

/** A message was read: its sender may send more (sock_wfree, unix_write_space). */
export function giveBack(host: Host, from: number, truesize: number, io: HostIo): void {
  const sender = host.sockets.get(from)
  if (sender?.unix === undefined) return
  sender.unix.wmem -= truesize
  if (mayWrite(sender.unix) && sendersWait(sender)) rouse(host, sender, WRITABLE, io)
}

export function acceptUnix(context: Context<CallOf<'accept'>>, unix: UnixState): Outcome {
  const { host, socket, call, process, io } = context
  if (unix.type === 'dgram') return failed('EOPNOTSUPP')
  if (unix.state !== 'listening') return failed('EINVAL')
  const fd = freeDescriptor(process)
  if (fd === -1) return failed('EMFILE')
  const child = host.sockets.get(unix.pending[0] ?? -1)
  if (child === undefined) {
    if (unix.receiveShutdown && !context.nonblock) return failed('EINVAL')
    return wait(context, { reason: 'accept queue empty', timeoutMicros: socket.options.receiveTimeoutMicros })
  }
  unix.pending.shift()
  child.queue = 'none'
  io.recorder.emit('host/accepted', 'unixAccept', child.id, unix.pending.length, fd)
  openDescriptor(host, process, fd, child, call.nonblock === true, io)
  rouseSenders(host, socket, io)
  return returned(fd)
}

/** Two sockets that are connected to each other, and have no names. */
export function socketpair(
  host: Host,
  process: Process,
  thread: Thread,
  call: CallOf<'socketpair'>,
  io: HostIo,
): Outcome {
  const type = call.type ?? 'SOCK_STREAM'
  const fds: number[] = []
  const made: Socket[] = []
  for (const name of [call.first, call.second]) {
    const fd = freeDescriptor(process)
    if (fd === -1) return failed('EMFILE')
    const socket = createSocket(host, io, { protocol: 'unix', type })
    made.push(socket)
    fds.push(fd)
    openDescriptor(host, process, fd, socket, call.nonblock === true, io)
    if (name !== undefined) thread.variables[name] = fd
  }
  made.forEach((socket, i) => {
    Object.assign(socket.unix ?? {}, { state: 'connected', peer: made[1 - i].id })
    socket.phase = 'connected'
  })
  io.recorder.socket = made[0].id
  io.recorder.emit('unix/connected', 'unixPair', made[1].id, io.recorder.text(''), 0)
  return { done: true, value: 0, errno: '', output: { kind: 'descriptors', fds } }
}
