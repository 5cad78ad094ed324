/**
 * Which socket a segment is for: the connection with its five-tuple, or else the best listener on its port (Linux
 * __inet_lookup_established, __inet_lookup_listener). A host has one address and loopback, so local port and the remote
 * end identify a connection; the local address is compared afterwards.
 */
import type { Endpoint } from '../tcp'
import type { Ipv4Address } from '../wire'
import { fourTupleHash } from './isn'
import type { Host, Socket } from './records'

/** 48 bits, exact in a double. */
function remoteKey(remote: Endpoint): number {
  return remote.address * 65_536 + remote.port
}

export function addConnection(host: Host, socket: Socket): void {
  const { port } = socket.local
  let peers = host.connections.get(port)
  if (peers === undefined) host.connections.set(port, (peers = new Map()))
  peers.set(remoteKey(socket.remote), socket.id)
}

export function removeConnection(host: Host, socket: Socket): void {
  const peers = host.connections.get(socket.local.port)
  const key = remoteKey(socket.remote)
  if (peers?.get(key) !== socket.id) return
  peers.delete(key)
  if (peers.size === 0) host.connections.delete(socket.local.port)
}

/** The connection between these two ends, in any state but LISTEN and CLOSED. */
export function findConnection(host: Host, local: Endpoint, remote: Endpoint): Socket | undefined {
  const id = host.connections.get(local.port)?.get(remoteKey(remote))
  if (id === undefined) return undefined
  const socket = host.sockets.get(id)
  return socket?.local.address === local.address ? socket : undefined
}

/**
 * The listener for a segment to `local`: one bound to the very address comes before one bound to any. Several that share
 * a port by SO_REUSEPORT share the connections by a hash of the four-tuple.
 */
export function findListener(host: Host, local: Endpoint, remote: Endpoint): Socket | undefined {
  const group = host.listeners.get(local.port)
  if (group === undefined) return undefined
  const exact = boundTo(host, group, local.address)
  const fitting = exact.length > 0 ? exact : boundTo(host, group, 0)
  if (fitting.length <= 1) return fitting[0]
  return fitting[fourTupleHash(host.secret, local, remote) % fitting.length]
}

function boundTo(host: Host, group: readonly number[], address: Ipv4Address): Socket[] {
  const out: Socket[] = []
  for (const id of group) {
    const socket = host.sockets.get(id)
    if (socket?.local.address === address) out.push(socket)
  }
  return out
}

export function addListener(host: Host, socket: Socket): void {
  const group = host.listeners.get(socket.local.port)
  if (group === undefined) host.listeners.set(socket.local.port, [socket.id])
  else group.push(socket.id)
}

export function removeListener(host: Host, socket: Socket): void {
  const group = host.listeners.get(socket.local.port)?.filter((id) => id !== socket.id)
  if (group === undefined) return
  if (group.length === 0) host.listeners.delete(socket.local.port)
  else host.listeners.set(socket.local.port, group)
}
