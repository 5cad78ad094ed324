/** setsockopt(2), getsockopt(2), fcntl(2): Linux's doubling, clamping and errors. */
import { expect, test } from 'vitest'
import {
  call,
  CLIENT,
  connected,
  createBench,
  does,
  lastCall,
  run,
  SERVER,
  socketAt,
  valueOf,
} from '../../testing/host-bench'
import type { HostBench } from '../../testing/host-bench'
import type { OptionValue, SocketOption } from '../../trace'

const socket = (bench: HostBench): number => valueOf(bench, call(bench, CLIENT, { call: 'socket' }))
const set = (bench: HostBench, fd: number, option: SocketOption, value: OptionValue): string =>
  does(bench, CLIENT, { call: 'setsockopt', fd, option, value })
/** The value between the brackets of the answered call. */
const get = (bench: HostBench, fd: number, option: SocketOption): string => {
  const view = lastCall(bench, call(bench, CLIENT, { call: 'getsockopt', fd, option }))
  return /\[(.*)\]/.exec(view.call)?.[1] ?? view.returned!.errno
}

test('buffer sizes are doubled, bounded by wmem_max and rmem_max, and never below the least', () => {
  const bench = createBench({ client: { wmem_max: 50_000, rmem_max: 60_000 } })
  const fd = socket(bench)
  expect([get(bench, fd, 'SO_SNDBUF'), get(bench, fd, 'SO_RCVBUF')]).toEqual(['16384', '131072'])
  for (const [option, value, expected] of [
    ['SO_SNDBUF', 20_000, '40000'],
    ['SO_SNDBUF', 1_000_000, '100000'],
    ['SO_SNDBUF', 1, '4608'],
    ['SO_SNDBUF', -1, '100000'],
    ['SO_RCVBUF', 20_000, '40000'],
    ['SO_RCVBUF', 1_000_000, '120000'],
    ['SO_RCVBUF', 0, '2304'],
  ] as const) {
    expect(set(bench, fd, option, value)).toBe('= 0')
    expect(get(bench, fd, option), `${option} ${value}`).toBe(expected)
  }
})

test('options are kept and given back', () => {
  const bench = createBench()
  const fd = socket(bench)
  for (const [option, value, shown] of [
    ['SO_REUSEADDR', 1, '1'],
    ['SO_REUSEPORT', 1, '1'],
    ['SO_KEEPALIVE', 7, '1'],
    ['SO_LINGER', 3, '{on, 3 s}'],
    ['SO_LINGER', -1, '{off, 0 s}'],
    ['SO_RCVTIMEO', 250, '250 ms'],
    ['SO_SNDTIMEO', 250, '250 ms'],
    ['TCP_NODELAY', 1, '1'],
    ['TCP_CORK', 1, '1'],
    ['TCP_CONGESTION', 'reno', '"reno"'],
    ['TCP_KEEPIDLE', 10, '10'],
    ['TCP_KEEPINTVL', 2, '2'],
    ['TCP_KEEPCNT', 3, '3'],
    ['TCP_USER_TIMEOUT', 1_500, '1500 ms'],
    ['TCP_SYNCNT', 2, '2'],
    ['TCP_LINGER2', 5, '5'],
    ['TCP_LINGER2', 1_000, '120'],
    ['TCP_LINGER2', 0, '60'],
    ['TCP_MAXSEG', 1_000, '1000'],
  ] as const) {
    expect(set(bench, fd, option, value), option).toBe('= 0')
    expect(get(bench, fd, option), option).toBe(shown)
  }
})

test('values out of range are EINVAL, an unknown algorithm ENOENT, options that cannot be set ENOPROTOOPT', () => {
  const bench = createBench()
  const fd = socket(bench)
  for (const [option, value, errno] of [
    ['TCP_KEEPIDLE', 0, 'EINVAL'],
    ['TCP_KEEPIDLE', 32_768, 'EINVAL'],
    ['TCP_KEEPINTVL', 0, 'EINVAL'],
    ['TCP_KEEPCNT', 128, 'EINVAL'],
    ['TCP_SYNCNT', 0, 'EINVAL'],
    ['TCP_USER_TIMEOUT', -1, 'EINVAL'],
    ['TCP_MAXSEG', 87, 'EINVAL'],
    ['TCP_MAXSEG', 32_768, 'EINVAL'],
    ['TCP_NODELAY', 'yes', 'EINVAL'],
    ['SO_SNDBUF', 1.5, 'EINVAL'],
    ['TCP_CONGESTION', 'vegas', 'ENOENT'],
    ['TCP_CONGESTION', 1, 'ENOENT'],
    ['SO_ERROR', 0, 'ENOPROTOOPT'],
    ['TCP_RTO_MAX_MS', 999, 'EINVAL'],
    ['TCP_RTO_MIN_US', 200_001, 'EINVAL'],
    ['TCP_DELACK_MAX_US', 1_000, 'EINVAL'],
    ['TCP_THIN_LINEAR_TIMEOUTS', 2, 'EINVAL'],
    ['TCP_THIN_DUPACK', 2, 'EINVAL'],
    ['IP_MTU_DISCOVER', 6, 'EINVAL'],
  ] as const) {
    expect(set(bench, fd, option, value), `${option} ${value}`).toBe(`= -1 ${errno}`)
  }
  expect(get(bench, fd, 'IP_MTU')).toBe('ENOTCONN')
})

test('a connection takes options over from the socket, a child from its listener', () => {
  const bench = createBench()
  const listener = valueOf(bench, call(bench, SERVER, { call: 'socket' }))
  for (const [option, value] of [
    ['TCP_NODELAY', 1],
    ['SO_KEEPALIVE', 1],
    ['SO_LINGER', 4],
    ['SO_RCVBUF', 10_000],
  ] as const) {
    does(bench, SERVER, { call: 'setsockopt', fd: listener, option, value })
  }
  does(bench, SERVER, { call: 'bind', fd: listener, port: 80 })
  does(bench, SERVER, { call: 'listen', fd: listener, backlog: 1 })
  const client = socket(bench)
  set(bench, client, 'TCP_CONGESTION', 'reno')
  call(bench, CLIENT, { call: 'connect', fd: client, address: '10.0.0.2', port: 80 })
  run(bench, 50_000)
  const fd = valueOf(bench, call(bench, SERVER, { call: 'accept', fd: listener }))
  const child = socketAt(bench, SERVER, fd)
  expect(child.options).toEqual({ TCP_NODELAY: 1, SO_KEEPALIVE: 1, SO_LINGER: 4, SO_RCVBUF: 10_000 })
  expect(bench.hosts[SERVER].sockets.get(child.id)!.tcb!.config).toMatchObject({ nodelay: true, rcvbuf: 20_000 })
  expect(socketAt(bench, CLIENT, client).tcb!.congestion.algorithm).toBe('reno')
})

test('TCP_CONGESTION changes the algorithm of a connection that is open', () => {
  const bench = createBench()
  const { client } = connected(bench)
  expect(socketAt(bench, CLIENT, client).tcb!.congestion.algorithm).toBe('cubic')
  expect(set(bench, client, 'TCP_CONGESTION', 'reno')).toBe('= 0')
  expect(socketAt(bench, CLIENT, client).tcb!.congestion.algorithm).toBe('reno')
})

test('TCP_NODELAY and TCP_CORK off push what was held back', () => {
  for (const option of ['TCP_NODELAY', 'TCP_CORK'] as const) {
    const bench = createBench()
    const { client } = connected(bench)
    run(bench, 100_000)
    const lengths = (since: number): number[] =>
      bench.packets.slice(since).map(({ packet }) => packet.segment.payload.length)
    const before = bench.packets.length
    if (option === 'TCP_CORK') set(bench, client, option, 1)
    else does(bench, CLIENT, { call: 'send', fd: client, bytes: 5 })
    does(bench, CLIENT, { call: 'send', fd: client, bytes: 7 })
    const held = bench.packets.length
    expect(lengths(before)).toEqual(option === 'TCP_CORK' ? [] : [5])
    set(bench, client, option, option === 'TCP_CORK' ? 0 : 1)
    expect(lengths(held)).toEqual([7])
  }
})

test('getsockopt keeps the value for a program, and returns 0 as C does', () => {
  const bench = createBench({
    programs: [
      [
        { call: 'socket', as: 's' },
        { call: 'getsockopt', fd: 's', option: 'SO_SNDBUF', as: 'n' },
      ],
      [],
    ],
  })
  run(bench, 1)
  const [thread] = bench.hosts[CLIENT].threads.values()
  expect(thread.variables).toEqual({ s: 3, n: 16_384 })
  expect(thread.history.at(-1)).toMatchObject({ call: 'getsockopt(3, SO_SNDBUF, [16384])', returned: { value: 0 } })
})

test("O_NONBLOCK comes from socket() and fcntl(), and is the open file's", () => {
  const bench = createBench()
  const fd = valueOf(bench, call(bench, CLIENT, { call: 'socket', nonblock: true }))
  const nonblock = (): boolean =>
    bench.hosts[CLIENT].files.get(bench.hosts[CLIENT].processes.get(1_000)!.descriptors.get(fd)!)!.nonblock
  expect(nonblock()).toBe(true)
  expect(does(bench, CLIENT, { call: 'fcntl', fd, nonblock: false })).toBe('= 0')
  expect(nonblock()).toBe(false)
})
