/** Draws from a list without putting back; the same seed draws the same. */
import { createPrng, nextInt } from '../../src/base'

export function draw<T>(all: readonly T[], count: number, seed: number): T[] {
  const prng = createPrng(seed, 'mutants')
  const left = [...all]
  const drawn: T[] = []
  while (drawn.length < count && left.length > 0) drawn.push(...left.splice(nextInt(prng, left.length), 1))
  return drawn
}
