/**
 * Whatever calls are made on two hosts, in whatever order, and whatever the wire loses: nothing throws, the tables of each host agree
 * with one another after every step, and once all descriptors are closed nothing is left behind. A failure prints fast-check's seed;
 * `SEED=… RUNS=… npx vitest run src/host/host.prop.ts` runs it again.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { assert, deepCopy } from '../base'
import { call, CLIENT, createBench, eventsOf, PID, run, SERVER, view } from '../testing/host-bench'
import type { HostBench } from '../testing/host-bench'
import { TCP_STATES } from '../trace'
import type { Call } from '../trace'
import { hostInterrupt } from '.'
import type { Host } from './records'

const seed = Number(process.env['SEED'] ?? 20_261_121)
const numRuns = Number(process.env['RUNS'] ?? 150)

const fd = fc.integer({ min: 3, max: 8 })
const flags = fc.subarray(['MSG_DONTWAIT', 'MSG_PEEK', 'MSG_WAITALL', 'MSG_MORE', 'MSG_NOSIGNAL', 'MSG_OOB'])
const port = fc.constantFrom(0, 80, 81)
const nonblock = fc.boolean()
const anyCall: fc.Arbitrary<Call> = fc.oneof(
  fc.record({ call: fc.constant('socket' as const), nonblock }),
  fc.record({ call: fc.constant('socket' as const), nonblock }),
  fc.record({ call: fc.constant('bind' as const), fd, port }),
  fc.record({ call: fc.constant('listen' as const), fd, backlog: fc.integer({ min: -1, max: 2 }) }),
  fc.record({
    call: fc.constant('connect' as const),
    fd,
    address: fc.constantFrom('10.0.0.1', '10.0.0.2', '127.0.0.1', '0.0.0.0', '10.9.9.9'),
    port: fc.constantFrom(80, 81),
  }),
  fc.record({ call: fc.constant('accept' as const), fd, nonblock }),
  fc.record({ call: fc.constant('send' as const), fd, bytes: fc.constantFrom(0, 1, 3_000, 200_000), flags }),
  fc.record({ call: fc.constant('recv' as const), fd, bytes: fc.constantFrom(0, 1, 100_000), flags }),
  fc.record({ call: fc.constant('shutdown' as const), fd, how: fc.constantFrom('SHUT_RD', 'SHUT_WR', 'SHUT_RDWR') }),
  fc.record({ call: fc.constant('close' as const), fd }),
  fc.record({
    call: fc.constant('setsockopt' as const),
    fd,
    option: fc.constantFrom('SO_LINGER', 'SO_REUSEADDR', 'SO_REUSEPORT', 'TCP_NODELAY', 'SO_RCVTIMEO', 'SO_SNDTIMEO'),
    value: fc.constantFrom(0, 1, -1, 30),
  }),
  fc.record({ call: fc.constant('getsockopt' as const), fd, option: fc.constant('SO_ERROR' as const) }),
  fc.record({ call: fc.constant('fcntl' as const), fd, nonblock }),
)

const session = fc.record({
  seed: fc.nat({ max: 1_000_000 }),
  loss: fc.constantFrom(0, 0, 3, 7),
  cookies: fc.constantFrom(0, 1, 2),
  ready: fc.boolean(),
  /** Between one host's last close and the other's: together, or one after the other. */
  pause: fc.constantFrom(0, 100_000),
  steps: fc.array(
    fc.record({
      host: fc.constantFrom(CLIENT, SERVER),
      what: anyCall,
      wait: fc.constantFrom(0, 0, 1_000, 10_000, 50_000, 3_000_000),
    }),
    { minLength: 5, maxLength: 60 },
  ),
})

/** Every table says the same about who refers to whom. */
function checkTables(host: Host): void {
  const held = new Map<number, number>()
  for (const process of host.processes.values()) {
    for (const id of process.descriptors.values()) held.set(id, (held.get(id) ?? 0) + 1)
  }
  for (const thread of host.threads.values()) {
    if (thread.blocked === undefined) continue
    if (thread.blocked.file !== 0) held.set(thread.blocked.file, (held.get(thread.blocked.file) ?? 0) + 1)
    const socket = host.sockets.get(thread.blocked.socket)
    assert(socket?.waiters.includes(thread.id) === true || thread.wakesAt <= 1e12, `thread ${thread.id} waits unheard`)
  }
  for (const file of host.files.values()) {
    assert(held.get(file.id) === file.references, `file ${file.id} counts ${file.references} references`)
    assert(host.sockets.get(file.socket)?.file === file.id, `file ${file.id} and its socket disagree`)
  }
  for (const id of held.keys()) assert(host.files.has(id), `file ${id} is gone but held`)
  for (const socket of host.sockets.values()) {
    const state = socket.tcb?.state ?? 'CLOSED'
    const listens = host.listeners.get(socket.local.port)?.includes(socket.id) === true
    assert(listens === (state === 'LISTEN'), `socket ${socket.id} in ${state} listens: ${listens}`)
    assert((state === 'LISTEN') === (socket.listener !== undefined), `socket ${socket.id} in ${state} has queues`)
    const bound = host.bound.get(socket.local.port)?.has(socket.id) === true
    assert(bound === socket.portHeld, `socket ${socket.id} holds its port: ${socket.portHeld}`)
    if (socket.queue !== 'none') {
      const listener = host.sockets.get(socket.parent)?.listener
      const queue = socket.queue === 'syn' ? listener?.synQueue : listener?.acceptQueue
      assert(queue?.has(socket.id) === true, `socket ${socket.id} stands in no queue`)
    }
    assert(state !== 'SYN-RECEIVED' || socket.parent === -1 || socket.queue === 'syn', 'a child out of the SYN queue')
  }
  for (const peers of host.connections.values()) {
    for (const id of peers.values()) {
      const state = host.sockets.get(id)?.tcb?.state
      assert(state !== undefined && state !== 'CLOSED' && state !== 'LISTEN', `demux leads to ${id} in ${state}`)
    }
  }
}

/** Closes every descriptor and ends every call that is still blocked, which lets go of the rest. */
function closeAll(bench: HostBench, host: number): void {
  for (const descriptor of bench.hosts[host].processes.get(PID)!.descriptors.keys()) {
    call(bench, host, { call: 'close', fd: descriptor })
  }
  for (const thread of bench.hosts[host].threads.values()) {
    if (thread.blocked === undefined) continue
    Object.assign(bench.recorder, { host, socket: -1, cause: 0 })
    hostInterrupt(bench.hosts[host], thread.id, bench.io)
  }
  run(bench, 0)
}

/** A listener, two clients and one accepted connection to begin with: most random calls would find no connection otherwise. */
function prelude(bench: HostBench): void {
  call(bench, SERVER, { call: 'socket' })
  call(bench, SERVER, { call: 'bind', fd: 3, port: 80 })
  call(bench, SERVER, { call: 'listen', fd: 3, backlog: 1 })
  for (const descriptor of [3, 4]) {
    call(bench, CLIENT, { call: 'socket', nonblock: true })
    call(bench, CLIENT, { call: 'connect', fd: descriptor, address: '10.0.0.2', port: 80 })
  }
  run(bench, 50_000)
  call(bench, SERVER, { call: 'accept', fd: 3 })
}

test('any calls in any order leave the tables in agreement, and nothing behind once all is closed', () => {
  const visited = new Set<unknown>()
  fc.assert(
    fc.property(session, ({ seed: worldSeed, loss, cookies, ready, pause, steps }) => {
      const sysctl = { tcp_syncookies: cookies }
      const bench = createBench({ seed: worldSeed, client: sysctl, server: sysctl })
      if (ready) prelude(bench)
      let sent = 0
      bench.lose = () => loss > 0 && ++sent % loss === 0
      for (const { host, what, wait } of steps) {
        call(bench, host, what)
        run(bench, wait)
        bench.hosts.forEach(checkTables)
      }
      expect(deepCopy(bench.hosts)).toEqual(bench.hosts)
      bench.lose = () => false
      for (const host of [CLIENT, SERVER]) {
        closeAll(bench, host)
        run(bench, pause)
      }
      run(bench, 2_000_000_000)
      bench.hosts.forEach(checkTables)
      for (const host of bench.hosts) {
        expect(view(bench, host.index)).toMatchObject({ sockets: [], processes: [{ descriptors: [] }] })
        expect([host.files.size, host.bound.size, host.connections.size, host.listeners.size]).toEqual([0, 0, 0, 0])
      }
      for (const { fields } of eventsOf(bench, 'tcp/stateChanged')) visited.add(fields['to'])
    }),
    { seed, numRuns },
  )
  // The calls get around.
  expect(visited).toEqual(new Set(TCP_STATES))
}, 60_000)
