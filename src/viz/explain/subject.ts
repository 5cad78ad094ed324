/** What a selection points at, as the one event that its explanation is about. */
import { EVENT_TYPES } from '../../trace'
import type { EventType, Trace } from '../../trace'
import { lastChangeOf, walksUntil } from '../diagram'
import type { WalkIndex } from '../diagram'
import { hasLeft } from '../packet-index'
import type { Moment, PacketIndex } from '../packet-index'

/** The event that stands for a packet: the one that ended it if it ended badly, else the one that sent it. */
export function eventOfPacket(index: PacketIndex, packet: number, moment: Moment): number {
  const { rows } = index
  if (packet < 0 || packet >= rows.count || !hasLeft(index, packet, moment)) return -1
  return rows.sentEvent[packet]
}

/** The last walk of an edge before a moment; -1 for one never walked. */
export function eventOfEdge(walks: WalkIndex, id: string, moment: Moment): number {
  return walksUntil(walks, moment.event).find(({ transition }) => transition.id === id)?.last ?? -1
}

/** The last change of state of a socket before a moment; -1 for none. */
export function eventOfSocket(walks: WalkIndex, socket: number, moment: Moment): number {
  return lastChangeOf(walks, socket, moment.event)
}

/** The last segment of a socket's stream before a moment that carried byte `start`; -1 for none. */
export function eventOfBytes(index: PacketIndex, socket: number, start: number, moment: Moment): number {
  const { rows } = index
  for (let p = rows.count - 1; p >= 0; p--) {
    if (rows.socket[p] !== socket || rows.length[p] === 0 || !hasLeft(index, p, moment)) continue
    if (rows.seq[p] <= start && start < rows.seq[p] + rows.length[p]) return rows.sentEvent[p]
  }
  return -1
}

/**
 * What is worth explaining when nothing is selected: the newest event before the moment that a person would notice. Looks back over a
 * limited stretch; -1 where nothing in it stands out.
 */
export function newestNotable(trace: Trace, moment: Moment): number {
  const { events } = trace
  const last = Math.min(moment.event, events.count) - 1
  for (let i = last; i >= 0 && i > last - 400; i--) if (NOTABLE.has(EVENT_TYPES[events.type[i]])) return i
  return -1
}

const NOTABLE: ReadonlySet<EventType> = new Set([
  'user/acted',
  'host/accepted',
  'host/packetDropped',
  'host/crashed',
  'host/signalled',
  'host/referenceDropped',
  'host/processForked',
  'host/processEnded',
  'tcp/stateChanged',
  'tcp/segmentSent',
  'tcp/segmentDropped',
  'tcp/lossDetected',
  'tcp/gaveUp',
  'link/packetLost',
])
