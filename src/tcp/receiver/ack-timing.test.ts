/** When an ACK leaves, to the microsecond: the delay and how it adapts, quick ACKs, and SACKs held back (RFC 9293 3.8.6.3, RFC 5681 4.2). */
import { describe, expect, test } from 'vitest'
import { NEVER, seqAdd } from '../../base'
import { senderBench } from '../../testing/sender-bench'
import type { BenchOptions, SenderBench } from '../../testing/sender-bench'
import { addQuickAcks, enterQuickAck, onDataSent, scheduleAck } from './ack'
import { ackIfDue, compressedAckTimerFires, delayedAckTimerFires, releaseCompressed } from './ack-timing'

const MS = 1_000

/** `bytes` came and were read; an ACK is owed. The delay is the least, no quick ACKs are left, and nothing has been pushed. */
function owed(bytes = 500, change: (bench: SenderBench) => void = () => {}, options: BenchOptions = {}): SenderBench {
  const bench = senderBench(options)
  const { tcb, io } = bench
  Object.assign(tcb.receive, { mssEstimate: 1_000, windowClamp: 65_000, ssthresh: 65_000, lastDataAt: io.now })
  tcb.config.rcvbuf = 200_000
  tcb.rcv.nxt = seqAdd(tcb.rcv.nxt, bytes)
  tcb.rcv.copied = tcb.rcv.nxt
  Object.assign(tcb.ack, { pending: true, ato: 40 * MS, quick: 0, pingpong: 0, now: false, pushed: false })
  change(bench)
  return bench
}

/** Milliseconds for which it waits; 0 when it left at once. */
function wait(bench: SenderBench): number {
  ackIfDue(bench.tcb, bench.io)
  if (bench.sent.length > 0) return 0
  return (bench.tcb.timers.delayedAck.deadline - bench.io.now) / MS
}

const ato =
  (millis: number, more: Partial<SenderBench['tcb']['ack']> = {}) =>
  (bench: SenderBench) => {
    Object.assign(bench.tcb.ack, { ato: millis * MS, ...more })
  }

describe('an ACK', () => {
  test('waits 40 ms, and says so', () => {
    const bench = owed()
    expect(wait(bench)).toBe(40)
    expect(bench.events.find(({ type }) => type === 'tcp/ackDelayed')?.args).toEqual([40])
  })

  test('leaves at once when more than a full segment is unacknowledged, and the window is no smaller', () => {
    expect(wait(owed(1_000))).toBe(40)
    expect(wait(owed(1_001))).toBe(0)
    const smaller = owed(1_001, ({ tcb }) => {
      tcb.config.rcvbuf = 20_000
      tcb.rcv.copied = seqAdd(tcb.rcv.nxt, -1)
    })
    expect(wait(smaller)).toBe(40)
  })

  test('leaves at once for a reader who waits for more than there is', () => {
    const bench = owed(1_001, ({ tcb }) => {
      tcb.config.rcvbuf = 20_000
      tcb.rcv.copied = seqAdd(tcb.rcv.nxt, -500)
      tcb.config.receiveLowat = 501
    })
    expect(wait(bench)).toBe(0)
    const enough = owed(1_001, ({ tcb }) => {
      tcb.config.rcvbuf = 20_000
      tcb.rcv.copied = seqAdd(tcb.rcv.nxt, -500)
      tcb.config.receiveLowat = 500
    })
    expect(wait(enough)).toBe(40)
  })

  test('leaves at once while quick ones are left, unless the two ends take turns, and where it is urgent', () => {
    expect(wait(owed(1, ato(40, { quick: 1 })))).toBe(0)
    expect(wait(owed(1, ato(40, { quick: 1, pingpong: 1 })))).toBe(40)
    expect(wait(owed(1, ato(40, { now: true })))).toBe(0)
  })

  test('that is not owed never leaves', () => {
    const bench = owed(5_000, ato(40, { pending: false, now: true }))
    ackIfDue(bench.tcb, bench.io)
    expect(bench.sent).toEqual([])
    expect(bench.tcb.timers.delayedAck.deadline).toBe(NEVER)
  })
})

describe('the delay', () => {
  const slow = (bench: SenderBench): void => {
    bench.tcb.rtt.srtt = 900 * MS
  }
  const of = (...changes: ((bench: SenderBench) => void)[]): number =>
    wait(
      owed(
        500,
        (bench) => {
          bench.tcb.rtt.rto = 2_000 * MS
          bench.tcb.config.delackMaxMicros = 1_000 * MS
          slow(bench)
          for (const change of changes) change(bench)
        },
        { sysctl: { tcp_rto_min_us: 1_000_000 } },
      ),
    )

  test('follows what the data has taught, up to 500 ms, 200 ms where the end of something came or the two take turns', () => {
    expect(of(ato(300))).toBe(300)
    expect(of(ato(700))).toBe(500)
    expect(of(ato(700, { pushed: true }))).toBe(200)
    expect(of(ato(700, { pingpong: 1 }))).toBe(200)
  })

  test('is no longer than a round trip, but 40 ms', () => {
    const srtt = (millis: number) => (bench: SenderBench) => void (bench.tcb.rtt.srtt = millis * MS)
    expect(of(ato(150), srtt(100))).toBe(100)
    expect(of(ato(150), srtt(10))).toBe(40)
    expect(of(ato(150), srtt(0))).toBe(150)
    expect(of(ato(40), srtt(10))).toBe(40)
  })

  test('is no longer than TCP_DELACK_MAX_US says, nor than the least RTO less a millisecond', () => {
    expect(of(ato(150), ({ tcb }) => void (tcb.config.delackMaxMicros = 70 * MS))).toBe(70)
    const rto = (micros: number): number => wait(owed(500, ato(150), { sysctl: { tcp_rto_min_us: micros } }))
    expect(rto(50 * MS)).toBe(49)
    expect(rto(1 * MS)).toBe(1)
  })

  test('that runs is kept; when no more than a quarter of the new one is left, the ACK leaves', () => {
    const running = (left: number): number =>
      wait(owed(500, ({ tcb, io }) => void (tcb.timers.delayedAck.deadline = io.now + left)))
    expect(running(10 * MS)).toBe(0)
    expect(running(10 * MS + 1)).toBe(10.001)
    expect(running(39 * MS)).toBe(39)
    expect(running(90 * MS)).toBe(40)
  })

  test('is learnt from the time between segments: half of it and 20 ms when they come quickly, the gap itself otherwise', () => {
    const learn = (gap: number, before = 100): [number, number] => {
      const bench = owed(0, ({ tcb, io }) => {
        Object.assign(tcb.ack, { ato: before * MS, pending: false })
        tcb.rtt.rto = 300 * MS
        tcb.receive.lastDataAt = io.now - gap
      })
      scheduleAck(bench.tcb, bench.io)
      expect(bench.tcb.ack.pending).toBe(true)
      expect(bench.tcb.receive.lastDataAt).toBe(bench.io.now)
      return [bench.tcb.ack.ato / MS, bench.tcb.ack.quick]
    }
    expect(learn(20 * MS)).toEqual([70, 0])
    expect(learn(20 * MS + 1)).toEqual([70.001, 0])
    expect(learn(99 * MS)).toEqual([149, 0])
    expect(learn(100 * MS)).toEqual([100, 0])
    expect(learn(290 * MS, 400)).toEqual([300, 0])
    // After more than an RTO the sender may have begun anew: quick ACKs.
    expect(learn(300 * MS)).toEqual([100, 0])
    expect(learn(300 * MS + 1)).toEqual([100, 16])
    expect(learn(5 * MS, 0)).toEqual([40, 16])
  })

  test('that was too short is doubled when it runs out, up to the RTO; turns have ended', () => {
    const fired = (change: (bench: SenderBench) => void): [number, number, number] => {
      const bench = owed(500, (one) => {
        one.tcb.rtt.rto = 300 * MS
        change(one)
      })
      delayedAckTimerFires(bench.tcb, bench.io)
      return [bench.tcb.ack.ato / MS, bench.tcb.ack.pingpong, bench.counters['DelayedACKs'] ?? 0]
    }
    expect(fired(ato(100))).toEqual([200, 0, 1])
    expect(fired(ato(200))).toEqual([300, 0, 1])
    expect(fired(ato(100, { pingpong: 2 }))).toEqual([40, 0, 1])
    expect(fired(ato(100, { pending: false }))).toEqual([100, 0, 0])
  })
})

describe('quick ACKs', () => {
  test('are enough for half of the window, two at least and 16 at most', () => {
    const quick = (wnd: number, before = 0, most?: number): number => {
      const { tcb } = owed(0, ({ tcb: one }) => {
        one.rcv.wnd = wnd
        one.ack.quick = before
      })
      addQuickAcks(tcb, most)
      return tcb.ack.quick
    }
    expect([quick(1_999), quick(2_000), quick(9_999), quick(65_000), quick(2_000, 7), quick(65_000, 0, 4)]).toEqual([
      2, 1, 4, 16, 7, 4,
    ])
  })

  test('end a conversation in turns, and the delay is the least again', () => {
    const { tcb } = owed(0, ato(300, { pingpong: 3 }))
    enterQuickAck(tcb)
    expect(tcb.ack).toMatchObject({ pingpong: 0, ato: 40 * MS, quick: 16 })
  })
})

test('data that leaves within the delay of data that came is a turn', () => {
  const turns = (gap: number, ack: Partial<SenderBench['tcb']['ack']>): number => {
    const { tcb, io } = owed(0, ato(40, ack))
    tcb.receive.lastDataAt = io.now - gap
    onDataSent(tcb, io)
    return tcb.ack.pingpong
  }
  expect([turns(39_999, {}), turns(40_000, {}), turns(0, { pingpong: 254 }), turns(0, { pingpong: 255 })]).toEqual([
    1, 0, 255, 255,
  ])
  expect(turns(0, { ato: 0 })).toBe(0)
})

describe('with a gap open', () => {
  /** An island waits; so many duplicates of this gap have left at once. */
  function gap(
    duplicates: number,
    change: (bench: SenderBench) => void = () => {},
    options: BenchOptions = {},
  ): SenderBench {
    return owed(
      0,
      (bench) => {
        const { tcb } = bench
        tcb.outOfOrder = [{ seq: seqAdd(tcb.rcv.nxt, 100), bytes: new Uint8Array(10), fin: false }]
        Object.assign(tcb.ack, { duplicates, duplicatesOf: tcb.rcv.nxt, compressed: 0 })
        tcb.receive.rttMicros = 50 * MS
        tcb.rtt.srtt = 100 * MS
        change(bench)
      },
      options,
    )
  }
  const held = (bench: SenderBench): number => {
    ackIfDue(bench.tcb, bench.io)
    const { deadline } = bench.tcb.timers.compressedAck
    return bench.sent.length > 0 ? 0 : (deadline - bench.io.now) / MS
  }

  test('the first three ACKs leave at once; then they are gathered for a third of the round trip, a millisecond at most', () => {
    const bench = gap(2)
    expect(held(bench)).toBe(0)
    expect(bench.tcb.ack.duplicates).toBe(3)
    expect(held(gap(3))).toBe(1)
    const short = gap(3, ({ tcb }) => void (tcb.receive.rttMicros = 1_000))
    expect(held(short)).toBe(0.33)
    const own = gap(3, ({ tcb }) => void (tcb.rtt.srtt = 900))
    expect(held(own)).toBe(0.297)
    const unknown = gap(3, ({ tcb }) => {
      tcb.rtt.srtt = 0
      tcb.receive.rttMicros = 2_000
    })
    expect(held(unknown)).toBe(0.66)
  })

  test('another gap begins anew', () => {
    const bench = gap(3, ({ tcb }) => void (tcb.ack.duplicatesOf = seqAdd(tcb.rcv.nxt, -1)))
    expect(held(bench)).toBe(0)
    expect(bench.tcb.ack).toMatchObject({ duplicates: 1, duplicatesOf: bench.tcb.rcv.nxt })
  })

  test('none is held without SACK, nor more than tcp_comp_sack_nr', () => {
    expect(held(gap(3, () => {}, { sack: false }))).toBe(0)
    expect(held(gap(3, ({ tcb }) => void (tcb.ack.compressed = 43)))).toBe(1)
    expect(held(gap(3, ({ tcb }) => void (tcb.ack.compressed = 44)))).toBe(0)
  })

  test('what is held leaves as one when its time is over, or when its news would be lost', () => {
    const bench = gap(3, ({ tcb }) => void (tcb.ack.compressed = 2))
    bench.tcb.timers.compressedAck.deadline = 5_000_000
    releaseCompressed(bench.tcb, bench.io)
    expect(bench.sent).toHaveLength(1)
    expect(bench.counters).toMatchObject({ TCPAckCompressed: 1 })
    expect(bench.tcb.timers.compressedAck.deadline).toBe(NEVER)
    releaseCompressed(bench.tcb, bench.io)
    compressedAckTimerFires(bench.tcb, bench.io)
    expect(bench.sent).toHaveLength(1)
    bench.tcb.ack.compressed = 1
    compressedAckTimerFires(bench.tcb, bench.io)
    expect(bench.sent).toHaveLength(2)
    expect(bench.tcb.ack.compressed).toBe(0)
  })
})
