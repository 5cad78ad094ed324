/**
 * When a packet leaves and would arrive, by the rate and delay of its link: the virtual queue that the network keeps,
 * followed from outside. It places a cross, or a packet still under way, on its line; where a packet really arrived is
 * always taken from the trace. Changes of a link made by hand are followed as soon as the page knows of them.
 */
import type { Micros } from '../../base'
import type { HostView, IpView, LinkSettings } from '../../trace'
import { parseIpv4 } from '../../wire'

/** What sets the time that a packet takes. */
type Pace = Pick<LinkSettings, 'rateBitsPerSecond' | 'delayMicros'>

/** What is needed to know which way a packet goes. */
export interface Wiring {
  readonly hosts: readonly {
    /** IPv4 addresses of its own. */
    readonly addresses: ReadonlySet<number | undefined>
    /** Longest prefix first. */
    readonly routes: IpView['routes']
  }[]
  readonly links: readonly { readonly a: number; readonly b: number; readonly aToB: Pace; readonly bToA: Pace }[]
}

export interface LinkModel {
  wiring: Wiring
  /** When each direction's transmitter comes free: link * 2 for a to b, one more for b to a. */
  busyUntil: Float64Array
  /** What `busyUntil` was before the last packet, for one that the queue turned out not to take. */
  before: number
}

export function wiringOf(hosts: readonly Pick<HostView, 'address' | 'ip'>[], links: Wiring['links']): Wiring {
  return {
    hosts: hosts.map(({ address, ip }) => ({
      addresses: new Set([address, ...ip.interfaces.map((it) => it.address)].map(parseIpv4)),
      routes: ip.routes,
    })),
    links,
  }
}

export function createLinkModel(wiring: Wiring): LinkModel {
  return { wiring, busyUntil: new Float64Array(wiring.links.length * 2), before: 0 }
}

/** Which host a packet of `from` goes to next, and by which direction of which link; -1 where there is none. */
export function routeOf(
  { hosts, links }: Wiring,
  from: number,
  dst: number,
): { readonly to: number; readonly direction: number } {
  const host = hosts[from]
  if (host === undefined) return { to: -1, direction: -1 }
  if (dst >>> 24 === LOOPBACK_NET || host.addresses.has(dst)) return { to: from, direction: -1 }
  const route = host.routes.find(({ network, prefixLength }) => masked(dst, prefixLength) === network)
  if (route === undefined || route.way < 0) return { to: -1, direction: -1 }
  const { a, b } = links[route.way >> 1]
  return { to: route.way & 1 ? a : b, direction: route.way }
}

const LOOPBACK_NET = 127

function masked(address: number, prefixLength: number): number {
  return prefixLength === 0 ? 0 : (address & (-1 << (32 - prefixLength))) >>> 0
}

/** Puts a packet of `bytes` into the queue at `at` and says when it departs and would arrive. */
export function transit(
  model: LinkModel,
  direction: number,
  at: Micros,
  bytes: number,
): [departs: Micros, arrives: Micros] {
  if (direction < 0) return [at, at]
  const link = model.wiring.links[direction >> 1]
  const settings = direction & 1 ? link.bToA : link.aToB
  const rate = settings.rateBitsPerSecond
  const transmission = rate > 0 ? (bytes * 8_000_000) / rate : 0
  model.before = model.busyUntil[direction]
  const departs = Math.max(at, model.busyUntil[direction])
  model.busyUntil[direction] = departs + transmission
  return [departs, Math.ceil(departs + transmission) + settings.delayMicros]
}

/** The packet given to `transit` last did not enter the queue after all. */
export function takeBack(model: LinkModel, direction: number): void {
  if (direction >= 0) model.busyUntil[direction] = model.before
}
