/**
 * The network as plain data: links between hosts, the packets that are under way, and the faults that the scenario planned.
 * This file decides what is remembered and where a packet goes; submit.ts decides when it gets there.
 *
 * Routing is the least that a lab bench needs: a host reaches a neighbour over their common link, itself over
 * loopback, and everyone else over its first link (its default route), whose far end ignores what is not its own. Hosts do not
 * forward. Left out: ARP, fragmentation.
 */
import { createPrng } from '../base'
import type { Micros, Prng } from '../base'
import type { FaultSpec, LinkSettings, LinkSpec, LossReason, Recorder, WorldSpec } from '../trace'
import { parseIpv4 } from '../wire'
import type { AnyPacket, Ipv4Address } from '../wire'

/** What the network may ask of the world. */
export interface NetworkIo {
  readonly now: Micros
  readonly recorder: Recorder
  /** Asks for packetDue(packetId, version) at time `at`. */
  schedule(packetId: number, version: number, at: Micros): void
  /** Registers a copy that the wire made in the trace; returns its number. */
  newPacket(from: number, packet: AnyPacket): number
}

export type DirectionName = 'aToB' | 'bToA'

/** One direction of a link. The queue is virtual: what is kept is when each waiting packet will enter service. */
export interface Direction {
  settings: LinkSettings
  /** When the transmitter is free; a fraction of a microsecond is kept so that the rate is exact over many packets. */
  busyUntil: number
  /** Arrival of the last packet in its natural order; a later one never arrives before it. */
  lastArrival: Micros
  /** A ring of service start times, ascending, of packets that wait. */
  waiting: { starts: Float64Array; head: number; count: number }
  random: { loss: Prng; reorder: Prng; duplicate: Prng; corrupt: Prng; jitter: Prng }
}

export interface Link {
  readonly a: number
  readonly b: number
  connected: boolean
  aToB: Direction
  bToA: Direction
}

/** A packet between two hosts. */
export interface Flight {
  packet: AnyPacket
  readonly from: number
  readonly to: number
  /** Index of the link; NO_LINK on loopback. */
  readonly link: number
  readonly direction: DirectionName
  readonly sentAt: Micros
  /** When its first bit goes out, and how long its bits take: both 0 on loopback, no bits for a copy made by the wire. */
  serviceStart: number
  transmitMicros: number
  jitterMicros: Micros
  /** Arrival without reordering, faults and orders. */
  naturalAt: Micros
  /** When it arrives or is lost; NEVER while it is held. */
  dueAt: Micros
  /** Grows when dueAt changes, which makes older schedule entries stale. */
  version: number
  /** How much of its way was left when it was held, µs. */
  remainingMicros: Micros
  held: boolean
  /** Why it will not arrive; '' when it will. */
  doom: LossReason | ''
  /** The event that its delivery or loss follows from. */
  cause: number
  /** Progress along the line: `progress` at `progressAt`, 1 at `endAt`. */
  progress: number
  progressAt: Micros
  endAt: Micros
}

export interface Fault {
  readonly spec: FaultSpec
  /** Packets that matched so far. */
  seen: number
}

export interface Network {
  readonly hosts: number
  /** Which host has an address. */
  readonly hostAddresses: Map<Ipv4Address, number>
  /** For sender and destination host, at `from * hosts + to`: link * 2, plus 1 from its b end; -1 for none. */
  readonly routes: Int32Array
  /** For each sender, the same code of its first link. */
  readonly defaultRoutes: Int32Array
  readonly links: Link[]
  /** By packet number, in the order in which they were sent. */
  readonly flights: Map<number, Flight>
  readonly faults: Fault[]
}

/** An idle network with every cable plugged in. Addresses in `spec` must be valid; the scenario room checks them. */
export function createNetwork(spec: WorldSpec): Network {
  const hosts = spec.hosts.length
  const net: Network = {
    hosts,
    hostAddresses: new Map(),
    routes: new Int32Array(hosts * hosts).fill(-1),
    defaultRoutes: new Int32Array(hosts).fill(-1),
    links: spec.links.map((link, index) => createLink(link, index, spec.seed)),
    flights: new Map(),
    faults: spec.faults.map((fault) => ({ spec: fault, seen: 0 })),
  }
  spec.hosts.forEach((host, index) => {
    const address = parseIpv4(host.address)
    if (address !== undefined && !net.hostAddresses.has(address)) net.hostAddresses.set(address, index)
  })
  spec.links.forEach(({ a, b }, index) => {
    addRoute(net, a, b, index * 2)
    addRoute(net, b, a, index * 2 + 1)
  })
  return net
}

function addRoute(net: Network, from: number, to: number, code: number): void {
  const place = from * net.hosts + to
  if (net.routes[place] === -1) net.routes[place] = code
  if (net.defaultRoutes[from] === -1) net.defaultRoutes[from] = code
}

function createLink(spec: LinkSpec, index: number, seed: number): Link {
  return {
    a: spec.a,
    b: spec.b,
    connected: true,
    aToB: createDirection(spec.aToB, `link ${index} aToB`, seed),
    bToA: createDirection(spec.bToA, `link ${index} bToA`, seed),
  }
}

function createDirection(settings: LinkSettings, name: string, seed: number): Direction {
  return {
    settings: { ...settings },
    busyUntil: 0,
    lastArrival: 0,
    waiting: { starts: new Float64Array(16), head: 0, count: 0 },
    random: {
      loss: createPrng(seed, `${name} loss`),
      reorder: createPrng(seed, `${name} reorder`),
      duplicate: createPrng(seed, `${name} duplicate`),
      corrupt: createPrng(seed, `${name} corrupt`),
      jitter: createPrng(seed, `${name} jitter`),
    },
  }
}

const LOOPBACK_NET = 127

/** The host that an address means, seen from `from`; undefined for an address that no host has. */
export function hostOfAddress(net: Network, from: number, address: Ipv4Address): number | undefined {
  return address >>> 24 === LOOPBACK_NET ? from : net.hostAddresses.get(address)
}

/** The code of the link to take (see Network.routes); -1 for none. */
export function routeFor(net: Network, from: number, to: number | undefined): number {
  const direct = to === undefined ? -1 : net.routes[from * net.hosts + to]
  return direct === -1 ? net.defaultRoutes[from] : direct
}
