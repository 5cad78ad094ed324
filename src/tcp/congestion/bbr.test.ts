/**
 * BBR v1 over bottlenecks: what it finds out, what queue it makes, and what losses do to it. The same link with a real Linux at both ends gives
 * the window 10, 20, 25, 32, 40, 50, 56 in STARTUP and pacing rates of 2.03, 2.31 and 3.45 MB/s.
 */
import { describe, expect, test } from 'vitest'
import { bulkRun, goodput, meanOf } from '../../testing/bulk-run'
import type { Bottleneck, BulkRun } from '../../testing/bulk-run'

const SECOND = 1_000_000
/** 10 Mbit/s, of which 1448 in 1500 bytes are payload. */
const PAYLOAD_RATE = (10_000_000 / 8) * (1_448 / 1_500)
const DEEP: Bottleneck = { bitsPerSecond: 10_000_000, delay: 10_000, queue: 1_000 }

function modes(run: BulkRun, until: number): string[] {
  return run.modes.filter((one) => one.at < until).map((one) => one.to)
}

describe('over 10 Mbit/s and 20 ms with a deep queue', () => {
  const run = bulkRun(DEEP, { congestion: 'bbr', seconds: 11 })

  test('STARTUP finds the bandwidth exactly and the round trip within a packet time; DRAIN follows, then PROBE_BW', () => {
    expect(modes(run, 2 * SECOND)).toEqual(['DRAIN', 'PROBE_BW'])
    const [drain, probing] = run.modes
    expect(drain.at).toBeLessThan(300_000)
    expect(probing.at - drain.at).toBeLessThan(100_000)
    expect(probing.rate / PAYLOAD_RATE).toBeCloseTo(1, 2)
    expect(probing.minRtt).toBe(20_000)
  })

  test('STARTUP paces at 2885/1000 of the bandwidth less a hundredth, DRAIN at the inverse', () => {
    const pacing = (at: number) => run.samples[at / 10_000].pacingRate / PAYLOAD_RATE
    expect(pacing(100_000)).toBeCloseTo(2.887 * 0.99, 1)
    expect(pacing(260_000)).toBeCloseTo(0.344 * 0.99, 2)
  })

  test('PROBE_BW fills the link and keeps the queue at a fraction of what the path holds', () => {
    expect(goodput(run, 2 * SECOND, 9 * SECOND) / PAYLOAD_RATE).toBeGreaterThan(0.98)
    expect(run.drops).toBe(0)
    expect(meanOf(run, 2 * SECOND, 9 * SECOND, (one) => one.waiting)).toBeLessThan(12)
  })

  test('the cycle has phases of 5/4, 3/4 and 1 times the bandwidth, in that order', () => {
    const gains = run.samples.filter((one) => one.at > 2 * SECOND && one.at < 9 * SECOND)
    const seen = gains.map((one) => Math.round((one.pacingRate / PAYLOAD_RATE / 0.99) * 4) / 4)
    expect(new Set(seen)).toEqual(new Set([0.75, 1, 1.25]))
    const changes = seen.filter((gain, i) => i > 0 && gain !== seen[i - 1])
    const turns = changes.join(' ')
    expect(turns).toContain('1.25 0.75 1')
    expect(turns).not.toContain('0.75 1.25')
  })

  test('PROBE_RTT comes after ten seconds, lasts for 200 ms and a round trip with four segments, and finds the path empty', () => {
    const [begin, end] = run.modes.filter((one) => one.from === 'PROBE_RTT' || one.to === 'PROBE_RTT')
    expect(begin.at / SECOND).toBeCloseTo(10, 0)
    expect(end.at - begin.at).toBeGreaterThan(200_000)
    expect(end.at - begin.at).toBeLessThan(300_000)
    const within = run.samples.filter((one) => one.at > begin.at + 60_000 && one.at < end.at - 20_000)
    expect(within.every((one) => one.cwnd === 4 && one.waiting <= 4)).toBe(true)
    expect(end.minRtt).toBeLessThan(23_000)
  })
})

test('a hundredth of all packets lost costs next to nothing, where CUBIC starves', () => {
  const loses = (index: number): boolean => index % 97 === 50
  const path = { ...DEEP, delay: 40_000, queue: 100, loses }
  const [model, losses] = ['bbr', 'cubic'].map((congestion) => bulkRun(path, { congestion, seconds: 6 }))
  expect(goodput(model, SECOND, 6 * SECOND) / PAYLOAD_RATE).toBeGreaterThan(0.9)
  expect(goodput(model, SECOND, 6 * SECOND)).toBeGreaterThan(2 * goodput(losses, SECOND, 6 * SECOND))
})

test('a policer is found by its losses: then the rate stays at what it lets pass', () => {
  // A bucket of 20 packets that fills at 4 Mbit/s, in front of a link of 20.
  let [tokens, last] = [20, 0]
  const polices = (now: number): boolean => {
    tokens = Math.min(20, tokens + ((now - last) * 4_000_000) / 8 / 1_500 / SECOND)
    last = now
    if (tokens < 1) return true
    tokens--
    return false
  }
  const path = { bitsPerSecond: 20_000_000, delay: 10_000, queue: 1_000, polices }
  const run = bulkRun(path, { congestion: 'bbr', seconds: 8 })
  expect(run.tcb.congestion.own.policed).toBe(1)
  // Every 48 round trips the path is probed anew; most of the time the rate is the policer's.
  const rates = run.samples.filter((one) => one.at > 4 * SECOND).map((one) => one.pacingRate)
  const median = rates.toSorted((one, other) => one - other)[rates.length >> 1]
  expect(median / ((4_000_000 / 8) * (1_448 / 1_500))).toBeCloseTo(1, 1)
})

test('an application that pauses keeps its bandwidth estimate', () => {
  const writes = (since: number): boolean => since < 2 * SECOND || since > 4 * SECOND
  const run = bulkRun(DEEP, { congestion: 'bbr', seconds: 6, writes })
  expect(goodput(run, 4.2 * SECOND, 6 * SECOND) / PAYLOAD_RATE).toBeGreaterThan(0.95)
  expect(run.modes.filter((one) => one.to === 'STARTUP')).toEqual([])
})

test('where in the cycle it begins comes from the host, and differs between connections', () => {
  const starts = new Set(
    [1, 2, 3, 4, 5, 6].map((issA) => {
      const run = bulkRun(DEEP, { congestion: 'bbr', seconds: 0.4, issA })
      return run.samples.findIndex((one) => one.at > 310_000 && one.pacingRate > 1.2 * PAYLOAD_RATE)
    }),
  )
  expect(starts.size).toBeGreaterThan(1)
})
