/**
 * Deterministic randomness. One stream for each purpose, forked by name from the run's seed, so that a new draw in
 * one place disturbs no other. The generator is sfc32 (Chris Doty-Humphrey's small fast chaotic generator); the state is a plain record that copies
 * with the world.
 */
export interface Prng {
  a: number
  b: number
  c: number
  d: number
}

/** A stream for `purpose` under `seed`; the same pair gives the same stream in every JavaScript engine. */
export function createPrng(seed: number, purpose: string): Prng {
  const prng: Prng = { a: seed >>> 0, b: Math.floor(seed / 4_294_967_296) >>> 0, c: hashText(purpose), d: 1 }
  for (let i = 0; i < 15; i++) nextU32(prng)
  return prng
}

/** The next 32 random bits, as an unsigned integer. */
export function nextU32(p: Prng): number {
  const t = (((p.a + p.b) | 0) + p.d) | 0
  p.d = (p.d + 1) | 0
  p.a = p.b ^ (p.b >>> 9)
  p.b = (p.c + (p.c << 3)) | 0
  p.c = ((p.c << 21) | (p.c >>> 11)) + t
  p.c |= 0
  return t >>> 0
}

/** A real number in [0, 1). */
export function nextUnit(p: Prng): number {
  return nextU32(p) / 4_294_967_296
}

/** An integer in [0, bound); bound at most 2^32. */
export function nextInt(p: Prng, bound: number): number {
  return Math.floor(nextUnit(p) * bound)
}

/** True with probability `probability`; draws nothing at 0, so that a link without loss uses no randomness. */
export function nextChance(p: Prng, probability: number): boolean {
  return probability > 0 && nextUnit(p) < probability
}

/** 32-bit FNV-1a over the UTF-16 units of a text. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}

/** A keyed 32-bit mix of integers, for ISNs and hashes (murmur3's finaliser over each word). */
export function mix32(key: number, ...words: readonly number[]): number {
  let h = key >>> 0
  for (const word of words) {
    let k = Math.imul(word | 0, 0xcc9e2d51)
    k = Math.imul((k << 15) | (k >>> 17), 0x1b873593)
    h ^= k
    h = (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0
  }
  h ^= h >>> 16
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
