/** RACK (RFC 8985 6.2): what a delivery proves about what was sent before it, how long it is given, and how that time adapts to DSACKs. */
import { describe, expect, test } from 'vitest'
import { NEVER } from '../../base'
import { ack, HANDSHAKE_RTT, pass, senderBench, takeSent, write } from '../../testing/sender-bench'
import type { BenchOptions, SenderBench } from '../../testing/sender-bench'
import { rackAdvance, rackDetect, rackIsOn, rackMarkLost, rackPersistMore, rackUpdateWindow } from './rack'
import { ackFacts, TIMER_DUE } from './verdict'

const RTT = HANDSHAKE_RTT
const MS = 1_000

/** `count` segments of 1000 bytes left a round trip ago; no tail loss probe. */
function sent(count: number, options: BenchOptions = {}): SenderBench {
  const bench = senderBench({ ...options, sysctl: { tcp_early_retrans: 0, ...options.sysctl } })
  write(bench, count * 1_000)
  takeSent(bench)
  pass(bench, RTT)
  return bench
}

function lost({ tcb }: SenderBench): number[] {
  return tcb.sent.flatMap((one, i) => (one.lost ? [i] : []))
}

/** Milliseconds until the reordering timer fires; undefined while it does not run. */
function wait({ tcb, io }: SenderBench): number | undefined {
  const { deadline } = tcb.timers.reorder
  return deadline === NEVER ? undefined : (deadline - io.now) / MS
}

describe('the reordering window', () => {
  test('is a quarter of the least round trip while fewer than three segments were SACKed; the timer adds 2 ms', () => {
    const bench = sent(5)
    ack(bench, 1, { sack: [[1_001, 2_001]] })
    expect(lost(bench)).toEqual([])
    expect(wait(bench)).toBe(27)
    pass(bench, 26 * MS)
    expect(takeSent(bench)).toEqual([])
    pass(bench, MS)
    expect(lost(bench)).toEqual([0])
    expect(takeSent(bench)).toEqual([1])
  })

  test('is nothing from the third SACKed segment on: what DupThresh said in RFC 6675', () => {
    const bench = sent(5)
    ack(bench, 1, { sack: [[1_001, 3_001]] })
    expect(lost(bench)).toEqual([])
    expect(wait(bench)).toBe(27)
    ack(bench, 1, { sack: [[1_001, 4_001]] })
    expect(lost(bench)).toEqual([0])
    expect(bench.tcb.recovery.caState).toBe('Recovery')
  })

  test('stays a quarter however much was SACKed with bit 4 of tcp_recovery', () => {
    const bench = sent(8, { sysctl: { tcp_recovery: 1 | 4 } })
    ack(bench, 1, { sack: [[1_001, 7_001]] })
    expect(lost(bench)).toEqual([])
    expect(wait(bench)).toBe(27)
  })

  test('stays a quarter once the path was seen to reorder, even in Recovery', () => {
    const bench = sent(8)
    bench.tcb.recovery.reorderingSeen = 1
    ack(bench, 1, { sack: [[1_001, 7_001]] })
    expect(lost(bench)).toEqual([])
    bench.tcb.recovery.caState = 'Recovery'
    expect(rackDetect(bench.tcb, undefined, bench.io)).toBe(RTT / 4)
  })

  test.each(['Recovery', 'Loss'] as const)('is nothing in %s as long as no reordering was seen', (caState) => {
    const bench = sent(5)
    rackAdvance(bench.tcb, false, bench.tcb.sent[1].end, bench.tcb.sent[1].lastSentAt, bench.io.now)
    bench.tcb.recovery.caState = caState
    expect(rackDetect(bench.tcb, undefined, bench.io)).toBe(0)
    expect(lost(bench)).toEqual([0])
  })

  test('is never longer than the smoothed round trip', () => {
    const bench = sent(5)
    bench.tcb.recovery.rackSteps = 8
    rackAdvance(bench.tcb, false, bench.tcb.sent[1].end, bench.tcb.sent[1].lastSentAt, bench.io.now)
    expect(rackDetect(bench.tcb, undefined, bench.io)).toBe(RTT)
    bench.tcb.recovery.rackSteps = 2
    expect(rackDetect(bench.tcb, undefined, bench.io)).toBe(RTT / 2)
  })
})

describe('a delivery', () => {
  test('says nothing about what left after it, and of one burst only about what stands before it', () => {
    const bench = sent(4)
    const { tcb, io } = bench
    rackAdvance(tcb, false, tcb.sent[2].end, tcb.sent[2].lastSentAt, io.now)
    io.now += 200 * MS
    rackDetect(tcb, undefined, io)
    expect(lost(bench)).toEqual([0, 1])
  })

  test('of something older than what RACK knows renews the round trip alone', () => {
    const { tcb, io } = sent(3)
    tcb.sent[2].lastSentAt += 10 * MS
    rackAdvance(tcb, false, tcb.sent[2].end, tcb.sent[2].lastSentAt, io.now)
    rackAdvance(tcb, false, tcb.sent[0].end, tcb.sent[0].lastSentAt, io.now)
    expect(tcb.recovery).toMatchObject({
      rackSentAt: tcb.sent[2].lastSentAt,
      rackEnd: tcb.sent[2].end,
      rackRtt: RTT,
      rackAdvanced: true,
    })
  })

  test('of a retransmission sooner than any round trip is one of the original, and says nothing', () => {
    const { tcb, io } = sent(2)
    const { end } = tcb.sent[0]
    rackAdvance(tcb, true, end, io.now - RTT + 1, io.now)
    expect(tcb.recovery.rackAdvanced).toBe(false)
    rackAdvance(tcb, true, end, io.now - RTT, io.now)
    expect(tcb.recovery).toMatchObject({ rackAdvanced: true, rackRtt: RTT })
  })

  test('of an original may be quicker than any before', () => {
    const { tcb, io } = sent(2)
    rackAdvance(tcb, false, tcb.sent[0].end, io.now - 50 * MS, io.now)
    expect(tcb.recovery).toMatchObject({ rackAdvanced: true, rackRtt: 50 * MS })
  })

  test('that tells RACK nothing new leaves everything as it is, however late', () => {
    const bench = sent(3)
    const { tcb, io } = bench
    rackAdvance(tcb, false, tcb.sent[2].end, tcb.sent[2].lastSentAt, io.now)
    tcb.recovery.rackAdvanced = false
    io.now += 1_000 * MS
    rackMarkLost(tcb, ackFacts(tcb, tcb.snd.una, -1), io)
    expect(lost(bench)).toEqual([])
  })

  test('is looked at once', () => {
    const { tcb, io } = sent(3)
    rackAdvance(tcb, false, tcb.sent[2].end, tcb.sent[2].lastSentAt, io.now)
    rackMarkLost(tcb, ackFacts(tcb, tcb.snd.una, -1), io)
    expect(tcb.recovery.rackAdvanced).toBe(false)
  })
})

describe('the wait for suspects', () => {
  test('stands in place of the retransmission timer, and is no longer than the RTO', () => {
    const { tcb, io } = sent(3)
    tcb.rtt.rto = 20 * MS
    rackAdvance(tcb, false, tcb.sent[1].end, tcb.sent[1].lastSentAt, io.now)
    const facts = ackFacts(tcb, tcb.snd.una, -1)
    facts.flags = TIMER_DUE
    rackMarkLost(tcb, facts, io)
    expect(facts.flags).toBe(0)
    expect(tcb.timers.reorder.deadline).toBe(io.now + 20 * MS)
    expect(tcb.timers.retransmit.deadline).toBe(NEVER)
  })

  test('leaves the retransmission timer due where there is no suspect', () => {
    const { tcb, io } = sent(3)
    rackAdvance(tcb, false, tcb.sent[0].end, tcb.sent[0].lastSentAt, io.now)
    const facts = ackFacts(tcb, tcb.snd.una, -1)
    facts.flags = TIMER_DUE
    rackMarkLost(tcb, facts, io)
    expect(facts.flags).toBe(TIMER_DUE)
    expect(tcb.timers.reorder.deadline).toBe(NEVER)
  })

  test('lasts until the latest suspect is late', () => {
    const { tcb, io } = sent(4)
    tcb.sent[1].lastSentAt += 5 * MS
    tcb.sent[2].lastSentAt += 8 * MS
    tcb.recovery.retransOut = 1
    io.now += 10 * MS
    rackAdvance(tcb, false, tcb.sent[2].end, tcb.sent[2].lastSentAt, io.now)
    // The delivery took 102 ms: 102 + 25 after its sending each is late.
    expect(rackDetect(tcb, undefined, io)).toBe(102 * MS + 25 * MS - 105 * MS)
  })

  test('is over exactly when the window has passed, not a microsecond before', () => {
    const bench = sent(2)
    const { tcb, io } = bench
    rackAdvance(tcb, false, tcb.sent[1].end, tcb.sent[1].lastSentAt, io.now)
    io.now += RTT / 4 - 1
    expect(rackDetect(tcb, undefined, io)).toBe(1)
    expect(lost(bench)).toEqual([])
    io.now += 1
    expect(rackDetect(tcb, undefined, io)).toBe(0)
    expect(lost(bench)).toEqual([0])
  })

  test('is not for what was SACKed, nor for what is lost already and was not sent again', () => {
    const bench = sent(4)
    const { tcb, io } = bench
    tcb.sent[0].sacked = true
    tcb.sent[1].lost = true
    tcb.recovery.sackedOut = 1
    tcb.recovery.lostOut = 1
    rackAdvance(tcb, false, tcb.sent[2].end, tcb.sent[2].lastSentAt, io.now)
    expect(rackDetect(tcb, undefined, io)).toBe(0)
    expect(bench.events.filter(({ type }) => type === 'tcp/lossDetected')).toEqual([])
  })

  test('is for a retransmission, too: one that left before what was delivered is lost again', () => {
    const bench = sent(6)
    ack(bench, 1, { sack: [[1_001, 4_001]] })
    expect(takeSent(bench)).toContain(1)
    pass(bench, 5 * MS)
    write(bench, 1_000)
    expect(takeSent(bench)).toEqual([6_001])
    pass(bench, RTT)
    // The new segment, sent after the retransmission, arrived; the retransmission did not.
    ack(bench, 1, { sack: [[1_001, 7_001]] })
    expect(bench.counters['TCPLostRetransmit']).toBe(1)
    expect(takeSent(bench)).toEqual([1])
  })
})

describe('DSACKs', () => {
  function told(bench: SenderBench, delivered: number): void {
    const facts = ackFacts(bench.tcb, bench.tcb.snd.una, -1)
    facts.rateDelivered = delivered
    rackUpdateWindow(bench.tcb, facts, bench.io)
  }

  test('widen the window by a quarter of the least round trip, at most once a round trip, for 16 recoveries', () => {
    const bench = sent(5)
    const { recovery } = bench.tcb
    recovery.delivered = 50
    recovery.rackDsackSeen = true
    told(bench, 40)
    expect(recovery).toMatchObject({ rackSteps: 2, rackPersist: 16, rackLastDelivered: 50, rackDsackSeen: false })
    // What left before the last widening was delivered does not show whether it was enough.
    recovery.rackDsackSeen = true
    told(bench, 49)
    expect(recovery).toMatchObject({ rackSteps: 2, rackDsackSeen: false })
    recovery.rackDsackSeen = true
    told(bench, 50)
    expect(recovery.rackSteps).toBe(3)
  })

  test('widen it no further than 255 steps', () => {
    const bench = sent(5)
    bench.tcb.recovery.rackSteps = 255
    bench.tcb.recovery.rackDsackSeen = true
    told(bench, 1)
    expect(bench.tcb.recovery.rackSteps).toBe(255)
  })

  test('that have not come for 16 recoveries are forgotten', () => {
    const bench = sent(5)
    Object.assign(bench.tcb.recovery, { rackSteps: 4, rackPersist: 1 })
    told(bench, 1)
    expect(bench.tcb.recovery.rackSteps).toBe(4)
    bench.tcb.recovery.rackPersist = 0
    told(bench, 1)
    expect(bench.tcb.recovery.rackSteps).toBe(1)
  })

  test('change nothing with bit 2 of tcp_recovery, or on an ACK that delivers nothing', () => {
    const fixed = sent(5, { sysctl: { tcp_recovery: 1 | 2 } })
    fixed.tcb.recovery.rackDsackSeen = true
    told(fixed, 10)
    expect(fixed.tcb.recovery.rackSteps).toBe(1)
    const bench = sent(5)
    bench.tcb.recovery.rackDsackSeen = true
    told(bench, -1)
    expect(bench.tcb.recovery).toMatchObject({ rackSteps: 1, rackDsackSeen: true })
    told(bench, 0)
    expect(bench.tcb.recovery).toMatchObject({ rackSteps: 1, rackDsackSeen: true })
  })

  test('that undo a recovery make what was learnt last a recovery longer, up to 16', () => {
    const { tcb } = sent(1)
    tcb.recovery.rackPersist = 3
    rackPersistMore(tcb)
    expect(tcb.recovery.rackPersist).toBe(4)
    tcb.recovery.rackPersist = 16
    rackPersistMore(tcb)
    expect(tcb.recovery.rackPersist).toBe(16)
  })
})

test('takes part only where SACK was negotiated and bit 1 of tcp_recovery is set', () => {
  const is = (sack: boolean, bits: number): boolean => {
    const { tcb, io } = senderBench({ sack, sysctl: { tcp_recovery: bits } })
    return rackIsOn(tcb, io)
  }
  expect([is(true, 1), is(true, 5), is(true, 0), is(true, 6), is(false, 1)]).toEqual([true, true, false, false, false])
})
