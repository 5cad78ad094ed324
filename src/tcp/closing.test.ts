/** Closing a connection: RFC 9293 3.6. */
import { expect, test } from 'vitest'
import { MICROS_PER_SECOND } from '../base'
import {
  at,
  connected,
  craft,
  inject,
  pass,
  pattern,
  read,
  runUntil,
  shut,
  statesOf,
  step,
  tcpPair,
  told,
  walked,
  write,
} from '../testing/tcp-pair'
import { LINUX_SYSCTL, POLL_REASONS } from '../trace'
import type { Pair } from '../testing/tcp-pair'
import { ACK, FIN, SYN } from '../wire'
import { abort, connect, shutdownRead, shutdownWrite } from './calls'
import { answerInTimeWait, leaveTimeWait } from './input/time-wait'
import { poll } from './poll'

/** Closed in order, `a` first; at the end `a` is in TIME-WAIT and `b` is CLOSED. */
function fourWayClose(): Pair {
  const pair = connected()
  at(pair, 'a', shutdownWrite)
  pass(pair, 100_000)
  shut(pair, 'b')
  pass(pair, 100_000)
  return pair
}

test('four segments close a connection', () => {
  const pair = fourWayClose()
  expect(told(pair)).toEqual(['a > F. 1:1 ack 1', 'b > . 1:1 ack 2', 'b > F. 1:1 ack 2', 'a > . 2:2 ack 2'])
  expect(walked(pair, 'a').slice(2)).toEqual([
    'ESTABLISHED>FIN-WAIT-1',
    'FIN-WAIT-1>FIN-WAIT-2',
    'FIN-WAIT-2>TIME-WAIT',
  ])
  expect(walked(pair, 'b').slice(2)).toEqual(['ESTABLISHED>CLOSE-WAIT', 'CLOSE-WAIT>LAST-ACK', 'LAST-ACK>CLOSED'])
})

test('three are enough when the FIN comes with the ACK of ours', () => {
  const pair = connected()
  at(pair, 'a', shutdownWrite)
  runUntil(pair, () => pair.b.tcb.state === 'CLOSE-WAIT')
  // The ACK that just left is lost, so that the FIN carries it.
  pair.flying.clear()
  shut(pair, 'b')
  pass(pair, 100_000)
  expect(walked(pair, 'a').slice(2)).toEqual(['ESTABLISHED>FIN-WAIT-1', 'FIN-WAIT-1>TIME-WAIT'])
  expect(pair.b.tcb.state).toBe('CLOSED')
})

test('a FIN that comes with the ACK of ours but behind a gap leads through FIN-WAIT-2', () => {
  const pair = connected()
  at(pair, 'a', shutdownWrite)
  inject(pair, 'a', craft(pair, 'a', { flags: ACK | FIN, seq: 101, ack: 2 }))
  expect(pair.a.tcb.state).toBe('FIN-WAIT-2')
  inject(pair, 'a', craft(pair, 'a', { flags: ACK, seq: 1, ack: 2, payload: pattern(0, 100) }))
  expect(pair.a.tcb.state).toBe('TIME-WAIT')
  expect(read(pair, 'a')).toEqual(pattern(0, 100))
})

test('two closes that cross lead both ends through CLOSING', () => {
  const pair = connected()
  shut(pair, 'a')
  shut(pair, 'b')
  pass(pair, 100_000)
  for (const end of ['a', 'b'] as const) {
    expect(walked(pair, end).slice(2)).toEqual(['ESTABLISHED>FIN-WAIT-1', 'FIN-WAIT-1>CLOSING', 'CLOSING>TIME-WAIT'])
  }
})

test('a half-closed connection still carries data the other way', () => {
  const pair = connected()
  at(pair, 'a', shutdownWrite)
  pass(pair, 100_000)
  write(pair, 'b', pattern(0, 5_000))
  pass(pair, 200_000)
  expect(pair.a.tcb.state).toBe('FIN-WAIT-2')
  expect(read(pair, 'a')).toEqual(pattern(0, 5_000))
  expect(write(pair, 'a', pattern(0, 10))).toBe(0)
})

test('data queued before close() is delivered before the FIN', () => {
  const pair = connected()
  write(pair, 'a', pattern(0, 40_000))
  shut(pair, 'a')
  expect(statesOf(pair, 'a').at(-1)).toBe('FIN-WAIT-1')
  pass(pair, 1_000_000)
  expect(read(pair, 'b')).toEqual(pattern(0, 40_000))
  expect(pair.b.tcb).toMatchObject({ state: 'CLOSE-WAIT', finReceived: true })
})

test('close() from SYN-RECEIVED of an active open sends FIN', () => {
  const pair = tcpPair({ bothActive: true })
  at(pair, 'a', connect)
  at(pair, 'b', connect)
  runUntil(pair, () => pair.a.tcb.state === 'SYN-RECEIVED')
  shut(pair, 'a')
  pass(pair, 500_000)
  expect(walked(pair, 'a')).toContain('SYN-RECEIVED>FIN-WAIT-1')
  expect(pair.b.tcb.state).toBe('CLOSE-WAIT')
  shut(pair, 'b')
  pass(pair, 500_000)
  expect(pair.b.tcb.state).toBe('CLOSED')
})

test('shutdown() in SYN-RECEIVED waits for the handshake', () => {
  const pair = tcpPair({ bothActive: true })
  at(pair, 'a', connect)
  at(pair, 'b', connect)
  runUntil(pair, () => pair.a.tcb.state === 'SYN-RECEIVED')
  at(pair, 'a', shutdownWrite)
  expect(pair.a.tcb.state).toBe('SYN-RECEIVED')
  pass(pair, 500_000)
  expect(pair.a.tcb.state).toBe('FIN-WAIT-2')
})

test('close() in SYN-SENT ends without a word', () => {
  const pair = tcpPair()
  at(pair, 'a', connect)
  pair.log.length = 0
  shut(pair, 'a')
  expect(walked(pair, 'a')).toEqual(['CLOSED>SYN-SENT', 'SYN-SENT>CLOSED'])
  expect(pair.log).toEqual([])
})

test('SHLD-3: close() with unread data resets', () => {
  const pair = connected()
  write(pair, 'a', pattern(0, 10))
  pass(pair, 15_000)
  pair.log.length = 0
  shut(pair, 'b')
  expect(told(pair)).toEqual(['b > R. 1:1 ack 11'])
  expect(pair.b.counters).toMatchObject({ TCPAbortOnClose: 1 })
  pass(pair, 15_000)
  expect(pair.a.tcb).toMatchObject({ state: 'CLOSED', error: 'ECONNRESET' })
})

test('SHLD-3: data that comes after close() is answered with RST', () => {
  for (const close of ['FIN-WAIT-1', 'FIN-WAIT-2'] as const) {
    const pair = connected()
    shut(pair, 'a')
    if (close === 'FIN-WAIT-2') pass(pair, 100_000)
    write(pair, 'b', pattern(0, 10))
    pass(pair, 100_000)
    expect(walked(pair, 'a').at(-1)).toBe('abort')
    expect(pair.b.tcb).toMatchObject({ state: 'CLOSED', error: 'EPIPE' })
  }
})

test('after SHUT_RD data is still taken, until our own FIN makes the direction useless', () => {
  const pair = connected()
  at(pair, 'a', shutdownRead)
  write(pair, 'b', pattern(0, 10))
  pass(pair, 100_000)
  expect(read(pair, 'a')).toEqual(pattern(0, 10))
  at(pair, 'a', shutdownWrite)
  write(pair, 'b', pattern(10, 10))
  pass(pair, 100_000)
  expect(pair.a.tcb).toMatchObject({ state: 'CLOSED' })
  expect(pair.a.counters).toMatchObject({ TCPAbortOnData: 1 })
})

test('an orphan waits tcp_fin_timeout in FIN-WAIT-2, a held descriptor for ever', () => {
  const orphan = connected()
  shut(orphan, 'a')
  pass(orphan, 30 * MICROS_PER_SECOND)
  expect(orphan.a.tcb.state).toBe('FIN-WAIT-2')
  pass(orphan, 31 * MICROS_PER_SECOND)
  expect(walked(orphan, 'a').at(-1)).toBe('FIN-WAIT-2>CLOSED')

  const held = connected()
  at(held, 'a', shutdownWrite)
  pass(held, 3_600 * MICROS_PER_SECOND)
  expect(held.a.tcb.state).toBe('FIN-WAIT-2')
  shut(held, 'a')
  pass(held, 61 * MICROS_PER_SECOND)
  expect(held.a.tcb.state).toBe('CLOSED')
})

test('TCP_LINGER2 shortens FIN-WAIT-2, and below 0 resets', () => {
  const short = connected({ config: { finTimeoutMicros: 5 * MICROS_PER_SECOND } })
  shut(short, 'a')
  pass(short, 6 * MICROS_PER_SECOND)
  expect(short.a.tcb.state).toBe('CLOSED')

  const none = connected({ config: { finTimeoutMicros: -1 } })
  shut(none, 'a')
  pass(none, 100_000)
  expect(walked(none, 'a').at(-1)).toBe('abort')
  expect(none.b.tcb).toMatchObject({ state: 'CLOSED', error: 'EPIPE' })
})

test('the FIN that an orphan waits for leads from FIN-WAIT-2 to TIME-WAIT', () => {
  const pair = connected()
  shut(pair, 'a')
  pass(pair, 100_000)
  shut(pair, 'b')
  pass(pair, 100_000)
  expect(walked(pair, 'a').at(-1)).toBe('FIN-WAIT-2>TIME-WAIT')
  expect(pair.b.tcb.state).toBe('CLOSED')
})

test('MUST-13: TIME-WAIT lasts 60 s, counted anew from every FIN that comes again', () => {
  const pair = fourWayClose()
  pass(pair, 40 * MICROS_PER_SECOND)
  pair.log.length = 0
  pair.wire = () => []
  inject(pair, 'a', craft(pair, 'a', { flags: FIN | ACK, seq: 1, ack: 2 }))
  expect(told(pair)).toEqual(['a > . 2:2 ack 2'])
  pass(pair, 59 * MICROS_PER_SECOND)
  expect(pair.a.tcb.state).toBe('TIME-WAIT')
  pass(pair, 2 * MICROS_PER_SECOND)
  expect(walked(pair, 'a').at(-1)).toBe('TIME-WAIT>CLOSED')
})

test('a lost last ACK is repeated from TIME-WAIT', () => {
  const pair = connected()
  at(pair, 'a', shutdownWrite)
  pass(pair, 100_000)
  pair.wire = (sent) => (sent.from === 'a' && pair.a.tcb.state === 'FIN-WAIT-2' ? [] : [0])
  shut(pair, 'b')
  runUntil(pair, () => pair.b.tcb.state === 'CLOSED')
  expect(walked(pair, 'b').at(-1)).toBe('LAST-ACK>CLOSED')
  expect(told(pair).filter((line) => line === 'b > F. 1:1 ack 2')).toHaveLength(2)
})

test('MAY-2: a new SYN may have the place of a TIME-WAIT, an old one not', () => {
  const pair = fourWayClose()
  const late = (value: number) => ({ timestamps: { value, echo: 0 } })
  const recent = pair.a.tcb.timestamps.recent
  inject(pair, 'a', craft(pair, 'a', { flags: SYN, seq: 100_000, options: late(recent - 5) }))
  expect(pair.outcome).toBe('done')
  inject(pair, 'a', craft(pair, 'a', { flags: SYN, seq: -5_000, options: late(recent + 5) }))
  expect(pair.outcome).toBe('newSyn')
  expect(pair.a.tcb.state).toBe('TIME-WAIT')
  pair.log.length = 0
  at(pair, 'a', answerInTimeWait)
  expect(told(pair)).toEqual(['a > . 2:2 ack 2'])
  at(pair, 'a', leaveTimeWait)
  expect(pair.a.tcb.state).toBe('CLOSED')
})

test('RFC 1337: a RST ends TIME-WAIT unless tcp_rfc1337 says no', () => {
  for (const rfc1337 of [0, 1]) {
    const pair = connected({ sysctl: { tcp_rfc1337: rfc1337 } })
    shut(pair, 'a')
    pass(pair, 50_000)
    shut(pair, 'b')
    pass(pair, 50_000)
    inject(pair, 'a', craft(pair, 'a', { flags: 0x004, seq: 2 }))
    expect(pair.a.tcb.state).toBe(rfc1337 === 0 ? 'CLOSED' : 'TIME-WAIT')
  }
})

test('abort() resets where the peer has something to lose, and leaves TIME-WAIT alone', () => {
  const open = connected()
  at(open, 'a', abort)
  expect(told(open)).toEqual(['a > R. 1:1 ack 1'])
  expect(walked(open, 'a').at(-1)).toBe('abort')

  const waiting = fourWayClose()
  at(waiting, 'a', abort)
  expect(waiting.a.tcb.state).toBe('TIME-WAIT')
})

test('a FIN that is never acked is given up', () => {
  const pair = connected()
  pair.wire = () => []
  shut(pair, 'a')
  while (step(pair));
  expect(walked(pair, 'a').at(-1)).toBe('gave-up')
})

test('poll() tells each end of the stream as Linux does, and why', () => {
  const pair = connected()
  const quiet = { PRI: 'noUrgent', ERR: 'noError' }
  const set = (): string[] =>
    Object.entries(poll(pair.a.tcb, LINUX_SYSCTL)).flatMap(([bit, reason]) => (POLL_REASONS[reason] ? [bit] : []))
  expect(poll(pair.a.tcb, LINUX_SYSCTL)).toEqual({ ...quiet, IN: 'noBytes', OUT: 'room', HUP: 'open', RDHUP: 'open' })
  expect(set()).toEqual(['OUT'])
  at(pair, 'b', shutdownWrite)
  pass(pair, 50_000)
  expect(poll(pair.a.tcb, LINUX_SYSCTL)).toEqual({
    ...quiet,
    IN: 'receiveEnded',
    OUT: 'room',
    HUP: 'oneEnded',
    RDHUP: 'finReceived',
  })
  expect(set()).toEqual(['IN', 'OUT', 'RDHUP'])
  at(pair, 'a', shutdownWrite)
  pass(pair, 50_000)
  expect(set()).toEqual(['IN', 'OUT', 'RDHUP', 'HUP'])
})
