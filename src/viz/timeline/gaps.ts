/**
 * The longest silences of a trace, kept up to date as it grows. From them the time axis learns which stretches to fold, without
 * ever looking at all events again.
 */
import type { EventColumns } from '../../trace'

export interface Gap {
  readonly from: number
  readonly to: number
}

export interface GapFold {
  /** Events looked at so far. */
  seen: number
  lastAt: number
  /** Longest first. */
  readonly longest: Gap[]
}

const MOST_GAPS = 40

export function createGapFold(): GapFold {
  return { seen: 0, lastAt: 0, longest: [] }
}

/** Takes in the events that the trace grew by. */
export function advanceGaps(fold: GapFold, events: EventColumns): void {
  for (; fold.seen < events.count; fold.seen++) {
    const at = events.at[fold.seen]
    if (at > fold.lastAt) insertGap(fold.longest, { from: fold.lastAt, to: at })
    fold.lastAt = at
  }
}

/** Puts a gap into its place among the longest, and lets the shortest go when there are too many. */
export function insertGap(longest: Gap[], gap: Gap): void {
  const size = gap.to - gap.from
  const last = longest[longest.length - 1]
  if (longest.length >= MOST_GAPS && size <= last.to - last.from) return
  let place = longest.length
  while (place > 0 && longest[place - 1].to - longest[place - 1].from < size) place--
  longest.splice(place, 0, gap)
  if (longest.length > MOST_GAPS) longest.pop()
}
