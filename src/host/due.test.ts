/** Timers reach their sockets at the right moment, however their deadlines move. */
import { expect, test } from 'vitest'
import { call, CLIENT, connected, createBench, does, eventsOf, run, SERVER, socketAt } from '../testing/host-bench'
import type { HostBench } from '../testing/host-bench'
import { TIMER_KINDS } from '../trace'
import { hostSocketDeadline, hostSocketDue } from '.'

const SECOND = 1_000_000
const HOUR = 3_600 * SECOND

const fired = (bench: HostBench, host: number): string[] =>
  eventsOf(bench, 'tcp/timerFired', host).map(({ at, fields }) => `${TIMER_KINDS[Number(fields['timer'])]} ${at}`)

test('a nearer deadline is not kept waiting by a farther one', () => {
  const bench = createBench()
  const { client } = connected(bench)
  does(bench, CLIENT, { call: 'setsockopt', fd: client, option: 'SO_KEEPALIVE', value: 1 })
  run(bench, SECOND)
  bench.lose = () => true
  does(bench, CLIENT, { call: 'send', fd: client, bytes: 10 })
  run(bench, SECOND)
  expect(fired(bench, CLIENT).length).toBeGreaterThanOrEqual(2)
  expect(socketAt(bench, CLIENT, client).tcb!.totals.retransmits).toBeGreaterThanOrEqual(2)
})

test('an entry whose deadline has moved does nothing, and the new deadline is met', () => {
  const bench = createBench()
  const { client } = connected(bench)
  does(bench, CLIENT, { call: 'setsockopt', fd: client, option: 'SO_KEEPALIVE', value: 1 })
  const { id } = socketAt(bench, CLIENT, client)
  const before = hostSocketDeadline(bench.hosts[CLIENT], id)
  run(bench, HOUR)
  does(bench, CLIENT, { call: 'setsockopt', fd: client, option: 'TCP_KEEPIDLE', value: 7_300 })
  const after = hostSocketDeadline(bench.hosts[CLIENT], id)
  expect(after).toBeGreaterThan(before)
  Object.assign(bench.recorder, { host: CLIENT })
  expect(hostSocketDue(bench.hosts[CLIENT], id, bench.io)).toBe(false)
  run(bench, after - bench.io.now - 1)
  expect(fired(bench, CLIENT).filter((name) => name.startsWith('keepalive'))).toEqual([])
  run(bench, 1)
  expect(fired(bench, CLIENT).at(-1)).toBe(`keepalive ${after}`)
})

test('a socket that is gone is never due', () => {
  const bench = createBench()
  connected(bench)
  expect(hostSocketDeadline(bench.hosts[SERVER], 999)).toBe(Number.POSITIVE_INFINITY)
  expect(hostSocketDue(bench.hosts[SERVER], 999, bench.io)).toBe(false)
})

test('what a timer brings about has its firing as the cause', () => {
  const bench = createBench({ client: { tcp_syn_retries: 1, tcp_syn_linear_timeouts: 0 } })
  bench.lose = () => true
  const fd = 3
  call(bench, CLIENT, { call: 'socket' })
  call(bench, CLIENT, { call: 'connect', fd, address: '10.0.0.2', port: 80 })
  run(bench, 10 * SECOND)
  const returned = eventsOf(bench, 'host/returned', CLIENT).at(-1)!
  expect(returned.fields).toMatchObject({ value: -1, errno: 'ETIMEDOUT' })
  expect(bench.events[returned.cause].type).toBe('tcp/timerFired')
})
