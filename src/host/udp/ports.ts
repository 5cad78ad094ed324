/**
 * Local ports of UDP, which have nothing to do with TCP's: who holds which, when two may share one, and whom a datagram is for. Linux udp_lib_get_port,
 * inet_rcv_saddr_equal, __udp4_lib_lookup. Left out: multicast, users (all run as root), SO_BINDTODEVICE.
 */
import { mix32 } from '../../base'
import type { Endpoint } from '../../tcp'
import { fourTupleHash } from '../isn'
import type { Host, Socket } from '../records'

const PORT_SALT = 0x7564_7020

/** Enters a socket whose local port is set. The one that came last is found first, as at the head of Linux's hash chain. */
export function holdUdpPort(host: Host, socket: Socket): void {
  const { port } = socket.local
  socket.portHeld = true
  host.udpPorts.set(port, [socket.id, ...(host.udpPorts.get(port) ?? [])])
}

export function releaseUdpPort(host: Host, socket: Socket): void {
  if (!socket.portHeld) return
  const { port } = socket.local
  const rest = host.udpPorts.get(port)?.filter((id) => id !== socket.id) ?? []
  socket.portHeld = false
  if (rest.length === 0) host.udpPorts.delete(port)
  else host.udpPorts.set(port, rest)
}

/** Two may hold a port with SO_REUSEADDR on both, or SO_REUSEPORT on both; otherwise only at addresses that do not overlap. */
export function udpPortConflicts(host: Host, socket: Socket, { address, port }: Endpoint): boolean {
  return holders(host, port).some((other) => {
    if (other === socket) return false
    const overlap = address === 0 || other.local.address === 0 || address === other.local.address
    const reuse = socket.options.reuseAddress && other.options.reuseAddress
    const share = socket.options.reusePort && other.options.reusePort
    return overlap && !reuse && !share
  })
}

/** A port that the socket may have, from a random place in the range on; 0 where there is none. */
export function findUdpPort(host: Host, socket: Socket, address: number): number {
  const [low, high] = host.sysctl.ip_local_port_range
  const count = high - low + 1
  const first = mix32(host.secret, PORT_SALT, host.portsGiven++) % count
  for (let i = 0; i < count; i++) {
    const port = low + ((first + i) % count)
    if (!udpPortConflicts(host, socket, { address, port })) return port
  }
  return 0
}

/** What a connected peer and port, and an address of its own, are worth (compute_score). */
const CONNECTED = 8
const OWN_ADDRESS = 16

/**
 * The socket that a datagram is for: one bound to the very address before one bound to any, among those one that is connected to the sender. A connected
 * socket gets nothing from others. Of equals the one bound last; of a group with SO_REUSEPORT the one that the four ends' hash chooses.
 */
export function findUdpSocket(host: Host, local: Endpoint, remote: Endpoint): Socket | undefined {
  let best: Socket | undefined
  let most = -1
  for (const socket of holders(host, local.port)) {
    const points = score(socket, local, remote)
    if (points <= most) continue
    most = points
    best = socket
  }
  if (best === undefined || most >= OWN_ADDRESS + CONNECTED || !best.options.reusePort) return best
  const group = holders(host, local.port).filter((it) => it.options.reusePort && score(it, local, remote) === most)
  return group[fourTupleHash(host.secret, local, remote) % group.length]
}

/** -1 where it is not for this socket. */
function score({ local: own, remote: peer, udp }: Socket, local: Endpoint, remote: Endpoint): number {
  if (own.address !== 0 && own.address !== local.address) return -1
  const connected = udp?.connected === true
  if (connected && (peer.address !== remote.address || (peer.port !== 0 && peer.port !== remote.port))) return -1
  return (own.address === 0 ? 0 : OWN_ADDRESS) + (connected ? CONNECTED : 0)
}

function holders(host: Host, port: number): Socket[] {
  return (host.udpPorts.get(port) ?? []).flatMap((id) => host.sockets.get(id) ?? [])
}
