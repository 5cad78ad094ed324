/** What an ACK measures (RFC 6298 3 and 4, tcp_clean_rtx_queue) and what its delivery says of the path (tcp_rate.c), case by case. */
import { describe, expect, test } from 'vitest'
import { NEVER, seqAdd } from '../../base'
import { ack, pass, senderBench, write } from '../../testing/sender-bench'
import type { BenchOptions, SenderBench } from '../../testing/sender-bench'
import { timestampNow } from '../options'
import { ackFacts, MAYBE_DELAYED, TIMER_DUE } from '../recovery/verdict'
import type { AckFacts } from '../recovery/verdict'
import { cleanQueue } from './clean'
import { checkAppLimited, deliveryRate, markAppLimited, noteDelivery, stampSent, takeSample } from './rate'

const MS = 1_000

function out(segments: number, options: BenchOptions = {}): SenderBench {
  const bench = senderBench({ ...options, sysctl: { tcp_early_retrans: 0, ...options.sysctl } })
  bench.tcb.congestion.cwnd = Math.max(segments, 10)
  write(bench, segments * 1_000)
  return bench
}

/** The first `count` segments are acked now. */
function clean(
  bench: SenderBench,
  count: number,
  change: (facts: AckFacts, bench: SenderBench) => void = () => {},
): AckFacts {
  const { tcb, io } = bench
  const end = count === 0 ? tcb.snd.una : tcb.sent[count - 1].end
  const facts = ackFacts(tcb, end, -1)
  tcb.snd.una = end
  change(facts, bench)
  cleanQueue(tcb, facts, io)
  return facts
}

describe('a round trip', () => {
  /** Five segments, each a millisecond after the one before, acked 60 ms after the first. */
  function paced(): SenderBench {
    const bench = out(5)
    bench.tcb.sent.forEach((segment, i) => (segment.lastSentAt += i * MS))
    bench.io.now += 60 * MS
    return bench
  }

  test('is that of the first segment acked for the estimator, and of the last for the least one', () => {
    const bench = paced()
    const facts = clean(bench, 3)
    expect(facts.rttMicros).toBe(58 * MS)
    expect(bench.tcb.rtt.minRtt).toBe(58 * MS)
    // An eighth of the way from 100 to 60 ms.
    expect(bench.tcb.rtt.srtt).toBe(95 * MS)
  })

  test('is none of a segment that was sent twice (Karn), unless a timestamp tells', () => {
    const bench = paced()
    bench.tcb.sent[1].retransmits = 1
    expect(clean(bench, 3).rttMicros).toBe(-1)
    expect(bench.tcb.rtt.srtt).toBe(100 * MS)
    const stamped = out(3, { timestamps: true })
    stamped.tcb.sent[1].retransmits = 1
    const left = timestampNow(stamped.tcb, stamped.io.now)
    stamped.io.now += 60 * MS
    expect(clean(stamped, 3, (facts) => Object.assign(facts, { echo: left })).rttMicros).toBe(60 * MS)
    const instant = out(3, { timestamps: true })
    instant.tcb.sent[1].retransmits = 1
    const now = timestampNow(instant.tcb, instant.io.now)
    expect(clean(instant, 3, (facts) => Object.assign(facts, { echo: now })).rttMicros).toBe(MS)
    // An echo on an ACK that acks nothing measures nothing.
    expect(clean(instant, 0, (facts) => Object.assign(facts, { echo: now })).rttMicros).toBe(-1)
  })

  test('may come from what was newly SACKed', () => {
    const bench = paced()
    const { io } = bench
    const facts = clean(bench, 0, (one) =>
      Object.assign(one, { firstSackSentAt: io.now - 50 * MS, lastSackSentAt: io.now - 45 * MS }),
    )
    expect(facts.rttMicros).toBe(45 * MS)
    expect(bench.tcb.rtt.srtt).toBe(100 * MS - (50 * MS) / 8)
    // Together with an ACK the estimator takes the acked one.
    const both = paced()
    clean(both, 1, (one) =>
      Object.assign(one, { firstSackSentAt: both.io.now - 50 * MS, lastSackSentAt: both.io.now - 45 * MS }),
    )
    expect(both.tcb.rtt.srtt).toBe(95 * MS)
    expect(both.tcb.rtt.minRtt).toBe(45 * MS)
  })

  test('of one small segment acked alone may hold a delayed ACK, and does not count as the least for long', () => {
    const alone = (change: (facts: AckFacts, bench: SenderBench) => void = () => {}, length = 500): boolean => {
      const bench = senderBench({ sysctl: { tcp_early_retrans: 0 } })
      write(bench, length)
      bench.io.now += 60 * MS
      return (clean(bench, 1, change).flags & MAYBE_DELAYED) !== 0
    }
    expect(alone()).toBe(true)
    expect(alone(() => {}, 999)).toBe(true)
    expect(alone(() => {}, 1_000)).toBe(false)
    expect(alone((facts) => Object.assign(facts, { priorSacked: 1 }))).toBe(false)
    const two = senderBench({ sysctl: { tcp_early_retrans: 0 }, config: { nodelay: true } })
    write(two, 100)
    write(two, 100)
    expect(clean(two, 2).flags & MAYBE_DELAYED).toBe(0)
  })
})

describe('the timer', () => {
  test('starts over on a SACK of something that left before the head was last sent', () => {
    const due = (headAt: number): boolean => {
      const bench = out(5)
      bench.tcb.sent[0].lastSentAt = headAt
      bench.io.now += 60 * MS
      const facts = clean(bench, 0, (one) =>
        Object.assign(one, { firstSackSentAt: 1_010_000, lastSackSentAt: 1_010_000 }),
      )
      return (facts.flags & TIMER_DUE) !== 0
    }
    expect(due(1_010_001)).toBe(true)
    expect(due(1_010_000)).toBe(false)
  })
})

describe('reordering by what is acked', () => {
  test('shows when a segment that was sent once is acked after a later one was SACKed', () => {
    const bench = out(8)
    pass(bench, 50 * MS)
    ack(bench, 1, { sack: [[5_001, 6_001]] })
    ack(bench, 3_001, { sack: [[5_001, 6_001]] })
    expect(bench.tcb.recovery).toMatchObject({ reorderingSeen: 1, reordering: 6 })
    const resent = out(8)
    pass(resent, 50 * MS)
    ack(resent, 1, { sack: [[5_001, 6_001]] })
    for (const segment of resent.tcb.sent) segment.retransmits = 1
    ack(resent, 3_001, { sack: [[5_001, 6_001]] })
    expect(resent.tcb.recovery.reorderingSeen).toBe(0)
  })
})

describe('a delivery-rate sample', () => {
  test('begins anew with what leaves when nothing is out', () => {
    const bench = senderBench()
    const { tcb, io } = bench
    Object.assign(tcb.recovery, { delivered: 40, lostTotal: 3 })
    Object.assign(tcb.rate, { windowBegan: 1, deliveredAt: 2, appLimited: 0 })
    expect(stampSent(tcb, io.now)).toEqual({
      deliveredAtSend: 40,
      deliveredTimeAtSend: io.now,
      windowBeganAtSend: io.now,
      appLimitedAtSend: false,
      inFlightAtSend: 1,
      lostAtSend: 3,
    })
    write(bench, 2_000)
    Object.assign(tcb.rate, { windowBegan: 11, deliveredAt: 12, appLimited: 7 })
    expect(stampSent(tcb, io.now)).toMatchObject({
      deliveredTimeAtSend: 12,
      windowBeganAtSend: 11,
      appLimitedAtSend: true,
      inFlightAtSend: 3,
    })
  })

  test('is that of the segment sent last among those delivered; of one burst the one that ends last', () => {
    const bench = out(4)
    const { tcb } = bench
    tcb.sent.forEach((segment, i) => Object.assign(segment, { deliveredAtSend: 10 * i, deliveredTimeAtSend: 100 + i }))
    const facts = ackFacts(tcb, tcb.snd.una, -1)
    noteDelivery(tcb, facts, tcb.sent[1])
    expect(facts.rateDelivered).toBe(10)
    noteDelivery(tcb, facts, tcb.sent[0])
    expect(facts.rateDelivered).toBe(10)
    noteDelivery(tcb, facts, tcb.sent[2])
    expect(facts).toMatchObject({ rateDelivered: 20, ratePriorAt: 102, rateEnd: tcb.sent[2].end })
    tcb.sent[0].lastSentAt += 5
    tcb.sent[0].retransmits = 1
    tcb.sent[0].windowBeganAtSend = tcb.sent[0].lastSentAt - 3
    noteDelivery(tcb, facts, tcb.sent[0])
    expect(facts).toMatchObject({ rateDelivered: 0, rateRetransmitted: true, rateSendMicros: 3 })
    expect(tcb.rate.windowBegan).toBe(tcb.sent[0].lastSentAt)
  })

  test('counts each segment once: what was SACKed gives none when it is acked', () => {
    const { tcb } = out(2)
    tcb.sent[0].sacked = true
    const facts = ackFacts(tcb, tcb.snd.una, -1)
    noteDelivery(tcb, facts, tcb.sent[0])
    expect(tcb.sent[0].deliveredTimeAtSend).toBe(NEVER)
    const again = ackFacts(tcb, tcb.snd.una, -1)
    noteDelivery(tcb, again, tcb.sent[0])
    expect(again.rateDelivered).toBe(-1)
    noteDelivery(tcb, again, tcb.sent[1])
    expect(tcb.sent[1].deliveredTimeAtSend).not.toBe(NEVER)
  })

  function sample(change: (facts: AckFacts, tcb: SenderBench['tcb']) => void, reneged = false) {
    const bench = out(4)
    const { tcb, io } = bench
    Object.assign(tcb.recovery, { delivered: 50, lostTotal: 9 })
    Object.assign(tcb.rate, { delivered: 0, interval: 0, appLimited: 0 })
    const facts = ackFacts(tcb, tcb.snd.una, -1)
    const known = {
      rateDelivered: 30,
      ratePriorAt: io.now - 200 * MS,
      rateSendMicros: 150 * MS,
      priorDelivered: 46,
      priorLost: 7,
      rateLost: 4,
    }
    Object.assign(facts, known)
    change(facts, tcb)
    return { sample: takeSample(tcb, facts, reneged, io.now), tcb, now: io.now }
  }

  test('is what was delivered since it left, over the longer of sending and acking it', () => {
    const { sample: one, tcb, now } = sample(() => {})
    expect(one).toMatchObject({
      delivered: 20,
      interval: 200 * MS,
      priorDelivered: 30,
      acked: 4,
      losses: 2,
      lostSince: 5,
    })
    expect(tcb.rate).toMatchObject({ delivered: 20, interval: 200 * MS, deliveredAt: now })
    expect(deliveryRate(tcb)).toBe(100_000)
    expect(sample((facts) => (facts.rateSendMicros = 300 * MS)).sample.interval).toBe(300 * MS)
  })

  test('proves nothing when it is shorter than any round trip, or the peer has reneged', () => {
    const short = sample((facts) => Object.assign(facts, { ratePriorAt: 1_000_000 - 99_999, rateSendMicros: 1 }))
    expect(short.sample).toMatchObject({ delivered: 20, interval: -1 })
    expect(deliveryRate(short.tcb)).toBe(0)
    expect(
      sample((facts) => Object.assign(facts, { ratePriorAt: 1_000_000 - 100_000, rateSendMicros: 1 })).sample.interval,
    ).toBe(100_000)
    expect(sample(() => {}, true).sample).toMatchObject({ delivered: -1, interval: -1 })
    expect(sample((facts) => (facts.rateDelivered = -1)).sample).toMatchObject({ delivered: -1, priorDelivered: 0 })
  })

  test('that the application limited is kept where it shows no less than what was known', () => {
    const kept = (delivered: number): number =>
      sample((facts, tcb) => {
        facts.rateAppLimited = true
        Object.assign(tcb.rate, { delivered, interval: 200 * MS })
      }).tcb.rate.delivered
    expect([kept(19), kept(20), kept(21)]).toEqual([20, 20, 21])
    expect(sample((facts) => (facts.rateAppLimited = true)).tcb.rate.sampleAppLimited).toBe(true)
  })

  test('an ACK that delivers nothing leaves the time of the last delivery', () => {
    const { tcb } = sample((facts, one) => {
      Object.assign(facts, { priorDelivered: 50 })
      one.rate.deliveredAt = 5
    })
    expect(tcb.rate.deliveredAt).toBe(5)
  })
})

describe('the application', () => {
  test('limits until all has been delivered that was out when it ran dry', () => {
    const bench = out(4)
    bench.tcb.recovery.delivered = 10
    markAppLimited(bench.tcb)
    expect(bench.tcb.rate.appLimited).toBe(14)
    const idle = senderBench()
    idle.tcb.recovery.delivered = 0
    markAppLimited(idle.tcb)
    expect(idle.tcb.rate.appLimited).toBe(1)
    const still = (delivered: number): number => {
      bench.tcb.recovery.delivered = delivered
      bench.tcb.rate.appLimited = 14
      takeSample(bench.tcb, ackFacts(bench.tcb, bench.tcb.snd.una, -1), false, bench.io.now)
      return bench.tcb.rate.appLimited
    }
    expect([still(14), still(15)]).toEqual([14, 0])
  })

  test('does when less than a segment waits, the window has room, and all that is lost was sent again', () => {
    const limits = (change: (tcb: SenderBench['tcb']) => void = () => {}): boolean => {
      const { tcb } = out(4)
      tcb.rate.appLimited = 0
      change(tcb)
      checkAppLimited(tcb)
      return tcb.rate.appLimited !== 0
    }
    expect(limits()).toBe(true)
    expect(limits((tcb) => (tcb.snd.end = seqAdd(tcb.snd.nxt, 999)))).toBe(true)
    expect(limits((tcb) => (tcb.snd.end = seqAdd(tcb.snd.nxt, 1_000)))).toBe(false)
    expect(limits((tcb) => (tcb.congestion.cwnd = 5))).toBe(true)
    expect(limits((tcb) => (tcb.congestion.cwnd = 4))).toBe(false)
    expect(limits((tcb) => Object.assign(tcb.recovery, { lostOut: 2, retransOut: 1 }))).toBe(false)
    expect(limits((tcb) => Object.assign(tcb.recovery, { lostOut: 2, retransOut: 2 }))).toBe(true)
  })
})
