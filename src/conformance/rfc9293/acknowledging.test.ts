/** RFC 9293 3.8.6.3, 3.10.7.4: when segments are acked, and what is kept of those that come in another order. */
import { expect, test } from 'vitest'
import { connected, craft, drops, inject, pass, pattern, read, step, told, write } from '../../testing/tcp-pair'
import type { Pair } from '../../testing/tcp-pair'
import { ACK } from '../../wire'

/** The receiver's first ACKs are quick ones; here they are used up, so that the rules of RFC 9293 show. */
function settled(): Pair {
  const pair = connected()
  for (let i = 0; i < 40; i++) {
    write(pair, 'a', pattern(0, 1_448))
    pass(pair, 60_000)
    read(pair, 'b')
  }
  pair.log.length = 0
  // What is injected now is news to `a`, so `a` must not hear the answers.
  pair.wire = () => []
  return pair
}

function segment(pair: Pair, offset: number, length = 1_448) {
  const seq = (pair.a.tcb.snd.nxt - pair.a.tcb.iss) >>> 0
  return craft(pair, 'b', { flags: ACK, seq: seq + offset, payload: pattern(0, length) })
}

test('SHLD-18, MUST-40: a lone segment is acked later, but within half a second', () => {
  const pair = settled()
  const began = pair.now
  inject(pair, 'b', segment(pair, 0))
  expect(pair.log).toEqual([])
  pass(pair, 500_000)
  expect(pair.log).toMatchObject([{ from: 'b', purpose: 'delayedAck' }])
  expect(pair.log[0].at - began).toBeGreaterThan(1_000)
  expect(pair.log[0].at - began).toBeLessThan(500_000)
})

test('SHLD-19: the second full segment is acked at once', () => {
  const pair = settled()
  inject(pair, 'b', segment(pair, 0))
  read(pair, 'b')
  expect(pair.log).toHaveLength(0)
  inject(pair, 'b', segment(pair, 1_448))
  expect(pair.log).toHaveLength(1)
})

test('MUST-58: data that goes the other way carries the ACK, and no other is sent', () => {
  const pair = settled()
  inject(pair, 'b', segment(pair, 0, 100))
  const { nxt } = pair.b.tcb.rcv
  write(pair, 'b', pattern(0, 10))
  pass(pair, 30_000)
  expect(pair.log.filter(({ from }) => from === 'b')).toMatchObject([{ segment: { ack: nxt } }])
})

test('SHLD-31, MAY-13: what comes ahead of order is kept, and answered at once with what is missing', () => {
  const pair = settled()
  const missing = pair.b.tcb.rcv.nxt
  inject(pair, 'b', segment(pair, 1_448))
  expect(pair.log).toMatchObject([{ from: 'b', segment: { ack: missing } }])
  expect(read(pair, 'b')).toHaveLength(0)
  inject(pair, 'b', segment(pair, 0))
  expect(read(pair, 'b')).toHaveLength(2 * 1_448)
})

test('MUST-59: the segment that fills a gap is acked once, with all that waited behind it', () => {
  const pair = settled()
  for (const at of [1, 2, 3, 4]) inject(pair, 'b', segment(pair, at * 1_448))
  while (pair.log.length < 4 && step(pair));
  pair.log.length = 0
  const start = pair.b.tcb.rcv.nxt
  inject(pair, 'b', segment(pair, 0))
  expect(pair.log).toHaveLength(1)
  expect((pair.log[0].segment.ack - start) >>> 0).toBe(5 * 1_448)
})

test('MAY-12: data whose ACK is older than the largest window that the peer ever offered is not believed (RFC 5961 5)', () => {
  const pair = connected()
  const most = pair.b.tcb.snd.maxWnd
  inject(pair, 'b', craft(pair, 'b', { flags: ACK, ack: -most - 10, payload: pattern(0, 10) }))
  expect(read(pair, 'b')).toHaveLength(0)
  expect(drops(pair, 'b')).toEqual(['oldAck'])
  expect(told(pair)).toEqual(['b > . 1:1 ack 1'])
})
