/**
 * The pace of playing: how far virtual time should have come by now. Idle time is not waited for: when nothing is on the wire and the
 * next thing is more than a moment of real time away, the clock jumps to just before it and says how much it left out.
 */
import { MICROS_PER_MS, NEVER } from '../base'
import type { Micros } from '../base'

export interface Pace {
  /** Virtual over real time. */
  speed: number
  /** Real time, ms, and virtual time, µs, that belong together. */
  realMs: number
  virtualAt: Micros
}

export const SLOWEST = 1 / 10_000
export const FASTEST = 100
/** Real time that a viewer waits for nothing before the clock jumps. */
const PATIENCE_MS = 900
/** Real time left before the next event after a jump, so that it is seen to come. */
const RUN_UP_MS = 250

export function createPace(nowMs: number): Pace {
  return { speed: 1 / 100, realMs: nowMs, virtualAt: 0 }
}

export function setSpeed(pace: Pace, speed: number): void {
  pace.speed = Math.min(FASTEST, Math.max(SLOWEST, Number.isFinite(speed) ? speed : pace.speed))
}

export function restartPace(pace: Pace, nowMs: number, at: Micros): void {
  pace.realMs = nowMs
  pace.virtualAt = at
}

/** Where the clock should stand at `nowMs`, given when the next thing happens and whether there is something to watch until then. */
export function paceTarget(
  pace: Pace,
  nowMs: number,
  upcoming: Micros,
  watching: boolean,
): { at: Micros; skippedMicros: Micros } {
  const microsPerMs = pace.speed * MICROS_PER_MS
  const due = pace.virtualAt + (nowMs - pace.realMs) * microsPerMs
  if (watching || upcoming === NEVER || upcoming - due <= PATIENCE_MS * microsPerMs)
    return { at: Math.floor(due), skippedMicros: 0 }
  const at = Math.floor(upcoming - RUN_UP_MS * microsPerMs)
  restartPace(pace, nowMs, at)
  return { at, skippedMicros: at - Math.floor(due) }
}
