/** A host's firewall, connection tracking and NAT in the snapshot: what `iptables -L -v`, `iptables-save -c` and `conntrack -L` tell. */
import type { Micros } from '../base'

export interface FirewallView {
  /** Only tables that somebody has touched. */
  readonly tables: readonly TableView[]
  /** Some rule makes the kernel track connections. */
  readonly tracking: boolean
  /** Oldest first; at most a few hundred, `flowCount` counts all. */
  readonly flows: readonly FlowView[]
  readonly flowCount: number
  /** Lines that LOG wrote, newest last. */
  readonly log: readonly { readonly at: Micros; readonly text: string }[]
  /** By the names of `conntrack -S`. */
  readonly counters: Readonly<Record<string, number>>
}

export interface TableView {
  readonly name: 'raw' | 'mangle' | 'nat' | 'filter'
  readonly chains: readonly ChainView[]
}

export interface ChainView {
  readonly name: string
  /** '' for a chain of the user's. */
  readonly policy: '' | 'ACCEPT' | 'DROP'
  /** What the policy decided. */
  readonly packets: number
  readonly bytes: number
  /** Rules that jump to it. */
  readonly references: number
  readonly rules: readonly RuleView[]
}

export interface RuleView {
  /** As iptables-save prints it, behind `-A CHAIN`. */
  readonly text: string
  readonly packets: number
  readonly bytes: number
  readonly columns: RuleColumns
}

/** The columns of `iptables -L -v -n`. */
export interface RuleColumns {
  readonly target: string
  readonly protocol: string
  readonly in: string
  readonly out: string
  readonly source: string
  readonly destination: string
  readonly extra: string
  readonly goto: boolean
}

export interface TupleView {
  readonly src: string
  readonly dst: string
  /** The identifier, for ICMP echo. */
  readonly srcPort: number
  readonly dstPort: number
}

export interface FlowView {
  readonly id: number
  readonly protocol: string
  readonly protocolNumber: number
  /** TCP's state by conntrack's names; '' for other protocols. */
  readonly state: string
  readonly original: TupleView
  readonly reply: TupleView
  readonly icmpType: number
  readonly unreplied: boolean
  readonly assured: boolean
  readonly sourceNat: boolean
  readonly destinationNat: boolean
  readonly expiresAt: Micros
  /** By direction: original, reply. */
  readonly packets: readonly number[]
  readonly bytes: readonly number[]
}
