/** The time axis: round times that are far enough apart to read, none inside a compressed gap. */
import { MICROS_PER_MS, MICROS_PER_SECOND } from '../../base'
import type { Micros } from '../../base'
import type { TimeScale } from './time-scale'

export interface Tick {
  readonly at: Micros
  /** From the top of time. */
  readonly pixels: number
  readonly text: string
}

export interface Axis {
  readonly unit: 'µs' | 'ms' | 's'
  readonly ticks: readonly Tick[]
}

const LEAST_PIXELS = 50
/** From here on the axis counts seconds. */
const SECONDS_FROM = 10 * MICROS_PER_SECOND

/** Ticks between two places on the scale. */
export function axisTicks(scale: TimeScale, from: number, to: number): Axis {
  const step = roundStep(LEAST_PIXELS / scale.pixelsPerMicro)
  const unit = axisUnit(scale.time(to), step)
  const ticks: Tick[] = []
  let top = from
  const breaks = scale.breaks(from, to)
  for (const pause of [...breaks, undefined]) {
    const bottom = pause === undefined ? to : Math.min(to, pause.from)
    const first = Math.ceil(Math.max(0, scale.time(top)) / step) * step
    const last = pause === undefined ? scale.time(bottom) : Math.min(pause.start, scale.time(bottom))
    for (let at = first; at <= last && ticks.length < 200; at += step) {
      ticks.push({ at, pixels: scale.pixels(at), text: axisText(at, unit, step) })
    }
    if (pause !== undefined) top = pause.to
  }
  return { unit, ticks }
}

/** 1, 2 or 5 times a power of ten, at least `least`. */
export function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, least)))
  for (const factor of [1, 2, 5]) if (power * factor >= least) return power * factor
  return power * 10
}

export function axisUnit(latest: Micros, step: Micros): Axis['unit'] {
  if (latest >= SECONDS_FROM) return 's'
  return step < 100 && latest < 10 * MICROS_PER_MS ? 'µs' : 'ms'
}

const UNIT_MICROS = { µs: 1, ms: MICROS_PER_MS, s: MICROS_PER_SECOND } as const

/** A time on the axis, with as many decimals as the step between ticks asks for. */
export function axisText(at: Micros, unit: Axis['unit'], step: Micros): string {
  const per = UNIT_MICROS[unit]
  const decimals = Math.max(0, Math.min(6, -Math.floor(Math.log10(step / per) + 1e-9)))
  return (at / per).toFixed(decimals)
}

/** Fineness of the clock's own number beside the axis, by the unit. */
const CLOCK_STEP = { µs: 1, ms: 100, s: 1_000 } as const

/** The clock beside the axis: a digit finer than most ticks. */
export function clockOnAxis(at: Micros, unit: Axis['unit']): string {
  return axisText(at, unit, CLOCK_STEP[unit])
}

/** Characters of the longest number on the axis. */
export function axisDigits({ ticks, unit }: Axis, now: Micros): number {
  return Math.max(clockOnAxis(now, unit).length, ...ticks.map(({ text }) => text.length))
}
