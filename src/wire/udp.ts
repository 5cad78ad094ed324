/**
 * UDP (RFC 768): four 16-bit fields in front of the data. Encoded and decoded here, checksum with the pseudo-header included; a field of 0 says that
 * the sender made none, so a sum that comes out as 0 is sent as 0xffff. The length field may say less than IP's: what is beyond it is no data (Linux
 * udp_rcv trims it); more is malformed.
 */
import { assert, err, ok } from '../base'
import type { Result } from '../base'
import { get16, put16 } from './bytes'
import { addSums, checksumOf, sumBytes, sumPayload } from './checksum'
import type { PartialSum } from './checksum'
import { IPV4_HEADER_LENGTH, readIpv4, writeIpv4 } from './ipv4'
import { PROTOCOL_UDP } from './segment'
import type { Ipv4Address, Ipv4Header } from './segment'

/** Length in bytes of a UDP header. */
export const UDP_HEADER_LENGTH = 8
const MAX_PACKET_LENGTH = 65_535

/** One datagram. */
export interface UdpDatagram {
  readonly srcPort: number
  readonly dstPort: number
  /** False where the sender made no checksum (SO_NO_CHECK): nobody will notice what the wire does to it. */
  readonly checksummed: boolean
  readonly payload: Uint8Array
}

/** A datagram's header fields; `payload` is empty. */
export interface DecodedDatagram {
  readonly ip: Ipv4Header
  readonly udp: UdpDatagram
  /** Bytes of IP and UDP header. */
  readonly headerLength: number
}

/** The IPv4 and UDP header of a packet, both checksums right, the payload left out. */
export function encodeUdpHeaders(ip: Ipv4Header, udp: UdpDatagram): Uint8Array {
  const out = new Uint8Array(IPV4_HEADER_LENGTH + UDP_HEADER_LENGTH)
  writeHeaders(out, ip, udp)
  return out
}

/** A whole packet, checksums included. The payload is copied. */
export function encodeUdp(ip: Ipv4Header, udp: UdpDatagram): Uint8Array {
  const out = new Uint8Array(IPV4_HEADER_LENGTH + UDP_HEADER_LENGTH + udp.payload.length)
  out.set(udp.payload, IPV4_HEADER_LENGTH + UDP_HEADER_LENGTH)
  writeHeaders(out, ip, udp)
  return out
}

function writeHeaders(out: Uint8Array, ip: Ipv4Header, { srcPort, dstPort, checksummed, payload }: UdpDatagram): void {
  const start = IPV4_HEADER_LENGTH
  const length = UDP_HEADER_LENGTH + payload.length
  assert(start + length <= MAX_PACKET_LENGTH, `a datagram of ${payload.length} bytes does not fit IPv4`)
  writeIpv4(out, ip, PROTOCOL_UDP, start + length)
  put16(out, start, srcPort)
  put16(out, start + 2, dstPort)
  put16(out, start + 4, length)
  put16(out, start + 6, 0)
  if (!checksummed) return
  const sum = addSums(udpSum(out, start, length), sumPayload(payload))
  put16(out, start + 6, checksumOf(sum) === 0 ? 0xffff : checksumOf(sum))
}

/** The sum of the pseudo-header and the UDP header at `start`; with the payload's, 0xffff means that the checksum is right. */
export function udpSum(packet: Uint8Array, start: number, length: number): PartialSum {
  const pseudo = addSums(sumBytes(packet, 12, 20), PROTOCOL_UDP + length)
  return addSums(pseudo, sumBytes(packet, start, start + UDP_HEADER_LENGTH))
}

/** Reads and verifies a packet. 'malformed' also for what is not UDP. The payload is a view into `bytes`. */
export function decodeUdp(bytes: Uint8Array): Result<DecodedDatagram, 'badChecksum' | 'malformed'> {
  const envelope = readIpv4(bytes, bytes.length, true)
  if (typeof envelope === 'string') return err(envelope)
  const { ip, protocol, headerLength: start, totalLength } = envelope
  if (protocol !== PROTOCOL_UDP || start + UDP_HEADER_LENGTH > totalLength) return err('malformed')
  const length = get16(bytes, start + 4)
  if (length < UDP_HEADER_LENGTH || start + length > totalLength) return err('malformed')
  const payload = bytes.subarray(start + UDP_HEADER_LENGTH, start + length)
  const checksummed = get16(bytes, start + 6) !== 0
  if (checksummed && addSums(udpSum(bytes, start, length), sumPayload(payload)) !== 0xffff) return err('badChecksum')
  return ok({ ip, udp: readPorts(bytes, start, checksummed, payload), headerLength: start + UDP_HEADER_LENGTH })
}

/** Reads headers that we encoded ourselves, without verifying; undefined where they are not UDP over IPv4. */
export function decodeUdpHeaders(bytes: Uint8Array, payloadLength: number): DecodedDatagram | undefined {
  if (!isUdp(bytes)) return undefined
  const envelope = readIpv4(bytes, bytes.length + payloadLength, false)
  if (typeof envelope === 'string' || envelope.headerLength + UDP_HEADER_LENGTH > bytes.length) return undefined
  const { ip, headerLength: start } = envelope
  const udp = readPorts(bytes, start, get16(bytes, start + 6) !== 0, NO_PAYLOAD)
  return { ip, udp, headerLength: start + UDP_HEADER_LENGTH }
}

const NO_PAYLOAD = new Uint8Array(0)

function readPorts(bytes: Uint8Array, start: number, checksummed: boolean, payload: Uint8Array): UdpDatagram {
  return { srcPort: get16(bytes, start), dstPort: get16(bytes, start + 2), checksummed, payload }
}

/** Whether these bytes say that they are UDP, right or wrong. */
export function isUdp(bytes: Uint8Array): boolean {
  return bytes.length > IPV4_HEADER_LENGTH && bytes[0] >> 4 === 4 && bytes[9] === PROTOCOL_UDP
}

/** The datagram that an ICMP error quotes: whose it was; undefined where it is about something else, or quotes too little. */
export function quotedDatagram(quoted: Uint8Array): QuotedDatagram | undefined {
  if (!isUdp(quoted)) return undefined
  const start = (quoted[0] & 15) * 4
  if (start < IPV4_HEADER_LENGTH || quoted.length < start + UDP_HEADER_LENGTH) return undefined
  const address = (at: number): Ipv4Address => ((get16(quoted, at) << 16) | get16(quoted, at + 2)) >>> 0
  return { src: address(12), dst: address(16), srcPort: get16(quoted, start), dstPort: get16(quoted, start + 2) }
}

export interface QuotedDatagram {
  readonly src: Ipv4Address
  readonly dst: Ipv4Address
  readonly srcPort: number
  readonly dstPort: number
}
