/**
 * Sequence numbers: 32-bit values on a circle (RFC 9293 3.4). Two are comparable only while less than 2^31 apart.
 * They are compared through these functions alone; `<` on a Seq32 is a bug.
 */
import type { Brand } from './brand'

export type Seq32 = Brand<number, 'Seq32'>

/** Any integer, folded onto the circle. */
export function seq32(value: number): Seq32 {
  return (value >>> 0) as Seq32
}

/** `a + n` on the circle; n may be negative. */
export function seqAdd(a: Seq32, n: number): Seq32 {
  return ((a + n) >>> 0) as Seq32
}

/** Signed distance from b to a: positive when a is ahead of b. */
export function seqDiff(a: Seq32, b: Seq32): number {
  return (a - b) | 0
}

export function seqLt(a: Seq32, b: Seq32): boolean {
  return ((a - b) | 0) < 0
}

export function seqLe(a: Seq32, b: Seq32): boolean {
  return ((a - b) | 0) <= 0
}

export function seqGt(a: Seq32, b: Seq32): boolean {
  return ((a - b) | 0) > 0
}

export function seqGe(a: Seq32, b: Seq32): boolean {
  return ((a - b) | 0) >= 0
}

export function seqMax(a: Seq32, b: Seq32): Seq32 {
  return seqGt(a, b) ? a : b
}

export function seqMin(a: Seq32, b: Seq32): Seq32 {
  return seqLt(a, b) ? a : b
}

/** `low <= s < low + size`, the half-open window test of RFC 9293 3.4. */
export function seqInWindow(s: Seq32, low: Seq32, size: number): boolean {
  return (s - low) >>> 0 < size
}
