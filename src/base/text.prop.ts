import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { utf8Bytes, utf8Text } from '.'

test('text survives the way to UTF-8 and back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(utf8Text(utf8Bytes(text))).toBe(text)
    }),
  )
})

test('bytes that the platform reads strictly are read the same, others never throw', () => {
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 12 }),
    fc.array(fc.constantFrom(0xe0, 0x80, 0xa0, 0xf4, 0xed, 0x41)),
  )
  fc.assert(
    fc.property(bytes, (values) => {
      const input = Uint8Array.from(values)
      const text = utf8Text(input)
      let expected: string | undefined
      try {
        expected = strict.decode(input)
      } catch {
        expected = undefined
      }
      if (expected === undefined) expect(text).toContain('\ufffd')
      else expect(text).toBe(expected)
    }),
    { numRuns: 1000 },
  )
})
