/**
 * BBR v1 ACK by ACK, at the borders of its decisions (Linux tcp_bbr.c): what a sample teaches, when a phase, a mode or a recovery begins and
 * ends, and the window that follows. Whole transfers are in bbr.test.ts.
 */
import { describe, expect, test } from 'vitest'
import { seqAdd } from '../../base'
import { HANDSHAKE_RTT, senderBench, write } from '../../testing/sender-bench'
import type { SenderBench } from '../../testing/sender-bench'
import type { CaState } from '../../trace'
import type { RateSample } from './algorithm'
import { bbr } from './bbr'
import { burstGoal, bytesPerSecond, guessPacingRate, inFlightAtDeparture, leastBurst, pathSegments } from './bbr-path'
import { UNKNOWN_RTT } from './bbr-path'

const MS = 1_000
const SECOND = 1_000_000
const UNIT = 2 ** 24
const [STARTUP, DRAIN, PROBE_BW, PROBE_RTT] = [0, 1, 2, 3]
/** Segments of 1000 bytes. */
const MSS = 1_000

interface Model extends SenderBench {
  readonly own: Record<string, number>
}

/** `out` segments in flight; the path carries `a segment` in 1 ms, and holds 100 in its 100 ms. */
function model(out = 10, own: Record<string, number> = {}): Model {
  const bench = senderBench({ config: { congestion: 'bbr' }, window: 4_000_000 })
  const { tcb, io } = bench
  tcb.congestion.paced = false
  tcb.congestion.cwnd = out
  write(bench, out * MSS)
  tcb.recovery.delivered = 1_000
  tcb.rate.deliveredAt = io.now
  tcb.rate.appLimited = 0
  tcb.snd.transmittedAt = io.now
  Object.assign(tcb.congestion.own, { nextRound: 1_000, minRtt: HANDSHAKE_RTT, idleRestart: 0, ...own })
  return { ...bench, own: tcb.congestion.own }
}

/** The path is known: a segment a millisecond. */
const KNOWN = { max0: Math.floor(UNIT / MS), max1: Math.floor(UNIT / MS), max2: Math.floor(UNIT / MS) }
const FULL = { ...KNOWN, full: 1, mode: PROBE_BW, phase: 2, pacingGain: 256 }

/** An ACK of two segments in the middle of a round trip that teaches nothing, unless told otherwise. */
function ackOf(one: Model, what: Partial<RateSample> = {}): void {
  bbr.control?.(
    one.tcb,
    {
      delivered: 100,
      interval: 100 * MS,
      priorDelivered: 0,
      priorInFlight: one.tcb.sent.length,
      acked: 2,
      losses: 0,
      sentInFlight: 0,
      lostSince: 0,
      appLimited: false,
      retransmitted: false,
      rtt: HANDSHAKE_RTT,
      delayed: false,
      ...what,
    },
    one.io,
  )
}

describe('the bandwidth', () => {
  test('is the greatest sample, in segments a microsecond times 2^24', () => {
    const one = model()
    ackOf(one, { delivered: 30, interval: 20 * MS })
    expect(one.own.max0).toBe(Math.floor((30 * UNIT) / (20 * MS)))
    ackOf(one, { delivered: 20, interval: 20 * MS })
    expect(one.own.max0).toBe(Math.floor((30 * UNIT) / (20 * MS)))
  })

  test('is not learnt from what is no sample', () => {
    const one = model()
    ackOf(one, { delivered: -1 })
    ackOf(one, { interval: 0 })
    ackOf(one, { interval: -1, priorDelivered: 1_000 })
    expect(one.own).toMatchObject({ max0: 0, rounds: 0 })
    ackOf(one, { delivered: 0, priorDelivered: 1_000 })
    expect(one.own.rounds).toBe(1)
  })

  test('is learnt from an application that sends too little only where that is more than was known', () => {
    const one = model()
    ackOf(one, { delivered: 10, interval: 10 * MS })
    ackOf(one, { delivered: 5, interval: 10 * MS, appLimited: true })
    expect(one.own.max1).toBe(one.own.max0)
    ackOf(one, { delivered: 20, interval: 10 * MS, appLimited: true })
    expect(one.own.max0).toBe(Math.floor((20 * UNIT) / (10 * MS)))
  })

  test('is forgotten after ten round trips', () => {
    const one = model()
    ackOf(one, { delivered: 30, interval: 10 * MS })
    for (let round = 1; round <= 11; round++) {
      one.tcb.recovery.delivered += 10
      ackOf(one, { delivered: 10, interval: 10 * MS, priorDelivered: one.own.nextRound })
      expect(one.own.max0 > Math.floor((10 * UNIT) / (10 * MS))).toBe(round < 11)
    }
  })
})

test('a round trip ends when something is delivered that left after its beginning', () => {
  const one = model()
  ackOf(one, { priorDelivered: 999 })
  expect(one.own).toMatchObject({ rounds: 0, roundStart: 0, nextRound: 1_000 })
  one.tcb.recovery.delivered = 1_002
  ackOf(one, { priorDelivered: 1_000 })
  expect(one.own).toMatchObject({ rounds: 1, roundStart: 1, nextRound: 1_002 })
  ackOf(one, { priorDelivered: 1_001 })
  expect(one.own).toMatchObject({ rounds: 1, roundStart: 0 })
})

describe('STARTUP', () => {
  /** Round trips with these bandwidths, segments in 100 ms. */
  function rounds(one: Model, values: readonly number[], what: Partial<RateSample> = {}): void {
    for (const delivered of values) ackOf(one, { delivered, priorDelivered: one.own.nextRound, ...what })
  }

  test('goes on while each round trip brings a quarter more, exactly a quarter included', () => {
    const one = model()
    rounds(one, [1_024, 1_280, 1_600, 2_000])
    expect(one.own).toMatchObject({ mode: STARTUP, full: 0, fullRounds: 0 })
  })

  test('is over at the third round trip that does not', () => {
    const one = model()
    rounds(one, [1_024, 1_200, 1_270])
    expect(one.own).toMatchObject({ full: 0, fullRounds: 2 })
    rounds(one, [1_279])
    expect(one.own.full).toBe(1)
  })

  test('forgets the ones without growth when one comes with it', () => {
    const one = model()
    rounds(one, [1_024, 1_100, 1_100, 1_300])
    expect(one.own).toMatchObject({ full: 0, fullRounds: 0 })
  })

  test('is judged once a round trip, and by none that the application limited', () => {
    const one = model()
    rounds(one, [1_024])
    for (let i = 0; i < 9; i++) ackOf(one, { delivered: 1_000 })
    rounds(one, [1_000, 1_000, 1_000, 1_000], { appLimited: true })
    expect(one.own).toMatchObject({ full: 0, fullRounds: 0 })
  })

  test('paces at 739/256 of the bandwidth, never slower than before while the pipe was not full', () => {
    const one = model()
    ackOf(one, { delivered: 100, interval: 100 * MS })
    expect(one.tcb.congestion.pacingRate).toBe(bytesPerSecond(one.tcb, KNOWN.max0, 739))
    one.own.max0 = 1
    ackOf(one, { delivered: 1, interval: 100 * MS, appLimited: true })
    expect(one.tcb.congestion.pacingRate).toBe(bytesPerSecond(one.tcb, KNOWN.max0, 739))
  })

  test('adds to the window what is acked, up to 739/256 of what the path holds', () => {
    const one = model(20, KNOWN)
    ackOf(one, { acked: 7 })
    expect(one.tcb.congestion.cwnd).toBe(27)
    one.tcb.congestion.cwnd = 1_000
    ackOf(one, { acked: 7 })
    expect(one.tcb.congestion.cwnd).toBe(1_000)
  })

  test('adds whatever the path holds until ten segments were delivered at all', () => {
    const one = model(20, KNOWN)
    one.tcb.congestion.cwnd = 1_000
    one.tcb.recovery.delivered = 9
    ackOf(one, { acked: 7 })
    expect(one.tcb.congestion.cwnd).toBe(1_007)
    one.tcb.recovery.delivered = 10
    ackOf(one, { acked: 7 })
    expect(one.tcb.congestion.cwnd).toBe(1_007)
  })
})

describe('DRAIN', () => {
  test('begins when the pipe is full, and sets ssthresh to what the path holds, three bursts and an even number', () => {
    const one = model(200, { ...KNOWN, fullBandwidth: KNOWN.max0, fullRounds: 2 })
    ackOf(one, { priorDelivered: 1_000 })
    expect(one.own).toMatchObject({ mode: DRAIN, pacingGain: Math.floor(256_000 / 2_885), windowGain: 739 })
    // What it would hold at the rate of STARTUP: bursts of two segments at 2.86 MB/s.
    expect(one.tcb.congestion.ssthresh).toBe(100 + 3 * 2)
  })

  test('lasts until no more is in flight than that', () => {
    const more = model(107, { ...KNOWN, full: 1, mode: DRAIN, pacingGain: 88 })
    ackOf(more)
    expect(more.own.mode).toBe(DRAIN)
    const enough = model(106, { ...KNOWN, full: 1, mode: DRAIN, pacingGain: 88 })
    ackOf(enough)
    expect(enough.own.mode).toBe(PROBE_BW)
  })
})

describe('PROBE_BW', () => {
  function phase(place: number, gain: number, out = 100, own: Record<string, number> = {}): Model {
    return model(out, { ...FULL, phase: place, pacingGain: gain, phaseAt: 1_000_000, ...own })
  }
  function after(one: Model, micros: number, what: Partial<RateSample> = {}): number {
    one.tcb.rate.deliveredAt = one.own.phaseAt + micros
    ackOf(one, what)
    return one.own.phase
  }

  test('a phase at the bandwidth lasts for more than the least round trip', () => {
    expect(after(phase(2, 256), HANDSHAKE_RTT)).toBe(2)
    const over = phase(2, 256)
    expect(after(over, HANDSHAKE_RTT + 1)).toBe(3)
    expect(over.own.phaseAt).toBe(1_000_000 + HANDSHAKE_RTT + 1)
    expect(after(phase(7, 256), HANDSHAKE_RTT + 1)).toBe(0)
  })

  test('a phase at 5/4 lasts until that much is in flight, or something is lost', () => {
    const target = 125 + 6 + 1 + 2
    expect(after(phase(0, 320), HANDSHAKE_RTT + 1, { priorInFlight: target - 3 })).toBe(0)
    expect(after(phase(0, 320), HANDSHAKE_RTT + 1, { priorInFlight: target - 2 })).toBe(1)
    expect(after(phase(0, 320), HANDSHAKE_RTT + 1, { priorInFlight: 10, losses: 1 })).toBe(1)
    expect(after(phase(0, 320), HANDSHAKE_RTT, { priorInFlight: 1_000, losses: 1 })).toBe(0)
  })

  test('a phase at 3/4 ends as soon as the queue is gone, and after a round trip in any case', () => {
    expect(after(phase(1, 192), 10, { priorInFlight: 107 })).toBe(1)
    expect(after(phase(1, 192), 10, { priorInFlight: 106 })).toBe(2)
    expect(after(phase(1, 192), HANDSHAKE_RTT + 1, { priorInFlight: 1_000 })).toBe(2)
  })

  test('the gains of the eight phases are 5/4, 3/4 and six times 1; the window is twice what the path holds', () => {
    const gains = Array.from({ length: 8 }, (_, place) => {
      const one = phase(place, 256)
      after(one, 0)
      expect(one.own.windowGain).toBe(512)
      return one.own.pacingGain
    })
    expect(gains).toEqual([320, 192, 256, 256, 256, 256, 256, 256])
  })

  test('the window grows by what is acked up to twice what the path holds, and falls to that at once', () => {
    const grows = phase(2, 256)
    after(grows, 0, { acked: 2 })
    expect(grows.tcb.congestion.cwnd).toBe(102)
    const falls = phase(2, 256)
    falls.tcb.congestion.cwnd = 300
    after(falls, 0, { acked: 2 })
    // The two that this ACK acks are more than was to be expected in no time.
    expect(falls.tcb.congestion.cwnd).toBe(200 + 2 + 3 * 2)
    // In the phase that probes, two more.
    const probes = phase(0, 320)
    probes.tcb.congestion.cwnd = 300
    after(probes, 0, { acked: 2 })
    expect(probes.tcb.congestion.cwnd).toBe(200 + 2 + 3 * 2 + 2)
  })

  test('the window never falls below four segments', () => {
    const one = phase(2, 256, 1, { max0: 1, max1: 1, max2: 1 })
    one.tcb.congestion.cwnd = 1
    after(one, 0, { acked: 1, delivered: 1, appLimited: true })
    expect(one.tcb.congestion.cwnd).toBe(4)
  })

  test('an ACK that acks nothing leaves the window', () => {
    const one = phase(2, 256)
    one.tcb.congestion.cwnd = 300
    after(one, 0, { acked: 0 })
    expect(one.tcb.congestion.cwnd).toBe(300)
  })
})

describe('the least round trip', () => {
  test('is renewed by a shorter one', () => {
    const one = model()
    ackOf(one, { rtt: 99 * MS })
    expect(one.own).toMatchObject({ minRtt: 99 * MS, minRttAt: one.io.now / MS })
    ackOf(one, { rtt: -1 })
    expect(one.own.minRtt).toBe(99 * MS)
  })

  test('stands for ten seconds; then the next counts that is no delayed ACK, and the bare path is looked at', () => {
    const one = model(10, FULL)
    one.own.minRttAt = 0
    one.io.now = 10 * SECOND
    ackOf(one, { rtt: 120 * MS })
    expect(one.own).toMatchObject({ minRtt: 100 * MS, mode: PROBE_BW })
    one.io.now = 10 * SECOND + MS
    ackOf(one, { rtt: 120 * MS, delayed: true })
    expect(one.own).toMatchObject({ minRtt: 100 * MS, mode: PROBE_RTT })
    ackOf(one, { rtt: 120 * MS })
    expect(one.own.minRtt).toBe(120 * MS)
  })

  test('is not looked for by a connection that has just come out of a pause', () => {
    const one = model(10, { ...FULL, idleRestart: 1, minRttAt: -20_000 })
    ackOf(one, { rtt: 120 * MS, delivered: 0 })
    expect(one.own).toMatchObject({ mode: PROBE_BW, idleRestart: 1 })
    ackOf(one)
    expect(one.own.idleRestart).toBe(0)
  })
})

describe('PROBE_RTT', () => {
  /** Looking at the bare path, the window before was 80. */
  function probing(out: number, own: Record<string, number> = {}): Model {
    return model(out, { ...FULL, mode: PROBE_RTT, priorCwnd: 80, minRttAt: 1_000, probeRttUntil: 0, ...own })
  }

  test('allows four segments, and its 200 ms begin when no more are in flight', () => {
    const one = probing(5)
    ackOf(one)
    expect(one.tcb.congestion.cwnd).toBe(4)
    expect(one.own.probeRttUntil).toBe(0)
    const down = probing(4)
    ackOf(down)
    expect(down.own).toMatchObject({ probeRttUntil: 1_200, probeRttRound: 0, nextRound: 1_000 })
    expect(down.own).toMatchObject({ pacingGain: 256, windowGain: 256 })
    // What is delivered until then says nothing of the bandwidth.
    expect(down.tcb.rate.appLimited).toBe(1_004)
  })

  test('ends after 200 ms and a round trip, with the window from before', () => {
    const one = probing(4, { probeRttUntil: 1_200 })
    one.io.now = 2 * SECOND
    ackOf(one)
    expect(one.own.mode).toBe(PROBE_RTT)
    one.io.now = 1_200_999
    ackOf(one, { priorDelivered: 1_000 })
    expect(one.own).toMatchObject({ mode: PROBE_RTT, probeRttRound: 1 })
    one.io.now = 1_201_000
    ackOf(one)
    expect(one.own).toMatchObject({ mode: PROBE_BW, minRttAt: 1_201 })
    expect(one.tcb.congestion.cwnd).toBe(82)
  })

  test('goes back to STARTUP where the pipe was never full', () => {
    const one = probing(4, { probeRttUntil: 900, probeRttRound: 1, full: 0 })
    ackOf(one)
    expect(one.own.mode).toBe(STARTUP)
  })

  test('ends in a pause of the application, too', () => {
    const one = probing(4, { probeRttUntil: 900 })
    one.tcb.rate.appLimited = 1
    bbr.happens(one.tcb, 'transmitStart', one.io)
    expect(one.own).toMatchObject({ mode: PROBE_BW, idleRestart: 1 })
    expect(one.tcb.congestion.cwnd).toBe(80)
  })
})

describe('a pause of the application', () => {
  test('ends with the bandwidth itself as pacing rate, and nothing counted of the aggregation', () => {
    const one = model(10, { ...FULL, phase: 0, pacingGain: 320, epochAcked: 50 })
    one.tcb.rate.appLimited = 1
    bbr.happens(one.tcb, 'transmitStart', one.io)
    expect(one.tcb.congestion.pacingRate).toBe(bytesPerSecond(one.tcb, KNOWN.max0, 256))
    expect(one.own).toMatchObject({ idleRestart: 1, epochAcked: 0, epochAt: one.io.now })
  })

  test('is none where all that was written had been sent by the window alone, and no other moment is', () => {
    const one = model(10, FULL)
    bbr.happens(one.tcb, 'transmitStart', one.io)
    one.tcb.rate.appLimited = 1
    bbr.happens(one.tcb, 'loss', one.io)
    expect(one.own.idleRestart).toBe(0)
  })
})

describe('aggregation of ACKs', () => {
  test('adds to the window what came beyond the bandwidth, in either of the last two windows of five rounds', () => {
    const one = model(100, { ...FULL, epochAt: 1_000_000, epochAcked: 30 })
    one.tcb.rate.deliveredAt = 1_010_001
    // In 10 ms ten segments are to be expected; 70 came.
    ackOf(one, { acked: 40, priorInFlight: 500 })
    expect(one.own).toMatchObject({ extra0: 60, epochAcked: 70, epochAt: 1_000_000 })
    one.tcb.rate.deliveredAt = 1_080_000
    one.tcb.congestion.cwnd = 400
    ackOf(one, { acked: 10 })
    // No more than was to be expected: then the counting begins anew.
    expect(one.own).toMatchObject({ extra0: 60, epochAcked: 10, epochAt: 1_080_000 })
    expect(one.tcb.congestion.cwnd).toBe(200 + 6 + 60)
  })

  test('adds no more than the bandwidth of 100 ms, and nothing before the pipe was full', () => {
    const one = model(100, { ...FULL, extra1: 5_000 })
    one.tcb.congestion.cwnd = 1_000
    ackOf(one)
    expect(one.tcb.congestion.cwnd).toBe(2 * Math.ceil((200 + 99 + 6) / 2))
    const young = model(100, { ...KNOWN, extra1: 5_000, mode: PROBE_BW, phase: 2, pacingGain: 256 })
    young.tcb.congestion.cwnd = 250
    ackOf(young)
    expect(young.tcb.congestion.cwnd).toBe(250)
  })

  test('is forgotten window by window, each of five rounds', () => {
    const one = model(100, { ...FULL, extra0: 70, extra1: 80 })
    for (let round = 1; round <= 10; round++) {
      ackOf(one, { priorDelivered: one.own.nextRound, acked: 1 })
      const [kept0, kept1] = [one.own.extra0 >= 70, one.own.extra1 >= 80]
      expect([kept0, kept1]).toEqual([round < 10, round < 5])
    }
  })
})

describe('a recovery', () => {
  function enter(one: Model, to: CaState): void {
    one.tcb.recovery.caState = to
  }

  test('begins with what is in flight and was acked, and for a round trip sends what is delivered', () => {
    const one = model(50, { ...FULL, priorCwnd: 0 })
    one.tcb.congestion.cwnd = 80
    expect(bbr.ssthresh(one.tcb, one.io)).toBe(Number.POSITIVE_INFINITY)
    expect(one.own.priorCwnd).toBe(80)
    enter(one, 'Recovery')
    ackOf(one, { acked: 3 })
    expect(one.tcb.congestion.cwnd).toBe(53)
    expect(one.own).toMatchObject({ conserving: 1, nextRound: 1_000 })
    ackOf(one, { acked: 1, losses: 2 })
    expect(one.tcb.congestion.cwnd).toBe(51)
    // After a round trip it grows again.
    ackOf(one, { acked: 4, priorDelivered: 1_000 })
    expect(one.own.conserving).toBe(0)
    expect(one.tcb.congestion.cwnd).toBe(55)
  })

  test('takes what is lost out of the window, but for one segment', () => {
    const one = model(3, { ...FULL, caState: 3 })
    enter(one, 'Recovery')
    one.tcb.congestion.cwnd = 20
    ackOf(one, { acked: 2, losses: 5 })
    expect(one.tcb.congestion.cwnd).toBe(17)
    one.tcb.congestion.cwnd = 20
    ackOf(one, { acked: 6, losses: 30 })
    expect(one.tcb.congestion.cwnd).toBe(7)
  })

  test('ends with the window from before', () => {
    const one = model(20, { ...FULL, caState: 3, priorCwnd: 90, conserving: 1 })
    enter(one, 'Open')
    ackOf(one, { acked: 2 })
    expect(one.tcb.congestion.cwnd).toBe(92)
    expect(one.own).toMatchObject({ caState: 0, conserving: 0 })
  })

  test('remembers the larger window when it is entered from one that was cut already', () => {
    const one = model(20, { ...FULL, caState: 3, priorCwnd: 90 })
    one.tcb.congestion.cwnd = 30
    bbr.ssthresh(one.tcb, one.io)
    expect(one.own.priorCwnd).toBe(90)
    Object.assign(one.own, { caState: 0, mode: PROBE_RTT })
    bbr.ssthresh(one.tcb, one.io)
    expect(one.own.priorCwnd).toBe(90)
    one.own.mode = PROBE_BW
    bbr.ssthresh(one.tcb, one.io)
    expect(one.own.priorCwnd).toBe(30)
  })

  test('by timeout ends a round and doubts the width of the pipe; other states do not', () => {
    const one = model(20, { ...FULL, fullBandwidth: 77, roundStart: 0 })
    bbr.enters(one.tcb, 'Recovery', one.io)
    expect(one.own).toMatchObject({ fullBandwidth: 77, roundStart: 0 })
    bbr.enters(one.tcb, 'Loss', one.io)
    expect(one.own).toMatchObject({ fullBandwidth: 0, roundStart: 1, caState: 4 })
  })

  test('that was undone leaves the window and looks for the width anew', () => {
    const one = model(20, { ...FULL, fullBandwidth: 77, fullRounds: 2, policed: 1 })
    expect(bbr.undone?.(one.tcb)).toBe(20)
    expect(one.own).toMatchObject({ fullBandwidth: 0, fullRounds: 0, policed: 0 })
  })
})

describe('products of bandwidth and time', () => {
  test('the first pacing rate is the window of the handshake in its round trip, times 2.89, less a hundredth', () => {
    const { tcb } = model(10)
    guessPacingRate(tcb)
    // 10 segments of 1000 bytes in 0.1 s.
    expect(tcb.congestion.pacingRate / (100_000 * (739 / 256) * 0.99)).toBeCloseTo(1, 3)
    tcb.rtt.srtt = 0
    tcb.congestion.own.hasSeenRtt = 0
    guessPacingRate(tcb)
    expect(tcb.congestion.pacingRate / (10_000_000 * (739 / 256) * 0.99)).toBeCloseTo(1, 3)
    expect(tcb.congestion.own.hasSeenRtt).toBe(0)
  })

  test('SO_MAX_PACING_RATE bounds both the guess and what follows', () => {
    const one = model(10, FULL)
    one.tcb.config.maxPacingRate = 5_000
    guessPacingRate(one.tcb)
    expect(one.tcb.congestion.pacingRate).toBe(5_000)
    ackOf(one)
    expect(one.tcb.congestion.pacingRate).toBe(5_000)
  })

  test('what the path holds is rounded up; an unknown round trip counts as ten segments', () => {
    expect(pathSegments(KNOWN.max0, 100 * MS, 256)).toBe(100)
    expect(pathSegments(KNOWN.max0, 101_500, 256)).toBe(102)
    expect(pathSegments(KNOWN.max0, 100 * MS, 128)).toBe(50)
    expect(pathSegments(KNOWN.max0, UNKNOWN_RTT, 256)).toBe(10)
  })

  test('a burst is one segment below 1.2 Mbit/s, two at least from there, and what leaves in a 1024th of a second', () => {
    const { tcb } = model(10)
    const goal = (rate: number): number[] => {
      tcb.congestion.pacingRate = rate
      return [leastBurst(tcb), burstGoal(tcb)]
    }
    expect(goal(149_999)).toEqual([1, 1])
    expect(goal(150_000)).toEqual([2, 2])
    expect(goal(1_024 * 3_000)).toEqual([2, 3])
    expect(goal(1_024 * 3_000 - 1)).toEqual([2, 2])
    tcb.mssNow = 100
    expect(goal(1_024 * 1_000_000)[1]).toBe(127)
  })

  test('what will be in flight when the next burst may leave: the burst more while rising, less what arrives until then', () => {
    const { tcb, io } = model(10)
    tcb.congestion.pacingRate = 1_024 * 3_000
    const at = (wait: number, rising: boolean): number => {
      tcb.snd.transmittedAt = io.now + wait
      return inFlightAtDeparture(tcb, 10, KNOWN.max0, rising, io)
    }
    expect(at(0, false)).toBe(10)
    expect(at(-5_000, false)).toBe(10)
    expect(at(0, true)).toBe(13)
    expect(at(4_001, false)).toBe(6)
    expect(at(4_001, true)).toBe(9)
    expect(at(50_000, false)).toBe(0)
  })
})

test('where the cycle begins is drawn: any phase but the second, from the ISN of the connection', () => {
  const seen = new Set<number>()
  for (let i = 0; i < 40; i++) {
    const one = model(10, { ...KNOWN, full: 1, mode: DRAIN })
    one.tcb.iss = seqAdd(one.tcb.iss, i * 7_919)
    ackOf(one, { priorInFlight: 0 })
    expect(one.own.mode).toBe(PROBE_BW)
    seen.add(one.own.phase)
  }
  expect([...seen].toSorted((one, other) => one - other)).toEqual([0, 2, 3, 4, 5, 6, 7])
})

test('a change of mode is told, with what is believed of the path; to stay is no change', () => {
  const one = model(200, { ...KNOWN, fullBandwidth: KNOWN.max0, fullRounds: 2 })
  ackOf(one, { priorDelivered: 1_000 })
  const told = one.events.filter(({ type }) => type === 'tcp/congestionModeChanged')
  expect(told.map(({ args }) => [one.texts[args[0]], one.texts[args[1]], args[2], args[3]])).toEqual([
    ['STARTUP', 'DRAIN', Math.floor((KNOWN.max0 * MSS * 1e6) / UNIT), 100 * MS],
  ])
  // A policed rate that was used for long enough is probed anew out of PROBE_BW, into PROBE_BW.
  const again = model(10, { ...FULL, policed: 1, policedBandwidth: 1, intervalRounds: 47 })
  ackOf(again, { priorDelivered: 1_000 })
  expect(again.own.policed).toBe(0)
  expect(again.events.filter(({ type }) => type === 'tcp/congestionModeChanged')).toEqual([])
})

test('what tcp_info tells: bandwidth in bytes, least round trip, gains', () => {
  const one = model(10, FULL)
  expect(bbr.told?.(one.tcb)).toMatchObject({ mrtt: 100 * MS, pacing_gain: 256 })
  expect(bbr.told?.(one.tcb).bw).toBe(Math.floor((KNOWN.max0 * MSS * 1e6) / UNIT))
  one.own.minRtt = UNKNOWN_RTT
  expect(bbr.told?.(one.tcb).mrtt).toBe(0)
})
