/** Chains of causes of real runs: they lead back to what someone did, and say what a reader wants to know. */
import { expect, test } from 'vitest'
import { act, createSession, runUntil } from '../../sim'
import { pictured, picturedSession } from '../../testing/pictured'
import type { Pictured } from '../../testing/pictured'
import { readingServer, sendingClient, twoHosts } from '../../testing/worlds'
import { readEvent } from '../../trace'
import type { EventType, SessionInfo, TraceEvent } from '../../trace'
import { LINUX_SYSCTL } from '../../trace'
import {
  causesOf,
  chainOf,
  createEventRows,
  createTeller,
  EVENT_GROUPS,
  eventOfBytes,
  eventOfEdge,
  eventOfPacket,
  eventOfSocket,
  foldEventRows,
  newestNotable,
  packetOf,
} from '.'

const lossy = twoHosts({
  client: sendingClient(60_000),
  server: readingServer(),
  faults: [{ from: 0, data: true, nth: [5], order: 'lose' }],
})

const info: SessionInfo = {
  scenario: 'test',
  title: '',
  summary: '',
  hint: '',
  watch: [],
  focus: 'states',
  seed: 1,
  hosts: ['client', 'server'].map((name, i) => ({
    name,
    address: `10.0.0.${i + 1}`,
    role: i === 0 ? ('client' as const) : ('server' as const),
    sysctl: LINUX_SYSCTL,
  })),
}

function find(run: Pictured, holds: (event: TraceEvent) => boolean): number {
  const { trace } = run.session.branch
  for (let i = 0; i < trace.events.count; i++) if (holds(readEvent(trace, i))) return i
  throw new Error('there is no such event')
}

const types = ({ session }: Pictured, events: readonly number[]): EventType[] =>
  events.map((event) => readEvent(session.branch.trace, event).type)

test('a retransmission goes back over the duplicate ACKs to the send() that gave the bytes', () => {
  const run = pictured(lossy, 2_000_000)
  const again = find(run, (event) => event.type === 'tcp/segmentSent' && event.purpose === 'fastRetransmit')
  const chain = chainOf(run.session.branch.trace, run.packets, again)
  const told = types(
    run,
    chain.map(({ event }) => event),
  )
  expect(told[0]).toBe('host/called')
  expect(told.at(-1)).toBe('tcp/segmentSent')
  expect(told).toContain('tcp/lossDetected')
  expect(chain.length).toBeLessThanOrEqual(7)
})

test('it also tells of the loss, which no host saw', () => {
  const run = pictured(lossy, 2_000_000)
  const again = find(run, (event) => event.type === 'tcp/segmentSent' && event.purpose === 'fastRetransmit')
  const aside = chainOf(run.session.branch.trace, run.packets, again).filter((step) => step.aside)
  expect(
    types(
      run,
      aside.map(({ event }) => event),
    ),
  ).toEqual(['link/packetLost'])
})

test('steps of a chain are in the order of time and nothing is told twice', () => {
  const run = pictured(lossy, 2_000_000)
  const { trace } = run.session.branch
  for (let event = 0; event < trace.events.count; event += 3) {
    const steps = chainOf(trace, run.packets, event).map((step) => step.event)
    expect(steps).toEqual(steps.toSorted((a, b) => a - b))
    expect(new Set(steps).size).toBe(steps.length)
    expect(steps.at(-1)).toBe(event)
  }
})

test('a long chain is shortened in the middle, and says by how much', () => {
  const run = pictured(lossy, 2_000_000)
  const { trace } = run.session.branch
  const late = find(run, (event) => event.type === 'tcp/segmentSent' && event.host === 0 && event.at > 200_000)
  const short = chainOf(trace, run.packets, late, 4)
  const whole = chainOf(trace, run.packets, late, 1_000)
  const skipped = short.reduce((sum, step) => sum + step.skipped, 0)
  expect(skipped).toBeGreaterThan(0)
  expect(short.length + skipped).toBe(whole.length)
})

test('every event of a run goes back to a call, a click, or the beginning', () => {
  const run = pictured(lossy, 2_000_000)
  const { trace } = run.session.branch
  const roots = new Set<EventType>()
  for (let event = 0; event < trace.events.count; event++) {
    roots.add(readEvent(trace, causesOf(trace, event).at(-1) ?? event).type)
  }
  expect([...roots].toSorted()).toEqual(['host/called', 'sim/started'])
})

test('what a person did to a packet is the root of what came of it', () => {
  const session = createSession(lossy)
  runUntil(session, 11_000)
  act(session, { kind: 'packet', packet: 0, order: 'lose' })
  const run = picturedSession(session)
  const lost = find(run, (event) => event.type === 'link/packetLost')
  expect(types(run, causesOf(session.branch.trace, lost))).toEqual(['link/packetLost', 'user/acted'])
})

test('each kind of selection leads to the event that explains it', () => {
  const run = pictured(lossy, 300_000)
  const { trace } = run.session.branch
  const { packets, walks, moment } = run
  expect(packetOf(trace, eventOfPacket(packets, 0, moment))).toBe(0)
  const opened = readEvent(trace, eventOfEdge(walks, 'SYN-SENT>ESTABLISHED', moment))
  expect(opened).toMatchObject({ type: 'tcp/stateChanged', to: 'ESTABLISHED' })
  expect(eventOfEdge(walks, 'LAST-ACK>CLOSED', { event: 10, at: 0 })).toBe(-1)
  const client = readEvent(trace, eventOfSocket(walks, opened.socket, moment))
  expect(client.type).toBe('tcp/stateChanged')
  const carrier = packetOf(trace, eventOfBytes(packets, opened.socket, 2_000, moment))
  expect(packets.rows.seq[carrier]).toBe(1_449)
  expect(eventOfBytes(packets, opened.socket, 10_000_000, moment)).toBe(-1)
  expect(newestNotable(trace, { event: 0, at: 0 })).toBe(-1)
})

test('a teller knows names, ends and numbers', () => {
  const run = pictured(lossy, 300_000)
  const teller = createTeller(info, run.session.branch.trace, run.packets)
  const opened = find(
    run,
    (event) => event.type === 'tcp/stateChanged' && event.host === 0 && event.to === 'ESTABLISHED',
  )
  const { socket } = readEvent(run.session.branch.trace, opened)
  expect(teller.socket(socket)).toBe('fd 3')
  expect(teller.peer(socket)).toBe('server')
  const acknowledged = find(run, (event) => event.type === 'tcp/acknowledged' && event.bytes === 1_448)
  const fact = readEvent(run.session.branch.trace, acknowledged)
  expect(fact.type === 'tcp/acknowledged' ? teller.sent(fact.socket, fact.una) : 0).toBe(1_449)
  expect(teller.packet(0)).toMatchObject({ control: 'SYN', seq: 0, from: 0, to: 1 })
})

test('the event list holds what its filter asks for, however the trace grew', () => {
  const run = pictured(lossy, 500_000)
  const { trace } = run.session.branch
  const all = createEventRows(trace, new Set(), -1)
  foldEventRows(all)
  expect(all.count).toBe(trace.events.count)
  const states = createEventRows(trace, new Set(['states']), 1)
  foldEventRows(states)
  const listed = Array.from(states.rows.subarray(0, states.count), (event) => readEvent(trace, event))
  expect(listed.length).toBeGreaterThan(2)
  for (const { host, type } of listed) {
    expect(host).toBe(1)
    expect(['tcp/stateChanged', 'host/socketFreed', 'tcp/errorSet', 'tcp/gaveUp']).toContain(type)
  }
  for (const group of EVENT_GROUPS) {
    const rows = createEventRows(trace, new Set([group]), -1)
    foldEventRows(rows)
    expect(rows.count).toBeLessThan(all.count)
  }
})
