/** Firewalls and NAT in whole worlds: what an application's calls return, and what is left on the wire (iptables(8), conntrack(8)). */
import { expect, test } from 'vitest'
import { createSession, runUntil, takeSnapshot } from '.'
import { parseScenario, toWorldSpec } from '../scenario'
import { readEvent } from '../trace'
import type { EventOf, EventType, TraceEvent } from '../trace'

const SECOND = 1_000_000
const CLIENT = 0

const serving = {
  name: 'server',
  steps: [
    { call: 'socket', as: 'l' },
    { call: 'bind', fd: 'l', port: 80 },
    { call: 'listen', fd: 'l', backlog: 5 },
    {
      repeat: 'forever',
      steps: [
        { call: 'accept', fd: 'l', as: 's' },
        { repeat: 'forever', untilClosed: true, steps: [{ call: 'recv', fd: 's', bytes: 65_536 }] },
        { call: 'close', fd: 's' },
      ],
    },
  ],
}
const sending = (address: string) => ({
  name: 'client',
  steps: [
    { call: 'socket', as: 's' },
    { call: 'connect', fd: 's', address, port: 80 },
    { call: 'send', fd: 's', bytes: 3_000 },
    { call: 'close', fd: 's' },
  ],
})

function play(document: object, until = 5 * SECOND) {
  const parsed = parseScenario(JSON.stringify({ version: 1, id: 'x', title: 'X', ...document }))
  if (!parsed.ok) throw new Error(parsed.error)
  const session = createSession(toWorldSpec(parsed.value))
  runUntil(session, until)
  const { trace } = session.branch
  const events = Array.from({ length: trace.events.count }, (_, index) => readEvent(trace, index))
  const of = <T extends EventType>(type: T, host?: number): EventOf<T>[] =>
    events.filter(
      (event: TraceEvent) => event.type === type && (host === undefined || event.host === host),
    ) as unknown as EventOf<T>[]
  const returned = (host = CLIENT): string[] =>
    of('host/returned', host).map(({ call, errno, value }) => `${call.split('(')[0]} ${errno === '' ? value : errno}`)
  return { session, of, returned }
}

function pair(server: readonly string[], client: readonly string[] = []): object {
  return {
    hosts: [
      { name: 'client', programs: [sending('server')], firewall: client },
      { name: 'server', programs: [serving], firewall: server },
    ],
  }
}

test('a firewall that DROPs says nothing: connect() waits until its SYNs are used up', () => {
  const { of, returned } = play(pair(['-A INPUT -p tcp --dport 80 -j DROP']), 200 * SECOND)
  expect(returned()).toContain('connect ETIMEDOUT')
  expect(of('netfilter/ruleStopped')).toHaveLength(of('tcp/segmentSent', CLIENT).length)
})

test.each([
  ['tcp-reset', 'ECONNREFUSED'],
  ['icmp-port-unreachable', 'ECONNREFUSED'],
  ['icmp-proto-unreachable', 'ENOPROTOOPT'],
  ['icmp-net-unreachable', 'ENETUNREACH'],
  ['icmp-host-unreachable', 'EHOSTUNREACH'],
  ['icmp-net-prohibited', 'ENETUNREACH'],
  ['icmp-host-prohibited', 'EHOSTUNREACH'],
  ['icmp-admin-prohibited', 'EHOSTUNREACH'],
])('REJECT with %s ends connect() at once with %s', (kind, errno) => {
  const { of, returned } = play(pair([`-A INPUT -p tcp --dport 80 -j REJECT --reject-with ${kind}`]))
  expect(returned()).toContain(`connect ${errno}`)
  expect(of('tcp/segmentSent', CLIENT)).toHaveLength(1)
})

test('what a host forbids itself never leaves it; REJECT in OUTPUT is told to its own socket', () => {
  const dropped = play(pair([], ['-A OUTPUT -p tcp --dport 80 -j DROP']), 200 * SECOND)
  expect(dropped.returned()).toContain('connect ETIMEDOUT')
  expect(dropped.of('link/packetDelivered')).toEqual([])
  const rejected = play(pair([], ['-A OUTPUT -p tcp --dport 80 -j REJECT']))
  expect(rejected.returned()).toContain('connect ECONNREFUSED')
})

test('a stateful firewall lets a connection of its own live, and drops what comes uninvited', () => {
  const stateful = ['-P INPUT DROP', '-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT']
  const own = play(pair([], stateful))
  expect(own.returned()).toEqual(['socket 3', 'connect 0', 'send 3000', 'close 0'])
  const stranger = play(pair(stateful), 3 * SECOND)
  expect(stranger.of('netfilter/ruleStopped').map(({ place }) => place)).toContain('filter INPUT')
})

const HOME = {
  hosts: [
    { name: 'anna', address: '192.168.1.10', programs: [sending('203.0.113.80')] },
    { name: 'server', address: '203.0.113.80', programs: [serving] },
    { name: 'bert', address: '192.168.2.10', programs: [sending('203.0.113.80')] },
    {
      name: 'router',
      address: '203.0.113.5',
      role: 'router',
      firewall: ['-t nat -A POSTROUTING -o eth2 -j MASQUERADE'],
    },
  ],
  links: [
    { a: 'anna', b: 'router', aAddress: '192.168.1.10/24', bAddress: '192.168.1.1/24' },
    { a: 'bert', b: 'router', aAddress: '192.168.2.10/24', bAddress: '192.168.2.1/24' },
    { a: 'router', b: 'server', aAddress: '203.0.113.5/24', bAddress: '203.0.113.80/24' },
  ],
}

test('two clients talk to a server through one address, and the server sees only that', () => {
  const { session, returned } = play(HOME)
  expect(returned(0)).toEqual(['socket 3', 'connect 0', 'send 3000', 'close 0'])
  expect(returned(2)).toEqual(['socket 3', 'connect 0', 'send 3000', 'close 0'])
  const snapshot = takeSnapshot(session)
  const remotes = snapshot.hosts[1].sockets.map(({ remote }) => remote.split(':')[0])
  expect(remotes.filter((remote) => remote !== '0.0.0.0').every((remote) => remote === '203.0.113.5')).toBe(true)
  const flows = snapshot.hosts[3].firewall?.flows ?? []
  expect(flows.map(({ original }) => original.src).toSorted()).toEqual(['192.168.1.10', '192.168.2.10'])
  expect(flows.every(({ reply }) => reply.dst === '203.0.113.5')).toBe(true)
})
