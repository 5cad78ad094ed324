/**
 * When an event is due, and how far off it may be: the greater of `--tolerance_usecs` and 12.5 % of the time since the event
 * before it.
 */
import type { Micros } from '../../base'
import type { EventTime } from '../syntax'
import { failAt } from './failure'
import type { Run } from './run'

export interface DueTime {
  /** Earliest and latest moment as the script says, without tolerance. */
  readonly from: Micros
  readonly to: Micros
  readonly toleranceMicros: Micros
}

const SHARE_OF_DELAY = 0.125

export function dueTime(run: Run, time: EventTime): DueTime {
  const { from, to } = bounds(run.finishedAt, time)
  const last = Number.isFinite(to) ? Math.max(0, to - run.finishedAt) : 0
  return { from, to, toleranceMicros: toleranceAfter(run, last) }
}

export function toleranceAfter(run: Run, delay: Micros): Micros {
  return Math.max(run.script.options.toleranceMicros, Math.round(delay * SHARE_OF_DELAY))
}

/**
 * Fails when something came `beyond` µs outside its tolerance; where the machine may be late a little of that is only remarked upon. `say` gives what was
 * expected and what was got.
 */
export function verifyTimely(run: Run, line: number, beyond: Micros, say: () => readonly [string, string]): void {
  if (beyond <= 0) return
  const [expected, got] = say()
  if (beyond > run.machine.slackMicros) failAt(line, expected, got)
  run.untimely.push(`${line}: expected ${expected} got ${got}`)
}

function bounds(after: Micros, time: EventTime): { from: Micros; to: Micros } {
  switch (time.kind) {
    case 'absolute':
      return { from: time.at, to: time.at }
    case 'relative':
      return { from: after + time.after, to: after + time.after }
    case 'absoluteRange':
      return { from: time.from, to: time.to }
    case 'relativeRange':
      return { from: after + time.from, to: after + time.to }
    case 'any':
      return { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }
  }
}
