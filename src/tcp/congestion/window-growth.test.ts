/** How the congestion window grows, rests and restarts: RFC 5681 3.1 and 4.1, RFC 6928, RFC 7661, RFC 9438. */
import { describe, expect, test } from 'vitest'
import { ack, pass, runUntil, senderBench, takeSent, write } from '../../testing/sender-bench'
import type { SenderBench } from '../../testing/sender-bench'

const RTT = 100_000

/** One round trip: every segment now out is acked by itself, `rtt` after it left. */
function roundTrip(bench: SenderBench, rtt = RTT): void {
  const { tcb } = bench
  const out = tcb.sent.map((segment) => [segment.lastSentAt + rtt, (segment.end - tcb.iss) >>> 0] as const)
  for (const [at, end] of out) {
    runUntil(bench, at)
    ack(bench, end)
  }
}

describe('slow start', () => {
  test('a fresh connection sends ten segments and then waits for the congestion window', () => {
    const bench = senderBench()
    write(bench, 50_000)
    expect(takeSent(bench)).toHaveLength(10)
    expect(bench.tcb.waiting).toMatchObject({ reason: 'congestionWindow', bytes: 40_000 })
  })

  test('each ACK of one segment lets two out, so that a round trip doubles the window', () => {
    const bench = senderBench({ config: { congestion: 'reno' } })
    write(bench, 500_000)
    for (const expected of [20, 40, 80]) {
      roundTrip(bench)
      expect(bench.tcb.congestion.cwnd).toBe(expected)
    }
  })

  test('an ACK of two segments counts for two', () => {
    const bench = senderBench()
    write(bench, 100_000)
    pass(bench, RTT)
    ack(bench, 2_001)
    expect(bench.tcb.congestion.cwnd).toBe(12)
  })

  test('a window that is not used does not grow', () => {
    const bench = senderBench({ config: { congestion: 'reno' } })
    bench.tcb.congestion.cwnd = 40
    write(bench, 5_000)
    pass(bench, RTT)
    ack(bench, 5_001)
    expect(bench.tcb.congestion.cwnd).toBe(40)
  })
})

describe('congestion avoidance', () => {
  test('Reno adds one segment each round trip', () => {
    const bench = senderBench({ config: { congestion: 'reno' } })
    bench.tcb.congestion.ssthresh = 10
    write(bench, 500_000)
    for (const expected of [11, 12, 13]) {
      roundTrip(bench)
      expect(bench.tcb.congestion.cwnd).toBe(expected)
    }
  })

  test('Reno halves on a loss, CUBIC falls to seven tenths', () => {
    for (const [congestion, expected] of [
      ['reno', 50],
      ['cubic', 70],
    ] as const) {
      const bench = senderBench({ config: { congestion } })
      bench.tcb.congestion.cwnd = 100
      write(bench, 100_000)
      pass(bench, RTT)
      ack(bench, 1, { sack: [[1_001, 6_001]] })
      expect(bench.tcb.recovery.caState).toBe('Recovery')
      expect(bench.tcb.congestion.ssthresh).toBe(expected)
    }
  })

  test(
    'CUBIC comes back to the old maximum in a concave curve and then leaves it in a convex one',
    { timeout: 60_000 },
    () => {
      const bench = senderBench({ config: { congestion: 'cubic' }, window: 60_000_000, sysctl: { initcwnd: 10 } })
      const { congestion } = bench.tcb
      Object.assign(congestion, { cwnd: 350, ssthresh: 350 })
      congestion.own.lastMaxCwnd = 500
      congestion.own.delayMin = RTT
      bench.tcb.config.sndbuf = 100_000_000
      const windows: number[] = []
      for (let trip = 0; trip < 115; trip++) {
        write(bench, 700_000)
        roundTrip(bench)
        windows.push(congestion.cwnd)
      }
      // K = cbrt(150 / 0.4) = 7.2 s, and 2.3 s before that 500 - 0.4 * 2.3^3 = 495: after 49 round trips.
      const reached = windows.findIndex((cwnd) => cwnd >= 495)
      expect(reached).toBeGreaterThan(44)
      expect(reached).toBeLessThan(55)
      const step = (at: number) => windows[at + 10] - windows[at]
      expect(step(5)).toBeGreaterThan(2 * step(45))
      expect(step(100)).toBeGreaterThan(2 * step(75))
    },
  )

  test('fast convergence: falling again below the last maximum aims lower', () => {
    const bench = senderBench({ config: { congestion: 'cubic' } })
    const { congestion } = bench.tcb
    congestion.own.lastMaxCwnd = 200
    congestion.cwnd = 100
    write(bench, 100_000)
    pass(bench, RTT)
    ack(bench, 1, { sack: [[1_001, 6_001]] })
    expect(congestion.own.lastMaxCwnd).toBe(85)
  })
})

describe('HyStart', () => {
  test('a round trip that grows by more than an eighth ends slow start', () => {
    const bench = senderBench({ config: { congestion: 'cubic' } })
    write(bench, 500_000)
    roundTrip(bench)
    roundTrip(bench)
    expect(bench.tcb.congestion.ssthresh).toBe(Number.POSITIVE_INFINITY)
    roundTrip(bench, RTT + 20_000)
    expect(bench.tcb.congestion.ssthresh).toBeLessThan(80)
  })

  test('a train of ACKs that lasts half of the shortest round trip ends it', () => {
    const bench = senderBench({ config: { congestion: 'cubic' } })
    write(bench, 500_000)
    pass(bench, RTT)
    for (let i = 1; i <= 10; i++) ack(bench, 1 + i * 1_000)
    pass(bench, RTT)
    const { congestion, sent } = bench.tcb
    for (let i = 0; sent.length > 0 && i < 200 && congestion.ssthresh > 1_000; i++) {
      pass(bench, 1_500)
      ack(bench, (sent[0].end - bench.tcb.iss) >>> 0)
    }
    expect(congestion.ssthresh).toBeGreaterThan(30)
    expect(congestion.ssthresh).toBeLessThan(80)
  })

  test('with Reno nothing but a loss ends it', () => {
    const bench = senderBench({ config: { congestion: 'reno' } })
    write(bench, 500_000)
    roundTrip(bench)
    roundTrip(bench, RTT + 50_000)
    expect(bench.tcb.congestion.ssthresh).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('validation', () => {
  function idle(sysctl: { tcp_slow_start_after_idle: number }): SenderBench {
    const bench = senderBench({ config: { congestion: 'reno' }, sysctl })
    write(bench, 35_000)
    for (let trip = 0; trip < 3; trip++) roundTrip(bench)
    Object.assign(bench.tcb.congestion, { cwnd: 80 })
    pass(bench, 2.5 * bench.tcb.rtt.rto)
    write(bench, 1_000)
    return bench
  }

  test('an idle connection halves its window for each RTO, and remembers three quarters as ssthresh', () => {
    const { congestion } = idle({ tcp_slow_start_after_idle: 1 }).tcb
    expect(congestion.cwnd).toBe(20)
  })

  test('a long pause ends at the initial window', () => {
    const bench = idle({ tcp_slow_start_after_idle: 1 })
    pass(bench, RTT)
    ack(bench, 36_001)
    bench.tcb.congestion.cwnd = 80
    pass(bench, 60_000_000)
    write(bench, 1_000)
    expect(bench.tcb.congestion.cwnd).toBe(10)
  })

  test('tcp_slow_start_after_idle 0 keeps the window', () => {
    expect(idle({ tcp_slow_start_after_idle: 0 }).tcb.congestion.cwnd).toBe(80)
  })
})
