/**
 * Several processes that wait for one listener: the thundering herd, and its cures. On a real Linux 6.18 with two processors the woken ones that come
 * too late mostly find nothing and go back to sleep; here calls take no time, so each sees the connection and only one gets it.
 */
import { expect, test } from 'vitest'
import { hostCall } from '..'
import { connectTo80, createBench, does, listenOn80, PID, run, SERVER } from '../../testing/host-bench'
import type { HostBench } from '../../testing/host-bench'
import type { Call } from '../../trace'

const WORKERS = [PID, PID + 1, PID + 2, PID + 3]

function makes(bench: HostBench, pid: number, call: Call): number {
  Object.assign(bench.recorder, { host: SERVER, socket: -1, cause: -1 })
  const before = new Set(bench.hosts[SERVER].threads.keys())
  hostCall(bench.hosts[SERVER], pid, call, bench.io)
  run(bench, 0)
  return [...bench.hosts[SERVER].threads.keys()].find((id) => !before.has(id)) ?? -1
}

const valueOf = (bench: HostBench, thread: number): number | null =>
  bench.hosts[SERVER].threads.get(thread)?.history.at(-1)?.returned?.value ?? null

/** Four workers with an epoll each on one listener, or with one that they share; which of them a connection wakes. */
function woken(events: string, shared: boolean): number[] {
  const bench = createBench()
  const listener = listenOn80(bench)
  does(bench, SERVER, { call: 'fcntl', fd: listener, nonblock: true })
  const add = (fd: number): Call => ({ call: 'epollCtl', fd, op: 'EPOLL_CTL_ADD', target: listener, events })
  const epoll = listener + 1
  if (shared) {
    makes(bench, PID, { call: 'epollCreate' })
    makes(bench, PID, add(epoll))
  }
  for (const pid of WORKERS.slice(1)) expect(valueOf(bench, makes(bench, PID, { call: 'fork' }))).toBe(pid)
  const waits = WORKERS.map((pid) => {
    if (!shared) {
      makes(bench, pid, { call: 'epollCreate' })
      makes(bench, pid, add(epoll))
    }
    return makes(bench, pid, { call: 'epollWait', fd: epoll, most: 8, timeoutMs: -1 })
  })
  connectTo80(bench)
  run(bench, 100_000)
  const awake = WORKERS.filter((_, index) => valueOf(bench, waits[index]) === 1)
  const accepted = awake.map((pid) => valueOf(bench, makes(bench, pid, { call: 'accept', fd: listener })))
  expect(accepted.filter((value) => value !== -1)).toHaveLength(1)
  return awake
}

test('with an epoll each, one connection wakes every worker', () => {
  expect(woken('EPOLLIN', false)).toEqual(WORKERS)
  expect(woken('EPOLLIN|EPOLLET', false)).toEqual(WORKERS)
})

test('EPOLLEXCLUSIVE wakes the first that was added, and only that one', () => {
  expect(woken('EPOLLIN|EPOLLEXCLUSIVE', false)).toEqual([PID])
})

test('one epoll that they share wakes the newest waiter; level-triggered, all the others after it', () => {
  expect(woken('EPOLLIN|EPOLLET', true)).toEqual([PID + 3])
  expect(woken('EPOLLIN', true)).toEqual(WORKERS)
})
