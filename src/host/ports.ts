/**
 * Local ports: who holds which, when two may share one, and how a free one is found. Linux's inet_connection_sock.c
 * (bind conflicts) and inet_hashtables.c (ports for connect()). A socket in TIME-WAIT still holds its port. Left out:
 * users (all run as root), interfaces (there is one).
 */
import type { Micros } from '../base'
import type { Endpoint } from '../tcp'
import { findConnection } from './demux'
import { portOffset } from './isn'
import { isOwnAddress } from './ip'
import type { Host, Socket } from './records'
import { releaseUdpPort } from './udp/ports'

export function holdPort(host: Host, socket: Socket): void {
  const { port } = socket.local
  socket.portHeld = true
  const holders = host.bound.get(port)
  if (holders === undefined) host.bound.set(port, new Set([socket.id]))
  else holders.add(socket.id)
}

export function releasePort(host: Host, socket: Socket): void {
  if (socket.protocol === 'udp') return releaseUdpPort(host, socket)
  if (!socket.portHeld) return
  const { port } = socket.local
  const holders = host.bound.get(port)
  socket.portHeld = false
  if (holders === undefined) return
  holders.delete(socket.id)
  if (holders.size === 0) host.bound.delete(port)
}

/**
 * May `socket` hold `port` at its address beside those that hold it now (Linux inet_bind_conflict)? Two may with
 * SO_REUSEADDR on both unless the other one listens, or with SO_REUSEPORT on both. That goes for a TIME-WAIT of an
 * old server too: it has the SO_REUSEADDR of the socket that it was.
 */
export function portConflicts(host: Host, socket: Socket, local: Endpoint): boolean {
  for (const id of host.bound.get(local.port) ?? []) {
    const other = host.sockets.get(id)
    if (other === undefined || other === socket) continue
    const overlap = local.address === 0 || other.local.address === 0 || local.address === other.local.address
    if (!overlap) continue
    const reuse = socket.options.reuseAddress && other.options.reuseAddress && other.tcb?.state !== 'LISTEN'
    const share = socket.options.reusePort && other.options.reusePort
    if (!reuse && !share) return true
  }
  return false
}

/**
 * A free port for bind(0) and listen() without bind(): one that nobody holds. Linux inet_csk_find_open_port takes ports
 * of the other parity than connect() first, so that the two do not get into each other's way. 0 when there is none.
 */
export function findBindPort(host: Host): number {
  const [low, high] = host.sysctl.ip_local_port_range
  const start = portOffset(host, 0, { address: 0, port: host.portsGiven++ })
  const free = (port: number): boolean => !host.bound.has(port)
  return search(low, high, start, 1, free) ?? search(low, high, start, 0, free) ?? 0
}

/**
 * A port for connect() to `remote`, such that the four-tuple is new (Linux __inet_hash_connect): ports of the range's own parity
 * first; none that a bind() holds; the search starts at a keyed hash of the peer and goes on from there with each port
 * given. 0 when there is none.
 */
export function findConnectPort(host: Host, address: number, remote: Endpoint, now: Micros): number {
  const [low, high] = host.sysctl.ip_local_port_range
  const start = portOffset(host, address, remote) + 2 * host.portsGiven++
  const free = (port: number): boolean => {
    for (const id of host.bound.get(port) ?? []) if (host.sockets.get(id)?.portByConnect === false) return false
    return fourTupleFree(host, { address, port }, remote, now)
  }
  return search(low, high, start, 0, free) ?? search(low, high, start, 1, free) ?? 0
}

/**
 * Is nobody using this four-tuple (Linux __inet_check_established)? A connection in TIME-WAIT may be taken over when
 * `tcp_tw_reuse` allows it and timestamps protect the new one (RFC 6191): a second must have passed.
 */
export function fourTupleFree(host: Host, local: Endpoint, remote: Endpoint, now: Micros): boolean {
  const other = findConnection(host, local, remote)
  return other === undefined || timeWaitReusable(host, other, now)
}

/** Linux tcp_tw_reuse_delay: 1 s, in which the timestamp clock has surely moved on. */
const REUSE_DELAY_MICROS = 1_000_000

export function timeWaitReusable(host: Host, { tcb, file }: Socket, now: Micros): boolean {
  if (tcb?.state !== 'TIME-WAIT' || file !== 0 || !tcb.negotiated.timestamps) return false
  const mode = host.sysctl.tcp_tw_reuse
  const loopback = isOwnAddress(host, tcb.remote.address)
  if (mode === 0 || (mode === 2 && !loopback)) return false
  return now - tcb.timestamps.recentAt >= REUSE_DELAY_MICROS
}

/** The first port of this parity (0: that of `low`) from `start` on, round the range, that `free` takes. */
function search(
  low: number,
  high: number,
  start: number,
  parity: 0 | 1,
  free: (port: number) => boolean,
): number | undefined {
  const count = Math.floor((high - low - parity) / 2) + 1
  if (count < 1) return undefined
  const first = Math.floor(start / 2) % count
  for (let i = 0; i < count; i++) {
    const port = low + parity + 2 * ((first + i) % count)
    if (free(port)) return port
  }
  return undefined
}
