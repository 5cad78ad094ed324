/**
 * pipe2(2) and splice(2): Linux do_pipe2; tcp_splice_read from a socket into a pipe, splice_to_socket from a pipe into a socket. Left out: offsets, files
 * other than sockets and pipes, and waiting for a pipe (EAGAIN instead).
 */
import { readableBytes, receive, send } from '../../tcp'
import { POLL_EVENTS as E } from '../../trace'
import { fileOf, freeDescriptor, openSpecial, socketOf } from '../descriptors'
import type { HostIo } from '../io'
import { patternBytes } from '../pattern'
import { drainPipe, fillPipe, pipeLength, pipeRoom } from '../pipes'
import { resolveFd } from '../program'
import { notifyWatchers } from '../readiness/epoll'
import type { Host, OpenFile, Pipe, Process, Socket } from '../records'
import { callState, settle } from '../sockets'
import { tcpIo } from '../tcp-io'
import { failed, returned, takeError, wait } from './context'
import type { CallOf, Context, FileContext, Outcome } from './context'

export function pipe(host: Host, process: Process, call: CallOf<'pipe'>, io: HostIo): Outcome {
  const id = host.nextFile++
  const nonblock = call.nonblock === true
  const fds: number[] = []
  for (const end of ['read', 'write'] as const) {
    const fd = freeDescriptor(process)
    if (fd === -1) return failed('EMFILE')
    openSpecial(host, process, fd, { kind: 'pipe', pipe: id, end }, nonblock, io)
    fds.push(fd)
  }
  host.pipes.set(id, { buffers: [], readers: 1, writers: 1 })
  return { done: true, value: 0, errno: '', output: { kind: 'descriptors', fds } }
}

/** One end of a pipe is closed; with the second it is gone. */
export function releasePipe(host: Host, id: number, end: 'read' | 'write', io: HostIo): void {
  const it = host.pipes.get(id)
  if (it === undefined) return
  if (end === 'read') it.readers--
  else it.writers--
  if (it.readers + it.writers === 0) host.pipes.delete(id)
  else notifyEnds(host, id, E.IN | E.OUT | E.ERR | E.HUP, io)
}

export function splice(context: FileContext<CallOf<'splice'>>): Outcome {
  const { host, process, thread, call, file } = context
  const to = fileOf(host, process, resolveFd(thread, call.to))
  if (to === undefined) return failed('EBADF')
  const intoPipe = pipeOf(host, to, 'write')
  const fromPipe = pipeOf(host, file, 'read')
  if (call.bytes <= 0) return returned(0)
  if (intoPipe !== undefined && file.special === undefined) {
    // Whether the socket waits is said by O_NONBLOCK; SPLICE_F_NONBLOCK is about the pipe.
    return readSpliced({ ...context, socket: socketOf(host, file) }, intoPipe, to)
  }
  if (fromPipe !== undefined && to.special === undefined) return writeSpliced(context, fromPipe, socketOf(host, to))
  return failed('EINVAL')
}

function pipeOf(host: Host, { special }: OpenFile, end: 'read' | 'write'): Pipe | undefined {
  return special?.kind === 'pipe' && special.end === end ? host.pipes.get(special.pipe) : undefined
}

/** tcp_splice_read */
function readSpliced(context: Context<CallOf<'splice'>>, into: Pipe, to: OpenFile): Outcome {
  const { host, socket, call, io } = context
  const { tcb } = socket
  const room = pipeRoom(into)
  if (room === 0) return failed('EAGAIN')
  if (tcb !== undefined && socket.listener === undefined && readableBytes(tcb) > 0) {
    const bytes = receive(tcb, Math.min(call.bytes, room), false, tcpIo(host, io)).length
    settle(host, socket, io)
    fillPipe(into, bytes)
    if (to.special?.kind === 'pipe') notifyEnds(host, to.special.pipe, E.IN | E.RDNORM, io)
    // Bytes that cannot be had, such as an urgent one, are not waited for.
    return returned(bytes)
  }
  if (tcb?.finReceived === true) return returned(0)
  const errno = takeError(socket)
  if (errno !== '') return failed(errno)
  if (tcb?.receiveShutdown === true) return returned(0)
  if (callState(socket) === 'CLOSED' || socket.listener !== undefined) return failed('ENOTCONN')
  return wait(context, { reason: 'receive buffer empty', timeoutMicros: socket.options.receiveTimeoutMicros })
}

/** splice_to_socket: what fits goes, as one write that says whether more follows. */
function writeSpliced({ host, call, io }: FileContext<CallOf<'splice'>>, from: Pipe, socket: Socket): Outcome {
  const { tcb } = socket
  const total = Math.min(call.bytes, pipeLength(from))
  if (total === 0) return from.writers === 0 ? returned(0) : failed('EAGAIN')
  const state = callState(socket)
  const open = tcb !== undefined && (state === 'ESTABLISHED' || state === 'CLOSE-WAIT')
  if (!open || tcb.error !== '' || tcb.sendShutdown) {
    const errno = takeError(socket)
    return failed(errno === '' ? 'EPIPE' : errno)
  }
  const bytes = patternBytes(socket.streamOffset, total)
  const taken = send(tcb, bytes, tcpIo(host, io), { more: call.more === true, endOfRecord: false, continues: false })
  socket.streamOffset += taken
  settle(host, socket, io)
  if (taken === 0) return failed('EAGAIN')
  drainPipe(from, taken)
  return returned(taken)
}

function notifyEnds(host: Host, id: number, key: number, io: HostIo): void {
  for (const { id: file, special } of host.files.values()) {
    if (special?.kind === 'pipe' && special.pipe === id) notifyWatchers(host, file, key, io)
  }
}
