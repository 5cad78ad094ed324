/** Draws that the simulation makes again and again, and the address plan. */
import { nextInt, nextUnit } from '../../src/base'
import type { Prng } from '../../src/base'

export function pick<T>(random: Prng, ...choices: readonly T[]): T {
  return choices[nextInt(random, choices.length)]
}

/** Spread evenly over orders of magnitude, so that small numbers come as often as large ones. */
export function magnitude(random: Prng, low: number, high: number): number {
  return Math.floor(low * (high / low) ** nextUnit(random))
}

export function addressOf(host: number): string {
  return `10.0.0.${host + 1}`
}
