/** What the explanation is about: what is selected, or else the newest thing worth a word. */
import { TRANSITIONS } from '../../trace'
import type { Position, TcpState, Transition } from '../../trace'
import type { Selection } from '../../store'
import { eventOfBytes, eventOfEdge, eventOfPacket, eventOfSocket, newestNotable, walksUntil } from '../../viz'
import type { Indexes } from '../heroes'

export type Subject =
  | { readonly kind: 'event'; readonly event: number; readonly chosen: boolean }
  | { readonly kind: 'state'; readonly state: TcpState }
  | { readonly kind: 'edge'; readonly transition: Transition; readonly times: number; readonly event: number }
  | { readonly kind: 'none'; readonly because: 'nothing' | 'bytesNotSent' | 'noSocket' }

const STATE = 'state:'

export function subjectOf(selection: Selection | null, indexes: Indexes, moment: Position): Subject {
  const { trace, packets, walks } = indexes
  switch (selection?.kind) {
    case undefined: {
      const event = newestNotable(trace, moment)
      return event < 0 ? { kind: 'none', because: 'nothing' } : { kind: 'event', event, chosen: false }
    }
    case 'event':
      return { kind: 'event', event: selection.event, chosen: true }
    case 'packet': {
      const event = eventOfPacket(packets, selection.packet, moment)
      return event < 0 ? { kind: 'none', because: 'nothing' } : { kind: 'event', event, chosen: true }
    }
    case 'socket': {
      const event = eventOfSocket(walks, selection.socket, moment)
      return event < 0 ? { kind: 'none', because: 'noSocket' } : { kind: 'event', event, chosen: true }
    }
    case 'bytes': {
      const event = eventOfBytes(packets, selection.socket, selection.start, moment)
      return event < 0 ? { kind: 'none', because: 'bytesNotSent' } : { kind: 'event', event, chosen: true }
    }
    case 'edge': {
      const { id } = selection
      if (id.startsWith(STATE)) return { kind: 'state', state: id.slice(STATE.length) as TcpState }
      const transition = TRANSITIONS.find((t) => t.id === id)
      if (transition === undefined) return { kind: 'none', because: 'nothing' }
      const times = walksUntil(walks, moment.event).find((walk) => walk.transition === transition)?.times ?? 0
      return { kind: 'edge', transition, times, event: eventOfEdge(walks, id, moment) }
    }
  }
}
