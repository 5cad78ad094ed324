/** Numbers as ss writes them: %g, bit rates, and the time that a timer has left (iproute2's sprint_bw, print_ms_timer). */
import type { Micros } from '../../base'

/** C's %g: `digits` significant ones, without trailing zeros. */
export function formatG(value: number, digits = 6): string {
  if (value === 0) return '0'
  const exponent = Math.floor(Math.log10(Math.abs(Number(value.toPrecision(digits)))))
  if (exponent >= -4 && exponent < digits) return String(Number(value.toPrecision(digits)))
  const [mantissa, power] = value.toExponential(digits - 1).split('e')
  const sign = power.startsWith('-') ? '-' : '+'
  return `${Number(mantissa)}e${sign}${power.slice(1).padStart(2, '0')}`
}

const UNITS: readonly (readonly [number, string])[] = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'K'],
]

/** Bits a second without the unit's name: three digits and a letter, or all of them with -n. */
export function formatRate(bits: number, numeric: boolean): string {
  const unit = numeric ? undefined : UNITS.find(([size]) => bits > size)
  return unit === undefined ? String(Math.round(bits)) : `${formatG(bits / unit[0], 3)}${unit[1]}`
}

/** `119min`, `1min28sec`, `38sec`, `1.608ms` for 1.608 s, `024ms`: ss's own way, to be read with care. */
export function formatTimer(micros: Micros): string {
  const ms = Math.floor(micros / 1_000)
  const minutes = Math.floor(ms / 60_000)
  const seconds = minutes > 9 ? 0 : Math.floor(ms / 1_000) % 60
  const rest = minutes > 9 || seconds > 9 ? 0 : ms % 1_000
  const parts = [minutes > 0 ? `${minutes}min` : '']
  if (seconds > 0) parts.push(rest > 0 ? `${seconds}.` : `${seconds}sec`)
  if (rest > 0) parts.push(`${String(rest).padStart(3, '0')}ms`)
  return parts.join('')
}
