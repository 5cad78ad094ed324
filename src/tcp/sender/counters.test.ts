/** Counters of the sender by Linux's names (nstat): what is delivered, what failed, what a DSACK told. */
import { describe, expect, test } from 'vitest'
import { ack, pass, senderBench, write } from '../../testing/sender-bench'

const quiet = { tcp_early_retrans: 0 }

test('TCPOrigDataSent counts first transmissions and TCPDelivered what arrived, by SACK or by ACK, once', () => {
  const bench = senderBench({ sysctl: quiet })
  write(bench, 10_000)
  expect(bench.counters['TCPOrigDataSent']).toBe(10)
  pass(bench, 100_000)
  ack(bench, 1_001, { sack: [[5_001, 10_001]] })
  expect(bench.counters['TCPDelivered']).toBe(6)
  pass(bench, 100_000)
  ack(bench, 10_001)
  expect(bench.counters['TCPDelivered']).toBe(10)
  expect(bench.counters['TCPOrigDataSent']).toBe(10)
})

describe('the first timeout of a series counts as a failure', () => {
  test('of SACK recovery, where one was going on', () => {
    const bench = senderBench({ sysctl: quiet })
    write(bench, 10_000)
    pass(bench, 100_000)
    ack(bench, 1, { sack: [[4_001, 10_001]] })
    pass(bench, 3_000_000)
    expect(bench.counters['TCPSackRecoveryFail']).toBe(1)
  })

  test('of nothing in particular in Open', () => {
    const bench = senderBench({ sysctl: quiet })
    write(bench, 10_000)
    pass(bench, 400_000)
    expect(bench.counters['TCPTimeouts']).toBe(1)
    expect(Object.keys(bench.counters).filter((name) => name.includes('Fail'))).toEqual([])
  })
})

test('a timeout begins a series, tries another path, and the series lasts until the loss is repaired', () => {
  const bench = senderBench({ sysctl: { ...quiet, tcp_frto: 0 } })
  const { totals } = bench.tcb
  write(bench, 2_000)
  pass(bench, 1_000_000)
  expect(bench.counters['TcpTimeoutRehash']).toBe(totals.rehashes)
  expect(totals).toMatchObject({ timeoutSeries: 1, timeoutMicros: 0, bytesRetransmitted: totals.rehashes * 1_000 })
  const since = totals.timeoutSince
  ack(bench, 2_001)
  expect(totals).toMatchObject({ timeoutSince: 0, timeoutMicros: bench.io.now - since })
})

test('a DSACK of a needless retransmission counts its segments; one that nothing explains is dubious', () => {
  const bench = senderBench({ sysctl: { ...quiet, tcp_frto: 0 } })
  write(bench, 2_000)
  pass(bench, 300_000)
  ack(bench, 2_001)
  ack(bench, 2_001, { sack: [[1, 1_001]] })
  expect(bench.counters['TCPDSACKRecvSegs']).toBe(1)
  for (let i = 0; i < 3; i++) ack(bench, 2_001, { sack: [[1, 1_001]] })
  expect(bench.counters['TCPDSACKIgnoredDubious']).toBeGreaterThan(0)
})
