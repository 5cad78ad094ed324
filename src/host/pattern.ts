/**
 * What `send(n bytes)` sends: printable lines of 64 bytes, each beginning with the offset at which it stands in the
 * stream, so that a person who looks into a packet or a buffer sees where the bytes belong.
 *
 *     0000000000 abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ\n
 */
const LINE = 64
const DIGITS = 10
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
const ZERO = 48

const TEMPLATE = Uint8Array.from(`${'0'.repeat(DIGITS)} ${LETTERS}\n`, (character) => character.charCodeAt(0))

/** The `length` bytes of the pattern that stand at `offset` in the stream. */
export function patternBytes(offset: number, length: number): Uint8Array {
  const out = new Uint8Array(length)
  let line = Math.floor(offset / LINE) * LINE
  for (let start = line - offset; start < length; start += LINE, line += LINE) {
    if (start < 0 || start + LINE > length) writePart(out, start, line)
    else writeLine(out, start, line)
  }
  return out
}

function writeLine(out: Uint8Array, start: number, line: number): void {
  out.set(TEMPLATE, start)
  let rest = line
  for (let i = start + DIGITS - 1; rest > 0 && i >= start; i--) {
    const quotient = Math.floor(rest / 10)
    out[i] = ZERO + (rest - quotient * 10)
    rest = quotient
  }
}

/** A line that begins before the bytes asked for, or ends after them. */
function writePart(out: Uint8Array, start: number, line: number): void {
  const whole = new Uint8Array(LINE)
  writeLine(whole, 0, line)
  const from = Math.max(0, -start)
  const to = Math.min(LINE, out.length - start)
  out.set(whole.subarray(from, to), start + from)
}
