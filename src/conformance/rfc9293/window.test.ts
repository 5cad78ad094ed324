/** RFC 9293 3.8.6: the peer's window, shut or shrunk, and silly windows. */
import { describe, expect, test } from 'vitest'
import { ack, pass, senderBench, takeSent, write } from '../../testing/sender-bench'
import type { SenderBench } from '../../testing/sender-bench'
import * as pairs from '../../testing/tcp-pair'
import { RST } from '../../wire'

const SECOND = 1_000_000

/** Five segments are out, and the peer has taken back all but two of the window's ten. */
function shrunk(): SenderBench {
  const bench = senderBench({ window: 10_000, sysctl: { tcp_early_retrans: 0 } })
  write(bench, 5_000)
  takeSent(bench)
  pass(bench, 100_000)
  ack(bench, 1_001, { window: 2_000 })
  return bench
}

describe('a window that shrinks over data in flight', () => {
  test('MUST-34: disturbs nothing: what is acked later is acked, and sending goes on when there is room', () => {
    const bench = shrunk()
    ack(bench, 5_001, { window: 10_000 })
    write(bench, 3_000)
    expect(takeSent(bench)).toEqual([5_001, 6_001, 7_001])
    expect(bench.tcb.state).toBe('ESTABLISHED')
  })

  test('SHLD-15: lets nothing new out', () => {
    const bench = shrunk()
    write(bench, 3_000)
    expect(takeSent(bench)).toEqual([])
  })

  test('SHLD-16: what lies within it is sent again when it is lost', () => {
    const bench = shrunk()
    pass(bench, SECOND)
    expect(takeSent(bench)[0]).toBe(1_001)
  })

  test('MAY-7: the oldest segment is sent again even beyond the right edge', () => {
    const bench = senderBench({ window: 10_000, sysctl: { tcp_early_retrans: 0 } })
    write(bench, 5_000)
    takeSent(bench)
    pass(bench, 100_000)
    ack(bench, 1_001, { window: 0 })
    pass(bench, SECOND)
    expect(takeSent(bench)[0]).toBe(1_001)
  })

  test('SHLD-17: a peer that answers keeps the connection, however long its window stays shut', () => {
    const bench = senderBench({ window: 10_000, sysctl: { tcp_early_retrans: 0, tcp_retries2: 3 } })
    write(bench, 5_000)
    pass(bench, 100_000)
    ack(bench, 1_001, { window: 0 })
    for (let i = 0; i < 200; i++) {
      pass(bench, 5 * SECOND)
      ack(bench, 1_001, { window: 0 })
    }
    expect(bench.tcb.state).toBe('ESTABLISHED')
  })
})

/** Everything that was sent is acked, and the window is shut over 3000 bytes that wait. */
function shut(): SenderBench {
  const bench = senderBench({ window: 2_000 })
  write(bench, 5_000)
  pass(bench, 100_000)
  ack(bench, 2_001, { window: 0 })
  takeSent(bench)
  return bench
}

describe('a shut window', () => {
  test('MUST-36, SHLD-29: is probed after one RTO', () => {
    const bench = shut()
    const { rto } = bench.tcb.rtt
    pass(bench, rto - 1_000)
    expect(bench.sent).toEqual([])
    pass(bench, 2_000)
    expect(bench.sent.map(({ purpose }) => purpose)).toEqual(['windowProbe'])
  })

  test('SHLD-30: then at intervals that double up to two minutes', () => {
    const bench = shut()
    pass(bench, 3_000 * SECOND)
    const times = bench.sent.map(({ at }) => at)
    const gaps = times.slice(1).map((time, i) => time - times[i])
    for (let i = 1; i < gaps.length; i++) {
      expect(gaps[i]).toBe(Math.min(2 * gaps[i - 1], 120 * SECOND))
    }
  })

  test('MUST-37: an answered probe is no reason to end the connection', () => {
    const bench = shut()
    for (let i = 0; i < 300; i++) {
      pass(bench, 10 * SECOND)
      ack(bench, 2_001, { window: 0 })
    }
    expect(bench.tcb.state).toBe('ESTABLISHED')
  })

  test('MAY-8: a reader may sleep for an hour, and nothing is lost', () => {
    const small = { rcvbuf: 8_192, rcvbufLocked: true }
    const pair = pairs.connected({ config: { sndbuf: 100_000, sndbufLocked: true }, configB: small })
    pairs.write(pair, 'a', pairs.pattern(0, 30_000))
    pairs.pass(pair, 3_600 * SECOND)
    let got = 0
    pairs.runUntil(pair, () => {
      const bytes = pairs.read(pair, 'b')
      expect(bytes).toEqual(pairs.pattern(got, bytes.length))
      got += bytes.length
      return got === 30_000
    })
  })

  test('MUST-66: a RST is heard through our own shut window', () => {
    const pair = pairs.connected({ config: { rcvbuf: 8_192, rcvbufLocked: true, sndbuf: 90_000, sndbufLocked: true } })
    pairs.write(pair, 'a', pairs.pattern(0, 40_000))
    pairs.pass(pair, SECOND)
    expect(pair.log.findLast(({ from }) => from === 'b')?.segment.window).toBe(0)
    pairs.inject(pair, 'b', pairs.craft(pair, 'b', { flags: RST }))
    expect(pair.b.tcb).toMatchObject({ state: 'CLOSED', error: 'ECONNRESET' })
  })
})

describe('silly windows', () => {
  test('MUST-38: a sender does not use crumbs of a window', () => {
    const bench = senderBench({ window: 10_000 })
    write(bench, 40_000)
    takeSent(bench)
    pass(bench, 100_000)
    for (let i = 1; i <= 4; i++) ack(bench, 10_001, { window: 100 * i })
    expect(bench.sent).toEqual([])
    ack(bench, 10_001, { window: 1_000 })
    expect(bench.sent.map(({ length }) => length)).toEqual([1_000])
  })

  test('MUST-39: a receiver does not offer crumbs', () => {
    const pair = pairs.connected({ config: { rcvbuf: 8_192, rcvbufLocked: true, sndbuf: 90_000, sndbufLocked: true } })
    pairs.write(pair, 'a', pairs.pattern(0, 40_000))
    pairs.pass(pair, SECOND)
    const offered = new Set<number>()
    for (let i = 0; i < 40; i++) {
      pairs.read(pair, 'b', 300)
      pairs.pass(pair, SECOND)
      for (const { from, segment } of pair.log)
        if (from === 'b') offered.add(segment.window * 2 ** pair.b.tcb.rcv.wscale)
    }
    const crumbs = [...offered].filter((window) => window > 0 && window < 1_024)
    expect(crumbs).toEqual([])
    expect(offered.size).toBeGreaterThan(1)
  })
})
