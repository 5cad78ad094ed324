/** accept(2), send(2), recv(2): values, errno, waiting. */
import { expect, test } from 'vitest'
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
  socketAt,
  THREAD,
  valueOf,
  wire,
} from '../../testing/host-bench'
import { pushEvent } from '../../base'
import { patternBytes } from '../pattern'

const text = (bytes: Uint8Array): string => String.fromCharCode(...bytes)

test('accept blocks until a connection is there, and gives it the lowest free descriptor', () => {
  const bench = createBench()
  const listener = listenOn80(bench)
  const made = call(bench, SERVER, { call: 'accept', fd: listener })
  expect(said(bench, made)).toBe('blocked: accept queue empty')
  connectTo80(bench)
  run(bench, 29_999)
  expect(said(bench, made)).toBe('blocked: accept queue empty')
  run(bench, 1)
  expect(said(bench, made)).toBe('= 4')
  expect(socketAt(bench, SERVER, 4)).toMatchObject({ state: 'ESTABLISHED', local: '10.0.0.2:80' })
})

test('a blocked call is seen: which, since when, in which thread', () => {
  const bench = createBench()
  const listener = listenOn80(bench)
  run(bench, 5_000)
  const made = call(bench, SERVER, { call: 'accept', fd: listener })
  const event = eventsOf(bench, 'host/blocked', SERVER).at(-1)!
  expect(event.fields).toMatchObject({ fd: 3, call: 'accept(3)', reason: 'accept queue empty', thread: made.thread })
  expect(bench.events[event.cause]).toMatchObject({ type: 'host/called', fields: { call: 'accept(3)' } })
  expect(lastCall(bench, made)).toMatchObject({ call: 'accept(3)', at: 5_000, returned: null })
})

test('one connection wakes one of two threads in accept, the first', () => {
  const bench = createBench()
  const listener = listenOn80(bench)
  const first = call(bench, SERVER, { call: 'accept', fd: listener })
  const second = call(bench, SERVER, { call: 'accept', fd: listener })
  connectTo80(bench)
  const woken: number[] = []
  bench.io.scheduleThread = (host, thread, at) => {
    woken.push(thread)
    pushEvent(bench.heap, at, THREAD, host, thread)
  }
  run(bench, 50_000)
  expect(woken).toContain(first.thread)
  expect(woken).not.toContain(second.thread)
  expect([said(bench, first), said(bench, second)]).toEqual(['= 4', 'blocked: accept queue empty'])
  connectTo80(bench)
  run(bench, 50_000)
  expect(said(bench, second)).toBe('= 5')
})

test('accept: EAGAIN without waiting, EINVAL without listening, SOCK_NONBLOCK for the new descriptor alone', () => {
  const bench = createBench()
  const listener = listenOn80(bench)
  does(bench, SERVER, { call: 'fcntl', fd: listener, nonblock: true })
  expect(does(bench, SERVER, { call: 'accept', fd: listener })).toBe('= -1 EAGAIN')
  const { fd } = connectTo80(bench)
  run(bench, 50_000)
  expect(does(bench, CLIENT, { call: 'accept', fd })).toBe('= -1 EINVAL')
  expect(does(bench, SERVER, { call: 'accept', fd: listener })).toBe('= 4')
  // O_NONBLOCK is not inherited.
  expect(does(bench, SERVER, { call: 'recv', fd: 4, bytes: 1 })).toBe('blocked: receive buffer empty')
  connectTo80(bench)
  run(bench, 50_000)
  expect(does(bench, SERVER, { call: 'accept', fd: listener, nonblock: true })).toBe('= 5')
  expect(does(bench, SERVER, { call: 'recv', fd: 5, bytes: 1 })).toBe('= -1 EAGAIN')
})

test('SO_RCVTIMEO ends accept and recv with EAGAIN', () => {
  const bench = createBench()
  const { server, listener } = connected(bench)
  for (const fd of [server, listener]) {
    does(bench, SERVER, { call: 'setsockopt', fd, option: 'SO_RCVTIMEO', value: 100 })
    const what = fd === server ? ({ call: 'recv', fd, bytes: 5 } as const) : ({ call: 'accept', fd } as const)
    const made = call(bench, SERVER, what)
    run(bench, 99_999)
    expect(said(bench, made)).toMatch(/^blocked/)
    run(bench, 1)
    expect(said(bench, made)).toBe('= -1 EAGAIN')
  }
})

test('what is sent arrives: the pattern goes on from call to call', () => {
  const bench = createBench()
  const { client, server } = connected(bench)
  expect(does(bench, CLIENT, { call: 'send', fd: client, bytes: 100 })).toBe('= 100')
  expect(does(bench, CLIENT, { call: 'send', fd: client, text: 'grüß' })).toBe('= 6')
  expect(does(bench, CLIENT, { call: 'send', fd: client, bytes: 50 })).toBe('= 50')
  run(bench, 500_000)
  expect(does(bench, SERVER, { call: 'recv', fd: server, bytes: 1_000 })).toBe('= 156')
  const sent = bench.packets.filter(({ packet }) => packet.segment.payload.length > 0)
  const stream = sent.map(({ packet }) => text(packet.segment.payload)).join('')
  expect(stream.slice(0, 100)).toBe(text(patternBytes(0, 100)))
  expect(stream.slice(106)).toBe(text(patternBytes(106, 50)))
})

test('a send larger than the send buffer waits for room and returns when all is taken', () => {
  const bench = createBench()
  const { client, server } = connected(bench)
  const made = call(bench, CLIENT, { call: 'send', fd: client, bytes: 1_000_000 })
  expect(said(bench, made)).toBe('blocked: send buffer full')
  let received = 0
  for (let i = 0; i < 400 && received < 1_000_000; i++) {
    const read = call(bench, SERVER, { call: 'recv', fd: server, bytes: 65_536 })
    run(bench, 20_000)
    received += valueOf(bench, read)
  }
  expect(received).toBe(1_000_000)
  expect(said(bench, made)).toBe('= 1000000')
})

test('without waiting send takes what fits, then EAGAIN', () => {
  const bench = createBench()
  const { client } = connected(bench)
  const first = call(bench, CLIENT, { call: 'send', fd: client, bytes: 10_000_000, flags: ['MSG_DONTWAIT'] })
  const taken = valueOf(bench, first)
  expect(taken).toBeGreaterThan(0)
  expect(taken).toBeLessThan(10_000_000)
  expect(does(bench, CLIENT, { call: 'send', fd: client, bytes: 1, flags: ['MSG_DONTWAIT'] })).toBe('= -1 EAGAIN')
})

test('SO_SNDTIMEO returns what was taken so far, or EAGAIN', () => {
  const bench = createBench()
  const { client } = connected(bench)
  does(bench, CLIENT, { call: 'setsockopt', fd: client, option: 'SO_SNDTIMEO', value: 5 })
  const made = call(bench, CLIENT, { call: 'send', fd: client, bytes: 10_000_000 })
  run(bench, 5_000)
  expect(said(bench, made)).toMatch(/^= \d+$/)
  const next = call(bench, CLIENT, { call: 'send', fd: client, bytes: 10 })
  run(bench, 5_000)
  expect(said(bench, next)).toBe('= -1 EAGAIN')
})

test('send on a socket that has no connection is EPIPE with SIGPIPE, unless MSG_NOSIGNAL', () => {
  const bench = createBench()
  const fd = valueOf(bench, call(bench, CLIENT, { call: 'socket' }))
  expect(does(bench, CLIENT, { call: 'send', fd, bytes: 1 })).toBe('= -1 EPIPE')
  expect(eventsOf(bench, 'host/signalled').map(({ fields }) => fields['signal'])).toEqual(['SIGPIPE'])
  expect(does(bench, CLIENT, { call: 'send', fd, bytes: 1, flags: ['MSG_NOSIGNAL'] })).toBe('= -1 EPIPE')
  expect(eventsOf(bench, 'host/signalled')).toHaveLength(1)
})

test('send before the handshake is over waits for it', () => {
  const bench = createBench()
  listenOn80(bench)
  const { fd } = connectTo80(bench, true)
  expect(does(bench, CLIENT, { call: 'send', fd, bytes: 10 })).toBe('= -1 EAGAIN')
  does(bench, CLIENT, { call: 'fcntl', fd, nonblock: false })
  const made = call(bench, CLIENT, { call: 'send', fd, bytes: 10 })
  expect(said(bench, made)).toBe('blocked: handshake not finished')
  run(bench, 50_000)
  expect(said(bench, made)).toBe('= 10')
})

test('after SHUT_WR send is EPIPE while recv goes on', () => {
  const bench = createBench()
  const { client, server } = connected(bench)
  expect(does(bench, CLIENT, { call: 'shutdown', fd: client, how: 'SHUT_WR' })).toBe('= 0')
  expect(does(bench, CLIENT, { call: 'send', fd: client, bytes: 1 })).toBe('= -1 EPIPE')
  run(bench, 50_000)
  expect(does(bench, SERVER, { call: 'recv', fd: server, bytes: 10 })).toBe('= 0')
  expect(does(bench, SERVER, { call: 'send', fd: server, bytes: 10 })).toBe('= 10')
  run(bench, 50_000)
  expect(does(bench, CLIENT, { call: 'recv', fd: client, bytes: 10 })).toBe('= 10')
})

test('a reset is told once as ECONNRESET; then recv returns 0 and send EPIPE', () => {
  const bench = createBench()
  const { client, server } = connected(bench)
  does(bench, SERVER, { call: 'setsockopt', fd: server, option: 'SO_LINGER', value: 0 })
  const waiting = call(bench, CLIENT, { call: 'recv', fd: client, bytes: 10 })
  does(bench, SERVER, { call: 'close', fd: server })
  run(bench, 50_000)
  expect(said(bench, waiting)).toBe('= -1 ECONNRESET')
  expect(does(bench, CLIENT, { call: 'recv', fd: client, bytes: 10 })).toBe('= 0')
  expect(does(bench, CLIENT, { call: 'send', fd: client, bytes: 10 })).toBe('= -1 EPIPE')
})

test('a reset is told once to send too, without a signal', () => {
  const bench = createBench()
  const { client, server } = connected(bench)
  does(bench, SERVER, { call: 'setsockopt', fd: server, option: 'SO_LINGER', value: 0 })
  does(bench, SERVER, { call: 'close', fd: server })
  run(bench, 50_000)
  expect(does(bench, CLIENT, { call: 'send', fd: client, bytes: 10 })).toBe('= -1 ECONNRESET')
  expect(eventsOf(bench, 'host/signalled')).toHaveLength(0)
  expect(does(bench, CLIENT, { call: 'send', fd: client, bytes: 10 })).toBe('= -1 EPIPE')
})

test('recv: MSG_PEEK leaves the bytes, MSG_WAITALL waits for all of them, the end cuts it short', () => {
  const bench = createBench()
  const { client, server } = connected(bench)
  does(bench, CLIENT, { call: 'send', fd: client, bytes: 10 })
  run(bench, 50_000)
  expect(does(bench, SERVER, { call: 'recv', fd: server, bytes: 100, flags: ['MSG_PEEK'] })).toBe('= 10')
  const all = call(bench, SERVER, { call: 'recv', fd: server, bytes: 25, flags: ['MSG_WAITALL'] })
  expect(said(bench, all)).toBe('blocked: receive buffer empty')
  does(bench, CLIENT, { call: 'send', fd: client, bytes: 10 })
  run(bench, 300_000)
  expect(said(bench, all)).toMatch(/^blocked/)
  does(bench, CLIENT, { call: 'send', fd: client, bytes: 10 })
  run(bench, 300_000)
  expect(said(bench, all)).toBe('= 25')
  const rest = call(bench, SERVER, { call: 'recv', fd: server, bytes: 100, flags: ['MSG_WAITALL'] })
  does(bench, CLIENT, { call: 'close', fd: client })
  run(bench, 50_000)
  expect(said(bench, rest)).toBe('= 5')
  expect(does(bench, SERVER, { call: 'recv', fd: server, bytes: 100 })).toBe('= 0')
})

test('recv: EAGAIN where there is nothing, ENOTCONN where there never was a connection, 0 for 0 bytes', () => {
  const bench = createBench()
  const { client, listener } = connected(bench)
  const fresh = valueOf(bench, call(bench, CLIENT, { call: 'socket' }))
  const recv = (host: number, fd: number, bytes = 10): string =>
    does(bench, host, { call: 'recv', fd, bytes, flags: ['MSG_DONTWAIT'] })
  expect(recv(CLIENT, client)).toBe('= -1 EAGAIN')
  expect(recv(CLIENT, client, 0)).toBe('= -1 EAGAIN')
  expect(recv(CLIENT, fresh)).toBe('= -1 ENOTCONN')
  expect(recv(SERVER, listener)).toBe('= -1 ENOTCONN')
})

test('after SHUT_RD recv returns 0 at once', () => {
  const bench = createBench()
  const { client } = connected(bench)
  const waiting = call(bench, CLIENT, { call: 'recv', fd: client, bytes: 10 })
  does(bench, CLIENT, { call: 'shutdown', fd: client, how: 'SHUT_RD' })
  expect(said(bench, waiting)).toBe('= 0')
  expect(does(bench, CLIENT, { call: 'recv', fd: client, bytes: 10 })).toBe('= 0')
})

test('MSG_MORE holds a small segment back until the next send', () => {
  const bench = createBench()
  const { client } = connected(bench)
  run(bench, 100_000)
  const before = bench.packets.length
  does(bench, CLIENT, { call: 'send', fd: client, bytes: 10, flags: ['MSG_MORE'] })
  expect(wire(bench, before)).toEqual([])
  does(bench, CLIENT, { call: 'send', fd: client, bytes: 10 })
  expect(bench.packets.slice(before).map(({ packet }) => packet.segment.payload.length)).toEqual([20])
})
