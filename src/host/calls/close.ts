/** shutdown(2) and close(2), and the end of a socket's last descriptor: Linux inet_shutdown, __tcp_close, tcp_disconnect. */
import { MICROS_PER_SECOND } from '../../base'
import { abort, close as closeConnection, isWaitingRecord, shutdownRead, shutdownWrite } from '../../tcp'
import { TCP_STATES } from '../../trace'
import { count } from '../counters'
import { freeNumber } from '../descriptors'
import type { HostIo } from '../io'
import { stopListening } from '../listener'
import { releasePort } from '../ports'
import { forgetEpoll, forgetWatched } from '../readiness/epoll'
import type { Host, OpenFile, Process, Socket } from '../records'
import { callState, settle, stateOf } from '../sockets'
import { tcpIo } from '../tcp-io'
import { disconnect } from './connect'
import { failed, returned } from './context'
import type { CallOf, Context, FileContext, Outcome } from './context'
import { releaseUnix } from '../unix/close'
import { releasePipe } from './pipe'

export function shutdown({ host, socket, call, io }: Context<CallOf<'shutdown'>>): Outcome {
  const read = call.how !== 'SHUT_WR'
  const write = call.how !== 'SHUT_RD'
  const { tcb } = socket
  const state = callState(socket)
  if (tcb === undefined || state === 'CLOSED') return failed('ENOTCONN')
  if (state === 'LISTEN') {
    // SHUT_WR means nothing to a listener; SHUT_RD ends it and leaves the socket as it was before listen().
    if (!read) return returned(0)
    stopListening(host, socket, io)
    if (!socket.portLocked) releasePort(host, socket)
  } else if (state === 'SYN-SENT') {
    abort(tcb, tcpIo(host, io))
    if (tcb.error === '') tcb.error = 'ECONNRESET'
    socket.phase = 'unconnected'
  } else {
    if (read) shutdownRead(tcb, tcpIo(host, io))
    if (write) shutdownWrite(tcb, tcpIo(host, io))
    // inet_shutdown takes note of what connect() has not been asked again about.
    if (socket.phase === 'connecting' && state !== 'SYN-RECEIVED') socket.phase = 'connected'
  }
  settle(host, socket, io)
  if (socket.phase === 'unconnected' && stateOf(socket) === 'CLOSED') disconnect(host, socket)
  return returned(0)
}

/** Takes a descriptor away. The connection itself ends when this was the last reference to its open file. */
export function close(context: Context<CallOf<'close'>>): Outcome {
  const { host, process, fd, file, socket, io } = context
  const linger = socket.options.linger
  if (!dropDescriptor(host, process, fd, file, io)) return returned(0)
  if (linger <= 0 || !awaitsFinAck(socket)) return returned(0)
  // O_NONBLOCK does not count here: inet_release lingers all the same.
  const deadline = io.now + linger * MICROS_PER_SECOND
  return { done: false, reason: LINGERING, deadline, progress: 0, threshold: 0 }
}

/** Takes a descriptor of a file away that is no socket. */
export function closeSpecial({ host, process, fd, file, io }: FileContext): Outcome {
  dropDescriptor(host, process, fd, file, io)
  return returned(0)
}

/** Takes a number out of a table, and with the last reference the open file: filp_close, fput. True when that was the last. */
export function dropDescriptor(host: Host, process: Process, fd: number, file: OpenFile, io: HostIo): boolean {
  const { recorder } = io
  freeNumber(process, fd)
  const before = recorder.socket
  recorder.socket = file.socket
  recorder.emit('host/descriptorClosed', 'descriptorClosed', fd)
  file.references--
  if (file.references > 0) recorder.emit('host/referenceDropped', 'referenceDropped', fd, file.references)
  else release(host, file, io)
  recorder.socket = before
  return file.references === 0
}

const LINGERING = 'lingering until the FIN is acknowledged'

/** A close() that lingered goes on: acknowledged, timed out or interrupted, it returns 0; the orphan goes on by itself. */
export function closeResumed(socket: Socket | undefined, deadline: number, now: number, interrupted: boolean): Outcome {
  if (socket === undefined || !awaitsFinAck(socket) || deadline <= now || interrupted) return returned(0)
  return { done: false, reason: LINGERING, deadline, progress: 0, threshold: 0 }
}

function awaitsFinAck(socket: Socket): boolean {
  const state = stateOf(socket)
  return state === 'FIN-WAIT-1' || state === 'CLOSING' || state === 'LAST-ACK'
}

/** The open file is gone, and what it stood for. */
export function release(host: Host, file: OpenFile, io: HostIo): void {
  forgetWatched(host, file)
  const { special } = file
  if (special?.kind === 'epoll') forgetEpoll(host, file, special.epoll)
  host.files.delete(file.id)
  if (special?.kind === 'pipe') releasePipe(host, special.pipe, special.end, io)
  const socket = host.sockets.get(file.socket)
  if (socket !== undefined) releaseSocket(host, socket, io)
}

/** Closes a socket that no file has any more, politely or, with SO_LINGER of zero, by a reset. */
function releaseSocket(host: Host, socket: Socket, io: HostIo): void {
  const { tcb } = socket
  socket.file = 0
  if (socket.unix !== undefined) releaseUnix(host, socket, socket.unix, io)
  if (socket.listener !== undefined) {
    stopListening(host, socket, io)
  } else if (tcb !== undefined && (tcb.state === 'CLOSED' || tcb.state === 'TIME-WAIT')) {
    tcb.orphaned = true
  } else if (tcb !== undefined && socket.options.linger === 0) {
    count(host, 'TCPAbortOnData')
    abort(tcb, tcpIo(host, io))
  } else if (tcb !== undefined) {
    closeConnection(tcb, tcpIo(host, io))
    if (tooManyOrphans(host)) {
      count(host, 'TCPAbortOnMemory')
      abort(tcb, tcpIo(host, io))
    }
  }
  if (tcb?.orphaned === true && tcb.state !== 'CLOSED') {
    io.recorder.emit('host/orphaned', 'orphaned', TCP_STATES.indexOf(tcb.state))
  }
  settle(host, socket, io)
}

/** Linux tcp_too_many_orphans: beyond `tcp_max_orphans` a connection that is closed is reset instead of being looked after. TIME-WAIT and an orphan's
 * FIN-WAIT-2 are but small records and do not count (on 6.18, `orphan` in /proc/net/sockstat). */
function tooManyOrphans(host: Host): boolean {
  const most = host.sysctl.tcp_max_orphans
  if (host.sockets.size <= most) return false
  let orphans = 0
  for (const { tcb } of host.sockets.values()) {
    if (tcb?.orphaned === true && tcb.state !== 'CLOSED' && !isWaitingRecord(tcb)) orphans++
  }
  return orphans > most
}
