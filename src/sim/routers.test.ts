/** IP between machines: routers, their words by ICMP, neighbours that nobody answers for (RFC 1812, RFC 1122 3.3; Linux ip_forward, neigh_timer_handler). */
import { expect, test } from 'vitest'
import { createSession, runUntil } from '.'
import { parseScenario, toWorldSpec } from '../scenario'
import { readEvent } from '../trace'
import type { EventOf, EventType, TraceEvent } from '../trace'

const SECOND = 1_000_000
const serving = {
  name: 'server',
  steps: [
    { call: 'socket', as: 'l' },
    { call: 'bind', fd: 'l', port: 80 },
    { call: 'listen', fd: 'l', backlog: 5 },
    { call: 'accept', fd: 'l', as: 's' },
    { repeat: 'forever', untilClosed: true, steps: [{ call: 'recv', fd: 's', bytes: 65_536 }] },
    { call: 'close', fd: 's' },
  ],
}
const sending = (address: string, bytes = 5_000) => ({
  name: 'client',
  start: '1ms',
  steps: [
    { call: 'socket', as: 's' },
    { call: 'connect', fd: 's', address, port: 80 },
    { call: 'send', fd: 's', bytes },
    { call: 'close', fd: 's' },
  ],
})

interface Played {
  readonly events: readonly TraceEvent[]
  readonly of: <T extends EventType>(type: T, host?: number) => EventOf<T>[]
  /** What the client's connect() returned. */
  readonly connected: string
  readonly connectedAt: number
}

function play(document: object, until = 5 * SECOND): Played {
  const parsed = parseScenario(JSON.stringify({ version: 1, id: 'x', title: 'X', ...document }))
  if (!parsed.ok) throw new Error(parsed.error)
  const session = createSession(toWorldSpec(parsed.value))
  runUntil(session, until)
  const { trace } = session.branch
  const events = Array.from({ length: trace.events.count }, (_, index) => readEvent(trace, index))
  const of = <T extends EventType>(type: T, host?: number): EventOf<T>[] =>
    events.filter(
      (event) => event.type === type && (host === undefined || event.host === host),
    ) as unknown as EventOf<T>[]
  const connect = of('host/returned', 0).find((event) => event.call.startsWith('connect'))
  return {
    events,
    of,
    connected: connect === undefined ? 'blocked' : connect.errno === '' ? String(connect.value) : connect.errno,
    connectedAt: connect?.at ?? -1,
  }
}

const throughRouter = {
  hosts: [
    { name: 'client', programs: [sending('server')] },
    { name: 'router', role: 'router' },
    { name: 'server', role: 'server', programs: [serving] },
  ],
  links: [
    { a: 'client', b: 'router' },
    { a: 'router', b: 'server' },
  ],
}

test('a router passes packets on, each as one of its own with a hop less, and the connection knows nothing of it', () => {
  const { of, connected } = play(throughRouter)
  expect(connected).toBe('0')
  const forwarded = of('host/packetForwarded', 1)
  expect(forwarded.length).toBeGreaterThan(10)
  expect(forwarded.every(({ ttl, packet, from }) => ttl === 63 && packet !== from)).toBe(true)
  expect(of('tcp/stateChanged', 2).map(({ to }) => to)).toContain('CLOSE-WAIT')
})

test('a host that does not forward drops what is not its own', () => {
  const [client, router, server] = throughRouter.hosts
  const { of, connected } = play({
    ...throughRouter,
    hosts: [client, { ...router, sysctl: { ip_forward: 0 } }, server],
  })
  expect(of('host/packetDropped', 1).map(({ reason }) => reason)).toContain('notMyAddress')
  expect(connected).toBe('blocked')
})

test('two routers that point at each other wear a packet out, and one says so: EHOSTUNREACH', () => {
  const { of, connected } = play({
    hosts: [
      { name: 'client', programs: [sending('192.0.2.1')] },
      { name: 'r1', role: 'router', routes: [{ to: 'default', via: 'r2' }] },
      {
        name: 'r2',
        role: 'router',
        routes: [
          { to: 'client', via: 'r1' },
          { to: 'default', via: 'r1' },
        ],
      },
    ],
    links: [
      { a: 'client', b: 'r1', both: { delay: '1ms' } },
      { a: 'r1', b: 'r2', both: { delay: '1ms' } },
    ],
  })
  expect(connected).toBe('EHOSTUNREACH')
  const first = of('host/packetForwarded').filter(({ ttl }) => ttl === 63)
  expect(first.length).toBe(1 + of('host/icmpSent').length)
  expect(of('host/icmpSent').map(({ message }) => message)).toEqual(['ttl_exceeded'])
  expect(of('host/packetDropped').map(({ reason }) => reason)).toEqual(['ttlExceeded'])
})

test('connect() knows at once when the host itself has no route, or one that refuses', () => {
  const to = (routes: readonly object[]): string =>
    play({
      hosts: [{ name: 'client', programs: [sending('192.0.2.1')], routes }, { name: 'server' }],
      links: [{ a: 'client', b: 'server' }],
    }).connected
  expect(to([])).toBe('ENETUNREACH')
  expect(to([{ to: '192.0.2.0/24', type: 'unreachable' }])).toBe('EHOSTUNREACH')
  expect(to([{ to: '192.0.2.0/24', type: 'prohibit' }])).toBe('EACCES')
  expect(to([{ to: '192.0.2.0/24', type: 'blackhole' }])).toBe('EINVAL')
  expect(
    to([
      { to: '192.0.2.0/25', type: 'blackhole' },
      { to: '192.0.2.1', type: 'prohibit' },
    ]),
  ).toBe('EACCES')
})

test.each([
  ['nothing fits', [], 'unreachable net_unreachable', 'ENETUNREACH'],
  ['an unreachable route', [{ to: 'default', type: 'unreachable' }], 'unreachable host_unreachable', 'EHOSTUNREACH'],
  ['a prohibiting route', [{ to: 'default', type: 'prohibit' }], 'unreachable comm_prohibited', 'EHOSTUNREACH'],
])('a router where %s says so, and connect() fails with what that means', (_, routes, message, errno) => {
  const { of, connected } = play({
    hosts: [
      { name: 'client', programs: [sending('192.0.2.1')] },
      { name: 'router', role: 'router', routes },
    ],
    links: [{ a: 'client', b: 'router' }],
  })
  expect(of('host/icmpArrived', 0).map((event) => event.message)).toEqual([message])
  expect(connected).toBe(errno)
})

test('an address that nobody on the link has is asked for three times; connect() fails with EHOSTUNREACH after three seconds', () => {
  const { of, connected, connectedAt } = play({
    hosts: [{ name: 'client', programs: [sending('10.0.1.9')] }, { name: 'server' }],
    links: [{ a: 'client', b: 'server', aAddress: '10.0.1.1/24', bAddress: '10.0.1.2/24', arp: true }],
  })
  expect(
    of('host/neighbourAsked', 0)
      .map(({ at }) => at)
      .slice(0, 3),
  ).toEqual([1_000, 1_001_000, 2_001_000])
  expect([connected, connectedAt]).toEqual(['EHOSTUNREACH', 3_001_000])
  // The SYN and its two retransmissions waited for an answer.
  expect(of('host/neighbourFailed', 0)[0]).toMatchObject({ at: 3_001_000, address: '10.0.1.9', waiting: 3 })
  const lost = of('link/packetLost', 0).filter(({ at }) => at === 3_001_000)
  expect(lost.map(({ reason }) => reason)).toEqual(['noNeighbour', 'noNeighbour', 'noNeighbour'])
})

test('a router says for a neighbour that is off that the host is unreachable', () => {
  const { of, connected } = play({ ...throughRouter, actions: [{ at: 0, do: 'crash', host: 'server' }] })
  expect(
    of('host/neighbourAsked', 1)
      .slice(0, 3)
      .map(({ attempt }) => attempt),
  ).toEqual([1, 2, 3])
  expect(of('host/icmpArrived', 0)[0]).toMatchObject({ message: 'unreachable host_unreachable' })
  expect(connected).toBe('EHOSTUNREACH')
})

test('a neighbour that falls silent is trusted for 30 s, doubted for 5, asked three times, and then it is gone', () => {
  const { of } = play(
    {
      ...throughRouter,
      hosts: [{ name: 'client', programs: [sending('server', 10_000_000)] }, ...throughRouter.hosts.slice(1)],
      actions: [{ at: '1s', do: 'crash', host: 'server' }],
    },
    60 * SECOND,
  )
  const [first] = of('host/neighbourAsked', 1)
  // The doubt comes with the first packet after the trust has run out.
  expect(first.at).toBeGreaterThan(36 * SECOND)
  expect(of('host/neighbourFailed', 1)[0].at).toBe(first.at + 3 * SECOND)
})

test('a router whose next link takes only 1200 bytes says so, and the sender cuts its segments to fit', () => {
  const document = {
    ...throughRouter,
    links: [throughRouter.links[0], { ...throughRouter.links[1], both: { mtu: 1_200 } }],
  }
  const { of } = play(document)
  expect(of('host/icmpArrived', 0)[0].message).toBe('unreachable frag_needed mtu 1200')
  expect(of('tcp/pathMtuChanged', 0)).toMatchObject([{ mtu: 1_200, mss: 1_148 }])
  const received = of('tcp/dataAccepted', 2).reduce((sum, { bytes }) => sum + bytes, 0)
  expect(received).toBe(5_000)
  // A filter that eats the router's words makes a black hole of it.
  const silent = play({
    ...document,
    links: [document.links[0], { ...document.links[1], both: { mtu: 1_200, blackHole: true } }],
  })
  expect(silent.of('host/icmpSent')).toEqual([])
  expect(silent.of('tcp/dataAccepted', 2)).toEqual([])
})

test('a host says the same thing to one destination six times at once, then once a second; "fragmentation needed" always', () => {
  const { of } = play({
    hosts: [
      {
        name: 'client',
        programs: [
          {
            name: 'c',
            steps: Array.from({ length: 10 }, (_, i) => ({
              call: 'rawSend',
              src: 'client',
              srcPort: 1_000 + i,
              dst: '192.0.2.1',
              dstPort: 80,
              seq: 1,
              flags: 'S',
            })),
          },
        ],
      },
      { name: 'router', role: 'router' },
    ],
    links: [{ a: 'client', b: 'router' }],
  })
  expect(of('host/icmpSent', 1)).toHaveLength(6)
  expect(of('host/icmpLimited', 1).map(({ limit }) => limit)).toEqual(Array(4).fill('icmp_ratelimit'))
})

test('interfaces have addresses of their own; the one that a packet leaves by is where it comes from', () => {
  const { of, connected } = play({
    hosts: [
      { name: 'client', programs: [sending('198.51.100.2')] },
      { name: 'router', role: 'router' },
      { name: 'server', programs: [serving] },
    ],
    links: [
      { a: 'client', b: 'router', aAddress: '192.168.1.10/24', bAddress: '192.168.1.1/24' },
      { a: 'router', b: 'server', aAddress: '198.51.100.1/24', bAddress: '198.51.100.2/24' },
    ],
  })
  expect(connected).toBe('0')
  expect(of('host/packetForwarded', 1).length).toBeGreaterThan(3)
})
