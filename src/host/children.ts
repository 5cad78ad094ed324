/** The socket of a connection that somebody asks a listener for: Linux sk_clone_lock on the listener. */
import type { Packet } from '../wire'
import { addConnection } from './demux'
import type { HostIo } from './io'
import { holdPort } from './ports'
import type { Host, Socket } from './records'
import { createConnection, createSocket } from './sockets'

/** A child with the listener's options and the ends that `packet` names; its TCB is CLOSED still. */
export function createChild(host: Host, parent: Socket, packet: Packet, io: HostIo, iss?: number): Socket {
  const child = createSocket(host, io, { protocol: 'tcp' }, { ...parent.config }, { ...parent.options })
  const { ip, segment } = packet
  // tcp_rsk(req)->syn_tos without the bits that are TCP's own.
  if (host.sysctl.tcp_reflect_tos !== 0) child.options.tos = (packet.ip.tos ?? 0) & ~3
  child.phase = 'connected'
  child.parent = parent.id
  child.local = { address: ip.dst, port: segment.dstPort }
  child.remote = { address: ip.src, port: segment.srcPort }
  child.optionsSet = { ...parent.optionsSet }
  holdPort(host, child)
  addConnection(host, child)
  createConnection(host, child, io, true, iss)
  return child
}
