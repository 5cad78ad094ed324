/**
 * What a host has learned of the ways to others: their MTU, by destination (RFC 1191 3, 6.3). Linux keeps it as an exception to the route, for
 * mtu_expires seconds, and believes nothing below min_pmtu: then it stays there and lets routers cut packets up. Linux ip_rt_update_pmtu,
 * __ip_rt_update_pmtu, update_or_create_fnhe.
 */
import { MICROS_PER_SECOND } from '../base'
import type { Micros } from '../base'
import type { Ipv4Address } from '../wire'
import type { HostIo } from './io'
import type { Host, Route } from './records'

/** What is known of the way to an address; undefined where that is nothing but the interface's MTU. */
export function routeTo(host: Host, address: Ipv4Address, now: Micros): Route | undefined {
  const route = host.routes.get(address)
  return route === undefined || route.expiresAt <= now ? undefined : route
}

/** A router says that packets of more than `mtu` bytes do not get to `address`. Every connection to it learns of that. */
export function learnMtu(host: Host, address: Ipv4Address, mtu: number, io: HostIo): void {
  const { min_pmtu: least, mtu_expires: seconds, mtu: most } = host.sysctl
  const known = routeTo(host, address, io.now)
  if (known?.locked === true || (known?.mtu ?? most) < mtu) return
  const locked = mtu < least
  const believed = locked ? Math.min(known?.mtu ?? most, least) : mtu
  const route: Route = { mtu: believed, locked, expiresAt: io.now + seconds * MICROS_PER_SECOND }
  host.routes.set(address, route)
  for (const { tcb } of host.sockets.values()) {
    if (tcb?.remote.address !== address) continue
    tcb.path.mtu = Math.min(route.mtu, tcb.path.interfaceMtu)
    tcb.path.locked = locked
    tcb.path.expiresAt = route.expiresAt
  }
}
