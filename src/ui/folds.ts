/** What the timeline and the graphs have folded of each trace. A trace only grows, so a fold is kept as long as its trace is. */
import type { Trace } from '../trace'
import {
  advanceGaps,
  advanceSeries,
  advanceTimeline,
  createGapFold,
  createSeriesFold,
  createTimelineFold,
} from '../viz'
import type { GapFold, SeriesFold, TimelineFold } from '../viz'

export interface Folds {
  readonly gaps: GapFold
  readonly timeline: TimelineFold
  readonly series: SeriesFold
}

const kept = new WeakMap<Trace, Folds>()

/** The folds of a trace, brought up to its end. */
export function foldsOf(trace: Trace): Folds {
  let folds = kept.get(trace)
  if (folds === undefined) {
    folds = { gaps: createGapFold(), timeline: createTimelineFold(), series: createSeriesFold() }
    kept.set(trace, folds)
  }
  advanceGaps(folds.gaps, trace.events)
  advanceTimeline(folds.timeline, trace)
  advanceSeries(folds.series, trace)
  return folds
}
