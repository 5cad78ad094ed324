/**
 * The IPv4 header (RFC 791 3.1), and addresses as text. We send no IP options and no fragments; a header with options
 * is read over them, a fragment is refused (nothing here reassembles).
 */
import { get16, get32, put16, put32 } from './bytes'
import { checksumOf, sumBytes } from './checksum'
import type { Ipv4Address, Ipv4Header } from './segment'

/** Length in bytes of every IPv4 header that we write. */
export const IPV4_HEADER_LENGTH = 20

const DONT_FRAGMENT = 0x4000
/** The more-fragments bit and the offset: any of them set means a fragment. */
const FRAGMENT = 0x3fff

/** Writes the header at the start of `out`, checksum included. */
export function writeIpv4(out: Uint8Array, ip: Ipv4Header, protocol: number, totalLength: number): void {
  out[0] = 0x45
  out[1] = ip.tos
  put16(out, 2, totalLength)
  put16(out, 4, ip.identification)
  put16(out, 6, ip.dontFragment ? DONT_FRAGMENT : 0)
  out[8] = ip.ttl
  out[9] = protocol
  put16(out, 10, 0)
  put32(out, 12, ip.src)
  put32(out, 16, ip.dst)
  put16(out, 10, checksumOf(sumBytes(out, 0, IPV4_HEADER_LENGTH)))
}

export interface Ipv4Envelope {
  readonly ip: Ipv4Header
  readonly protocol: number
  /** Bytes of header, options included. */
  readonly headerLength: number
  /** Header and payload, as the header says. */
  readonly totalLength: number
}

/**
 * Reads a header. Checks what Linux's ip_rcv checks (version, IHL, checksum, total length against `available` bytes), in
 * its order; 'badChecksum' can be suppressed by the reader of headers that never crossed a wire.
 */
export function readIpv4(
  bytes: Uint8Array,
  available: number,
  verify: boolean,
): Ipv4Envelope | 'badChecksum' | 'malformed' {
  if (bytes.length < IPV4_HEADER_LENGTH || bytes[0] >> 4 !== 4) return 'malformed'
  const headerLength = (bytes[0] & 15) * 4
  if (headerLength < IPV4_HEADER_LENGTH || bytes.length < headerLength) return 'malformed'
  if (verify && sumBytes(bytes, 0, headerLength) !== 0xffff) return 'badChecksum'
  const totalLength = get16(bytes, 2)
  if (totalLength < headerLength || totalLength > available) return 'malformed'
  const fragment = get16(bytes, 6)
  if ((fragment & FRAGMENT) !== 0) return 'malformed'
  return {
    ip: {
      src: get32(bytes, 12),
      dst: get32(bytes, 16),
      ttl: bytes[8],
      identification: get16(bytes, 4),
      tos: bytes[1],
      dontFragment: (fragment & DONT_FRAGMENT) !== 0,
    },
    protocol: bytes[9],
    headerLength,
    totalLength,
  }
}

/** Reads dotted decimal, four parts of 0..255 without leading zeros; undefined for anything else. */
export function parseIpv4(text: string): Ipv4Address | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)
  if (match === null) return undefined
  let address = 0
  for (const part of match.slice(1)) {
    const value = Number(part)
    if (value > 255 || String(value) !== part) return undefined
    address = address * 256 + value
  }
  return address
}

export function formatIpv4(address: Ipv4Address): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`
}
