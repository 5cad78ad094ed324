/** The settings of a link: their ranges, and how a change of them is written. */
import { formatDuration } from '../base'
import type { LinkSettings } from '../trace'

/** Largest value of each setting, and whether it must be a whole number. */
const RANGES: Readonly<Record<keyof LinkSettings, { readonly most: number; readonly whole: boolean }>> = {
  rateBitsPerSecond: { most: 1e12, whole: false },
  delayMicros: { most: 3_600_000_000, whole: true },
  jitterMicros: { most: 3_600_000_000, whole: true },
  queuePackets: { most: 1_000_000, whole: true },
  loss: { most: 1, whole: false },
  reorder: { most: 1, whole: false },
  reorderMicros: { most: 3_600_000_000, whole: true },
  duplicate: { most: 1, whole: false },
  corrupt: { most: 1, whole: false },
}

/** One sentence on the first value that is out of range; undefined when all are well. */
export function settingsError(settings: Readonly<Partial<LinkSettings>>): string | undefined {
  for (const [name, value] of Object.entries(settings)) {
    const range = (RANGES as Readonly<Record<string, { most: number; whole: boolean } | undefined>>)[name]
    if (range === undefined) return `A link has no setting ${name}.`
    const fits = typeof value === 'number' && value >= 0 && value <= range.most
    if (!fits || (range.whole && !Number.isInteger(value))) {
      return `A link's ${name} is ${range.whole ? 'a whole number' : 'a number'} from 0 to ${range.most}, not ${String(value)}.`
    }
  }
  return undefined
}

/** `rate 10 Mbit/s, delay 20 ms, loss 5 %`. */
export function describeSettings(settings: Readonly<Partial<LinkSettings>>): string {
  const parts: string[] = []
  const { rateBitsPerSecond: rate, delayMicros, jitterMicros, queuePackets, reorderMicros } = settings
  if (rate !== undefined) parts.push(`rate ${rate === 0 ? 'unlimited' : formatRate(rate)}`)
  if (delayMicros !== undefined) parts.push(`delay ${formatDuration(delayMicros)}`)
  if (jitterMicros !== undefined) parts.push(`jitter ${formatDuration(jitterMicros)}`)
  if (queuePackets !== undefined) parts.push(`queue ${queuePackets} packets`)
  for (const chance of ['loss', 'reorder', 'duplicate', 'corrupt'] as const) {
    const value = settings[chance]
    if (value !== undefined) parts.push(`${chance} ${Number((value * 100).toPrecision(4))} %`)
  }
  if (reorderMicros !== undefined) parts.push(`reorder delay ${formatDuration(reorderMicros)}`)
  return parts.join(', ')
}

function formatRate(bitsPerSecond: number): string {
  for (const [unit, size] of [
    ['Gbit/s', 1e9],
    ['Mbit/s', 1e6],
    ['kbit/s', 1e3],
  ] as const) {
    if (bitsPerSecond >= size) return `${Number((bitsPerSecond / size).toPrecision(4))} ${unit}`
  }
  return `${bitsPerSecond} bit/s`
}
