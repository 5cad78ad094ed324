/**
 * The life of a socket: made by socket() or by a listener, settled after everything that happens to its TCB, freed when
 * the TCB is CLOSED and nothing refers to it. `settle` is the one place that reacts to what TCP did: queues, waiting threads, the
 * next deadline.
 */
import { NEVER, seq32 } from '../base'
import { createTcb, defaultConfig, nextDeadline, setState } from '../tcp'
import type { Endpoint, Tcb, TcpConfig } from '../tcp'
import { POLL_EVENTS as E, TCP_STATES } from '../trace'
import type { RuleName, SocketType, TcpState } from '../trace'
import { countsAsBsd } from './admit'
import { count } from './counters'
import { removeConnection } from './demux'
import type { HostIo } from './io'
import { isOwnAddress } from './ip'
import { initialSequence, timestampOffset } from './isn'
import { releasePort } from './ports'
import { enterAcceptQueue, leaveAcceptQueue, leaveSynQueue } from './queues'
import type { Host, Socket, SocketOptions } from './records'
import { routeTo } from './routes'
import { newUdp } from './udp/create'
import { newUnix } from './unix/create'
import { tcpIo } from './tcp-io'
import { wakePollers } from './readiness/wake'
import { wakeWaiters } from './wake'

const UNBOUND: Endpoint = { address: 0, port: 0 }

/** What speaks through a socket; a Unix socket is a stream or takes datagrams. */
export interface SocketKind {
  readonly protocol: Socket['protocol']
  readonly type?: SocketType
}

/** A socket of which TCP knows nothing yet. */
export function createSocket(
  host: Host,
  io: HostIo,
  { protocol, type = 'SOCK_STREAM' }: SocketKind = { protocol: 'tcp' },
  config: TcpConfig = defaultConfig(host.sysctl),
  options: SocketOptions = {
    reuseAddress: false,
    reusePort: false,
    linger: -1,
    receiveTimeoutMicros: 0,
    sendTimeoutMicros: 0,
    peekOffset: -1,
    zeroCopy: false,
    tos: 0,
  },
): Socket {
  const id = io.newSocketId()
  const socket: Socket = {
    id,
    phase: 'unconnected',
    local: { ...UNBOUND },
    remote: { ...UNBOUND },
    portHeld: false,
    portLocked: false,
    addressLocked: false,
    portByConnect: false,
    tcb: undefined,
    listener: undefined,
    config,
    options,
    optionsSet: {},
    file: 0,
    parent: -1,
    queue: 'none',
    waiters: [],
    changedBy: -1,
    woken: 0,
    scheduledAt: NEVER,
    streamOffset: 0,
    identification: 0,
    protocol,
    udp: protocol === 'udp' ? newUdp(host.sysctl) : undefined,
    unix: protocol === 'unix' ? newUnix(type, host.sysctl) : undefined,
  }
  host.sockets.set(id, socket)
  return socket
}

/** MTU of the loopback interface; Linux's is 65536, of which a packet can use all but one byte. */
const LOOPBACK_MTU = 65_535

/** Gives a socket whose two ends are known the TCB of a new connection. */
export function createConnection(host: Host, socket: Socket, io: HostIo, passive: boolean, iss?: number): Tcb {
  const { local, remote } = socket
  const loopback = isOwnAddress(host, remote.address)
  const route = loopback ? undefined : routeTo(host, remote.address, io.now)
  const start = initialSequence(host, local, remote, io.now)
  socket.identification = start & 0xffff
  socket.tcb = createTcb({
    socket: socket.id,
    passive,
    local,
    remote,
    iss: iss === undefined ? start : seq32(iss),
    config: socket.config,
    sysctl: host.sysctl,
    timestampOffset: timestampOffset(host, local.address, remote.address),
    mtu: loopback ? LOOPBACK_MTU : host.sysctl.mtu,
    ...(route === undefined ? {} : { route }),
  })
  return socket.tcb
}

/** The state as the diagram shows it. */
export function stateOf(socket: Socket): TcpState {
  return socket.tcb?.state ?? 'CLOSED'
}

/**
 * The state as a system call sees it: on Linux a connection in TIME-WAIT has left its socket, which is CLOSED for the
 * application from then on.
 */
export function callState(socket: Socket): TcpState {
  const state = stateOf(socket)
  return state === 'TIME-WAIT' ? 'CLOSED' : state
}

/**
 * Follows up whatever has just happened to a socket's TCB. What follows has as its cause the event in which TCP said that something
 * changed. Ends with the socket gone when nothing needs it any more.
 */
export function settle(host: Host, socket: Socket, io: HostIo): void {
  const { recorder } = io
  const before = recorder.cause
  if (socket.changedBy !== -1) recorder.cause = socket.changedBy
  if (socket.queue !== 'syn' || embryoLives(host, socket, io)) followUp(host, socket, io)
  recorder.cause = before
}

function followUp(host: Host, socket: Socket, io: HostIo): void {
  const { tcb } = socket
  if (tcb?.state === 'TIME-WAIT') limitTimeWait(host, tcb, io)
  const dead = tcb === undefined || tcb.state === 'CLOSED'
  if (dead && socket.queue === 'accept' && countsAsBsd(host)) leaveAcceptQueue(host, socket, 'reset', io)
  if (dead && tcb !== undefined) {
    removeConnection(host, socket)
    if (!socket.portLocked) releasePort(host, socket)
  }
  wakeWaiters(host, socket, io)
  wakePollers(host, socket.file, socket.woken, io)
  socket.changedBy = -1
  socket.woken = 0
  if (dead && socket.file === 0 && socket.queue === 'none')
    freeSocket(host, socket, socket.protocol === 'tcp' ? 'socketFreed' : 'otherSocketFreed', io)
  else scheduleDeadline(host, socket, io)
}

/** Linux has no more than `tcp_max_tw_buckets` of them. */
function limitTimeWait(host: Host, tcb: Tcb, io: HostIo): void {
  const most = host.sysctl.tcp_max_tw_buckets
  if (host.sockets.size <= most) return
  let waiting = 0
  for (const other of host.sockets.values()) if (other.tcb?.state === 'TIME-WAIT') waiting++
  if (waiting <= most) return
  count(host, 'TCPTimeWaitOverflow')
  setState(tcb, 'CLOSED', tcpIo(host, io), 'timeWaitOverflow')
}

/** Moves a child that has left SYN-RECEIVED into the accept queue, or frees it: then false. */
function embryoLives(host: Host, child: Socket, io: HostIo): boolean {
  const state = stateOf(child)
  if (state === 'SYN-RECEIVED') return true
  if (state === 'CLOSED' || state === 'LISTEN') {
    leaveSynQueue(host, child, child.tcb?.error === 'ETIMEDOUT' ? 'handshake timed out' : 'reset', io)
    freeSocket(host, child, 'socketFreed', io)
    return false
  }
  leaveSynQueue(host, child, 'handshake complete', io)
  const listener = enterAcceptQueue(host, child, io)
  if (listener !== undefined) {
    wakeWaiters(host, listener, io)
    // inet_csk_complete_hashdance > sk_data_ready of the listener.
    wakePollers(host, listener.file, E.IN | E.PRI | E.RDNORM | E.RDBAND, io)
    listener.changedBy = -1
  }
  return true
}

/** Keeps the earliest entry that the world's queue has for a socket no later than its next deadline. */
export function scheduleDeadline(host: Host, socket: Socket, io: HostIo): void {
  const deadline = socket.tcb === undefined ? NEVER : nextDeadline(socket.tcb)
  if (deadline === NEVER) {
    // The entry that is still there will be discarded unasked.
    socket.scheduledAt = NEVER
  } else if (deadline < socket.scheduledAt) {
    socket.scheduledAt = deadline
    io.scheduleSocket(host.index, socket.id, deadline)
  }
}

/** Forgets a socket. */
export function freeSocket(host: Host, socket: Socket, rule: RuleName, io: HostIo): void {
  const { recorder } = io
  const before = recorder.socket
  recorder.socket = socket.id
  recorder.emit('host/socketFreed', rule, TCP_STATES.indexOf(stateOf(socket)))
  recorder.socket = before
  removeConnection(host, socket)
  releasePort(host, socket)
  host.sockets.delete(socket.id)
}
