/**
 * Packets to bytes and back. `encodePacket` and `decodePacket` are inverses for every packet that the stack can make, which is
 * why hosts may hand each other the records. `encodeHeaders` is the half that is worth keeping: the payload's bytes are
 * elsewhere already. Nothing here throws at what a peer sent.
 */
import { assert, err, ok } from '../base'
import type { Result } from '../base'
import { addSums, sumPayload } from './checksum'
import { IPV4_HEADER_LENGTH, readIpv4, writeIpv4 } from './ipv4'
import { optionsLength } from './options'
import { PROTOCOL_TCP } from './segment'
import type { Ipv4Header, TcpSegment } from './segment'
import { readTcp, TCP_HEADER_LENGTH, tcpHeaderEnd, tcpSum, writeTcp, writeTcpChecksum } from './tcp'
import type { SegmentHeader } from './tcp'

const MAX_PACKET_LENGTH = 65_535
const NO_PAYLOAD = new Uint8Array(0)

/** Why bytes were not taken for a packet: a checksum of IP or TCP is wrong, or they cannot be a TCP packet at all. */
export type DecodeError = 'badChecksum' | 'malformed'

export interface DecodedPacket {
  readonly ip: Ipv4Header
  readonly segment: TcpSegment
  /** Bytes of IP and TCP header, options included; the payload begins there. */
  readonly headerLength: number
}

/** What decodeHeaders tells. `segment` has no payload; how long it was is `payloadLength`. */
export interface DecodedHeaders {
  readonly ip: Ipv4Header
  readonly segment: SegmentHeader
  readonly headerLength: number
  readonly payloadLength: number
}

/** The IPv4 and TCP header of a packet, both checksums right, the payload left out. */
export function encodeHeaders(ip: Ipv4Header, segment: TcpSegment): Uint8Array {
  const out = new Uint8Array(IPV4_HEADER_LENGTH + TCP_HEADER_LENGTH + optionsLength(segment.options))
  writeHeaders(out, ip, segment)
  return out
}

/** A whole packet, checksums included. The payload is copied. */
export function encodePacket(ip: Ipv4Header, segment: TcpSegment): Uint8Array {
  const headers = IPV4_HEADER_LENGTH + TCP_HEADER_LENGTH + optionsLength(segment.options)
  const out = new Uint8Array(headers + segment.payload.length)
  out.set(segment.payload, headers)
  writeHeaders(out, ip, segment)
  return out
}

function writeHeaders(out: Uint8Array, ip: Ipv4Header, segment: TcpSegment): void {
  const { payload } = segment
  const end = writeTcp(out, IPV4_HEADER_LENGTH, segment)
  const total = end + payload.length
  assert(total <= MAX_PACKET_LENGTH, `a packet of ${total} bytes does not fit IPv4`)
  writeIpv4(out, ip, PROTOCOL_TCP, total)
  writeTcpChecksum(out, IPV4_HEADER_LENGTH, end, sumPayload(payload), total - IPV4_HEADER_LENGTH)
}

/**
 * Reads and verifies a packet. Bytes beyond the IP total length are ignored, like the padding of a short Ethernet
 * frame. The payload is a view into `bytes`.
 */
export function decodePacket(bytes: Uint8Array): Result<DecodedPacket, DecodeError> {
  const envelope = readIpv4(bytes, bytes.length, true)
  if (typeof envelope === 'string') return err(envelope)
  const { ip, protocol, headerLength: start, totalLength } = envelope
  const end = protocol === PROTOCOL_TCP ? tcpHeaderEnd(bytes, start, totalLength) : undefined
  if (end === undefined) return err('malformed')
  const payload = bytes.subarray(end, totalLength)
  const sum = addSums(tcpSum(bytes, start, end, totalLength - start), sumPayload(payload))
  if (sum !== 0xffff) return err('badChecksum')
  return ok({ ip, segment: readTcp(bytes, start, end, payload), headerLength: end })
}

/**
 * Reads headers that we encoded ourselves, as a trace keeps them: quickly, and without verifying a checksum that covers a payload
 * which is not there. An error when they are not TCP over IPv4.
 */
export function decodeHeaders(bytes: Uint8Array, payloadLength: number): Result<DecodedHeaders, 'malformed'> {
  const envelope = readIpv4(bytes, bytes.length + payloadLength, false)
  if (typeof envelope === 'string' || envelope.protocol !== PROTOCOL_TCP) return err('malformed')
  const end = tcpHeaderEnd(bytes, envelope.headerLength, bytes.length)
  if (end === undefined) return err('malformed')
  const segment = readTcp(bytes, envelope.headerLength, end, NO_PAYLOAD)
  return ok({ ip: envelope.ip, segment, headerLength: end, payloadLength })
}
