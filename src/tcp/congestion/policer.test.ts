/** BBR's long-term bandwidth at its borders (Linux bbr_lt_bw_sampling): when an interval begins, counts, agrees with the last, and is given up. */
import { describe, expect, test } from 'vitest'
import { senderBench } from '../../testing/sender-bench'
import type { SenderBench } from '../../testing/sender-bench'
import { resetPolicer, samplePolicer } from './policer'
import { resetMax, runningMax, windowedMax } from './windowed'

const UNIT = 2 ** 24

interface Policed extends SenderBench {
  readonly own: Record<string, number>
}

function start(): Policed {
  const bench = senderBench({ config: { congestion: 'bbr' } })
  bench.tcb.rate.deliveredAt = 1_000_000
  resetPolicer(bench.tcb)
  return { ...bench, own: bench.tcb.congestion.own }
}

/** An ACK; `round`: it begins a round trip. Returns whether the path is to be probed anew. */
function ack(one: Policed, losses = 0, round = false, appLimited = false, probing = true): boolean {
  one.own.roundStart = round ? 1 : 0
  return samplePolicer(one.tcb, { losses, appLimited }, probing)
}

/** An interval of `rounds` round trips, 100 ms, in which so many segments were delivered and lost; it ends with a loss. */
function interval(one: Policed, delivered: number, lost: number, rounds = 4, millis = 100): void {
  for (let i = 0; i < rounds - 1; i++) ack(one, 0, true)
  one.tcb.recovery.delivered += delivered
  one.tcb.recovery.lostTotal += lost
  one.tcb.rate.deliveredAt += millis * 1_000
  ack(one, 1, true)
}

const rate = (segments: number, millis = 100): number => Math.floor((segments * UNIT) / (millis * 1_000))

test('two intervals with much loss and the same rate: the mean of the two is used', () => {
  const one = start()
  ack(one, 1)
  expect(one.own).toMatchObject({ sampling: 1, intervalRounds: 0, intervalAt: 1_000 })
  interval(one, 100, 40)
  expect(one.own).toMatchObject({ policed: 0, policedBandwidth: rate(100), intervalRounds: 0, intervalDelivered: 100 })
  expect(one.own).toMatchObject({ intervalLost: 40, intervalAt: 1_100 })
  one.own.pacingGain = 320
  interval(one, 110, 40)
  const mean = Math.floor((rate(100) + rate(110)) / 2)
  expect(one.own).toMatchObject({ policed: 1, policedBandwidth: mean, pacingGain: 256, intervalRounds: 0 })
})

describe('an interval', () => {
  test('begins with a loss alone', () => {
    const one = start()
    one.tcb.recovery.delivered = 500
    ack(one, 0, true)
    expect(one.own.sampling).toBe(0)
    ack(one, 2)
    expect(one.own).toMatchObject({ sampling: 1, intervalDelivered: 500 })
  })

  test('lasts four round trips at least, counted by their beginnings', () => {
    const one = start()
    ack(one, 1)
    interval(one, 100, 40, 3)
    expect(one.own.policedBandwidth).toBe(0)
    ack(one, 1, true)
    expect(one.own.policedBandwidth).toBe(rate(100))
  })

  test('ends with a loss, in the 16th round trip at the latest: after that it is given up', () => {
    const late = start()
    ack(late, 1)
    interval(late, 100, 40, 16)
    expect(late.own.policedBandwidth).toBe(rate(100))
    const tooLate = start()
    ack(tooLate, 1)
    interval(tooLate, 100, 40, 17)
    expect(tooLate.own).toMatchObject({ policedBandwidth: 0, sampling: 0 })
  })

  test('does not end without a loss', () => {
    const one = start()
    ack(one, 1)
    for (let i = 0; i < 6; i++) ack(one, 0, true)
    one.tcb.recovery.delivered += 10
    one.tcb.recovery.lostTotal += 10
    one.tcb.rate.deliveredAt += 10_000
    ack(one, 0, true)
    expect(one.own.policedBandwidth).toBe(0)
  })

  test('is given up when the application sends too little', () => {
    const one = start()
    ack(one, 1)
    ack(one, 0, true, true)
    expect(one.own.sampling).toBe(0)
  })

  test('says something from 50 lost of 256 delivered on', () => {
    const little = start()
    ack(little, 1)
    interval(little, 256, 49)
    expect(little.own.policedBandwidth).toBe(0)
    const much = start()
    ack(much, 1)
    interval(much, 256, 50)
    expect(much.own.policedBandwidth).toBe(rate(256))
  })

  test('says nothing when nothing was delivered, or no millisecond has passed', () => {
    const nothing = start()
    ack(nothing, 1)
    interval(nothing, 0, 40)
    expect(nothing.own).toMatchObject({ policedBandwidth: 0, intervalRounds: 4 })
    const instant = start()
    ack(instant, 1)
    interval(instant, 100, 40, 4, 0)
    expect(instant.own).toMatchObject({ policedBandwidth: 0, intervalRounds: 4 })
    const short = start()
    ack(short, 1)
    interval(short, 100, 40, 4, 1)
    expect(short.own.policedBandwidth).toBe(rate(100, 1))
  })
})

describe('two rates', () => {
  /** Whether an interval with a rate of `second` confirms one of `first`; segments of 1000 bytes in 100 ms. */
  function agree(first: number, second: number, mss = 1_000): boolean {
    const one = start()
    one.tcb.mssNow = mss
    ack(one, 1)
    interval(one, first, first)
    interval(one, second, second)
    return one.own.policed === 1
  }

  test('agree when they differ by an eighth at most, above or below', () => {
    expect(agree(800, 900)).toBe(true)
    expect(agree(800, 902)).toBe(false)
    expect(agree(800, 700)).toBe(true)
    expect(agree(800, 698)).toBe(false)
  })

  test('agree when they differ by 4 kbit/s at most, however small they are', () => {
    // 500 bytes a second: 50 segments of one byte in 100 ms, and a hundredth more for the margin of pacing.
    expect(agree(10, 60, 1)).toBe(true)
    expect(agree(10, 61, 1)).toBe(false)
  })

  test('that do not agree leave the newer one to be confirmed', () => {
    const one = start()
    ack(one, 1)
    interval(one, 100, 100)
    interval(one, 400, 400)
    expect(one.own).toMatchObject({ policed: 0, policedBandwidth: rate(400), intervalRounds: 0 })
  })
})

describe('a policed rate', () => {
  function policed(): Policed {
    const one = start()
    Object.assign(one.own, { policed: 1, policedBandwidth: 77, intervalRounds: 0 })
    return one
  }

  test('is used for 48 round trips of PROBE_BW; then the path is probed anew', () => {
    const one = policed()
    for (let i = 0; i < 47; i++) expect(ack(one, 0, true)).toBe(false)
    expect(ack(one, 0, true)).toBe(true)
    expect(one.own).toMatchObject({ policed: 0, policedBandwidth: 0, sampling: 0 })
  })

  test('is used for longer outside PROBE_BW, and no ACK in the middle of a round trip counts', () => {
    const one = policed()
    for (let i = 0; i < 60; i++) ack(one, 0, true, false, false)
    for (let i = 0; i < 60; i++) ack(one, 1, false)
    expect(one.own).toMatchObject({ policed: 1, intervalRounds: 0 })
  })
})

describe('the maximum of a sliding window (lib/minmax.c)', () => {
  type Numbers = Record<string, number>
  const WINDOW = 10

  function feed(samples: readonly (readonly [number, number])[]): Numbers {
    const own: Numbers = {}
    resetMax(own, 'm', 0, samples[0][1])
    for (const [at, value] of samples.slice(1)) runningMax(own, 'm', WINDOW, at, value)
    return own
  }
  const three = (own: Numbers): number[] => [0, 1, 2].map((place) => own[`m${place}`])

  test('an equal or greater sample replaces all three', () => {
    expect(
      three(
        feed([
          [0, 9],
          [1, 5],
          [2, 9],
        ]),
      ),
    ).toEqual([9, 9, 9])
    expect(
      feed([
        [0, 9],
        [1, 5],
        [2, 9],
      ]),
    ).toMatchObject({ m0At: 2, m1At: 2, m2At: 2 })
  })

  test('a smaller one is the second best, or the third', () => {
    expect(
      three(
        feed([
          [0, 9],
          [3, 5],
          [4, 7],
        ]),
      ),
    ).toEqual([9, 7, 7])
    expect(
      three(
        feed([
          [0, 9],
          [3, 7],
          [6, 4],
          [7, 5],
        ]),
      ),
    ).toEqual([9, 7, 5])
    expect(
      feed([
        [0, 9],
        [3, 7],
        [4, 7],
      ]),
    ).toMatchObject({ m1At: 4, m2At: 4 })
  })

  test('the best of a quarter later is remembered for the time when the best is too old', () => {
    // Not at a quarter, but after it.
    const own: Numbers = { m0: 9, m0At: 0, m1: 9, m1At: 0, m2: 9, m2At: 0 }
    runningMax(own, 'm', 12, 3, 4)
    expect(three(own)).toEqual([9, 9, 9])
    runningMax(own, 'm', 12, 4, 3)
    expect(own).toMatchObject({ m0: 9, m1: 3, m1At: 4, m2: 3, m2At: 4 })
  })

  test('and of half of it, for the time when that one is', () => {
    const own: Numbers = { m0: 9, m0At: 0, m1: 7, m1At: 4, m2: 7, m2At: 4 }
    runningMax(own, 'm', 12, 6, 2)
    expect(own).toMatchObject({ m2: 7, m2At: 4 })
    runningMax(own, 'm', 12, 7, 1)
    expect(own).toMatchObject({ m1: 7, m2: 1, m2At: 7 })
  })

  test('the best leaves after the whole window, and the second takes its place', () => {
    const own: Numbers = { m0: 9, m0At: 0, m1: 7, m1At: 4, m2: 5, m2At: 8 }
    runningMax(own, 'm', WINDOW, 10, 1)
    expect(windowedMax(own, 'm')).toBe(9)
    runningMax(own, 'm', WINDOW, 11, 1)
    expect(own).toMatchObject({ m0: 7, m0At: 4, m1: 5, m1At: 8, m2: 1, m2At: 11 })
  })

  test('with it the second where that is as old', () => {
    const own: Numbers = { m0: 9, m0At: 0, m1: 7, m1At: 1, m2: 5, m2At: 8 }
    runningMax(own, 'm', WINDOW, 12, 1)
    expect(own).toMatchObject({ m0: 5, m0At: 8, m1: 1, m1At: 12, m2: 1, m2At: 12 })
  })

  test('nothing is left of a window in which no sample came', () => {
    const own: Numbers = { m0: 9, m0At: 0, m1: 7, m1At: 4, m2: 5, m2At: 8 }
    runningMax(own, 'm', WINDOW, 19, 1)
    expect(own).toMatchObject({ m0: 1, m0At: 19, m1: 1, m2: 1 })
    const just: Numbers = { m0: 9, m0At: 8, m1: 7, m1At: 8, m2: 5, m2At: 8 }
    runningMax(just, 'm', WINDOW, 18, 1)
    expect(just.m0).toBe(9)
  })
})
