/**
 * Which edges were walked, by whom, and which was last, up to a moment. Follows the trace as it grows; a moment in the past is found by
 * search, never by walking again.
 */
import { ARGUMENTS, EVENT_CODE, FIGURE_EDGES, TRANSITIONS } from '../../trace'
import type { Trace, Transition } from '../../trace'
import { upperBound } from '../packet-index'

export interface WalkIndex {
  /** Events folded so far. */
  events: number
  /** Index of each tcp/stateChanged event, ascending. */
  count: number
  changes: Uint32Array
  /** For each transition the events that walked it. */
  readonly walks: readonly number[][]
  /** For each socket its changes of state. */
  readonly sockets: Map<number, number[]>
}

const CHANGED = EVENT_CODE['tcp/stateChanged']

export function createWalkIndex(): WalkIndex {
  return { events: 0, count: 0, changes: new Uint32Array(64), walks: TRANSITIONS.map(() => []), sockets: new Map() }
}

/** Takes in what the trace grew by. */
export function foldWalks(index: WalkIndex, trace: Trace): void {
  const { events } = trace
  for (let i = index.events; i < events.count; i++) {
    if (events.type[i] !== CHANGED) continue
    if (index.count === index.changes.length) {
      const wider = new Uint32Array(index.count * 2)
      wider.set(index.changes)
      index.changes = wider
    }
    index.changes[index.count++] = i
    index.walks[events.args[i * ARGUMENTS + 2]]?.push(i)
    const socket = events.socket[i]
    const changes = index.sockets.get(socket)
    if (changes === undefined) index.sockets.set(socket, [i])
    else changes.push(i)
  }
  index.events = events.count
}

export interface Walk {
  readonly transition: Transition
  /** How often, up to the moment. */
  readonly times: number
  /** The last event that walked it; -1 for none. */
  readonly last: number
}

/** How often each transition was walked before event number `until`. */
export function walksUntil(index: WalkIndex, until: number): Walk[] {
  return TRANSITIONS.map((transition, number) => {
    const events = index.walks[number]
    const times = upperBound(events, events.length, until - 1)
    return { transition, times, last: times === 0 ? -1 : events[times - 1] }
  })
}

/** The last change of state before event number `until`; -1 for none. */
export function lastChange(index: WalkIndex, until: number): number {
  const place = upperBound(index.changes, index.count, until - 1)
  return place === 0 ? -1 : index.changes[place - 1]
}

/** The last change of state of one socket before event number `until`; -1 for none. */
export function lastChangeOf(index: WalkIndex, socket: number, until: number): number {
  const events = index.sockets.get(socket)
  if (events === undefined) return -1
  const place = upperBound(events, events.length, until - 1)
  return place === 0 ? -1 : events[place - 1]
}

/** How many edges of the figure were walked, and how many it has. */
export function figureMeter(walks: readonly Walk[]): { readonly walked: number; readonly of: number } {
  const walked = walks.filter(({ transition, times }) => transition.figure && times > 0).length
  return { walked, of: FIGURE_EDGES.length }
}
