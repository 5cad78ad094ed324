/** Properties of the compressed part of a link. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromBase64url, toBase64url } from './base64url'
import { squeeze, unsqueeze } from './squeeze'

test('bytes come back from base64url, which needs no escaping', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const text = toBase64url(bytes)
      expect(encodeURIComponent(text)).toBe(text)
      expect(fromBase64url(text)).toEqual(bytes)
      expect(Buffer.from(text, 'base64url')).toEqual(Buffer.from(bytes))
    }),
  )
})

test('any text comes back from a link', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 500 }), (text) => {
      expect(unsqueeze(squeeze(text))).toEqual({ ok: true, value: text })
    }),
  )
})

test('no text makes unpacking throw', () => {
  const letters = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.split(''))
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: letters, maxLength: 2_000 })), (text) => {
      const result = unsqueeze(text)
      if (!result.ok) expect(result.error).toMatch(/^The link .*\.$/)
    }),
    { numRuns: 500 },
  )
})
