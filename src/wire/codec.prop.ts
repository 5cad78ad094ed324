import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeHeaders, decodePacket, encodeHeaders, encodePacket } from '.'
import { ipv4Header, tcpSegment } from '../testing/wire-arbitraries'
import { addSums, sumBytes, sumPayload } from './checksum'

/** RFC 1071 as its first page words it: add all 16-bit words, carry round, one at a time. */
function naiveSum(bytes: Uint8Array): number {
  let sum = 0
  for (let i = 0; i < bytes.length; i += 2) {
    sum += bytes[i] * 256 + (bytes[i + 1] ?? 0)
    if (sum > 0xffff) sum -= 0xffff
  }
  return sum
}

test('every packet decodes to what was encoded', () => {
  fc.assert(
    fc.property(ipv4Header, tcpSegment, (ip, segment) => {
      const bytes = encodePacket(ip, segment)
      const decoded = decodePacket(bytes)
      expect(decoded).toEqual({
        ok: true,
        value: { ip, segment, headerLength: bytes.length - segment.payload.length },
      })
    }),
    { numRuns: 500 },
  )
})

test('headers alone are the beginning of the packet, and say the same', () => {
  fc.assert(
    fc.property(ipv4Header, tcpSegment, (ip, segment) => {
      const headers = encodeHeaders(ip, segment)
      expect(headers).toEqual(encodePacket(ip, segment).subarray(0, headers.length))
      const payloadLength = segment.payload.length
      const bare = { ...segment, payload: new Uint8Array(0) }
      expect(decodeHeaders(headers, payloadLength)).toEqual({
        ok: true,
        value: { ip, segment: bare, headerLength: headers.length, payloadLength },
      })
    }),
  )
})

test('padding behind the packet, as a short Ethernet frame has it, is not part of the payload', () => {
  fc.assert(
    fc.property(ipv4Header, tcpSegment, fc.uint8Array({ maxLength: 20 }), (ip, segment, padding) => {
      const decoded = decodePacket(Uint8Array.from([...encodePacket(ip, segment), ...padding]))
      expect(decoded.ok && decoded.value.segment).toEqual(segment)
    }),
  )
})

test('no single flipped bit gets through', () => {
  fc.assert(
    fc.property(ipv4Header, tcpSegment, fc.nat(), (ip, segment, place) => {
      const bytes = encodePacket(ip, segment)
      const bit = place % (bytes.length * 8)
      bytes[bit >> 3] ^= 0x80 >> (bit & 7)
      expect(decodePacket(bytes).ok).toBe(false)
    }),
    { numRuns: 1000 },
  )
})

test('no bytes whatever make the decoder throw', () => {
  const anyBytes = fc.uint8Array({ maxLength: 120 })
  const likely = fc
    .tuple(ipv4Header, tcpSegment, fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 8 }))
    .map(([ip, segment, edits]) => {
      const bytes = encodePacket(ip, segment)
      for (const [at, value] of edits) if (at < bytes.length) bytes[at] = value
      return bytes
    })
  fc.assert(
    fc.property(fc.oneof(anyBytes, likely), fc.nat(2000), (bytes, payloadLength) => {
      decodePacket(bytes)
      decodeHeaders(bytes, payloadLength)
    }),
    { numRuns: 1000 },
  )
})

test('the fast payload sum agrees with RFC 1071 at every alignment and length', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(40), fc.nat(40), (whole, from, short) => {
      const window = whole.subarray(from, Math.max(from, whole.length - short))
      expect(sumPayload(window) % 0xffff).toBe(naiveSum(window) % 0xffff)
      expect(sumBytes(window, 0, window.length) % 0xffff).toBe(naiveSum(window) % 0xffff)
    }),
    { numRuns: 1000 },
  )
})

test('the sums of two parts add up to the sum of the whole, when the first is even', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(100), (bytes, half) => {
      const cut = Math.min(half * 2, bytes.length & ~1)
      const parts = addSums(sumPayload(bytes.subarray(0, cut)), sumPayload(bytes.subarray(cut)))
      expect(parts % 0xffff).toBe(naiveSum(bytes) % 0xffff)
    }),
  )
})

test('long runs of ones do not overflow the sum', () => {
  for (const length of [65_535, 200_000, 1_000_001]) {
    const ones = new Uint8Array(length).fill(0xff)
    expect(sumPayload(ones) % 0xffff).toBe(naiveSum(ones) % 0xffff)
    expect(sumBytes(ones, 0, length) % 0xffff).toBe(naiveSum(ones) % 0xffff)
  }
})
