/**
 * TCP options as bytes. Written in the order and with the padding of Linux's tcp_options_write: a SYN carries
 * `mss,sackOK,TS,nop,wscale`, anything else `nop,nop,TS` and `nop,nop,sack`. Read as leniently as Linux's
 * tcp_parse_options: an option with an illegal length is skipped, one that does not fit ends the list, and the segment is
 * kept. Whether an option may appear without SYN is TCP's affair; here it is only read.
 */
import { seq32 } from '../base'
import { get16, get32, put16, put32 } from './bytes'
import type { SackBlock, TcpOptions } from './segment'
import { NO_OPTIONS } from './segment'

/** Option kinds (IANA TCP parameters; RFC 9293 3.1, RFC 7323, RFC 2018). */
export const KIND_END = 0
export const KIND_NOP = 1
export const KIND_MSS = 2
export const KIND_WINDOW_SCALE = 3
export const KIND_SACK_PERMITTED = 4
export const KIND_SACK = 5
export const KIND_TIMESTAMPS = 8

/** Room for options: 15 words of header less the 5 fixed ones. */
const MAX_OPTIONS_LENGTH = 40
/** RFC 7323 2.3: a larger shift must be taken as 14. */
const MAX_WINDOW_SCALE = 14
const SACK_BLOCK_LENGTH = 8

/** How many bytes the options take in the header, a multiple of 4. */
export function optionsLength(options: TcpOptions): number {
  const length = lengthWithoutSack(options)
  const blocks = writtenBlocks(options, length)
  return blocks === 0 ? length : length + 4 + blocks * SACK_BLOCK_LENGTH
}

function lengthWithoutSack(options: TcpOptions): number {
  let length = 0
  if (options.mss !== undefined) length += 4
  if (options.timestamps !== undefined) length += 12
  else if (options.sackPermitted) length += 4
  if (options.windowScale !== undefined) length += 4
  return length
}

/** As many SACK blocks as there is room for: four, or three beside timestamps. */
function writtenBlocks(options: TcpOptions, length: number): number {
  const room = (MAX_OPTIONS_LENGTH - length - 4) >> 3
  return options.sack.length < room ? options.sack.length : room
}

/** Writes the options at `start`; returns where they end. */
export function writeOptions(out: Uint8Array, start: number, options: TcpOptions): number {
  let at = start
  if (options.mss !== undefined) {
    out[at] = KIND_MSS
    out[at + 1] = 4
    put16(out, at + 2, options.mss)
    at += 4
  }
  if (options.timestamps !== undefined) {
    // SACK-permitted is two bytes long and takes the place of the two NOPs in front of the timestamps.
    out[at] = options.sackPermitted ? KIND_SACK_PERMITTED : KIND_NOP
    out[at + 1] = options.sackPermitted ? 2 : KIND_NOP
    out[at + 2] = KIND_TIMESTAMPS
    out[at + 3] = 10
    put32(out, at + 4, options.timestamps.value)
    put32(out, at + 8, options.timestamps.echo)
    at += 12
  } else if (options.sackPermitted) {
    out[at] = KIND_NOP
    out[at + 1] = KIND_NOP
    out[at + 2] = KIND_SACK_PERMITTED
    out[at + 3] = 2
    at += 4
  }
  if (options.windowScale !== undefined) {
    out[at] = KIND_NOP
    out[at + 1] = KIND_WINDOW_SCALE
    out[at + 2] = 3
    out[at + 3] = options.windowScale
    at += 4
  }
  return options.sack.length === 0 ? at : writeSack(out, at, options.sack, writtenBlocks(options, at - start))
}

function writeSack(out: Uint8Array, start: number, blocks: readonly SackBlock[], count: number): number {
  if (count === 0) return start
  out[start] = KIND_NOP
  out[start + 1] = KIND_NOP
  out[start + 2] = KIND_SACK
  out[start + 3] = 2 + count * SACK_BLOCK_LENGTH
  let at = start + 4
  for (let i = 0; i < count; i++) {
    put32(out, at, blocks[i].start)
    put32(out, at + 4, blocks[i].end)
    at += SACK_BLOCK_LENGTH
  }
  return at
}

/** What a walk over the options meets: the place of one option, its bytes inside [start, start + length). */
export interface RawOption {
  readonly kind: number
  readonly start: number
  readonly length: number
}

/**
 * Lists the options in `bytes[start..end)`. Stops at the end-of-list option (which is listed), at a length below 2 and at one that
 * reaches past the end (which are not).
 */
export function walkOptions(bytes: Uint8Array, start: number, end: number): RawOption[] {
  const found: RawOption[] = []
  let at = start
  while (at < end) {
    const kind = bytes[at]
    if (kind === KIND_END || kind === KIND_NOP) {
      found.push({ kind, start: at, length: 1 })
      if (kind === KIND_END) break
      at++
      continue
    }
    const length = at + 1 < end ? bytes[at + 1] : 0
    if (length < 2 || at + length > end) break
    found.push({ kind, start: at, length })
    at += length
  }
  return found
}

/** Reads the options in `bytes[start..end)`. The last of a repeated option counts; an MSS of 0 is as good as none. */
export function readOptions(bytes: Uint8Array, start: number, end: number): TcpOptions {
  if (start >= end) return NO_OPTIONS
  let { mss, windowScale, sackPermitted, sack, timestamps } = NO_OPTIONS
  for (let at = start; at < end;) {
    const kind = bytes[at]
    if (kind === KIND_END) break
    if (kind === KIND_NOP) {
      at++
      continue
    }
    const length = at + 1 < end ? bytes[at + 1] : 0
    if (length < 2 || at + length > end) break
    if (kind === KIND_TIMESTAMPS && length === 10) {
      timestamps = { value: get32(bytes, at + 2), echo: get32(bytes, at + 6) }
    } else if (kind === KIND_SACK && isSackLength(length)) sack = readSack(bytes, at + 2, at + length)
    else if (kind === KIND_MSS && length === 4) mss = get16(bytes, at + 2) || undefined
    else if (kind === KIND_WINDOW_SCALE && length === 3) windowScale = Math.min(bytes[at + 2], MAX_WINDOW_SCALE)
    else if (kind === KIND_SACK_PERMITTED && length === 2) sackPermitted = true
    at += length
  }
  return { mss, windowScale, sackPermitted, sack, timestamps }
}

/** At least one whole block and no fraction of one. */
export function isSackLength(length: number): boolean {
  return length >= 2 + SACK_BLOCK_LENGTH && (length - 2) % SACK_BLOCK_LENGTH === 0
}

function readSack(bytes: Uint8Array, start: number, end: number): SackBlock[] {
  const blocks: SackBlock[] = []
  for (let at = start; at < end; at += SACK_BLOCK_LENGTH) {
    blocks.push({ start: seq32(get32(bytes, at)), end: seq32(get32(bytes, at + 4)) })
  }
  return blocks
}
