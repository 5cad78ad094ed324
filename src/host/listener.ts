/**
 * A socket in LISTEN: what it does with segments that no connection takes, and how it starts and stops. Linux
 * tcp_conn_request, inet_csk_listen_start, inet_csk_listen_stop. Queue limits are admit.ts's, cookies are cookies.ts's.
 */
import { present } from '../base'
import { abort, acceptSyn, setState } from '../tcp'
import type { DropReason, RuleName } from '../trace'
import { ACK, FIN, RST, SYN } from '../wire'
import type { Packet } from '../wire'
import { acceptQueueFull, countDrop, countsAsBsd, sharedQueuesFull, synBacklogReserve } from './admit'
import { createChild } from './children'
import { admitCookie, sendCookie } from './cookies'
import { count } from './counters'
import { addListener, removeListener } from './demux'
import { dropPacket, refuse } from './drops'
import type { HostIo } from './io'
import { enterSynQueue } from './queues'
import type { Host, Listener, Socket } from './records'
import { createConnection, freeSocket, scheduleDeadline, settle } from './sockets'
import { tcpIo } from './tcp-io'

/** The two ECN bits of the TOS byte (INET_ECN_MASK). */
const ECN_MASK = 3

/** CLOSED to LISTEN; the port is held already. */
export function startListening(host: Host, socket: Socket, backlog: number, io: HostIo): void {
  socket.listener = { backlog, synQueue: new Map(), acceptQueue: new Map(), drops: {}, cookiesAt: -1 }
  const tcb = createConnection(host, socket, io, true, 0)
  setState(tcb, 'LISTEN', tcpIo(host, io), 'passiveOpen')
  addListener(host, socket)
}

/**
 * LISTEN to CLOSED, by close() or shutdown(). Connections that no accept() took are reset; those whose handshake is not
 * finished are forgotten without a word (inet_csk_listen_stop says why), so their peers find out when they next send.
 */
export function stopListening(host: Host, socket: Socket, io: HostIo): void {
  const listener = present(socket.listener, 'the listener')
  const { recorder } = io
  const before = recorder.socket
  removeListener(host, socket)
  setState(present(socket.tcb, 'the TCB in LISTEN'), 'CLOSED', tcpIo(host, io), 'listenerCloses')
  socket.listener = undefined
  for (const id of listener.synQueue.keys()) {
    const child = host.sockets.get(id)
    if (child !== undefined) freeSocket(host, child, 'listenerCloses', io)
  }
  for (const id of listener.acceptQueue.keys()) {
    const child = host.sockets.get(id)
    if (child?.tcb === undefined) continue
    child.queue = 'none'
    recorder.socket = child.id
    if (child.tcb.state !== 'CLOSED') abort(child.tcb, tcpIo(host, io))
    child.tcb.orphaned = true
    settle(host, child, io)
  }
  recorder.socket = before
}

/** A segment for a listener's port that belongs to no connection (RFC 9293 3.10.7.2). */
export function listenerInput(host: Host, socket: Socket, packet: Packet, io: HostIo): void {
  const { flags } = packet.segment
  if ((flags & ACK) !== 0 && admitCookie(host, socket, packet, io)) return
  recordArrival(packet, io)
  if (flags & RST) dropPacket(packet, 'noSocket', 'segmentInListen', io)
  else if (flags & ACK) refuse(host, packet, 'segmentInListen', io)
  // Linux drops SYN,FIN (tcp_rcv_state_process); the RFC would take it.
  else if ((flags & (SYN | FIN)) !== SYN) dropPacket(packet, 'missingSyn', 'segmentInListen', io)
  else connectionRequest(host, socket, packet, undefined, io)
}

function recordArrival({ id, segment }: Packet, { recorder }: HostIo): void {
  const { seq, payload, flags, ack } = segment
  recorder.cause = recorder.emit('tcp/segmentArrived', 'segmentInListen', id, seq, payload.length, flags, ack)
}

/** What a connection that takes over the ports of one in TIME-WAIT begins with. */
export interface Heir {
  /** ISN beyond everything that the old connection sent. */
  readonly iss: number
}

/** Linux tcp_conn_request: a SYN is queued, answered with a cookie, or dropped. */
export function connectionRequest(
  host: Host,
  socket: Socket,
  packet: Packet,
  heir: Heir | undefined,
  io: HostIo,
): void {
  const listener = present(socket.listener, 'the listener')
  if (countsAsBsd(host)) {
    // No cookies, and no other limit.
    if (!sharedQueuesFull(listener)) return queueRequest(host, socket, packet, heir, io)
    return dropSyn(host, listener, packet, 'listenQueuesFull', 'listenQueuesFull', io)
  }
  const { tcp_syncookies: cookies } = host.sysctl
  let wantCookie = false
  // A peer that still has a TIME-WAIT here is no flood.
  if (heir === undefined && (cookies === 2 || listener.synQueue.size > listener.backlog)) {
    wantCookie = cookies !== 0
    count(host, wantCookie ? 'TCPReqQFullDoCookies' : 'TCPReqQFullDrop')
    if (!wantCookie) return dropSyn(host, listener, packet, 'synQueueFull', 'synQueueFull', io)
  }
  if (acceptQueueFull(host, listener)) {
    count(host, 'ListenOverflows')
    return dropSyn(host, listener, packet, 'acceptQueueFull', 'acceptQueueFull', io)
  }
  if (wantCookie) return sendCookie(host, socket, packet, io)
  if (heir === undefined && cookies === 0 && listener.synQueue.size > synBacklogReserve(host)) {
    return dropSyn(host, listener, packet, 'synQueueFull', 'synBacklogReserve', io)
  }
  return queueRequest(host, socket, packet, heir, io)
}

/** The SYN queue takes it, and the SYN,ACK leaves. */
function queueRequest(host: Host, socket: Socket, packet: Packet, heir: Heir | undefined, io: HostIo): void {
  const child = createChild(host, socket, packet, io, heir?.iss)
  const { recorder } = io
  const before = recorder.socket
  enterSynQueue(host, socket, child, io)
  recorder.socket = child.id
  acceptSyn(present(child.tcb, "the child's TCB"), packet.segment, tcpIo(host, io), packet.ip.tos & ECN_MASK)
  scheduleDeadline(host, child, io)
  recorder.socket = before
}

function dropSyn(host: Host, listener: Listener, packet: Packet, reason: DropReason, rule: RuleName, io: HostIo): void {
  countDrop(host, listener, reason)
  dropPacket(packet, reason, rule, io)
}
