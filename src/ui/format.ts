/** Numbers as the page writes them: grouped digits, the clock's two parts, speeds, rates. Units stay with their numbers. */
import { formatDuration } from '../base'

const THIN = '\u202f'

/** `43 440`. */
export function grouped(value: number): string {
  const digits = String(Math.round(value))
  return digits.length <= 4 ? digits : digits.replaceAll(/\B(?=(\d{3})+$)/g, THIN)
}

/** A time as the clock shows it: few digits change at once, and the unit stands apart. */
export function clockParts(at: number): { readonly value: string; readonly unit: string } {
  if (at < 10_000_000) return { value: (Math.floor(at / 100) / 10).toFixed(1), unit: 'ms' }
  if (at < 60_000_000) return { value: (Math.floor(at / 1_000) / 1_000).toFixed(3), unit: 's' }
  const text = formatDuration(Math.floor(at / 100_000) * 100_000)
  const space = text.lastIndexOf(' ')
  return { value: text.slice(0, space), unit: text.slice(space + 1) }
}

export function clockText(at: number): string {
  const { value, unit } = clockParts(at)
  return `${value} ${unit}`
}

/** A remaining or elapsed time, with few digits. */
export function briefDuration(micros: number): string {
  if (micros < 1_000_000) return formatDuration(Math.max(0, Math.round(micros / 100) * 100))
  if (micros < 60_000_000) return `${(micros / 1_000_000).toFixed(micros < 10_000_000 ? 2 : 1)} s`
  const unit = micros < 3_600_000_000 ? 1_000_000 : 60_000_000
  return formatDuration(Math.round(micros / unit) * unit)
}

/** `1/100`, `1`, `20`: a speed as a share of real time. */
export function speedText(speed: number): string {
  return speed >= 0.95 ? String(Number(speed.toPrecision(2))) : `1/${grouped(Number((1 / speed).toPrecision(2)))}`
}

/** `3 Mbit/s`, `9.6 kbit/s`. */
export function rateText(bitsPerSecond: number): string {
  const [unit, size] = bitsPerSecond >= 1e9 ? ['Gbit/s', 1e9] : bitsPerSecond >= 1e6 ? ['Mbit/s', 1e6] : ['kbit/s', 1e3]
  return `${String(Number((bitsPerSecond / size).toPrecision(3)))} ${unit}`
}
