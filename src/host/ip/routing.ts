/** Which way a packet takes: the longest prefix that fits (RFC 1812 5.2.4.3). Linux fib_table_lookup, ip_route_output_key. */
import type { Errno } from '../../trace'
import type { Ipv4Address } from '../../wire'
import type { Host } from '../records'
import { masked } from './config'
import type { Interface, RouteEntry } from './records'

const LOOPBACK_NET = 127
const LOOPBACK_ADDRESS = 0x7f00_0001

/** An address of this host's own: of an interface, its name's, or loopback. */
export function isOwnAddress(host: Host, address: Ipv4Address): boolean {
  if (address === host.address || address >>> 24 === LOOPBACK_NET) return true
  return host.ip.config.interfaces.some((it) => it.address === address)
}

/** The line of the table that a packet to `address` follows; undefined where none fits. */
export function findRoute(host: Host, address: Ipv4Address): RouteEntry | undefined {
  return findEntry(host.ip.config.table, address)
}

/** The same in any table, longest prefix first. */
export function findEntry(table: readonly RouteEntry[], address: Ipv4Address): RouteEntry | undefined {
  for (const entry of table) {
    if (masked(address, entry.prefixLength) === entry.network) return entry
  }
  return undefined
}

/** What connect(2) says where no packet can go to `address`; '' where one can (ip-route(8), fib_props). */
export function routeErrno(host: Host, address: Ipv4Address): Errno | '' {
  if (isOwnAddress(host, address)) return ''
  switch (findRoute(host, address)?.type) {
    case undefined:
      return 'ENETUNREACH'
    case 'unicast':
      return ''
    case 'unreachable':
      return 'EHOSTUNREACH'
    case 'prohibit':
      return 'EACCES'
    case 'blackhole':
      return 'EINVAL'
  }
}

/** The address that a packet to `address` comes from where nobody chose one: that of the interface it leaves by (inet_select_addr). */
export function sourceFor(host: Host, address: Ipv4Address): Ipv4Address {
  if (address >>> 24 === LOOPBACK_NET) return LOOPBACK_ADDRESS
  if (isOwnAddress(host, address)) return address
  const entry = findRoute(host, address)
  const out = entry === undefined ? undefined : interfaceAt(host, entry.interface)
  return out?.address ?? host.address
}

export function interfaceAt(host: Host, place: number): Interface | undefined {
  return host.ip.config.interfaces[place]
}

/** The interface whose packets leave, and come, by `way`; loopback where none does. */
export function interfaceOfWay(host: Host, way: number): Interface {
  const { interfaces } = host.ip.config
  return interfaces.find((it) => it.way === way) ?? interfaces[0]
}
