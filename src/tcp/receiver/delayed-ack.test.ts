/** When ACKs leave: RFC 9293 3.8.6.3, and Linux's quick-ACK and turn-taking rules. */
import { expect, test } from 'vitest'
import { connected, craft, drops, eventsOf, inject, pass, pattern, read, told, write } from '../../testing/tcp-pair'
import type { Pair, PairOptions } from '../../testing/tcp-pair'
import { ACK, PSH } from '../../wire'
import { setQuickAck } from '../calls'

const MSS = 1_448

/** b has used up its quick ACKs: every full segment that comes next may be acked late. */
function settled(options: PairOptions = {}): Pair {
  const pair = connected({ config: { rcvbuf: 131_072, rcvbufLocked: true }, ...options })
  feed(pair, 100)
  read(pair, 'b')
  pass(pair, 60_000)
  pair.log.length = 0
  pair.wire = () => []
  pair.b.tcb.ack.quick = 0
  return pair
}

let position = 0

/** Full segments reach b one by one, and the application reads each. */
function feed(pair: Pair, count: number): void {
  if (pair.b.tcb.totals.bytesReceived === 0) position = 0
  for (let i = 0; i < count; i++) {
    segment(pair, MSS)
    read(pair, 'b')
    pair.now += 1_000
  }
}

function segment(pair: Pair, length: number, flags = ACK): void {
  inject(pair, 'b', craft(pair, 'b', { flags, seq: 1 + position, payload: pattern(position, length) }))
  position += length
}

test('a new sender is acked at once for its first segments, so that its window opens', () => {
  const pair = connected()
  pair.wire = () => []
  position = 0
  for (let i = 0; i < 8; i++) segment(pair, MSS)
  expect(pair.log.filter((sent) => sent.from === 'b')).toHaveLength(8)
})

test('SHLD-19: afterwards every second full segment is acked at once', () => {
  const pair = settled()
  for (let i = 0; i < 6; i++) {
    segment(pair, MSS)
    read(pair, 'b')
    pair.b.tcb.ack.quick = 0
  }
  expect(pair.log).toHaveLength(3)
})

test('MUST-40: a lone segment is acked after 40 ms', () => {
  const pair = settled()
  segment(pair, MSS)
  pair.b.tcb.ack.quick = 0
  expect(pair.log).toEqual([])
  expect(eventsOf(pair, 'tcp/ackDelayed', 'b')).not.toHaveLength(0)
  pass(pair, 39_000)
  expect(pair.log).toEqual([])
  pass(pair, 2_000)
  expect(pair.log).toMatchObject([{ from: 'b', purpose: 'delayedAck' }])
  expect(pair.b.counters).toMatchObject({ DelayedACKs: 1 })
})

test('MUST-58: an answer carries the ACK that waited', () => {
  const pair = settled()
  segment(pair, 100, ACK | PSH)
  pair.b.tcb.ack.quick = 0
  pair.log.length = 0
  write(pair, 'b', pattern(0, 10))
  pass(pair, 100_000)
  const acks = pair.log.filter((sent) => sent.from === 'b' && sent.segment.payload.length === 0)
  expect(acks).toEqual([])
})

test('data out of order is acked at once, with what is missing (MAY-13)', () => {
  const pair = settled()
  const edge = position
  position += MSS
  segment(pair, MSS)
  expect(pair.log).toMatchObject([{ purpose: 'duplicateAck' }])
  expect(pair.log[0].segment.options.sack).toHaveLength(1)
  position = edge
  segment(pair, MSS)
  expect(pair.log).toHaveLength(2)
  expect(pair.log[1].segment.options.sack).toEqual([])
})

test('beyond the third, duplicate ACKs are gathered for a millisecond', () => {
  const pair = settled()
  position += MSS
  // The first one lets the window grow by a last bit, which asks for a quick ACK, and that is not counted.
  segment(pair, MSS)
  expect(pair.log).toHaveLength(1)
  for (let i = 0; i < 10; i++) segment(pair, MSS)
  expect(pair.log).toHaveLength(4)
  pass(pair, 2_000)
  expect(pair.log).toHaveLength(5)
  expect(pair.b.counters).toMatchObject({ TCPAckCompressed: 7 })
})

test('a segment that comes again is reported by DSACK at once', () => {
  const pair = settled()
  position -= MSS
  const start = pair.b.tcb.rcv.nxt - MSS
  segment(pair, MSS)
  expect(pair.log).toHaveLength(1)
  expect(pair.log[0].segment.options.sack).toEqual([{ start: start >>> 0, end: pair.b.tcb.rcv.nxt }])
  pass(pair, 1_000)
  expect(pair.b.tcb.receive.dsack).toBeUndefined()
})

test('TCP_QUICKACK off lets ACKs wait, on sends the one that waits', () => {
  const pair = settled()
  setQuickAck(pair.b.tcb, 0, pair.b.io)
  segment(pair, MSS)
  expect(pair.log).toEqual([])
  read(pair, 'b')
  setQuickAck(pair.b.tcb, 1, pair.b.io)
  expect(pair.log).toHaveLength(1)
})

test('a reader that empties the buffer lets the ACK of a pushed segment go', () => {
  const pair = settled()
  segment(pair, 100, ACK | PSH)
  pair.log.length = 0
  pair.b.tcb.ack.pending = true
  pair.b.tcb.ack.pushed = true
  read(pair, 'b')
  expect(pair.log).toHaveLength(1)
})

test('bare ACKs are never acked', () => {
  const pair = settled()
  const before = drops(pair, 'b').length
  inject(pair, 'b', craft(pair, 'b', { flags: ACK, seq: 1 + position }))
  pass(pair, 1_000_000)
  expect(told(pair)).toEqual([])
  expect(drops(pair, 'b')).toHaveLength(before)
})
