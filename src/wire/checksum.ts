/**
 * The Internet checksum: the one's complement of the one's complement sum of 16-bit words (RFC 1071). Everything here
 * works on partial sums, which combine: a header's sum and a payload's sum add up to their packet's sum, so neither has
 * to be walked again because the other changed.
 *
 * A payload is by far the longest part. It is walked in the machine's own 16-bit words (RFC 1071 2(B): the sum does not
 * care about byte order until the end), and since the segments of one send buffer are windows into one ArrayBuffer,
 * the word view of the last buffer is kept. The view is a cache and no state: dropping it changes nothing.
 */

/** A partial sum, folded into 16 bits: 0..0xffff. */
export type PartialSum = number

const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1
/** Words that can be added before an int32 would overflow: 32767 * 0xffff < 2^31. */
const WORDS_BETWEEN_FOLDS = 32_767
/** Below this many bytes setting up the word view costs more than it saves. */
const SHORT = 32

let lastBuffer: ArrayBufferLike | undefined
let lastWords: Uint16Array = new Uint16Array(0)

/** The sum of two partial sums. The first must cover an even number of bytes. */
export function addSums(a: PartialSum, b: PartialSum): PartialSum {
  return fold(a + b)
}

/** The checksum field for bytes with this sum. */
export function checksumOf(sum: PartialSum): number {
  return ~sum & 0xffff
}

/** Sums `bytes[start..end)` as big-endian words; an odd last byte is padded with zero (RFC 1071 1). */
export function sumBytes(bytes: Uint8Array, start: number, end: number): PartialSum {
  let sum = 0
  let i = start
  for (; i + 1 < end; i += 2) {
    sum += (bytes[i] << 8) | bytes[i + 1]
    // Only a very long input gets here; unfolded sums of 65535 bytes stay below 2^31.
    if (sum > 0x7fff_0000) sum = fold(sum)
  }
  if (i < end) sum += bytes[i] << 8
  return fold(sum)
}

/** The sum of a whole payload; the same number as sumBytes, sooner. */
export function sumPayload(payload: Uint8Array): PartialSum {
  if (payload.length < SHORT || !IS_LITTLE_ENDIAN) return sumBytes(payload, 0, payload.length)
  const { byteOffset: start } = payload
  const end = start + payload.length
  const words = wordsOf(payload.buffer)
  if (words.length < end >> 1) return sumBytes(payload, 0, payload.length)
  let sum = 0
  if (start & 1) sum += payload[0] << 8
  if (end & 1) sum += payload[payload.length - 1]
  sum = fold(sum + sumWords(words, (start + 1) >> 1, end >> 1))
  // At an even start the wire's high bytes are the words' low bytes, at an odd one they are the high bytes.
  return start & 1 ? sum : ((sum & 0xff) << 8) | (sum >> 8)
}

function sumWords(words: Uint16Array, first: number, end: number): PartialSum {
  let total = 0
  let i = first
  while (i < end) {
    const stop = Math.min(end, i + WORDS_BETWEEN_FOLDS)
    let sum = 0
    for (; i + 8 <= stop; i += 8) {
      sum += words[i] + words[i + 1] + words[i + 2] + words[i + 3]
      sum += words[i + 4] + words[i + 5] + words[i + 6] + words[i + 7]
    }
    for (; i < stop; i++) sum += words[i]
    total += fold(sum)
  }
  return fold(total)
}

function wordsOf(buffer: ArrayBufferLike): Uint16Array {
  if (buffer !== lastBuffer) {
    lastBuffer = buffer
    lastWords = new Uint16Array(buffer, 0, buffer.byteLength >> 1)
  }
  return lastWords
}

/** Adds the carries back in until 16 bits are left (RFC 1071 4.1). */
function fold(sum: number): PartialSum {
  let folded = sum
  while (folded > 0xffff) folded = (folded & 0xffff) + (folded >>> 16)
  return folded
}
