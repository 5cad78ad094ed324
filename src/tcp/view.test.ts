/** What the page is told of a connection. */
import { expect, test } from 'vitest'
import { at, connected, craft, inject, pass, pattern, read, tcpPair, write } from '../testing/tcp-pair'
import { ACK, FIN } from '../wire'
import { connect, shutdownWrite } from './calls'
import { viewTcb } from './view'

test('the send buffer is shown as what is acked, in flight and queued', () => {
  const pair = connected({ config: { sndbuf: 200_000, sndbufLocked: true } })
  write(pair, 'a', pattern(0, 5_000))
  pass(pair, 200_000)
  pair.wire = () => []
  write(pair, 'a', pattern(0, 30_000))
  const { sendRuns, sendBuffer, congestion } = viewTcb(pair.a.tcb, pair.now)
  const flight = congestion.flightBytes
  expect(flight).toBeGreaterThan(10_000)
  expect(sendRuns).toEqual([
    { start: 1, end: 5_001, kind: 'acked' },
    { start: 5_001, end: 5_001 + flight, kind: 'inFlight' },
    { start: 5_001 + flight, end: 35_001, kind: 'queued' },
  ])
  expect(sendBuffer.usedBytes).toBe(30_000)
})

test('the receive buffer is shown as what is read, unread, missing and out of order', () => {
  const pair = connected()
  pair.wire = () => []
  inject(pair, 'b', craft(pair, 'b', { flags: ACK, seq: 1, payload: pattern(0, 300) }))
  read(pair, 'b', 100)
  inject(pair, 'b', craft(pair, 'b', { flags: ACK, seq: 401, payload: pattern(400, 100) }))
  inject(pair, 'b', craft(pair, 'b', { flags: ACK, seq: 501, payload: pattern(500, 100) }))
  const view = viewTcb(pair.b.tcb, pair.now)
  expect(view.receiveRuns).toEqual([
    { start: 1, end: 101, kind: 'read' },
    { start: 101, end: 301, kind: 'unread' },
    { start: 301, end: 401, kind: 'gap' },
    { start: 401, end: 601, kind: 'outOfOrder' },
  ])
  expect(view.receiveBuffer.usedBytes).toBe(400)
  expect(view.receiveBuffer.windowEdge).toBeGreaterThan(60_000)
})

test('places count bytes, FINs included, across both directions', () => {
  const pair = connected()
  write(pair, 'a', pattern(0, 10))
  at(pair, 'a', shutdownWrite)
  pass(pair, 200_000)
  inject(pair, 'a', craft(pair, 'a', { flags: ACK | FIN, seq: 1, payload: pattern(0, 5) }))
  const [a, b] = [viewTcb(pair.a.tcb, pair.now), viewTcb(pair.b.tcb, pair.now)]
  expect(a.sendRuns).toEqual([{ start: 1, end: 12, kind: 'acked' }])
  expect(b.receiveRuns).toEqual([{ start: 1, end: 11, kind: 'unread' }])
  expect(a.receiveRuns).toEqual([{ start: 1, end: 6, kind: 'unread' }])
  read(pair, 'b')
  expect(viewTcb(pair.b.tcb, pair.now).receiveRuns).toEqual([{ start: 1, end: 11, kind: 'read' }])
})

test('a timer is shown with when it was armed and when it fires', () => {
  const pair = tcpPair({ wire: () => [] })
  at(pair, 'a', connect)
  const view = viewTcb(pair.a.tcb, pair.now)
  expect(view.timers).toEqual([{ kind: 'retransmit', armedAt: 1_000_000, firesAt: 2_000_000, count: 0 }])
  expect(view.sendRuns).toEqual([])
  expect(view.congestion.ssthresh).toBeNull()
  pass(pair, 1_500_000)
  expect(viewTcb(pair.a.tcb, pair.now).timers[0].count).toBe(1)
})

test('a rate is shown with whether it spaces the bursts, and the bare round trip once there is one', () => {
  const pair = tcpPair({ delay: 10_000, config: { congestion: 'bbr' } })
  expect(viewTcb(pair.a.tcb, pair.now)).toMatchObject({
    rate: { paced: false, pacing: null, delivery: 0 },
    rtt: { minMicros: null },
  })
  const open = connected({ delay: 10_000, config: { congestion: 'bbr' } })
  write(open, 'a', pattern(0, 10_000))
  pass(open, 50_000)
  const { rate, rtt } = viewTcb(open.a.tcb, open.now)
  expect(rtt.minMicros).toBe(20_000)
  expect(rate).toMatchObject({ paced: true, appLimited: true })
  expect(rate.delivery).toBeGreaterThan(100_000)
  expect(rate.pacing).toBeGreaterThan(rate.delivery)
})
