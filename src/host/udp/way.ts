/** Which way a datagram goes: what UDP asks of IP before it sends. */
import type { Micros } from '../../base'
import type { Errno } from '../../trace'
import type { Ipv4Address } from '../../wire'
import { isOwnAddress, routeErrno } from '../ip'
import type { Host } from '../records'
import { routeTo } from '../routes'

const LOOPBACK = 0x7f00_0001
const LOOPBACK_MTU = 65_535
const BROADCAST = 0xffff_ffff
const MULTICAST = 0xe

/** 0.0.0.0 means oneself (ip_route_output_key_hash_rcu). */
export function ownIfZero(address: Ipv4Address): Ipv4Address {
  return address === 0 ? LOOPBACK : address
}

/** Why nothing can be sent there; '' where it can. Multicast groups have no members here. */
export function routeError(host: Host, address: Ipv4Address): Errno | '' {
  if (address >>> 28 === MULTICAST) return 'ENETUNREACH'
  return isBroadcast(address) ? '' : routeErrno(host, address)
}

export function isBroadcast(address: Ipv4Address): boolean {
  return address === BROADCAST
}

/** Bytes that a packet to `address` may have, as far as is known. */
export function pathMtu(host: Host, address: Ipv4Address, now: Micros): number {
  if (isOwnAddress(host, address)) return LOOPBACK_MTU
  return Math.min(host.sysctl.mtu, routeTo(host, address, now)?.mtu ?? host.sysctl.mtu)
}

/** Whether routers may cut up packets to `address` for all that is known (its MTU is believed and no lower bound). */
export function mtuIsLocked(host: Host, address: Ipv4Address, now: Micros): boolean {
  return routeTo(host, address, now)?.locked === true
}
