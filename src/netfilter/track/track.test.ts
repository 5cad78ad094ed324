import { expect, test } from 'vitest'
import { MICROS_PER_SECOND } from '../../base'
import {
  errorPacket,
  filterBench,
  flowsOf,
  icmpPacket,
  receive,
  send,
  tcpPacket,
  toldOf,
  udpPacket,
} from '../../testing/filter-bench'
import type { FilterBench } from '../../testing/filter-bench'

const OUT = '10.0.0.2:40000 > 10.0.0.9:80'
const BACK = '10.0.0.9:80 > 10.0.0.2:40000'
const OTHER = '10.0.0.9:81 > 10.0.0.2:40000'

/** What a stateful firewall says: counts the state that each packet is in. */
const STATES = ['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED']
const LINES = STATES.flatMap((state) =>
  ['INPUT', 'OUTPUT'].map(
    (chain) => `-A ${chain} -m conntrack --ctstate ${state} -m comment --comment ${state} -j ACCEPT`,
  ),
)

function stateOf(bench: FilterBench, act: () => void): string {
  const total = (): number[] =>
    STATES.map((state) => {
      const chains = [...(bench.netfilter.tables.get('filter')?.values() ?? [])]
      const rules = chains.flatMap(({ rules: list }) => list)
      return rules
        .filter(({ matches }) => matches.some((match) => match.kind === 'comment' && match.text === state))
        .reduce((sum, { packets }) => sum + packets, 0)
    })
  const before = total()
  act()
  return STATES[total().findIndex((count, i) => count > before[i])] ?? 'none'
}

function tracked(sysctl: Parameters<typeof filterBench>[1] = {}): {
  bench: FilterBench
  out: (flags: string, words?: Parameters<typeof tcpPacket>[3]) => string
  back: (flags: string, words?: Parameters<typeof tcpPacket>[3]) => string
} {
  const bench = filterBench(LINES, sysctl)
  return {
    bench,
    out: (flags, words) => stateOf(bench, () => send(bench, tcpPacket(bench, OUT, flags, words))),
    back: (flags, words) => stateOf(bench, () => receive(bench, tcpPacket(bench, BACK, flags, words))),
  }
}

function handshake({ out, back }: ReturnType<typeof tracked>): void {
  out('S', { seq: 100 })
  back('SA', { seq: 500, ack: 101 })
  out('A', { seq: 101, ack: 501 })
}

test('a connection goes from SYN_SENT to ESTABLISHED, with the timeouts of the kernel, and is ASSURED then', () => {
  const { bench, out, back } = tracked()
  expect(out('S', { seq: 100 })).toBe('NEW')
  expect(flowsOf(bench)).toEqual(['tcp SYN_SENT 120 unreplied'])
  expect(back('SA', { seq: 500, ack: 101 })).toBe('ESTABLISHED')
  expect(flowsOf(bench)).toEqual(['tcp SYN_RECV 60'])
  expect(out('A', { seq: 101, ack: 501 })).toBe('ESTABLISHED')
  expect(flowsOf(bench)).toEqual(['tcp ESTABLISHED 432000 assured'])
})

test('data that nobody has acknowledged yet is waited for 300 s only', () => {
  const run = tracked()
  handshake(run)
  run.out('PA', { seq: 101, ack: 501, bytes: 10 })
  expect(flowsOf(run.bench)).toEqual(['tcp ESTABLISHED 300 assured'])
  run.back('A', { seq: 501, ack: 111 })
  expect(flowsOf(run.bench)).toEqual(['tcp ESTABLISHED 432000 assured'])
})

test('a close goes by FIN_WAIT, CLOSE_WAIT and LAST_ACK to TIME_WAIT', () => {
  const run = tracked()
  const { bench, out, back } = run
  handshake(run)
  const states: string[] = []
  const note = (): number => states.push(...flowsOf(bench))
  out('FA', { seq: 101, ack: 501 })
  note()
  back('A', { seq: 501, ack: 102 })
  note()
  back('FA', { seq: 501, ack: 102 })
  note()
  out('A', { seq: 102, ack: 502 })
  note()
  expect(states).toEqual([
    'tcp FIN_WAIT 120 assured',
    'tcp CLOSE_WAIT 60 assured',
    'tcp LAST_ACK 30 assured',
    'tcp TIME_WAIT 120 assured',
  ])
})

test('a SYN that is answered by a reset leaves nothing behind', () => {
  const { bench, out, back } = tracked()
  out('S', { seq: 100 })
  expect(back('RA', { seq: 0, ack: 101 })).toBe('ESTABLISHED')
  expect(flowsOf(bench)).toEqual([])
})

test('a reset with the exact number closes; one that only hits the window does not, since a challenge ACK may follow', () => {
  const run = tracked()
  handshake(run)
  run.back('R', { seq: 600 })
  expect(flowsOf(run.bench)).toEqual(['tcp ESTABLISHED 10 assured'])
  run.back('R', { seq: 501 })
  expect(flowsOf(run.bench)).toEqual(['tcp CLOSE 10 assured'])
})

test('a segment beyond the window is INVALID, unless conntrack is told to be liberal', () => {
  const far = { seq: 500_000, ack: 501, bytes: 10 }
  const strict = tracked()
  handshake(strict)
  expect(strict.out('PA', far)).toBe('INVALID')
  expect(toldOf(strict.bench, 'netfilter/invalid', 1)).toEqual(['out of window'])
  const liberal = tracked({ nf_conntrack_tcp_be_liberal: 1 })
  handshake(liberal)
  expect(liberal.out('PA', far)).toBe('ESTABLISHED')
})

test('a connection is picked up in the middle where nf_conntrack_tcp_loose allows, and is INVALID where not', () => {
  const loose = tracked()
  expect(loose.out('PA', { seq: 1_000, ack: 2_000, bytes: 10 })).toBe('NEW')
  expect(flowsOf(loose.bench)).toEqual(['tcp ESTABLISHED 300 unreplied'])
  expect(loose.back('A', { seq: 2_000, ack: 1_010 })).toBe('ESTABLISHED')
  const strict = tracked({ nf_conntrack_tcp_loose: 0 })
  expect(strict.out('PA', { seq: 1_000, ack: 2_000, bytes: 10 })).toBe('INVALID')
  expect(flowsOf(strict.bench)).toEqual([])
})

test('a SYN-ACK, a FIN or a reset begins no connection', () => {
  const { out } = tracked()
  expect([out('SA'), out('FA'), out('R'), out('')]).toEqual(['INVALID', 'INVALID', 'INVALID', 'INVALID'])
})

test('a new SYN on the tuple of a closed connection begins a new entry', () => {
  const run = tracked()
  const { bench, out, back } = run
  handshake(run)
  out('FA', { seq: 101, ack: 501 })
  back('FA', { seq: 501, ack: 102 })
  out('A', { seq: 102, ack: 502 })
  expect(flowsOf(bench)).toEqual(['tcp TIME_WAIT 120 assured'])
  expect(out('S', { seq: 9_000_000 })).toBe('NEW')
  expect(flowsOf(bench)).toEqual(['tcp SYN_SENT 120 unreplied'])
})

test('an entry is gone when its time is up, and a segment of the connection then is new again', () => {
  const run = tracked({ nf_conntrack_tcp_timeout_established: 600 })
  handshake(run)
  run.bench.now += 600 * MICROS_PER_SECOND
  expect(flowsOf(run.bench)).toEqual([])
  expect(run.back('PA', { seq: 501, ack: 101, bytes: 1 })).toBe('NEW')
  expect(toldOf(run.bench, 'netfilter/flowEnded', 1)).toEqual(['tcp 10.0.0.2:40000 > 10.0.0.9:80'])
})

test('UDP: 30 s for a question and its answer, 120 s once the two have talked for more than 2 s', () => {
  const bench = filterBench(LINES)
  send(bench, udpPacket(bench, OUT))
  expect(flowsOf(bench)).toEqual(['udp 30 unreplied'])
  expect(stateOf(bench, () => receive(bench, udpPacket(bench, BACK)))).toBe('ESTABLISHED')
  expect(flowsOf(bench)).toEqual(['udp 30'])
  bench.now += 3 * MICROS_PER_SECOND
  send(bench, udpPacket(bench, OUT))
  expect(flowsOf(bench)).toEqual(['udp 120 assured'])
})

test('an ICMP error is RELATED to the connection whose segment it quotes, and INVALID where there is none', () => {
  const bench = filterBench(LINES)
  const syn = tcpPacket(bench, OUT, 'S', { seq: 100 })
  const error = errorPacket(bench, '10.0.0.254', syn, 3, 1)
  expect(stateOf(bench, () => receive(bench, error))).toBe('INVALID')
  send(bench, syn)
  expect(stateOf(bench, () => receive(bench, error))).toBe('RELATED')
})

test('a ping and its answer are one connection for 30 s', () => {
  const bench = filterBench(LINES)
  const echo = (type: number): Parameters<typeof icmpPacket>[3] => ({
    type,
    code: 0,
    info: 0x00070001,
    quoted: new Uint8Array(8),
  })
  expect(stateOf(bench, () => send(bench, icmpPacket(bench, '10.0.0.2', '10.0.0.9', echo(8))))).toBe('NEW')
  expect(stateOf(bench, () => receive(bench, icmpPacket(bench, '10.0.0.9', '10.0.0.2', echo(0))))).toBe('ESTABLISHED')
  expect(flowsOf(bench)).toEqual(['icmp 30'])
  expect(stateOf(bench, () => receive(bench, icmpPacket(bench, '10.0.0.8', '10.0.0.2', echo(0))))).toBe('INVALID')
})

test('NOTRACK keeps a packet out of the table', () => {
  const bench = filterBench(['-t raw -A OUTPUT -p tcp --dport 80 -j NOTRACK', ...LINES])
  expect(stateOf(bench, () => send(bench, tcpPacket(bench, OUT, 'S')))).toBe('UNTRACKED')
  expect(flowsOf(bench)).toEqual([])
})

test('a full table gives up what is not ASSURED; where all is, a new connection is dropped', () => {
  const run = tracked({ nf_conntrack_max: 1 })
  expect(receive(run.bench, tcpPacket(run.bench, OTHER, 'S'))).toBe('accept')
  handshake(run)
  expect(flowsOf(run.bench)).toEqual(['tcp ESTABLISHED 432000 assured'])
  expect(run.bench.netfilter.counters.get('early_drop')).toBe(1)
  expect(receive(run.bench, tcpPacket(run.bench, OTHER, 'S'))).toBe('drop')
  expect(run.bench.events.at(-1)).toMatchObject({ type: 'host/packetDropped', rule: 'conntrackFull' })
})

test('a packet that a rule stops leaves no entry', () => {
  const bench = filterBench(['-A INPUT -m conntrack --ctstate NEW -j DROP'])
  expect(receive(bench, tcpPacket(bench, OTHER, 'S'))).toBe('drop')
  expect(flowsOf(bench)).toEqual([])
})

test('without a rule that needs it, nothing is tracked', () => {
  const bench = filterBench(['-A INPUT -p tcp --dport 22 -j DROP'])
  receive(bench, tcpPacket(bench, OTHER, 'S'))
  expect(flowsOf(bench)).toEqual([])
})
