/**
 * What the worker told: the session, its trace as far as it was run, and the snapshot of the present. Frames arrive up to sixty times a
 * second; the trace record is grown in place and `traceVersion` says that it did.
 */
import { applyDelta, createTrace } from '../trace'
import type { BranchView, Command, FrameMessage, Position, SessionInfo, Snapshot, Trace } from '../trace'

/** Event count after every step of the branch: where the position may stand. Grown in place with the trace. */
export interface DispatchEnds {
  count: number
  events: Uint32Array
}

export interface Facts {
  readonly info: SessionInfo | null
  /** The whole branch, also what lies after the position. Mutated by frames; a new record when the branch changes. */
  readonly trace: Trace
  /** Grows whenever `trace` changed. */
  readonly traceVersion: number
  readonly epoch: number
  readonly dispatchEnds: DispatchEnds
  readonly snapshot: Snapshot | null
  readonly branch: number
  readonly branches: readonly BranchView[]
  /** End of what was run on this branch. */
  readonly end: Position
  readonly playing: boolean
  readonly speed: number
  readonly commands: readonly Command[]
  readonly idle: boolean
  /** The last idle time that was jumped over while playing: how long it was, and where the clock stood after it. */
  readonly skipped: { readonly micros: number; readonly at: number } | null
}

const START: Position = { step: 0, event: 0, at: 0 }

export function noFacts(): Facts {
  return {
    info: null,
    trace: createTrace(),
    traceVersion: 0,
    epoch: -1,
    dispatchEnds: { count: 0, events: new Uint32Array(256) },
    snapshot: null,
    branch: 0,
    branches: [],
    end: START,
    playing: false,
    speed: 1 / 100,
    commands: [],
    idle: false,
    skipped: null,
  }
}

/** The facts after one frame. A frame of a new epoch starts the trace from nothing. */
export function afterFrame(facts: Facts, frame: FrameMessage): Partial<Facts> {
  const anew = frame.epoch !== facts.epoch
  const trace = anew ? createTrace() : facts.trace
  const dispatchEnds = anew ? { count: 0, events: new Uint32Array(256) } : facts.dispatchEnds
  applyDelta(trace, frame.delta)
  appendEnds(dispatchEnds, frame.dispatchEnds)
  const grew = anew || frame.delta.events.count > 0 || frame.delta.packets.count > 0
  return {
    trace,
    traceVersion: facts.traceVersion + (grew ? 1 : 0),
    epoch: frame.epoch,
    dispatchEnds,
    snapshot: frame.snapshot,
    branch: frame.branch,
    branches: frame.branches,
    end: frame.end,
    playing: frame.playing,
    speed: frame.speed,
    commands: frame.commands,
    idle: frame.idle,
    skipped: skippedAfter(facts, frame),
  }
}

/** A jump stays on show until the clock has left the place. */
function skippedAfter(facts: Facts, frame: FrameMessage): Facts['skipped'] {
  const { at } = frame.snapshot.position
  if (frame.skippedMicros > 0) return { micros: frame.skippedMicros, at }
  if (facts.skipped === null || !frame.playing || at < facts.skipped.at) return null
  return at > facts.skipped.at + frame.speed * 1_500_000 ? null : facts.skipped
}

function appendEnds(ends: DispatchEnds, more: Uint32Array): void {
  const need = ends.count + more.length
  if (need > ends.events.length) {
    const wider = new Uint32Array(Math.max(need, ends.events.length * 2))
    wider.set(ends.events.subarray(0, ends.count))
    ends.events = wider
  }
  ends.events.set(more, ends.count)
  ends.count = need
}
