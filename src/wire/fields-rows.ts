/** What every layer of a packet that is taken apart is made with: rows that describe a header, and fields out of them. */
import { get16, get32 } from './bytes'
import type { Field, FieldLayer } from './field'

/** One row of a header's description. `bits` as in Field; without it the field is whole bytes. */
export interface Row {
  readonly name: string
  readonly at: number
  readonly length: number
  readonly bits?: readonly [first: number, count: number]
  readonly value: (raw: number) => string
  readonly rows?: readonly Row[]
}

export const decimal = (raw: number): string => String(raw)
export const hex16 = (raw: number): string => `0x${raw.toString(16).padStart(4, '0')}`

/** Says whether a checksum is right; +0 and -0 of one's complement are the same number. */
export function verdict(field: Field, given: number, right: number): Field {
  const isRight = given % 0xffff === right % 0xffff
  return { ...field, value: `${field.value} ${isRight ? '[correct]' : `[incorrect, should be ${hex16(right)}]`}` }
}

export function readRows(layer: FieldLayer, rows: readonly Row[], bytes: Uint8Array, start: number): Field[] {
  return rows.map(({ name, at, length, bits, value, rows: inner }) => {
    const place = start + at
    const whole = length === 4 ? get32(bytes, place) : length === 2 ? get16(bytes, place) : bytes[place]
    const raw = bits === undefined ? whole : (whole >>> (length * 8 - bits[0] - bits[1])) & (2 ** bits[1] - 1)
    const field = leaf(layer, name, value(raw), place, place + length)
    const children = inner === undefined ? [] : readRows(layer, inner, bytes, start)
    return bits === undefined
      ? { ...field, children }
      : { ...field, bits: { first: bits[0], count: bits[1] }, children }
  })
}

export function leaf(layer: FieldLayer, name: string, value: string, start: number, end: number): Field {
  return { layer, name, value, start, length: end - start, children: [] }
}

export function dataField(name: string, bytes: Uint8Array, start: number, end: number): Field {
  return leaf(
    'payload',
    name,
    `${end - start} ${end - start === 1 ? 'byte' : 'bytes'}`,
    start,
    Math.min(end, bytes.length),
  )
}
