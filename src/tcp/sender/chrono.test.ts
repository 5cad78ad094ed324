/** What the sender's time goes by (tcp_chrono_start, tcp_chrono_stop): tcpi_busy_time, tcpi_rwnd_limited, tcpi_sndbuf_limited. */
import { expect, test } from 'vitest'
import { nextDeadline } from '../timers'
import { timersExpire } from '../expire'
import { ack, pass, senderBench, write } from '../../testing/sender-bench'
import type { SenderBench } from '../../testing/sender-bench'
import { chronoStart, chronoStop, chronoTotals } from './chrono'

const SECOND = 1_000_000

function totals({ tcb, io }: SenderBench): number[] {
  const { busy, peerWindow, sendBuffer } = chronoTotals(tcb, io.now)
  return [busy, peerWindow, sendBuffer].map((micros) => micros / SECOND)
}

test('busy from the first byte that is queued to the last that is acked', () => {
  const bench = senderBench({ sysctl: { tcp_early_retrans: 0 } })
  pass(bench, SECOND)
  expect(totals(bench)).toEqual([0, 0, 0])
  write(bench, 2_000)
  pass(bench, SECOND / 10)
  ack(bench, 1_001)
  expect(totals(bench)).toEqual([0.1, 0, 0])
  pass(bench, SECOND / 10)
  ack(bench, 2_001)
  expect(totals(bench)).toEqual([0.2, 0, 0])
  pass(bench, SECOND)
  expect(totals(bench)).toEqual([0.2, 0, 0])
  write(bench, 1_000)
  pass(bench, SECOND / 10)
  expect(totals(bench)[0]).toBeCloseTo(0.3, 9)
})

test('held by the window counts as busy, too, and hides it until the window opens; the buffer hides both', () => {
  const bench = senderBench()
  write(bench, 1_000)
  bench.io.now += SECOND
  chronoStart(bench.tcb, 'peerWindow', bench.io)
  bench.io.now += SECOND
  expect(totals(bench)).toEqual([2, 1, 0])
  chronoStart(bench.tcb, 'busy', bench.io)
  bench.io.now += SECOND
  expect(totals(bench)).toEqual([3, 2, 0])
  chronoStart(bench.tcb, 'sendBuffer', bench.io)
  chronoStart(bench.tcb, 'peerWindow', bench.io)
  bench.io.now += SECOND
  expect(totals(bench)).toEqual([4, 2, 1])
  // What is hidden cannot end what hides it.
  chronoStop(bench.tcb, 'peerWindow', bench.io)
  bench.io.now += SECOND
  expect(totals(bench)).toEqual([5, 2, 2])
  chronoStop(bench.tcb, 'sendBuffer', bench.io)
  bench.io.now += SECOND
  expect(totals(bench)).toEqual([6, 2, 2])
})

test('when all is acked nothing goes on, whatever it was', () => {
  const bench = senderBench()
  write(bench, 1_000)
  chronoStart(bench.tcb, 'peerWindow', bench.io)
  bench.io.now += SECOND / 100
  ack(bench, 1_001)
  bench.io.now += SECOND
  expect(totals(bench)).toEqual([0.01, 0.01, 0])
  chronoStop(bench.tcb, 'busy', bench.io)
  expect(bench.tcb.chrono.kind).toBe('idle')
})

test('a timeout sends nothing new, so who was held by the window still is (tcp_retransmit_timer)', () => {
  const bench = senderBench({ window: 3_000, sysctl: { tcp_early_retrans: 0 } })
  write(bench, 10_000)
  expect(bench.tcb.chrono.kind).toBe('peerWindow')
  bench.io.now = nextDeadline(bench.tcb)
  timersExpire(bench.tcb, bench.io)
  expect(bench.tcb.recovery.caState).toBe('Loss')
  expect(bench.tcb.chrono.kind).toBe('peerWindow')
})
