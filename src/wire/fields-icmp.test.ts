/** ICMP taken apart: the names and places that Wireshark gives, the quoted packet included. */
import { expect, test } from 'vitest'
import { seq32 } from '../base'
import type { Field } from './field'
import { dissect, encodeIcmp, encodePacket, icmpError, NO_OPTIONS, SYN } from '.'

const ip = { src: 0x0a000001, dst: 0x0a000002, ttl: 64, identification: 7, tos: 0, dontFragment: true }
const syn = {
  srcPort: 40_000,
  dstPort: 80,
  seq: seq32(1),
  ack: seq32(0),
  flags: SYN,
  window: 1_000,
  urgentPointer: 0,
  options: NO_OPTIONS,
  payload: new Uint8Array(0),
}
const back = { ...ip, src: 0x0a0000fe, dst: 0x0a000001 }
const told = ({ name, value }: Field): string => `${name}: ${value}`

test('an error: its header, and the packet that it is about, field by field', () => {
  const bytes = encodeIcmp(back, icmpError(3, 4, 1_280, encodePacket(ip, syn)))
  const [, icmp] = dissect(bytes)
  expect([icmp.name, icmp.value, icmp.layer]).toEqual([
    'Internet Control Message Protocol',
    'Fragmentation needed',
    'icmp',
  ])
  expect(icmp.children.slice(0, 5).map(told)).toEqual([
    'Type: 3 (Destination unreachable)',
    'Code: 4 (Fragmentation needed)',
    expect.stringMatching(/^Checksum: 0x[0-9a-f]{4} \[correct\]$/),
    'Unused: 0x0000',
    'MTU of next hop: 1280',
  ])
  const [quotedIp, quotedTcp] = icmp.children.slice(5)
  expect([told(quotedIp), quotedIp.start]).toEqual(['Internet Protocol Version 4: Src: 10.0.0.1, Dst: 10.0.0.2', 28])
  expect([quotedTcp.name, quotedTcp.start]).toEqual(['Transmission Control Protocol', 48])
  expect(quotedTcp.children[0]).toMatchObject({ name: 'Source Port', value: '40000', start: 48 })
})

test('a ping: identifier, sequence number and data; a wrong checksum is said', () => {
  const bytes = encodeIcmp(back, { type: 8, code: 0, info: 0x0007_0002, quoted: new Uint8Array(8) })
  bytes[22] ^= 1
  const [, icmp] = dissect(bytes)
  expect(icmp.value).toBe('Echo (ping) request')
  expect(icmp.children.map(told).slice(2)).toEqual([
    expect.stringMatching(/\[incorrect, should be 0x/),
    'Identifier (BE): 7 (0x0007)',
    'Sequence Number (BE): 2 (0x0002)',
    'Data: 8 bytes',
  ])
})
