/**
 * The network as plain data: links between hosts, the packets that are under way, and the faults that the scenario planned.
 * This file decides what is remembered; submit.ts decides when a packet gets to the other end. Which link it takes is the sending host's affair
 * (host/ip). Left out: ARP, fragmentation.
 */
import { createPrng } from '../base'
import type { Micros, Prng } from '../base'
import type { FaultSpec, LinkSettings, LinkSpec, LossReason, Recorder, WorldSpec } from '../trace'
import type { AnyPacket } from '../wire'

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
  readonly links: Link[]
  /** By packet number, in the order in which they were sent. */
  readonly flights: Map<number, Flight>
  readonly faults: Fault[]
}

/** An idle network with every cable plugged in. */
export function createNetwork(spec: WorldSpec): Network {
  return {
    links: spec.links.map((link, index) => createLink(link, index, spec.seed)),
    flights: new Map(),
    faults: spec.faults.map((fault) => ({ spec: fault, seen: 0 })),
  }
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

/** How a link is now to who would send by `way`: its number times two, plus 1 at the b end. Loopback is always there and takes any length. */
export function linkOfWay(
  net: Network,
  way: number,
): { readonly connected: boolean; readonly mtuBytes: number; readonly icmpSilent: boolean } {
  if (way < 0) return { connected: true, mtuBytes: 0, icmpSilent: false }
  const link = net.links[way >> 1]
  const { mtuBytes = 0, icmpSilent = 0 } = link[way & 1 ? 'bToA' : 'aToB'].settings
  return { connected: link.connected, mtuBytes, icmpSilent: icmpSilent === 1 }
}
