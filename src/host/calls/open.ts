/** socket(2), bind(2), listen(2): everything before there is a peer. Linux inet_create, __inet_bind, __inet_listen_sk. */
import { parseIpv4 } from '../../wire'
import { freeDescriptor, openDescriptor } from '../descriptors'
import type { HostIo } from '../io'
import { isOwnAddress } from '../ip'
import { startListening } from '../listener'
import { findBindPort, holdPort, portConflicts, releasePort } from '../ports'
import type { Host, Process } from '../records'
import { callState, createSocket } from '../sockets'
import { failed, returned } from './context'
import type { CallOf, Context, Outcome } from './context'

export function socket(host: Host, process: Process, call: CallOf<'socket'>, io: HostIo): Outcome {
  const fd = freeDescriptor(process)
  if (fd === -1) return failed('EMFILE')
  const { domain = 'AF_INET', type = 'SOCK_STREAM' } = call
  const protocol = domain === 'AF_UNIX' ? 'unix' : type === 'SOCK_DGRAM' ? 'udp' : 'tcp'
  const made = createSocket(host, io, { protocol, type })
  io.recorder.socket = made.id
  openDescriptor(host, process, fd, made, call.nonblock === true, io)
  return returned(fd)
}

/** An address to bind to: 0 is any, one's own, or loopback. */
export function bind({ host, socket: it, call }: Context<CallOf<'bind'>>): Outcome {
  if (call.path !== undefined) return failed('EAFNOSUPPORT')
  const address = parseIpv4(call.address ?? '0.0.0.0')
  if (address === undefined || !validPort(call.port)) return failed('EINVAL')
  if (!isLocal(host, address)) return failed('EADDRNOTAVAIL')
  if (it.portHeld || callState(it) !== 'CLOSED') return failed('EINVAL')
  const port = call.port === 0 ? findBindPort(host) : call.port
  const local = { address, port }
  if (port === 0 || portConflicts(host, it, local)) return failed('EADDRINUSE')
  it.local = local
  it.addressLocked = address !== 0
  it.portLocked = call.port !== 0
  it.portByConnect = false
  holdPort(host, it)
  return returned(0)
}

export function listen(context: Context<CallOf<'listen'>>): Outcome {
  const { host, socket: it, call, io } = context
  const state = callState(it)
  if (it.phase !== 'unconnected' || (state !== 'CLOSED' && state !== 'LISTEN')) return failed('EINVAL')
  // The backlog is compared as an unsigned number: -1 asks for as much as there may be.
  const backlog = Math.min(call.backlog >>> 0, host.sysctl.somaxconn)
  if (it.listener !== undefined) {
    it.listener.backlog = backlog
    return returned(0)
  }
  if (!it.portHeld) {
    const port = findBindPort(host)
    if (port === 0) return failed('EADDRINUSE')
    it.local = { address: it.addressLocked ? it.local.address : 0, port }
    it.portByConnect = false
    holdPort(host, it)
  } else if (portConflicts(host, it, it.local)) {
    // Two sockets may be bound to one port by SO_REUSEADDR, but only one of them listens.
    if (!it.portLocked) releasePort(host, it)
    return failed('EADDRINUSE')
  }
  it.remote = { address: 0, port: 0 }
  startListening(host, it, backlog, io)
  return returned(0)
}

export function isLocal(host: Host, address: number): boolean {
  return address === 0 || isOwnAddress(host, address)
}

export function validPort(port: number): boolean {
  return Number.isInteger(port) && port >= 0 && port <= 65_535
}
