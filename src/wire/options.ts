/**
 * TCP options as bytes. Written in the order and with the padding of Linux's tcp_options_write: a SYN carries
 * `mss,sackOK,TS,nop,wscale`, anything else `nop,nop,TS` and `nop,nop,sack`; an AccECN option stands behind the timestamps and lets what
 * exceeds whole words take the place of the next NOPs. Read as leniently as Linux's
 * tcp_parse_options: an option with an illegal length is skipped, one that does not fit ends the list, and the segment is
 * kept. Whether an option may appear without SYN is TCP's affair; here it is only read.
 */
import { seq32 } from '../base'
import { get16, get32, put16, put32 } from './bytes'
import type { AccEcnOption, SackBlock, TcpOptions } from './segment'
import { NO_OPTIONS } from './segment'

/** Option kinds (IANA TCP parameters; RFC 9293 3.1, RFC 7323, RFC 2018, RFC 9768). */
export const KIND_END = 0
export const KIND_NOP = 1
export const KIND_MSS = 2
export const KIND_WINDOW_SCALE = 3
export const KIND_SACK_PERMITTED = 4
export const KIND_SACK = 5
export const KIND_TIMESTAMPS = 8
export const KIND_ACC_ECN_0 = 172
export const KIND_ACC_ECN_1 = 174

/** Room for options: 15 words of header less the 5 fixed ones. */
const MAX_OPTIONS_LENGTH = 40
/** RFC 7323 2.3: a larger shift must be taken as 14. */
const MAX_WINDOW_SCALE = 14
const SACK_BLOCK_LENGTH = 8
const ACC_ECN_FIELD_LENGTH = 3
const MOST_ACC_ECN_FIELDS = 3

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
  return options.accEcn === undefined ? length : length + accEcnLength(options.accEcn.counters.length, options)
}

/**
 * Bytes that an AccECN option with `fields` counters adds to the others: what exceeds whole words may stand where NOPs of the options behind it
 * would (Linux tcp_options_fit_accecn). Without such options a word of its own.
 */
export function accEcnLength(
  fields: number,
  {
    sackPermitted,
    timestamps,
    windowScale,
    sack,
  }: Pick<TcpOptions, 'sackPermitted' | 'timestamps' | 'windowScale'> & {
    readonly sack: { readonly length: number }
  },
): number {
  const length = 2 + fields * ACC_ECN_FIELD_LENGTH
  const pairFree = (sackPermitted && timestamps === undefined) || sack.length > 0
  const room = pairFree ? 2 : windowScale !== undefined ? 1 : 0
  return length % 4 > room ? length + 4 - (length % 4) : length - (length % 4)
}

/** As many SACK blocks as there is room for: four, or three beside timestamps. */
function writtenBlocks(options: TcpOptions, length: number): number {
  const room = (MAX_OPTIONS_LENGTH - length - 4) >> 3
  return options.sack.length < room ? options.sack.length : room
}

/** Writes the options at `start`; returns where they end. */
export function writeOptions(out: Uint8Array, start: number, options: TcpOptions): number {
  const { mss, sackPermitted, timestamps, windowScale, sack, accEcn } = options
  let at = start
  if (mss !== undefined) {
    out[at] = KIND_MSS
    out[at + 1] = 4
    put16(out, at + 2, mss)
    at += 4
  }
  if (timestamps !== undefined) {
    // SACK-permitted is two bytes long and takes the place of the two NOPs in front of the timestamps.
    put16(out, at, sackPermitted ? SACK_PERMITTED_OPTION : TWO_NOPS)
    out[at + 2] = KIND_TIMESTAMPS
    out[at + 3] = 10
    put32(out, at + 4, timestamps.value)
    put32(out, at + 8, timestamps.echo)
    at += 12
  }
  // What an AccECN option has beyond whole words: one byte or two that stand for the next NOPs.
  let rest = TWO_NOPS
  let restLength = 0
  if (accEcn !== undefined) {
    rest = writeAccEcn(out, at, accEcn)
    const { length } = accEcn.counters
    at += wholeWords(length)
    restLength = length >= MOST_ACC_ECN_FIELDS ? 0 : 2 - length
  }
  if (sackPermitted && timestamps === undefined) {
    put16(out, at, rest)
    put16(out, at + 2, SACK_PERMITTED_OPTION)
    rest = TWO_NOPS
    restLength = 0
    at += 4
  }
  if (windowScale !== undefined) {
    out[at] = restLength === 1 ? rest >> 8 : KIND_NOP
    out[at + 1] = KIND_WINDOW_SCALE
    out[at + 2] = 3
    out[at + 3] = windowScale
    if (restLength === 1) {
      rest = TWO_NOPS
      restLength = 0
    }
    at += 4
  }
  const blocks = sack.length === 0 ? 0 : writtenBlocks(options, lengthWithoutSack(options))
  if (blocks > 0) return writeSack(out, at, sack, blocks, rest)
  if (restLength === 0) return at
  put16(out, at, rest)
  put16(out, at + 2, TWO_NOPS)
  return at + 4
}

/** Two bytes at once: NOPs, and SACK-permitted. */
const TWO_NOPS = KIND_NOP * 256 + KIND_NOP
const SACK_PERMITTED_OPTION = KIND_SACK_PERMITTED * 256 + 2

/** Bytes of an AccECN option that are written where it stands; three counters and a NOP make three words. */
function wholeWords(fields: number): number {
  return fields >= MOST_ACC_ECN_FIELDS ? 12 : (2 + fields * ACC_ECN_FIELD_LENGTH) & ~3
}

/** Writes whole words of the option and returns what is left over for the next two padding bytes. */
function writeAccEcn(out: Uint8Array, start: number, { order, counters }: AccEcnOption): number {
  const bytes = [order === 0 ? KIND_ACC_ECN_0 : KIND_ACC_ECN_1, 2 + counters.length * ACC_ECN_FIELD_LENGTH]
  for (const counter of counters) bytes.push((counter >> 16) & 0xff, (counter >> 8) & 0xff, counter & 0xff)
  if (counters.length >= MOST_ACC_ECN_FIELDS) bytes.push(KIND_NOP)
  const whole = wholeWords(counters.length)
  out.set(bytes.slice(0, whole), start)
  const [first = KIND_NOP, second = KIND_NOP] = bytes.slice(whole)
  return first * 256 + second
}

/** Writes the SACK option behind `lead`, two bytes of padding. */
function writeSack(out: Uint8Array, start: number, blocks: readonly SackBlock[], count: number, lead: number): number {
  put16(out, start, lead)
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
  let { mss, windowScale, sackPermitted, sack, timestamps, accEcn } = NO_OPTIONS
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
    else if (kind === KIND_ACC_ECN_0 || kind === KIND_ACC_ECN_1) accEcn = readAccEcn(bytes, at, length)
    at += length
  }
  return { mss, windowScale, sackPermitted, sack, timestamps, accEcn }
}

/** Whole counters, at most three; RFC 9768 3.2.3.2.5 has longer options read as far as they are known. */
function readAccEcn(bytes: Uint8Array, start: number, length: number): AccEcnOption {
  const fields = Math.min(MOST_ACC_ECN_FIELDS, Math.floor((length - 2) / ACC_ECN_FIELD_LENGTH))
  const counters = Array.from(
    { length: fields },
    (_, i) => get32(bytes, start + 1 + i * ACC_ECN_FIELD_LENGTH) & 0xff_ffff,
  )
  return { order: bytes[start] === KIND_ACC_ECN_0 ? 0 : 1, counters }
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
