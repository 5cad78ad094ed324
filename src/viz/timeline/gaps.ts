/**
 * The longest silences of a run, kept up to date as it grows: stretches in which nothing was under way and nothing happened. From them
 * the time axis learns what to fold, without ever looking at all events again.
 */
import type { PacketIndex } from '../packet-index'

export interface Gap {
  readonly from: number
  readonly to: number
}

export interface GapFold {
  /** Silences of the packet index taken in so far. */
  seen: number
  /** When the silence began that lasts now; infinity while something is under way. */
  quietSince: number
  /** Longest first. */
  readonly longest: Gap[]
}

const MOST_GAPS = 40

export function createGapFold(): GapFold {
  return { seen: 0, quietSince: 0, longest: [] }
}

/** Takes in the silences that the index grew by. */
export function advanceGaps(fold: GapFold, { gaps, underWay, busyAt }: PacketIndex): void {
  for (; fold.seen < gaps.count; fold.seen++) {
    insertGap(fold.longest, { from: gaps.start[fold.seen], to: gaps.end[fold.seen] })
  }
  fold.quietSince = underWay > 0 ? Number.POSITIVE_INFINITY : busyAt
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
