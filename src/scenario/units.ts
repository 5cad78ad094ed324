/** Durations and rates as people write them. */
import { parseDuration } from '../base'
import type { Micros } from '../base'
import type { Duration, Rate } from './document'

/** Ten years: no scenario waits longer. */
const LONGEST_DURATION: Micros = 315_360_000_000_000
const HIGHEST_RATE = 1e12

/** Microseconds, or undefined for what is no duration from 0 to ten years. */
export function readDuration(value: unknown): Micros | undefined {
  const read = typeof value === 'string' && value.length <= 32 ? parseDuration(value) : value
  if (typeof read !== 'number' || !Number.isSafeInteger(read)) return undefined
  return read >= 0 && read <= LONGEST_DURATION ? read : undefined
}

const RATE_UNITS: Readonly<Record<string, number>> = { bit: 1, kbit: 1e3, Mbit: 1e6, Gbit: 1e9 }

/** Bits a second, 0 for unlimited, or undefined for what is no rate up to 1 Tbit/s. */
export function readRate(value: unknown): number | undefined {
  if (value === 'unlimited') return 0
  const rate = typeof value === 'string' && value.length <= 32 ? parseRate(value) : value
  return typeof rate === 'number' && rate >= 0 && rate <= HIGHEST_RATE ? rate : undefined
}

function parseRate(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(bit|kbit|Mbit|Gbit)(?:\/s)?$/.exec(text.trim())
  return match === null ? undefined : Number(match[1]) * RATE_UNITS[match[2]]
}

/** Microseconds of a duration that the schema has accepted; `otherwise` where it was left out. */
export function micros(value: Duration | undefined, otherwise: Micros): Micros {
  return value === undefined ? otherwise : (readDuration(value) ?? otherwise)
}

/** Bits a second of a rate that the schema has accepted; `otherwise` where it was left out. */
export function bitsPerSecond(value: Rate | undefined, otherwise: number): number {
  return value === undefined ? otherwise : (readRate(value) ?? otherwise)
}
