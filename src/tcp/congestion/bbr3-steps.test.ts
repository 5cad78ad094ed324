/** BBR v3 ACK by ACK, at the borders of its decisions (draft-ietf-ccwg-bbr-03). Whole transfers are in bbr3.test.ts. */
import { describe, expect, test } from 'vitest'
import { HANDSHAKE_RTT, senderBench, write } from '../../testing/sender-bench'
import type { SenderBench } from '../../testing/sender-bench'
import type { RateSample } from './algorithm'
import { bbr3 } from './bbr3'
import { CRUISE, DOWN, DRAIN, PROBE_RTT, REFILL, STARTUP, UP } from './bbr3-model'
import { withHeadroom } from './bbr3-model'
import { bytesPerSecond } from './bbr-path'

const MS = 1_000
const SECOND = 1_000_000
const UNIT = 2 ** 24
const NONE = Number.POSITIVE_INFINITY
/** A segment of 1000 bytes a millisecond: 100 in the 100 ms of the path. */
const RATE = Math.floor((100 * UNIT) / (100 * MS))

interface Model extends SenderBench {
  readonly own: Record<string, number>
}

function model(out: number, own: Record<string, number> = {}): Model {
  const bench = senderBench({ config: { congestion: 'bbr3' }, window: 4_000_000 })
  const { tcb, io } = bench
  tcb.congestion.paced = false
  tcb.congestion.cwnd = out
  write(bench, out * 1_000)
  tcb.recovery.delivered = 1_000
  tcb.rate.deliveredAt = io.now
  tcb.rate.appLimited = 0
  tcb.snd.transmittedAt = io.now
  tcb.congestion.limited = false
  const known = { max0: RATE, max1: RATE, max2: RATE, max0At: 0, max1At: 0, max2At: 0 }
  const times = { probeRttAt: io.now, minRttAt: io.now, cycleAt: io.now, probeWait: 2 * SECOND }
  const rtt = { minRtt: HANDSHAKE_RTT, probeRttDelay: HANDSHAKE_RTT }
  Object.assign(tcb.congestion.own, {
    nextRound: 1_000,
    lossRound: 1_000,
    idleRestart: 0,
    ...known,
    ...times,
    ...rtt,
    ...own,
  })
  return { ...bench, own: tcb.congestion.own }
}

const FULL = { fullReached: 1, fullNow: 0 }

/** An ACK of two segments in the middle of a round trip, at the known rate, unless told otherwise. */
function ackOf(one: Model, what: Partial<RateSample> = {}): void {
  bbr3.control?.(
    one.tcb,
    {
      delivered: 100,
      interval: 100 * MS,
      priorDelivered: 0,
      priorInFlight: one.tcb.sent.length,
      acked: 2,
      losses: 0,
      sentInFlight: 100,
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

/** The same as the first of a round trip. */
function roundOf(one: Model, what: Partial<RateSample> = {}): void {
  ackOf(one, { priorDelivered: one.own.nextRound, ...what })
}

describe('STARTUP', () => {
  test('ends when three round trips bring less than a quarter more', () => {
    const one = model(300, { max0: 0, max1: 0, max2: 0 })
    roundOf(one, { delivered: 80 })
    roundOf(one, { delivered: 100 })
    expect(one.own).toMatchObject({ fullRounds: 0, fullBandwidth: one.own.sampleBandwidth })
    roundOf(one, { delivered: 124 })
    roundOf(one, { delivered: 124, appLimited: true })
    ackOf(one, { delivered: 100 })
    roundOf(one, { delivered: 110 })
    expect(one.own).toMatchObject({ fullRounds: 2, fullReached: 0, mode: STARTUP })
    roundOf(one, { delivered: 120 })
    expect(one.own).toMatchObject({ fullReached: 1, mode: DRAIN })
  })

  test('ends by loss: six losses in a round trip of recovery, more than 2 % of what was in flight', () => {
    const lossy = (losses: number, lostSince: number, recovering = true): Model => {
      const one = model(100, { lossRound: 1_001 })
      if (recovering) one.tcb.recovery.caState = 'Recovery'
      for (let i = 0; i < losses; i++) ackOf(one, { losses: 1, priorDelivered: 0 })
      ackOf(one, { priorDelivered: 1_001, lostSince, sentInFlight: 100 })
      return one
    }
    expect(lossy(6, 3).own).toMatchObject({ fullReached: 1, longInFlight: 100, lossEvents: 0 })
    expect(lossy(5, 3).own).toMatchObject({ fullReached: 0, longInFlight: NONE })
    expect(lossy(6, 2).own.fullReached).toBe(0)
    expect(lossy(6, 3, false).own.fullReached).toBe(0)
  })

  test('is paced at 2.77 times the bandwidth, with twice what the path holds as window', () => {
    const one = model(100)
    one.tcb.congestion.pacingRate = 0
    ackOf(one)
    expect(one.tcb.congestion.pacingRate).toBe(bytesPerSecond(one.tcb, RATE, 710))
    one.tcb.congestion.cwnd = 204
    ackOf(one, { acked: 3 })
    expect(one.tcb.congestion.cwnd).toBe(204)
    one.tcb.congestion.cwnd = 199
    ackOf(one, { acked: 3 })
    expect(one.tcb.congestion.cwnd).toBe(202)
  })
})

test('DRAIN lasts until no more is in flight than the path holds', () => {
  const more = model(101, { ...FULL, mode: DRAIN })
  ackOf(more)
  expect(more.own.mode).toBe(DRAIN)
  const enough = model(100, { ...FULL, mode: DRAIN })
  ackOf(enough)
  expect(enough.own).toMatchObject({ mode: CRUISE, ackPhase: 3, probeUpCount: NONE, cycleAt: enough.io.now })
})

describe('PROBE_BW', () => {
  const wait = (own: Record<string, number>): number => own.probeWait

  test('DOWN becomes CRUISE when the queue is gone and 15 % of the long-term bound are free', () => {
    const at = (out: number, longInFlight = NONE): number => {
      const one = model(out, { ...FULL, mode: DOWN, longInFlight })
      ackOf(one, { sentInFlight: 0 })
      return one.own.mode
    }
    expect([at(101), at(100)]).toEqual([DOWN, CRUISE])
    expect([at(86, 100), at(85, 100)]).toEqual([DOWN, CRUISE])
  })

  test.each([DOWN, CRUISE])('state %s becomes REFILL two to three seconds after the last probe', (mode) => {
    const at = (after: number): Model => {
      const one = model(200, { ...FULL, mode, shortBandwidth: RATE, shortInFlight: 150 })
      one.io.now += after
      ackOf(one)
      return one
    }
    expect(at(2 * SECOND).own.mode).toBe(mode)
    expect(at(2 * SECOND + 1).own).toMatchObject({
      mode: REFILL,
      shortBandwidth: NONE,
      shortInFlight: NONE,
      probeUpRounds: 0,
      ackPhase: 4,
    })
  })

  test('the probe comes sooner where Reno would have grown by a segment: as many round trips as the path holds, at most 63', () => {
    const at = (rounds: number, rate = RATE): number => {
      const one = model(200, { ...FULL, mode: CRUISE, roundsSinceProbe: rounds, max0: rate, max1: rate, max2: rate })
      ackOf(one, { delivered: 1 })
      return one.own.mode
    }
    expect([at(62), at(63)]).toEqual([CRUISE, REFILL])
    const slow = Math.floor((20.5 * UNIT) / (100 * MS))
    expect([at(20, slow), at(21, slow)]).toEqual([CRUISE, REFILL])
  })

  test('REFILL lasts a round trip; UP begins with the bandwidth at hand and a slope of a segment a round trip', () => {
    const one = model(100, { ...FULL, mode: REFILL, nextRound: 1_001 })
    ackOf(one)
    expect(one.own.mode).toBe(REFILL)
    one.tcb.recovery.delivered = 1_100
    one.tcb.congestion.cwnd = 100
    ackOf(one, { priorDelivered: 1_001, delivered: 90 })
    expect(one.own).toMatchObject({ mode: UP, ackPhase: 1, probeSamples: 1, probeUpRounds: 1, nextRound: 1_100 })
    expect(one.own.fullBandwidth).toBe(Math.floor((90 * UNIT) / (100 * MS)))
    expect(one.own.probeUpCount).toBe(100)
  })

  test('UP ends when three round trips brought no more, unless it is the long-term bound that limits', () => {
    const up = (limited: boolean, longInFlight: number): Model => {
      const one = model(100, { ...FULL, mode: UP, fullNow: 1, fullBandwidth: 1, longInFlight })
      one.tcb.congestion.limited = limited
      ackOf(one, { sentInFlight: 0 })
      return one
    }
    expect(up(false, NONE).own.mode).toBe(DOWN)
    expect(up(true, 101).own.mode).toBe(DOWN)
    expect(up(true, 100).own).toMatchObject({ mode: UP, fullNow: 0, fullBandwidth: RATE })
    expect(up(false, 100).own.mode).toBe(DOWN)
  })

  test('going DOWN draws the date of the next probe: two to three seconds, and half of the time one round trip less', () => {
    const waits = new Set<number>()
    const rounds = new Set<number>()
    for (let i = 0; i < 20; i++) {
      const one = model(100, { ...FULL, mode: UP, fullNow: 1, draws: 2 * i })
      ackOf(one, { sentInFlight: 0 })
      expect(wait(one.own)).toBeGreaterThanOrEqual(2 * SECOND)
      expect(wait(one.own)).toBeLessThan(3 * SECOND)
      waits.add(wait(one.own))
      rounds.add(one.own.roundsSinceProbe)
    }
    expect(waits.size).toBeGreaterThan(10)
    expect([...rounds].toSorted((a, b) => a - b)).toEqual([0, 1])
  })

  test('pacing follows the state: 90 % DOWN, 125 % UP, the bandwidth else', () => {
    const gain = (mode: number): number => {
      const one = model(300, { ...FULL, mode, nextRound: 5_000 })
      ackOf(one)
      return one.tcb.congestion.pacingRate / bytesPerSecond(one.tcb, RATE, 256)
    }
    expect(gain(DOWN)).toBeCloseTo(0.9, 2)
    expect(gain(CRUISE)).toBeCloseTo(1, 5)
    expect(gain(REFILL)).toBeCloseTo(1, 5)
    expect(gain(UP)).toBeCloseTo(1.25, 5)
  })
})

describe('the long-term bound', () => {
  test('falls to what was in flight when more than 2 % of it were lost while the path was probed, and UP ends', () => {
    const at = (lostSince: number, own: Record<string, number> = {}, appLimited = false): Model => {
      const one = model(150, { ...FULL, mode: UP, probeSamples: 1, ...own })
      ackOf(one, { sentInFlight: 150, lostSince, appLimited })
      return one
    }
    expect(at(3).own).toMatchObject({ mode: UP, longInFlight: NONE })
    expect(at(4).own).toMatchObject({ mode: DOWN, longInFlight: 150, probeSamples: 0 })
    // Outside a probe a loss says nothing of the volume; nor does one of a sender that did not fill the pipe.
    expect(at(4, { probeSamples: 0 }).own).toMatchObject({ mode: UP, longInFlight: NONE })
    expect(at(4, {}, true).own).toMatchObject({ mode: DOWN, longInFlight: NONE })
  })

  test('falls no further than to 0.7 of what the path holds', () => {
    const one = model(150, { ...FULL, mode: UP, probeSamples: 1 })
    ackOf(one, { sentInFlight: 40, lostSince: 4 })
    expect(one.own.longInFlight).toBe(70)
  })

  test('a lost segment tells at how much in flight the 2 % were reached', () => {
    const lose = (lost: number, own: Record<string, number> = {}): Model => {
      const one = model(200, { ...FULL, mode: UP, probeSamples: 1, ...own })
      const [segment] = one.tcb.sent
      Object.assign(segment, { inFlightAtSend: 200, lostAtSend: 10, appLimitedAtSend: false })
      one.tcb.recovery.lostTotal = 10 + lost
      bbr3.lost?.(one.tcb, segment, one.io)
      return one
    }
    expect(lose(4).own).toMatchObject({ mode: UP, longInFlight: NONE, lossInRound: 1, lossRound: 1_000 })
    // 199 in flight before it, 4 lost: of x more, 4 + x are 2 % of 199 + x nowhere, so it is 199.
    expect(lose(5).own).toMatchObject({ mode: DOWN, longInFlight: 199 })
    expect(lose(5, { probeSamples: 0 }).own).toMatchObject({ mode: UP, longInFlight: NONE })
    expect(lose(5, { mode: REFILL }).own.mode).toBe(REFILL)
    expect(lose(1, { lossInRound: 1, lossRound: 7 }).own.lossRound).toBe(7)
  })

  test('rises to what was in flight without too much loss', () => {
    const one = model(100, { ...FULL, mode: DOWN, longInFlight: 90 })
    ackOf(one, { sentInFlight: 120 })
    expect(one.own.longInFlight).toBe(120)
    ackOf(one, { sentInFlight: 110 })
    expect(one.own.longInFlight).toBe(120)
  })

  test('rises while UP by a segment for each count of acked ones, and twice as fast each round trip', () => {
    const one = model(100, {
      ...FULL,
      mode: UP,
      longInFlight: 100,
      probeUpCount: 10,
      probeUpRounds: 1,
      fullBandwidth: 1,
    })
    one.tcb.congestion.limited = true
    ackOf(one, { acked: 9, sentInFlight: 0 })
    expect(one.own).toMatchObject({ longInFlight: 100, probeUpAcks: 9 })
    one.tcb.congestion.cwnd = 100
    ackOf(one, { acked: 12, sentInFlight: 0 })
    expect(one.own).toMatchObject({ longInFlight: 102, probeUpAcks: 1 })
    one.tcb.congestion.cwnd = 102
    roundOf(one, { acked: 1, sentInFlight: 0 })
    expect(one.own).toMatchObject({ probeUpRounds: 2, probeUpCount: 51 })
  })

  test('does not rise where it is not what limits', () => {
    const one = model(90, { ...FULL, mode: UP, longInFlight: 100, probeUpCount: 1 })
    one.tcb.congestion.limited = true
    ackOf(one, { acked: 5, sentInFlight: 0 })
    expect(one.own.longInFlight).toBe(100)
    one.tcb.congestion.cwnd = 100
    one.tcb.congestion.limited = false
    ackOf(one, { acked: 5, sentInFlight: 0 })
    expect(one.own.longInFlight).toBe(100)
  })

  test('leaves headroom of 15 %, a segment at least, and four segments in any case', () => {
    expect(withHeadroom({ longInFlight: NONE })).toBe(NONE)
    expect(withHeadroom({ longInFlight: 100 })).toBe(85)
    expect(withHeadroom({ longInFlight: 6 })).toBe(5)
    expect(withHeadroom({ longInFlight: 3 })).toBe(4)
  })
})

describe('the short-term bound', () => {
  const lossy = { ...FULL, mode: CRUISE, lossInRound: 1, lossRound: 1_000 }

  test('is 0.7 of the bandwidth and the window after a round trip with loss, no less than what it bore', () => {
    const one = model(100, lossy)
    one.own.latestBandwidth = 0
    ackOf(one, { priorDelivered: 1_000, delivered: 10, interval: 100 * MS })
    expect(one.own.shortBandwidth).toBe(Math.floor(RATE * 0.7))
    expect(one.own).toMatchObject({ shortInFlight: 70, lossInRound: 0 })
    const bore = model(100, lossy)
    ackOf(bore, { priorDelivered: 1_000, delivered: 90, interval: 100 * MS })
    expect(bore.own).toMatchObject({ shortBandwidth: Math.floor((90 * UNIT) / (100 * MS)), shortInFlight: 90 })
  })

  test('goes down from where it stood', () => {
    const one = model(100, { ...lossy, shortBandwidth: 10_000, shortInFlight: 50 })
    ackOf(one, { priorDelivered: 1_000, delivered: 10 })
    expect(one.own).toMatchObject({ shortBandwidth: 7_000, shortInFlight: 35 })
  })

  test.each([STARTUP, REFILL, UP])('is not drawn in state %s', (mode) => {
    const one = model(300, { ...lossy, mode, nextRound: 5_000 })
    ackOf(one, { priorDelivered: 1_000, delivered: 10 })
    expect(one.own).toMatchObject({ shortBandwidth: NONE, shortInFlight: NONE, lossInRound: 0 })
  })

  test('is not drawn before the round trip is over, nor after one without loss', () => {
    const early = model(100, { ...lossy, lossRound: 1_001 })
    ackOf(early, { priorDelivered: 1_000 })
    expect(early.own).toMatchObject({ shortBandwidth: NONE, lossInRound: 1 })
    const clean = model(100, { ...lossy, lossInRound: 0 })
    ackOf(clean, { priorDelivered: 1_000 })
    expect(clean.own.shortBandwidth).toBe(NONE)
  })
})

describe('the window', () => {
  function windowOf(mode: number, own: Record<string, number>, cwnd = 300, acked = 2): number {
    const one = model(300, { ...FULL, mode, nextRound: 5_000, ...own })
    one.tcb.congestion.cwnd = cwnd
    ackOf(one, { acked, sentInFlight: 0 })
    return one.tcb.congestion.cwnd
  }

  test('is twice what the path holds, 2.25 times and two segments while UP', () => {
    expect(windowOf(CRUISE, {})).toBe(202)
    expect(windowOf(UP, {})).toBe(229)
  })

  test('is bounded in the long term while probing, with headroom while cruising, and by the short-term bound', () => {
    expect(windowOf(DOWN, { longInFlight: 100 })).toBe(100)
    expect(windowOf(CRUISE, { longInFlight: 100 })).toBe(85)
    expect(windowOf(CRUISE, { shortInFlight: 50 })).toBe(50)
    expect(windowOf(CRUISE, { shortInFlight: 2 })).toBe(4)
    expect(windowOf(DRAIN, { longInFlight: 100 })).toBe(202)
  })

  test('is half of what the path holds in PROBE_RTT, within the headroom, too', () => {
    expect(windowOf(PROBE_RTT, {})).toBe(50)
    expect(windowOf(PROBE_RTT, { longInFlight: 40 })).toBe(34)
  })

  test('stays where nothing is acked, grows by what is, and loses what is lost', () => {
    expect(windowOf(CRUISE, {}, 300, 0)).toBe(300)
    expect(windowOf(CRUISE, {}, 120, 3)).toBe(123)
    const one = model(100, { ...FULL, mode: CRUISE })
    ackOf(one, { acked: 3, losses: 10 })
    expect(one.tcb.congestion.cwnd).toBe(93)
    one.tcb.congestion.cwnd = 5
    ackOf(one, { acked: 4, losses: 10 })
    expect(one.tcb.congestion.cwnd).toBe(5)
  })

  test('is after a recovery what it was before', () => {
    const one = model(100, { ...FULL, mode: CRUISE, caState: 3, priorCwnd: 150 })
    ackOf(one)
    expect(one.tcb.congestion.cwnd).toBe(152)
    ackOf(one)
    expect(one.tcb.congestion.cwnd).toBe(154)
  })
})

describe('PROBE_RTT', () => {
  test('comes five seconds after the least round trip was last seen, not in the middle of a pause', () => {
    const at = (after: number, own: Record<string, number> = {}): Model => {
      const one = model(100, { ...FULL, mode: CRUISE, probeWait: 60 * SECOND, ...own })
      one.io.now += after
      ackOf(one, { rtt: 130 * MS })
      return one
    }
    expect(at(5 * SECOND).own).toMatchObject({ mode: CRUISE, probeRttDelay: 100 * MS })
    expect(at(5 * SECOND + 1).own).toMatchObject({ mode: PROBE_RTT, probeRttDelay: 130 * MS, minRtt: 100 * MS })
    expect(at(5 * SECOND + 1, { idleRestart: 1 }).own).toMatchObject({ mode: CRUISE, idleRestart: 0 })
    expect(at(10 * SECOND).own.minRtt).toBe(100 * MS)
    expect(at(10 * SECOND + 1).own.minRtt).toBe(130 * MS)
  })

  test('is put off by a shorter round trip', () => {
    const one = model(100, { ...FULL, mode: CRUISE, probeWait: 60 * SECOND })
    one.io.now += 4 * SECOND
    ackOf(one, { rtt: 90 * MS })
    expect(one.own).toMatchObject({
      minRtt: 90 * MS,
      probeRttDelay: 90 * MS,
      probeRttAt: one.io.now,
      minRttAt: one.io.now,
    })
    ackOf(one, { rtt: -1 })
    expect(one.own.minRtt).toBe(90 * MS)
  })

  test('begins to count when half of what the path holds is in flight; ends after 200 ms and a round trip', () => {
    const more = model(51, { ...FULL, mode: PROBE_RTT })
    ackOf(more)
    expect(more.own.probeRttUntil).toBe(0)
    const one = model(50, { ...FULL, mode: PROBE_RTT, priorCwnd: 120 })
    const from = one.io.now
    one.tcb.recovery.delivered = 1_200
    ackOf(one)
    expect(one.own).toMatchObject({ probeRttUntil: from + 200 * MS, probeRttRound: 0, nextRound: 1_200 })
    one.io.now = from + 200 * MS
    ackOf(one, { priorDelivered: 1_200 })
    expect(one.own).toMatchObject({ mode: PROBE_RTT, probeRttRound: 1 })
    one.io.now++
    ackOf(one)
    expect(one.own).toMatchObject({ mode: CRUISE, probeRttAt: one.io.now, shortBandwidth: NONE })
    expect(one.tcb.congestion.cwnd).toBe(122)
  })

  test('goes back to STARTUP where the pipe was never full', () => {
    const one = model(50, { mode: PROBE_RTT, probeRttUntil: 1, probeRttRound: 1 })
    ackOf(one)
    expect(one.own.mode).toBe(STARTUP)
  })

  test('does not end without a round trip, however late', () => {
    const one = model(50, { ...FULL, mode: PROBE_RTT, probeRttUntil: 1 })
    ackOf(one)
    expect(one.own.mode).toBe(PROBE_RTT)
  })
})

describe('other moments', () => {
  test('a pause of the application ends at the bandwidth, and in PROBE_RTT ends that', () => {
    const one = model(50, { ...FULL, mode: UP, epochAcked: 9 })
    one.tcb.rate.appLimited = 1
    bbr3.happens(one.tcb, 'loss', one.io)
    expect(one.own.idleRestart).toBe(0)
    bbr3.happens(one.tcb, 'transmitStart', one.io)
    expect(one.own).toMatchObject({ idleRestart: 1, epochAcked: 0, epochAt: one.io.now })
    expect(one.tcb.congestion.pacingRate).toBe(bytesPerSecond(one.tcb, RATE, 256))
    const probing = model(50, { ...FULL, mode: PROBE_RTT, probeRttUntil: 1 })
    probing.tcb.rate.appLimited = 1
    bbr3.happens(probing.tcb, 'transmitStart', probing.io)
    expect(probing.own.mode).toBe(CRUISE)
    const still = model(50, { ...FULL, mode: UP })
    bbr3.happens(still.tcb, 'transmitStart', still.io)
    expect(still.own.idleRestart).toBe(0)
  })

  test('a loss that was none lifts the bounds that it drew', () => {
    const one = model(50, { ...FULL, mode: CRUISE, shortBandwidth: 900, shortInFlight: 90, longInFlight: 99 })
    expect(bbr3.ssthresh(one.tcb, one.io)).toBe(Number.POSITIVE_INFINITY)
    Object.assign(one.own, { shortBandwidth: 500, shortInFlight: 50, longInFlight: 70, lossInRound: 1, fullNow: 1 })
    one.tcb.congestion.cwnd = 20
    expect(bbr3.undone?.(one.tcb)).toBe(50)
    expect(one.own).toMatchObject({
      shortBandwidth: 900,
      shortInFlight: 90,
      longInFlight: 99,
      lossInRound: 0,
      fullNow: 0,
    })
  })

  test('a timeout doubts the width of the pipe; a recovery does not', () => {
    const one = model(50, { ...FULL, fullBandwidth: 5, fullRounds: 2, fullNow: 1 })
    bbr3.enters(one.tcb, 'Recovery', one.io)
    expect(one.own.fullBandwidth).toBe(5)
    bbr3.enters(one.tcb, 'Loss', one.io)
    expect(one.own).toMatchObject({ fullBandwidth: 0, fullRounds: 0, fullNow: 0, fullReached: 1 })
  })

  test('the bandwidth is the best of this probing cycle and the last', () => {
    const one = model(100, { ...FULL, mode: DOWN, ackPhase: 3, cycles: 4, max0At: 4, max1At: 4, max2At: 4 })
    roundOf(one, { delivered: 50 })
    expect(one.own).toMatchObject({ cycles: 5, ackPhase: 0, max0: RATE })
    one.own.ackPhase = 3
    roundOf(one, { delivered: 50, appLimited: true })
    expect(one.own).toMatchObject({ cycles: 5, ackPhase: 0 })
    one.own.ackPhase = 3
    roundOf(one, { delivered: 50 })
    roundOf(one, { delivered: 50 })
    expect(one.own.max0).toBe(Math.floor((50 * UNIT) / (100 * MS)))
  })
})
