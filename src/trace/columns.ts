/**
 * The trace as columns: parallel typed arrays for events, and an arena of real header bytes for packets. The same record serves the
 * engine, which appends to it, and the page, which receives its growth in batches. 40 bytes an event.
 */
import { assert } from '../base'
import { EVENT_CODE, EVENT_FIELDS, EVENT_TYPES } from './events'
import type { EventType, FieldType, TraceEvent } from './events'
import { RULE_NAMES } from './rules'
import { TCP_STATES } from './states'
import {
  CA_STATES,
  CONGESTION_PHASES,
  DROP_REASONS,
  LOSS_REASONS,
  LOSS_SIGNALS,
  SEND_PURPOSES,
  TIMER_KINDS,
  WAIT_REASONS,
} from './vocabulary'

/** Fields an event may have. */
export const ARGUMENTS = 5

export interface EventColumns {
  count: number
  at: Float64Array
  type: Uint8Array
  host: Int8Array
  rule: Uint16Array
  socket: Int32Array
  cause: Int32Array
  /** ARGUMENTS words a row. */
  args: Uint32Array
}

export interface PacketColumns {
  count: number
  /** Host the packet left. */
  host: Int8Array
  sentAt: Float64Array
  /** Start of the header in `bytes`; it ends where the next one starts. One entry more than packets. */
  offset: Uint32Array
  payloadLength: Uint32Array
  /** Headers, one after another. */
  bytes: Uint8Array
}

export interface Trace {
  readonly events: EventColumns
  readonly packets: PacketColumns
  readonly texts: string[]
}

export function createTrace(): Trace {
  return {
    events: {
      count: 0,
      at: new Float64Array(256),
      type: new Uint8Array(256),
      host: new Int8Array(256),
      rule: new Uint16Array(256),
      socket: new Int32Array(256),
      cause: new Int32Array(256),
      args: new Uint32Array(256 * ARGUMENTS),
    },
    packets: {
      count: 0,
      host: new Int8Array(64),
      sentAt: new Float64Array(64),
      offset: new Uint32Array(65),
      payloadLength: new Uint32Array(64),
      bytes: new Uint8Array(64 * 60),
    },
    texts: [],
  }
}

/** Makes room for `extra` more events. */
export function reserveEvents(columns: EventColumns, extra: number): void {
  const need = columns.count + extra
  if (need <= columns.at.length) return
  const size = Math.max(need, columns.at.length * 2)
  columns.at = widened(columns.at, new Float64Array(size))
  columns.type = widened(columns.type, new Uint8Array(size))
  columns.host = widened(columns.host, new Int8Array(size))
  columns.rule = widened(columns.rule, new Uint16Array(size))
  columns.socket = widened(columns.socket, new Int32Array(size))
  columns.cause = widened(columns.cause, new Int32Array(size))
  columns.args = widened(columns.args, new Uint32Array(size * ARGUMENTS))
}

/** Makes room for `extra` more packets with `extraBytes` of headers. */
export function reservePackets(columns: PacketColumns, extra: number, extraBytes: number): void {
  const need = columns.count + extra
  if (need > columns.host.length) {
    const size = Math.max(need, columns.host.length * 2)
    columns.host = widened(columns.host, new Int8Array(size))
    columns.sentAt = widened(columns.sentAt, new Float64Array(size))
    columns.offset = widened(columns.offset, new Uint32Array(size + 1))
    columns.payloadLength = widened(columns.payloadLength, new Uint32Array(size))
  }
  const bytes = columns.offset[columns.count] + extraBytes
  if (bytes > columns.bytes.length) {
    columns.bytes = widened(columns.bytes, new Uint8Array(Math.max(bytes, columns.bytes.length * 2)))
  }
}

function widened<T extends { set(source: T): void }>(from: T, to: T): T {
  to.set(from)
  return to
}

/** The encoded IPv4 and TCP header of a packet, as it left its host. A view, not a copy. */
export function packetHeader(packets: PacketColumns, packet: number): Uint8Array {
  return packets.bytes.subarray(packets.offset[packet], packets.offset[packet + 1])
}

export function eventType(events: EventColumns, index: number): EventType {
  return EVENT_TYPES[events.type[index]]
}

/** One field's raw 32 bits. */
export function eventArg(events: EventColumns, index: number, field: number): number {
  return events.args[index * ARGUMENTS + field]
}

/** One event as a record. For lists on screen and exports; loops over many events read the columns. */
export function readEvent(trace: Trace, index: number): TraceEvent {
  const { events } = trace
  assert(index >= 0 && index < events.count, `event ${index} is outside the trace of ${events.count}`)
  const type = EVENT_TYPES[events.type[index]]
  const event: Record<string, unknown> = {
    index,
    at: events.at[index],
    type,
    host: events.host[index],
    socket: events.socket[index],
    cause: events.cause[index],
    rule: RULE_NAMES[events.rule[index]],
  }
  const fields = EVENT_FIELDS_LIST[events.type[index]]
  for (let i = 0; i < fields.length; i++) {
    event[fields[i][0]] = decodeField(trace, fields[i][1], events.args[index * ARGUMENTS + i])
  }
  return event as unknown as TraceEvent
}

const EVENT_FIELDS_LIST: readonly (readonly (readonly [string, FieldType])[])[] = EVENT_TYPES.map(
  (type) => Object.entries(EVENT_FIELDS[type]) as unknown as readonly (readonly [string, FieldType])[],
)

function decodeField(trace: Trace, type: FieldType, raw: number): number | string {
  switch (type) {
    case 'int':
    case 'packet':
      return raw | 0
    case 'text':
      return trace.texts[raw]
    case 'state':
      return TCP_STATES[raw]
    case 'dropReason':
      return DROP_REASONS[raw]
    case 'lossReason':
      return LOSS_REASONS[raw]
    case 'waitReason':
      return WAIT_REASONS[raw]
    case 'timer':
      return TIMER_KINDS[raw]
    case 'caState':
      return CA_STATES[raw]
    case 'phase':
      return CONGESTION_PHASES[raw]
    case 'purpose':
      return SEND_PURPOSES[raw]
    case 'lossSignal':
      return LOSS_SIGNALS[raw]
    default:
      return raw
  }
}

/** True when the event is of this type; the cheap test for loops. */
export function isEvent(events: EventColumns, index: number, type: EventType): boolean {
  return events.type[index] === EVENT_CODE[type]
}

/** What a trace grew by since (fromEvent, fromPacket, fromText), ready to be transferred to the page. */
export interface TraceDelta {
  readonly fromEvent: number
  readonly fromPacket: number
  readonly fromText: number
  readonly events: EventColumns
  readonly packets: PacketColumns
  readonly texts: readonly string[]
}

export interface TraceMark {
  readonly events: number
  readonly packets: number
  readonly texts: number
}

/** A copy of everything after `mark`, up to `until`. Offsets of packets are relative to the delta's own bytes. */
export function deltaSince(trace: Trace, mark: TraceMark, until: TraceMark = traceMark(trace)): TraceDelta {
  const { events, packets } = trace
  const end = until.events
  const base = packets.offset[mark.packets]
  return {
    fromEvent: mark.events,
    fromPacket: mark.packets,
    fromText: mark.texts,
    events: {
      count: end - mark.events,
      at: events.at.slice(mark.events, end),
      type: events.type.slice(mark.events, end),
      host: events.host.slice(mark.events, end),
      rule: events.rule.slice(mark.events, end),
      socket: events.socket.slice(mark.events, end),
      cause: events.cause.slice(mark.events, end),
      args: events.args.slice(mark.events * ARGUMENTS, end * ARGUMENTS),
    },
    packets: {
      count: until.packets - mark.packets,
      host: packets.host.slice(mark.packets, until.packets),
      sentAt: packets.sentAt.slice(mark.packets, until.packets),
      offset: packets.offset.slice(mark.packets, until.packets + 1).map((o) => o - base),
      payloadLength: packets.payloadLength.slice(mark.packets, until.packets),
      bytes: packets.bytes.slice(base, packets.offset[until.packets]),
    },
    texts: trace.texts.slice(mark.texts, until.texts),
  }
}

export function traceMark(trace: Trace): TraceMark {
  return { events: trace.events.count, packets: trace.packets.count, texts: trace.texts.length }
}

/** Appends a delta to a trace that ends exactly where the delta begins. */
export function applyDelta(trace: Trace, delta: TraceDelta): void {
  const { events, packets } = trace
  assert(delta.fromEvent === events.count, `delta from event ${delta.fromEvent}, trace has ${events.count}`)
  assert(delta.fromPacket === packets.count, `delta from packet ${delta.fromPacket}, trace has ${packets.count}`)
  reserveEvents(events, delta.events.count)
  for (const column of ['at', 'type', 'host', 'rule', 'socket', 'cause'] as const) {
    events[column].set(delta.events[column], events.count)
  }
  events.args.set(delta.events.args, events.count * ARGUMENTS)
  events.count += delta.events.count
  reservePackets(packets, delta.packets.count, delta.packets.bytes.length)
  const base = packets.offset[packets.count]
  packets.host.set(delta.packets.host, packets.count)
  packets.sentAt.set(delta.packets.sentAt, packets.count)
  packets.payloadLength.set(delta.packets.payloadLength, packets.count)
  packets.bytes.set(delta.packets.bytes, base)
  for (let i = 0; i <= delta.packets.count; i++) packets.offset[packets.count + i] = base + delta.packets.offset[i]
  packets.count += delta.packets.count
  trace.texts.push(...delta.texts)
}
