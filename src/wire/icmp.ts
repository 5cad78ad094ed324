/**
 * ICMP errors (RFC 792, RFC 1191, RFC 1812 5.2.7.1): the message that a router or host sends about a packet, with the head of that packet quoted
 * in it; and ping. Encoded and read here; what a host makes of one is the host's affair. Leaves out the other queries, redirects' gateways and
 * the extensions of RFC 4884.
 */
import { err, ok, seq32 } from '../base'
import type { Result, Seq32 } from '../base'
import { get16, get32, put16, put32 } from './bytes'
import { checksumOf, sumBytes } from './checksum'
import { IPV4_HEADER_LENGTH, readIpv4, writeIpv4 } from './ipv4'
import { PROTOCOL_ICMP, PROTOCOL_TCP } from './segment'
import type { Ipv4Address, Ipv4Header } from './segment'

/** Length in bytes of the ICMP header, its second word included. */
export const ICMP_HEADER_LENGTH = 8
/** RFC 1812 4.3.2.3: an error is as long as it can be up to this, IP header included. */
const LONGEST_ERROR = 576

export const ICMP_ECHO_REPLY = 0
export const ICMP_ECHO = 8
export const ICMP_SOURCE_QUENCH = 4
export const ICMP_UNREACHABLE = 3
export const ICMP_REDIRECT = 5
export const ICMP_TIME_EXCEEDED = 11
export const ICMP_PARAMETER_PROBLEM = 12
/** Codes of "destination unreachable", by their place; RFC 792, RFC 1122 3.2.2.1, RFC 1812 5.2.7.1. */
export const UNREACHABLE_CODES = [
  'net_unreachable',
  'host_unreachable',
  'protocol_unreachable',
  'port_unreachable',
  'frag_needed',
  'source_route_failed',
  'net_unknown',
  'host_unknown',
  'source_host_isolated',
  'net_prohibited',
  'host_prohibited',
  'net_unreachable_for_tos',
  'host_unreachable_for_tos',
  'comm_prohibited',
  'host_precedence_violation',
  'precedence_cutoff',
] as const
export const FRAGMENTATION_NEEDED = 4

export interface IcmpMessage {
  readonly type: number
  readonly code: number
  /** The second word: for "fragmentation needed" the next hop's MTU, for a parameter problem the pointer in its first byte. */
  readonly info: number
  /** Head of the packet that it is about: IP header and at least eight bytes behind it; the data of a ping. Must never change. */
  readonly quoted: Uint8Array
}

/** What the quoted head of a TCP segment tells: whose it was, and its sequence number. */
export interface QuotedSegment {
  readonly src: Ipv4Address
  readonly dst: Ipv4Address
  readonly srcPort: number
  readonly dstPort: number
  readonly seq: Seq32
}

/** The error about a packet that begins with `bytes`: as much of it is quoted as RFC 1812 allows. */
export function icmpError(type: number, code: number, info: number, bytes: Uint8Array): IcmpMessage {
  return { type, code, info, quoted: bytes.slice(0, LONGEST_ERROR - IPV4_HEADER_LENGTH - ICMP_HEADER_LENGTH) }
}

/** A whole packet, checksums included. */
export function encodeIcmp(ip: Ipv4Header, message: IcmpMessage): Uint8Array {
  const start = IPV4_HEADER_LENGTH
  const out = new Uint8Array(start + ICMP_HEADER_LENGTH + message.quoted.length)
  writeIpv4(out, ip, PROTOCOL_ICMP, out.length)
  out[start] = message.type
  out[start + 1] = message.code
  put32(out, start + 4, message.info)
  out.set(message.quoted, start + ICMP_HEADER_LENGTH)
  put16(out, start + 2, checksumOf(sumBytes(out, start, out.length)))
  return out
}

/** Reads and verifies a packet. 'malformed' also for what is not ICMP. */
export function decodeIcmp(
  bytes: Uint8Array,
): Result<{ readonly ip: Ipv4Header; readonly message: IcmpMessage }, 'badChecksum' | 'malformed'> {
  const envelope = readIpv4(bytes, bytes.length, true)
  if (typeof envelope === 'string') return err(envelope)
  const { ip, protocol, headerLength: start, totalLength } = envelope
  if (protocol !== PROTOCOL_ICMP || totalLength < start + ICMP_HEADER_LENGTH) return err('malformed')
  if (sumBytes(bytes, start, totalLength) !== 0xffff) return err('badChecksum')
  const quoted = bytes.slice(start + ICMP_HEADER_LENGTH, totalLength)
  return ok({ ip, message: { type: bytes[start], code: bytes[start + 1], info: get32(bytes, start + 4), quoted } })
}

/** An error about a packet, about which no error may be sent in turn (RFC 1122 3.2.2); the others are questions and answers. */
export function isIcmpError({ type }: IcmpMessage): boolean {
  return [ICMP_UNREACHABLE, ICMP_SOURCE_QUENCH, ICMP_REDIRECT, ICMP_TIME_EXCEEDED, ICMP_PARAMETER_PROBLEM].includes(
    type,
  )
}

/** Whether these bytes say that they are ICMP, right or wrong. */
export function isIcmp(bytes: Uint8Array): boolean {
  return bytes.length > IPV4_HEADER_LENGTH && bytes[0] >> 4 === 4 && bytes[9] === PROTOCOL_ICMP
}

/** The TCP segment that an error is about; undefined where it is about something else, or quotes too little of it. */
export function quotedSegment({ quoted }: IcmpMessage): QuotedSegment | undefined {
  if (quoted.length < IPV4_HEADER_LENGTH || quoted[0] >> 4 !== 4 || quoted[9] !== PROTOCOL_TCP) return undefined
  const start = (quoted[0] & 15) * 4
  if (start < IPV4_HEADER_LENGTH || quoted.length < start + 8) return undefined
  return {
    src: get32(quoted, 12),
    dst: get32(quoted, 16),
    srcPort: get16(quoted, start),
    dstPort: get16(quoted, start + 2),
    seq: seq32(get32(quoted, start + 4)),
  }
}

/** `unreachable frag_needed mtu 1200`: an error in a few words, as packetdrill writes it. */
export function formatIcmp({ type, code, info }: IcmpMessage): string {
  switch (type) {
    case ICMP_UNREACHABLE: {
      const name = code < UNREACHABLE_CODES.length ? UNREACHABLE_CODES[code] : `code ${code}`
      return code === FRAGMENTATION_NEEDED ? `unreachable ${name} mtu ${info & 0xffff}` : `unreachable ${name}`
    }
    case ICMP_TIME_EXCEEDED:
      return code === 0 ? 'ttl_exceeded' : 'reassembly_time_exceeded'
    case ICMP_PARAMETER_PROBLEM:
      return `parameter_problem at ${info >>> 24}`
    case ICMP_ECHO:
      return `echo_request id ${info >>> 16} seq ${info & 0xffff}`
    case ICMP_ECHO_REPLY:
      return `echo_reply id ${info >>> 16} seq ${info & 0xffff}`
    case ICMP_SOURCE_QUENCH:
      return 'source_quench'
    case ICMP_REDIRECT:
      return 'redirect'
    default:
      return `type ${type} code ${code}`
  }
}
