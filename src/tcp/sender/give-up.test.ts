/** When patience ends: R2 as a time (RFC 9293 3.8.3), TCP_USER_TIMEOUT (RFC 5482), orphans, and a window that stays shut (MUST-37). */
import { describe, expect, test } from 'vitest'
import { senderBench, write } from '../../testing/sender-bench'
import type { SenderBench } from '../../testing/sender-bench'
import { modelTimeout, orphanRetries, retransmissionsExhausted, silentBehindZeroWindow } from './give-up'

const SECOND = 1_000_000
const MS = 1_000

describe('so many retransmissions, as a time', () => {
  test.each([
    // 0.2 + 0.4 + ... : what tcp_retries2 of 15 has always meant, 924.6 s.
    [15, 200 * MS, 120 * SECOND, 924.6],
    [9, 200 * MS, 120 * SECOND, 204.6],
    [10, 200 * MS, 120 * SECOND, 324.6],
    [3, 200 * MS, 120 * SECOND, 3],
    [0, 200 * MS, 120 * SECOND, 0.2],
    [6, SECOND, 120 * SECOND, 127],
    // The RTO stops doubling at a maximum of a second, or exactly at it.
    [4, 200 * MS, SECOND, 0.2 + 0.4 + 0.8 + 2],
    [4, 250 * MS, SECOND, 0.25 + 0.5 + 1 + 2],
    [2, 200 * MS, 200 * MS, 0.6],
  ])('%s with an RTO from %s µs, %s µs at most, is %s s', (retries, base, most, seconds) => {
    expect(modelTimeout(retries, base, most)).toBeCloseTo(seconds * SECOND, 3)
  })
})

/** A segment first retransmitted now. */
function resent(config: Parameters<typeof senderBench>[0] = {}): SenderBench {
  const bench = senderBench(config)
  write(bench, 1_000)
  bench.tcb.recovery.timeouts = 1
  bench.tcb.recovery.retransStamp = bench.io.now
  return bench
}

/** Whether it gives up that much after the first retransmission. */
function exhausted(bench: SenderBench, micros: number): boolean {
  bench.io.now = bench.tcb.recovery.retransStamp + micros
  return retransmissionsExhausted(bench.tcb, bench.io)
}

describe('an established connection', () => {
  test('gives up 924.6 s after its first retransmission, to the millisecond of the kernel tick', () => {
    const bench = resent()
    expect(exhausted(bench, 924_599_000 - 1)).toBe(false)
    expect(exhausted(bench, 924_599_000)).toBe(true)
  })

  test('never gives up before anything was retransmitted', () => {
    const bench = resent()
    bench.tcb.recovery.timeouts = 0
    expect(exhausted(bench, 10_000 * SECOND)).toBe(false)
  })

  test('gives up after TCP_USER_TIMEOUT where that is set, sooner or later than R2', () => {
    const sooner = resent({ config: { userTimeoutMicros: 5 * SECOND } })
    expect(exhausted(sooner, 5 * SECOND - MS - 1)).toBe(false)
    expect(exhausted(sooner, 5 * SECOND - MS)).toBe(true)
    const later = resent({ config: { userTimeoutMicros: 2_000 * SECOND } })
    expect(exhausted(later, 1_000 * SECOND)).toBe(false)
  })

  test('follows tcp_retries2', () => {
    const bench = resent({ sysctl: { tcp_retries2: 3 } })
    expect(exhausted(bench, 3 * SECOND - MS - 1)).toBe(false)
    expect(exhausted(bench, 3 * SECOND - MS)).toBe(true)
  })
})

describe('an orphan', () => {
  function orphan(sysctl = {}): SenderBench {
    const bench = resent({ sysctl })
    bench.tcb.orphaned = true
    return bench
  }

  test('is kept for eight retransmissions while its path seems alive: 102.2 s at the least RTO', () => {
    expect(exhausted(orphan(), 102_199_000 - 1)).toBe(false)
    expect(exhausted(orphan(), 102_199_000)).toBe(true)
  })

  test('gets as many as tcp_orphan_retries says', () => {
    expect(orphanRetries(orphan({ tcp_orphan_retries: 3 }).tcb, true, orphan({ tcp_orphan_retries: 3 }).io)).toBe(3)
    const { tcb, io } = orphan()
    expect(orphanRetries(tcb, true, io)).toBe(8)
    expect(orphanRetries(tcb, false, io)).toBe(0)
  })

  test('gets none once a router has said that there is no way and the RTO has grown to its maximum', () => {
    const { tcb, io } = orphan({ tcp_orphan_retries: 5 })
    tcb.softError = 'EHOSTUNREACH'
    expect(orphanRetries(tcb, true, io)).toBe(5)
    expect(orphanRetries(tcb, false, io)).toBe(0)
    tcb.softError = ''
    expect(orphanRetries(tcb, false, io)).toBe(5)
  })

  test('counts as dead when its RTO has reached the maximum: then the next timeout is the last', () => {
    const bench = orphan()
    bench.tcb.rtt.rto = 120 * SECOND
    expect(exhausted(bench, 200 * MS)).toBe(true)
    bench.tcb.rtt.rto = 120 * SECOND - 1
    expect(exhausted(bench, 200 * MS)).toBe(false)
  })
})

describe('a window shut over data in flight', () => {
  /** Probed for `since` µs; the peer was last heard `silent` µs ago. */
  function shut(silent: number, since: number, userTimeoutMicros = 0): boolean {
    const bench = senderBench({ config: { userTimeoutMicros } })
    bench.io.now = 10_000 * SECOND
    bench.tcb.recovery.retransStamp = since === 0 ? 0 : bench.io.now - since
    bench.tcb.lastReceivedAt = bench.io.now - silent
    return silentBehindZeroWindow(bench.tcb, bench.io)
  }

  test('is waited for as long as the peer answers, and for twice the greatest RTO after its last word', () => {
    expect(shut(1, 9_000 * SECOND)).toBe(false)
    expect(shut(240 * SECOND, 9_000 * SECOND)).toBe(false)
    expect(shut(240 * SECOND + 1, 9_000 * SECOND)).toBe(true)
  })

  test('is not given up when the retransmissions themselves have begun but lately', () => {
    expect(shut(9_000 * SECOND, 240 * SECOND)).toBe(false)
    expect(shut(9_000 * SECOND, 240 * SECOND + 1)).toBe(true)
    expect(shut(9_000 * SECOND, 0)).toBe(false)
  })

  test('is given up after TCP_USER_TIMEOUT even if the peer answers', () => {
    expect(shut(1, 5 * SECOND, 5 * SECOND)).toBe(false)
    expect(shut(1, 5 * SECOND + 1, 5 * SECOND)).toBe(true)
  })
})
