/**
 * What the hosts did, at their lifelines: system calls with what they returned, and states that a connection entered. Found by time in the
 * events, window by window; a long trace is not walked.
 */
import { assert } from '../../base'
import type { Micros } from '../../base'
import { EVENT_CODE, readEvent } from '../../trace'
import type { TcpState, Trace } from '../../trace'
import { phaseOf } from '../diagram/states'
import { upperBound } from '../packet-index'
import type { Moment } from '../packet-index'

export interface HostNote {
  readonly event: number
  readonly at: Micros
  readonly host: number
  readonly kind: 'call' | 'returned' | 'failed' | 'state'
  readonly text: string
  readonly phase: string
}

const CALLED = EVENT_CODE['host/called']
const RETURNED = EVENT_CODE['host/returned']
const BLOCKED = EVENT_CODE['host/blocked']
const STATE = EVENT_CODE['tcp/stateChanged']
/** Beyond this many notes in a window none could be read. */
const MOST_NOTES = 120
/** Longest text that a gutter takes. */
const LONGEST = 15

/** Notes between two times up to a moment, ascending; empty where there are too many to read. */
export function notesBetween(trace: Trace, from: Micros, to: Micros, moment: Moment): HostNote[] {
  const { events } = trace
  const end = Math.min(moment.event, upperBound(events.at, events.count, to))
  const start = upperBound(events.at, events.count, from - 1)
  if (end - start > 20_000) return []
  const notes: HostNote[] = []
  /** Calls of this instant that a return of the same thread may still complete. */
  const open = new Map<number, number>()
  for (let i = start; i < end; i++) {
    const type = events.type[i]
    if (type === CALLED || type === RETURNED || type === BLOCKED) noteCall(trace, i, notes, open)
    else if (type === STATE) notes.push(stateNote(trace, i))
    if (notes.length > MOST_NOTES) return []
  }
  return notes
}

function noteCall(trace: Trace, event: number, notes: HostNote[], open: Map<number, number>): void {
  const fact = readEvent(trace, event)
  const { at, host } = fact
  if (fact.type === 'host/called') {
    open.set(fact.thread, notes.length)
    notes.push({ event, at, host, kind: 'call', text: `${callName(fact.call)}()`, phase: '' })
    return
  }
  if (fact.type === 'host/blocked') {
    const place = open.get(fact.thread)
    if (place !== undefined) notes[place] = { ...notes[place], text: `${callName(fact.call)}() …` }
    return
  }
  assert(fact.type === 'host/returned', 'a call, a return or a block')
  const name = callName(fact.call)
  const outcome = fact.value < 0 ? fact.errno : `= ${fact.value}`
  const full = `${name}() ${outcome}`
  const text = full.length <= LONGEST ? full : fact.value < 0 ? outcome : `${name}()`
  const kind = fact.value < 0 ? 'failed' : 'returned'
  const place = open.get(fact.thread)
  if (place !== undefined && notes[place].at === at) notes[place] = { ...notes[place], text, kind }
  else notes.push({ event, at, host, kind, text, phase: '' })
  open.delete(fact.thread)
}

function callName(call: string): string {
  const end = call.indexOf('(')
  return end < 0 ? call : call.slice(0, end)
}

function stateNote(trace: Trace, event: number): HostNote {
  const fact = readEvent(trace, event)
  assert(fact.type === 'tcp/stateChanged', 'a change of state')
  const state: TcpState = fact.to
  return { event, at: fact.at, host: fact.host, kind: 'state', text: state, phase: phaseOf(state) }
}
