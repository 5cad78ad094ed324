/** RFC 2018 and RFC 2883: what the receiver reports and what the sender makes of it. */
import { expect, test } from 'vitest'
import { ack, pass, senderBench, takeSent, write } from '../../testing/sender-bench'
import { connected, craft, inject, pass as elapse, pattern, read } from '../../testing/tcp-pair'
import type { Pair } from '../../testing/tcp-pair'
import { ACK } from '../../wire'

/** A hundred bytes that begin at `seq` reach `b`; the SACK blocks of its last answer, counted from the ISN. */
function arrives(pair: Pair, seq: number, bytes = 100): number[][] {
  inject(pair, 'b', craft(pair, 'b', { flags: ACK, seq, payload: pattern(0, bytes) }))
  // The fourth duplicate ACK on waits a millisecond for company (tcp_comp_sack_nr).
  elapse(pair, 2_000)
  const from = pair.a.tcb.iss
  return (pair.log.at(-1)?.segment.options.sack ?? []).map(({ start, end }) => [
    (start - from) >>> 0,
    (end - from) >>> 0,
  ])
}

test('RFC 2018 4: the first block holds the segment that made us speak, then come the latest others, three beside timestamps', () => {
  const pair = connected()
  pair.wire = () => []
  expect(arrives(pair, 1_001)).toEqual([[1_001, 1_101]])
  expect(arrives(pair, 2_001)).toEqual([
    [2_001, 2_101],
    [1_001, 1_101],
  ])
  arrives(pair, 3_001)
  expect(arrives(pair, 4_001)).toEqual([
    [4_001, 4_101],
    [3_001, 3_101],
    [2_001, 2_101],
  ])
  // One that joins an older island brings that one to the front, whole.
  expect(arrives(pair, 2_101)[0]).toEqual([2_001, 2_201])
})

test('RFC 2018 3: every ACK says what is held, until the gap is filled', () => {
  const pair = connected()
  arrives(pair, 201)
  expect(arrives(pair, 1, 50)).toEqual([[201, 301]])
  expect(arrives(pair, 51, 150)).toEqual([])
  expect(read(pair, 'b')).toHaveLength(300)
})

test('RFC 2018 2: without SACK-permitted from both sides there are no blocks', () => {
  const pair = connected({ sysctlB: { tcp_sack: 0 } })
  expect(arrives(pair, 1_001)).toEqual([])
})

test('RFC 2018 5: what was SACKed is not sent again while the hole is repaired', () => {
  const bench = senderBench()
  write(bench, 10_000)
  takeSent(bench)
  pass(bench, 100_000)
  ack(bench, 1, { sack: [[3_001, 10_001]] })
  pass(bench, 50_000)
  ack(bench, 1, { sack: [[3_001, 10_001]] })
  expect(takeSent(bench).toSorted((a, b) => a - b)).toEqual([1, 1_001, 2_001])
})

test('RFC 2018 8: after a timeout at a SACKed head the blocks are forgotten: the receiver took them back', () => {
  const bench = senderBench({ sysctl: { tcp_early_retrans: 0 } })
  write(bench, 5_000)
  takeSent(bench)
  pass(bench, 100_000)
  ack(bench, 1, { sack: [[1_001, 5_001]] })
  ack(bench, 1_001)
  pass(bench, 5_000_000)
  expect(bench.counters['TCPSACKReneging']).toBeGreaterThan(0)
  expect(bench.sent.map(({ seq }) => seq)).toContain(1_001)
})

test('RFC 2883 4: a segment that came before is named by the first block, beside what is held', () => {
  const pair = connected()
  pair.wire = () => []
  arrives(pair, 1)
  arrives(pair, 1_001)
  expect(arrives(pair, 1)).toEqual([
    [1, 101],
    [1_001, 1_101],
  ])
  // A duplicate within an island: that part first, then the island.
  expect(arrives(pair, 1_001, 50)).toEqual([
    [1_001, 1_051],
    [1_001, 1_101],
  ])
})
