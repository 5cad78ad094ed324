/** Text in and out of the compressed part of a link: raw deflate over a preset dictionary, base64url. */
import { deflateSync, Inflate, strFromU8, strToU8 } from 'fflate'
import { err, ok } from '../../base'
import type { Result } from '../../base'
import { LONGEST_TEXT } from '../json'
import { fromBase64url, toBase64url } from './base64url'
import { DICTIONARY_1 } from './dictionary'

/** Characters of a link that are looked at. Browsers hand over more; nothing sensible needs it. */
export const LONGEST_LINK = 1_500_000
/** Compressed bytes given to the inflater at a time: at deflate's best ratio of 1032 this bounds what one push can make. */
const PUSH_BYTES = 256

export function squeeze(text: string): string {
  return toBase64url(deflateSync(strToU8(text), { level: 9, dictionary: DICTIONARY_1 }))
}

/** The text again; stops at the cap however much a hostile link would make. */
export function unsqueeze(encoded: string): Result<string> {
  const bytes = fromBase64url(encoded)
  if (bytes === undefined) return err('The link is damaged: it holds characters that no link has.')
  const chunks: Uint8Array[] = []
  let size = 0
  let ended = false
  const inflate = new Inflate({ dictionary: DICTIONARY_1 }, (chunk, final) => {
    size += chunk.length
    ended = ended || final
    if (size <= LONGEST_TEXT) chunks.push(chunk)
  })
  try {
    for (let at = 0; at < bytes.length || at === 0; at += PUSH_BYTES) {
      inflate.push(bytes.subarray(at, at + PUSH_BYTES), at + PUSH_BYTES >= bytes.length)
      if (size > LONGEST_TEXT) return err('The link unpacks to more than a session can hold.')
    }
  } catch {
    return err('The link is damaged or was cut short: it does not unpack.')
  }
  if (!ended || size === 0) return err('The link is damaged or was cut short: its end is missing.')
  return ok(strFromU8(joined(chunks, size)))
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const out = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    out.set(chunk, at)
    at += chunk.length
  }
  return out
}
