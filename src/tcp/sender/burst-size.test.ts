/** Sizes of bursts at their borders: autosizing, the window's part, and when waiting for an ACK is worth it (tcp_output.c). */
import { describe, expect, test } from 'vitest'
import { seqAdd } from '../../base'
import { senderBench, write } from '../../testing/sender-bench'
import type { BenchOptions, SenderBench } from '../../testing/sender-bench'
import { burstBytes, burstSegments, deferral, nagleHolds, updatePacingRate, windowQuota } from './burst'
import { bufferGoal } from './queue'

const MS = 1_000

describe('segments of a burst (tcp_tso_autosize)', () => {
  function segments(pacingRate: number, minRtt: number, sysctl: BenchOptions['sysctl'] = {}): number {
    const { tcb, io } = senderBench({ sysctl })
    tcb.congestion.pacingRate = pacingRate
    tcb.rtt.minRtt = minRtt
    return burstSegments(tcb, 1_000, io)
  }

  test('are what the pacing rate sends in a 1024th of a second, two at least, 64 KiB at most', () => {
    expect(segments(1_024 * 5_000, 100 * MS)).toBe(5)
    expect(segments(1_024 * 5_000 - 1_024, 100 * MS)).toBe(4)
    expect(segments(1, 100 * MS)).toBe(2)
    expect(segments(1, 100 * MS, { tcp_min_tso_segs: 3 })).toBe(3)
    expect(segments(1e9, 100 * MS)).toBe(65)
  })

  test('are more on a short path: 64 KiB, halved for each 512 µs of its least round trip', () => {
    expect(segments(0, 511)).toBe(65)
    expect(segments(0, 512)).toBe(32)
    expect(segments(0, 1_024)).toBe(16)
    expect(segments(1_024 * 1_000, 1_024)).toBe(17)
    // Where no round trip is known nothing is added.
    expect(segments(0, 0)).toBe(2)
  })
})

test('a burst takes half of the congestion window at most, a segment at least, and what is free', () => {
  const quota = (cwnd: number, out: number): number => {
    const bench = senderBench()
    bench.tcb.congestion.cwnd = out
    write(bench, out * 1_000)
    bench.tcb.congestion.cwnd = cwnd
    return windowQuota(bench.tcb)
  }
  expect(quota(10, 0)).toBe(5)
  expect(quota(11, 0)).toBe(5)
  expect(quota(1, 0)).toBe(1)
  expect(quota(10, 7)).toBe(3)
  expect(quota(10, 10)).toBe(0)
  expect(quota(10, 12)).toBe(0)
})

/** 100 kB wait in buffers of `goal`; `out` segments are in flight and were sent `since` µs ago. */
function waiting(out: number, cwnd: number, since: number, options: BenchOptions = {}): SenderBench {
  const bench = senderBench({ sysctl: { tcp_early_retrans: 0, ...options.sysctl }, ...options })
  const { tcb, io } = bench
  tcb.congestion.cwnd = out
  write(bench, 100_000)
  tcb.congestion.cwnd = cwnd
  io.now += since
  tcb.snd.transmittedAt = io.now
  return bench
}

describe('how much of a buffer leaves (tcp_mss_split_point)', () => {
  test('as many segments as may, if the window has room, even where the buffer holds less', () => {
    const { tcb } = waiting(2, 10, 0)
    expect(burstBytes(tcb, 50_000, 1_000, 5, 0)).toBe(5_000)
    expect(burstBytes(tcb, 3_000, 1_000, 5, 0)).toBe(5_000)
  })

  test('no more than the window', () => {
    const { tcb } = waiting(2, 10, 0)
    tcb.snd.wnd = 5_500
    expect(burstBytes(tcb, 50_000, 1_000, 5, 0)).toBe(3_500)
    expect(burstBytes(tcb, 50_000, 1_000, 3, 0)).toBe(3_000)
    // The small end waits where Nagle holds small segments.
    tcb.snd.smallEnd = tcb.snd.nxt
    expect(burstBytes(tcb, 50_000, 1_000, 5, 0)).toBe(3_000)
    expect(burstBytes(tcb, 50_000, 1_000, 5, 1)).toBe(3_500)
  })
})

describe('Nagle as Minshall has it', () => {
  test('holds while a small segment is unacked; that one may itself have been sent no later than SND.NXT', () => {
    const { tcb } = waiting(2, 2, 0)
    tcb.snd.smallEnd = tcb.snd.una
    expect(nagleHolds(tcb, 0)).toBe(false)
    tcb.snd.smallEnd = seqAdd(tcb.snd.una, 1)
    expect(nagleHolds(tcb, 0)).toBe(true)
    tcb.snd.smallEnd = tcb.snd.nxt
    expect(nagleHolds(tcb, 0)).toBe(true)
    tcb.snd.smallEnd = seqAdd(tcb.snd.nxt, 1)
    expect(nagleHolds(tcb, 0)).toBe(false)
    expect(nagleHolds(tcb, 1)).toBe(false)
    expect(nagleHolds(tcb, 2)).toBe(true)
  })
})

describe('waiting for an ACK (tcp_tso_should_defer)', () => {
  /** In 99.5 ms of 100 the first ACK is due in half a millisecond; two of ten segments are free. */
  const bench = (since = 99_500, cwnd = 10, options: BenchOptions = {}) => waiting(8, cwnd, since, options)
  const wait = ({ tcb, io }: SenderBench, bytes = 20_000, segments = 10, fin = false) =>
    deferral(tcb, { bytes, fin }, segments, io)

  test('is worth it when it comes within a millisecond and less than a third of the window is free', () => {
    expect(wait(bench())).toBe('congestionWindow')
    expect(wait(bench(99_000))).toBe('congestionWindow')
    expect(wait(bench(98_999))).toBe('none')
  })

  test('is not where a burst of full size may leave', () => {
    expect(wait(bench(), 20_000, 2)).toBe('none')
    expect(wait(bench(), 20_000, 3)).toBe('congestionWindow')
  })

  test('is not where a third of the window is free, by the smaller of the two windows', () => {
    expect(wait(bench(99_500, 11))).toBe('congestionWindow')
    expect(wait(bench(99_500, 12))).toBe('none')
    const small = bench(99_500, 100)
    small.tcb.snd.wnd = 10_000
    expect(wait(small)).toBe('peerWindow')
    small.tcb.snd.wnd = 12_001
    expect(wait(small)).toBe('none')
  })

  test('without a divisor: three segments are worth it, and a byte more', () => {
    const options = { sysctl: { tcp_early_retrans: 0, tcp_tso_win_divisor: 0 } }
    expect(wait(bench(99_500, 11, options))).toBe('congestionWindow')
    expect(wait(bench(99_500, 12, options))).toBe('none')
  })

  test('is not in Recovery or Loss, nor when nothing has left for more than a millisecond', () => {
    const recovering = bench()
    recovering.tcb.recovery.caState = 'Recovery'
    expect(wait(recovering)).toBe('none')
    recovering.tcb.recovery.caState = 'Loss'
    expect(wait(recovering)).toBe('none')
    const quiet = bench()
    quiet.tcb.snd.transmittedAt = quiet.io.now - 1_000
    expect(wait(quiet)).toBe('congestionWindow')
    quiet.tcb.snd.transmittedAt--
    expect(wait(quiet)).toBe('none')
  })

  test('is for at most half of a short round trip', () => {
    const short = bench(99_500)
    short.tcb.rtt.srtt = 1_000
    short.tcb.sent[0].lastSentAt = short.io.now - 500
    expect(wait(short)).toBe('congestionWindow')
    short.tcb.sent[0].lastSentAt++
    expect(wait(short)).toBe('none')
  })

  test('for the application is over when it has closed, or ended a record', () => {
    const one = bench()
    // A buffer with more behind it is as large as it will get.
    expect(wait(one, 1_999)).toBe('none')
    one.tcb.snd.buffers.length = one.tcb.snd.unsentFrom + 1
    expect(wait(one, 1_999)).toBe('application')
    expect(wait(one, 2_000)).toBe('congestionWindow')
    expect(wait(one, 1_999, 10, true)).toBe('none')
    one.tcb.snd.buffers[one.tcb.snd.unsentFrom].endOfRecord = true
    expect(wait(one, 1_999)).toBe('none')
    expect(wait(one, 2_000)).toBe('congestionWindow')
  })
})

describe('the pacing rate that cwnd and round trip come to (tcp_update_pacing_rate)', () => {
  function rate(cwnd: number, ssthresh: number, out = 1, srtt = 100_000): number {
    const bench = senderBench()
    bench.tcb.congestion.cwnd = out
    write(bench, out * 1_000)
    Object.assign(bench.tcb.congestion, { cwnd, ssthresh })
    bench.tcb.rtt.srtt = srtt
    updatePacingRate(bench.tcb, bench.io)
    return bench.tcb.congestion.pacingRate
  }

  test('is twice of that below half of ssthresh, 1.2 times from there', () => {
    // Ten segments of 1000 bytes in 0.1 s.
    expect(rate(10, 21)).toBe(200_000)
    expect(rate(10, 20)).toBe(120_000)
    expect(rate(10, 20, 15)).toBe(180_000)
    expect(rate(10, Number.POSITIVE_INFINITY, 1, 50_000)).toBe(400_000)
  })

  test('is no more than SO_MAX_PACING_RATE', () => {
    const { tcb, io } = senderBench({ config: { maxPacingRate: 7_777 } })
    updatePacingRate(tcb, io)
    expect(tcb.congestion.pacingRate).toBe(7_777)
  })
})

test('a buffer holds whole segments of half the largest window, up to 64 KiB (tcp_xmit_size_goal)', () => {
  const goal = (maxWnd: number): number => {
    const { tcb } = senderBench()
    tcb.snd.maxWnd = maxWnd
    return bufferGoal(tcb, 100)
  }
  expect([goal(10_000), goal(1_199), goal(537), goal(536), goal(150)]).toEqual([5_000, 500, 200, 500, 100])
  expect([goal(10), goal(0), goal(1_000_000)]).toEqual([100, 65_200, 65_200])
})
