/** What the tools say of situations that a server's owner knows: each column means what it means on Linux. */
import { describe, expect, test } from 'vitest'
import { createSession, runUntil, takeReport } from '../sim'
import { playScenario } from '../testing/scenario-run'
import { CLIENT, SERVER, twoHosts } from '../testing/worlds'
import type { TwoHosts } from '../testing/worlds'
import type { HostReport, Step } from '../trace'
import { COMMANDS, runText } from '.'
import { layOut } from './ss/columns'
import { formatG, formatRate, formatTimer } from './ss/numbers'

function print(command: string, report: HostReport | undefined): string[] {
  if (report === undefined) throw new Error('no such host')
  const printed = runText(command, report)
  if (!printed.ok) throw new Error(printed.error)
  return printed.value.map(({ text }) => text)
}

/** Rows with their blanks made one. */
function rows(command: string, report: HostReport | undefined): string[] {
  return print(command, report).map((text) => text.trim().replaceAll(/ +/g, ' '))
}

function reportOf(world: TwoHosts, host: number, untilMicros: number): HostReport | undefined {
  const session = createSession(twoHosts(world))
  runUntil(session, untilMicros)
  return takeReport(session, host)
}

const connectTo80: readonly Step[] = [
  { call: 'socket', as: 'c' },
  { call: 'connect', fd: 'c', address: '10.0.0.2', port: 80 },
]
const listenOn80: readonly Step[] = [
  { call: 'socket', as: 'l' },
  { call: 'bind', fd: 'l', port: 80 },
  { call: 'listen', fd: 'l', backlog: 5 },
]

describe('ss', () => {
  test('of a listener, Recv-Q is the accept queue and Send-Q the backlog; who was not accepted has no process, who asks has a row', () => {
    const { session } = playScenario('accept-queue-full', 500_000)
    expect(print('ss -tanpo', takeReport(session, SERVER))).toEqual([
      'State    Recv-Q Send-Q Local Address:Port Peer Address:Port Process',
      'LISTEN   3      2            0.0.0.0:80        0.0.0.0:*     users:(("server",pid=1000,fd=3))',
      'ESTAB    9      0           10.0.0.2:80       10.0.0.1:47348',
      'ESTAB    9      0           10.0.0.2:80       10.0.0.1:47350',
      'ESTAB    9      0           10.0.0.2:80       10.0.0.1:47352',
      'SYN-RECV 0      0           10.0.0.2:80       10.0.0.1:47354 timer:(on,572ms,0)',
    ])
    expect(print('ss -ltn', takeReport(session, SERVER))).toEqual([
      'State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess',
      'LISTEN 3      2            0.0.0.0:80        0.0.0.0:*',
    ])
    // Without -a neither listeners nor requests.
    expect(rows('ss -Htn', takeReport(session, SERVER)).map((row) => row.split(' ')[0])).toEqual([
      'ESTAB',
      'ESTAB',
      'ESTAB',
    ])
    expect(rows('ss -Htn state syn-recv', takeReport(session, SERVER))).toEqual(['0 0 10.0.0.2:80 10.0.0.1:47354'])
  })

  test('a FIN counts in Recv-Q of CLOSE-WAIT until recv() has returned 0, and an orphan in FIN-WAIT-2 has no process but a timer', () => {
    const { session } = playScenario('close-wait-leak', 2_000_000)
    const [, , first] = rows('ss -tan', takeReport(session, SERVER))
    expect(first).toBe('CLOSE-WAIT 1 0 10.0.0.2:80 10.0.0.1:47348')
    expect(rows('ss -tanpo', takeReport(session, CLIENT))[1]).toMatch(
      /^FIN-WAIT-2 0 0 10\.0\.0\.1:47348 10\.0\.0\.2:80 timer:\(timewait,\d+sec,0\)$/,
    )
    const reading: readonly Step[] = [
      ...listenOn80,
      { call: 'accept', fd: 'l', as: 's' },
      { call: 'recv', fd: 's', bytes: 100 },
    ]
    const closing: readonly Step[] = [...connectTo80, { call: 'close', fd: 'c' }]
    const read = reportOf({ server: reading, client: closing }, SERVER, 500_000)
    expect(rows('ss -Htan', read)[1]).toMatch(/^CLOSE-WAIT 0 0 /)
  })

  test('Send-Q counts what is not acknowledged, sent or not, and Recv-Q what is not read', () => {
    const world: TwoHosts = {
      server: [...listenOn80, { call: 'accept', fd: 'l', as: 's' }],
      client: [...connectTo80, { call: 'send', fd: 'c', bytes: 30_000 }],
    }
    // The bytes are queued, and none is acknowledged yet.
    expect(rows('ss -Htan', reportOf(world, CLIENT, 45_000))[0]).toMatch(/^ESTAB 0 30000 /)
    expect(rows('ss -Htan', reportOf(world, SERVER, 2_000_000))[1]).toMatch(/^ESTAB 30000 0 /)
    expect(rows('ss -Htan', reportOf({ ...world, server: [] }, CLIENT, 10_000))).toEqual([
      'SYN-SENT 0 1 10.0.0.1:47348 10.0.0.2:80',
    ])
  })

  test('TIME-WAIT has no process, though the descriptor is still open; ss -s counts its socket among the closed', () => {
    const server: readonly Step[] = [
      ...listenOn80,
      { call: 'accept', fd: 'l', as: 's' },
      { call: 'recv', fd: 's', bytes: 100 },
      { call: 'close', fd: 's' },
    ]
    const client: readonly Step[] = [
      ...connectTo80,
      { call: 'shutdown', fd: 'c', how: 'SHUT_WR' },
      { sleepMicros: 60_000_000 },
    ]
    const report = reportOf({ server, client }, CLIENT, 2_000_000)
    expect(rows('ss -Htanpo', report)[0]).toMatch(/^TIME-WAIT 0 0 \S+ \S+ timer:\(timewait,58sec,0\)$/)
    expect(print('ss -s', report).slice(0, 2)).toEqual([
      'Total: 1',
      'TCP:   2 (estab 0, closed 2, orphaned 0, timewait 1)',
    ])
    expect(print('cat /proc/net/sockstat', report)[1]).toBe('TCP: inuse 0 orphan 0 tw 1 alloc 1 mem 0')
    expect(print('cat /proc/net/tcp', report)[1]).toMatch(
      /^ {3}0: 0100000A:B8F4 0200000A:0050 06 00000000:00000000 03:0000[0-9A-F]{4} 00000000 {5}0 {8}0 0 3 0{16}$/,
    )
  })

  test('UDP sockets are UNCONN or ESTAB, Recv-Q is the memory of what waits, and the protocol is a column where it may differ', () => {
    const socket = (as: string): Step => ({ call: 'socket', as, type: 'SOCK_DGRAM' })
    const server: readonly Step[] = [socket('u'), { call: 'bind', fd: 'u', port: 53 }, socket('unbound')]
    const client: readonly Step[] = [
      socket('u'),
      { call: 'connect', fd: 'u', address: '10.0.0.2', port: 53 },
      { call: 'send', fd: 'u', bytes: 100 },
    ]
    const report = reportOf({ server, client }, SERVER, 500_000)
    const [header, row] = rows('ss -uan', report)
    expect(header).toBe('State Recv-Q Send-Q Local Address:Port Peer Address:PortProcess')
    expect(row).toMatch(/^UNCONN [1-9]\d+ 0 0\.0\.0\.0:53 0\.0\.0\.0:\*$/)
    expect(rows('ss -Htuanp', report)).toHaveLength(1)
    expect(rows('ss -Htuanp', report)[0]).toMatch(/^udp UNCONN .* users:\(\("server",pid=1000,fd=3\)\)$/)
    // Without -a those that are connected, which needs no column.
    expect(rows('ss -un', report)).toEqual(['Recv-Q Send-Q Local Address:Port Peer Address:PortProcess'])
    expect(rows('ss -Hun', reportOf({ server, client }, CLIENT, 500_000))[0]).toMatch(
      /^0 0 10\.0\.0\.1:\d+ 10\.0\.0\.2:53$/,
    )
    expect(print('cat /proc/net/udp', report)[1]).toMatch(
      /^ {4}0: 00000000:0035 00000000:0000 07 00000000:0{4}[0-9A-F]{4} 00:0{8} 0{8} {5}0 {8}0 2\d{4} 2 0{16} 0$/,
    )
    expect(print('ss -s', report)[5]).toBe('UDP\t  1         1         0')
  })

  test('Unix sockets have a path for an address and the numbers of their files for ports', () => {
    const base = reportOf({ server: listenOn80 }, SERVER, 10_000)
    if (base === undefined) throw new Error('no such host')
    const unix = (
      id: number,
      state: 'ESTABLISHED' | 'LISTEN',
      queues: readonly number[],
      path: string,
      peerInode: number,
    ) => ({
      ...base.sockets[0],
      id,
      protocol: 'unix' as const,
      state,
      receiveQueue: queues[0],
      sendQueue: queues[1],
      inode: 20_000 + id,
      users: [],
      unix: { type: 'stream' as const, path, peerInode },
    })
    const report = {
      ...base,
      sockets: [unix(1, 'LISTEN', [1, 3], '/run/app', 0), unix(2, 'ESTABLISHED', [5, 0], '/run/app', 20_003)],
    }
    expect(print('ss -xan', report)).toEqual([
      'Netid State  Recv-Q Send-Q Local Address:Port  Peer Address:Port Process',
      'u_str LISTEN 1      3           /run/app 20001            * 0',
      'u_str ESTAB  5      0           /run/app 20002            * 20003',
    ])
    expect(rows('ss -Hxn', report)).toEqual(['u_str ESTAB 5 0 /run/app 20002 * 20003'])
  })

  test('-m and -i tell memory and tcp_info in the order of ss', () => {
    const { session } = playScenario('fast-retransmit', 150_000)
    const [, , details] = print('ss -tmin', takeReport(session, CLIENT))
    expect(details).toMatch(/^\t skmem:\(r0,rb131072,t0,tb\d+,f\d+,w\d+,o0,bl0,d0\) ts sack reno wscale:10,10 rto:/)
    const names = details.split(' ').flatMap((word) => /^([a-z_]+):/.exec(word)?.[1] ?? [])
    expect(names.slice(0, 9)).toEqual(['skmem', 'wscale', 'rto', 'rtt', 'mss', 'pmtu', 'rcvmss', 'advmss', 'cwnd'])
    expect(names.indexOf('bytes_acked')).toBeLessThan(names.indexOf('segs_out'))
    expect(details).toMatch(/ send \d+bps lastsnd:\d+ .* pacing_rate \d+bps delivery_rate \d+bps delivered:9 /)
    expect(print('ss -tmi', takeReport(session, CLIENT))[1]).toContain('10.0.0.2:http')
  })

  test('numbers and times are written as ss writes them', () => {
    expect([1.234567, 0.02, 131_072, 1_048_576, 42.5, 2.886_718_75].map((value) => formatG(value))).toEqual([
      '1.23457',
      '0.02',
      '131072',
      '1.04858e+06',
      '42.5',
      '2.88672',
    ])
    expect([373_677_419, 16_548_571_429, 1_247_585_543_688, 0].map((bits) => formatRate(bits, false))).toEqual([
      '374M',
      '16.5G',
      '1.25T',
      '0',
    ])
    const times = [7_199e6, 88_400_000, 38_900_000, 1_608_000, 24_000, 5_000_000]
    expect(times.map((micros) => formatTimer(micros))).toEqual([
      '119min',
      '1min28sec',
      '38sec',
      '1.608ms',
      '024ms',
      '5sec',
    ])
  })

  test('on a terminal, what is left of its width is shared out among the columns', () => {
    const columns = ['a', 'b', 'c'].map((header) => ({ header, align: 'left' as const, gap: ' ' }))
    expect(layOut(columns, [['x', 'yy', 'z!']], undefined)).toEqual(['x yy z!'])
    expect(layOut(columns, [['x', 'yy', 'z!']], 15)).toEqual(['x   yy    z!'])
  })
})

describe('the other tools', () => {
  test('/proc/net/tcp has addresses as a little-endian processor keeps them, and times in hundredths of a second', () => {
    const { session } = playScenario('accept-queue-full', 500_000)
    const [, listener, , , , request] = print('cat /proc/net/tcp', takeReport(session, SERVER))
    expect(listener).toMatch(
      /^ {3}0: 0{8}:0050 0{8}:0{4} 0A 0{8}:00000003 00:0{8} 0{8} {5}0 {8}0 2\d{4} 1 0{16} 100 0 0 10 0$/,
    )
    expect(request).toMatch(/^ {3}4: 0200000A:0050 0100000A:B8FA 03 0{8}:0{8} 01:00000039 0{8} {5}0 {8}0 0 0 0{16}$/)
  })

  test('netstat -s tells the counters as sentences, nstat by name, and /proc/net/netstat in the order of the kernel', () => {
    const { session } = playScenario('accept-queue-full', 5_000_000)
    const report = takeReport(session, SERVER)
    const overflows = report?.counters['ListenOverflows'] ?? 0
    expect(overflows).toBeGreaterThan(0)
    expect(print('netstat -s', report)).toContain(`    ${overflows} times the listen queue of a socket overflowed`)
    expect(rows('nstat -a', report)).toContain(`TcpExtListenOverflows ${overflows} 0.0`)
    expect(rows('nstat -a', report).some((row) => row.includes(' 0 '))).toBe(false)
    expect(rows('nstat -az', report)).toContain('TcpExtTCPAbortOnMemory 0 0.0')
    const [names, values] = print('cat /proc/net/netstat', report).map((text) => text.split(' '))
    expect(values[names.indexOf('ListenOverflows')]).toBe(String(overflows))
    expect(names).toHaveLength(values.length)
  })

  test('every command of the list runs, and a word that is not understood is named', () => {
    const { session } = playScenario('three-way-handshake', 500_000)
    const report = takeReport(session, SERVER)
    if (report === undefined) throw new Error('no such host')
    for (const command of COMMANDS) expect(runText(command, report).ok, command).toBe(true)
    const failures = ['lsof', 'ss -tq', 'ss state up', 'cat /etc/passwd', 'netstat -t'].map((c) => runText(c, report))
    expect(failures.map((failure) => (failure.ok ? '' : failure.error.split(/[;:,] there/)[0]))).toEqual([
      'lsof: command not found',
      "ss: invalid option -- 'q'",
      'ss: wrong state name: up',
      'cat: /etc/passwd: No such file',
      'netstat: only -s is known here; ss shows sockets.',
    ])
  })

  test('a row says which socket it is about, and the same row is found again in a later run', () => {
    const { session } = playScenario('fast-retransmit', 150_000)
    const before = runText('ss -tmin', takeReport(session, SERVER) as HostReport)
    if (!before.ok) throw new Error(before.error)
    const [header, first, details] = before.value
    expect([header.header, header.socket]).toEqual([true, -1])
    expect([first.socket, details.socket]).toEqual([first.socket, first.socket])
    expect(new Set(before.value.map(({ key }) => key)).size).toBe(before.value.length)
  })
})
