/**
 * Interfaces and routing tables out of a world's links, so that a simple document needs to say nothing: a host reaches its neighbours over
 * their links, everyone else over hosts that forward, by the fewest hops, and has a default route. Where a document gives routes, those are
 * all there are beside the neighbours. Linux fib_add_ifaddr makes the connected routes; the others stand for what a person, DHCP or a routing
 * protocol would have put there.
 */
import { LINUX_SYSCTL } from '../../trace'
import type { HostSpec, LinkSpec, RouteSpec, WorldSpec } from '../../trace'
import { parseIpv4 } from '../../wire'
import type { Ipv4Address } from '../../wire'
import { LOOPBACK_WAY } from './records'
import type { Interface, IpConfig, RouteEntry } from './records'

const WHOLE = 32
const LOOPBACK: Interface = {
  name: 'lo',
  way: LOOPBACK_WAY,
  address: 0x7f00_0001,
  prefixLength: 8,
  arp: false,
}

/** Interfaces and routes of every host, by its index. */
export function ipConfigs(spec: WorldSpec): IpConfig[] {
  const interfaces = spec.hosts.map((host, index) => interfacesOf(spec, host, index))
  return spec.hosts.map((host, index) => {
    const scene: Scene = { spec, interfaces, index }
    const table = [...connected(scene), ...(host.routes?.map((route) => given(route, scene)) ?? computed(scene))]
    return { interfaces: interfaces[index], table: byPrefix(table) }
  })
}

/** One interface, one route for everything: a host whose links somebody else looks after. */
export function aloneConfig(address: Ipv4Address): IpConfig {
  const only: Interface = { name: 'eth0', way: 0, address, prefixLength: WHOLE, arp: false }
  return { interfaces: [LOOPBACK, only], table: [routeEntry(0, 0, 1)] }
}

interface Scene {
  readonly spec: WorldSpec
  /** Of every host. */
  readonly interfaces: readonly (readonly Interface[])[]
  /** The host whose table is made. */
  readonly index: number
}

function interfacesOf(spec: WorldSpec, host: HostSpec, index: number): Interface[] {
  const own: Interface[] = [LOOPBACK]
  spec.links.forEach((link, number) => {
    for (const end of [0, 1]) {
      if ((end === 0 ? link.a : link.b) !== index) continue
      const text = end === 0 ? link.aAddress : link.bAddress
      const [address, length] = text === undefined ? [host.address, String(WHOLE)] : text.split('/')
      own.push({
        name: `eth${own.length - 1}`,
        way: number * 2 + end,
        address: parseIpv4(address) ?? 0,
        prefixLength: Number(length ?? WHOLE),
        arp: link.arp ?? asksByItself(spec, link),
      })
    }
  })
  return own
}

/** Links of a router are networks with neighbours; a link of two hosts stands for the whole way between them. */
function asksByItself(spec: WorldSpec, { a, b }: LinkSpec): boolean {
  return forwards(spec.hosts[a]) || forwards(spec.hosts[b])
}

function forwards(host: HostSpec): boolean {
  return (host.sysctl.ip_forward ?? LINUX_SYSCTL.ip_forward) !== 0
}

/** The other end of an interface. */
function peerOf({ spec, interfaces }: Scene, { way }: Interface): { readonly host: number; readonly end: Interface } {
  const link = spec.links[way >> 1]
  const host = way & 1 ? link.a : link.b
  const end = interfaces[host].find((candidate) => candidate.way === (way ^ 1)) ?? LOOPBACK
  return { host, end }
}

/** Prefixes of one's own interfaces; the neighbour alone where the interface has no prefix. */
function connected(scene: Scene): RouteEntry[] {
  const own = scene.interfaces[scene.index]
  return own.slice(1).map((it, place) => {
    const [address, length] =
      it.prefixLength < WHOLE ? [it.address, it.prefixLength] : [peerOf(scene, it).end.address, WHOLE]
    return routeEntry(address, length, place + 1)
  })
}

/** A route that a document gives. */
function given({ to, type, via, link, mtu = 0 }: RouteSpec, scene: Scene): RouteEntry {
  const [network, length] = to.split('/')
  const number = parseIpv4(network) ?? 0
  const prefixLength = Number(length ?? WHOLE)
  if (type !== 'unicast') return { ...routeEntry(number, prefixLength, -1), type }
  const hop = via === undefined ? 0 : (parseIpv4(via) ?? 0)
  const own = scene.interfaces[scene.index]
  const place =
    link === undefined
      ? own.findIndex((it) => it.way !== LOOPBACK_WAY && (peerOf(scene, it).end.address === hop || onLink(it, hop)))
      : own.findIndex((it) => it.way !== LOOPBACK_WAY && it.way >> 1 === link)
  return { ...routeEntry(number, prefixLength, place, hop), mtu }
}

function onLink({ address, prefixLength }: Interface, hop: Ipv4Address): boolean {
  return prefixLength < WHOLE && masked(address, prefixLength) === masked(hop, prefixLength)
}

/** Routes to all that can be reached over hosts that forward, and a default route. */
function computed(scene: Scene): RouteEntry[] {
  const { spec, interfaces, index } = scene
  const own = interfaces[index]
  if (own.length === 1) return []
  const first = firstHops(scene)
  const router = own.findIndex((it) => it.way !== LOOPBACK_WAY && forwards(spec.hosts[peerOf(scene, it).host]))
  const out: RouteEntry[] = []
  // One way out is a default route, and no more needs to be said.
  if (own.length > 2 || router === -1) {
    first.forEach((place, host) => {
      if (place === -1) return
      const hop = peerOf(scene, own[place])
      if (hop.host === host) return
      for (const address of addressesOf(spec, interfaces, host))
        out.push(routeEntry(address, WHOLE, place, hop.end.address))
    })
  }
  if (router !== -1 && !forwards(spec.hosts[index]))
    out.push(routeEntry(0, 0, router, peerOf(scene, own[router]).end.address))
  else if (!spec.hosts.some(forwards)) out.push(routeEntry(0, 0, 1))
  return out
}

/** For each other host the interface that the way of the fewest hops begins with; -1 where no way leads there. Ties go to the earlier link. */
function firstHops(scene: Scene): number[] {
  const { spec, interfaces, index } = scene
  const first = spec.hosts.map(() => -1)
  const queue: number[] = []
  const reach = (host: number, place: number): void => {
    if (host === index || first[host] !== -1) return
    first[host] = place
    if (forwards(spec.hosts[host])) queue.push(host)
  }
  interfaces[index].forEach((it, place) => {
    if (place > 0) reach(peerOf(scene, it).host, place)
  })
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    for (const it of interfaces[next].slice(1)) reach(peerOf(scene, it).host, first[next])
  }
  return first
}

function addressesOf(spec: WorldSpec, interfaces: Scene['interfaces'], host: number): Ipv4Address[] {
  const own = interfaces[host].slice(1).map(({ address }) => address)
  return [...new Set([parseIpv4(spec.hosts[host].address) ?? 0, ...own])]
}

function routeEntry(address: Ipv4Address, prefixLength: number, place: number, via = 0): RouteEntry {
  return { network: masked(address, prefixLength), prefixLength, type: 'unicast', interface: place, via, mtu: 0 }
}

/** The network of an address. */
export function masked(address: Ipv4Address, prefixLength: number): Ipv4Address {
  return prefixLength === 0 ? 0 : (address & (-1 << (WHOLE - prefixLength))) >>> 0
}

/** The longest prefix first; among equals the earlier one. */
function byPrefix(table: readonly RouteEntry[]): RouteEntry[] {
  return table.toSorted((x, y) => y.prefixLength - x.prefixLength)
}
