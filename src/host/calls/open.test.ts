/** socket(2), bind(2), listen(2): values and errno as Linux gives them. */
import { expect, test } from 'vitest'
import {
  call,
  CLIENT,
  connected,
  createBench,
  does,
  run,
  SERVER,
  socketAt,
  valueOf,
  view,
} from '../../testing/host-bench'
import type { HostBench } from '../../testing/host-bench'

const socket = (bench: HostBench, host = SERVER): number => valueOf(bench, call(bench, host, { call: 'socket' }))

test('descriptors begin at 3 and the lowest free number is given first', () => {
  const bench = createBench()
  expect([socket(bench), socket(bench), socket(bench)]).toEqual([3, 4, 5])
  expect(does(bench, SERVER, { call: 'close', fd: 4 })).toBe('= 0')
  expect(socket(bench)).toBe(4)
  expect(socket(bench)).toBe(6)
})

test('a hole at the bottom of the table is found, though the numbers above it are as many as the table is long', () => {
  const bench = createBench()
  expect([socket(bench), socket(bench), socket(bench)]).toEqual([3, 4, 5])
  does(bench, SERVER, { call: 'close', fd: 3 })
  expect([socket(bench), socket(bench)]).toEqual([3, 6])
})

test('every call on a descriptor that is not open fails with EBADF', () => {
  const bench = createBench()
  const calls = [
    { call: 'bind', fd: 9, port: 80 },
    { call: 'listen', fd: 9, backlog: 1 },
    { call: 'connect', fd: 9, address: '10.0.0.2', port: 80 },
    { call: 'accept', fd: 9 },
    { call: 'send', fd: 9, bytes: 1 },
    { call: 'recv', fd: 9, bytes: 1 },
    { call: 'shutdown', fd: 9, how: 'SHUT_WR' },
    { call: 'close', fd: 9 },
    { call: 'getsockopt', fd: 9, option: 'SO_ERROR' },
    { call: 'fcntl', fd: 'never kept', nonblock: true },
  ] as const
  for (const what of calls) expect(does(bench, SERVER, what), what.call).toBe('= -1 EBADF')
})

test('bind takes an own address once', () => {
  const bench = createBench()
  const fd = socket(bench)
  expect(does(bench, SERVER, { call: 'bind', fd, address: '10.0.0.9', port: 80 })).toBe('= -1 EADDRNOTAVAIL')
  expect(does(bench, SERVER, { call: 'bind', fd, address: 'no address', port: 80 })).toBe('= -1 EINVAL')
  expect(does(bench, SERVER, { call: 'bind', fd, address: '10.0.0.2', port: 80 })).toBe('= 0')
  expect(does(bench, SERVER, { call: 'bind', fd, port: 81 })).toBe('= -1 EINVAL')
  expect(socketAt(bench, SERVER, fd).local).toBe('10.0.0.2:80')
})

test('bind to port 0 takes a port of ip_local_port_range, another one each time', () => {
  const bench = createBench({ server: { ip_local_port_range: [40_000, 40_002] } })
  const ports = [1, 2, 3].map(() => {
    const fd = socket(bench)
    expect(does(bench, SERVER, { call: 'bind', fd, port: 0 })).toBe('= 0')
    return socketAt(bench, SERVER, fd).local.split(':')[1]
  })
  expect(ports.toSorted()).toEqual(['40000', '40001', '40002'])
  expect(does(bench, SERVER, { call: 'bind', fd: socket(bench), port: 0 })).toBe('= -1 EADDRINUSE')
})

test('two sockets share a port only at different addresses, or with SO_REUSEADDR on both, or SO_REUSEPORT on both', () => {
  const bench = createBench()
  const bound = (port: number, address?: string, option?: 'SO_REUSEADDR' | 'SO_REUSEPORT'): string => {
    const fd = socket(bench)
    if (option !== undefined) does(bench, SERVER, { call: 'setsockopt', fd, option, value: 1 })
    return does(bench, SERVER, { call: 'bind', fd, port, ...(address === undefined ? {} : { address }) })
  }
  expect(bound(80)).toBe('= 0')
  expect(bound(80)).toBe('= -1 EADDRINUSE')
  expect(bound(80, '10.0.0.2')).toBe('= -1 EADDRINUSE')
  expect(bound(81, '10.0.0.2')).toBe('= 0')
  expect(bound(81, '127.0.0.1')).toBe('= 0')
  expect(bound(82, undefined, 'SO_REUSEADDR')).toBe('= 0')
  expect(bound(82, undefined, 'SO_REUSEADDR')).toBe('= 0')
  expect(bound(82)).toBe('= -1 EADDRINUSE')
  expect(bound(83, undefined, 'SO_REUSEPORT')).toBe('= 0')
  expect(bound(83, undefined, 'SO_REUSEPORT')).toBe('= 0')
  expect(bound(83, undefined, 'SO_REUSEADDR')).toBe('= -1 EADDRINUSE')
})

test('of two sockets that share a port by SO_REUSEADDR one may listen', () => {
  const bench = createBench()
  const [first, second] = [socket(bench), socket(bench)]
  for (const fd of [first, second]) {
    does(bench, SERVER, { call: 'setsockopt', fd, option: 'SO_REUSEADDR', value: 1 })
    expect(does(bench, SERVER, { call: 'bind', fd, port: 80 })).toBe('= 0')
  }
  expect(does(bench, SERVER, { call: 'listen', fd: first, backlog: 5 })).toBe('= 0')
  expect(does(bench, SERVER, { call: 'listen', fd: second, backlog: 5 })).toBe('= -1 EADDRINUSE')
  const late = socket(bench)
  does(bench, SERVER, { call: 'setsockopt', fd: late, option: 'SO_REUSEADDR', value: 1 })
  expect(does(bench, SERVER, { call: 'bind', fd: late, port: 80 })).toBe('= -1 EADDRINUSE')
})

test('listen bounds the backlog by somaxconn, takes a new one later, and binds by itself', () => {
  const bench = createBench({ server: { somaxconn: 10 } })
  const fd = socket(bench)
  const backlog = (): number | undefined => socketAt(bench, SERVER, fd).listener?.backlog
  expect(does(bench, SERVER, { call: 'listen', fd, backlog: 3 })).toBe('= 0')
  expect(socketAt(bench, SERVER, fd).state).toBe('LISTEN')
  expect(Number(socketAt(bench, SERVER, fd).local.split(':')[1])).toBeGreaterThanOrEqual(32_768)
  expect(backlog()).toBe(3)
  expect(does(bench, SERVER, { call: 'listen', fd, backlog: 100 })).toBe('= 0')
  expect(backlog()).toBe(10)
  expect(does(bench, SERVER, { call: 'listen', fd, backlog: -1 })).toBe('= 0')
  expect(backlog()).toBe(10)
})

test('a connected socket cannot listen, a listener cannot connect', () => {
  const bench = createBench()
  const { client, listener } = connected(bench)
  expect(does(bench, CLIENT, { call: 'listen', fd: client, backlog: 1 })).toBe('= -1 EINVAL')
  expect(does(bench, SERVER, { call: 'connect', fd: listener, address: '10.0.0.1', port: 80 })).toBe('= -1 EISCONN')
})

test('a port in TIME-WAIT is free for a listener only if both sockets have SO_REUSEADDR', () => {
  for (const [before, after, expected] of [
    [0, 1, '= -1 EADDRINUSE'],
    [1, 0, '= -1 EADDRINUSE'],
    [1, 1, '= 0'],
  ] as const) {
    const bench = createBench()
    const listener = socket(bench)
    does(bench, SERVER, { call: 'setsockopt', fd: listener, option: 'SO_REUSEADDR', value: before })
    does(bench, SERVER, { call: 'bind', fd: listener, port: 80 })
    does(bench, SERVER, { call: 'listen', fd: listener, backlog: 5 })
    const client = socket(bench, CLIENT)
    call(bench, CLIENT, { call: 'connect', fd: client, address: '10.0.0.2', port: 80 })
    run(bench, 50_000)
    const server = valueOf(bench, call(bench, SERVER, { call: 'accept', fd: listener }))
    does(bench, SERVER, { call: 'close', fd: server })
    does(bench, SERVER, { call: 'close', fd: listener })
    run(bench, 50_000)
    does(bench, CLIENT, { call: 'close', fd: client })
    run(bench, 50_000)
    expect(view(bench, SERVER).stateCounts).toEqual({ 'TIME-WAIT': 1 })
    const fresh = socket(bench)
    does(bench, SERVER, { call: 'setsockopt', fd: fresh, option: 'SO_REUSEADDR', value: after })
    expect(does(bench, SERVER, { call: 'bind', fd: fresh, port: 80 })).toBe(expected)
  }
})
