/**
 * Writes a capture that Wireshark opens: one section, an interface for each host, an enhanced packet block for each
 * packet, microsecond stamps. Little-endian, which the format leaves to the writer.
 */
import { utf8Bytes } from '../base'
import {
  BLOCK_INTERFACE,
  BLOCK_PACKET,
  BLOCK_SECTION,
  BYTE_ORDER_MAGIC,
  LINKTYPE_RAW,
  OPTION_APPLICATION,
  OPTION_COMMENT,
  OPTION_END,
  OPTION_INTERFACE_DESCRIPTION,
  OPTION_INTERFACE_NAME,
  OPTION_TIME_RESOLUTION,
} from './pcapng'
import type { CapturedFrame, CaptureInterface, CaptureMeta } from './pcapng'

/** The negative power of ten of a stamp's unit: microseconds. */
const MICROSECONDS = 6
/** A comment's length stands in 16 bits. */
const MAX_OPTION_LENGTH = 0xffff

/** A buffer that grows at its end. */
interface Output {
  bytes: Uint8Array
  length: number
}

/** The whole file. Packets are written in the order given; `interface` must be one of `meta.interfaces`. */
export function writePcapng(packets: Iterable<CapturedFrame>, meta: CaptureMeta): Uint8Array {
  const out: Output = { bytes: new Uint8Array(4096), length: 0 }
  writeSection(out, meta)
  for (const each of meta.interfaces) writeInterface(out, each)
  for (const packet of packets) writePacket(out, packet)
  return out.bytes.slice(0, out.length)
}

function writeSection(out: Output, meta: CaptureMeta): void {
  const start = beginBlock(out, BLOCK_SECTION)
  put32(out, BYTE_ORDER_MAGIC)
  put16(out, 1)
  put16(out, 0)
  // Section length unknown: readers go by the blocks' own lengths.
  put32(out, 0xffff_ffff)
  put32(out, 0xffff_ffff)
  putOption(out, OPTION_COMMENT, utf8Bytes(meta.comment))
  putOption(out, OPTION_APPLICATION, utf8Bytes(meta.application))
  endOptions(out)
  endBlock(out, start)
}

function writeInterface(out: Output, { name, description }: CaptureInterface): void {
  const start = beginBlock(out, BLOCK_INTERFACE)
  put16(out, LINKTYPE_RAW)
  put16(out, 0)
  // No limit on captured bytes.
  put32(out, 0)
  putOption(out, OPTION_INTERFACE_NAME, utf8Bytes(name))
  putOption(out, OPTION_INTERFACE_DESCRIPTION, utf8Bytes(description))
  putOption(out, OPTION_TIME_RESOLUTION, Uint8Array.of(MICROSECONDS))
  endOptions(out)
  endBlock(out, start)
}

function writePacket(out: Output, packet: CapturedFrame): void {
  const { at, bytes, comment } = packet
  const start = beginBlock(out, BLOCK_PACKET)
  put32(out, packet.interface)
  put32(out, Math.floor(at / 2 ** 32))
  put32(out, at)
  put32(out, bytes.length)
  put32(out, bytes.length)
  putBytes(out, bytes)
  if (comment !== undefined && comment !== '') {
    putOption(out, OPTION_COMMENT, utf8Bytes(comment))
    endOptions(out)
  }
  endBlock(out, start)
}

function beginBlock(out: Output, type: number): number {
  const start = out.length
  put32(out, type)
  put32(out, 0)
  return start
}

/** The length of a block stands at both of its ends. */
function endBlock(out: Output, start: number): void {
  const length = out.length + 4 - start
  put32(out, length)
  const end = out.length
  out.length = start + 4
  put32(out, length)
  out.length = end
}

function putOption(out: Output, code: number, value: Uint8Array): void {
  const kept = value.length > MAX_OPTION_LENGTH ? value.subarray(0, MAX_OPTION_LENGTH) : value
  if (kept.length === 0) return
  put16(out, code)
  put16(out, kept.length)
  putBytes(out, kept)
}

function endOptions(out: Output): void {
  put16(out, OPTION_END)
  put16(out, 0)
}

/** Bytes and zeros up to a multiple of four. */
function putBytes(out: Output, value: Uint8Array): void {
  const padded = (value.length + 3) & ~3
  reserve(out, padded)
  out.bytes.set(value, out.length)
  out.bytes.fill(0, out.length + value.length, out.length + padded)
  out.length += padded
}

function put16(out: Output, value: number): void {
  reserve(out, 2)
  out.bytes[out.length++] = value
  out.bytes[out.length++] = value >>> 8
}

function put32(out: Output, value: number): void {
  put16(out, value & 0xffff)
  put16(out, value >>> 16)
}

function reserve(out: Output, extra: number): void {
  if (out.length + extra <= out.bytes.length) return
  const wider = new Uint8Array(Math.max(out.length + extra, out.bytes.length * 2))
  wider.set(out.bytes.subarray(0, out.length))
  out.bytes = wider
}
