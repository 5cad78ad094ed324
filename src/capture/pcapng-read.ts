/**
 * Reads a pcapng file: ours, or anyone's. Both byte orders, several sections, any time resolution; blocks and options of other kinds
 * are stepped over. Any bytes may come in: what cannot be read is one sentence, and time and memory are in
 * proportion to the input. Left out: captures cut short by a snap length keep what they have; encryption secrets and
 * name resolution are not looked at.
 */
import { err, ok, utf8Text } from '../base'
import type { Result } from '../base'
import {
  BLOCK_INTERFACE,
  BLOCK_PACKET,
  BLOCK_SECTION,
  BLOCK_SIMPLE_PACKET,
  BYTE_ORDER_MAGIC,
  OPTION_APPLICATION,
  OPTION_COMMENT,
  OPTION_END,
  OPTION_INTERFACE_DESCRIPTION,
  OPTION_INTERFACE_NAME,
  OPTION_TIME_RESOLUTION,
} from './pcapng'
import type { CapturedFrame, CaptureInterface } from './pcapng'

export interface ReadInterface extends CaptureInterface {
  readonly linkType: number
}

export interface Capture {
  readonly application: string
  readonly comment: string
  /** Those of all sections, one list. */
  readonly interfaces: readonly ReadInterface[]
  readonly packets: readonly CapturedFrame[]
}

interface Reader {
  readonly bytes: Uint8Array
  readonly view: DataView
  littleEndian: boolean
  application: string
  comment: string
  readonly interfaces: ReadInterface[]
  /** Stamps a second, for each interface. */
  readonly resolutions: number[]
  /** Where the present section's interfaces begin. */
  firstInterface: number
  readonly packets: CapturedFrame[]
}

const DEFAULT_RESOLUTION = 1_000_000
/** Type, length, length again. */
const MIN_BLOCK = 12

/** The packets of a capture with their interfaces; the error is one sentence with the place in the file. */
export function readPcapng(bytes: Uint8Array): Result<Capture> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 4 || view.getUint32(0) !== BLOCK_SECTION) return err('This is not a pcapng file.')
  const reader: Reader = {
    bytes,
    view,
    littleEndian: true,
    application: '',
    comment: '',
    interfaces: [],
    resolutions: [],
    firstInterface: 0,
    packets: [],
  }
  for (let at = 0; at < bytes.length;) {
    const length = readBlock(reader, at)
    if (typeof length === 'string') return err(`The capture cannot be read at byte ${at}: ${length}.`)
    at += length
  }
  const { application, comment, interfaces, packets } = reader
  return ok({ application, comment, interfaces, packets })
}

/** Reads the block at `at`; its length, or what is wrong with it. */
function readBlock(reader: Reader, at: number): number | string {
  const { bytes, view } = reader
  if (at + MIN_BLOCK > bytes.length) return 'the last block is cut off'
  if (view.getUint32(at) === BLOCK_SECTION) {
    const magic = view.getUint32(at + 8)
    if (magic !== BYTE_ORDER_MAGIC && view.getUint32(at + 8, true) !== BYTE_ORDER_MAGIC)
      return 'the byte order is unknown'
    reader.littleEndian = magic !== BYTE_ORDER_MAGIC
  }
  const type = u32(reader, at)
  const length = u32(reader, at + 4)
  if (length < MIN_BLOCK || length % 4 !== 0) return `a block cannot be ${length} bytes long`
  if (at + length > bytes.length) return 'the last block is cut off'
  if (u32(reader, at + length - 4) !== length) return "a block's two lengths differ"
  const problem = readBody(reader, type, at + 8, at + length - 4)
  return problem ?? length
}

function readBody(reader: Reader, type: number, start: number, end: number): string | undefined {
  switch (type) {
    case BLOCK_SECTION:
      return readSection(reader, start, end)
    case BLOCK_INTERFACE:
      return readInterface(reader, start, end)
    case BLOCK_PACKET:
      return readPacket(reader, start, end)
    case BLOCK_SIMPLE_PACKET:
      return 'simple packet blocks carry no time'
    default:
      return undefined
  }
}

function readSection(reader: Reader, start: number, end: number): string | undefined {
  if (end - start < 16) return 'a section header is too short'
  if (u16(reader, start + 4) !== 1) return `version ${u16(reader, start + 4)} of the format is unknown`
  reader.firstInterface = reader.interfaces.length
  const options = readOptions(reader, start + 16, end)
  reader.comment ||= textOption(options, OPTION_COMMENT)
  reader.application ||= textOption(options, OPTION_APPLICATION)
  return undefined
}

function readInterface(reader: Reader, start: number, end: number): string | undefined {
  if (end - start < 8) return 'an interface description is too short'
  const options = readOptions(reader, start + 8, end)
  reader.interfaces.push({
    name: textOption(options, OPTION_INTERFACE_NAME),
    description: textOption(options, OPTION_INTERFACE_DESCRIPTION),
    linkType: u16(reader, start),
  })
  const resolution = options.get(OPTION_TIME_RESOLUTION)?.[0]
  reader.resolutions.push(resolution === undefined ? DEFAULT_RESOLUTION : stampsPerSecond(resolution))
  return undefined
}

/** The top bit chooses between powers of ten and of two. */
function stampsPerSecond(resolution: number): number {
  return (resolution & 0x80 ? 2 : 10) ** (resolution & 0x7f)
}

function readPacket(reader: Reader, start: number, end: number): string | undefined {
  if (end - start < 20) return 'a packet block is too short'
  const place = u32(reader, start) + reader.firstInterface
  if (place >= reader.interfaces.length)
    return `a packet names interface ${place - reader.firstInterface}, which is not there`
  const length = u32(reader, start + 12)
  const data = start + 20
  if (length > end - data) return 'a packet is longer than its block'
  const stamps = u32(reader, start + 4) * 2 ** 32 + u32(reader, start + 8)
  const comment = textOption(readOptions(reader, data + ((length + 3) & ~3), end), OPTION_COMMENT)
  reader.packets.push({
    at: microsOf(stamps, reader.resolutions[place]),
    bytes: reader.bytes.subarray(data, data + length),
    interface: place,
    comment: comment === '' ? undefined : comment,
  })
  return undefined
}

/** Divides where it must, so that the usual resolutions stay exact. */
function microsOf(stamps: number, perSecond: number): number {
  return perSecond > 1_000_000 ? Math.floor(stamps / (perSecond / 1_000_000)) : stamps * (1_000_000 / perSecond)
}

/** The options in [start, end) by code; the first of a repeated one counts, and what does not fit ends the list. */
function readOptions(reader: Reader, start: number, end: number): Map<number, Uint8Array> {
  const options = new Map<number, Uint8Array>()
  for (let at = start; at + 4 <= end;) {
    const code = u16(reader, at)
    const length = u16(reader, at + 2)
    if (code === OPTION_END || at + 4 + length > end) break
    if (!options.has(code)) options.set(code, reader.bytes.subarray(at + 4, at + 4 + length))
    at += 4 + ((length + 3) & ~3)
  }
  return options
}

function textOption(options: Map<number, Uint8Array>, code: number): string {
  const value = options.get(code)
  return value === undefined ? '' : utf8Text(value)
}

function u16(reader: Reader, at: number): number {
  return reader.view.getUint16(at, reader.littleEndian)
}

function u32(reader: Reader, at: number): number {
  return reader.view.getUint32(at, reader.littleEndian)
}
