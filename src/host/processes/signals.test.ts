/** Signals as a socket program meets them: signal(7), and which calls they end. */
import { expect, test } from 'vitest'
import { hostSignal } from '..'
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
  PID,
  run,
  said,
  SERVER,
  valueOf,
  view,
} from '../../testing/host-bench'
import type { HostBench } from '../../testing/host-bench'
import type { SignalName } from '../../trace'

const SECOND = 1_000_000

function signal(bench: HostBench, host: number, name: SignalName, pid = PID): void {
  Object.assign(bench.recorder, { host, socket: -1, cause: -1 })
  const result = hostSignal(bench.hosts[host], pid, name, bench.io)
  if (!result.ok) throw new Error(result.error)
  run(bench, 0)
}

function handle(bench: HostBench, host: number, name: SignalName, restart: boolean): void {
  does(bench, host, { call: 'signal', signal: name, action: 'handler', restart })
}

const actions = (bench: HostBench): unknown[] =>
  eventsOf(bench, 'host/signalDelivered').map(({ fields }) => `${fields['signal']}: ${fields['action']}`)

test('SIGPIPE is ignored by a process of ours, and the program sees EPIPE', () => {
  const bench = createBench()
  const { client } = connected(bench)
  does(bench, CLIENT, { call: 'shutdown', fd: client, how: 'SHUT_WR' })
  expect(does(bench, CLIENT, { call: 'send', fd: client, bytes: 1 })).toBe('= -1 EPIPE')
  expect(actions(bench)).toEqual(['SIGPIPE: ignored'])
})

test('with the default action SIGPIPE ends the process in the middle of its send; MSG_NOSIGNAL prevents that', () => {
  const bench = createBench()
  const { client } = connected(bench)
  does(bench, CLIENT, { call: 'signal', signal: 'SIGPIPE', action: 'SIG_DFL' })
  does(bench, CLIENT, { call: 'shutdown', fd: client, how: 'SHUT_WR' })
  expect(does(bench, CLIENT, { call: 'send', fd: client, bytes: 1, flags: ['MSG_NOSIGNAL'] })).toBe('= -1 EPIPE')
  call(bench, CLIENT, { call: 'send', fd: client, bytes: 1 })
  expect(actions(bench)).toEqual(['SIGPIPE: ends the process'])
  expect(view(bench, CLIENT).processes).toEqual([])
  expect(eventsOf(bench, 'host/processEnded').map(({ fields }) => fields['how'])).toEqual(['killed by SIGPIPE'])
})

test('SIGTERM ends a process unless it ignores or handles it; SIGKILL always', () => {
  const bench = createBench()
  does(bench, CLIENT, { call: 'signal', signal: 'SIGTERM', action: 'SIG_IGN' })
  signal(bench, CLIENT, 'SIGTERM')
  expect(view(bench, CLIENT).processes).toHaveLength(1)
  expect(does(bench, CLIENT, { call: 'signal', signal: 'SIGKILL', action: 'SIG_IGN' })).toBe('= -1 EINVAL')
  signal(bench, CLIENT, 'SIGKILL')
  expect(view(bench, CLIENT).processes).toHaveLength(0)
  expect(does(bench, SERVER, { call: 'kill', pid: 4711, signal: 'SIGTERM' })).toBe('= -1 ESRCH')
})

test('a forked child inherits what its parent does with signals', () => {
  const bench = createBench()
  does(bench, CLIENT, { call: 'signal', signal: 'SIGTERM', action: 'SIG_IGN' })
  does(bench, CLIENT, { call: 'fork' })
  signal(bench, CLIENT, 'SIGTERM', PID + 1)
  expect(view(bench, CLIENT).processes.map(({ ended }) => ended)).toEqual(['', ''])
})

test('a handler without SA_RESTART ends accept, recv, connect and waitpid with EINTR', () => {
  const bench = createBench()
  const listener = listenOn80(bench)
  handle(bench, SERVER, 'SIGTERM', false)
  const accepting = call(bench, SERVER, { call: 'accept', fd: listener })
  signal(bench, SERVER, 'SIGTERM')
  expect(said(bench, accepting)).toBe('= -1 EINTR')
  does(bench, SERVER, { call: 'fork' })
  const waiting = call(bench, SERVER, { call: 'waitpid', pid: -1 })
  signal(bench, SERVER, 'SIGTERM')
  expect(said(bench, waiting)).toBe('= -1 EINTR')
})

test('a handler with SA_RESTART lets accept and recv go on', () => {
  const bench = createBench()
  const { client, server } = connected(bench)
  handle(bench, CLIENT, 'SIGTERM', true)
  const reading = call(bench, CLIENT, { call: 'recv', fd: client, bytes: 10 })
  signal(bench, CLIENT, 'SIGTERM')
  expect(said(bench, reading)).toBe('blocked: receive buffer empty')
  expect(eventsOf(bench, 'host/callRestarted').map(({ fields }) => fields['call'])).toEqual(['recv(3, 10 B)'])
  does(bench, SERVER, { call: 'send', fd: server, bytes: 4 })
  run(bench, SECOND)
  expect(said(bench, reading)).toBe('= 4')
})

test('SA_RESTART does not help poll, epoll_wait, nor a call with SO_RCVTIMEO', () => {
  const bench = createBench()
  const { client } = connected(bench)
  handle(bench, CLIENT, 'SIGTERM', true)
  const polling = call(bench, CLIENT, { call: 'poll', fds: [{ fd: client, events: 1 }], timeoutMs: -1 })
  signal(bench, CLIENT, 'SIGTERM')
  expect(said(bench, polling)).toBe('= -1 EINTR')
  const epoll = valueOf(bench, call(bench, CLIENT, { call: 'epollCreate' }))
  const waiting = call(bench, CLIENT, { call: 'epollWait', fd: epoll, most: 1, timeoutMs: -1 })
  signal(bench, CLIENT, 'SIGTERM')
  expect(said(bench, waiting)).toBe('= -1 EINTR')
  does(bench, CLIENT, { call: 'setsockopt', fd: client, option: 'SO_RCVTIMEO', value: 5000 })
  const reading = call(bench, CLIENT, { call: 'recv', fd: client, bytes: 10 })
  signal(bench, CLIENT, 'SIGTERM')
  expect(said(bench, reading)).toBe('= -1 EINTR')
})

test('a call that has moved some bytes returns their number, with SA_RESTART as without', () => {
  const bench = createBench()
  const { client, server } = connected(bench)
  handle(bench, CLIENT, 'SIGTERM', true)
  const reading = call(bench, CLIENT, { call: 'recv', fd: client, bytes: 10, flags: ['MSG_WAITALL'] })
  does(bench, SERVER, { call: 'send', fd: server, bytes: 4 })
  run(bench, SECOND)
  expect(said(bench, reading)).toBe('blocked: receive buffer empty')
  signal(bench, CLIENT, 'SIGTERM')
  expect(said(bench, reading)).toBe('= 4')
  const sending = call(bench, CLIENT, { call: 'send', fd: client, bytes: 9_000_000 })
  run(bench, SECOND)
  expect(said(bench, sending)).toBe('blocked: send buffer full')
  signal(bench, CLIENT, 'SIGTERM')
  expect(lastCall(bench, sending).returned?.value).toBeGreaterThan(0)
})

test('an interrupted connect goes on by itself: asked again it is EALREADY or waits, and then it is there', () => {
  const bench = createBench()
  listenOn80(bench)
  handle(bench, CLIENT, 'SIGTERM', false)
  const { fd, made } = connectTo80(bench)
  signal(bench, CLIENT, 'SIGTERM')
  expect(said(bench, made)).toBe('= -1 EINTR')
  const again = { call: 'connect', fd, address: '10.0.0.2', port: 80 } as const
  does(bench, CLIENT, { call: 'fcntl', fd, nonblock: true })
  expect(does(bench, CLIENT, again)).toBe('= -1 EALREADY')
  does(bench, CLIENT, { call: 'fcntl', fd, nonblock: false })
  const waiting = call(bench, CLIENT, again)
  run(bench, SECOND)
  expect(said(bench, waiting)).toBe('= 0')
  expect(does(bench, CLIENT, again)).toBe('= -1 EISCONN')
})

test('with SA_RESTART an interrupted connect waits on for its handshake', () => {
  const bench = createBench()
  listenOn80(bench)
  handle(bench, CLIENT, 'SIGTERM', true)
  const { made } = connectTo80(bench)
  signal(bench, CLIENT, 'SIGTERM')
  expect(said(bench, made)).toBe('blocked: handshake not finished')
  run(bench, SECOND)
  expect(said(bench, made)).toBe('= 0')
})

test('a parent that handles SIGCHLD hears of the end of its child', () => {
  const bench = createBench()
  const listener = listenOn80(bench)
  handle(bench, SERVER, 'SIGCHLD', false)
  does(bench, SERVER, { call: 'fork' })
  const accepting = call(bench, SERVER, { call: 'accept', fd: listener })
  signal(bench, SERVER, 'SIGTERM', PID + 1)
  expect(said(bench, accepting)).toBe('= -1 EINTR')
  expect(actions(bench)).toEqual(['SIGTERM: ends the process', 'SIGCHLD: handler'])
})

test('a sleeping program goes on early, and finds the count of its signal in a variable', () => {
  const bench = createBench({ programs: [[{ sleepMicros: 100 * SECOND }, { call: 'socket' }], []] })
  run(bench, SECOND)
  handle(bench, CLIENT, 'SIGALRM', true)
  signal(bench, CLIENT, 'SIGALRM')
  expect(view(bench, CLIENT).socketCount).toBe(1)
  const thread = [...bench.hosts[CLIENT].threads.values()].find(({ program }) => program === 0)
  expect(thread?.variables).toEqual({ SIGALRM: 1 })
})
