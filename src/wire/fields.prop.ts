import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { dissect, encodePacket } from '.'
import type { Field } from '.'
import { ipv4Header, tcpSegment } from '../testing/wire-arbitraries'

function flat(fields: readonly Field[]): Field[] {
  return fields.flatMap((field) => [field, ...flat(field.children)])
}

/** The one field with this name, as `name: value`. */
function valueOf(fields: readonly Field[], name: string): string | undefined {
  return flat(fields).find((field) => field.name === name)?.value
}

test('the layers follow each other without a gap and cover every byte of a packet', () => {
  fc.assert(
    fc.property(ipv4Header, tcpSegment, (ip, segment) => {
      const bytes = encodePacket(ip, segment)
      const [first, tcp, ...rest] = dissect(bytes)
      expect(first).toMatchObject({ layer: 'ip', start: 0, length: 20 })
      expect(tcp).toMatchObject({ layer: 'tcp', start: 20 })
      const ends = rest.map((field) => [field.start, field.start + field.length])
      let at = 40
      for (const [start, end] of ends) {
        expect(start).toBe(at)
        at = end
      }
      expect(at).toBe(bytes.length)
    }),
  )
})

test('every bit of the fixed headers belongs to exactly one innermost field', () => {
  fc.assert(
    fc.property(ipv4Header, tcpSegment, (ip, segment) => {
      const fields = dissect(encodePacket(ip, segment)).slice(0, 2)
      const claims = new Uint8Array(320)
      for (const field of flat(fields).filter(({ children }) => children.length === 0)) {
        const first = field.start * 8 + (field.bits?.first ?? 0)
        const count = field.bits?.count ?? field.length * 8
        for (let bit = first; bit < first + count; bit++) claims[bit]++
      }
      expect(claims).toEqual(new Uint8Array(320).fill(1))
    }),
  )
})

test('what the fields say is what the packet was made of, and its checksums are correct', () => {
  fc.assert(
    fc.property(ipv4Header, tcpSegment, (ip, segment) => {
      const fields = dissect(encodePacket(ip, segment))
      expect(valueOf(fields, 'Time to Live')).toBe(String(ip.ttl))
      expect(valueOf(fields, 'Sequence Number (raw)')).toBe(String(segment.seq))
      expect(valueOf(fields, 'Window')).toBe(String(segment.window))
      expect(valueOf(fields, 'Syn')).toBe(segment.flags & 2 ? 'Set' : 'Not set')
      expect(valueOf(fields, 'MSS Value')).toBe(segment.options.mss?.toString())
      expect(valueOf(fields, 'Timestamp echo reply')).toBe(segment.options.timestamps?.echo.toString())
      expect(valueOf(fields, 'Header Checksum')).toMatch(/ \[correct\]$/)
      expect(valueOf(fields, 'Checksum')).toMatch(/ \[correct\]$/)
    }),
  )
})

test('a damaged packet says which checksum is wrong and what it should be', () => {
  fc.assert(
    fc.property(ipv4Header, tcpSegment, fc.nat(7), (ip, segment, bit) => {
      const good = encodePacket(ip, segment)
      const bytes = good.slice()
      bytes[34] ^= 1 << bit
      const right = valueOf(dissect(good), 'Checksum')
      const wrong = valueOf(dissect(bytes), 'Checksum')
      expect(right).toMatch(/^0x[0-9a-f]{4} \[correct\]$/)
      expect(wrong).toMatch(/^0x[0-9a-f]{4} \[incorrect, should be 0x[0-9a-f]{4}\]$/)
      bytes.set(checksumIn(wrong!), 36)
      expect(valueOf(dissect(bytes), 'Checksum')).toMatch(/\[correct\]$/)
    }),
  )
})

function checksumIn(value: string): number[] {
  const digits = /should be 0x([0-9a-f]{4})/.exec(value)![1]
  return [Number.parseInt(digits.slice(0, 2), 16), Number.parseInt(digits.slice(2), 16)]
}

test('any bytes can be taken apart, and no field points outside them', () => {
  const hostile = fc
    .tuple(ipv4Header, tcpSegment, fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { maxLength: 6 }), fc.nat(120))
    .map(([ip, segment, edits, cut]) => {
      const bytes = encodePacket(ip, segment)
      for (const [at, value] of edits) bytes[at % bytes.length] = value
      return bytes.subarray(0, cut)
    })
  fc.assert(
    fc.property(fc.oneof(hostile, fc.uint8Array({ maxLength: 90 })), (bytes) => {
      for (const field of flat(dissect(bytes))) {
        expect(field.length).toBeGreaterThan(0)
        expect(field.start + field.length).toBeLessThanOrEqual(bytes.length)
      }
    }),
    { numRuns: 1000 },
  )
})
