/**
 * A listener at its limits, on a real kernel (listening.py) and on a host of ours: the counters that move, the states of its connections, its queue, and what clients are
 * told.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { createSession, runUntil, takeReport } from '../../src/sim'
import type { Session } from '../../src/sim'
import { twoHosts } from '../../src/testing/worlds'
import type { TwoHosts } from '../../src/testing/worlds'
import { runText } from '../../src/texts'
import { readEvent } from '../../src/trace'
import type { Step, Sysctl } from '../../src/trace'
import { kernelUnavailable, namespaceFlags } from './wire'

interface Outcome {
  readonly counters: Readonly<Record<string, number>>
  readonly states: readonly string[]
  /** Recv-Q and Send-Q of the listener. */
  readonly queue: readonly (readonly string[])[]
  /** Bytes that a recv() returned, or its errno. */
  readonly outcomes: readonly (string | number)[]
}

interface Situation {
  readonly title: string
  /** The function in listening.py, what it is given beside the port, and the sysctls. */
  readonly kernel: readonly [name: string, arguments_: readonly number[]]
  readonly sysctl?: Partial<Sysctl>
  readonly ours: TwoHosts
  /** Whose recv() is told of: host, and descriptor. */
  readonly recv?: readonly [host: number, fd: number]
}

const CLIENT = 0
const SERVER = 1
const PORT = 80
const wait = (ms: number): Step => ({ sleepMicros: ms * 1_000 })

function listener(backlog: number, ...setup: readonly Step[]): Step[] {
  return [
    { call: 'socket', as: 'l' },
    ...setup,
    { call: 'bind', fd: 'l', port: PORT },
    { call: 'listen', fd: 'l', backlog },
  ]
}

function clients(count: number): Step[] {
  return Array.from({ length: count }, (_, i): Step[] => [
    { call: 'socket', as: `c${i}` },
    { call: 'fcntl', fd: `c${i}`, nonblock: true },
    { call: 'connect', fd: `c${i}`, address: '10.0.0.2', port: PORT },
    wait(10),
  ]).flat()
}

/** Nobody hears the SYN,ACK. */
const deaf: TwoHosts['faults'] = [{ from: SERVER, flags: 'SA', nth: [], order: 'lose' }]
/** The first ACK of a client is lost, and then its place is taken. */
const overtaken: TwoHosts = {
  server: listener(0),
  client: [
    ...clients(2),
    { call: 'send', fd: 'c0', bytes: 5, flags: ['MSG_NOSIGNAL'] },
    wait(30),
    { call: 'recv', fd: 'c0', bytes: 10 },
  ],
  faults: [{ from: CLIENT, flags: 'A', nth: [1], order: 'lose' }],
}

const SITUATIONS: readonly Situation[] = [
  {
    title: 'backlog + 1 connections fit, the next SYNs are dropped',
    kernel: ['crowd', [1, 5]],
    ours: { server: listener(1), client: clients(5) },
  },
  {
    title: 'a backlog of 0 takes one',
    kernel: ['crowd', [0, 3]],
    ours: { server: listener(0), client: clients(3) },
  },
  {
    title: 'without cookies the SYN queue takes backlog + 1',
    kernel: ['strangers', [4, 10]],
    sysctl: { tcp_syncookies: 0 },
    ours: { server: listener(4), client: clients(10), faults: deaf },
  },
  {
    title: 'with tcp_syncookies 1 whoever comes then gets a cookie',
    kernel: ['strangers', [4, 10]],
    sysctl: { tcp_syncookies: 1 },
    ours: { server: listener(4), client: clients(10), faults: deaf },
  },
  {
    title: 'with tcp_syncookies 2 everybody gets one',
    kernel: ['strangers', [4, 10]],
    sysctl: { tcp_syncookies: 2 },
    ours: { server: listener(4), client: clients(10), faults: deaf },
  },
  {
    title: 'a cookie that comes back makes a connection',
    kernel: ['crowd', [4, 3]],
    sysctl: { tcp_syncookies: 2 },
    ours: { server: listener(4), client: clients(3) },
  },
  {
    title: 'without cookies the last quarter of tcp_max_syn_backlog is kept for peers that are known',
    kernel: ['strangers', [128, 12]],
    sysctl: { tcp_syncookies: 0, tcp_max_syn_backlog: 8 },
    ours: { server: listener(128), client: clients(12), faults: deaf },
  },
  {
    title: 'a final ACK that finds the accept queue full is dropped, and the client believes that it is connected',
    kernel: ['overflow', []],
    ours: overtaken,
    recv: [CLIENT, 3],
  },
  {
    title: 'with tcp_abort_on_overflow it is answered with RST',
    kernel: ['overflow', []],
    sysctl: { tcp_abort_on_overflow: 1 },
    ours: overtaken,
    recv: [CLIENT, 3],
  },
  {
    title: 'TCP_DEFER_ACCEPT puts a bare ACK aside',
    kernel: ['deferred', []],
    ours: {
      server: listener(5, { call: 'setsockopt', fd: 'l', option: 'TCP_DEFER_ACCEPT', value: 5 }),
      client: clients(1),
    },
  },
  {
    title: 'a connection that is reset before accept() is accepted, and recv() tells once',
    kernel: ['reset_before_accept', []],
    ours: {
      server: [
        ...listener(5),
        wait(50),
        { call: 'accept', fd: 'l', as: 's' },
        { call: 'recv', fd: 's', bytes: 10 },
        { call: 'recv', fd: 's', bytes: 10 },
      ],
      client: [
        ...clients(1),
        { call: 'setsockopt', fd: 'c0', option: 'SO_LINGER', value: 0 },
        { call: 'close', fd: 'c0' },
      ],
    },
    recv: [SERVER, 4],
  },
  {
    title: 'a second listen() changes the backlog at once',
    kernel: ['second_listen', []],
    ours: {
      server: [...listener(0), wait(25), { call: 'listen', fd: 'l', backlog: 2 }],
      client: [...clients(2), wait(10), ...clients(3)],
    },
  },
]

const reason =
  kernelUnavailable() ??
  (spawnSync('sh', ['-c', 'command -v ss iptables >/dev/null && iptables -S'], { encoding: 'utf8' }).status === 0
    ? undefined
    : 'ss and iptables are needed')
if (reason !== undefined) console.log(`Not run: a listener at its limits: ${reason}`)

describe.skipIf(reason !== undefined)('a listener at its limits, as on Linux', () => {
  let kernel: Readonly<Record<string, Outcome>> = {}
  beforeAll(() => {
    const script = fileURLToPath(new URL('listening.py', import.meta.url))
    const asked = SITUATIONS.map((situation) => [...situation.kernel, situation.sysctl ?? {}])
    const args = ['-k', '5', '60', 'unshare', ...namespaceFlags(), 'python3', script, JSON.stringify(asked)]
    const { stdout, stderr } = spawnSync('timeout', args, { encoding: 'utf8' })
    if (stdout === '') throw new Error(stderr)
    kernel = JSON.parse(stdout) as Record<string, Outcome>
  }, 90_000)

  for (const [index, situation] of SITUATIONS.entries()) {
    test(situation.title, () => {
      const expected = kernel[7_101 + index]
      expect(ourOutcome(situation, Object.keys(expected.counters))).toEqual(expected)
    })
  }
})

const COUNTERS = [
  'ListenOverflows',
  'ListenDrops',
  'TCPReqQFullDoCookies',
  'TCPReqQFullDrop',
  'SyncookiesSent',
  'SyncookiesRecv',
  'TCPDeferAcceptDrop',
  'EmbryonicRsts',
  'OutRsts',
  'PassiveOpens',
]

function ourOutcome({ ours, sysctl = {}, recv }: Situation, named: readonly string[]): Outcome {
  const session = createSession(
    twoHosts({ ...ours, link: { rateBitsPerSecond: 0, delayMicros: 10 }, serverSysctl: sysctl }),
  )
  runUntil(session, 200_000)
  const reports = [CLIENT, SERVER].map((host) => takeReport(session, host))
  // Both ends share the kernel's counters.
  const sums = COUNTERS.map(
    (name) => [name, reports.reduce((sum, one) => sum + (one?.counters[name] ?? 0), 0)] as const,
  )
  const rows = ssRows(session)
  return {
    counters: Object.fromEntries(sums.filter(([name, value]) => value !== 0 || named.includes(name))),
    states: rows.flatMap(([state]) => (state === 'LISTEN' ? [] : [state])).toSorted(),
    queue: rows.flatMap(([state, ...queues]) => (state === 'LISTEN' ? [queues.slice(0, 2)] : [])),
    outcomes: recv === undefined ? [] : received(session, ...recv),
  }
}

function ssRows(session: Session): string[][] {
  const report = takeReport(session, SERVER)
  const printed = report === undefined ? undefined : runText('ss -Htan', report)
  if (printed?.ok !== true) throw new Error('ss')
  return printed.value.map(({ text }) => text.split(/\s+/))
}

function received({ branch: { trace } }: Session, host: number, fd: number): (string | number)[] {
  return Array.from({ length: trace.events.count }, (_, i) => readEvent(trace, i)).flatMap((event) =>
    event.type === 'host/returned' && event.host === host && event.call.startsWith(`recv(${fd},`)
      ? [event.value < 0 ? event.errno : event.value]
      : [],
  )
}
