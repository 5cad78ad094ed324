/**
 * Thirty seconds of bulk data over a bottleneck, both ends ours, against what Linux 6.18 did at both ends of the same link: 10 Mbit/s, 10 ms each
 * way, drop-tail with 100 packets waiting and one in service. Single sawteeth drift; range, mean, period and drops must agree.
 */
import { expect, test } from 'vitest'
import type { Micros } from '../../base'
import { CA_STATES } from '../../trace'
import { at, connected, eventsOf, step } from '../../testing/tcp-pair'
import type { Pair, Wire } from '../../testing/tcp-pair'
import { readableBytes, receive, send } from '..'

const SECOND = 1_000_000
const WAITING = 100
const HEADERS = 52
const MICROS_PER_BYTE = 0.8

interface Run {
  /** Every 10 ms. */
  readonly cwnd: number[]
  /** The highest cwnd after slow start, of every change: a sample may miss a peak that lasts for a few ACKs. */
  readonly peak: number
  /** Seconds since the connection was established. */
  readonly lossesAt: number[]
  readonly drops: number
}

/** A link from a that serves one packet at a time; what finds the queue full is lost. Acknowledgments travel unhindered. */
function bottleneck(pair: () => Pair | undefined, dropped: () => void): Wire {
  const leaves: Micros[] = []
  return ({ from, at: now, segment }) => {
    if (from !== 'a' || pair() === undefined) return [0]
    while (leaves.length > 0 && leaves[0] <= now) leaves.shift()
    if (leaves.length > WAITING) {
      dropped()
      return []
    }
    const begin = Math.max(now, leaves.at(-1) ?? now)
    const end = Math.round(begin + (segment.payload.length + HEADERS) * MICROS_PER_BYTE)
    leaves.push(end)
    return [end - now]
  }
}

function bulk(congestion: string, seconds: number): Run {
  let pair: Pair | undefined
  let drops = 0
  const wire = bottleneck(
    () => pair,
    () => drops++,
  )
  const ends = connected({ delay: 10_000, wire, config: { congestion } })
  pair = ends
  const start = ends.now
  const chunk = new Uint8Array(65_536)
  const cwnd: number[] = []
  while (ends.now < start + seconds * SECOND) {
    at(ends, 'a', (tcb, io) => {
      while (send(tcb, chunk, io) > 0);
    })
    at(ends, 'b', (tcb, io) => {
      if (readableBytes(tcb) > 0) receive(tcb, 1_000_000, false, io)
    })
    step(ends)
    const due = Math.floor((ends.now - start) / 10_000)
    while (cwnd.length < due) cwnd.push(ends.a.tcb.congestion.cwnd)
  }
  const recovery = CA_STATES.indexOf('Recovery')
  const lossesAt = eventsOf(ends, 'tcp/caStateChanged', 'a')
    .filter((event) => event.args[1] === recovery)
    .map((event) => (event.at - start) / SECOND)
  const peak = Math.max(
    ...eventsOf(ends, 'tcp/sampled', 'a')
      .filter((event) => event.at > start + 2 * SECOND)
      .map((event) => event.args[0]),
  )
  return { cwnd, peak, lossesAt, drops }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

test('Reno: a sawtooth of 59 to 119 segments, a loss every 6.5 s', { timeout: 60_000 }, () => {
  const { cwnd, peak, lossesAt, drops } = bulk('reno', 30)
  const settled = cwnd.slice(200)
  expect(Math.min(...settled)).toBe(59)
  expect(peak).toBe(119)
  expect(mean(settled)).toBeCloseTo(91, 0)
  const periods = lossesAt.filter((time) => time > 5).map((time, i, all) => time - (all[i - 1] ?? Number.NaN))
  for (const period of periods.slice(1)) expect(period).toBeCloseTo(6.5, 0)
  expect(drops).toBeGreaterThan(110)
  expect(drops).toBeLessThan(160)
})

test('CUBIC: HyStart spares the queue, then 82 to about 120 segments', { timeout: 60_000 }, () => {
  const { cwnd, lossesAt, drops } = bulk('cubic', 30)
  const settled = cwnd.slice(200)
  expect(Math.min(...settled)).toBe(82)
  expect(Math.max(...settled)).toBeGreaterThanOrEqual(119)
  expect(Math.max(...settled)).toBeLessThanOrEqual(125)
  expect(mean(settled)).toBeGreaterThan(100)
  expect(mean(settled)).toBeLessThan(103)
  // Linux: 2.17, 4.62, 12.09, 15.18, 22.64, 25.72 s.
  expect(lossesAt).toHaveLength(6)
  expect(drops).toBeGreaterThan(10)
  expect(drops).toBeLessThan(20)
})
