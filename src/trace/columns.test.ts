import { expect, test } from 'vitest'
import {
  applyDelta,
  ARGUMENTS,
  createTrace,
  deltaSince,
  EVENT_CODE,
  EVENT_FIELDS,
  EVENT_TYPES,
  FIGURE_EDGES,
  packetHeader,
  readEvent,
  reserveEvents,
  reservePackets,
  TCP_STATES,
  traceMark,
  TRANSITIONS,
} from '.'
import type { Trace } from '.'

function addStateChange(trace: Trace, at: number, from: number, to: number): void {
  const { events } = trace
  reserveEvents(events, 1)
  const index = events.count++
  events.at[index] = at
  events.type[index] = EVENT_CODE['tcp/stateChanged']
  events.host[index] = 1
  events.socket[index] = 4
  events.cause[index] = index - 1
  events.args.set([from, to, 2, 0, 0], index * ARGUMENTS)
}

function addPacket(trace: Trace, header: number[]): void {
  const { packets } = trace
  reservePackets(packets, 1, header.length)
  const start = packets.offset[packets.count]
  packets.bytes.set(header, start)
  packets.offset[packets.count + 1] = start + header.length
  packets.count++
}

test('an event comes back from its row as it was put in', () => {
  const trace = createTrace()
  addStateChange(trace, 1_234, 0, 2)
  expect(readEvent(trace, 0)).toEqual({
    index: 0,
    at: 1_234,
    type: 'tcp/stateChanged',
    host: 1,
    socket: 4,
    cause: -1,
    rule: 'none',
    from: 'CLOSED',
    to: 'SYN-SENT',
    transition: 2,
  })
})

test('a trace sent in pieces is the trace that was recorded', () => {
  const engine = createTrace()
  const page = createTrace()
  for (let piece = 0; piece < 5; piece++) {
    const mark = traceMark(page)
    for (let i = 0; i < 300; i++) addStateChange(engine, piece * 1_000 + i, i % 11, (i + 1) % 11)
    for (let i = 0; i < 40; i++) addPacket(engine, [piece, i, 7, 7].slice(0, 1 + (i % 4)))
    engine.texts.push(`text ${piece}`)
    applyDelta(page, deltaSince(engine, mark))
  }
  expect(page.events.count).toBe(1_500)
  expect(page.texts).toEqual(engine.texts)
  for (const index of [0, 299, 300, 1_499]) expect(readEvent(page, index)).toEqual(readEvent(engine, index))
  for (let packet = 0; packet < 200; packet++) {
    expect(packetHeader(page.packets, packet)).toEqual(packetHeader(engine.packets, packet))
  }
})

test('no event has more fields than a row holds', () => {
  for (const type of EVENT_TYPES) expect(Object.keys(EVENT_FIELDS[type]).length).toBeLessThanOrEqual(ARGUMENTS)
  expect(EVENT_TYPES.length).toBeLessThan(256)
})

test('the figure of RFC 9293 has 22 edges, over 11 states, each named once', () => {
  expect(FIGURE_EDGES).toHaveLength(22)
  expect(new Set(TRANSITIONS.map((t) => t.id)).size).toBe(TRANSITIONS.length)
  const drawn = new Set(FIGURE_EDGES.flatMap((t) => [t.from, t.to]))
  for (const state of TCP_STATES) expect(drawn).toContain(state)
})
