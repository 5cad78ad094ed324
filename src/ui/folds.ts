/** What the timeline and the graphs have folded of each trace. A trace only grows, so a fold is kept as long as its trace is. */
import type { Trace } from '../trace'
import {
  advanceCalls,
  advanceGaps,
  advanceSeries,
  advanceTimeline,
  createCallFold,
  createGapFold,
  createSeriesFold,
  createTimelineFold,
} from '../viz'
import type { CallFold, GapFold, PacketIndex, SeriesFold, TimelineFold } from '../viz'

interface Folds {
  readonly calls: CallFold
  readonly timeline: TimelineFold
  readonly series: SeriesFold
}

const kept = new WeakMap<Trace, Folds>()
const keptGaps = new WeakMap<PacketIndex, GapFold>()

/** The folds of a trace, brought up to its end. */
export function foldsOf(trace: Trace): Folds {
  let folds = kept.get(trace)
  if (folds === undefined) {
    folds = { calls: createCallFold(), timeline: createTimelineFold(), series: createSeriesFold() }
    kept.set(trace, folds)
  }
  advanceCalls(folds.calls, trace)
  advanceTimeline(folds.timeline, trace)
  advanceSeries(folds.series, trace)
  return folds
}

/** The silences of a run, brought up to its end. */
export function gapsOf(packets: PacketIndex | undefined): GapFold {
  if (packets === undefined) return createGapFold()
  let gaps = keptGaps.get(packets)
  if (gaps === undefined) {
    gaps = createGapFold()
    keptGaps.set(packets, gaps)
  }
  advanceGaps(gaps, packets)
  return gaps
}
