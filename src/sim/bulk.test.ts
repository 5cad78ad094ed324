/**
 * Thirty seconds of bulk data between two of our hosts, against what two Linux 6.18 kernels (HZ=250) did over the same link: 10 Mbit/s, 10 ms each way,
 * drop-tail with 100 packets waiting and one in service. Range, mean and period of cwnd after slow start, and the number of drops, must agree
 * within 5 %.
 *
 * In Reno's first overshoot kernels do one of two things, about as often: 124 drops and then 2, or 132 and 5 (a total of 131 or of 144). It
 * hangs on whether a read falls microseconds before or after a round trip has passed, when the receiver looks at its buffer (tcp_rcv_space_adjust):
 * a round trip of 24 ms is just 20 segments of 1.2 ms. Ours, which takes no time to read, always does the second on an exact link, and either when the
 * link has a few microseconds of noise, as real ones have. No single recording can therefore be met within 5 % by its drops, not by a kernel either.
 */
import { expect, test } from 'vitest'
import { createTrace, EVENT_CODE, readEvent } from '../trace'
import type { TraceEvent } from '../trace'
import { readingServer, twoHosts } from '../testing/worlds'
import { createRecorder } from './recorder'
import { createWorld, dispatchNext, nextTime } from './world'

const SECOND = 1_000_000
const SETTLED = 2 * SECOND
const SENDER = 0
/** Half a million events are not worth reading for the few that tell. */
const WANTED = new Set(
  (['tcp/caStateChanged', 'link/packetLost', 'tcp/sampled'] as const).map((type) => EVENT_CODE[type]),
)

interface Run {
  /** Every 10 ms after slow start. */
  readonly cwnd: readonly number[]
  /** Seconds between recoveries after the first five seconds. */
  readonly periods: readonly number[]
  readonly earlyDrops: number
  readonly laterDrops: number
}

function bulk(congestion: string, seconds: number, noiseMicros = 0, seed = 1): Run {
  const client = [
    { call: 'socket', as: 's' },
    { call: 'setsockopt', fd: 's', option: 'TCP_CONGESTION', value: congestion },
    { call: 'connect', fd: 's', address: '10.0.0.2', port: 80 },
    { call: 'send', fd: 's', bytes: 100_000_000 },
  ] as const
  const trace = createTrace()
  const world = createWorld(
    twoHosts({
      link: { rateBitsPerSecond: 10_000_000, delayMicros: 10_000, queuePackets: 100, jitterMicros: noiseMicros },
      seed,
      client,
      server: readingServer(),
      clientSysctl: { hz: 250 },
    }),
    createRecorder(trace),
  )
  while (nextTime(world) <= seconds * SECOND) dispatchNext(world)
  const events: TraceEvent[] = []
  for (let i = 0; i < trace.events.count; i++) if (WANTED.has(trace.events.type[i])) events.push(readEvent(trace, i))
  const losses = events.filter((event) => event.type === 'tcp/caStateChanged' && event.to === 'Recovery')
  const late = losses.map((event) => event.at / SECOND).filter((at) => at > 5)
  const drops = events.filter((event) => event.type === 'link/packetLost')
  const early = drops.filter((event) => event.at < SETTLED).length
  return {
    cwnd: sampled(events, seconds * SECOND),
    periods: late.slice(1).map((at, i) => at - late[i]),
    earlyDrops: early,
    laterDrops: drops.length - early,
  }
}

function sampled(events: readonly TraceEvent[], until: number): number[] {
  const samples: number[] = []
  let due = SETTLED
  let cwnd = 0
  for (const event of events) {
    if (event.type !== 'tcp/sampled' || event.host !== SENDER) continue
    for (; due < Math.min(event.at, until); due += 10_000) samples.push(cwnd)
    cwnd = event.cwnd
  }
  return samples
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function within5Percent(value: number, kernel: number): void {
  expect(value).toBeGreaterThan(kernel * 0.95)
  expect(value).toBeLessThan(kernel * 1.05)
}

test('Reno: the range, mean and period of a Linux sawtooth, and as many drops', { timeout: 120_000 }, () => {
  const { cwnd, periods, earlyDrops, laterDrops } = bulk('reno', 30)
  within5Percent(Math.min(...cwnd), 59)
  within5Percent(Math.max(...cwnd), 119)
  within5Percent(mean(cwnd), 90.98)
  within5Percent(mean(periods), 6.56)
  // Kernels: 119, 123, 124, 126, 127, 134 and 137 in the first two seconds; then one or two at each of four losses.
  expect(earlyDrops).toBeGreaterThanOrEqual(119)
  expect(earlyDrops).toBeLessThanOrEqual(137)
  expect(laterDrops).toBeGreaterThanOrEqual(4)
  expect(laterDrops).toBeLessThanOrEqual(8)
})

test(
  'Reno: microseconds of noise on the link bring out the other first overshoot of Linux',
  { timeout: 120_000 },
  () => {
    const runs = [1, 2, 3, 4].map((seed) => bulk('reno', 3, 5, seed).earlyDrops)
    expect(runs).toContain(130)
    expect(runs).toContain(137)
  },
)

test('CUBIC: HyStart spares the queue, then the range, mean and period of a Linux curve', { timeout: 120_000 }, () => {
  const { cwnd, periods, earlyDrops, laterDrops } = bulk('cubic', 30)
  within5Percent(Math.min(...cwnd), 82)
  within5Percent(Math.max(...cwnd), 124)
  within5Percent(mean(cwnd), 101.71)
  // Losses at 12.09, 15.18, 22.64 and 25.72 s.
  within5Percent(mean(periods), 4.54)
  expect(earlyDrops).toBe(0)
  within5Percent(laterDrops, 16)
})
