/**
 * Virtual time: an integer number of microseconds since the world began. A double holds integers exactly up to
 * 2^53, which is 285 years of it.
 */
export type Micros = number

export const MICROS_PER_MS = 1_000
export const MICROS_PER_SECOND = 1_000_000
/** A deadline that never comes. */
export const NEVER: Micros = Number.POSITIVE_INFINITY

const UNITS: Readonly<Record<string, number>> = {
  us: 1,
  µs: 1,
  ms: 1_000,
  s: 1_000_000,
  min: 60_000_000,
  h: 3_600_000_000,
}

/** Reads `5s`, `250ms`, `10us`, `1.5min`, `2h`; a bare number is microseconds. Undefined where it is none of these. */
export function parseDuration(text: string): Micros | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(us|µs|ms|s|min|h)?$/.exec(text.trim())
  if (match === null) return undefined
  const micros = Math.round(Number(match[1]) * (UNITS[match[2] ?? 'us'] ?? 1))
  return Number.isSafeInteger(micros) ? micros : undefined
}

/** Writes a duration with the unit that reads best: `412 µs`, `176.4 ms`, `1.25 s`, `2 h 11 min 15 s`. */
export function formatDuration(micros: Micros): string {
  if (micros === NEVER) return 'never'
  const sign = micros < 0 ? '-' : ''
  const size = Math.abs(micros)
  if (size < 1_000) return `${sign}${size} µs`
  if (size < 1_000_000) return `${sign}${trim(size / 1_000, size < 100_000 ? 2 : 1)} ms`
  if (size < 60_000_000) return `${sign}${trim(size / 1_000_000, 3)} s`
  const seconds = Math.floor(size / 1_000_000)
  const parts: string[] = []
  if (seconds >= 3_600) parts.push(`${Math.floor(seconds / 3_600)} h`)
  if (seconds % 3_600 >= 60) parts.push(`${Math.floor((seconds % 3_600) / 60)} min`)
  const rest = trim((size % 60_000_000) / 1_000_000, 1)
  if (rest !== '0') parts.push(`${rest} s`)
  return sign + parts.join(' ')
}

function trim(value: number, digits: number): string {
  return value.toFixed(digits).replace(/\.?0+$/, '')
}
