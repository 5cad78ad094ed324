/** Delivery-rate samples: what an ACK tells of the path's rate, and when it tells nothing. Linux tcp_rate.c. */
import { describe, expect, test } from 'vitest'
import { ack, pass, senderBench, write } from '../../testing/sender-bench'
import { deliveryRate } from './rate'

const SECOND = 1_000_000

describe('the delivery rate', () => {
  test('is 0 before anything was delivered', () => {
    expect(deliveryRate(senderBench().tcb)).toBe(0)
  })

  test('is what was delivered between the departure of a segment and its ACK, over the longer of the two phases', () => {
    const bench = senderBench()
    write(bench, 30_000)
    pass(bench, 100_000)
    ack(bench, 2_001)
    // Two segments in the 100 ms since nothing was out.
    expect(deliveryRate(bench.tcb)).toBe(20_000)
    pass(bench, 10_000)
    ack(bench, 10_001)
    // Ten in 110 ms.
    expect(deliveryRate(bench.tcb)).toBe(Math.floor((10 * 1_000 * SECOND) / 110_000))
  })

  test('does not count an ACK that came quicker than any round trip', () => {
    const bench = senderBench()
    write(bench, 10_000)
    pass(bench, 100_000)
    ack(bench, 5_001)
    const before = deliveryRate(bench.tcb)
    // What leaves now is acked at once: a retransmission that crossed its own ACK would look so.
    bench.tcb.rate.deliveredAt = bench.io.now
    write(bench, 3_000)
    pass(bench, 10)
    const { rate, interval } = { rate: bench.tcb.rate.delivered, interval: bench.tcb.rate.interval }
    bench.tcb.rtt.minRtt = 100_000
    for (const one of bench.tcb.sent)
      Object.assign(one, { deliveredTimeAtSend: bench.io.now, windowBeganAtSend: one.lastSentAt })
    bench.tcb.rtt.minRttAt = bench.io.now
    ack(bench, 10_001, { window: 60_000 })
    expect(deliveryRate(bench.tcb)).toBe(before)
    expect(bench.tcb.rate).toMatchObject({ delivered: rate, interval })
  })

  test('a segment that was SACKed gives no second sample when it is acked', () => {
    const bench = senderBench()
    write(bench, 10_000)
    pass(bench, 100_000)
    ack(bench, 1, { sack: [[9_001, 10_001]] })
    expect(bench.tcb.sent[9].deliveredTimeAtSend).toBe(Number.POSITIVE_INFINITY)
    const began = bench.tcb.rate.windowBegan
    pass(bench, 500_000)
    ack(bench, 10_001)
    expect(bench.tcb.rate.windowBegan).toBeGreaterThanOrEqual(began)
    expect(bench.tcb.recovery.delivered).toBe(10 + bench.tcb.recovery.dsackDuplicates)
  })
})

describe('a pause of the application', () => {
  test('marks what is out until all of it has been delivered', () => {
    const bench = senderBench()
    write(bench, 2_000)
    expect(bench.tcb.sent.every((one) => one.appLimitedAtSend)).toBe(true)
    pass(bench, 100_000)
    ack(bench, 2_001)
    expect(bench.tcb.rate.sampleAppLimited).toBe(true)
    write(bench, 30_000)
    pass(bench, 100_000)
    ack(bench, 12_001)
    pass(bench, 100_000)
    ack(bench, 30_001)
    expect(bench.tcb.rate.appLimited).toBe(0)
    expect(bench.tcb.rate.sampleAppLimited).toBe(false)
  })

  test('is none while the window is full or a segment and more is queued', () => {
    const bench = senderBench()
    write(bench, 30_000)
    write(bench, 10)
    expect(bench.tcb.rate.appLimited).toBe(1)
    pass(bench, 100_000)
    ack(bench, 10_001)
    expect(bench.tcb.rate.appLimited).toBe(0)
    write(bench, 10)
    expect(bench.tcb.rate.appLimited).toBe(0)
  })

  test('an app-limited sample counts only when it is higher than what is known', () => {
    const bench = senderBench()
    write(bench, 10_000)
    pass(bench, 100_000)
    ack(bench, 10_001)
    const known = deliveryRate(bench.tcb)
    pass(bench, 100_000)
    write(bench, 1_000)
    pass(bench, 100_000)
    ack(bench, 11_001)
    expect(deliveryRate(bench.tcb)).toBe(known)
  })
})
