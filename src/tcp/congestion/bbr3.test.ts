/** BBR version 3 over bottlenecks: the model of version 1, bounded by what losses teach. draft-ietf-ccwg-bbr-03. */
import { describe, expect, test } from 'vitest'
import { bulkRun, goodput, meanOf } from '../../testing/bulk-run'
import type { Bottleneck, BulkRun } from '../../testing/bulk-run'

const SECOND = 1_000_000
const PAYLOAD_RATE = (10_000_000 / 8) * (1_448 / 1_500)
const DEEP: Bottleneck = { bitsPerSecond: 10_000_000, delay: 10_000, queue: 1_000 }

function path(run: BulkRun): string[] {
  return run.modes.map((one) => one.to)
}

describe('over 10 Mbit/s and 20 ms with a deep queue', () => {
  const run = bulkRun(DEEP, { congestion: 'bbr3', seconds: 6.5 })

  test('STARTUP finds the bandwidth, DRAIN empties the queue, and PROBE_BW goes DOWN, CRUISE, REFILL, UP', () => {
    const cycle = ['PROBE_BW_CRUISE', 'PROBE_BW_REFILL', 'PROBE_BW_UP', 'PROBE_BW_DOWN']
    expect(path(run).slice(0, 7)).toEqual(['DRAIN', 'PROBE_BW_DOWN', ...cycle, 'PROBE_BW_CRUISE'])
    expect(run.modes[1].rate / PAYLOAD_RATE).toBeCloseTo(1, 2)
    expect(run.modes[1].minRtt).toBe(20_000)
  })

  test('fills the link, loses nothing, and queues less than version 1', () => {
    expect(goodput(run, SECOND, 5 * SECOND) / PAYLOAD_RATE).toBeGreaterThan(0.97)
    expect(run.drops).toBe(0)
    expect(meanOf(run, SECOND, 5 * SECOND, (one) => one.waiting)).toBeLessThan(8)
  })

  test('probes for bandwidth as often as Reno would grow by what the path holds, here every 17 to 25 round trips', () => {
    const refills = run.modes.filter((one) => one.to === 'PROBE_BW_REFILL' && one.at < 5 * SECOND).map((one) => one.at)
    const waits = refills.slice(1).map((at, i) => at - refills[i])
    expect(waits.length).toBeGreaterThan(4)
    expect(waits.every((wait) => wait > 400_000 && wait < 700_000)).toBe(true)
  })

  test('PROBE_RTT comes after five seconds, with half of what the path holds, not four segments', () => {
    const [begin, end] = run.modes.filter((one) => one.from === 'PROBE_RTT' || one.to === 'PROBE_RTT')
    expect(begin.at / SECOND).toBeGreaterThan(4.9)
    expect(begin.at / SECOND).toBeLessThan(6)
    expect(end.at - begin.at).toBeGreaterThan(200_000)
    const within = run.samples.filter((one) => one.at > begin.at + 60_000 && one.at < end.at - 20_000)
    expect(within.every((one) => one.cwnd >= 8 && one.cwnd <= 11)).toBe(true)
  })
})

test('losses beyond 2 % bound what may be in flight to what path and queue hold, and end STARTUP sooner than in version 1', () => {
  // A queue of eight packets: the bandwidth and 20 ms hold 17 more.
  const shallow = { ...DEEP, queue: 8 }
  const [third, first] = ['bbr3', 'bbr'].map((congestion) => bulkRun(shallow, { congestion, seconds: 5 }))
  expect(third.tcb.congestion.own.longInFlight).toBeLessThan(40)
  expect(third.tcb.congestion.own.longInFlight).toBeGreaterThan(10)
  expect(third.drops).toBeLessThan(first.drops)
  expect(first.tcb.congestion.cwnd).toBeGreaterThan(third.tcb.congestion.own.longInFlight)
  expect(goodput(third, SECOND, 5 * SECOND) / PAYLOAD_RATE).toBeGreaterThan(0.85)
})

test('a hundredth of all packets lost is borne', () => {
  const loses = (index: number): boolean => index % 97 === 50
  const run = bulkRun({ ...DEEP, loses }, { congestion: 'bbr3', seconds: 5 })
  expect(goodput(run, SECOND, 5 * SECOND) / PAYLOAD_RATE).toBeGreaterThan(0.75)
})

test('where cruising, the window leaves 15 % of the bound free', () => {
  const run = bulkRun({ ...DEEP, queue: 8 }, { congestion: 'bbr3', seconds: 3 })
  const cruise = run.modes.findLast((one) => one.to === 'PROBE_BW_CRUISE')
  const left = run.modes.find((one) => cruise !== undefined && one.at > cruise.at)
  const within = run.samples.filter((one) => one.at > (cruise?.at ?? 0) + 50_000 && one.at < (left?.at ?? 3 * SECOND))
  const bound = run.tcb.congestion.own.longInFlight
  expect(within.length).toBeGreaterThan(5)
  expect(within.every((one) => one.cwnd <= Math.max(4, Math.ceil(bound * 0.86)))).toBe(true)
})
