/** What keeps data from leaving: the peer's window, Nagle, cork, silly windows; probes of a shut window. RFC 9293 3.7.4, 3.8.6. */
import { describe, expect, test } from 'vitest'
import { ack, finish, pass, senderBench, takeSent, write } from '../../testing/sender-bench'
import type { SenderBench } from '../../testing/sender-bench'
import { PSH } from '../../wire'
import { transmitPending } from './transmit'

const SECOND = 1_000_000

describe('Nagle (Minshall)', () => {
  test('a small segment waits while a small one is unacked', () => {
    const bench = senderBench()
    write(bench, 100)
    write(bench, 100)
    expect(takeSent(bench)).toEqual([1])
    expect(bench.tcb.waiting).toMatchObject({ reason: 'nagle', bytes: 100 })
    pass(bench, 50_000)
    ack(bench, 101)
    expect(bench.sent.map((one) => [one.seq, one.length])).toEqual([[101, 100]])
  })

  test('a small segment behind full ones does not wait', () => {
    const bench = senderBench()
    write(bench, 2_500)
    expect(takeSent(bench)).toEqual([1, 1_001, 2_001])
  })

  test('what waits leaves as soon as it fills a segment', () => {
    const bench = senderBench()
    write(bench, 100)
    write(bench, 400)
    write(bench, 600)
    expect(bench.sent.map((one) => [one.seq, one.length])).toEqual([
      [1, 100],
      [101, 1_000],
    ])
  })

  test('TCP_NODELAY sends each write at once', () => {
    const bench = senderBench({ config: { nodelay: true } })
    for (let i = 0; i < 4; i++) write(bench, 10)
    expect(takeSent(bench)).toEqual([1, 11, 21, 31])
  })

  test('a FIN takes the waiting bytes along', () => {
    const bench = senderBench()
    write(bench, 100)
    write(bench, 100)
    takeSent(bench)
    finish(bench)
    expect(bench.sent.map((one) => [one.seq, one.length, one.flags & 1])).toEqual([[101, 100, 1]])
  })
})

describe('TCP_CORK', () => {
  test('holds whatever is no full segment, for 200 ms at most', () => {
    const bench = senderBench({ config: { cork: true } })
    bench.tcb.rtt.rto = 200_000
    write(bench, 300)
    expect(takeSent(bench)).toEqual([])
    expect(bench.tcb.waiting).toMatchObject({ reason: 'cork', bytes: 300 })
    write(bench, 900)
    expect(bench.sent.map((one) => [one.seq, one.length])).toEqual([[1, 1_000]])
    pass(bench, 50_000)
    ack(bench, 1_001)
    takeSent(bench)
    pass(bench, 400_000)
    expect(bench.sent.map((one) => [one.seq, one.length])).toEqual([[1_001, 200]])
  })

  test('taking the cork out sends the rest', () => {
    const bench = senderBench({ config: { cork: true } })
    write(bench, 300)
    bench.tcb.config.cork = false
    transmitPending(bench.tcb, bench.io)
    expect(takeSent(bench)).toEqual([1])
  })
})

describe('the peer’s window', () => {
  test('bounds what is in flight', () => {
    const bench = senderBench({ window: 5_000 })
    write(bench, 20_000)
    expect(takeSent(bench)).toEqual([1, 1_001, 2_001, 3_001, 4_001])
    expect(bench.tcb.waiting).toMatchObject({ reason: 'peerWindow', bytes: 15_000 })
  })

  test('silly window: less room than a segment is not used', () => {
    const bench = senderBench({ window: 5_000 })
    write(bench, 20_000)
    expect(takeSent(bench)).toHaveLength(5)
    pass(bench, 100_000)
    ack(bench, 5_001, { window: 400 })
    expect(takeSent(bench)).toEqual([])
    expect(bench.tcb.waiting.reason).toBe('sillyWindow')
  })

  test('silly window: the override timer fills the small window, with PSH', () => {
    const bench = senderBench({ window: 5_000 })
    write(bench, 20_000)
    pass(bench, 100_000)
    ack(bench, 5_001, { window: 400 })
    takeSent(bench)
    pass(bench, 400_000)
    expect(bench.sent.map((one) => [one.seq, one.length, one.flags & PSH])).toEqual([[5_001, 400, PSH]])
  })

  test('a burst fills the window to its last byte (tcp_mss_split_point), where a lone segment would wait', () => {
    const bench = senderBench({ window: 5_500 })
    write(bench, 20_000)
    expect(bench.sent.map((one) => one.length)).toEqual([1_000, 1_000, 1_000, 1_000, 1_000, 500])
  })

  test('a peer with a tiny buffer gets segments of half its largest window', () => {
    const bench = senderBench({ window: 1_600 })
    write(bench, 5_000)
    expect(bench.sent.map((one) => one.length)).toEqual([800, 800])
  })

  test('an old segment does not bring an old window back (SND.WL1, SND.WL2)', () => {
    const bench = senderBench({ window: 5_000 })
    write(bench, 20_000)
    ack(bench, 1, { window: 4_000 })
    expect(bench.tcb.snd.wnd).toBe(5_000)
    ack(bench, 1, { window: 6_000 })
    expect(bench.tcb.snd.wnd).toBe(6_000)
  })
})

describe('a shut window', () => {
  function shut(options: Parameters<typeof senderBench>[0] = {}): SenderBench {
    const bench = senderBench({ ...options, window: 2_000 })
    write(bench, 5_000)
    pass(bench, 100_000)
    ack(bench, 2_001, { window: 0 })
    takeSent(bench)
    return bench
  }

  test('is probed with a segment of no bytes below SND.UNA, at doubling intervals up to 120 s (MUST-36)', () => {
    const bench = shut()
    const start = bench.tcb.timers.persist.armedAt
    expect(bench.tcb.waiting).toMatchObject({ reason: 'persist', bytes: 3_000 })
    const first = bench.tcb.timers.persist.deadline - start
    pass(bench, 100 * SECOND)
    const times = bench.sent.map((one) => one.at - start)
    for (let i = 0; i < times.length; i++) expect(times[i] / first).toBeCloseTo(2 ** (i + 1) - 1, 3)
    expect(bench.sent.every((one) => one.seq === 2_000 && one.length === 0)).toBe(true)
    expect(bench.sent[0].purpose).toBe('windowProbe')
  })

  test('keeps the connection as long as the probes are answered (MUST-37)', () => {
    const bench = shut()
    for (let i = 0; i < 100; i++) {
      const probes = bench.sent.length
      while (bench.sent.length === probes) pass(bench, SECOND)
      ack(bench, 2_001, { window: 0 })
    }
    expect(bench.tcb.state).toBe('ESTABLISHED')
    expect(bench.tcb.timers.persist.deadline - bench.io.now).toBeLessThanOrEqual(120 * SECOND)
  })

  test('and unanswered ends it after tcp_retries2 probes', () => {
    const bench = shut()
    pass(bench, 3 * 3_600 * SECOND)
    expect(bench.tcb.state).toBe('CLOSED')
    expect(bench.tcb.error).toBe('ETIMEDOUT')
    expect(bench.sent).toHaveLength(15)
  })

  test('once open sends at once and stops probing', () => {
    const bench = shut()
    pass(bench, SECOND)
    takeSent(bench)
    ack(bench, 2_001, { window: 10_000 })
    expect(takeSent(bench)).toEqual([2_001, 3_001, 4_001])
    expect(bench.tcb.timers.persist.deadline).toBe(Number.POSITIVE_INFINITY)
  })

  test('shut over data in flight: the retransmission timer does the probing', () => {
    const bench = senderBench({ window: 5_000, sysctl: { tcp_early_retrans: 0 } })
    write(bench, 5_000)
    pass(bench, 100_000)
    ack(bench, 2_001, { window: 0 })
    takeSent(bench)
    pass(bench, 2 * SECOND)
    expect(new Set(takeSent(bench))).toEqual(new Set([2_001]))
    expect(bench.tcb.state).toBe('ESTABLISHED')
  })
})

describe('which ACKs count', () => {
  test('one for data never sent is none', () => {
    const bench = senderBench()
    write(bench, 1_000)
    expect(ack(bench, 5_000)).toBe('future')
    expect(bench.tcb.snd.una).toBe(bench.tcb.iss + 1)
  })

  test('one below SND.UNA is old, one far below is suspect (RFC 5961 5.2)', () => {
    const bench = senderBench({ window: 5_000 })
    for (let i = 1; i <= 20; i++) {
      write(bench, 1_000)
      pass(bench, 10_000)
      ack(bench, 1 + i * 1_000)
    }
    expect(ack(bench, 19_001)).toBe('old')
    expect(ack(bench, 10_001)).toBe('tooOld')
  })
})
