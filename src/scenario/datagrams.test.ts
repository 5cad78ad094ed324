/** What must be seen in the built-in scenarios about UDP and Unix sockets: what their `watch` lines say. */
import { expect, test } from 'vitest'
import { viewHost } from '../host'
import { eventsOfType, playScenario, returnedCalls, statePaths } from '../testing/scenario-run'
import type { ScenarioRun } from '../testing/scenario-run'
import { SYN } from '../wire'

const CLIENT = 0
const SERVER = 1

const reads = (run: ScenarioRun, host = SERVER): string[] =>
  returnedCalls(run, host).filter((call) => call.startsWith('recv') && !call.endsWith('EAGAIN'))
const counterOf = (run: ScenarioRun, host: number, name: string): number =>
  run.session.world.state.hosts[host].counters.get(name) ?? 0
const packets = (run: ScenarioRun): number => run.session.branch.trace.packets.count

test('udp-echo: six packets, data in the first, nothing at close()', () => {
  const run = playScenario('udp-echo')
  expect(eventsOfType(run, 'udp/datagramSent', CLIENT).map(({ length }) => length)).toEqual([14, 6, 0])
  expect(packets(run)).toBe(6)
  expect(eventsOfType(run, 'tcp/segmentSent')).toEqual([])
  expect(reads(run).map((call) => call.split(' = ')[1])).toEqual(['14', '6', '0'])
  expect(reads(run)[0]).toMatch(/^recvfrom\(3, "first question", 2000 B, 10\.0\.0\.1:\d+\)/)
  // The client's socket is gone the moment it is closed.
  expect(viewHost(run.session.world.state.hosts[CLIENT], 0).sockets).toEqual([])
})

test('udp-connection-refused: the connected socket is told by its next call, once; the other one never', () => {
  const run = playScenario('udp-connection-refused')
  const calls = returnedCalls(run, CLIENT).map((call) => `${call.split('(')[0]} ${call.split(' = ')[1]}`)
  expect(calls).toEqual([
    'socket 3',
    'connect 0',
    'send 14',
    'send -1 ECONNREFUSED',
    'send 12',
    'recv -1 ECONNREFUSED',
    'socket 4',
    'setsockopt 0',
    'sendto 14',
    'recvfrom -1 EAGAIN',
  ])
  expect(eventsOfType(run, 'host/icmpArrived', CLIENT).map(({ message }) => message)).toEqual(
    Array(3).fill('unreachable port_unreachable'),
  )
})

test('tcp-beside-udp: UDP loses and reorders, TCP delivers every byte once and in order', () => {
  const run = playScenario('tcp-beside-udp')
  const numbers = reads(run).flatMap((call) => Number(/"datagram (\d+)"/.exec(call)?.[1] ?? 0) || [])
  expect(numbers.length).toBeLessThan(20)
  expect(numbers.length).toBeGreaterThan(10)
  expect(numbers).not.toEqual(numbers.toSorted((a, b) => a - b))
  expect(new Set(numbers).size).toBe(numbers.length)
  const streams = reads(run).filter((call) => call.startsWith('recv('))
  const bytes = streams.map((call) => Number(call.split(' = ')[1]))
  expect(bytes.reduce((sum, it) => sum + it, 0)).toBe(20 * 'message 01!'.length)
  expect(bytes.at(-1)).toBe(0)
  expect(bytes.some((it) => it > 11)).toBe(true)
  const again = eventsOfType(run, 'tcp/segmentSent', CLIENT).filter(({ purpose }) => purpose.endsWith('Retransmit'))
  expect(again.length).toBeGreaterThan(0)
  expect(eventsOfType(run, 'udp/datagramSent')).toHaveLength(20)
})

test('udp-buffer-overflow: nine of twenty fit, eleven are dropped by the host that they reached', () => {
  const run = playScenario('udp-buffer-overflow')
  expect(reads(run)).toHaveLength(9)
  const drops = eventsOfType(run, 'udp/datagramDropped', SERVER)
  expect(drops.map(({ drops: so }) => so)).toEqual(Array.from({ length: 11 }, (_, i) => i + 1))
  expect(drops[0]).toMatchObject({ reason: 'receiveBufferFull', rmem: 9 * 832, limit: 8_192 })
  expect([counterOf(run, SERVER, 'UdpRcvbufErrors'), counterOf(run, SERVER, 'UdpInDatagrams')]).toEqual([11, 9])
  expect(eventsOfType(run, 'link/packetLost')).toEqual([])
  expect(eventsOfType(run, 'host/icmpArrived')).toEqual([])
})

test('udp-truncation: the second read begins with the second datagram', () => {
  const run = playScenario('udp-truncation')
  expect(reads(run).map((call) => /"(the \w*)|= (\d+)$/.exec(call)?.[1])).toEqual([
    'the first',
    'the second',
    'the third',
  ])
  expect(reads(run).map((call) => call.split(' = ')[1])).toEqual(['10', '40', '40'])
  expect(eventsOfType(run, 'udp/datagramTruncated').map(({ length, taken }) => [length, taken])).toEqual([
    [40, 10],
    [40, 10],
  ])
})

test('udp-descriptor-per-client: three sockets on one port, each client has its own', () => {
  const run = playScenario('udp-descriptor-per-client')
  const { sockets } = viewHost(run.session.world.state.hosts[SERVER], 0)
  expect(sockets.map(({ local, udp }) => `${local} ${udp?.connected}`)).toEqual([
    '0.0.0.0:9000 false',
    '10.0.0.2:9000 true',
    '10.0.0.2:9000 true',
  ])
  expect(reads(run, CLIENT).map((call) => /"(.*)"/.exec(call)?.[1])).toEqual([
    'you are number 1',
    'you are number 2',
    'number 1 again',
    'number 2 again',
  ])
  expect(reads(run).filter((call) => call.startsWith('recv('))).toEqual(['recv(4, 100 B) = 14', 'recv(5, 100 B) = 14'])
})

test('unix-beside-tcp: the same calls, no packets, no TIME-WAIT; the path stays', () => {
  const run = playScenario('unix-beside-tcp')
  const first = eventsOfType(run, 'unix/bound')[0].at
  const sent = eventsOfType(run, 'tcp/segmentSent')
  expect(sent.filter(({ flags }) => (flags & SYN) !== 0)).toHaveLength(2)
  expect(sent.length).toBeGreaterThan(8)
  expect(sent.every(({ at }) => at < first)).toBe(true)
  expect(statePaths(run, SERVER).some((path) => path.endsWith('TIME-WAIT'))).toBe(true)
  const connected = eventsOfType(run, 'unix/connected')[0]
  const accepted = eventsOfType(run, 'host/accepted').find(({ at }) => at > first)
  expect([connected.at < (accepted?.at ?? 0), connected.queued]).toEqual([true, 1])
  const host = run.session.world.state.hosts[SERVER]
  expect(viewHost(host, 0).sockets.filter(({ protocol }) => protocol === 'unix')).toEqual([])
  expect([...host.unixPaths]).toEqual([['/tmp/server.sock', -1]])
})

test('unix-datagram-backpressure: eleven fit, the twelfth waits, all twenty are read', () => {
  const run = playScenario('unix-datagram-backpressure')
  const [read] = eventsOfType(run, 'host/returned', SERVER).filter(({ call }) => call.startsWith('recvfrom'))
  expect(eventsOfType(run, 'unix/sent').filter(({ at }) => at < read.at)).toHaveLength(11)
  expect(eventsOfType(run, 'host/blocked').some(({ reason }) => reason === 'receiver’s queue full')).toBe(true)
  expect(reads(run)).toHaveLength(20)
  expect(packets(run)).toBe(0)
})
