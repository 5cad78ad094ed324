/** Small traces for tests of what the page folds: events written with their fields' names and words. */
import {
  ARGUMENTS,
  CA_STATES,
  CONGESTION_PHASES,
  createTrace,
  DROP_REASONS,
  EVENT_CODE,
  EVENT_FIELDS,
  LOSS_REASONS,
  LOSS_SIGNALS,
  reserveEvents,
  SEND_PURPOSES,
  TCP_STATES,
  TIMER_KINDS,
  WAIT_REASONS,
} from '../trace'
import type { EventData, EventType, FieldType, Trace } from '../trace'

export type WrittenEvent = {
  readonly [T in EventType]: {
    readonly at: number
    readonly type: T
    readonly host?: number
    readonly socket?: number
    readonly cause?: number
  } & EventData<T>
}[EventType]

const LISTS: Readonly<Partial<Record<FieldType, readonly string[]>>> = {
  state: TCP_STATES,
  dropReason: DROP_REASONS,
  lossReason: LOSS_REASONS,
  waitReason: WAIT_REASONS,
  timer: TIMER_KINDS,
  caState: CA_STATES,
  phase: CONGESTION_PHASES,
  purpose: SEND_PURPOSES,
  lossSignal: LOSS_SIGNALS,
}

/** A trace of these events, in their order. Packets are known by number only; their headers are empty. */
export function traceOf(events: readonly WrittenEvent[]): Trace {
  const trace = createTrace()
  for (const event of events) appendEvent(trace, event)
  return trace
}

export function appendEvent(trace: Trace, event: WrittenEvent): void {
  const columns = trace.events
  reserveEvents(columns, 1)
  const i = columns.count++
  columns.at[i] = event.at
  columns.type[i] = EVENT_CODE[event.type]
  columns.host[i] = event.host ?? -1
  columns.socket[i] = event.socket ?? -1
  columns.cause[i] = event.cause ?? -1
  const written = event as unknown as Readonly<Record<string, number | string>>
  Object.entries<FieldType>(EVENT_FIELDS[event.type]).forEach(([name, type], place) => {
    columns.args[i * ARGUMENTS + place] = encode(trace, type, written[name])
  })
}

function encode(trace: Trace, type: FieldType, value: number | string): number {
  if (typeof value === 'number') return value >>> 0
  if (type === 'text') return trace.texts.push(value) - 1
  return LISTS[type]!.indexOf(value)
}
