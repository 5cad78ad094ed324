/** The rows of the event list: all events up to a moment, or those of chosen kinds, found without reading each event. */
import { EVENT_TYPES } from '../../trace'
import type { EventType, Trace } from '../../trace'

/** Groups of events that a reader filters by. */
export const EVENT_GROUPS = ['calls', 'states', 'segments', 'losses', 'timers', 'congestion', 'queues'] as const
export type EventGroup = (typeof EVENT_GROUPS)[number]

const MEMBERS: Readonly<Record<EventGroup, readonly EventType[]>> = {
  calls: [
    'user/acted',
    'host/called',
    'host/returned',
    'host/blocked',
    'host/descriptorOpened',
    'host/descriptorClosed',
    'host/accepted',
    'host/signalled',
    'host/epollReady',
    'host/programEnded',
    'host/crashed',
    'host/restarted',
    'host/descriptorDuplicated',
    'host/referenceDropped',
    'host/orphaned',
    'host/processForked',
    'host/processEnded',
    'host/signalDelivered',
    'host/callRestarted',
  ],
  states: ['tcp/stateChanged', 'host/socketFreed', 'tcp/errorSet', 'tcp/gaveUp'],
  segments: [
    'tcp/segmentSent',
    'tcp/segmentArrived',
    'tcp/acknowledged',
    'tcp/dataAccepted',
    'tcp/dataHeldOutOfOrder',
    'tcp/duplicateDataArrived',
    'tcp/sacked',
    'tcp/ackDelayed',
    'link/packetDelivered',
    'link/packetDuplicated',
    'link/packetDelayed',
    'link/packetHeld',
    'link/packetReleased',
    'link/packetMarked',
    'tcp/markArrived',
  ],
  losses: [
    'link/packetLost',
    'link/packetCorrupted',
    'tcp/segmentDropped',
    'host/packetDropped',
    'tcp/lossDetected',
    'tcp/duplicateAckCounted',
    'tcp/congestionUndone',
  ],
  timers: ['tcp/timerFired', 'tcp/rttMeasured', 'tcp/ackDelayed'],
  congestion: [
    'tcp/sampled',
    'tcp/caStateChanged',
    'tcp/congestionUndone',
    'tcp/waiting',
    'tcp/ecnAgreed',
    'tcp/congestionEchoed',
    'tcp/congestionModeChanged',
    'tcp/slowStartChanged',
  ],
  queues: [
    'host/synQueued',
    'host/synQueueLeft',
    'host/acceptQueued',
    'host/acceptQueueLeft',
    'host/accepted',
    'link/packetQueued',
  ],
}

/** Kinds of events of some groups, as a table by their number in the trace; null for all. */
export function wantedTypes(groups: ReadonlySet<EventGroup>): Uint8Array | null {
  if (groups.size === 0) return null
  const wanted = new Uint8Array(EVENT_TYPES.length)
  for (const group of groups) for (const type of MEMBERS[group]) wanted[EVENT_TYPES.indexOf(type)] = 1
  return wanted
}

export interface EventRows {
  readonly trace: Trace
  readonly wanted: Uint8Array | null
  /** Host to show; -1 for all. */
  readonly host: number
  /** Events folded so far. */
  events: number
  count: number
  rows: Uint32Array
}

export function createEventRows(trace: Trace, groups: ReadonlySet<EventGroup>, host: number): EventRows {
  return { trace, wanted: wantedTypes(groups), host, events: 0, count: 0, rows: new Uint32Array(256) }
}

/** Takes in what the trace grew by. */
export function foldEventRows(list: EventRows): void {
  const { events } = list.trace
  for (let i = list.events; i < events.count; i++) {
    if (list.wanted !== null && list.wanted[events.type[i]] === 0) continue
    if (list.host >= 0 && events.host[i] !== list.host) continue
    if (list.count === list.rows.length) {
      const wider = new Uint32Array(list.count * 2)
      wider.set(list.rows)
      list.rows = wider
    }
    list.rows[list.count++] = i
  }
  list.events = events.count
}
