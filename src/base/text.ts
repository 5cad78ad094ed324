/** UTF-8 without the platform: the stack folders know no TextEncoder and no TextDecoder. */

/** The UTF-8 bytes of a text; unpaired surrogates become U+FFFD. */
export function utf8Bytes(text: string): Uint8Array {
  const out: number[] = []
  for (const character of text) {
    let code = character.codePointAt(0) ?? 0xfffd
    if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd
    if (code < 0x80) out.push(code)
    else if (code < 0x800) out.push(0xc0 | (code >> 6), 0x80 | (code & 63))
    else if (code < 0x10000) out.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
    else out.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
  }
  return Uint8Array.from(out)
}

/** The text that UTF-8 bytes spell; each byte that belongs to no well-formed sequence becomes U+FFFD. */
export function utf8Text(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes[at])
    const code = length === 0 ? undefined : sequenceCode(bytes, at, length)
    text += String.fromCodePoint(code ?? 0xfffd)
    at += code === undefined ? 1 : length
  }
  return text
}

function sequenceLength(first: number): number {
  if (first < 0x80) return 1
  if (first >= 0xc2 && first < 0xe0) return 2
  if (first >= 0xe0 && first < 0xf0) return 3
  return first >= 0xf0 && first < 0xf5 ? 4 : 0
}

/** Undefined where continuation bytes are missing, or where they spell a surrogate, an overlong form or too large a number. */
function sequenceCode(bytes: Uint8Array, at: number, length: number): number | undefined {
  if (length === 1) return bytes[at]
  let code = bytes[at] & (0x7f >> length)
  for (let i = 1; i < length; i++) {
    if (at + i >= bytes.length || (bytes[at + i] & 0xc0) !== 0x80) return undefined
    code = (code << 6) | (bytes[at + i] & 63)
  }
  const least = length === 2 ? 0x80 : length === 3 ? 0x800 : 0x10000
  if (code < least || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return undefined
  return code
}
