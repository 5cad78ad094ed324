/** TCP options taken apart for reading, one field for each, as Wireshark names them. Part of fields.ts. */
import { get16, get32 } from './bytes'
import type { Field } from './field'
import {
  isSackLength,
  KIND_ACC_ECN_0,
  KIND_ACC_ECN_1,
  KIND_END,
  KIND_MSS,
  KIND_NOP,
  KIND_SACK,
  KIND_SACK_PERMITTED,
  KIND_TIMESTAMPS,
  KIND_WINDOW_SCALE,
  walkOptions,
} from './options'
import type { RawOption } from './options'

const NAMES: Readonly<Record<number, string>> = {
  [KIND_END]: 'End of Option List (EOL)',
  [KIND_NOP]: 'No-Operation (NOP)',
  [KIND_MSS]: 'Maximum segment size',
  [KIND_WINDOW_SCALE]: 'Window scale',
  [KIND_SACK_PERMITTED]: 'SACK permitted',
  [KIND_SACK]: 'SACK',
  [KIND_TIMESTAMPS]: 'Timestamps',
  [KIND_ACC_ECN_0]: 'Accurate ECN',
  [KIND_ACC_ECN_1]: 'Accurate ECN',
}

/** Where the name of an option's kind is spelled otherwise than the option. */
const KIND_NAMES: Readonly<Record<number, string>> = {
  [KIND_NOP]: 'No-Operation',
  [KIND_MSS]: 'Maximum Segment Size',
  [KIND_WINDOW_SCALE]: 'Window Scale',
  [KIND_SACK_PERMITTED]: 'SACK Permitted',
  [KIND_TIMESTAMPS]: 'Time Stamp Option',
  [KIND_ACC_ECN_0]: 'Accurate ECN Order 0',
  [KIND_ACC_ECN_1]: 'Accurate ECN Order 1',
}

/** The counters of an AccECN option in order 0; order 1 has them the other way round (RFC 9768 3.2.3). */
const ACC_ECN_COUNTERS = ['ECT(0)', 'CE', 'ECT(1)'] as const

/** The root of the option layer with a child for each option in [start, end); bytes that no option claims come last. */
export function optionFields(bytes: Uint8Array, start: number, end: number): Field[] {
  const options = walkOptions(bytes, start, end)
  const children = options.map((option) => optionField(bytes, option))
  const last = options.at(-1)
  const read = last === undefined ? start : last.start + last.length
  if (read < end) {
    children.push(
      leaf(last?.kind === KIND_END ? 'Padding' : 'Unreadable options', `${end - read} bytes`, read, end - read),
    )
  }
  return [{ ...leaf('Options', `${end - start} bytes`, start, end - start), children }]
}

function optionField(bytes: Uint8Array, { kind, start, length }: RawOption): Field {
  const name = `TCP Option - ${NAMES[kind] ?? `Unknown (${kind})`}`
  const head = [leaf('Kind', `${KIND_NAMES[kind] ?? NAMES[kind] ?? 'Unknown'} (${kind})`, start, 1)]
  if (kind === KIND_END || kind === KIND_NOP) return { ...leaf(name, '', start, 1), children: head }
  head.push(leaf('Length', String(length), start + 1, 1))
  const body = bodyFields(bytes, kind, start + 2, length)
  return { ...leaf(name, summaryOf(kind, body), start, length), children: [...head, ...body] }
}

/** What is said of an option on its own line. */
function summaryOf(kind: number, body: readonly Field[]): string {
  const values = body.map((field) => field.value)
  switch (kind) {
    case KIND_MSS:
      return values.length === 0 ? '' : `${values[0]} bytes`
    case KIND_TIMESTAMPS:
      return values.length === 2 ? `TSval ${values[0]}, TSecr ${values[1]}` : values.join(' ')
    case KIND_SACK:
      return values
        .map((value, i) => (i % 2 === 0 ? value : `-${value} `))
        .join('')
        .trimEnd()
    default:
      return values.join(' ')
  }
}

function bodyFields(bytes: Uint8Array, kind: number, at: number, length: number): Field[] {
  if (kind === KIND_MSS && length === 4) return [leaf('MSS Value', String(get16(bytes, at)), at, 2)]
  if (kind === KIND_WINDOW_SCALE && length === 3) {
    const shift = bytes[at]
    return [leaf('Shift count', `${shift} (multiply by ${2 ** Math.min(shift, 14)})`, at, 1)]
  }
  if (kind === KIND_TIMESTAMPS && length === 10) {
    return [
      leaf('Timestamp value', String(get32(bytes, at)), at, 4),
      leaf('Timestamp echo reply', String(get32(bytes, at + 4)), at + 4, 4),
    ]
  }
  if (kind === KIND_SACK && isSackLength(length)) {
    const count = (length - 2) / 8
    return Array.from({ length: count * 2 }, (_, i) =>
      leaf(i % 2 === 0 ? 'left edge' : 'right edge', String(get32(bytes, at + i * 4)), at + i * 4, 4),
    )
  }
  if (kind === KIND_ACC_ECN_0 || kind === KIND_ACC_ECN_1) {
    const count = Math.min(ACC_ECN_COUNTERS.length, Math.floor((length - 2) / 3))
    return Array.from({ length: count }, (_, i) => {
      const name = ACC_ECN_COUNTERS[kind === KIND_ACC_ECN_0 ? i : 2 - i]
      return leaf(
        `Accurate ECN Echo ${name} Byte Counter`,
        String(get32(bytes, at + 3 * i - 1) & 0xff_ffff),
        at + 3 * i,
        3,
      )
    })
  }
  return length > 2 ? [leaf('Data', `${length - 2} bytes`, at, length - 2)] : []
}

function leaf(name: string, value: string, start: number, length: number): Field {
  return { layer: 'options', name, value, start, length, children: [] }
}
