/** A listener that counts as 4.4BSD did (listen_queues bsd): one room for both queues, no refusal at the end of a handshake, and resets that leave nothing. */
import { expect, test } from 'vitest'
import {
  connectTo80,
  counter,
  createBench,
  CLIENT,
  does,
  eventsOf,
  listenOn80,
  run,
  said,
  SERVER,
  socketAt,
} from '../testing/host-bench'
import type { HostBench } from '../testing/host-bench'
import { sysctlError } from '../trace'

const SECOND = 1_000_000
const accepted = (bench: HostBench, fd: number): number => socketAt(bench, SERVER, fd).listener?.acceptQueueLength ?? -1

// Stevens, UNIX Network Programming, figure 4.10: what a BSD kernel really takes for a backlog.
for (const [backlog, room] of [
  [0, 1],
  [1, 2],
  [2, 4],
  [3, 5],
  [5, 8],
] as const) {
  test(`a backlog of ${backlog} has room for ${room} connections in both queues together`, () => {
    const bench = createBench({ server: { listen_queues: 'bsd' } })
    const fd = listenOn80(bench, backlog)
    for (let i = 0; i < room + 2; i++) connectTo80(bench)
    run(bench, 200_000)
    expect(accepted(bench, fd)).toBe(room)
    expect(counter(bench, SERVER, 'ListenDrops')).toBe(2)
    expect(counter(bench, SERVER, 'ListenOverflows')).toBe(0)
    expect(eventsOf(bench, 'host/packetDropped').at(-1)?.fields).toMatchObject({ reason: 'listenQueuesFull' })
  })
}

test('handshakes that are not finished take room from those that are', () => {
  const bench = createBench({ server: { listen_queues: 'bsd', tcp_syncookies: 1 } })
  const fd = listenOn80(bench, 2)
  // No ACK of the client's arrives: three stay half-open.
  bench.lose = ({ segment }) => (segment.flags & 0x12) === 0x10
  const clients = Array.from({ length: 6 }, () => connectTo80(bench))
  run(bench, 200_000)
  expect(socketAt(bench, SERVER, fd).listener).toMatchObject({ synQueueLength: 4, acceptQueueLength: 0 })
  expect(clients.filter(({ made }) => said(bench, made) === '= 0')).toHaveLength(4)
  // Linux would have answered the others with cookies.
  expect(counter(bench, SERVER, 'SyncookiesSent')).toBe(0)
})

test('a connection that is reset before accept() is gone, and accept() goes on waiting', () => {
  const bench = createBench({ server: { listen_queues: 'bsd' } })
  const fd = listenOn80(bench)
  const client = connectTo80(bench)
  run(bench, 50_000)
  expect(accepted(bench, fd)).toBe(1)
  does(bench, CLIENT, { call: 'setsockopt', fd: client.fd, option: 'SO_LINGER', value: 0 })
  does(bench, CLIENT, { call: 'close', fd: client.fd })
  run(bench, 50_000)
  expect(accepted(bench, fd)).toBe(0)
  expect(eventsOf(bench, 'host/acceptQueueLeft').map(({ fields }) => fields)).toMatchObject([
    { length: 0, reason: 'reset' },
  ])
  expect(does(bench, SERVER, { call: 'accept', fd })).toMatch(/^blocked/)
  does(bench, SERVER, { call: 'fcntl', fd, nonblock: true })
  expect(does(bench, SERVER, { call: 'accept', fd })).toBe('= -1 EAGAIN')
  connectTo80(bench)
  run(bench, SECOND)
  expect(accepted(bench, fd)).toBe(0)
})

test('the setting takes two words', () => {
  expect(sysctlError('listen_queues', 'bsd')).toBe(undefined)
  expect(sysctlError('listen_queues', 'sysv')).toBe('The sysctl listen_queues is linux or bsd, not sysv.')
})
