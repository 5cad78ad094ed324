/** close(2), shutdown(2), SO_LINGER: descriptor, socket and TCB each live their own life. */
import { hostInterrupt } from '..'
import { expect, test } from 'vitest'
import {
  call,
  CLIENT,
  connected,
  connectTo80,
  counter,
  createBench,
  does,
  eventsOf,
  listenOn80,
  run,
  said,
  SERVER,
  socketAt,
  states,
  view,
  wire,
} from '../../testing/host-bench'

const SECOND = 1_000_000

test('close takes the descriptor at once; the connection goes on as an orphan through its states', () => {
  const bench = createBench()
  const { client, server } = connected(bench)
  expect(does(bench, CLIENT, { call: 'close', fd: client })).toBe('= 0')
  expect(view(bench, CLIENT).processes[0].descriptors).toEqual([])
  expect(view(bench, CLIENT).sockets).toMatchObject([{ state: 'FIN-WAIT-1', descriptors: [] }])
  run(bench, 20_000)
  expect(states(bench, CLIENT)).toEqual(['FIN-WAIT-2'])
  expect(socketAt(bench, SERVER, server).state).toBe('CLOSE-WAIT')
  does(bench, SERVER, { call: 'close', fd: server })
  run(bench, 20_000)
  expect(states(bench, CLIENT)).toEqual(['TIME-WAIT'])
  expect(states(bench, SERVER)).toEqual(['LISTEN'])
  run(bench, 60 * SECOND - 10_001)
  expect(states(bench, CLIENT)).toEqual(['TIME-WAIT'])
  run(bench, 1)
  expect(states(bench, CLIENT)).toEqual([])
  const freed = eventsOf(bench, 'host/socketFreed', CLIENT)
  expect(freed).toHaveLength(1)
  expect(freed[0].cause).toBeGreaterThan(0)
})

test('an orphan in FIN-WAIT-2 whose peer never closes is gone after tcp_fin_timeout', () => {
  const bench = createBench({ client: { tcp_fin_timeout: 10 } })
  const { client } = connected(bench)
  does(bench, CLIENT, { call: 'close', fd: client })
  run(bench, 9 * SECOND)
  expect(states(bench, CLIENT)).toEqual(['FIN-WAIT-2'])
  run(bench, 2 * SECOND)
  expect(states(bench, CLIENT)).toEqual([])
})

test('SHUT_WR leaves the descriptor, and FIN-WAIT-2 lasts as long as the application holds on', () => {
  const bench = createBench()
  const { client } = connected(bench)
  does(bench, CLIENT, { call: 'shutdown', fd: client, how: 'SHUT_WR' })
  run(bench, 300 * SECOND)
  expect(socketAt(bench, CLIENT, client)).toMatchObject({ state: 'FIN-WAIT-2', shutdown: 'SHUT_WR' })
})

test('a TCB that died of a reset leaves its descriptor behind until close', () => {
  const bench = createBench()
  const { client, server } = connected(bench)
  does(bench, SERVER, { call: 'setsockopt', fd: server, option: 'SO_LINGER', value: 0 })
  does(bench, SERVER, { call: 'close', fd: server })
  run(bench, 50_000)
  expect(socketAt(bench, CLIENT, client)).toMatchObject({ state: 'CLOSED', error: 'ECONNRESET' })
  expect(does(bench, CLIENT, { call: 'shutdown', fd: client, how: 'SHUT_WR' })).toBe('= -1 ENOTCONN')
  expect(does(bench, CLIENT, { call: 'close', fd: client })).toBe('= 0')
  expect(view(bench, CLIENT).socketCount).toBe(0)
})

test('SO_LINGER with 0 s: close sends RST and everything is gone', () => {
  const bench = createBench()
  const { client } = connected(bench)
  does(bench, CLIENT, { call: 'setsockopt', fd: client, option: 'SO_LINGER', value: 0 })
  const before = bench.packets.length
  expect(does(bench, CLIENT, { call: 'close', fd: client })).toBe('= 0')
  expect(wire(bench, before)).toEqual(['client RST,ACK'])
  expect(states(bench, CLIENT)).toEqual([])
})

test('closing with unread bytes resets the connection (SHLD-3)', () => {
  const bench = createBench()
  const { client, server } = connected(bench)
  does(bench, SERVER, { call: 'send', fd: server, bytes: 10 })
  run(bench, 50_000)
  const before = bench.packets.length
  does(bench, CLIENT, { call: 'close', fd: client })
  expect(wire(bench, before)[0]).toMatch(/RST/)
  expect(states(bench, CLIENT)).toEqual([])
})

test('SO_LINGER with time: close waits until the FIN is acknowledged', () => {
  const bench = createBench()
  const { client } = connected(bench)
  does(bench, CLIENT, { call: 'setsockopt', fd: client, option: 'SO_LINGER', value: 5 })
  const made = call(bench, CLIENT, { call: 'close', fd: client })
  expect(said(bench, made)).toBe('blocked: lingering until the FIN is acknowledged')
  run(bench, 19_999)
  expect(said(bench, made)).toMatch(/^blocked/)
  run(bench, 1)
  expect(said(bench, made)).toBe('= 0')
})

test('SO_LINGER with time: no acknowledgement comes, close returns when the time is over', () => {
  const bench = createBench()
  const { client } = connected(bench)
  does(bench, CLIENT, { call: 'setsockopt', fd: client, option: 'SO_LINGER', value: 2 })
  bench.lose = () => true
  const made = call(bench, CLIENT, { call: 'close', fd: client })
  run(bench, 2 * SECOND - 1)
  expect(said(bench, made)).toMatch(/^blocked/)
  run(bench, 1)
  expect(said(bench, made)).toBe('= 0')
  expect(states(bench, CLIENT)).toEqual(['FIN-WAIT-1'])
})

test('a call that is blocked holds the socket open though its descriptor is closed', () => {
  const bench = createBench()
  const { client, server } = connected(bench)
  const waiting = call(bench, CLIENT, { call: 'recv', fd: client, bytes: 10 })
  expect(does(bench, CLIENT, { call: 'close', fd: client })).toBe('= 0')
  expect(states(bench, CLIENT)).toEqual(['ESTABLISHED'])
  does(bench, SERVER, { call: 'send', fd: server, bytes: 4 })
  run(bench, 10_000)
  expect(said(bench, waiting)).toBe('= 4')
  expect(states(bench, CLIENT)).toEqual(['FIN-WAIT-1'])
})

test('closing a listener resets what nobody accepted, and forgets unfinished handshakes silently', () => {
  const bench = createBench()
  const listener = listenOn80(bench)
  const first = connectTo80(bench)
  run(bench, 50_000)
  bench.lose = ({ segment }, from) => from === CLIENT && segment.flags === 0x10
  connectTo80(bench, true)
  run(bench, 25_000)
  expect(states(bench, SERVER)).toEqual(['LISTEN', 'ESTABLISHED', 'SYN-RECEIVED'])
  const before = bench.packets.length
  does(bench, SERVER, { call: 'close', fd: listener })
  expect(wire(bench, before)).toEqual(['server RST,ACK'])
  expect(states(bench, SERVER)).toEqual([])
  run(bench, 50_000)
  expect(socketAt(bench, CLIENT, first.fd)).toMatchObject({ state: 'CLOSED', error: 'ECONNRESET' })
})

test('shutdown of a listener for reading ends it, wakes accept with EINVAL, and it can listen again', () => {
  const bench = createBench()
  const listener = listenOn80(bench)
  const waiting = call(bench, SERVER, { call: 'accept', fd: listener })
  expect(does(bench, SERVER, { call: 'shutdown', fd: listener, how: 'SHUT_WR' })).toBe('= 0')
  expect(socketAt(bench, SERVER, listener).state).toBe('LISTEN')
  expect(does(bench, SERVER, { call: 'shutdown', fd: listener, how: 'SHUT_RD' })).toBe('= 0')
  expect(said(bench, waiting)).toBe('= -1 EINVAL')
  expect(socketAt(bench, SERVER, listener)).toMatchObject({ state: 'CLOSED', local: '0.0.0.0:80' })
  expect(does(bench, SERVER, { call: 'listen', fd: listener, backlog: 5 })).toBe('= 0')
  const { made } = connectTo80(bench)
  run(bench, 50_000)
  expect(said(bench, made)).toBe('= 0')
})

test('a signal ends a blocked call with EINTR; one that has sent something returns that', () => {
  const bench = createBench()
  const { client } = connected(bench)
  const recv = call(bench, CLIENT, { call: 'recv', fd: client, bytes: 10 })
  const send = call(bench, CLIENT, { call: 'send', fd: client, bytes: 10_000_000 })
  for (const { thread } of [recv, send]) expect(hostInterrupt(bench.hosts[CLIENT], thread, bench.io).ok).toBe(true)
  run(bench, 0)
  expect(said(bench, recv)).toBe('= -1 EINTR')
  expect(said(bench, send)).toMatch(/^= [1-9]\d*$/)
  expect(hostInterrupt(bench.hosts[CLIENT], recv.thread, bench.io).ok).toBe(false)
})

test('shutdown without a connection is ENOTCONN', () => {
  const bench = createBench()
  expect(does(bench, CLIENT, { call: 'socket' })).toBe('= 3')
  expect(does(bench, CLIENT, { call: 'shutdown', fd: 3, how: 'SHUT_RDWR' })).toBe('= -1 ENOTCONN')
})

test('beyond tcp_max_orphans a connection that is closed is reset', () => {
  const bench = createBench({ client: { tcp_max_orphans: 1 } })
  const { client } = connected(bench)
  const { fd } = connectTo80(bench)
  run(bench, 50_000)
  expect(does(bench, CLIENT, { call: 'close', fd: client })).toBe('= 0')
  const before = bench.packets.length
  expect(does(bench, CLIENT, { call: 'close', fd })).toBe('= 0')
  expect(wire(bench, before).at(-1)).toBe('client RST,ACK')
  expect(states(bench, CLIENT)).toEqual(['FIN-WAIT-1'])
  expect(counter(bench, CLIENT, 'TCPAbortOnMemory')).toBe(1)
})

test('beyond tcp_max_tw_buckets a connection that is over is forgotten at once', () => {
  const bench = createBench({ client: { tcp_max_tw_buckets: 0 } })
  const { client, server } = connected(bench)
  does(bench, CLIENT, { call: 'close', fd: client })
  run(bench, 50_000)
  does(bench, SERVER, { call: 'close', fd: server })
  run(bench, 50_000)
  expect(states(bench, CLIENT)).toEqual([])
  expect(counter(bench, CLIENT, 'TCPTimeWaitOverflow')).toBe(1)
})
