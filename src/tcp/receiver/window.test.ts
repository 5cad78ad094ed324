/** The receive window: RFC 9293 3.8.6. */
import { expect, test } from 'vitest'
import { seqAdd, seqGe } from '../../base'
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
  step,
  substantial,
  tcpPair,
  waits,
  write,
} from '../../testing/tcp-pair'
import type { Pair } from '../../testing/tcp-pair'
import { LINUX_SYSCTL } from '../../trace'
import { ACK, FIN, RST } from '../../wire'
import { connect } from '../calls'

/** a has written more than b's buffer takes, and b does not read. */
function filled(): Pair {
  const pair = connected({ config: { rcvbuf: 8_192, rcvbufLocked: true, sndbuf: 1_000_000, sndbufLocked: true } })
  write(pair, 'a', pattern(0, 100_000))
  pass(pair, 3_000_000)
  return pair
}

test('the first window is a whole number of segments, and the scale covers tcp_rmem', () => {
  for (const [rmem, window, scale] of [
    [131_072, 64_240, 7],
    [16_384, 7_300, 7],
    [1_048_576, 65_535, 7],
  ]) {
    const pair = tcpPair({ sysctl: { tcp_rmem: [4_096, rmem, 6_291_456] } })
    at(pair, 'a', connect)
    expect(pair.log[0].segment).toMatchObject({ window, options: { windowScale: scale } })
  }
  const pair = tcpPair({ sysctl: { tcp_rmem: [4_096, 540_000, 15_728_640] } })
  at(pair, 'a', connect)
  expect(pair.log[0].segment.options.windowScale).toBe(8)
})

test('a SYN says 65535 at most, the first segment after it the whole buffer', () => {
  const pair = tcpPair({ sysctl: { tcp_rmem: [4_096, 540_000, 6_291_456] } })
  at(pair, 'a', connect)
  pass(pair, 50_000)
  const [syn, synAck, ack] = pair.log.map(({ segment }) => segment.window)
  expect([syn, synAck]).toEqual([65_535, 65_535])
  expect(ack * 2 ** pair.a.tcb.rcv.wscale).toBeGreaterThan(265_000)
  // Until the handshake is over the passive side holds to what its SYN,ACK said.
  expect(pair.b.tcb.snd.wnd).toBe(ack * 2 ** pair.a.tcb.rcv.wscale)
})

test('MUST-35: a reader who sleeps shuts the window, and probes ask until it is open', () => {
  const pair = filled()
  const last = pair.log.findLast((sent) => sent.from === 'b')
  expect(last?.segment.window).toBe(0)
  expect(pair.a.tcb.snd.wnd).toBe(0)
  expect(waits(pair, 'a')).toContain('persist')
  expect(pair.log.filter((sent) => sent.purpose === 'windowProbe').length).toBeGreaterThan(2)
  expect(pair.b.counters.TCPToZeroWindowAdv).toBe(1)
})

test('MUST-39: the window is opened again when it is worth a segment, not by crumbs', () => {
  const pair = filled()
  pair.log.length = 0
  read(pair, 'b', 100)
  expect(pair.log).toEqual([])
  while (pair.log.length === 0 && read(pair, 'b', 200).length > 0);
  expect(pair.log).toMatchObject([{ from: 'b', purpose: 'windowUpdate' }])
  expect(pair.b.tcb.rcv.wnd).toBeGreaterThanOrEqual(1_448)
})

test('everything arrives through a small buffer that is read slowly', () => {
  const pair = filled()
  let got = 0
  runUntil(pair, () => {
    const bytes = read(pair, 'b', 700)
    expect(bytes).toEqual(pattern(got, bytes.length))
    got += bytes.length
    return got === 100_000
  })
})

test('SHLD-14: the right edge never moves back', () => {
  const pair = connected({ config: { rcvbuf: 20_000, rcvbufLocked: true, sndbuf: 500_000, sndbufLocked: true } })
  write(pair, 'a', pattern(0, 200_000))
  let edge = pair.b.tcb.rcv.nxt
  let got = 0
  for (let i = 0; got < 200_000; i++) {
    if (!step(pair)) break
    if (i % 3 === 0) got += read(pair, 'b', 1_111).length
    const now = seqAdd(pair.b.tcb.rcv.wup, pair.b.tcb.rcv.wnd)
    expect(seqGe(now, edge)).toBe(true)
    edge = now
  }
  expect(got + read(pair, 'b').length).toBe(200_000)
})

test('MUST-66: a RST and an ACK are heard through a shut window, data is not', () => {
  const pair = filled()
  inject(pair, 'b', craft(pair, 'b', { flags: ACK, payload: pattern(0, 10) }))
  expect(drops(pair, 'b').at(-1)).toBe('outOfWindow')
  inject(pair, 'b', craft(pair, 'b', { flags: RST }))
  expect(pair.b.tcb.state).toBe('CLOSED')
})

test('a bare FIN gets through a shut window', () => {
  const pair = connected({ config: { rcvbuf: 8_192, rcvbufLocked: true } })
  write(pair, 'a', pattern(0, 3_000))
  pass(pair, 1_000_000)
  Object.assign(pair.b.tcb.rcv, { wnd: 0, wup: pair.b.tcb.rcv.nxt })
  inject(pair, 'b', craft(pair, 'b', { flags: FIN | ACK }))
  expect(pair.b.tcb.state).toBe('CLOSE-WAIT')
})

test('the buffer grows with what the application reads in a round trip', () => {
  const pair = connected({ config: { sndbuf: 6_000_000, sndbufLocked: true, congestion: 'reno' } })
  const before = pair.b.tcb.config.rcvbuf
  write(pair, 'a', new Uint8Array(3_000_000))
  let got = 0
  while (got < 3_000_000 && step(pair)) got += read(pair, 'b').length
  expect(got).toBe(3_000_000)
  expect(pair.b.tcb.config.rcvbuf).toBeGreaterThan(4 * before)
  expect(pair.b.tcb.config.rcvbuf).toBeLessThanOrEqual(LINUX_SYSCTL.tcp_rmem[2])
  // No window ever held the sender.
  expect(waits(pair, 'a')).not.toContain('persist')
  expect(substantial(pair, 'a').length).toBeGreaterThan(2_000)
})

test('a buffer that was set by hand stays as it is', () => {
  const pair = connected({ config: { rcvbuf: 100_000, rcvbufLocked: true, sndbuf: 4_000_000, sndbufLocked: true } })
  let got = 0
  write(pair, 'a', pattern(0, 1_000_000))
  while (got < 1_000_000 && step(pair)) got += read(pair, 'b').length
  expect(pair.b.tcb.config.rcvbuf).toBe(100_000)
})

test('many tiny segments are packed, and none that was acked is lost', () => {
  const pair = connected({ config: { rcvbuf: 16_384, rcvbufLocked: true } })
  pair.wire = () => []
  let sent = 0
  for (; sent < 3_000; sent++) {
    inject(pair, 'b', craft(pair, 'b', { flags: ACK, seq: 1 + sent, payload: pattern(sent, 1) }))
  }
  const kept = (pair.b.tcb.rcv.nxt - pair.b.tcb.irs - 1) >>> 0
  expect(kept).toBe(sent)
  expect(read(pair, 'b')).toEqual(pattern(0, kept))
  expect(pair.b.tcb.receive.memory).toBe(0)
})

test('islands far apart are bounded by the buffer', () => {
  const pair = connected({ config: { rcvbuf: 60_000, rcvbufLocked: true } })
  pair.wire = () => []
  for (let i = 0; i < 10_000; i++) {
    inject(pair, 'b', craft(pair, 'b', { flags: ACK, seq: 3 + 2 * i, payload: pattern(0, 1) }))
  }
  const { tcb } = pair.b
  expect(tcb.outOfOrder.length).toBeLessThan(100)
  expect(tcb.receive.memory).toBeLessThan(62_000)
  expect(tcb.receive.sackBlocks.length).toBeLessThanOrEqual(4)
})

test('a segment ahead of a gap lets the window grow by what it will take itself, since it is charged later', () => {
  const pair = connected({ config: { rcvbuf: 200_000, rcvbufLocked: true, sndbuf: 4_000_000, sndbufLocked: true } })
  write(pair, 'a', pattern(0, 1_000_000))
  runUntil(pair, () => {
    read(pair, 'b')
    return pair.a.tcb.snd.una === pair.a.tcb.snd.end
  })
  pass(pair, 1_000_000)
  const { receive } = pair.b.tcb
  const before = receive.ssthresh
  // In order each segment was charged first: so far the window could grow, and no further.
  expect(before).toBeLessThan(receive.windowClamp)
  const options = { timestamps: { value: pair.b.tcb.timestamps.recent, echo: pair.a.tcb.timestamps.recent } }
  const seq = 1_000_001 + 1_448
  inject(pair, 'b', craft(pair, 'b', { flags: ACK, seq, payload: pattern(0, 1_448), options }))
  expect(receive.ssthresh).toBe(receive.windowClamp)
})
