/** RFC 9293 3.8.1 to 3.8.3: retransmission, congestion control, and when a connection is given up. */
import { describe, expect, test } from 'vitest'
import * as hosts from '../../testing/host-bench'
import { ack, pass, senderBench, takeSent, write } from '../../testing/sender-bench'
import * as pairs from '../../testing/tcp-pair'
import { connect } from '../../tcp'
import { LINUX_SYSCTL } from '../../trace'
import { CE } from '../../wire'

const SECOND = 1_000_000
const NO_PROBE = { tcp_early_retrans: 0 }

/** When `a` sent data, in seconds after the first, while nothing came back; the wait ends with the connection. */
function unanswered(options: pairs.PairOptions, limitSeconds: number): { times: number[]; pair: pairs.Pair } {
  const pair = pairs.connected({ sysctl: NO_PROBE, ...options })
  pair.wire = () => []
  pairs.write(pair, 'a', pairs.pattern(0, 100))
  pairs.pass(pair, limitSeconds * SECOND)
  const times = pair.log.filter(({ from }) => from === 'a').map(({ at }) => (at - pair.log[0].at) / SECOND)
  return { times, pair }
}

describe('the retransmission timeout', () => {
  test('MUST-18: comes from the round trips that were measured, and not from those of retransmissions (Karn)', () => {
    const bench = senderBench({ sysctl: NO_PROBE })
    // SRTT 100 ms, RTTVAR 50 ms: RFC 6298 (2.2).
    expect(bench.tcb.rtt.rto).toBe(300_000)
    write(bench, 1_000)
    pass(bench, 310_000)
    expect(takeSent(bench)).toEqual([1, 1])
    pass(bench, 5_000)
    ack(bench, 1_001)
    expect(bench.tcb.rtt.srtt).toBe(100_000)
    write(bench, 1_000)
    pass(bench, 60_000)
    ack(bench, 2_001)
    expect(bench.tcb.rtt.srtt).toBe(95_000)
  })

  test('MUST-19: doubles with each retransmission', () => {
    const { times } = unanswered({}, 30)
    const gaps = times.slice(1).map((time, i) => time - times[i])
    for (let i = 1; i < gaps.length; i++) expect(gaps[i] / gaps[i - 1]).toBeCloseTo(2, 1)
  })
})

describe('congestion control', () => {
  test('MUST-19: slow start doubles the window in a round trip, congestion avoidance adds one segment', () => {
    const bench = senderBench({ config: { congestion: 'reno' } })
    const round = (): number => {
      write(bench, 200_000)
      const sent = takeSent(bench)
      pass(bench, 100_000)
      for (const seq of sent) ack(bench, seq + 1_000)
      return sent.length
    }
    const before = bench.tcb.congestion.cwnd
    round()
    expect(bench.tcb.congestion.cwnd).toBe(2 * before)
    bench.tcb.congestion.ssthresh = 2 * before
    takeSent(bench)
    pass(bench, 100_000)
    const { nxt, una } = bench.tcb.snd
    const flight = (nxt - una) / 1_000
    for (let i = 1; i <= flight; i++) ack(bench, 10_001 + 1_000 * i)
    expect(bench.tcb.congestion.cwnd).toBe(2 * before + 1)
  })

  test('SHLD-8: with ECN a mark takes the window down, and nothing need be lost', () => {
    const pair = pairs.connected({ sysctl: { tcp_ecn: 1, tcp_congestion_control: 'reno', ...NO_PROBE } })
    let marked = 0
    pair.mark = (sent) => (sent.segment.payload.length > 0 && marked++ === 0 ? CE : sent.codepoint)
    pairs.write(pair, 'a', pairs.pattern(0, 40_000))
    pairs.pass(pair, SECOND)
    expect(pairs.read(pair, 'b')).toHaveLength(40_000)
    expect(pair.a.tcb.congestion.ssthresh).toBe(5)
    expect(pair.a.tcb.totals.retransmits).toBe(0)
  })

  test('MAY-18: CUBIC is the default, Reno can be had', () => {
    expect(LINUX_SYSCTL.tcp_congestion_control).toBe('cubic')
    const bench = hosts.createBench()
    const fd = hosts.valueOf(bench, hosts.call(bench, hosts.CLIENT, { call: 'socket' }))
    const set = (value: string): string =>
      hosts.does(bench, hosts.CLIENT, { call: 'setsockopt', fd, option: 'TCP_CONGESTION', value })
    expect(set('reno')).toBe('= 0')
    expect(set('cubic')).toBe('= 0')
    expect(set('telepathy')).toBe('= -1 ENOENT')
  })
})

describe('giving up', () => {
  test('MUST-20, SHLD-11: R2 is some 924 s (tcp_retries2 15); then the connection is closed with ETIMEDOUT', () => {
    const { times, pair } = unanswered({}, 2_000)
    expect(pair.a.tcb).toMatchObject({ state: 'CLOSED', error: 'ETIMEDOUT' })
    expect(times.at(-1)).toBeGreaterThan(100)
    expect(times.length - 1).toBeGreaterThanOrEqual(15)
  })

  test('SHLD-10: R1 is three retransmissions (tcp_retries1)', () => {
    expect(LINUX_SYSCTL.tcp_retries1).toBe(3)
  })

  test('MUST-21: TCP_USER_TIMEOUT sets R2 for one connection, in milliseconds', () => {
    const { pair } = unanswered({ config: { userTimeoutMicros: 5 * SECOND } }, 10)
    expect(pair.a.tcb).toMatchObject({ state: 'CLOSED', error: 'ETIMEDOUT' })
    const { pair: patient } = unanswered({}, 10)
    expect(patient.a.tcb.state).toBe('ESTABLISHED')

    const bench = hosts.createBench()
    const { client } = hosts.connected(bench)
    hosts.does(bench, hosts.CLIENT, { call: 'setsockopt', fd: client, option: 'TCP_USER_TIMEOUT', value: 3_000 })
    bench.lose = () => true
    hosts.does(bench, hosts.CLIENT, { call: 'send', fd: client, bytes: 10 })
    hosts.run(bench, 10 * SECOND)
    expect(hosts.does(bench, hosts.CLIENT, { call: 'recv', fd: client, bytes: 1 })).toBe('= -1 ETIMEDOUT')
  })

  test('MUST-22: a SYN is repeated with growing pauses, and given up with ETIMEDOUT', () => {
    const pair = pairs.tcpPair({ wire: () => [], sysctl: { tcp_syn_linear_timeouts: 0 } })
    pairs.at(pair, 'a', connect)
    pairs.pass(pair, 200 * SECOND)
    expect(pair.log.map(({ at }) => Math.round((at - pair.log[0].at) / SECOND))).toEqual([0, 1, 3, 7, 15, 31, 63])
    expect(pair.a.tcb).toMatchObject({ state: 'CLOSED', error: 'ETIMEDOUT' })
  })

  test('MUST-47: an error that came between calls is told by SO_ERROR, once', () => {
    const bench = hosts.createBench()
    const { fd } = hosts.connectTo80(bench, true)
    hosts.run(bench, 100_000)
    const error = (): string =>
      hosts.lastCall(bench, hosts.call(bench, hosts.CLIENT, { call: 'getsockopt', fd, option: 'SO_ERROR' })).call
    expect(error()).toContain('ECONNREFUSED')
    expect(error()).not.toContain('ECONNREFUSED')
  })

  test('MAY-5: keep-alive finds a peer that is gone', () => {
    const pair = pairs.connected({ config: { keepalive: true, keepIdleMicros: 10 * SECOND } })
    pair.wire = () => []
    pairs.pass(pair, 3_600 * SECOND)
    expect(pair.a.tcb).toMatchObject({ state: 'CLOSED', error: 'ETIMEDOUT' })
  })
})
