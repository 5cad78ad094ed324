/** What a world is built from: the normalised form of a scenario document, all defaults filled in, all times in µs. */
import type { Micros } from '../base'
import type { Action } from './command'
import type { LinkSettings } from './link-settings'
import type { ProgramSpec } from './program'
import type { Sysctl } from './sysctl'

export interface HostSpec {
  readonly name: string
  /** Dotted IPv4. */
  readonly address: string
  readonly role: 'client' | 'server' | 'other'
  readonly sysctl: Partial<Sysctl>
  readonly programs: readonly ProgramSpec[]
  /** What SIGPIPE does to its processes until they say otherwise: nothing, where left out. */
  readonly sigpipe?: 'default' | 'ignore'
  /** Routes besides those to neighbours; where left out they are worked out from the links (host/ip/config.ts). */
  readonly routes?: readonly RouteSpec[]
  /** Lines of iptables, in order; what the host's firewall begins with. */
  readonly firewall?: readonly string[]
}

/** What a route does with a packet; all but `unicast` refuse it, each in its own way (ip-route(8)). */
export const ROUTE_TYPES = ['unicast', 'unreachable', 'prohibit', 'blackhole'] as const
export type RouteType = (typeof ROUTE_TYPES)[number]

/** One line of `ip route`. */
export interface RouteSpec {
  /** `10.0.1.0/24`; `0.0.0.0/0` is the default route. */
  readonly to: string
  readonly type: RouteType
  /** Next hop, dotted; left out where the destination is on the link itself. */
  readonly via?: string
  /** Index of the link; where left out, the one that `via` is on. */
  readonly link?: number
  /** Bytes; the interface's where left out. */
  readonly mtu?: number
}

/**
 * A fault on chosen packets, counted from 1 among those that match, so that a scenario can lose just the third data
 * segment. `flags` are letters that must all be set (S, A, F, R, P); `data` true asks for payload, false for none.
 */
export interface FaultSpec {
  /** Host index that the packet comes from. */
  readonly from: number
  readonly flags?: string
  readonly data?: boolean
  /** Empty: every one that matches. */
  readonly nth: readonly number[]
  readonly order: 'lose' | 'delay' | 'duplicate' | 'corrupt' | 'hold'
  readonly delayMicros?: Micros
}

/** The link number of packets that take no link: loopback, and those with nowhere to go. */
export const NO_LINK = 0xffff_ffff

export interface LinkSpec {
  /** Host indices of the two ends. */
  readonly a: number
  readonly b: number
  readonly aToB: LinkSettings
  readonly bToA: LinkSettings
  /** Addresses of the two interfaces with their prefix lengths, `10.0.1.1/24`; the host's own address where left out. */
  readonly aAddress?: string
  readonly bAddress?: string
  /** Neighbours on it are asked for before a packet goes to them (ARP), so that it shows when nobody has an address. */
  readonly arp?: boolean
}

/** Something done to the world at a time, by the scenario: a cable unplugged, a host crashed. */
export interface TimedAction {
  readonly at: Micros
  readonly action: Action
}

export interface WorldSpec {
  readonly scenario: string
  /** Integer, 0 .. 2^53 - 1. */
  readonly seed: number
  readonly hosts: readonly HostSpec[]
  readonly links: readonly LinkSpec[]
  readonly faults: readonly FaultSpec[]
  readonly actions: readonly TimedAction[]
}
