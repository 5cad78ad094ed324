/** Which of the sender's timers runs and for how long (tcp_rearm_rto, tcp_schedule_loss_probe, tcp_probe0_when), and what a probe sends. */
import { describe, expect, test } from 'vitest'
import { NEVER, seqAdd } from '../../base'
import { senderBench, write } from '../../testing/sender-bench'
import type { BenchOptions, SenderBench } from '../../testing/sender-bench'
import { PSH } from '../../wire'
import { probeTail, probeWindow } from './probe'
import {
  pacingTimerFires,
  persistTimerFires,
  reorderTimerFires,
  retransmitTimerFires,
  tailLossTimerFires,
} from './timeouts'
import {
  anyTransmitTimer,
  armPersistIfNeeded,
  clampToUserTimeout,
  persistInterval,
  rearmRto,
  scheduleLossProbe,
  setTransmitTimer,
} from './transmit-timer'

const MS = 1_000
const SECOND = 1_000_000

function out(segments: number, options: BenchOptions = {}): SenderBench {
  const bench = senderBench({ ...options, sysctl: { tcp_early_retrans: 0, ...options.sysctl } })
  bench.tcb.congestion.cwnd = Math.max(segments, 10)
  if (segments > 0) write(bench, segments * 1_000)
  stop(bench)
  bench.sent.length = 0
  return bench
}

function stop({ tcb }: SenderBench): void {
  for (const timer of Object.values(tcb.timers)) timer.deadline = NEVER
}

/** The timers that run: kind and milliseconds. */
function running({ tcb, io }: SenderBench): string[] {
  return Object.entries(tcb.timers).flatMap(([kind, { deadline }]) =>
    deadline === NEVER ? [] : [`${kind} ${(deadline - io.now) / MS}`],
  )
}

describe('a timer', () => {
  test('takes the place of the others, and runs whole milliseconds', () => {
    const bench = out(1)
    setTransmitTimer(bench.tcb, 'reorder', 3_001, bench.io)
    setTransmitTimer(bench.tcb, 'retransmit', 7_000, bench.io)
    expect(running(bench)).toEqual(['retransmit 7'])
    setTransmitTimer(bench.tcb, 'persist', 7_001, bench.io)
    expect(running(bench)).toEqual(['persist 8'])
    expect(anyTransmitTimer(bench.tcb)).toBe(true)
    stop(bench)
    bench.tcb.timers.delayedAck.deadline = 5
    expect(anyTransmitTimer(bench.tcb)).toBe(false)
  })

  test('waits for what pacing still holds back', () => {
    const bench = out(1)
    bench.tcb.snd.transmittedAt = bench.io.now + 2_900
    setTransmitTimer(bench.tcb, 'retransmit', 10_000, bench.io)
    expect(running(bench)).toEqual(['retransmit 12'])
    bench.tcb.snd.transmittedAt = bench.io.now - 2_900
    setTransmitTimer(bench.tcb, 'retransmit', 10_000, bench.io)
    expect(running(bench)).toEqual(['retransmit 10'])
  })
})

describe('the retransmission timer', () => {
  test('stops when all is acked, starts over otherwise', () => {
    const none = out(0)
    none.tcb.timers.retransmit.deadline = 9
    rearmRto(none.tcb, none.io)
    expect(running(none)).toEqual([])
    const some = out(2)
    some.io.now += 100 * MS
    rearmRto(some.tcb, some.io)
    expect(running(some)).toEqual(['retransmit 300'])
  })

  test.each(['reorder', 'tailLoss'] as const)('in place of %s counts the time that the head has waited', (kind) => {
    const bench = out(2)
    bench.io.now += 100 * MS
    bench.tcb.timers[kind].deadline = bench.io.now + 5
    rearmRto(bench.tcb, bench.io)
    expect(running(bench)).toEqual(['retransmit 200'])
    bench.tcb.timers[kind].deadline = bench.io.now + 5
    bench.io.now += 400 * MS
    rearmRto(bench.tcb, bench.io)
    expect(running(bench)).toEqual(['retransmit 1'])
  })
})

describe('the tail loss probe (RFC 8985 7.2)', () => {
  function probe(
    segments: number,
    change: (bench: SenderBench) => void = () => {},
    options: BenchOptions = {},
    advancing = true,
  ) {
    const bench = out(segments, { ...options, sysctl: { tcp_early_retrans: 3, ...options.sysctl } })
    bench.tcb.rtt.rto = 5_000 * MS
    change(bench)
    const scheduled = scheduleLossProbe(bench.tcb, advancing, bench.io)
    return scheduled ? running(bench).join() : 'none'
  }

  test('comes after two round trips and 2 ms; for a lone segment and the least RTO, since its ACK may be delayed', () => {
    expect(probe(2)).toBe('tailLoss 202')
    expect(probe(1)).toBe('tailLoss 400')
    expect(probe(2, ({ tcb }) => void (tcb.rtt.srtt = 0))).toBe('tailLoss 1000')
  })

  test('comes no later than the RTO, which counts from when the head was sent where no ACK has moved it', () => {
    const rto = ({ tcb, io }: SenderBench): void => {
      tcb.rtt.rto = 150 * MS
      io.now += 50 * MS
    }
    expect(probe(2, rto)).toBe('tailLoss 150')
    expect(probe(2, rto, {}, false)).toBe('tailLoss 100')
    // An RTO that is over already bounds nothing.
    expect(
      probe(
        2,
        ({ tcb, io }) => {
          tcb.rtt.rto = 50 * MS
          io.now += 50 * MS
        },
        {},
        false,
      ),
    ).toBe('tailLoss 202')
  })

  test.each<[string, number, (bench: SenderBench) => unknown, BenchOptions]>([
    ['nothing is out', 0, () => {}, {}],
    ['there is no SACK', 2, () => {}, { sack: false }],
    ['tcp_early_retrans is 2', 2, () => {}, { sysctl: { tcp_early_retrans: 2 } }],
    ['tcp_early_retrans is 5', 2, () => {}, { sysctl: { tcp_early_retrans: 5 } }],
    ['the state is Disorder', 2, ({ tcb }) => (tcb.recovery.caState = 'Disorder'), {}],
    ['the state is Recovery', 2, ({ tcb }) => (tcb.recovery.caState = 'Recovery'), {}],
    ['the state is Loss', 2, ({ tcb }) => (tcb.recovery.caState = 'Loss'), {}],
  ])('is not due when %s', (_, segments, change, options) => {
    expect(probe(segments, change, options)).toBe('none')
  })

  test('is due in CWR, and with tcp_early_retrans 4', () => {
    expect(probe(2, ({ tcb }) => void (tcb.recovery.caState = 'CWR'))).toBe('tailLoss 202')
    expect(probe(2, () => {}, { sysctl: { tcp_early_retrans: 4 } })).toBe('tailLoss 202')
  })

  test('sends new data where the window has room for all of it or a segment, else the last segment again', () => {
    const sends = (unsent: number, room: number): string => {
      const bench = out(3)
      const { tcb, io } = bench
      tcb.snd.wnd = 3_000
      write(bench, unsent)
      tcb.snd.wnd = 3_000 + room
      bench.sent.length = 0
      tailLossTimerFires(tcb, io)
      return bench.sent.map(({ seq, length }) => `${seq}+${length}`).join()
    }
    expect(sends(400, 400)).toBe('3001+400')
    expect(sends(400, 399)).toBe('2001+1000')
    expect(sends(5_000, 1_000)).toBe('3001+1000')
    expect(sends(5_000, 999)).toBe('2001+1000')
  })

  test('is one at a time, and the RTO counts from it', () => {
    const bench = out(2)
    const { tcb, io } = bench
    io.now += 200 * MS
    probeTail(tcb, io)
    expect(bench.counters).toMatchObject({ TCPLossProbes: 1 })
    expect(tcb.recovery).toMatchObject({ tlpHighSeq: tcb.snd.nxt, tlpRetrans: true })
    expect(running(bench)).toEqual(['retransmit 300'])
    bench.sent.length = 0
    probeTail(tcb, io)
    expect(bench.sent).toEqual([])
    // The head was sent 200 ms ago.
    expect(running(bench)).toEqual(['retransmit 100'])
    const none = out(0)
    tailLossTimerFires(none.tcb, none.io)
    expect(none.counters['TCPLossProbes']).toBeUndefined()
  })
})

describe('the probe of a shut window', () => {
  /** 3000 bytes wait behind a shut window. */
  function shut(change: (bench: SenderBench) => void = () => {}, options: BenchOptions = {}): SenderBench {
    const bench = senderBench({ ...options, window: 0 })
    bench.tcb.snd.maxWnd = 10_000
    write(bench, 3_000)
    stop(bench)
    bench.sent.length = 0
    bench.tcb.rtt.backoff = 0
    change(bench)
    return bench
  }

  test('comes after the RTO, 200 ms at least, twice as late each time, 120 s at most', () => {
    const interval = (rto: number, backoff: number): number => {
      const { tcb } = shut(({ tcb: one }) => Object.assign(one.rtt, { rto, backoff }))
      return persistInterval(tcb) / MS
    }
    expect([interval(300 * MS, 0), interval(300 * MS, 2), interval(50 * MS, 1), interval(SECOND, 9)]).toEqual([
      300, 1_200, 400, 120_000,
    ])
  })

  test('is armed where something waits, nothing is out and no other timer runs', () => {
    const bench = shut()
    armPersistIfNeeded(bench.tcb, bench.io)
    expect(running(bench)).toEqual(['persist 300'])
    const other = shut(({ tcb, io }) => (tcb.timers.retransmit.deadline = io.now + 5 * MS))
    armPersistIfNeeded(other.tcb, other.io)
    expect(running(other)).toEqual(['retransmit 5'])
    const busy = out(1)
    armPersistIfNeeded(busy.tcb, busy.io)
    expect(running(busy)).toEqual([])
  })

  test('is a byte that was acked long ago; the next one is due in its time', () => {
    const bench = shut()
    const { tcb, io } = bench
    persistTimerFires(tcb, io)
    expect(bench.sent.map(({ seq, length, purpose }) => [seq, length, purpose])).toEqual([[0, 0, 'windowProbe']])
    expect(tcb).toMatchObject({ persistProbesSent: 1, persistSince: io.now })
    expect(tcb.rtt.backoff).toBe(1)
    expect(running(bench)).toEqual(['persist 600'])
    expect(bench.counters).toMatchObject({ TCPWinProbe: 1 })
    const since = tcb.persistSince
    io.now += 600 * MS
    persistTimerFires(tcb, io)
    expect(tcb).toMatchObject({ persistProbesSent: 2, persistSince: since })
    expect(running(bench)).toEqual(['persist 1200'])
  })

  test('backs off up to tcp_retries2', () => {
    const bench = shut(({ tcb }) => (tcb.rtt.backoff = 15))
    probeWindow(bench.tcb, bench.io)
    expect(bench.tcb.rtt.backoff).toBe(15)
  })

  test('fills a window that is open but small, with PSH, and then it is out', () => {
    const bench = shut(({ tcb }) => (tcb.snd.wnd = 400))
    Object.assign(bench.tcb, { persistProbesSent: 3, persistSince: 7 })
    probeWindow(bench.tcb, bench.io)
    expect(bench.sent.map(({ seq, length }) => [seq, length])).toEqual([[1, 400]])
    expect(bench.sent[0].flags & PSH).toBe(PSH)
    expect(bench.tcb).toMatchObject({ persistProbesSent: 0, persistSince: 0 })
    expect(bench.tcb.rtt.backoff).toBe(0)
  })

  test('comes soon again where our own queue had no room, without backing off', () => {
    const bench = shut()
    bench.io.transmit = () => -1
    probeWindow(bench.tcb, bench.io)
    expect(bench.tcb.rtt.backoff).toBe(0)
    expect(running(bench)).toEqual(['persist 500'])
  })

  test('is over when something is out or nothing waits any more', () => {
    const outside = (bench: SenderBench): number[] => {
      Object.assign(bench.tcb, { persistProbesSent: 3, persistSince: 7 })
      persistTimerFires(bench.tcb, bench.io)
      return [bench.sent.length, bench.tcb.persistProbesSent, bench.tcb.persistSince]
    }
    expect(outside(out(1))).toEqual([0, 0, 0])
    expect(outside(out(0))).toEqual([0, 0, 0])
    expect(outside(shut())[1]).toBe(4)
  })

  test('is given up after tcp_retries2 of them, or TCP_USER_TIMEOUT', () => {
    const given = (change: (bench: SenderBench) => void, options: BenchOptions = {}): boolean => {
      const bench = shut(change, options)
      persistTimerFires(bench.tcb, bench.io)
      return bench.tcb.state === 'CLOSED'
    }
    expect(given(({ tcb }) => (tcb.persistProbesSent = 14))).toBe(false)
    expect(given(({ tcb }) => (tcb.persistProbesSent = 15))).toBe(true)
    const user = (since: number): boolean =>
      given(({ tcb, io }) => (tcb.persistSince = io.now - since), { config: { userTimeoutMicros: 500 * MS } })
    expect([user(499_999), user(500_000)]).toEqual([false, true])
    // An orphan: eight while its path seems alive; none once the interval has grown to its maximum.
    const orphan = (probes: number, backoff: number): boolean =>
      given(({ tcb }) => {
        tcb.orphaned = true
        tcb.persistProbesSent = probes
        tcb.rtt.backoff = backoff
      })
    expect([orphan(7, 7), orphan(8, 7), orphan(0, 9)]).toEqual([false, true, true])
  })
})

test('TCP_USER_TIMEOUT ends every wait, but a millisecond, once something is unanswered', () => {
  const wait = (limit: number, since: number): number => {
    const { tcb, io } = senderBench({ config: { userTimeoutMicros: limit } })
    return clampToUserTimeout(tcb, 900 * MS, since === 0 ? 0 : io.now - since, io) / MS
  }
  expect([
    wait(0, 5),
    wait(500 * MS, 0),
    wait(500 * MS, 200 * MS),
    wait(500 * MS, 500 * MS),
    wait(5_000 * MS, 1),
  ]).toEqual([900, 900, 300, 1, 900])
})

describe('when they fire', () => {
  test('a timeout doubles the RTO, up to 120 s; a thin stream does not at first', () => {
    const after = (change: (bench: SenderBench) => void, options: BenchOptions = {}): number => {
      const bench = out(2, options)
      change(bench)
      retransmitTimerFires(bench.tcb, bench.io)
      return bench.tcb.rtt.rto / MS
    }
    expect(after(() => {})).toBe(600)
    expect(after(({ tcb }) => (tcb.rtt.rto = 100 * SECOND))).toBe(120_000)
    const thin = { sysctl: { tcp_thin_linear_timeouts: 1 } }
    expect(after(({ tcb }) => (tcb.congestion.ssthresh = 5), thin)).toBe(300)
    // enterLoss has set ssthresh by then, so that the stream is past its first slow start.
    expect(after(() => {}, thin)).toBe(300)
    expect(after(({ tcb }) => (tcb.recovery.timeouts = 5), thin)).toBe(300)
    expect(after(({ tcb }) => (tcb.recovery.timeouts = 6), thin)).toBe(600)
    expect(after(({ tcb }) => (tcb.state = 'CLOSE-WAIT'), thin)).toBe(600)
    expect(after(() => {}, { config: { thinLinear: true } })).toBe(300)
  })

  test('RACK’s reduces the window when it finds a loss, and leaves the RTO running', () => {
    const bench = out(4)
    const { tcb, io } = bench
    const last = tcb.sent[3]
    Object.assign(last, { sacked: true })
    Object.assign(tcb.recovery, {
      sackedOut: 1,
      highestSack: last.end,
      rackSentAt: last.lastSentAt,
      rackEnd: last.end,
      rackRtt: 100 * MS,
    })
    io.now += 124 * MS
    reorderTimerFires(tcb, io)
    expect(tcb.recovery.caState).toBe('Open')
    expect(running(bench)).toEqual(['retransmit 176'])
    stop(bench)
    io.now += 1 * MS
    reorderTimerFires(tcb, io)
    expect(tcb.recovery).toMatchObject({ caState: 'Recovery', lostOut: 3 })
    expect(bench.sent.map(({ seq }) => seq)).toContain(1)
    const none = out(0)
    reorderTimerFires(none.tcb, none.io)
    expect(running(none)).toEqual([])
  })

  test('pacing’s sends what is lost before what is new, as far as the window goes', () => {
    const bench = out(4)
    const { tcb, io } = bench
    tcb.sent[0].lost = true
    Object.assign(tcb.recovery, { lostOut: 1, caState: 'Recovery' })
    tcb.congestion.cwnd = 3
    pacingTimerFires(tcb, io)
    expect(bench.sent).toEqual([])
    tcb.congestion.cwnd = 4
    pacingTimerFires(tcb, io)
    expect(bench.sent.map(({ seq }) => seq)).toEqual([1])
    expect(seqAdd(tcb.snd.una, 4_000)).toBe(tcb.snd.nxt)
  })
})
