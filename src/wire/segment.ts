/**
 * The shapes of what crosses a wire: IPv4 packets and TCP segments as records. Every field is always present, so
 * that engines keep one hidden class for each record. Byte encodings are in codec files beside this one.
 */
import type { Seq32 } from '../base'

/** TCP control bits, as they stand in the header (RFC 9293 3.1; AE is RFC 9768's). */
export const FIN = 0x001
export const SYN = 0x002
export const RST = 0x004
export const PSH = 0x008
export const ACK = 0x010
export const URG = 0x020
export const ECE = 0x040
export const CWR = 0x080
export const AE = 0x100

/** A SACK block: the half-open range [start, end) of received sequence numbers (RFC 2018 3). */
export interface SackBlock {
  readonly start: Seq32
  readonly end: Seq32
}

/**
 * The AccECN option (RFC 9768 3.2.3): counters of payload bytes by the ECN codepoint that they came with, 24 bits each. Order 0 (kind 172) is
 * ECT(0), CE, ECT(1); order 1 (kind 174) is ECT(1), CE, ECT(0). Fields may be left out from the end.
 */
export interface AccEcnOption {
  readonly order: 0 | 1
  readonly counters: readonly number[]
}

/** Codepoints of the two ECN bits of the IP header (RFC 3168 5). */
export const NOT_ECT = 0
export const ECT1 = 1
export const ECT0 = 2
export const CE = 3

/** The options of one segment, decoded. `timestamps` and the numbers are undefined where the option is absent. */
export interface TcpOptions {
  /** Maximum segment size in bytes (kind 2). */
  readonly mss: number | undefined
  /** Shift count (kind 3), 0..14 after decoding. */
  readonly windowScale: number | undefined
  readonly sackPermitted: boolean
  readonly sack: readonly SackBlock[]
  readonly timestamps: { readonly value: number; readonly echo: number } | undefined
  readonly accEcn: AccEcnOption | undefined
}

export const NO_OPTIONS: TcpOptions = {
  mss: undefined,
  windowScale: undefined,
  sackPermitted: false,
  sack: [],
  timestamps: undefined,
  accEcn: undefined,
}

/** One TCP segment. `window` is the 16-bit field as it stands in the header, before any scaling. */
export interface TcpSegment {
  readonly srcPort: number
  readonly dstPort: number
  readonly seq: Seq32
  /** Meaningful only with the ACK bit; 0 otherwise. */
  readonly ack: Seq32
  /** A union of the control bits above. */
  readonly flags: number
  readonly window: number
  readonly urgentPointer: number
  readonly options: TcpOptions
  readonly payload: Uint8Array
}

/** An IPv4 address as a 32-bit unsigned number, most significant byte first. */
export type Ipv4Address = number

export const PROTOCOL_ICMP = 1
export const PROTOCOL_TCP = 6
export const PROTOCOL_UDP = 17

/** An IPv4 header without options. */
export interface Ipv4Header {
  readonly src: Ipv4Address
  readonly dst: Ipv4Address
  readonly ttl: number
  readonly identification: number
  /** DSCP and ECN, the old TOS byte. */
  readonly tos: number
  readonly dontFragment: boolean
}

/** SEG.LEN of RFC 9293: payload bytes plus one each for SYN and FIN. */
export function segmentLength(segment: TcpSegment): number {
  return segment.payload.length + (segment.flags & SYN ? 1 : 0) + (segment.flags & FIN ? 1 : 0)
}
