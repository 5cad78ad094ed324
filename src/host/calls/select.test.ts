/** select(2) beside poll(2), as a Linux 6.18 answers it (asked by python in a namespace of its own). */
import { expect, test } from 'vitest'
import { formatPollEvents } from '../../trace'
import type { Call } from '../../trace'
import {
  call,
  CLIENT,
  connected,
  connectTo80,
  createBench,
  does,
  lastCall,
  listenOn80,
  run,
  said,
  SERVER,
  valueOf,
} from '../../testing/host-bench'
import type { HostBench } from '../../testing/host-bench'

const SECOND = 1_000_000
const ASKED = 'POLLIN|POLLPRI|POLLOUT|POLLRDHUP'

/** Which sets a descriptor is in after a select() of no time, and what poll() says: `rw- POLLIN|POLLOUT`. */
function asked(bench: HostBench, host: number, fd: number): string {
  const made = call(bench, host, { call: 'select', read: [fd], write: [fd], except: [fd], timeoutMs: 0 })
  const output = lastCall(bench, made).returned?.output
  if (output?.kind !== 'sets') return said(bench, made)
  const { read, write, except } = output
  const letters = `${read.length > 0 ? 'r' : '-'}${write.length > 0 ? 'w' : '-'}${except.length > 0 ? 'e' : '-'}`
  expect(valueOf(bench, made)).toBe(read.length + write.length + except.length)
  const polled = lastCall(bench, call(bench, host, { call: 'poll', fds: [{ fd, events: ASKED }], timeoutMs: 0 }))
  const events = polled.returned?.output?.kind === 'events' ? polled.returned.output.events[0].events : -1
  return `${letters} ${formatPollEvents(events, 'POLL')}`
}

function passed(bench: HostBench, host: number, what: Call): void {
  call(bench, host, what)
  run(bench, SECOND)
}

test('select and poll say the same of every situation of a connection', () => {
  const bench = createBench()
  const { client, server } = connected(bench)
  const told: string[] = [asked(bench, CLIENT, client)]
  const then = (host: number, what: Call): void => {
    passed(bench, host, what)
    told.push(asked(bench, CLIENT, client))
  }
  then(SERVER, { call: 'send', fd: server, text: 'abc' })
  then(CLIENT, { call: 'setsockopt', fd: client, option: 'SO_RCVLOWAT', value: 10 })
  call(bench, CLIENT, { call: 'setsockopt', fd: client, option: 'SO_RCVLOWAT', value: 1 })
  then(SERVER, { call: 'send', fd: server, text: 'x', flags: ['MSG_OOB'] })
  then(CLIENT, { call: 'recv', fd: client, bytes: 100 })
  then(SERVER, { call: 'shutdown', fd: server, how: 'SHUT_WR' })
  then(CLIENT, { call: 'shutdown', fd: client, how: 'SHUT_WR' })
  expect(told).toEqual([
    '-w- POLLOUT',
    'rw- POLLIN|POLLOUT',
    '-w- POLLOUT',
    'rwe POLLIN|POLLPRI|POLLOUT',
    '-we POLLPRI|POLLOUT',
    'rwe POLLIN|POLLPRI|POLLOUT|POLLRDHUP',
    'rwe POLLIN|POLLPRI|POLLOUT|POLLHUP|POLLRDHUP',
  ])
})

test('a reset makes a descriptor readable and writable, not exceptional; so does a refused connect', () => {
  const bench = createBench()
  const { client, server } = connected(bench)
  call(bench, SERVER, { call: 'setsockopt', fd: server, option: 'SO_LINGER', value: 0 })
  passed(bench, SERVER, { call: 'close', fd: server })
  expect(asked(bench, CLIENT, client)).toBe('rw- POLLIN|POLLOUT|POLLERR|POLLHUP|POLLRDHUP')
  const other = createBench()
  const { fd } = connectTo80(other, true)
  expect(asked(other, CLIENT, fd)).toBe('--- 0')
  run(other, SECOND)
  expect(asked(other, CLIENT, fd)).toBe('rw- POLLIN|POLLOUT|POLLERR|POLLHUP|POLLRDHUP')
  does(other, CLIENT, { call: 'getsockopt', fd, option: 'SO_ERROR' })
  expect(asked(other, CLIENT, fd)).toBe('rw- POLLIN|POLLOUT|POLLHUP|POLLRDHUP')
})

test('a new socket hangs up, a listener is readable when a connection waits', () => {
  const bench = createBench()
  const fresh = valueOf(bench, call(bench, SERVER, { call: 'socket' }))
  expect(asked(bench, SERVER, fresh)).toBe('rw- POLLOUT|POLLHUP')
  const listener = listenOn80(bench)
  expect(asked(bench, SERVER, listener)).toBe('--- 0')
  connectTo80(bench)
  run(bench, SECOND)
  expect(asked(bench, SERVER, listener)).toBe('r-- POLLIN')
})

test('a full send buffer is not writable until SHUT_WR, after which send() fails at once', () => {
  const bench = createBench()
  const { client } = connected(bench)
  call(bench, CLIENT, { call: 'fcntl', fd: client, nonblock: true })
  for (let i = 0; i < 20; i++) passed(bench, CLIENT, { call: 'send', fd: client, bytes: 5_000_000 })
  expect(asked(bench, CLIENT, client)).toBe('--- 0')
  call(bench, CLIENT, { call: 'shutdown', fd: client, how: 'SHUT_WR' })
  expect(asked(bench, CLIENT, client)).toBe('-w- POLLOUT')
})

test('select waits for the first of several, and says how much of its time is left', () => {
  const bench = createBench()
  const { client, server } = connected(bench)
  const idle = valueOf(bench, call(bench, CLIENT, { call: 'pipe' }))
  expect(idle).toBe(0)
  const waiting = call(bench, CLIENT, { call: 'select', read: [client, 4], timeoutMs: 5_000 })
  expect(said(bench, waiting)).toBe('blocked: nothing ready')
  run(bench, SECOND)
  call(bench, SERVER, { call: 'send', fd: server, bytes: 5 })
  run(bench, SECOND)
  expect(lastCall(bench, waiting).returned).toMatchObject({
    value: 1,
    output: { kind: 'sets', read: [client], write: [], except: [], leftMs: 3_990 },
  })
})

test('a select whose time is over returns 0 with empty sets', () => {
  const bench = createBench()
  const { client } = connected(bench)
  const waiting = call(bench, CLIENT, { call: 'select', read: [client], timeoutMs: 100 })
  run(bench, SECOND)
  expect(lastCall(bench, waiting).returned).toMatchObject({
    value: 0,
    errno: '',
    output: { kind: 'sets', read: [], leftMs: 0 },
  })
})

test('a closed descriptor in a set is EBADF; one beyond FD_SETSIZE or a negative nfds EINVAL', () => {
  const bench = createBench()
  expect(does(bench, CLIENT, { call: 'select', read: [5], timeoutMs: 0 })).toBe('= -1 EBADF')
  expect(does(bench, CLIENT, { call: 'select', read: [1_024], timeoutMs: 0 })).toBe('= -1 EINVAL')
  expect(does(bench, CLIENT, { call: 'select', nfds: -1, timeoutMs: 0 })).toBe('= -1 EINVAL')
  // Beyond the end of a table of 64 the kernel does not look.
  expect(does(bench, CLIENT, { call: 'select', read: [999], timeoutMs: 0 })).toBe('= 0')
})

test('nfds bounds what is looked at', () => {
  const bench = createBench()
  const fd = valueOf(bench, call(bench, CLIENT, { call: 'socket' }))
  expect(does(bench, CLIENT, { call: 'select', write: [fd], nfds: fd, timeoutMs: 0 })).toBe('= 0')
  expect(does(bench, CLIENT, { call: 'select', write: [fd], nfds: fd + 1, timeoutMs: 0 })).toBe('= 1')
})
