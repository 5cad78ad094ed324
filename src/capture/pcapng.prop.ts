import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readPcapng, writePcapng } from '.'

const text = fc.string({ unit: 'grapheme', maxLength: 40 })
const frames = fc.array(
  fc.record({
    at: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
    bytes: fc.uint8Array({ maxLength: 100 }),
    interface: fc.integer({ min: 0, max: 1 }),
    comment: fc.option(
      text.filter((value) => value !== ''),
      { nil: undefined },
    ),
  }),
  { maxLength: 20 },
)
const meta = fc.record({
  application: text,
  comment: text,
  interfaces: fc.tuple(fc.record({ name: text, description: text }), fc.record({ name: text, description: text })),
})

test('a capture reads back as it was written', () => {
  fc.assert(
    fc.property(frames, meta, (packets, about) => {
      const interfaces = about.interfaces.map((each) => ({ ...each, linkType: 101 }))
      expect(readPcapng(writePcapng(packets, about))).toEqual({ ok: true, value: { ...about, interfaces, packets } })
    }),
  )
})

test('a capture with bytes changed or cut off is read or refused, and never throws', () => {
  const edits = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 })
  fc.assert(
    fc.property(frames, meta, edits, fc.nat(), (packets, about, changes, cut) => {
      const bytes = writePcapng(packets, about)
      for (const [at, value] of changes) bytes[at % bytes.length] = value
      const result = readPcapng(bytes.subarray(0, cut % (bytes.length + 1)))
      if (!result.ok) expect(result.error).toMatch(/^(This is|The capture cannot be read at byte \d+: ).+\.$/)
    }),
    { numRuns: 1000 },
  )
})

test('bytes that are no capture are refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      expect(readPcapng(bytes).ok).toBe(false)
    }),
  )
})
