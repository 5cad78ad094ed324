/**
 * The index of a branch: for every step the clock after it and how many events, packets and texts the trace held. With it
 * any event or time leads to the step that a world must be taken to, and a trace can be cut at a step.
 */
import type { Micros } from '../base'
import type { TraceMark } from '../trace'

export interface Timeline {
  /** Steps known; entry s describes the world after s steps, so there is one entry more. */
  steps: number
  at: Float64Array
  events: Uint32Array
  packets: Uint32Array
  texts: Uint32Array
}

export function createTimeline(): Timeline {
  return {
    steps: -1,
    at: new Float64Array(256),
    events: new Uint32Array(256),
    packets: new Uint32Array(256),
    texts: new Uint32Array(256),
  }
}

/** Adds the entry of the next step. */
export function appendStep(timeline: Timeline, at: Micros, mark: TraceMark): void {
  const step = ++timeline.steps
  if (step === timeline.at.length) {
    const size = step * 2
    timeline.at = grown(timeline.at, new Float64Array(size))
    timeline.events = grown(timeline.events, new Uint32Array(size))
    timeline.packets = grown(timeline.packets, new Uint32Array(size))
    timeline.texts = grown(timeline.texts, new Uint32Array(size))
  }
  timeline.at[step] = at
  timeline.events[step] = mark.events
  timeline.packets[step] = mark.packets
  timeline.texts[step] = mark.texts
}

function grown<T extends { set(source: T): void }>(from: T, to: T): T {
  to.set(from)
  return to
}

/** A timeline of the first `steps` steps. */
export function cutTimeline(timeline: Timeline, steps: number): Timeline {
  const size = Math.max(256, steps + 2)
  return {
    steps,
    at: grown(timeline.at.subarray(0, steps + 1), new Float64Array(size)),
    events: grown(timeline.events.subarray(0, steps + 1), new Uint32Array(size)),
    packets: grown(timeline.packets.subarray(0, steps + 1), new Uint32Array(size)),
    texts: grown(timeline.texts.subarray(0, steps + 1), new Uint32Array(size)),
  }
}

/** What the trace held after `step` steps. */
export function markAt(timeline: Timeline, step: number): TraceMark {
  return { events: timeline.events[step], packets: timeline.packets[step], texts: timeline.texts[step] }
}

/** The step after which event `event` is in the trace. */
export function stepOfEvent(timeline: Timeline, event: number): number {
  return firstWhere(timeline.steps, (step) => timeline.events[step] > event)
}

/** The last step that happened at or before `at`. */
export function stepAtTime(timeline: Timeline, at: Micros): number {
  return Math.max(0, firstWhere(timeline.steps + 1, (step) => step > timeline.steps || timeline.at[step] > at) - 1)
}

/** Smallest number in 0..last for which `holds`, which must be false up to there and true after; `last` if none. */
function firstWhere(last: number, holds: (step: number) => boolean): number {
  let low = 0
  let high = last
  while (low < high) {
    const middle = (low + high) >> 1
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}
