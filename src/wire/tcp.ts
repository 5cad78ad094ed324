/** The fixed TCP header (RFC 9293 3.1) and its checksum with the IPv4 pseudo-header. Options are options.ts's. */
import { seq32 } from '../base'
import { get16, get32, put16, put32 } from './bytes'
import { addSums, checksumOf, sumBytes } from './checksum'
import type { PartialSum } from './checksum'
import { readOptions, writeOptions } from './options'
import { PROTOCOL_TCP } from './segment'
import type { TcpSegment } from './segment'

/** Length in bytes of a TCP header without options. */
export const TCP_HEADER_LENGTH = 20

/** A segment's header fields: everything but the payload. */
export type SegmentHeader = Omit<TcpSegment, 'payload'>

/** Writes header and options at `start` with a checksum of 0; returns where they end. */
export function writeTcp(out: Uint8Array, start: number, segment: SegmentHeader): number {
  const end = writeOptions(out, start + TCP_HEADER_LENGTH, segment.options)
  put16(out, start, segment.srcPort)
  put16(out, start + 2, segment.dstPort)
  put32(out, start + 4, segment.seq)
  put32(out, start + 8, segment.ack)
  put16(out, start + 12, (((end - start) >> 2) << 12) | (segment.flags & 0x1ff))
  put16(out, start + 14, segment.window)
  put16(out, start + 16, 0)
  put16(out, start + 18, segment.urgentPointer)
  return end
}

/** Fills in the checksum of the header at [start, end), given the sum of the payload. */
export function writeTcpChecksum(
  out: Uint8Array,
  start: number,
  end: number,
  payload: PartialSum,
  length: number,
): void {
  const sum = addSums(tcpSum(out, start, end, length), payload)
  put16(out, start + 16, checksumOf(sum))
}

/**
 * The sum of the pseudo-header and the TCP header at [start, end) of a packet whose IPv4 header stands at 0. `length` is that of
 * header and payload together. Add the payload's sum: 0xffff means that the checksum is right.
 */
export function tcpSum(packet: Uint8Array, start: number, end: number, length: number): PartialSum {
  const pseudo = addSums(sumBytes(packet, 12, 20), PROTOCOL_TCP + length)
  return addSums(pseudo, sumBytes(packet, start, end))
}

/** Where the options of the header at `start` end; undefined when the data offset is illegal or beyond `limit`. */
export function tcpHeaderEnd(bytes: Uint8Array, start: number, limit: number): number | undefined {
  if (start + TCP_HEADER_LENGTH > limit) return undefined
  const end = start + (bytes[start + 12] >> 4) * 4
  return end >= start + TCP_HEADER_LENGTH && end <= limit ? end : undefined
}

/** Reads the segment whose header stands at [start, end). Reserved bits are ignored, as RFC 9293 3.1 asks. */
export function readTcp(bytes: Uint8Array, start: number, end: number, payload: Uint8Array): TcpSegment {
  return {
    srcPort: get16(bytes, start),
    dstPort: get16(bytes, start + 2),
    seq: seq32(get32(bytes, start + 4)),
    ack: seq32(get32(bytes, start + 8)),
    flags: get16(bytes, start + 12) & 0x1ff,
    window: get16(bytes, start + 14),
    urgentPointer: get16(bytes, start + 18),
    options: readOptions(bytes, start + TCP_HEADER_LENGTH, end),
    payload,
  }
}
