/** The raw fields under an explanation: a segment as one line of notation, anything else as names and values. */
import { EVENT_FIELDS } from '../../trace'
import type { TraceEvent } from '../../trace'
import { segmentLine } from '../heroes'
import type { Indexes } from '../heroes'

export function eventFields(indexes: Indexes, fact: TraceEvent, packet: number): string {
  if (packet >= 0) {
    const line = segmentLine(indexes, packet)
    if (line !== '') return line
  }
  const names = Object.keys(EVENT_FIELDS[fact.type])
  const values = fact as unknown as Readonly<Record<string, unknown>>
  const pairs = names.map((name) => `${name} ${String(values[name])}`)
  return [`${fact.type} #${fact.index}`, ...pairs].join(', ')
}
