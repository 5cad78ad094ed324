/** A window that is not used (RFC 7661 in Linux's form): when it counts as used, how it decays, and what a pause takes of it. */
import { describe, expect, test } from 'vitest'
import { pass, senderBench, write } from '../../testing/sender-bench'
import type { BenchOptions, SenderBench } from '../../testing/sender-bench'
import { algorithmOf } from '.'
import { restartAfterIdle, validateWindow } from './validate'

const MS = 1_000
const RTO = 300 * MS

function bench(out: number, cwnd: number, options: BenchOptions = {}): SenderBench {
  const one = senderBench({ config: { congestion: 'reno' }, ...options })
  one.tcb.congestion.cwnd = Math.max(out, 1)
  if (out > 0) write(one, out * 1_000)
  Object.assign(one.tcb.congestion, { cwnd, ssthresh: 8, stampAt: one.io.now, usedMax: 0, limited: false })
  one.tcb.rtt.rto = RTO
  return one
}

function validate(one: SenderBench, limited = false): void {
  validateWindow(one.tcb, limited, algorithmOf(one.tcb), one.io)
}

describe('an unused window', () => {
  /** 4 of 40 segments in use, for as long as that. */
  function unused(micros: number, own: Partial<SenderBench['tcb']['congestion']> = {}, options: BenchOptions = {}) {
    const one = bench(4, 40, options)
    Object.assign(one.tcb.congestion, own)
    one.io.now += micros
    validate(one)
    return one.tcb.congestion
  }

  test('comes half way down to what was used, or to the initial window, after an RTO', () => {
    expect(unused(RTO - 1)).toMatchObject({ cwnd: 40, usedMax: 4 })
    expect(unused(RTO)).toMatchObject({ cwnd: 25, ssthresh: 30, usedMax: 0 })
    expect(unused(RTO, { usedMax: 20 }).cwnd).toBe(30)
  })

  test('keeps a higher ssthresh', () => {
    expect(unused(RTO, { ssthresh: 35 }).ssthresh).toBe(35)
  })

  test('starts over with each RTO', () => {
    const one = bench(4, 40)
    one.io.now += RTO
    validate(one)
    expect(one.tcb.congestion.stampAt).toBe(one.io.now)
    one.io.now += RTO - 1
    validate(one)
    expect(one.tcb.congestion.cwnd).toBe(25)
    one.io.now++
    validate(one)
    expect(one.tcb.congestion.cwnd).toBe(17)
  })

  test('stays without tcp_slow_start_after_idle, outside Open, or where the send buffer is what limits', () => {
    expect(unused(RTO, {}, { sysctl: { tcp_slow_start_after_idle: 0 } }).cwnd).toBe(40)
    const disorder = bench(4, 40)
    disorder.tcb.recovery.caState = 'Disorder'
    disorder.io.now += RTO
    validate(disorder)
    expect(disorder.tcb.congestion).toMatchObject({ cwnd: 40, stampAt: disorder.io.now })
    const blocked = bench(4, 40)
    blocked.tcb.snd.noSpace = true
    blocked.io.now += RTO
    validate(blocked)
    expect(blocked.tcb.congestion.cwnd).toBe(40)
  })

  test('that was used whole before stays, and so does one of the initial size; ssthresh with it', () => {
    const used = bench(4, 40)
    used.tcb.congestion.usedMax = 40
    used.io.now += RTO
    validate(used)
    expect(used.tcb.congestion).toMatchObject({ cwnd: 40, ssthresh: 8 })
    const one = bench(2, 10)
    one.io.now += RTO
    validate(one)
    expect(one.tcb.congestion).toMatchObject({ cwnd: 10, ssthresh: 8 })
  })
})

describe('what was limited by the window', () => {
  test('is remembered for the window that was sent then', () => {
    const one = bench(4, 40)
    one.tcb.congestion.usageSeq = one.tcb.snd.nxt
    validate(one, true)
    expect(one.tcb.congestion).toMatchObject({ limited: true, maxOut: 4, usageSeq: one.tcb.snd.nxt, usedMax: 0 })
    // The same window, less of it in use now: that it was full once counts.
    validate(one)
    expect(one.tcb.congestion.limited).toBe(true)
    one.tcb.snd.una = one.tcb.snd.nxt
    validate(one)
    expect(one.tcb.congestion.limited).toBe(false)
  })

  test('and else the most that was out in it', () => {
    const one = bench(4, 40)
    Object.assign(one.tcb.congestion, { usageSeq: one.tcb.snd.nxt, maxOut: 4 })
    const kept = one.tcb.congestion.usageSeq
    one.tcb.sent.pop()
    validate(one)
    expect(one.tcb.congestion).toMatchObject({ maxOut: 4, usageSeq: kept })
    one.tcb.congestion.maxOut = 2
    validate(one)
    expect(one.tcb.congestion.maxOut).toBe(3)
  })
})

test('a writer without room, all of whose bytes are out, is held by its buffer (tcpi_sndbuf_limited)', () => {
  const held = (change: (one: SenderBench) => void): string => {
    const one = bench(4, 40)
    one.tcb.snd.noSpace = true
    change(one)
    validate(one)
    return one.tcb.chrono.kind
  }
  expect(held(() => {})).toBe('sendBuffer')
  expect(held(({ tcb }) => (tcb.state = 'CLOSE-WAIT'))).toBe('sendBuffer')
  expect(held(({ tcb }) => (tcb.state = 'FIN-WAIT-1'))).toBe('busy')
  expect(held(({ tcb }) => (tcb.snd.noSpace = false))).toBe('busy')
  expect(held(({ tcb }) => (tcb.snd.nxt = tcb.snd.una))).toBe('busy')
})

describe('after a pause (RFC 5681 4.1)', () => {
  function restart(idle: number, cwnd = 80, options: BenchOptions = {}, change: (one: SenderBench) => void = () => {}) {
    const one = bench(0, cwnd, options)
    one.tcb.congestion.lastSentAt = one.io.now
    one.tcb.congestion.usedMax = 5
    change(one)
    one.io.now += idle
    restartAfterIdle(one.tcb, algorithmOf(one.tcb), one.io)
    return one.tcb.congestion
  }

  test('of more than an RTO the window is halved for each RTO, down to the initial window', () => {
    expect(restart(RTO).cwnd).toBe(80)
    expect(restart(RTO + 1)).toMatchObject({ cwnd: 40, ssthresh: 60, usedMax: 0 })
    expect(restart(2 * RTO).cwnd).toBe(40)
    expect(restart(2 * RTO + 1).cwnd).toBe(20)
    expect(restart(100 * RTO).cwnd).toBe(10)
    expect(restart(100 * RTO, 7).cwnd).toBe(7)
    expect(restart(RTO + 1, 17).cwnd).toBe(10)
  })

  test('nothing is taken where data is out, nothing was ever sent, or the sysctl says so', () => {
    expect(restart(9 * RTO, 80, {}, (one) => (one.tcb.congestion.lastSentAt = 0)).cwnd).toBe(80)
    expect(restart(9 * RTO, 80, { sysctl: { tcp_slow_start_after_idle: 0 } }).cwnd).toBe(80)
    const out = bench(2, 80)
    out.tcb.congestion.lastSentAt = out.io.now
    out.io.now += 9 * RTO
    restartAfterIdle(out.tcb, algorithmOf(out.tcb), out.io)
    expect(out.tcb.congestion.cwnd).toBe(80)
  })

  test('BBR keeps its model', () => {
    expect(restart(9 * RTO, 80, { config: { congestion: 'bbr' } }).cwnd).toBe(80)
  })

  test('the next data leaves in the smaller window', () => {
    const one = bench(0, 80)
    one.tcb.congestion.lastSentAt = one.io.now
    pass(one, 3 * RTO)
    write(one, 50_000)
    expect(one.tcb.congestion.cwnd).toBe(20)
  })
})
