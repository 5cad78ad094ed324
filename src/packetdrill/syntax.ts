/**
 * What a packetdrill script says, as data: the result of parsing, and all that the runner sees. Times are in µs. Nothing in here knows a
 * socket or a clock.
 */
import type { Micros } from '../base'
import type { CodeStatement } from './parse/code-syntax'

/** A script, in the order in which it was written. */
export interface Script {
  readonly path: string
  readonly options: ScriptOptions
  /** Shell commands before the first event. */
  readonly setup: readonly ShellLine[]
  readonly events: readonly ScriptEvent[]
}

export interface ScriptOptions {
  readonly toleranceMicros: Micros
  /** Set, so that timestamp values are compared: how long one tick lasts. */
  readonly timestampTickMicros: Micros | undefined
  readonly timestampEchoScaled: boolean
  readonly strictSegments: boolean
  /** Size of the segments that longer inbound packets are made of: the device has merged them. */
  readonly mss: number | undefined
  /** Of the interface. */
  readonly mtu: number | undefined
  readonly ipVersion: string
  readonly localIp: string
  readonly remoteIp: string
  /** `-D NAME=value`. */
  readonly defines: Readonly<Record<string, string>>
}

/** When an event is due. */
export type EventTime =
  | { readonly kind: 'absolute'; readonly at: Micros }
  /** After the moment at which the event before it was done. */
  | { readonly kind: 'relative'; readonly after: Micros }
  | { readonly kind: 'absoluteRange'; readonly from: Micros; readonly to: Micros }
  | { readonly kind: 'relativeRange'; readonly from: Micros; readonly to: Micros }
  | { readonly kind: 'any' }

export interface ScriptEvent {
  readonly line: number
  readonly time: EventTime
  readonly what: EventBody
  /** The line as it was written, blanks folded. */
  readonly text: string
}

export type EventBody =
  | { readonly kind: 'inbound'; readonly packet: PacketLine }
  | { readonly kind: 'outbound'; readonly packet: PacketLine }
  | { readonly kind: 'inboundIcmp'; readonly icmp: IcmpLine }
  | { readonly kind: 'outboundIcmp'; readonly icmp: IcmpLine }
  | { readonly kind: 'call'; readonly call: CallLine }
  | { readonly kind: 'shell'; readonly shell: ShellLine }
  | { readonly kind: 'code'; readonly statements: readonly CodeStatement[] }

export type EcnField = 'noecn' | 'ect0' | 'ect1' | 'ce'

export interface PacketLine {
  /** IP_ECN bits; undefined where the script does not say. */
  readonly ecn: EcnField | undefined
  /** The whole TOS byte, from `[tos 0x..]`; undefined where the script does not say. */
  readonly tos: number | undefined
  /** TTL, from `[ttl n]`. */
  readonly ttl: number | undefined
  /** Header bits as in wire's segment.ts. */
  readonly flags: number
  readonly seq: number
  readonly length: number
  readonly ack: number | undefined
  readonly window: number | undefined
  readonly urgent: number | undefined
  /** 'any' for `<...>`. */
  readonly options: readonly OptionItem[] | 'any'
}

/** One TCP option as written; the order and the padding matter for outbound packets. */
export type OptionItem =
  | { readonly kind: 'nop' }
  | { readonly kind: 'eol' }
  | { readonly kind: 'mss'; readonly value: number }
  | { readonly kind: 'wscale'; readonly value: number }
  | { readonly kind: 'sackOK' }
  | { readonly kind: 'sack'; readonly blocks: readonly (readonly [start: number, end: number])[] }
  | { readonly kind: 'TS'; readonly value: number; readonly echo: number }
  /** Anything else, by its number and the bytes behind its length. */
  | { readonly kind: 'other'; readonly number: number; readonly name: string; readonly bytes: readonly number[] }

export interface IcmpLine {
  /** `unreachable`. */
  readonly type: string
  /** `frag_needed`, `host_unreachable`. */
  readonly code: string
  readonly mtu: number | undefined
  /** Sequence range of the quoted segment. */
  readonly quoted: { readonly seq: number; readonly length: number } | undefined
}

/** An argument of a call. */
export type Value =
  | { readonly kind: 'ellipsis' }
  | { readonly kind: 'number'; readonly value: number }
  /** A constant's name, or several joined by `|`. */
  | { readonly kind: 'name'; readonly names: readonly string[] }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'list'; readonly items: readonly Value[] }
  | { readonly kind: 'record'; readonly fields: Readonly<Record<string, Value>>; readonly items: readonly Value[] }
  /** `htons(8080)`, `inet_addr("192.0.2.1")`. */
  | { readonly kind: 'apply'; readonly name: string; readonly items: readonly Value[] }

export interface CallLine {
  readonly name: string
  readonly args: readonly Value[]
  /** What it returns; undefined where the script does not care. */
  readonly result: number | undefined
  readonly errno: string | undefined
  /** `+a...b`: a call that may block until b, which counts from where a counts from. */
  readonly until: Micros | undefined
}

export interface ShellLine {
  readonly line: number
  readonly text: string
}
