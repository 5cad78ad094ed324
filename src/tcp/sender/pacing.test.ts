/** Pacing: when bursts leave. Linux tcp_pacing_check, tcp_update_skb_after_send, SO_MAX_PACING_RATE. */
import { describe, expect, test } from 'vitest'
import { configChanged } from '../calls'
import { ack, pass, senderBench, write } from '../../testing/sender-bench'
import type { SenderBench } from '../../testing/sender-bench'

/** µs since the first of them, of each burst's first segment. */
function departures({ sent }: SenderBench): number[] {
  const times = sent.map((one) => one.at).filter((at, i, all) => i === 0 || all[i - 1] !== at)
  return times.map((at) => at - times[0])
}

function limited(bytesPerSecond: number): SenderBench {
  const bench = senderBench({ sysctl: { tcp_tso_rtt_log: 0, tcp_frto: 0 } })
  bench.tcb.config.maxPacingRate = bytesPerSecond
  configChanged(bench.tcb, bench.io)
  return bench
}

describe('SO_MAX_PACING_RATE', () => {
  test('lets the first ten segments go and spreads the others by their length', () => {
    const bench = limited(100_000)
    write(bench, 40_000)
    expect(bench.sent).toHaveLength(10)
    pass(bench, 100_000)
    bench.sent.length = 0
    ack(bench, 10_001)
    pass(bench, 90_000)
    // Bursts of two segments, 2000 bytes: 20 ms; whoever comes late gets half of the pause back.
    expect(departures(bench).slice(0, 5)).toEqual([0, 10_000, 30_000, 50_000, 70_000])
  })

  test('bounds the pacing rate, and a higher one does not raise it', () => {
    const bench = limited(1_000)
    expect(bench.tcb.congestion.pacingRate).toBe(1_000)
    const roomy = limited(10_000_000)
    expect(roomy.tcb.congestion.pacingRate).toBeLessThan(1_000_000)
  })

  test('a sender that waits for its turn says so', () => {
    const bench = limited(100_000)
    write(bench, 40_000)
    pass(bench, 100_000)
    ack(bench, 10_001)
    expect(bench.tcb.waiting.reason).toBe('pacing')
  })
})

test('without pacing everything that the window allows leaves at once', () => {
  const bench = senderBench({ sysctl: { tcp_tso_rtt_log: 0 } })
  write(bench, 40_000)
  pass(bench, 100_000)
  bench.sent.length = 0
  ack(bench, 10_001)
  pass(bench, 50_000)
  expect(departures(bench)).toEqual([0])
})

test('fq paces every connection, at twice the window per round trip in slow start', () => {
  const bench = senderBench({ sysctl: { tcp_tso_rtt_log: 0, default_qdisc: 'fq' } })
  write(bench, 60_000)
  pass(bench, 100_000)
  bench.sent.length = 0
  ack(bench, 10_001)
  pass(bench, 45_000)
  // 20 segments in 100 ms, twice: 400 000 B/s, so 5 ms a burst.
  expect(departures(bench)).toEqual([0, 2_500, 7_500, 12_500, 17_500, 22_500, 27_500, 32_500, 37_500, 42_500])
})

test('what is lost waits for its turn, too', () => {
  const bench = limited(100_000)
  write(bench, 60_000)
  pass(bench, 2_000_000)
  for (const next of [1_001, 3_001]) {
    bench.sent.length = 0
    ack(bench, next)
    pass(bench, 50_000)
  }
  const again = bench.sent.filter((one) => one.purpose === 'timeoutRetransmit')
  expect(again.map((one) => one.seq)).toEqual([3_001, 4_001, 5_001, 6_001])
  expect(again[1].at - again[0].at).toBeGreaterThan(5_000)
})
