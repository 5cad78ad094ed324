/** connect(2): Linux __inet_stream_connect and tcp_v4_connect. */
import { abort, connect as openActively, leaveTimeWait } from '../../tcp'
import type { Endpoint } from '../../tcp'
import type { Errno } from '../../trace'
import { parseIpv4 } from '../../wire'
import { addConnection, findConnection } from '../demux'
import { TIME_WAIT_ISS_STEP } from '../isn'
import { findConnectPort, fourTupleFree, holdPort, releasePort } from '../ports'
import { stopListening } from '../listener'
import { routeErrno, sourceFor } from '../ip'
import type { Host, Socket } from '../records'
import { callState, createConnection, freeSocket, settle } from '../sockets'
import { tcpIo } from '../tcp-io'
import { failed, returned, takeError, wait } from './context'
import type { CallOf, Context, Outcome } from './context'
import { validPort } from './open'

/** Addresses from here on are multicast, reserved or broadcast: TCP has no business there. */
const FIRST_MULTICAST = 0xe000_0000
/** What `progress` of the blocked call remembers: this very call began the handshake. */
const BEGUN = 1

export function connect(context: Context<CallOf<'connect'>>): Outcome {
  const { socket, call, resumed, host } = context
  if (resumed !== undefined) return finish(context, resumed.progress === BEGUN)
  if (call.path !== undefined) return failed('EAFNOSUPPORT')
  if (call.family === 'AF_UNSPEC') return dissolve(context)
  const address = parseIpv4(call.address)
  if (address === undefined || !validPort(call.port)) return failed('EINVAL')
  if (socket.phase === 'connected') return failed('EISCONN')
  if (socket.phase === 'connecting') return finish(context, false)
  if (callState(socket) !== 'CLOSED') return failed('EISCONN')
  if (address >= FIRST_MULTICAST) return failed('ENETUNREACH')
  // 0.0.0.0 means oneself.
  const remote = { address: address === 0 ? host.address : address, port: call.port }
  const errno = begin(context, remote)
  return errno === '' ? finish(context, true) : failed(errno)
}

/**
 * connect() with AF_UNSPEC takes a socket back to what socket() made (inet_stream_connect, tcp_disconnect): a listener ends, a peer is told by a RST, and
 * who waits or asks next finds ECONNRESET. A TIME-WAIT is forgotten with it; Linux would keep that.
 */
function dissolve({ host, socket, io }: Context): Outcome {
  const { tcb } = socket
  if (socket.listener !== undefined) stopListening(host, socket, io)
  else if (tcb?.state === 'TIME-WAIT') leaveTimeWait(tcb, tcpIo(host, io))
  else if (tcb !== undefined && tcb.state !== 'CLOSED') {
    const told = tcb.state !== 'CLOSING' && tcb.state !== 'LAST-ACK'
    abort(tcb, tcpIo(host, io))
    if (told) tcb.error = 'ECONNRESET'
  }
  if (tcb !== undefined)
    Object.assign(tcb, { orphaned: false, sendShutdown: false, receiveShutdown: false, finReceived: false })
  settle(host, socket, io)
  disconnect(host, socket)
  return returned(0)
}

/** Chooses the local end, makes the TCB and sends the SYN. */
function begin({ host, socket, io }: Context, remote: Endpoint): Errno | '' {
  const unreachable = routeErrno(host, remote.address)
  if (unreachable !== '') return unreachable
  const address = sourceAddress(host, socket, remote)
  let { port } = socket.local
  if (socket.portHeld) {
    if (!fourTupleFree(host, { address, port }, remote, io.now)) return 'EADDRNOTAVAIL'
  } else {
    port = findConnectPort(host, address, remote, io.now)
    if (port === 0) return 'EADDRNOTAVAIL'
  }
  const before = findConnection(host, { address, port }, remote)
  const heir = before?.tcb
  socket.local = { address, port }
  socket.remote = remote
  if (!socket.portHeld) {
    socket.portByConnect = true
    holdPort(host, socket)
  }
  if (before !== undefined) freeSocket(host, before, 'timeWaitReused', io)
  const iss = heir === undefined ? undefined : heir.snd.nxt + TIME_WAIT_ISS_STEP
  const tcb = createConnection(host, socket, io, false, iss)
  if (heir !== undefined) {
    tcb.timestamps.recent = heir.timestamps.recent
    tcb.timestamps.recentAt = heir.timestamps.recentAt
  }
  addConnection(host, socket)
  socket.phase = 'connecting'
  openActively(tcb, tcpIo(host, io))
  settle(host, socket, io)
  return ''
}

function sourceAddress(host: Host, { local, addressLocked }: Socket, remote: Endpoint): number {
  return addressLocked ? local.address : sourceFor(host, remote.address)
}

/** How the handshake stands. `begun`: this call began it, else it finds it going on. */
function finish(context: Context, begun: boolean): Outcome {
  const { host, socket } = context
  const state = callState(socket)
  if (state === 'SYN-SENT' || state === 'SYN-RECEIVED') {
    const underWay: Errno = begun ? 'EINPROGRESS' : 'EALREADY'
    const timeoutMicros = socket.options.sendTimeoutMicros
    const outcome = wait(context, {
      reason: 'handshake not finished',
      timeoutMicros,
      nonblockErrno: underWay,
      timeoutErrno: underWay,
    })
    return outcome.done || !begun ? outcome : { ...outcome, progress: BEGUN }
  }
  if (state === 'CLOSED') {
    // Refused, timed out, reset, or disconnected by another thread.
    const errno = takeError(socket)
    disconnect(host, socket)
    return failed(errno === '' ? 'ECONNABORTED' : errno)
  }
  socket.phase = 'connected'
  return returned(0)
}

/**
 * After a failed attempt the socket is as good as new (tcp_disconnect); only a port that bind() named stays, and an address that it named. getsockname()
 * goes on telling the port that connect() had chosen, though it is given back (inet_put_port leaves inet_sport).
 */
export function disconnect(host: Host, socket: Socket): void {
  socket.phase = 'unconnected'
  if (!socket.portLocked) releasePort(host, socket)
  if (!socket.addressLocked) socket.local = { ...socket.local, address: 0 }
}
