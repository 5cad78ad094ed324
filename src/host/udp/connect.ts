/**
 * bind(2), connect(2) and shutdown(2) on a UDP socket: no packet comes of any of them. connect() chooses the peer of send(), filters what comes by it, and lets the
 * socket hear of ICMP errors; it can be called again, and undone with AF_UNSPEC. Linux inet_bind, __ip4_datagram_connect, __udp_disconnect, inet_shutdown.
 */
import { parseIpv4 } from '../../wire'
import { failed, returned } from '../calls/context'
import type { CallOf, Context, Outcome } from '../calls/context'
import { isLocal, validPort } from '../calls/open'
import { sourceFor } from '../ip'
import { WAKE_ALL } from '../records'
import { settle } from '../sockets'
import { findUdpPort, holdUdpPort, releaseUdpPort, udpPortConflicts } from './ports'
import type { UdpState } from './records'
import { addressOf, bindItself } from './send'
import { isBroadcast, ownIfZero, routeError } from './way'

export function bindUdp({ host, socket, call }: Context<CallOf<'bind'>>): Outcome {
  if (call.path !== undefined) return failed('EAFNOSUPPORT')
  const address = parseIpv4(call.address ?? '0.0.0.0')
  if (address === undefined || !validPort(call.port)) return failed('EINVAL')
  if (!isLocal(host, address)) return failed('EADDRNOTAVAIL')
  if (socket.portHeld) return failed('EINVAL')
  const port = call.port === 0 ? findUdpPort(host, socket, address) : call.port
  if (port === 0 || udpPortConflicts(host, socket, { address, port })) return failed('EADDRINUSE')
  socket.local = { address, port }
  socket.addressLocked = address !== 0
  socket.portLocked = call.port !== 0
  holdUdpPort(host, socket)
  return returned(0)
}

export function connectUdp(context: Context<CallOf<'connect'>>, udp: UdpState): Outcome {
  const { host, socket, call, thread } = context
  if (call.family === 'AF_UNSPEC') return disconnect(context, udp)
  if (call.path !== undefined) return failed('EAFNOSUPPORT')
  const given = addressOf(call, thread.variables)
  if (given === undefined || typeof given === 'string') return failed('EINVAL')
  if (!bindItself(host, socket)) return failed('EAGAIN')
  const address = ownIfZero(given.address)
  const errno = routeError(host, address)
  if (errno !== '') return failed(errno)
  if (isBroadcast(address) && !udp.broadcast) return failed('EACCES')
  udp.connected = true
  socket.phase = 'connected'
  socket.remote = { address, port: given.port }
  if (socket.local.address === 0) socket.local = { address: sourceFor(host, address), port: socket.local.port }
  return returned(0)
}

/** The peer is forgotten, and what connect() and the first send chose of the local end; what bind() named stays. */
function disconnect({ host, socket }: Context, udp: UdpState): Outcome {
  udp.connected = false
  socket.phase = 'unconnected'
  socket.remote = { address: 0, port: 0 }
  if (!socket.portLocked) releaseUdpPort(host, socket)
  socket.local = {
    address: socket.addressLocked ? socket.local.address : 0,
    port: socket.portLocked ? socket.local.port : 0,
  }
  return returned(0)
}

/** Takes effect without a peer too, though it says that there is none. */
export function shutdownUdp({ host, socket, call, io }: Context<CallOf<'shutdown'>>, udp: UdpState): Outcome {
  if (call.how !== 'SHUT_WR') udp.receiveShutdown = true
  if (call.how !== 'SHUT_RD') udp.sendShutdown = true
  socket.changedBy = io.recorder.cause
  socket.woken = WAKE_ALL
  settle(host, socket, io)
  return udp.connected ? returned(0) : failed('ENOTCONN')
}
