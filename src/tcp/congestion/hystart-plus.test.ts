/** HyStart++ (RFC 9406) in the first slow start of Reno and CUBIC. */
import { describe, expect, test } from 'vitest'
import { seqAdd } from '../../base'
import { bulkRun, goodput } from '../../testing/bulk-run'
import { ack, pass, senderBench, write } from '../../testing/sender-bench'
import type { SenderBench } from '../../testing/sender-bench'

const SECOND = 1_000_000
const sysctl = { tcp_hystart: 2 }

/** Rounds of slow start in which every ACK takes `rtt` ms: each of the segments is acked by itself. Returns cwnd after each. */
function rounds(bench: SenderBench, rtts: readonly number[]): number[] {
  const { tcb } = bench
  return rtts.map((rtt) => {
    write(bench, 2_000_000)
    const [first, last] = [tcb.snd.una - tcb.iss, tcb.snd.nxt - tcb.iss].map((place) => place >>> 0)
    pass(bench, rtt * 1_000)
    for (let at = first + 1_000; at <= last; at += 1_000) {
      // What left just now is acked in the next round: only this round's departures are timed.
      for (const one of tcb.sent) if (one.end <= seqAdd(tcb.iss, at)) one.lastSentAt = bench.io.now - rtt * 1_000
      ack(bench, at)
    }
    return tcb.congestion.cwnd
  })
}

function changes(bench: SenderBench): string[] {
  return bench.events.filter((one) => one.type === 'tcp/slowStartChanged').map((one) => bench.texts[one.args[0]])
}

function watched(own: Partial<{ congestion: string }> = {}): SenderBench {
  return senderBench({
    sysctl: { ...sysctl, tcp_early_retrans: 0, tcp_tso_rtt_log: 0 },
    config: { congestion: own.congestion ?? 'reno' },
    window: 10_000_000,
  })
}

describe.each(['reno', 'cubic'])('%s', (congestion) => {
  test('doubles while the round trip stays', () => {
    const one = watched({ congestion })
    expect(rounds(one, [100, 100, 100])).toEqual([20, 40, 80])
    expect(changes(one)).toEqual([])
  })

  test('grows by a quarter of that once the round trip has grown by an eighth, and leaves slow start five rounds later', () => {
    const one = watched({ congestion })
    rounds(one, [100, 100])
    const cwnd = one.tcb.congestion.cwnd
    const [eased] = rounds(one, [113])
    expect(changes(one)).toEqual(['conservative slow start'])
    // Eight samples are needed; until then it grew as before.
    expect(eased).toBeLessThan(cwnd * 1.5)
    const later = rounds(one, [113, 113])
    expect(later[1] / later[0]).toBeCloseTo(1.25, 1)
    rounds(one, [113, 113, 113])
    expect(changes(one)).toEqual(['conservative slow start', 'congestion avoidance'])
    expect(Number.isFinite(one.tcb.congestion.ssthresh)).toBe(true)
  })

  test('goes on as before when the round trip shrinks again', () => {
    const one = watched({ congestion })
    rounds(one, [100, 100, 120, 100])
    expect(changes(one)).toEqual(['conservative slow start', 'slow start'])
    const cwnd = one.tcb.congestion.cwnd
    expect(rounds(one, [100])[0]).toBe(2 * cwnd)
  })

  test('growth by less than 4 ms means nothing', () => {
    const one = watched({ congestion })
    rounds(one, [10, 10, 13])
    expect(changes(one)).toEqual([])
  })
})

test('one ACK adds eight segments at most where nothing paces', () => {
  const one = watched()
  write(one, 100_000)
  pass(one, 100_000)
  ack(one, 10_001)
  expect(one.tcb.congestion.cwnd).toBe(18)
})

test('a path with a deep queue is left without a loss, where plain slow start overflows it', () => {
  const path = { bitsPerSecond: 10_000_000, delay: 20_000, queue: 250 }
  const plain = bulkRun(path, { congestion: 'reno', seconds: 3, sysctl: { tcp_hystart: 0 } })
  const careful = bulkRun(path, { congestion: 'reno', seconds: 3, sysctl })
  expect(plain.drops).toBeGreaterThan(20)
  expect(careful.drops).toBe(0)
  expect(goodput(careful, SECOND, 3 * SECOND) / ((10_000_000 / 8) * (1_448 / 1_500))).toBeGreaterThan(0.98)
})
