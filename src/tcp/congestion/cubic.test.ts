/** CUBIC (RFC 9438) at the borders of Linux's tcp_cubic.c: the fall, the curve, the Reno-friendly region, its clock, and HyStart's two signs. */
import { describe, expect, test } from 'vitest'
import { seqAdd } from '../../base'
import { senderBench } from '../../testing/sender-bench'
import type { BenchOptions, SenderBench } from '../../testing/sender-bench'
import { cubic } from './cubic'

const MS = 1_000
const SECOND = 1_000_000

interface Curve extends SenderBench {
  readonly own: Record<string, number>
}

/** In congestion avoidance at `cwnd`, 100 s after the start of the clock, which ticks a thousand times a second. */
function at(cwnd: number, own: Record<string, number> = {}, options: BenchOptions = {}): Curve {
  const bench = senderBench({ config: { congestion: 'cubic' }, ...options, sysctl: { hz: 1_000, ...options.sysctl } })
  bench.io.now = 100 * SECOND
  Object.assign(bench.tcb.congestion, { cwnd, ssthresh: 2, limited: true, cwndCount: 0 })
  Object.assign(bench.tcb.congestion.own, { delayMin: 100 * MS, found: 1, ...own })
  return { ...bench, own: bench.tcb.congestion.own }
}

function avoid(one: Curve, acked = 1, after = 0): number {
  one.io.now += after
  cubic.avoid(one.tcb, acked, one.io)
  return one.own.count
}

/** Segments to be acked for one more, after so long on the way back to a maximum. */
function countAt(cwnd: number, lastMax: number, micros: number, own: Record<string, number> = {}): number {
  const one = at(cwnd, { lastMaxCwnd: lastMax, ...own })
  avoid(one)
  // Only the curve, not Reno: nothing was acked.
  one.own.ackCount = 0
  one.own.friendlyCwnd = 0
  return avoid(one, 0, micros)
}

describe('a loss', () => {
  test('takes the window to 717/1024 of it, to two segments at least', () => {
    const to = (cwnd: number): number => cubic.ssthresh(at(cwnd).tcb, at(cwnd).io)
    expect([to(1_024), to(100), to(10), to(3), to(2), to(1)]).toEqual([717, 70, 7, 2, 2, 2])
  })

  test('below the last maximum gives room: fast convergence to 1741/2048', () => {
    const max = (cwnd: number, before: number): number => {
      const one = at(cwnd, { lastMaxCwnd: before, epochStart: 7 })
      cubic.ssthresh(one.tcb, one.io)
      expect(one.own.epochStart).toBe(0)
      return one.own.lastMaxCwnd
    }
    expect([max(99, 100), max(100, 100), max(101, 100)]).toEqual([84, 100, 101])
  })

  test('by timeout forgets the curve, another does not', () => {
    const one = at(50, { lastMaxCwnd: 99, k: 5, found: 1 })
    cubic.enters(one.tcb, 'Recovery', one.io)
    expect(one.own).toMatchObject({ lastMaxCwnd: 99, k: 5 })
    cubic.enters(one.tcb, 'Loss', one.io)
    expect(one.own).toMatchObject({ lastMaxCwnd: 0, k: 0, found: 0, delayMin: 0, roundStart: one.io.now })
  })
})

describe('the curve', () => {
  test('begins an epoch at the first ACK: K is the cube root of what is missing over C, in 1024ths of a second', () => {
    const one = at(70, { lastMaxCwnd: 100 })
    avoid(one, 3)
    expect(one.own).toMatchObject({
      origin: 100,
      epochStart: 100_001,
      friendlyCwnd: 70,
      lastCwnd: 70,
      lastTime: 100_001,
    })
    // (30 / 0.4)^(1/3) = 4.217 s; Linux's cube root may be 0.2 % off.
    expect(one.own.k / 1_024 / 4.2172).toBeGreaterThan(0.997)
    expect(one.own.k / 1_024 / 4.2172).toBeLessThan(1.003)
  })

  test.each([
    // W(t) = 0.4 (t - K)^3 + 100 with t a round trip ahead; a segment for each cwnd / (W - cwnd) acked.
    [70, 100, 0.9, 4],
    [70, 100, 1.9, 2],
    [90, 100, 0.9, 11],
    [98, 100, 0.9, 49],
  ])('at %s, %s at its height, after %s s: one more for each %s', (cwnd, max, seconds, count) => {
    const k = Math.cbrt((max - cwnd) / 0.4)
    const target = Math.floor(100 - Math.floor(0.4 * Math.abs(seconds + 0.1 - k) ** 3))
    expect(Math.floor(cwnd / (target - cwnd))).toBe(count)
    expect(countAt(cwnd, max, seconds * SECOND)).toBe(count)
  })

  test('above its height is convex: 0.4 t^3 from where it began', () => {
    const one = at(100, { lastMaxCwnd: 80 })
    avoid(one)
    expect(one.own).toMatchObject({ k: 0, origin: 100 })
    Object.assign(one.own, { ackCount: 0, friendlyCwnd: 0 })
    // 3 s and a round trip: 0.4 * 3.1^3 = 11.9 segments.
    expect(avoid(one, 0, 3 * SECOND)).toBe(Math.floor(100 / 11))
    Object.assign(one.own, { ackCount: 0, friendlyCwnd: 0 })
    // 5 s more: 0.4 * 8.1^3 = 212; but no faster than half as much again in a round trip.
    expect(avoid(one, 0, 5 * SECOND)).toBe(2)
  })

  test('at its height hardly grows: one for each hundred windows; 5 % a round trip where no height is known', () => {
    const flat = at(100, { lastMaxCwnd: 100 })
    avoid(flat)
    expect(flat.own.count).toBe(100 * 100)
    const unknown = at(100, { lastMaxCwnd: 0 })
    avoid(unknown)
    expect(unknown.own.count).toBe(20)
  })

  test('is looked at 32 times a second while the window stays, at once when it has changed', () => {
    const one = at(70, { lastMaxCwnd: 100 })
    avoid(one)
    const first = one.own.lastTime
    avoid(one, 1, 31 * MS)
    expect(one.own.lastTime).toBe(first)
    avoid(one, 1, 1 * MS)
    expect(one.own.lastTime).toBe(first + 32)
    one.tcb.congestion.cwnd = 71
    avoid(one, 1, 1 * MS)
    expect(one.own).toMatchObject({ lastTime: first + 33, lastCwnd: 71 })
  })

  test('stands still while the sender is idle', () => {
    const pause = (idle: number, epochStart = 99_000): number => {
      const one = at(70, { epochStart })
      one.tcb.congestion.lastSentAt = one.io.now - idle
      cubic.happens(one.tcb, 'transmitStart', one.io)
      return one.own.epochStart
    }
    expect(pause(500 * MS)).toBe(99_500)
    expect(pause(0)).toBe(99_000)
    // Never into the future.
    expect(pause(5 * SECOND)).toBe(100_001)
    expect(pause(500 * MS, 0)).toBe(0)
    const other = at(70, { epochStart: 99_000 })
    cubic.happens(other.tcb, 'loss', other.io)
    expect(other.own.epochStart).toBe(99_000)
  })
})

describe('the Reno-friendly region', () => {
  test('grows by a segment for each 15/8 of the window that is acked, and pulls the window along', () => {
    // 8 * 1741 / 3 / 307 = 15 eighths: 187 segments of a window of 100.
    const one = at(100, { lastMaxCwnd: 100 })
    avoid(one)
    one.own.ackCount = 0
    avoid(one, 187, 40 * MS)
    expect(one.own).toMatchObject({ ackCount: 187, friendlyCwnd: 100 })
    avoid(one, 1, 40 * MS)
    expect(one.own).toMatchObject({ ackCount: 1, friendlyCwnd: 101, count: 100 })
    one.tcb.congestion.cwnd = 100
    avoid(one, 2 * 187, 40 * MS)
    expect(one.own).toMatchObject({ ackCount: 1, friendlyCwnd: 103, count: Math.floor(100 / 3) })
  })

  test('does nothing where the curve is faster', () => {
    const one = at(100, { lastMaxCwnd: 80, epochStart: 97_001, friendlyCwnd: 101, origin: 100, k: 0 })
    one.own.ackCount = 0
    expect(avoid(one, 1)).toBe(Math.floor(100 / 11))
  })
})

describe('growth', () => {
  test('waits until the window limits', () => {
    const one = at(70, { lastMaxCwnd: 100 })
    one.tcb.congestion.limited = false
    avoid(one, 50)
    expect(one.tcb.congestion.cwnd).toBe(70)
    expect(one.own.ackCount).toBe(0)
  })

  test('is slow start up to ssthresh, and what is left of an ACK goes to the curve', () => {
    const one = at(10, { lastMaxCwnd: 100 })
    one.tcb.congestion.ssthresh = 14
    avoid(one, 3)
    expect(one.tcb.congestion.cwnd).toBe(13)
    expect(one.own.epochStart).toBe(0)
    avoid(one, 3)
    expect(one.tcb.congestion.cwnd).toBeGreaterThanOrEqual(14)
    expect(one.own).toMatchObject({ epochStart: 100_001, ackCount: 2 })
  })
})

describe('the least round trip', () => {
  test('is not taken in the first second after a loss: those samples still stood in the queue', () => {
    const sample = (after: number, rtt: number, epochStart = 100_001): number => {
      const one = at(70, { epochStart, delayMin: 100 * MS })
      one.io.now += after
      cubic.measured(one.tcb, rtt, one.io)
      return one.own.delayMin
    }
    expect(sample(999 * MS, 50 * MS)).toBe(100 * MS)
    expect(sample(1_000 * MS, 50 * MS)).toBe(50 * MS)
    expect(sample(0, 50 * MS, 0)).toBe(50 * MS)
    expect(sample(1_000 * MS, 150 * MS)).toBe(100 * MS)
    expect(sample(1_000 * MS, 0)).toBe(1)
  })
})

describe('HyStart', () => {
  /** In the first slow start, in a round that began now, with 40 segments as window. */
  function slow(own: Record<string, number> = {}, cwnd = 40, sysctl: BenchOptions['sysctl'] = {}): Curve {
    const one = at(cwnd, { found: 0, epochStart: 0, ...own }, { sysctl })
    one.tcb.congestion.ssthresh = Number.POSITIVE_INFINITY
    const round = { roundStart: one.io.now, lastAck: one.io.now, endSeq: seqAdd(one.tcb.snd.una, 1_000_000) }
    Object.assign(one.own, { currentRtt: 0xffff_ffff, samples: 0, ...round, ...own })
    return one
  }
  function sample(one: Curve, rtt: number, after = 0): number {
    one.io.now += after
    cubic.measured(one.tcb, rtt, one.io)
    return one.tcb.congestion.ssthresh
  }
  const far = { lastAck: 0 }

  test('ends slow start at the ninth sample when even the least of the round is an eighth above the least of all', () => {
    const one = slow(far)
    for (let i = 0; i < 8; i++) expect(sample(one, 113 * MS)).toBe(Number.POSITIVE_INFINITY)
    expect(sample(one, 113 * MS)).toBe(40)
    expect(one.own.found).toBe(1)
    expect(one.counters).toMatchObject({ TCPHystartDelayDetect: 1, TCPHystartDelayCwnd: 40 })
  })

  test.each([
    // Least round trip, and what more is still no queue: an eighth, between 4 and 16 ms.
    [100, 12_500],
    [20, 4_000],
    [400, 16_000],
  ])('of %s ms allows %s µs more', (least, allowed) => {
    const leaves = (rtt: number): boolean => {
      const one = slow({ ...far, delayMin: least * MS, samples: 8 })
      return Number.isFinite(sample(one, rtt))
    }
    expect(leaves(least * MS + allowed)).toBe(false)
    expect(leaves(least * MS + allowed + 1)).toBe(true)
  })

  test('goes by the least sample of the round', () => {
    const one = slow({ ...far, samples: 8, currentRtt: 101 * MS })
    expect(sample(one, 150 * MS)).toBe(Number.POSITIVE_INFINITY)
  })

  test('ends it when a train of ACKs lasts more than half of the least round trip and a burst', () => {
    const train = (micros: number, gap = 2 * MS): Curve => {
      const one = slow({ delayMin: 20 * MS })
      one.tcb.rtt.srtt = 20 * MS
      one.own.lastAck = one.io.now + micros - gap
      sample(one, 20 * MS, micros)
      return one
    }
    // 2 * 1000 * 40 bytes in 20 ms: 4 bytes a microsecond; a burst of 256 KiB would take more than the millisecond that is the most.
    expect(train(10_500).tcb.congestion.ssthresh).toBe(Number.POSITIVE_INFINITY)
    const found = train(10_501)
    expect(found.tcb.congestion.ssthresh).toBe(40)
    expect(found.counters).toMatchObject({ TCPHystartTrainDetect: 1, TCPHystartTrainCwnd: 40 })
    // ACKs more than 2 ms apart are no train.
    expect(train(15_000, 2 * MS + 1).tcb.congestion.ssthresh).toBe(Number.POSITIVE_INFINITY)
  })

  test('does not look at a window below 16 segments, after it has found, or where the sysctl says so', () => {
    const late = { ...far, samples: 8 }
    expect(sample(slow(late, 15), 200 * MS)).toBe(Number.POSITIVE_INFINITY)
    expect(sample(slow(late, 16), 200 * MS)).toBe(16)
    expect(sample(slow({ ...late, found: 1 }), 200 * MS)).toBe(Number.POSITIVE_INFINITY)
    expect(sample(slow(late, 40, { tcp_hystart: 0 }), 200 * MS)).toBe(Number.POSITIVE_INFINITY)
  })

  test('begins a round when all is acked that was out at the beginning of the last', () => {
    const round = (ahead: number): number => {
      const one = slow({ ...far, samples: 5, currentRtt: 105 * MS })
      one.own.endSeq = seqAdd(one.tcb.snd.una, -ahead)
      sample(one, 100 * MS)
      return one.own.samples
    }
    expect(round(0)).toBe(6)
    expect(round(1)).toBe(1)
  })
})
