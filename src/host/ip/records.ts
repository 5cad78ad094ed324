/**
 * The IP layer of a host as plain data: interfaces, the routing table, neighbours and what ICMP may still send. The functions are in the files
 * around this one.
 */
import type { Micros } from '../../base'
import type { RouteType } from '../../trace'
import type { AnyPacket, Ipv4Address } from '../../wire'

/** The way of packets that stay in their host. */
export const LOOPBACK_WAY = -1

/** One end of a link, or loopback. */
export interface Interface {
  /** `lo`, `eth0` and so on, in the order of the links. */
  readonly name: string
  /** Where packets leave by: link * 2, plus 1 at its b end; LOOPBACK_WAY on loopback. */
  readonly way: number
  readonly address: Ipv4Address
  readonly prefixLength: number
  /** Neighbours are asked for before a packet goes to them. */
  readonly arp: boolean
}

/** One line of the routing table. */
export interface RouteEntry {
  readonly network: Ipv4Address
  readonly prefixLength: number
  readonly type: RouteType
  /** Index of the interface; -1 for routes that refuse. */
  readonly interface: number
  /** Next hop; 0 where the destination is on the link. */
  readonly via: Ipv4Address
  /** Bytes; 0 for the interface's. */
  readonly mtu: number
}

/** What a host begins with, and has again after a restart. */
export interface IpConfig {
  /** Loopback first. */
  readonly interfaces: readonly Interface[]
  /** Longest prefix first. */
  readonly table: readonly RouteEntry[]
}

/** Linux's NUD states, as far as they make a difference here. */
export type NeighbourState = 'incomplete' | 'reachable' | 'delay' | 'failed'

/** One entry of the neighbour table: `ip neigh`. */
export interface Neighbour {
  readonly interface: number
  readonly address: Ipv4Address
  state: NeighbourState
  /** It answered, or was heard of, at this time; -1 for never. */
  confirmedAt: Micros
  /** When it is asked again, or found to be gone; NEVER when nothing is to come. */
  dueAt: Micros
  /** Times that it was asked in vain. */
  asked: number
  /** Packets that wait for an answer. */
  waiting: AnyPacket[]
  /** Event that its next one follows from. */
  cause: number
}

/** Linux struct inet_peer: tokens of ICMP towards one destination. */
export interface IcmpPeer {
  tokensMicros: Micros
  stampedAt: Micros
}

export interface IpState {
  readonly config: IpConfig
  neighbours: Neighbour[]
  /** Messages that all destinations together may have now, and since when that holds. */
  icmpTokens: number
  icmpStampedAt: Micros
  icmpPeers: Map<Ipv4Address, IcmpPeer>
  /** IP identification of the next packet of no socket. */
  identification: number
}

/** The IP layer of a host that has just come up. */
export function freshIp(config: IpConfig): IpState {
  return { config, neighbours: [], icmpTokens: -1, icmpStampedAt: 0, icmpPeers: new Map(), identification: 0 }
}
