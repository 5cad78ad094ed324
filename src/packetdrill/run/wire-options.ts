/**
 * TCP options between a script and the wire: a script's list as the record that the stack takes, and the bytes that the stack sent as a list again, in
 * their order and with their padding.
 */
import { seq32, seqAdd } from '../../base'
import type { SackBlock, TcpOptions } from '../../wire'
import type { OptionItem } from '../syntax'

const EOL = 0
const NOP = 1
const MSS = 2
const WINDOW_SCALE = 3
const SACK_PERMITTED = 4
const SACK = 5
const TIMESTAMPS = 8
const ACC_ECN_0 = 172
const ACC_ECN_1 = 174
/** RFC 7323 2.3. */
const MAX_WINDOW_SCALE = 14

/** Options as they arrive; SACK blocks speak of our bytes, which begin at `shift`. `echo` turns a script's ecr into a live one. */
export function arrivingOptions(
  items: readonly OptionItem[],
  shift: number,
  echo: (script: number) => number,
): TcpOptions {
  let mss: number | undefined
  let windowScale: number | undefined
  let sackPermitted = false
  let timestamps: TcpOptions['timestamps']
  let accEcn: TcpOptions['accEcn']
  const sack: SackBlock[] = []
  for (const item of items) {
    if (item.kind === 'mss') mss = item.value
    else if (item.kind === 'wscale') windowScale = Math.min(item.value, MAX_WINDOW_SCALE)
    else if (item.kind === 'sackOK') sackPermitted = true
    else if (item.kind === 'TS') timestamps = { value: item.value, echo: echo(item.echo) }
    else if (item.kind === 'other') accEcn = readAccEcn(item.number, item.bytes) ?? accEcn
    else if (item.kind === 'sack') {
      sack.push(
        ...item.blocks.map(([start, end]) => ({ start: seqAdd(seq32(start), shift), end: seqAdd(seq32(end), shift) })),
      )
    }
  }
  return { mss, windowScale, sackPermitted, sack, timestamps, accEcn }
}

/** Counters of 24 bits (RFC 9768 3.2.3); undefined where it is another option. */
function readAccEcn(kind: number, bytes: readonly number[]): TcpOptions['accEcn'] {
  if (kind !== ACC_ECN_0 && kind !== ACC_ECN_1) return undefined
  const counters = Array.from(
    { length: Math.floor(bytes.length / 3) },
    (_, i) => (bytes[3 * i] << 16) | (bytes[3 * i + 1] << 8) | bytes[3 * i + 2],
  )
  return { order: kind === ACC_ECN_0 ? 0 : 1, counters }
}

/** The options of an encoded IPv4 and TCP header. */
export function readOptionItems(header: Uint8Array): OptionItem[] {
  const start = (header[0] & 0x0f) * 4
  const end = start + (header[start + 12] >> 4) * 4
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength)
  const items: OptionItem[] = []
  for (let at = start + 20; at < end;) {
    const kind = header[at]
    if (kind === NOP || kind === EOL) {
      items.push({ kind: kind === NOP ? 'nop' : 'eol' })
      at++
      continue
    }
    const length = Math.max(2, header[at + 1])
    items.push(readItem(view, kind, at, length))
    at += length
  }
  return items
}

function readItem(view: DataView, kind: number, at: number, length: number): OptionItem {
  switch (kind) {
    case MSS:
      return { kind: 'mss', value: view.getUint16(at + 2) }
    case WINDOW_SCALE:
      return { kind: 'wscale', value: view.getUint8(at + 2) }
    case SACK_PERMITTED:
      return { kind: 'sackOK' }
    case TIMESTAMPS:
      return { kind: 'TS', value: view.getUint32(at + 2), echo: view.getUint32(at + 6) }
    case SACK: {
      const blocks: [number, number][] = []
      for (let i = at + 2; i + 8 <= at + length; i += 8) blocks.push([view.getUint32(i), view.getUint32(i + 4)])
      return { kind: 'sack', blocks }
    }
    default: {
      const bytes = Array.from({ length: length - 2 }, (_, i) => view.getUint8(at + 2 + i))
      return { kind: 'other', number: kind, name: `option ${kind}`, bytes }
    }
  }
}

/** Options as a script writes them. */
export function showOptions(items: readonly OptionItem[]): string {
  return items.map(showOption).join(',')
}

function showOption(item: OptionItem): string {
  switch (item.kind) {
    case 'mss':
    case 'wscale':
      return `${item.kind} ${item.value}`
    case 'TS':
      return `TS val ${item.value} ecr ${item.echo}`
    case 'sack':
      return `sack ${item.blocks.map(([start, end]) => `${start}:${end}`).join(' ')}`
    case 'other':
      if (item.number === ACC_ECN_0 || item.number === ACC_ECN_1) return showAccEcn(item.number, item.bytes)
      return `${item.name} ${item.bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
    default:
      return item.kind
  }
}

function showAccEcn(kind: number, bytes: readonly number[]): string {
  const names = kind === ACC_ECN_0 ? ['e0b', 'ceb', 'e1b'] : ['e1b', 'ceb', 'e0b']
  const counters = readAccEcn(kind, bytes)?.counters ?? []
  return ['ECN', ...counters.map((value, i) => `${names[i]} ${value}`)].join(' ')
}
