/**
 * A host's netfilter as plain data: tables of chains of rules, and the table of tracked connections. Linux struct xt_table, ip_set of rules,
 * struct nf_conn. Behaviour is in the files around this one. Leaves out bridges, IPv6, ipset, marks and helpers.
 */
import type { Micros } from '../base'
import type { AnyPacket, Ipv4Address } from '../wire'

/** The five places on a packet's way through a host where rules may look at it (enum nf_inet_hooks). */
export const HOOKS = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'] as const
export type Hook = (typeof HOOKS)[number]

/** In the order in which a hook asks them: the priorities of enum nf_ip_hook_priorities, conntrack between raw and mangle. */
export const TABLES = ['raw', 'mangle', 'nat', 'filter'] as const
export type TableName = (typeof TABLES)[number]

/** The chains that a table is born with: where it hooks in. */
export const BUILT_IN: Readonly<Record<TableName, readonly Hook[]>> = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
}

/** What conntrack says of a packet (ctstate), as iptables spells it. */
export const CT_STATES = ['INVALID', 'NEW', 'ESTABLISHED', 'RELATED', 'UNTRACKED', 'SNAT', 'DNAT'] as const
export type CtState = (typeof CT_STATES)[number]

export const REJECT_KINDS = [
  'icmp-net-unreachable',
  'icmp-host-unreachable',
  'icmp-proto-unreachable',
  'icmp-port-unreachable',
  'icmp-net-prohibited',
  'icmp-host-prohibited',
  'icmp-admin-prohibited',
  'tcp-reset',
] as const
export type RejectKind = (typeof REJECT_KINDS)[number]

/** A range of ports, both ends in it. */
export interface PortRange {
  readonly low: number
  readonly high: number
}

/** One condition of a rule. `not` turns it round. */
export type Match = { readonly not: boolean } & (
  | { readonly kind: 'source' | 'destination'; readonly address: Ipv4Address; readonly prefix: number }
  | { readonly kind: 'in' | 'out'; readonly name: string }
  /** 0 means every protocol. */
  | { readonly kind: 'protocol'; readonly protocol: number }
  | { readonly kind: 'sport' | 'dport'; readonly protocol: 'tcp' | 'udp'; readonly ports: PortRange }
  | { readonly kind: 'sports' | 'dports' | 'ports'; readonly list: readonly PortRange[] }
  | { readonly kind: 'flags'; readonly mask: number; readonly comp: number }
  /** `code` -1: every code. `type` 255: every type. */
  | { readonly kind: 'icmpType'; readonly type: number; readonly code: number }
  /** `word` is how it was written: --ctstate or the older --state. */
  | { readonly kind: 'state'; readonly word: 'conntrack' | 'state'; readonly states: readonly CtState[] }
  /** `costMicros`: what one packet costs in time that must have passed. */
  | { readonly kind: 'limit'; readonly average: string; readonly costMicros: number; readonly burst: number }
  | { readonly kind: 'nth'; readonly every: number; readonly packet: number }
  | { readonly kind: 'random'; readonly probability: number }
  | { readonly kind: 'length' | 'ttl-eq' | 'ttl-lt' | 'ttl-gt'; readonly range: PortRange }
  | { readonly kind: 'comment'; readonly text: string }
)

/** Addresses and ports that NAT may choose from; `low` 0 leaves the address alone, `ports` undefined the port. */
export interface NatRange {
  readonly low: Ipv4Address
  readonly high: Ipv4Address
  readonly ports: PortRange | undefined
}

export type Target =
  | { readonly kind: 'ACCEPT' | 'DROP' | 'RETURN' | 'NOTRACK' }
  | { readonly kind: 'REJECT'; readonly with: RejectKind }
  | {
      readonly kind: 'LOG'
      readonly prefix: string
      readonly level: number
      readonly sequence: boolean
      readonly options: boolean
    }
  | { readonly kind: 'SNAT' | 'DNAT' | 'MASQUERADE' | 'REDIRECT'; readonly range: NatRange }
  /** `mss` 0: clamp to the path's MTU. */
  | { readonly kind: 'TCPMSS'; readonly mss: number }
  /** Another chain; `goto` does not come back to this one. */
  | { readonly kind: 'chain'; readonly name: string; readonly goto: boolean }
  /** Counts and goes on. */
  | { readonly kind: 'none' }

export interface Rule {
  readonly matches: readonly Match[]
  readonly target: Target
  packets: number
  bytes: number
  /** The bucket of a limit match: how much time it has saved up (µs), and when that was reckoned. */
  credit: number
  creditAt: Micros
  /** The counter of an nth match. */
  turn: number
}

export interface Chain {
  readonly name: string
  /** '' for a chain that a user made. */
  policy: '' | 'ACCEPT' | 'DROP'
  rules: Rule[]
  /** What the policy decided. */
  packets: number
  bytes: number
}

/** Addresses and ports of one direction. For ICMP echo the ports are the identifier, twice. */
export interface Tuple {
  readonly protocol: number
  readonly src: Ipv4Address
  readonly dst: Ipv4Address
  readonly srcPort: number
  readonly dstPort: number
}

export const TCP_CT_STATES = [
  'NONE',
  'SYN_SENT',
  'SYN_RECV',
  'ESTABLISHED',
  'FIN_WAIT',
  'CLOSE_WAIT',
  'LAST_ACK',
  'TIME_WAIT',
  'CLOSE',
  'SYN_SENT2',
] as const
export type TcpCtState = (typeof TCP_CT_STATES)[number]

/** What the window tracking knows of one end (struct ip_ct_tcp_state). Sequence numbers are 32 bits; windows are scaled already. */
export interface FlowEnd {
  /** One behind the highest byte that it sent, and the highest that it may send. */
  end: number
  maxEnd: number
  /** The largest window that it announced; 0 while nothing was heard of it. */
  maxWindow: number
  scale: number
  /** It offered window scaling with its SYN. */
  scales: boolean
  sackPermitted: boolean
  liberal: boolean
  /** It has sent a FIN that closed first, or data that nobody acknowledged yet. */
  closeInit: boolean
  unacknowledged: boolean
  /** The highest acknowledgment that it sent. */
  maxAck: number
  maxAckSet: boolean
}

export interface TcpTrack {
  state: TcpCtState
  /** Of the original direction and of the reply. */
  readonly ends: readonly [FlowEnd, FlowEnd]
  /** The last segment: to tell a retransmission, and what an ignored SYN was answered with. */
  lastDirection: Direction
  lastKind: SegmentKind
  lastSeq: number
  lastAck: number
  lastEnd: number
  lastWindow: number
  retransmissions: number
}

/** What a segment is to conntrack: its strongest flag (get_conntrack_index). */
export type SegmentKind = 'syn' | 'synAck' | 'fin' | 'ack' | 'rst' | 'none'

/** 0: as the first packet went; 1: the way back. */
export type Direction = 0 | 1

/** A tracked connection (struct nf_conn). */
export interface Flow {
  readonly id: number
  original: Tuple
  /** What an answer looks like when it comes in: the original turned round, with what NAT changed. */
  reply: Tuple
  /** ICMP type and code of an echo's request. */
  readonly icmpType: number
  seenReply: boolean
  assured: boolean
  /** In the table; before that only its first packet knows of it. */
  confirmed: boolean
  expiresAt: Micros
  /** Source and destination that NAT has settled, and whether it changed anything. */
  sourceSettled: boolean
  destinationSettled: boolean
  sourceNat: boolean
  destinationNat: boolean
  tcp: TcpTrack | undefined
  /** UDP: from when on answers make a stream of it. */
  streamAt: Micros
  /** By direction (nf_conntrack_acct). */
  readonly packets: [number, number]
  readonly bytes: [number, number]
}

/** What conntrack made of the packet that is on its way through the host now (skb->_nfct). */
export interface InHand {
  readonly flow: Flow | undefined
  readonly direction: Direction
  readonly state: CtState
}

export interface Netfilter {
  /** By table, then by chain in order of making. */
  tables: Map<TableName, Map<string, Chain>>
  /** Some rule needs connections to be tracked. */
  tracking: boolean
  /** Flows by number, in order of confirming; `byTuple` finds them from either direction. */
  flows: Map<number, Flow>
  byTuple: Map<string, number>
  nextFlow: number
  /** Nothing in the table expires before this. */
  nextExpiry: Micros
  /** By the names of `conntrack -S` . */
  counters: Map<string, number>
  /** Key of the draws of `--mode random` and of NAT's ports, and how many there were. */
  readonly seed: number
  draws: number
  /** LOG lines, newest last; the oldest go. */
  log: LogLine[]
  inHand: InHand | undefined
  /** What the next packet of the host's own belongs to: the answer to a packet that was rejected (nf_ct_attach). */
  attached: InHand | undefined
  /** Packets whose senders are still to be told that they were rejected; empty between two steps. */
  rejections: Rejection[]
}

/** A packet that REJECT stopped. */
export interface Rejection {
  readonly packet: AnyPacket
  readonly kind: RejectKind
  /** Event of its end. */
  readonly cause: number
  /** Where its answer belongs. */
  readonly belongs: InHand | undefined
}

export interface LogLine {
  readonly at: Micros
  readonly text: string
}
