/** epoll(7) on sockets, pipes and itself: what is reported when, once or again; and poll(2). */
import { expect, test } from 'vitest'
import { formatPollEvents, POLL_EVENTS as E } from '../../trace'
import type { Call } from '../../trace'
import {
  call,
  CLIENT,
  connected,
  connectTo80,
  createBench,
  does,
  eventsOf,
  lastCall,
  listenOn80,
  run,
  said,
  SERVER,
} from '../../testing/host-bench'
import type { HostBench } from '../../testing/host-bench'

/** Events that a wait of no time finds, as `data:names`. */
function found(bench: HostBench, epoll: number, most = 8): string[] {
  return outcome(bench, { call: 'epollWait', fd: epoll, most, timeoutMs: 0 })
}

function outcome(bench: HostBench, what: Call): string[] {
  const { returned } = lastCall(bench, call(bench, SERVER, what))
  return returned?.output?.kind === 'events'
    ? returned.output.events.map(({ data, events }) => `${data}:${formatPollEvents(events, 'EPOLL')}`)
    : []
}

function control(epoll: number, op: 'ADD' | 'MOD' | 'DEL', target: number, events = 0): Call {
  return { call: 'epollCtl', fd: epoll, op: `EPOLL_CTL_${op}`, target, events, data: target }
}

/** A connection to the server, with an epoll there that watches its end. */
function watching(events: number): { bench: HostBench; client: number; server: number; epoll: number } {
  const bench = createBench()
  const { client, server } = connected(bench)
  const epoll = Number(does(bench, SERVER, { call: 'epollCreate' }).replace('= ', ''))
  expect(does(bench, SERVER, control(epoll, 'ADD', server, events))).toBe('= 0')
  return { bench, client, server, epoll }
}

function sends(bench: HostBench, client: number, bytes = 100): void {
  expect(does(bench, CLIENT, { call: 'send', fd: client, bytes })).toBe(`= ${bytes}`)
  run(bench, 500_000)
}

test('level-triggered: reported as long as it is so', () => {
  const { bench, client, server, epoll } = watching(E.IN)
  expect(found(bench, epoll)).toEqual([])
  sends(bench, client)
  expect(found(bench, epoll)).toEqual([`${server}:EPOLLIN`])
  expect(found(bench, epoll)).toEqual([`${server}:EPOLLIN`])
  does(bench, SERVER, { call: 'recv', fd: server, bytes: 100 })
  expect(found(bench, epoll)).toEqual([])
})

test('edge-triggered: reported once for each arrival, though nothing was read', () => {
  const { bench, client, server, epoll } = watching(E.IN | E.ET)
  sends(bench, client)
  expect(found(bench, epoll)).toEqual([`${server}:EPOLLIN`])
  expect(found(bench, epoll)).toEqual([])
  sends(bench, client)
  expect(found(bench, epoll)).toEqual([`${server}:EPOLLIN`])
  expect(found(bench, epoll)).toEqual([])
})

test('edge-triggered: what was read before the wait is not reported', () => {
  const { bench, client, server, epoll } = watching(E.IN | E.ET)
  sends(bench, client)
  does(bench, SERVER, { call: 'recv', fd: server, bytes: 100 })
  expect(found(bench, epoll)).toEqual([])
})

test('edge-triggered: an arrival reports all that is so, room to write too', () => {
  const { bench, client, server, epoll } = watching(E.IN | E.OUT | E.ET)
  expect(found(bench, epoll)).toEqual([`${server}:EPOLLOUT`])
  sends(bench, client)
  expect(found(bench, epoll)).toEqual([`${server}:EPOLLIN|EPOLLOUT`])
})

test('one-shot: off after its report, until it is changed', () => {
  const { bench, client, server, epoll } = watching(E.IN | E.ONESHOT)
  sends(bench, client)
  expect(found(bench, epoll)).toEqual([`${server}:EPOLLIN`])
  sends(bench, client)
  expect(found(bench, epoll)).toEqual([])
  expect(does(bench, SERVER, control(epoll, 'MOD', server, E.IN | E.ONESHOT))).toBe('= 0')
  expect(found(bench, epoll)).toEqual([`${server}:EPOLLIN`])
})

test('the end of the stream: EPOLLRDHUP, and EPOLLHUP once both directions are over', () => {
  const { bench, client, server, epoll } = watching(E.IN | E.RDHUP)
  does(bench, CLIENT, { call: 'shutdown', fd: client, how: 'SHUT_WR' })
  run(bench, 500_000)
  expect(found(bench, epoll)).toEqual([`${server}:EPOLLIN|EPOLLRDHUP`])
  does(bench, SERVER, { call: 'shutdown', fd: server, how: 'SHUT_WR' })
  run(bench, 500_000)
  expect(found(bench, epoll)).toEqual([`${server}:EPOLLIN|EPOLLHUP|EPOLLRDHUP`])
})

test('a reset is an error though nobody asked for errors', () => {
  const { bench, client, server, epoll } = watching(E.OUT | E.ET)
  expect(found(bench, epoll)).toEqual([`${server}:EPOLLOUT`])
  does(bench, CLIENT, { call: 'setsockopt', fd: client, option: 'SO_LINGER', value: 0 })
  does(bench, CLIENT, { call: 'close', fd: client })
  run(bench, 500_000)
  expect(found(bench, epoll)).toEqual([`${server}:EPOLLOUT|EPOLLERR|EPOLLHUP`])
})

// Linux 6.18: four processes in epoll_wait on one epoll; the last one got every connection.
test('a wait goes on until something comes, and wakes the newest of those who wait', () => {
  const { bench, client, server, epoll } = watching(E.IN | E.ET)
  const wait: Call = { call: 'epollWait', fd: epoll, most: 1, timeoutMs: -1 }
  const [first, second] = [call(bench, SERVER, wait), call(bench, SERVER, wait)]
  expect(said(bench, first)).toBe('blocked: nothing ready')
  sends(bench, client)
  expect([said(bench, first), said(bench, second)]).toEqual(['blocked: nothing ready', '= 1'])
  does(bench, SERVER, { call: 'recv', fd: server, bytes: 100 })
  sends(bench, client)
  expect(said(bench, first)).toBe('= 1')
})

test('a wait has its time', () => {
  const { bench, epoll } = watching(E.IN)
  const made = call(bench, SERVER, { call: 'epollWait', fd: epoll, most: 1, timeoutMs: 20 })
  run(bench, 19_999)
  expect(said(bench, made)).toBe('blocked: nothing ready')
  run(bench, 1)
  expect(said(bench, made)).toBe('= 0')
})

test('a listener is ready when a connection waits to be accepted', () => {
  const bench = createBench()
  const listener = listenOn80(bench)
  does(bench, SERVER, { call: 'epollCreate' })
  const epoll = listener + 1
  does(bench, SERVER, control(epoll, 'ADD', listener, E.IN))
  connectTo80(bench)
  run(bench, 500_000)
  expect(found(bench, epoll)).toEqual([`${listener}:EPOLLIN`])
  does(bench, SERVER, { call: 'accept', fd: listener })
  expect(found(bench, epoll)).toEqual([])
})

test('a full send buffer: EPOLLOUT comes once a third is free', () => {
  const { bench, client, server, epoll } = watching(E.OUT | E.ET)
  expect(found(bench, epoll)).toEqual([`${server}:EPOLLOUT`])
  does(bench, SERVER, { call: 'fcntl', fd: server, nonblock: true })
  does(bench, SERVER, { call: 'send', fd: server, bytes: 50_000_000 })
  expect(found(bench, epoll)).toEqual([])
  for (let i = 0; i < 200; i++) {
    does(bench, CLIENT, { call: 'recv', fd: client, bytes: 1_000_000, flags: ['MSG_DONTWAIT'] })
    run(bench, 100_000)
  }
  expect(found(bench, epoll)).toEqual([`${server}:EPOLLOUT`])
})

test('a closed socket leaves the interest list', () => {
  const { bench, client, server, epoll } = watching(E.IN)
  sends(bench, client)
  does(bench, SERVER, { call: 'close', fd: server })
  expect(found(bench, epoll)).toEqual([])
  expect(does(bench, SERVER, control(epoll, 'DEL', server))).toBe('= -1 EBADF')
})

test('an epoll may watch another, but not in a circle', () => {
  const { bench, client, epoll } = watching(E.IN)
  const outer = Number(does(bench, SERVER, { call: 'epollCreate' }).replace('= ', ''))
  expect(does(bench, SERVER, control(outer, 'ADD', epoll, E.IN))).toBe('= 0')
  expect(does(bench, SERVER, control(epoll, 'ADD', outer, E.IN))).toBe('= -1 ELOOP')
  expect(found(bench, outer)).toEqual([])
  sends(bench, client)
  expect(found(bench, outer)).toEqual([`${epoll}:EPOLLIN`])
})

test('of two epolls that watch exclusively, one thread is woken; of two that do not, both are', () => {
  for (const [flag, second] of [
    [E.EXCLUSIVE, 'blocked: nothing ready'],
    [0, '= 1'],
  ] as const) {
    const { bench, client, server, epoll } = watching(E.IN | flag)
    const other = Number(does(bench, SERVER, { call: 'epollCreate' }).replace('= ', ''))
    does(bench, SERVER, control(other, 'ADD', server, E.IN | flag))
    const waits = [epoll, other].map((fd) => call(bench, SERVER, { call: 'epollWait', fd, most: 1, timeoutMs: -1 }))
    sends(bench, client)
    expect(waits.map((made) => said(bench, made))).toEqual(['= 1', second])
  }
})

test.each<[string, (epoll: number, server: number) => Call, string]>([
  ['adding twice', (epoll, server) => control(epoll, 'ADD', server, E.IN), 'EEXIST'],
  ['changing what is not there', (epoll) => control(epoll, 'MOD', 3, E.IN), 'ENOENT'],
  ['taking out what is not there', (epoll) => control(epoll, 'DEL', 3), 'ENOENT'],
  ['a descriptor that is not open', (epoll) => control(epoll, 'ADD', 77, E.IN), 'EBADF'],
  ['an epoll that is not open', (_, server) => control(77, 'ADD', server, E.IN), 'EBADF'],
  ['a socket for an epoll', (_, server) => control(server, 'ADD', 3, E.IN), 'EINVAL'],
  ['itself', (epoll) => control(epoll, 'ADD', epoll, E.IN), 'EINVAL'],
  ['exclusively, and once', (epoll) => control(epoll, 'ADD', 3, E.IN | E.EXCLUSIVE | E.ONESHOT), 'EINVAL'],
  ['to exclusive', (epoll, server) => control(epoll, 'MOD', server, E.IN | E.EXCLUSIVE), 'EINVAL'],
  ['a wait for no events', (epoll) => ({ call: 'epollWait', fd: epoll, most: 0, timeoutMs: 0 }), 'EINVAL'],
  ['a wait on a socket', (_, server) => ({ call: 'epollWait', fd: server, most: 1, timeoutMs: 0 }), 'EINVAL'],
  ['reading from an epoll', (epoll) => ({ call: 'recv', fd: epoll, bytes: 1 }), 'ENOTSOCK'],
])('%s is refused', (_, what, errno) => {
  const { bench, server, epoll } = watching(E.IN)
  expect(does(bench, SERVER, what(epoll, server))).toBe(`= -1 ${errno}`)
})

test('a note in the ready list is an event, and says for what', () => {
  const { bench, client } = watching(E.IN | E.RDHUP | E.ET)
  sends(bench, client)
  const events = eventsOf(bench, 'host/epollReady', SERVER)
  expect(events.length).toBe(1)
  expect(events[0]).toMatchObject({ rule: 'epollReady' })
})

test('poll waits for the first of several, and says what each has', () => {
  const bench = createBench()
  const { client, server, listener } = connected(bench)
  const fds = [
    { fd: listener, events: E.IN },
    { fd: -1, events: E.IN },
    { fd: server, events: E.IN | E.RDHUP },
  ]
  const made = call(bench, SERVER, { call: 'poll', fds, timeoutMs: 2_000 })
  expect(said(bench, made)).toBe('blocked: nothing ready')
  sends(bench, client)
  expect(said(bench, made)).toBe('= 1')
  expect(lastCall(bench, made).returned?.output).toEqual({
    kind: 'events',
    events: [
      { data: listener, events: 0 },
      { data: -1, events: 0 },
      { data: server, events: E.IN },
    ],
  })
  expect(does(bench, SERVER, { call: 'poll', fds: [{ fd: 77, events: 0 }], timeoutMs: 0 })).toBe('= 1')
})

test('poll has its time', () => {
  const bench = createBench()
  const { server } = connected(bench)
  const made = call(bench, SERVER, { call: 'poll', fds: [{ fd: server, events: E.IN }], timeoutMs: 5 })
  run(bench, 5_000)
  expect(said(bench, made)).toBe('= 0')
})

test('SO_RCVLOWAT: fewer bytes wake neither poll nor a reader', () => {
  const { bench, client, server, epoll } = watching(E.IN)
  does(bench, SERVER, { call: 'setsockopt', fd: server, option: 'SO_RCVLOWAT', value: 150 })
  const made = call(bench, SERVER, { call: 'recv', fd: server, bytes: 1_000 })
  sends(bench, client, 100)
  expect(found(bench, epoll)).toEqual([])
  expect(said(bench, made)).toBe('blocked: receive buffer empty')
  sends(bench, client, 100)
  expect(said(bench, made)).toBe('= 200')
})

test('splice moves bytes from a socket into a pipe, and on into a socket', () => {
  const bench = createBench()
  const { client, server } = connected(bench)
  const { returned } = lastCall(bench, call(bench, SERVER, { call: 'pipe' }))
  const [read, write] = returned?.output?.kind === 'descriptors' ? returned.output.fds : []
  const splice = (fd: number, to: number, bytes: number): string =>
    does(bench, SERVER, { call: 'splice', fd, to, bytes })
  does(bench, SERVER, { call: 'fcntl', fd: server, nonblock: true })
  expect(splice(server, write, 100)).toBe('= -1 EAGAIN')
  sends(bench, client, 300)
  expect(splice(server, write, 100)).toBe('= 100')
  expect(splice(server, write, 1_000)).toBe('= 200')
  expect(splice(server, read, 1)).toBe('= -1 EINVAL')
  expect(splice(read, server, 1_000)).toBe('= 300')
  expect(splice(read, server, 1)).toBe('= -1 EAGAIN')
  run(bench, 500_000)
  expect(does(bench, CLIENT, { call: 'recv', fd: client, bytes: 1_000 })).toBe('= 300')
})

test('both ends of a connection have names', () => {
  const bench = createBench()
  const { client, listener } = connected(bench)
  const name = (host: number, what: 'getsockname' | 'getpeername', fd: number) =>
    lastCall(bench, call(bench, host, { call: what, fd })).returned?.output
  expect(name(CLIENT, 'getpeername', client)).toEqual({ kind: 'address', address: '10.0.0.2', port: 80 })
  expect(name(SERVER, 'getsockname', listener)).toEqual({ kind: 'address', address: '0.0.0.0', port: 80 })
  expect(does(bench, SERVER, { call: 'getpeername', fd: listener })).toBe('= -1 ENOTCONN')
})
