/** Keepalive: RFC 9293 3.8.4. */
import { expect, test } from 'vitest'
import { MICROS_PER_SECOND } from '../base'
import { at, connected, drops, pass, pattern, read, walked, write } from '../testing/tcp-pair'
import { configChanged } from './calls'

const SECOND = MICROS_PER_SECOND

test('MUST-25: a connection without SO_KEEPALIVE stays silent for ever', () => {
  const pair = connected()
  pass(pair, 1_000_000 * SECOND)
  expect(pair.log).toEqual([])
  expect(pair.a.tcb.state).toBe('ESTABLISHED')
})

test('MUST-28, MUST-29: a dead peer is found after 2 h 11 min 15 s and nine probes', () => {
  const pair = connected({ config: { keepalive: true } })
  const start = pair.now
  pair.wire = () => []
  pass(pair, 7_875 * SECOND - 1_000_000)
  expect(pair.a.tcb.state).toBe('ESTABLISHED')
  expect(pair.log.filter((sent) => sent.from === 'a')).toHaveLength(9)
  pass(pair, 2 * SECOND)
  expect(pair.a.tcb).toMatchObject({ state: 'CLOSED', error: 'ETIMEDOUT' })
  expect(walked(pair, 'a').at(-1)).toBe('gave-up')
  const end = pair.events.findLast((event) => event.type === 'tcp/gaveUp' && event.end === 'a')
  expect(Math.abs((end?.at ?? 0) - start - 7_875 * SECOND)).toBeLessThan(20_000)
  expect(pair.log.filter((sent) => sent.from === 'a').at(-1)).toMatchObject({ purpose: 'reset' })
})

test('SHLD-12: a living peer answers each probe, which carries no data and an old number', () => {
  const pair = connected({ config: { keepalive: true }, configB: { keepalive: false } })
  pass(pair, 7_201 * SECOND)
  const [probe, answer] = pair.log
  expect(probe).toMatchObject({ from: 'a', purpose: 'keepaliveProbe' })
  expect(probe.segment.seq).toBe((pair.a.tcb.snd.una - 1) >>> 0)
  expect(probe.segment.payload).toHaveLength(0)
  expect(answer).toMatchObject({ from: 'b' })
  expect(pair.a.tcb.keepaliveProbesSent).toBe(0)
  expect(drops(pair, 'b')).toEqual(['outOfWindow'])
  pass(pair, 100_000 * SECOND)
  expect(pair.a.tcb.state).toBe('ESTABLISHED')
})

test('MUST-26: the idle time is counted from the last word of the peer', () => {
  const pair = connected({ config: { keepalive: true, keepIdleMicros: 10 * SECOND }, configB: { keepalive: false } })
  pass(pair, 8 * SECOND)
  write(pair, 'b', pattern(0, 10))
  pass(pair, 8 * SECOND)
  expect(pair.log.filter((sent) => sent.purpose === 'keepaliveProbe')).toEqual([])
  pass(pair, 3 * SECOND)
  expect(pair.log.filter((sent) => sent.purpose === 'keepaliveProbe')).toHaveLength(1)
  expect(read(pair, 'a')).toHaveLength(10)
})

test('MUST-24, MUST-27: it can be switched on and off on a living connection', () => {
  const pair = connected()
  at(pair, 'a', (tcb, io) => {
    Object.assign(tcb.config, { keepalive: true, keepIdleMicros: 5 * SECOND })
    configChanged(tcb, io)
  })
  pass(pair, 6 * SECOND)
  expect(pair.log).not.toEqual([])
  at(pair, 'a', (tcb, io) => {
    tcb.config.keepalive = false
    configChanged(tcb, io)
  })
  pair.log.length = 0
  pass(pair, 100 * SECOND)
  expect(pair.log).toEqual([])
})

test('TCP_USER_TIMEOUT ends the probing', () => {
  const config = { keepalive: true, keepIdleMicros: 10 * SECOND, keepIntervalMicros: 5 * SECOND }
  const pair = connected({ config: { ...config, userTimeoutMicros: 18 * SECOND } })
  pair.wire = () => []
  pass(pair, 30 * SECOND)
  expect(pair.a.tcb).toMatchObject({ state: 'CLOSED', error: 'ETIMEDOUT' })
  expect(pair.log.filter((sent) => sent.from === 'a' && sent.purpose === 'keepaliveProbe')).toHaveLength(2)
})
