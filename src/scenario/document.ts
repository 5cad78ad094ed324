/**
 * The scenario document: what a person writes, a file holds and a link carries. It names hosts instead of numbering them, leaves out
 * what is ordinary, and writes durations and rates with units. `toWorldSpec` fills everything in for the engine.
 *
 * Version 1. A document of another version is refused by name; fields are never reinterpreted within a version.
 */
import type { Call, Command, Expression, SignalName, Step } from '../trace'

/** `'10ms'`, `'1.5s'`, `'2h'`, or a whole number of microseconds. */
export type Duration = string | number

/** `'10Mbit'`, `'9600bit'`, `'unlimited'`, or a number of bits a second (0: no serialisation time). */
export type Rate = string | number

/** What the page gives room to when the scenario opens. */
export type Focus = 'states' | 'queues' | 'congestion' | 'everything'

export interface ScenarioDocument {
  readonly version: 1
  /** Lower-case words joined by hyphens. */
  readonly id: string
  readonly title: string
  /** One sentence that a newcomer understands. */
  readonly summary?: string
  /** One line: what to try. */
  readonly hint?: string
  /** What to look at while it plays. */
  readonly watch?: readonly string[]
  readonly focus?: Focus
  /** 1 where left out. */
  readonly seed?: number
  /** Where it may stop by itself, for figures and the command line. */
  readonly until?: Duration
  readonly hosts: readonly HostDocument[]
  /** Where left out: the first two hosts on one ordinary link. */
  readonly links?: readonly LinkDocument[]
  readonly faults?: readonly FaultDocument[]
  readonly actions?: readonly TimedActionDocument[]
}

export interface HostDocument {
  readonly name: string
  /** Dotted IPv4; 10.0.0.1, 10.0.0.2 and so on where left out. */
  readonly address?: string
  /** The first host is the client, the second the server, where left out. A router passes on what is for others (`ip_forward`). */
  readonly role?: 'client' | 'server' | 'other' | 'router'
  /** Sysctls that differ from Linux's defaults, by Linux's names. */
  readonly sysctl?: Readonly<Record<string, number | string | readonly number[]>>
  readonly programs?: readonly ProgramDocument[]
  /** What its firewall begins with: lines of iptables, or of iptables-save. */
  readonly firewall?: readonly string[]
  /** `default`: SIGPIPE ends a process of this host that has said nothing about it. Ignored where left out. */
  readonly sigpipe?: 'default' | 'ignore'
  /** Routes besides those to the neighbours on its links; where left out they are worked out from the links. */
  readonly routes?: readonly RouteDocument[]
}

/** One line of `ip route`. */
export interface RouteDocument {
  /** `10.0.1.0/24`, an address, a host's name, or `default`. */
  readonly to: string
  /** Next hop: a neighbour's name, or an address. */
  readonly via?: string
  /** Place of the link in the list; where left out, the one that `via` is on. */
  readonly link?: number
  /** `unicast` where left out; the others refuse. */
  readonly type?: 'unicast' | 'unreachable' | 'prohibit' | 'blackhole'
  readonly mtu?: number
}

/** A program that is written out, or a ready-made one with its settings. */
export type ProgramDocument = WrittenProgram | UsedProgram

export interface WrittenProgram {
  readonly name: string
  /** At time 0 where left out. */
  readonly start?: Duration
  readonly steps: readonly StepDocument[]
  /**
   * The process it runs in: programs that name the same one share its descriptors, and it ends with the last of them. Where left out: the
   * host's own, in which a person's calls are made.
   */
  readonly process?: string
  /** What each of its threads begins with. */
  readonly variables?: Readonly<Record<string, number>>
  /** What `thread` starts. */
  readonly functions?: Readonly<Record<string, FunctionDocument>>
}

/** A program of src/programs/library by its id. A client's `server` is a host's name or an address; the first other host where left out. */
export interface UsedProgram {
  readonly use: string
  readonly with?: Readonly<Record<string, number | string>>
  readonly start?: Duration
  readonly process?: string
}

export interface FunctionDocument {
  readonly parameters: readonly string[]
  readonly steps: readonly StepDocument[]
}

type Nested = { readonly steps: unknown } | { readonly do: unknown } | { readonly sleepMicros: unknown }

/** A step as the engine has it, but with durations in units, and with hosts' names where the engine wants addresses. */
export type StepDocument =
  | Exclude<Step, Nested>
  | { readonly sleep: Duration }
  | { readonly repeat: number | 'forever'; readonly untilClosed?: boolean; readonly steps: readonly StepDocument[] }
  | { readonly while: Expression; readonly steps: readonly StepDocument[] }
  | { readonly each: { readonly fd: string; readonly events: string }; readonly steps: readonly StepDocument[] }
  | { readonly if: Expression; readonly do: readonly StepDocument[]; readonly else?: readonly StepDocument[] }

export interface LinkDocument {
  /** Names of the hosts at its ends. */
  readonly a: string
  readonly b: string
  /** Settings of both directions; `aToB` and `bToA` go over it. */
  readonly both?: LinkSettingsDocument
  readonly aToB?: LinkSettingsDocument
  readonly bToA?: LinkSettingsDocument
  /** Addresses of its two ends with their prefix lengths, `10.0.1.1/24`; the hosts' own where left out. */
  readonly aAddress?: string
  readonly bAddress?: string
  /** Neighbours are asked for (ARP) before a packet goes to them. True where one of them is a router, unless said. */
  readonly arp?: boolean
}

export interface LinkSettingsDocument {
  readonly rate?: Rate
  readonly delay?: Duration
  readonly jitter?: Duration
  /** Packets that may wait. */
  readonly queue?: number
  /** Packets of queue from which ECN-capable packets are marked CE; 0 for never. */
  readonly mark?: number
  /** Longest packet that a router on the link takes, bytes; 0 for no limit. */
  readonly mtu?: number
  /** That router says nothing when a packet is too long. */
  readonly blackHole?: boolean
  /** Chances, 0..1. */
  readonly loss?: number
  readonly reorder?: number
  readonly reorderDelay?: Duration
  readonly duplicate?: number
  readonly corrupt?: number
}

/** A fault on chosen packets of one host, counted from 1 among those that match. */
export interface FaultDocument {
  readonly from: string
  /** Letters that must all be set: S, A, F, R, P. */
  readonly flags?: string
  /** True: only segments with payload. False: only those without. */
  readonly data?: boolean
  /** Which of them; every one where left out. */
  readonly nth?: readonly number[]
  readonly order: 'lose' | 'delay' | 'duplicate' | 'corrupt' | 'hold'
  /** For `delay`. */
  readonly delay?: Duration
}

/** Something done to the world at a time. `link` is the link's place in the list, 0 where left out. */
export type TimedActionDocument = { readonly at: Duration } & (
  | { readonly do: 'unplug'; readonly link?: number }
  | { readonly do: 'plug'; readonly link?: number }
  | {
      readonly do: 'change'
      readonly link?: number
      readonly direction?: 'aToB' | 'bToA' | 'both'
      readonly settings: LinkSettingsDocument
    }
  | { readonly do: 'crash'; readonly host: string }
  | { readonly do: 'restart'; readonly host: string }
  | { readonly do: 'sysctl'; readonly host: string; readonly name: string; readonly value: number | string }
  | { readonly do: 'call'; readonly host: string; readonly call: Call; readonly pid?: number }
  | {
      readonly do: 'attach'
      readonly host: string
      readonly program: string
      readonly settings?: Readonly<Record<string, number | string>>
    }
  | { readonly do: 'signal'; readonly host: string; readonly signal: SignalName; readonly pid?: number }
  /** A line for iptables, or one that begins with conntrack. */
  | { readonly do: 'firewall'; readonly host: string; readonly line: string }
)

/** Everything that a link or a session file carries: the document, what a person did, and where they stand. */
export interface SessionDocument {
  readonly document: ScenarioDocument
  readonly commands: readonly Command[]
  /** Steps that were run, and the clock. */
  readonly position: { readonly step: number; readonly at: number }
  /** A sentence to show when the session opens; '' for none. */
  readonly notice: string
}
