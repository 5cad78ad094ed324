/** Round-trip estimation: RFC 6298 with Linux's way of letting the variance rise at once and fall slowly. */
import { describe, expect, test } from 'vitest'
import { seqAdd } from '../base'
import { bareBench } from '../testing/sender-bench'
import type { SenderBench } from '../testing/sender-bench'
import { assumeSlowPath, measureRtt, minRtt, noteMinRtt, RTO_INITIAL } from './rtt'

function measure(bench: SenderBench, ...samples: number[]): SenderBench['tcb']['rtt'] {
  for (const sample of samples) measureRtt(bench.tcb, sample, bench.io)
  return bench.tcb.rtt
}

/** A new round trip begins: everything sent before is acked. */
function nextRoundTrip({ tcb }: SenderBench): void {
  tcb.snd.una = seqAdd(tcb.rtt.rttSeq, 1)
  tcb.snd.nxt = seqAdd(tcb.snd.una, 10)
}

describe('RTO', () => {
  test('is one second before any sample (RFC 6298 2.1)', () => {
    expect(bareBench().tcb.rtt.rto).toBe(RTO_INITIAL)
  })

  test('the first sample R gives srtt R, rttvar R/2 and RTO 3R (RFC 6298 2.2)', () => {
    expect(measure(bareBench(), 200_000)).toMatchObject({ srtt: 200_000, rttvar: 100_000, rto: 600_000 })
  })

  test('never lies less than tcp_rto_min_us above srtt', () => {
    expect(measure(bareBench(), 10_000, 10_000, 10_000).rto).toBe(210_000)
    expect(measure(bareBench({ sysctl: { tcp_rto_min_us: 50_000 } }), 10_000).rto).toBe(60_000)
  })

  test('is rounded up to the millisecond of the timer, and held below 120 s', () => {
    expect(measure(bareBench(), 20_354).rto).toBe(221_000)
    expect(measure(bareBench(), 100_000_000).rto).toBe(120_000_000)
  })
})

describe('the estimator', () => {
  test('moves srtt by an eighth of the error', () => {
    expect(measure(bareBench(), 100_000, 180_000).srtt).toBe(110_000)
  })

  test('lets the variance rise at once', () => {
    const bench = bareBench()
    const before = measure(bench, 100_000).rttvar
    expect(measure(bench, 500_000, 500_000).rttvar).toBeGreaterThan(before)
  })

  test('counts a sample that is much shorter an eighth, so that a faster path does not raise the RTO', () => {
    const slower = bareBench()
    const faster = bareBench()
    for (const bench of [slower, faster]) {
      measure(bench, 400_000)
      for (let i = 0; i < 40; i++) {
        nextRoundTrip(bench)
        measure(bench, 400_000)
      }
    }
    expect(measure(slower, 780_000).rttvar).toBeGreaterThan(90_000)
    expect(measure(faster, 20_000).rttvar).toBeLessThan(60_000)
  })

  test('counts a deviation below the mean one in full, whichever way the sample went', () => {
    expect(measure(bareBench(), 400_000, 399_000).mdev).toBe(200_000 - 199_000 / 4)
    expect(measure(bareBench(), 400_000, 401_000).mdev).toBe(200_000 - 199_000 / 4)
  })

  test('lets the variance fall by a quarter of the way once a round trip', () => {
    const bench = bareBench()
    measure(bench, 400_000)
    const { rttvar } = bench.tcb.rtt
    measure(bench, 400_000, 400_000)
    expect(bench.tcb.rtt.rttvar).toBe(rttvar)
    nextRoundTrip(bench)
    measure(bench, 400_000)
    nextRoundTrip(bench)
    const { rttvar: later } = measure(bench, 400_000)
    expect(later).toBeLessThan(rttvar)
    expect(later).toBeGreaterThanOrEqual(rttvar * 0.75)
  })

  test('falls from 200 ms by a quarter of what lies above the largest deviation of the round trip, 50 ms at the least', () => {
    const bench = bareBench()
    measure(bench, 400_000)
    nextRoundTrip(bench)
    measure(bench, 400_000)
    expect(bench.tcb.rtt.rttvar).toBe(200_000)
    nextRoundTrip(bench)
    expect(measure(bench, 400_000)).toMatchObject({ mdev: 112_500, rttvar: 200_000 - (200_000 - 112_500) / 4 })
  })

  test('never lets srtt reach zero, which would mean that nothing was measured', () => {
    expect(measure(bareBench(), 0).srtt).toBe(1 / 8)
  })
})

test('after a lost SYN the RTO is 3 s, and the first sample brings it down from there (RFC 6298 5.7)', () => {
  const bench = bareBench()
  assumeSlowPath(bench.tcb)
  expect(bench.tcb.rtt).toMatchObject({ rto: 3_000_000, rttvar: 750_000, mdev: 750_000, mdevMax: 750_000 })
})

test('no minimum is known before the first sample', () => {
  const { tcb } = bareBench()
  expect(minRtt(tcb)).toBe(Number.POSITIVE_INFINITY)
  noteMinRtt(tcb, 0, 5)
  expect(minRtt(tcb)).toBe(1)
})

test('the minimum is forgotten after five minutes', () => {
  const { tcb } = bareBench()
  noteMinRtt(tcb, 20_000, 0)
  noteMinRtt(tcb, 30_000, 200_000_000)
  expect(tcb.rtt.minRtt).toBe(20_000)
  noteMinRtt(tcb, 30_000, 300_000_000)
  expect(tcb.rtt.minRtt).toBe(20_000)
  noteMinRtt(tcb, 30_000, 300_000_001)
  expect(tcb.rtt.minRtt).toBe(30_000)
})

test('a sample as small as the minimum makes it last five minutes more', () => {
  const { tcb } = bareBench()
  noteMinRtt(tcb, 20_000, 0)
  noteMinRtt(tcb, 20_000, 200_000_000)
  noteMinRtt(tcb, 30_000, 400_000_000)
  expect(tcb.rtt.minRtt).toBe(20_000)
})
