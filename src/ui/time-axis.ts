/** Where the shared time axis lies: the same for the timeline and the graph below it. */
import { timeAxis } from '../viz'
import type { GapFold, TimeAxis } from '../viz'

const LEFT = 96
const RIGHT = 22
const COMPACT_LEFT = 34
const COMPACT_RIGHT = 18

export function runAxis(gaps: GapFold, last: number, width: number, compact: boolean): TimeAxis {
  const left = compact ? COMPACT_LEFT : LEFT
  const right = compact ? COMPACT_RIGHT : RIGHT
  return timeAxis(gaps, last, left, Math.max(left + 10, width - right))
}
