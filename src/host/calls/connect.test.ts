/** connect(2), blocking and not, and the ends that it can come to. */
import { expect, test } from 'vitest'
import {
  call,
  CLIENT,
  connectTo80,
  createBench,
  does,
  eventsOf,
  listenOn80,
  run,
  said,
  SERVER,
  socketAt,
  states,
  valueOf,
  view,
} from '../../testing/host-bench'
import type { HostBench, Made } from '../../testing/host-bench'
import type { Call } from '../../trace'

const SECOND = 1_000_000

const again = (fd: number): Call => ({ call: 'connect', fd, address: '10.0.0.2', port: 80 })
const soError = (bench: HostBench, fd: number): string => {
  const made = call(bench, CLIENT, { call: 'getsockopt', fd, option: 'SO_ERROR' })
  return bench.hosts[CLIENT].threads.get(made.thread)!.history.at(-1)!.call
}

test('a blocking connect waits for the handshake and returns 0', () => {
  const bench = createBench()
  listenOn80(bench)
  const { fd, made } = connectTo80(bench)
  expect(said(bench, made)).toBe('blocked: handshake not finished')
  expect(socketAt(bench, CLIENT, fd).state).toBe('SYN-SENT')
  run(bench, 19_999)
  expect(said(bench, made)).toBe('blocked: handshake not finished')
  run(bench, 1)
  expect(said(bench, made)).toBe('= 0')
  expect(does(bench, CLIENT, again(fd))).toBe('= -1 EISCONN')
})

test('the wake-up is caused by the segment that finished the handshake', () => {
  const bench = createBench()
  listenOn80(bench)
  connectTo80(bench)
  run(bench, 50_000)
  const done = eventsOf(bench, 'host/returned', CLIENT).at(-1)!
  expect(done.fields).toMatchObject({ value: 0 })
  expect(bench.events[done.cause].type).toMatch(/^tcp\/|^link\//)
  expect(bench.events[done.cause].at).toBe(20_000)
})

test('a non-blocking connect: EINPROGRESS, EALREADY, 0 once, EISCONN', () => {
  const bench = createBench()
  listenOn80(bench)
  const { fd, made } = connectTo80(bench, true)
  expect(said(bench, made)).toBe('= -1 EINPROGRESS')
  expect(does(bench, CLIENT, again(fd))).toBe('= -1 EALREADY')
  run(bench, 20_000)
  expect(soError(bench, fd)).toBe(`getsockopt(${fd}, SO_ERROR, [0])`)
  expect(does(bench, CLIENT, again(fd))).toBe('= 0')
  expect(does(bench, CLIENT, again(fd))).toBe('= -1 EISCONN')
})

test('a closed port refuses, and the socket can be used again', () => {
  const bench = createBench()
  const { fd, made } = connectTo80(bench)
  run(bench, 50_000)
  expect(said(bench, made)).toBe('= -1 ECONNREFUSED')
  expect(socketAt(bench, CLIENT, fd)).toMatchObject({ state: 'CLOSED' })
  // The port is given back, though getsockname() still tells it.
  expect(bench.hosts[CLIENT].bound.size).toBe(0)
  listenOn80(bench)
  const second = call(bench, CLIENT, again(fd))
  run(bench, 50_000)
  expect(said(bench, second)).toBe('= 0')
})

test('a refused non-blocking connect tells SO_ERROR once', () => {
  const bench = createBench()
  const { fd } = connectTo80(bench, true)
  run(bench, 50_000)
  expect(soError(bench, fd)).toBe(`getsockopt(${fd}, SO_ERROR, [ECONNREFUSED])`)
  expect(soError(bench, fd)).toBe(`getsockopt(${fd}, SO_ERROR, [0])`)
  // The next connect() finds the ruin of the last one, clears it, and the one after begins anew.
  expect(does(bench, CLIENT, again(fd))).toBe('= -1 ECONNABORTED')
  expect(does(bench, CLIENT, again(fd))).toBe('= -1 EINPROGRESS')
})

test('nobody answers: ETIMEDOUT after tcp_syn_retries', () => {
  const bench = createBench({ client: { tcp_syn_retries: 2, tcp_syn_linear_timeouts: 0 } })
  bench.lose = () => true
  const { made } = connectTo80(bench)
  run(bench, 60 * SECOND)
  expect(said(bench, made)).toBe('= -1 ETIMEDOUT')
  expect(bench.packets).toHaveLength(3)
})

test('SO_SNDTIMEO ends a blocking connect with EINPROGRESS while the handshake goes on', () => {
  const bench = createBench()
  listenOn80(bench)
  const fd = valueOf(bench, call(bench, CLIENT, { call: 'socket' }))
  does(bench, CLIENT, { call: 'setsockopt', fd, option: 'SO_SNDTIMEO', value: 5 })
  const made = call(bench, CLIENT, again(fd))
  run(bench, 4_999)
  expect(said(bench, made)).toMatch(/^blocked/)
  run(bench, 1)
  expect(said(bench, made)).toBe('= -1 EINPROGRESS')
  run(bench, 50_000)
  expect(socketAt(bench, CLIENT, fd).state).toBe('ESTABLISHED')
})

test('nobody to connect to: broadcast and multicast are unreachable, a bad address is invalid', () => {
  const bench = createBench()
  const fd = valueOf(bench, call(bench, CLIENT, { call: 'socket' }))
  const to = (address: string, port = 80): string => does(bench, CLIENT, { call: 'connect', fd, address, port })
  expect(to('255.255.255.255')).toBe('= -1 ENETUNREACH')
  expect(to('224.0.0.1')).toBe('= -1 ENETUNREACH')
  expect(to('10.0.0')).toBe('= -1 EINVAL')
  expect(to('10.0.0.2', 70_000)).toBe('= -1 EINVAL')
  expect(bench.packets).toHaveLength(0)
})

test('connections to one peer take different ports of the range; when none is left it is EADDRNOTAVAIL', () => {
  const bench = createBench({ client: { ip_local_port_range: [50_000, 50_003] } })
  listenOn80(bench)
  const results = [1, 2, 3, 4, 5].map(() => connectTo80(bench))
  run(bench, 50_000)
  expect(results.map(({ made }) => said(bench, made))).toEqual(['= 0', '= 0', '= 0', '= 0', '= -1 EADDRNOTAVAIL'])
  const ports = view(bench, CLIENT).sockets.map((socket) => socket.local.split(':')[1])
  expect(new Set(ports.slice(0, 4)).size).toBe(4)
})

test('the choice of port and ISN is a function of the seed', () => {
  const first = (seed: number): string => {
    const bench = createBench({ seed })
    const { fd } = connectTo80(bench, true)
    return `${socketAt(bench, CLIENT, fd).local} ${bench.packets[0].packet.segment.seq}`
  }
  expect(first(1)).toBe(first(1))
  expect(first(1)).not.toBe(first(2))
})

test('a socket that is bound keeps its address and port through a failed attempt', () => {
  const bench = createBench()
  const fd = valueOf(bench, call(bench, CLIENT, { call: 'socket' }))
  expect(does(bench, CLIENT, { call: 'bind', fd, address: '10.0.0.1', port: 5_000 })).toBe('= 0')
  const made = call(bench, CLIENT, again(fd))
  run(bench, 50_000)
  expect(said(bench, made)).toBe('= -1 ECONNREFUSED')
  expect(socketAt(bench, CLIENT, fd).local).toBe('10.0.0.1:5000')
})

test('two sockets bound to one port cannot connect to the same peer', () => {
  const bench = createBench()
  listenOn80(bench)
  const fds = [1, 2].map(() => {
    const fd = valueOf(bench, call(bench, CLIENT, { call: 'socket' }))
    does(bench, CLIENT, { call: 'setsockopt', fd, option: 'SO_REUSEADDR', value: 1 })
    does(bench, CLIENT, { call: 'bind', fd, port: 5_000 })
    return fd
  })
  const made = call(bench, CLIENT, again(fds[0]))
  run(bench, 50_000)
  expect(said(bench, made)).toBe('= 0')
  expect(does(bench, CLIENT, again(fds[1]))).toBe('= -1 EADDRNOTAVAIL')
})

test('a host connects to itself over loopback, under either name', () => {
  for (const address of ['127.0.0.1', '10.0.0.2']) {
    const bench = createBench()
    const listener = listenOn80(bench)
    const fd = valueOf(bench, call(bench, SERVER, { call: 'socket' }))
    const made = call(bench, SERVER, { call: 'connect', fd, address, port: 80 })
    expect(said(bench, made)).toBe('= 0')
    expect(socketAt(bench, SERVER, fd).local.split(':')[0]).toBe(address)
    expect(does(bench, SERVER, { call: 'accept', fd: listener })).toBe('= 5')
    expect(states(bench, SERVER)).toEqual(['LISTEN', 'ESTABLISHED', 'ESTABLISHED'])
  }
})

test('closing a socket in SYN-SENT ends the attempt without a word', () => {
  const bench = createBench()
  const { fd } = connectTo80(bench, true)
  const sent = bench.packets.length
  expect(does(bench, CLIENT, { call: 'close', fd })).toBe('= 0')
  expect(states(bench, CLIENT)).toEqual([])
  expect(bench.packets).toHaveLength(sent)
})

test('shutdown in SYN-SENT ends the attempt; a thread blocked in connect hears ECONNRESET', () => {
  const bench = createBench()
  bench.lose = () => true
  const { fd, made } = connectTo80(bench)
  expect(does(bench, CLIENT, { call: 'shutdown', fd, how: 'SHUT_WR' })).toBe('= 0')
  expect(said(bench, made)).toBe('= -1 ECONNRESET')
})

/** A socket bound to `port` that begins to connect to `address`:`to`. */
function towards(
  bench: HostBench,
  host: number,
  port: number,
  address: string,
  to: number,
): { fd: number; made: Made } {
  const fd = valueOf(bench, call(bench, host, { call: 'socket' }))
  does(bench, host, { call: 'bind', fd, port })
  return { fd, made: call(bench, host, { call: 'connect', fd, address, port: to }) }
}

test('two hosts that connect to each other at once have one connection, and nobody listened', () => {
  const bench = createBench()
  const ends = [towards(bench, CLIENT, 5_000, '10.0.0.2', 6_000), towards(bench, SERVER, 6_000, '10.0.0.1', 5_000)]
  run(bench, 10_000)
  expect([...states(bench, CLIENT), ...states(bench, SERVER)]).toEqual(['SYN-RECEIVED', 'SYN-RECEIVED'])
  run(bench, 50_000)
  expect(ends.map(({ made }) => said(bench, made))).toEqual(['= 0', '= 0'])
  does(bench, CLIENT, { call: 'send', fd: ends[0].fd, bytes: 10 })
  run(bench, 50_000)
  expect(does(bench, SERVER, { call: 'recv', fd: ends[1].fd, bytes: 100 })).toBe('= 10')
})

test('a socket that connects to its own port talks to itself', () => {
  const bench = createBench()
  const { fd, made } = towards(bench, CLIENT, 5_000, '10.0.0.1', 5_000)
  expect(said(bench, made)).toBe('= 0')
  expect(does(bench, CLIENT, { call: 'send', fd, bytes: 10 })).toBe('= 10')
  run(bench, 1_000)
  expect(does(bench, CLIENT, { call: 'recv', fd, bytes: 100 })).toBe('= 10')
})
