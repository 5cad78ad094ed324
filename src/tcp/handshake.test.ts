/** Opening a connection: RFC 9293 3.5. */
import { expect, test } from 'vitest'
import {
  at,
  connected,
  craft,
  drops,
  inject,
  pass,
  pattern,
  read,
  runUntil,
  statesOf,
  tcpPair,
  told,
  walked,
  write,
} from '../testing/tcp-pair'
import { ACK, RST, SYN } from '../wire'
import { connect } from './calls'

test('three segments open a connection, with the windows and options of a Linux host', () => {
  const pair = tcpPair()
  at(pair, 'a', connect)
  pass(pair, 100_000)
  expect(told(pair)).toEqual(['a > S 0:0', 'b > S. 0:0 ack 1', 'a > . 1:1 ack 1'])
  const [syn, synAck, ack] = pair.log.map((sent) => sent.segment)
  expect(syn).toMatchObject({ window: 64_240, options: { mss: 1_460, windowScale: 10, sackPermitted: true } })
  expect(synAck).toMatchObject({ window: 65_160, options: { mss: 1_460, windowScale: 10, sackPermitted: true } })
  expect(syn.options.timestamps).toEqual({ value: 1_500, echo: 0 })
  expect(synAck.options.timestamps).toEqual({ value: 91_010, echo: 1_500 })
  expect(ack.options.timestamps).toEqual({ value: 1_520, echo: 91_010 })
  expect(ack.window).toBe(63)
  expect(walked(pair, 'a')).toEqual(['CLOSED>SYN-SENT', 'SYN-SENT>ESTABLISHED'])
  expect(walked(pair, 'b')).toEqual(['LISTEN>SYN-RECEIVED', 'SYN-RECEIVED>ESTABLISHED'])
  expect(pair.a.counters).toMatchObject({ ActiveOpens: 1, CurrEstab: 1 })
  expect(pair.b.counters).toMatchObject({ PassiveOpens: 1, CurrEstab: 1 })
})

test('MUST-10: two active opens that cross make one connection', () => {
  const pair = tcpPair({ bothActive: true })
  at(pair, 'a', connect)
  at(pair, 'b', connect)
  pass(pair, 200_000)
  expect(told(pair).slice(0, 4)).toEqual(['a > S 0:0', 'b > S 0:0', 'b > S. 0:0 ack 1', 'a > S. 0:0 ack 1'])
  for (const end of ['a', 'b'] as const) {
    expect(walked(pair, end)).toEqual(['CLOSED>SYN-SENT', 'SYN-SENT>SYN-RECEIVED', 'SYN-RECEIVED>ESTABLISHED'])
  }
  write(pair, 'a', pattern(0, 3_000))
  write(pair, 'b', pattern(7, 3_000))
  pass(pair, 200_000)
  expect(read(pair, 'b')).toEqual(pattern(0, 3_000))
  expect(read(pair, 'a')).toEqual(pattern(7, 3_000))
})

test('what only one side offers is not used', () => {
  const off = { tcp_timestamps: 0, tcp_sack: 0, tcp_window_scaling: 0 }
  for (const sides of [{ sysctlB: off }, { sysctl: off }]) {
    const pair = connected(sides)
    for (const { tcb } of [pair.a, pair.b]) {
      expect(tcb.negotiated).toEqual({ sack: false, timestamps: false, windowScale: false })
      expect(tcb.mssNow).toBe(1_460)
      expect(tcb.rcv.wscale).toBe(0)
    }
    write(pair, 'a', pattern(0, 200_000))
    pass(pair, 1_000_000)
    expect(read(pair, 'b').length).toBeGreaterThan(0)
  }
})

test('MUST-15: a peer that names no MSS is sent 536 bytes at most', () => {
  const pair = tcpPair()
  at(pair, 'a', connect)
  pair.now += 5_000
  inject(pair, 'a', craft(pair, 'a', { flags: SYN | ACK, seq: 0, ack: 1, window: 65_000 }))
  expect(pair.a.tcb).toMatchObject({ state: 'ESTABLISHED', smss: 536, mssNow: 536 })
})

test('a SYN that nobody answers goes out again and again, until ETIMEDOUT', () => {
  const pair = tcpPair({ wire: () => [] })
  at(pair, 'a', connect)
  pass(pair, 1_000_000_000)
  const seconds = pair.log.map((sent) => Math.round((sent.at - 1_000_000) / 1_000_000))
  expect(seconds).toEqual([0, 1, 2, 3, 4, 5, 7, 11, 19, 35, 67])
  expect(pair.a.tcb).toMatchObject({ state: 'CLOSED', error: 'ETIMEDOUT' })
  expect(walked(pair, 'a')).toEqual(['CLOSED>SYN-SENT', 'gave-up'])
  expect(pair.a.counters).toMatchObject({ AttemptFails: 1 })
})

test('a lost SYN,ACK is repeated by either side', () => {
  const pair = tcpPair({ wire: (sent) => (sent.from === 'b' && sent.index === 0 ? [] : [0]) })
  at(pair, 'a', connect)
  runUntil(pair, () => pair.a.tcb.state === 'ESTABLISHED' && pair.b.tcb.state === 'ESTABLISHED')
  expect(pair.now - 1_000_000).toBeLessThan(1_100_000)
})

test('a SYN,ACK that is never acked ends the attempt after tcp_synack_retries', () => {
  const pair = tcpPair({ wire: (sent) => (sent.from === 'b' ? [] : [0]) })
  at(pair, 'a', connect)
  runUntil(pair, () => pair.b.tcb.state === 'SYN-RECEIVED')
  pair.wire = () => []
  pass(pair, 200_000_000)
  expect(pair.b.tcb.state).toBe('CLOSED')
  expect(walked(pair, 'b')).toEqual(['LISTEN>SYN-RECEIVED', 'gave-up'])
})

test('the final ACK is ignored while the accept queue is full, and repeated SYN,ACKs try again', () => {
  let full = true
  const pair = tcpPair({ admit: () => (full ? 'drop' : 'accept') })
  at(pair, 'a', connect)
  pass(pair, 500_000)
  expect(pair.b.tcb.state).toBe('SYN-RECEIVED')
  expect(drops(pair, 'b')).toEqual(['acceptQueueFull'])
  full = false
  pass(pair, 1_000_000)
  expect(pair.b.tcb.state).toBe('ESTABLISHED')
})

test('tcp_abort_on_overflow answers the final ACK with RST', () => {
  const pair = tcpPair({ admit: () => 'reset' })
  at(pair, 'a', connect)
  pass(pair, 500_000)
  expect(statesOf(pair, 'b')).toEqual(['SYN-RECEIVED', 'LISTEN'])
  expect(pair.a.tcb).toMatchObject({ state: 'CLOSED', error: 'ECONNRESET' })
})

test('in SYN-SENT an ACK of something else is answered with RST and the SYN goes out again at once', () => {
  const pair = tcpPair({ wire: () => [] })
  at(pair, 'a', connect)
  pass(pair, 50_000)
  inject(pair, 'a', craft(pair, 'a', { flags: ACK, seq: 700, ack: 300 }))
  expect(told(pair).at(-1)).toBe('a > R 300:300')
  expect(drops(pair, 'a')).toEqual(['futureAck'])
  pass(pair, 2_000)
  expect(told(pair).at(-1)).toBe('a > S 0:0')
  expect(pair.a.tcb.state).toBe('SYN-SENT')
})

test('in SYN-SENT a RST counts only with an acceptable ACK', () => {
  const pair = tcpPair({ wire: () => [] })
  at(pair, 'a', connect)
  inject(pair, 'a', craft(pair, 'a', { flags: RST, seq: 0 }))
  inject(pair, 'a', craft(pair, 'a', { flags: RST | ACK, seq: 0, ack: 9 }))
  expect(pair.a.tcb.state).toBe('SYN-SENT')
  inject(pair, 'a', craft(pair, 'a', { flags: RST | ACK, seq: 0, ack: 1 }))
  expect(pair.a.tcb).toMatchObject({ state: 'CLOSED', error: 'ECONNREFUSED' })
})

test('in SYN-RECEIVED a SYN that comes again brings the SYN,ACK again, at most twice a second', () => {
  const pair = tcpPair({ wire: (sent) => (sent.from === 'a' ? [0] : []) })
  at(pair, 'a', connect)
  pass(pair, 20_000)
  const syn = pair.log[0].segment
  pass(pair, 100_000)
  inject(pair, 'b', syn)
  inject(pair, 'b', syn)
  expect(told(pair).filter((line) => line.startsWith('b'))).toHaveLength(2)
})

test('in SYN-RECEIVED an ACK of something else is answered with RST and changes nothing', () => {
  const pair = tcpPair({ wire: (sent) => (sent.index === 0 && sent.from === 'a' ? [0] : []) })
  at(pair, 'a', connect)
  pass(pair, 20_000)
  inject(pair, 'b', craft(pair, 'b', { flags: ACK, seq: 1, ack: 77 }))
  expect(told(pair).at(-1)).toBe('b > R 77:77')
  expect(pair.b.tcb.state).toBe('SYN-RECEIVED')
})

test('a final ACK that echoes a timestamp which no SYN,ACK of ours bore opens nothing, and is answered', () => {
  const pair = tcpPair({ wire: (sent) => (sent.index === 0 && sent.from === 'a' ? [0] : []) })
  at(pair, 'a', connect)
  pass(pair, 1_500_000)
  const [first, last] = pair.log.flatMap(({ from, segment }) =>
    from === 'b' ? [segment.options.timestamps!.value] : [],
  )
  expect(last - first).toBe(1_000)
  const ack = (echo: number): void => {
    inject(pair, 'b', craft(pair, 'b', { flags: ACK, seq: 1, ack: 1, options: { timestamps: { value: 2_600, echo } } }))
  }
  ack(first - 1)
  expect(told(pair).at(-1)).toBe('b > . 1:1 ack 1')
  ack(last + 1)
  expect(pair.b.tcb.state).toBe('SYN-RECEIVED')
  expect(pair.b.counters).toMatchObject({ TSEcrRejected: 2 })
  ack(first + 400)
  expect(pair.b.tcb.state).toBe('ESTABLISHED')
})

test('data that comes with the final ACK is taken', () => {
  const pair = tcpPair({ wire: (sent) => (sent.from === 'a' && sent.index === 1 ? [] : [0]) })
  at(pair, 'a', connect)
  runUntil(pair, () => pair.a.tcb.state === 'ESTABLISHED')
  write(pair, 'a', pattern(0, 100))
  pass(pair, 15_000)
  expect(pair.b.tcb.state).toBe('ESTABLISHED')
  expect(read(pair, 'b')).toEqual(pattern(0, 100))
})
