/** ICMP errors as bytes: what a router sends is what a host reads. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ipv4Header, tcpSegment } from '../testing/wire-arbitraries'
import { encodePacket } from './codec'
import { decodeIcmp, encodeIcmp, formatIcmp, ICMP_UNREACHABLE, icmpError, isIcmp, quotedSegment } from './icmp'

const message = fc.record({
  type: fc.integer({ min: 0, max: 255 }),
  code: fc.integer({ min: 0, max: 255 }),
  info: fc.integer({ min: 0, max: 0xffff_ffff }),
  quoted: fc.uint8Array({ maxLength: 548 }),
})

test('what is encoded is read back, whatever it is', () => {
  fc.assert(
    fc.property(ipv4Header, message, (ip, icmp) => {
      const bytes = encodeIcmp(ip, icmp)
      expect(isIcmp(bytes)).toBe(true)
      expect(decodeIcmp(bytes)).toEqual({ ok: true, value: { ip, message: icmp } })
    }),
  )
})

test('a flipped bit behind the IP header is noticed', () => {
  fc.assert(
    fc.property(ipv4Header, message, fc.nat(), (ip, icmp, at) => {
      const bytes = encodeIcmp(ip, icmp)
      bytes[20 + (at % (bytes.length - 20))] ^= 1
      expect(decodeIcmp(bytes)).toEqual({ ok: false, error: 'badChecksum' })
    }),
  )
})

test('of a segment an error quotes at most 548 bytes, and its ports and number are found again', () => {
  fc.assert(
    fc.property(ipv4Header, tcpSegment, (ip, segment) => {
      const { src, dst } = ip
      const { srcPort, dstPort, seq } = segment
      const icmp = icmpError(ICMP_UNREACHABLE, 4, 1200, encodePacket(ip, segment))
      expect(icmp.quoted.length).toBeLessThanOrEqual(548)
      expect(quotedSegment(icmp)).toEqual({ src, dst, srcPort, dstPort, seq })
      expect(quotedSegment({ ...icmp, quoted: icmp.quoted.subarray(0, 27) })).toBeUndefined()
    }),
  )
})

test('an error is told in the words of packetdrill', () => {
  const told = (type: number, code: number, info = 0): string =>
    formatIcmp({ type, code, info, quoted: new Uint8Array(0) })
  expect(told(3, 4, 1200)).toBe('unreachable frag_needed mtu 1200')
  expect(told(3, 13)).toBe('unreachable comm_prohibited')
  expect(told(3, 99)).toBe('unreachable code 99')
  expect(told(11, 0)).toBe('ttl_exceeded')
  expect(told(12, 0, 0x1400_0000)).toBe('parameter_problem at 20')
  expect(told(13, 0)).toBe('type 13 code 0')
  expect(told(8, 0, 0x0007_0002)).toBe('echo_request id 7 seq 2')
})
