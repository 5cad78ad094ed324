/** ICMP taken apart (RFC 792), with Wireshark's names: the header, and the head of the packet that an error is about, itself taken apart. */
import { get16, get32 } from './bytes'
import { checksumOf, sumBytes } from './checksum'
import type { Field } from './field'
import { dataField, decimal, hex16, leaf, readRows, verdict } from './fields-rows'
import type { Row } from './fields-rows'
import {
  FRAGMENTATION_NEEDED,
  ICMP_ECHO,
  ICMP_ECHO_REPLY,
  ICMP_HEADER_LENGTH,
  ICMP_UNREACHABLE,
  isIcmpError,
} from './icmp'

const TYPES: Readonly<Record<number, string>> = {
  0: 'Echo (ping) reply',
  3: 'Destination unreachable',
  4: 'Source quench (flow control)',
  5: 'Redirect',
  8: 'Echo (ping) request',
  11: 'Time-to-live exceeded',
  12: 'Parameter problem',
}
const CODES: Readonly<Record<number, readonly string[]>> = {
  3: [
    'Network unreachable',
    'Host unreachable',
    'Protocol unreachable',
    'Port unreachable',
    'Fragmentation needed',
    'Source route failed',
    'Destination network unknown',
    'Destination host unknown',
    'Source host isolated',
    'Network administratively prohibited',
    'Host administratively prohibited',
    'Network unreachable for TOS',
    'Host unreachable for TOS',
    'Communication administratively filtered',
    'Host precedence violation',
    'Precedence cutoff in effect',
  ],
  11: ['Time to live exceeded in transit', 'Fragment reassembly time exceeded'],
}

/** The message from byte `start` up to `end`. `dissect` takes the packet apart that it quotes. */
export function icmpField(
  bytes: Uint8Array,
  start: number,
  end: number,
  dissect: (packet: Uint8Array) => readonly Field[],
): Field {
  const type = bytes[start]
  const code = bytes[start + 1]
  const behind = start + ICMP_HEADER_LENGTH
  const children = readRows('icmp', rowsOf(type, code), bytes, start).map((field) => {
    if (field.start !== start + 2) return field
    const given = get16(bytes, start + 2)
    const zeroed = bytes.slice(start, end)
    zeroed.fill(0, 2, 4)
    return verdict(field, given, checksumOf(sumBytes(zeroed, 0, zeroed.length)))
  })
  if (end > behind) {
    const isError = isIcmpError({ type, code, info: get32(bytes, start + 4), quoted: bytes })
    if (isError) children.push(...dissect(bytes.slice(behind, end)).map((field) => shifted(field, behind)))
    else children.push(dataField('Data', bytes, behind, end))
  }
  const value = nameOf(type, code)
  return { ...leaf('icmp', 'Internet Control Message Protocol', value, start, end), children }
}

function rowsOf(type: number, code: number): readonly Row[] {
  const head: readonly Row[] = [
    { name: 'Type', at: 0, length: 1, value: (raw) => `${raw} (${TYPES[raw] ?? 'Unknown'})` },
    {
      name: 'Code',
      at: 1,
      length: 1,
      value: (raw) => `${raw}${CODES[type] === undefined ? '' : ` (${CODES[type][raw] ?? 'Unknown'})`}`,
    },
    { name: 'Checksum', at: 2, length: 2, value: hex16 },
  ]
  if (type === ICMP_ECHO || type === ICMP_ECHO_REPLY) {
    return [
      ...head,
      { name: 'Identifier (BE)', at: 4, length: 2, value: (raw) => `${raw} (${hex16(raw)})` },
      { name: 'Sequence Number (BE)', at: 6, length: 2, value: (raw) => `${raw} (${hex16(raw)})` },
    ]
  }
  if (type === ICMP_UNREACHABLE && code === FRAGMENTATION_NEEDED) {
    return [
      ...head,
      { name: 'Unused', at: 4, length: 2, value: hex16 },
      { name: 'MTU of next hop', at: 6, length: 2, value: decimal },
    ]
  }
  return [...head, { name: 'Unused', at: 4, length: 4, value: (raw) => raw.toString(16).padStart(8, '0') }]
}

function nameOf(type: number, code: number): string {
  return CODES[type]?.[code] ?? TYPES[type] ?? `type ${type} code ${code}`
}

/** A field of the quoted packet, counted from the start of the packet that quotes it. */
function shifted(field: Field, by: number): Field {
  return { ...field, start: field.start + by, children: field.children.map((child) => shifted(child, by)) }
}
