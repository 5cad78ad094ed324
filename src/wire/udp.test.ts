import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ipv4Header } from '../testing/wire-arbitraries'
import {
  decodeContents,
  decodePacket,
  decodeUdp,
  decodeUdpHeaders,
  dissect,
  encodeUdp,
  encodeUdpHeaders,
  formatDatagram,
  icmpError,
  quotedDatagram,
} from '.'
import type { Ipv4Header, UdpDatagram } from '.'

const u16 = fc.integer({ min: 0, max: 0xffff })
const datagram = fc.record({
  srcPort: u16,
  dstPort: u16,
  checksummed: fc.boolean(),
  payload: fc.uint8Array({ maxLength: 300 }),
})
const IP: Ipv4Header = {
  src: 0x0a000001,
  dst: 0x0a000002,
  ttl: 64,
  identification: 7,
  tos: 0,
  dontFragment: true,
}
const DNS: UdpDatagram = { srcPort: 40_001, dstPort: 53, checksummed: true, payload: Uint8Array.of(1, 2, 3) }

test('every datagram decodes to what was encoded, with a checksum and without', () => {
  fc.assert(
    fc.property(ipv4Header, datagram, (ip, udp) => {
      expect(decodeUdp(encodeUdp(ip, udp))).toEqual({ ok: true, value: { ip, udp, headerLength: 28 } })
      const headers = encodeUdpHeaders(ip, udp)
      expect(headers).toEqual(encodeUdp(ip, udp).subarray(0, 28))
      expect(decodeUdpHeaders(headers, udp.payload.length)?.udp).toEqual({ ...udp, payload: new Uint8Array(0) })
    }),
    { numRuns: 300 },
  )
})

test('a flipped bit behind the IP header shows, unless the sender made no checksum', () => {
  fc.assert(
    fc.property(ipv4Header, datagram, fc.nat(), (ip, udp, place) => {
      const bytes = encodeUdp(ip, { ...udp, checksummed: true })
      // The length field aside, which may cut off just the bytes that make up for it.
      const bit = 192 + 16 + (place % (bytes.length * 8 - 208))
      bytes[bit >> 3] ^= 0x80 >> (bit & 7)
      // A checksum of 1 and one bit less is 0: no checksum. The length field may point past the end.
      const none = bytes[26] === 0 && bytes[27] === 0
      expect(decodeUdp(bytes).ok).toBe(none)
    }),
    { numRuns: 300 },
  )
  const blind = encodeUdp(IP, { ...DNS, checksummed: false })
  blind[29] ^= 1
  expect(decodeUdp(blind)).toMatchObject({ ok: true })
})

test('a sum that comes out as 0 is sent as 0xffff, since 0 means that there is none', () => {
  const bare = encodeUdp(IP, { ...DNS, payload: Uint8Array.of(0, 0) })
  const sum = (bare[26] << 8) | bare[27]
  const bytes = encodeUdp(IP, { ...DNS, payload: Uint8Array.of(sum >> 8, sum & 255) })
  expect([bytes[26], bytes[27]]).toEqual([0xff, 0xff])
  expect(decodeUdp(bytes)).toMatchObject({ ok: true })
})

test('data beyond the length field is none; a length beyond the packet is malformed', () => {
  const bytes = encodeUdp(IP, { ...DNS, checksummed: false })
  bytes[25] = 10
  expect(decodeUdp(bytes)).toMatchObject({ ok: true, value: { udp: { payload: Uint8Array.of(1, 2) } } })
  bytes[25] = 12
  expect(decodeUdp(bytes)).toEqual({ ok: false, error: 'malformed' })
  bytes[25] = 7
  expect(decodeUdp(bytes)).toEqual({ ok: false, error: 'malformed' })
})

test('bytes from anywhere are UDP, TCP or nothing, and never throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      const asUdp = Uint8Array.from(bytes)
      if (asUdp.length > 9) asUdp.set([0x45], 0)
      if (asUdp.length > 9) asUdp.set([17], 9)
      for (const some of [bytes, asUdp]) {
        decodeUdp(some)
        decodeContents(some)
        dissect(some)
      }
    }),
  )
  expect(decodePacket(encodeUdp(IP, DNS))).toEqual({ ok: false, error: 'malformed' })
})

test('the dissector has Wireshark’s names, and says whether the checksum is right', () => {
  const bytes = encodeUdp(IP, DNS)
  const [, udp, payload] = dissect(bytes)
  expect(udp).toMatchObject({ layer: 'udp', name: 'User Datagram Protocol', start: 20, length: 8 })
  expect(udp.value).toBe('Src Port: 40001, Dst Port: 53, Len: 3')
  expect(udp.children.map(({ name, value }) => `${name}: ${value}`)).toEqual([
    'Source Port: 40001',
    'Destination Port: 53',
    'Length: 11',
    `Checksum: 0x${((bytes[26] << 8) | bytes[27]).toString(16)} [correct]`,
  ])
  expect(payload).toMatchObject({ name: 'UDP payload', start: 28, length: 3 })
  bytes[30] ^= 1
  expect(dissect(bytes)[1].children[3].value).toContain('[incorrect, should be 0x')
  const none = dissect(encodeUdp(IP, { ...DNS, checksummed: false }))
  expect(none[1].children[3].value).toBe('0x0000 [zero-value ignored]')
  expect(dissect(encodeUdpHeaders(IP, DNS))[1].children[3].value).toContain('[unverified]')
})

test('one line tells a datagram, and an ICMP error tells whose it was', () => {
  expect(formatDatagram(IP, DNS, 3)).toBe('10.0.0.1:40001 > 10.0.0.2:53 UDP length 3')
  expect(formatDatagram(IP, { ...DNS, checksummed: false }, 0)).toBe(
    '10.0.0.1:40001 > 10.0.0.2:53 UDP length 0 [no cksum]',
  )
  const { quoted } = icmpError(3, 3, 0, encodeUdp(IP, DNS))
  expect(quotedDatagram(quoted)).toEqual({ src: IP.src, dst: IP.dst, srcPort: 40_001, dstPort: 53 })
  expect(quotedDatagram(quoted.slice(0, 27))).toBeUndefined()
})
