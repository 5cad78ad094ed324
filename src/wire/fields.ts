/**
 * A packet taken apart for reading: a tree of fields with the names that Wireshark gives them, each with the place of its
 * bytes (and bits), so that a byte can be found from a field and a field from a byte. It takes any bytes: what is too short
 * to be a header is shown as data, and a wrong checksum is said where it stands. Relative sequence numbers, analysis
 * and prose are the viewer's; only what is in the bytes is told here.
 */
import { get16, get32 } from './bytes'
import { addSums, checksumOf, sumBytes, sumPayload } from './checksum'
import type { Field } from './field'
import { icmpField } from './fields-icmp'
import { optionFields } from './fields-options'
import { dataField, decimal, hex16, leaf, readRows, verdict } from './fields-rows'
import type { Row } from './fields-rows'
import { ICMP_HEADER_LENGTH } from './icmp'
import { formatIpv4, IPV4_HEADER_LENGTH } from './ipv4'
import { flagLetters, formatFlags } from './notation'
import { PROTOCOL_ICMP, PROTOCOL_TCP, PROTOCOL_UDP } from './segment'
import { TCP_HEADER_LENGTH, tcpSum } from './tcp'
import { UDP_HEADER_LENGTH, udpSum } from './udp'

const isSet = (raw: number): string => (raw ? 'Set' : 'Not set')
const words = (raw: number): string => `${raw * 4} bytes (${raw})`

const ECN_NAMES = ['Not-ECT', 'ECT(1)', 'ECT(0)', 'CE']
const PROTOCOL_NAMES: Readonly<Record<number, string>> = {
  [PROTOCOL_ICMP]: 'ICMP',
  [PROTOCOL_TCP]: 'TCP',
  [PROTOCOL_UDP]: 'UDP',
}

const IP_ROWS: readonly Row[] = [
  { name: 'Version', at: 0, length: 1, bits: [0, 4], value: decimal },
  { name: 'Header Length', at: 0, length: 1, bits: [4, 4], value: words },
  {
    name: 'Differentiated Services Field',
    at: 1,
    length: 1,
    value: (raw) => `0x${raw.toString(16).padStart(2, '0')}`,
    rows: [
      { name: 'Differentiated Services Codepoint', at: 1, length: 1, bits: [0, 6], value: decimal },
      {
        name: 'Explicit Congestion Notification',
        at: 1,
        length: 1,
        bits: [6, 2],
        value: (raw) => `${ECN_NAMES[raw]} (${raw})`,
      },
    ],
  },
  { name: 'Total Length', at: 2, length: 2, value: decimal },
  { name: 'Identification', at: 4, length: 2, value: (raw) => `${hex16(raw)} (${raw})` },
  {
    name: 'Flags',
    at: 6,
    length: 1,
    bits: [0, 3],
    value: (raw) => `0x${raw.toString(16)}${raw & 2 ? ", Don't fragment" : ''}${raw & 1 ? ', More fragments' : ''}`,
    rows: [
      { name: 'Reserved bit', at: 6, length: 1, bits: [0, 1], value: isSet },
      { name: "Don't fragment", at: 6, length: 1, bits: [1, 1], value: isSet },
      { name: 'More fragments', at: 6, length: 1, bits: [2, 1], value: isSet },
    ],
  },
  { name: 'Fragment Offset', at: 6, length: 2, bits: [3, 13], value: (raw) => String(raw * 8) },
  { name: 'Time to Live', at: 8, length: 1, value: decimal },
  { name: 'Protocol', at: 9, length: 1, value: (raw) => `${PROTOCOL_NAMES[raw] ?? 'Unknown'} (${raw})` },
  { name: 'Header Checksum', at: 10, length: 2, value: hex16 },
  { name: 'Source Address', at: 12, length: 4, value: formatIpv4 },
  { name: 'Destination Address', at: 16, length: 4, value: formatIpv4 },
]

const FLAG_BITS: readonly string[] = [
  'Accurate ECN',
  'Congestion Window Reduced',
  'ECN-Echo',
  'Urgent',
  'Acknowledgment',
  'Push',
  'Reset',
  'Syn',
  'Fin',
]

const TCP_ROWS: readonly Row[] = [
  { name: 'Source Port', at: 0, length: 2, value: decimal },
  { name: 'Destination Port', at: 2, length: 2, value: decimal },
  { name: 'Sequence Number (raw)', at: 4, length: 4, value: decimal },
  { name: 'Acknowledgment number (raw)', at: 8, length: 4, value: decimal },
  { name: 'Header Length', at: 12, length: 1, bits: [0, 4], value: words },
  {
    name: 'Flags',
    at: 12,
    length: 2,
    bits: [4, 12],
    value: (raw) => `0x${raw.toString(16).padStart(3, '0')} (${formatFlags(raw)}) ${flagLetters(raw)}`,
    rows: [
      { name: 'Reserved', at: 12, length: 1, bits: [4, 3], value: isSet },
      ...FLAG_BITS.map((name, place): Row => ({ name, at: 12, length: 2, bits: [7 + place, 1], value: isSet })),
    ],
  },
  { name: 'Window', at: 14, length: 2, value: decimal },
  { name: 'Checksum', at: 16, length: 2, value: hex16 },
  { name: 'Urgent Pointer', at: 18, length: 2, value: decimal },
]

const UDP_ROWS: readonly Row[] = [
  { name: 'Source Port', at: 0, length: 2, value: decimal },
  { name: 'Destination Port', at: 2, length: 2, value: decimal },
  { name: 'Length', at: 4, length: 2, value: decimal },
  { name: 'Checksum', at: 6, length: 2, value: hex16 },
]

/** Takes a packet apart: one root for each layer that is there. Never throws. */
export function dissect(bytes: Uint8Array): Field[] {
  const headerLength = (bytes[0] & 15) * 4
  if (bytes.length < IPV4_HEADER_LENGTH || headerLength < IPV4_HEADER_LENGTH || headerLength > bytes.length) {
    return bytes.length === 0 ? [] : [dataField('Data', bytes, 0, bytes.length)]
  }
  const totalLength = get16(bytes, 2)
  const end = Math.max(headerLength, Math.min(totalLength, bytes.length))
  const fields = [ipField(bytes, headerLength)]
  const tcpEnd = headerLength + (bytes[headerLength + 12] >> 4) * 4
  const isFirst = (get16(bytes, 6) & 0x1fff) === 0
  const isTcp = bytes[9] === PROTOCOL_TCP && isFirst
  const udpEnd = headerLength + UDP_HEADER_LENGTH
  if (bytes[9] === PROTOCOL_ICMP && isFirst && headerLength + ICMP_HEADER_LENGTH <= end) {
    fields.push(icmpField(bytes, headerLength, end, dissect))
  } else if (bytes[9] === PROTOCOL_UDP && isFirst && udpEnd <= end) {
    fields.push(udpField(bytes, headerLength, totalLength))
    if (end > udpEnd) fields.push(dataField('UDP payload', bytes, udpEnd, end))
  } else if (
    !isTcp ||
    headerLength + TCP_HEADER_LENGTH > end ||
    tcpEnd < headerLength + TCP_HEADER_LENGTH ||
    tcpEnd > end
  ) {
    if (end > headerLength) fields.push(dataField('Data', bytes, headerLength, end))
  } else {
    fields.push(tcpField(bytes, headerLength, tcpEnd, totalLength))
    if (tcpEnd > headerLength + TCP_HEADER_LENGTH) {
      fields.push(...optionFields(bytes, headerLength + TCP_HEADER_LENGTH, tcpEnd))
    }
    if (end > tcpEnd) fields.push(dataField('TCP payload', bytes, tcpEnd, end))
  }
  if (bytes.length > end) fields.push(dataField('Padding', bytes, end, bytes.length))
  return fields
}

function ipField(bytes: Uint8Array, headerLength: number): Field {
  const children = readRows('ip', IP_ROWS, bytes, 0)
  const given = get16(bytes, 10)
  const right = checksumOf(addSums(sumBytes(bytes, 0, 10), sumBytes(bytes, 12, headerLength)))
  const checked = children.map((field) => (field.start === 10 ? verdict(field, given, right) : field))
  if (headerLength > IPV4_HEADER_LENGTH) {
    checked.push(leaf('ip', 'Options', `${headerLength - IPV4_HEADER_LENGTH} bytes`, IPV4_HEADER_LENGTH, headerLength))
  }
  const value = `Src: ${formatIpv4(get32(bytes, 12))}, Dst: ${formatIpv4(get32(bytes, 16))}`
  return { ...leaf('ip', 'Internet Protocol Version 4', value, 0, headerLength), children: checked }
}

function tcpField(bytes: Uint8Array, start: number, end: number, totalLength: number): Field {
  const children = readRows('tcp', TCP_ROWS, bytes, start)
  const value = `Src Port: ${get16(bytes, start)}, Dst Port: ${get16(bytes, start + 2)}, Len: ${totalLength - end}`
  const checked = children.map((field) => {
    if (field.start !== start + 16) return field
    if (totalLength > bytes.length) return { ...field, value: `${field.value} [unverified]` }
    const given = get16(bytes, start + 16)
    const payload = sumPayload(bytes.subarray(end, totalLength))
    const sum = addSums(tcpSum(bytes, start, end, totalLength - start), payload)
    return verdict(field, given, checksumOf(addSums(sum, ~given & 0xffff)))
  })
  return { ...leaf('tcp', 'Transmission Control Protocol', value, start, end), children: checked }
}

function udpField(bytes: Uint8Array, start: number, totalLength: number): Field {
  const length = get16(bytes, start + 4)
  const end = start + UDP_HEADER_LENGTH
  const value = `Src Port: ${get16(bytes, start)}, Dst Port: ${get16(bytes, start + 2)}, Len: ${length - UDP_HEADER_LENGTH}`
  const checked = readRows('udp', UDP_ROWS, bytes, start).map((field) => {
    if (field.start !== start + 6) return field
    const given = get16(bytes, start + 6)
    if (given === 0) return { ...field, value: `${field.value} [zero-value ignored]` }
    if (totalLength > bytes.length || start + length > bytes.length)
      return { ...field, value: `${field.value} [unverified]` }
    const sum = addSums(
      udpSum(bytes, start, length),
      sumPayload(bytes.subarray(end, start + Math.max(length, UDP_HEADER_LENGTH))),
    )
    return verdict(field, given, checksumOf(addSums(sum, ~given & 0xffff)))
  })
  return { ...leaf('udp', 'User Datagram Protocol', value, start, end), children: checked }
}
