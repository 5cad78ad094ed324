/** What the timeline and the graphs have folded of each trace. A trace only grows, so a fold is kept as long as its trace is. */
import type { Trace } from '../trace'
import {
  advanceCalls,
  advanceGaps,
  advancePath,
  advanceSequence,
  advanceSeries,
  advanceStreams,
  advanceTimeline,
  createCallFold,
  createGapFold,
  createPathFold,
  createSequenceFold,
  createSeriesFold,
  createStreamFold,
  createTimelineFold,
} from '../viz'
import type {
  CallFold,
  GapFold,
  PacketIndex,
  PathFold,
  SequenceFold,
  SeriesFold,
  StreamFold,
  TimelineFold,
} from '../viz'

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

const keptSequences = new WeakMap<Trace, SequenceFold>()
const keptPaths = new WeakMap<Trace, PathFold>()

/** The time-sequence pictures of a trace, brought up to its end; folded only once a graph asks. */
export function sequenceOf(trace: Trace): SequenceFold {
  const fold = keptSequences.get(trace) ?? createSequenceFold()
  if (fold.seen === 0) keptSequences.set(trace, fold)
  advanceSequence(fold, trace)
  return fold
}

/** Round trips, rates and queues of a trace, brought up to its end; folded only once a graph asks. */
export function pathsOf(trace: Trace): PathFold {
  const fold = keptPaths.get(trace) ?? createPathFold()
  if (fold.seen === 0) keptPaths.set(trace, fold)
  advancePath(fold, trace)
  return fold
}

const keptStreams = new WeakMap<Trace, StreamFold>()

/** The streams of a trace and the messages taken out of them, brought up to its end; folded only once the programs are looked at. */
export function streamsOf(trace: Trace): StreamFold {
  const fold = keptStreams.get(trace) ?? createStreamFold()
  if (fold.seen === 0) keptStreams.set(trace, fold)
  advanceStreams(fold, trace)
  return fold
}
