/** Losses noticed by what comes back: RFC 5681 3.2, RFC 6582, RFC 6675, RFC 8985, RFC 3042, RFC 6937. */
import { describe, expect, test } from 'vitest'
import { ack, pass, senderBench, takeSent, write } from '../../testing/sender-bench'
import type { SenderBench } from '../../testing/sender-bench'

const RTT = 100_000

function purposes(bench: SenderBench): string[] {
  return bench.sent.map((one) => `${one.seq} ${one.purpose}`)
}

/** Twenty segments out, a round trip ago. */
function twentyOut(options: Parameters<typeof senderBench>[0] = {}): SenderBench {
  const bench = senderBench({ ...options, config: { congestion: 'reno', ...options.config } })
  bench.tcb.congestion.cwnd = 20
  bench.tcb.congestion.ssthresh = 20
  write(bench, 100_000)
  takeSent(bench)
  pass(bench, RTT)
  return bench
}

describe('without SACK', () => {
  test('the third duplicate ACK brings the first segment again, the first two one new segment each', () => {
    const bench = twentyOut({ sack: false })
    ack(bench, 1)
    // Within a millisecond the second would wait for company (tcp_tso_should_defer).
    pass(bench, 2_000)
    ack(bench, 1)
    expect(purposes(bench)).toEqual(['20001 data', '21001 data'])
    expect(bench.tcb.recovery.caState).toBe('Disorder')
    takeSent(bench)
    ack(bench, 1)
    expect(purposes(bench)).toEqual(['1 fastRetransmit'])
    expect(bench.tcb.recovery.caState).toBe('Recovery')
    expect(bench.tcb.congestion.ssthresh).toBe(10)
  })

  test('a segment that changes the window is no duplicate ACK', () => {
    const bench = twentyOut({ sack: false })
    for (let i = 1; i <= 5; i++) ack(bench, 1, { window: 1_000_000 + i })
    expect(bench.tcb.recovery.caState).toBe('Open')
    expect(bench.tcb.recovery.duplicateAcks).toBe(0)
  })

  test('NewReno: each partial ACK brings the next hole, and the ACK of all that was out ends the recovery', () => {
    const bench = twentyOut({ sack: false })
    // Segments 1, 5001 and 9001 were lost: 17 duplicates.
    for (let i = 0; i < 17; i++) ack(bench, 1)
    expect(bench.sent.filter((one) => one.purpose === 'fastRetransmit').map((one) => one.seq)).toEqual([1])
    const high = bench.tcb.recovery.highSeq
    takeSent(bench)
    pass(bench, RTT)
    ack(bench, 5_001)
    for (let i = 0; i < 3; i++) ack(bench, 5_001)
    expect(bench.sent.filter((one) => one.purpose === 'fastRetransmit').map((one) => one.seq)).toEqual([5_001])
    takeSent(bench)
    pass(bench, RTT)
    ack(bench, 9_001)
    for (let i = 0; i < 3; i++) ack(bench, 9_001)
    expect(bench.sent.filter((one) => one.purpose === 'fastRetransmit').map((one) => one.seq)).toEqual([9_001])
    pass(bench, RTT)
    expect(bench.tcb.recovery.caState).toBe('Recovery')
    ack(bench, ((high - bench.tcb.iss) >>> 0) + 1_000)
    expect(bench.tcb.recovery.caState).toBe('Open')
    expect(bench.tcb.congestion.cwnd).toBe(10)
  })
})

describe.each([
  ['RACK', 1],
  ['RFC 6675', 0],
])('with SACK by %s', (_, tcp_recovery) => {
  test('two segments SACKed above a hole are no loss yet, three are', () => {
    const bench = twentyOut({ sysctl: { tcp_recovery } })
    ack(bench, 1, { sack: [[1_001, 2_001]] })
    ack(bench, 1, { sack: [[1_001, 3_001]] })
    expect(bench.tcb.recovery.lostOut).toBe(0)
    expect(bench.tcb.recovery.caState).toBe('Disorder')
    takeSent(bench)
    ack(bench, 1, { sack: [[1_001, 4_001]] })
    expect(bench.sent.map((one) => [one.seq, one.purpose])).toContainEqual([1, 'fastRetransmit'])
    expect(bench.tcb.recovery.caState).toBe('Recovery')
  })

  test('several losses in one window are all repaired within one round trip', () => {
    const bench = twentyOut({ sysctl: { tcp_recovery } })
    // 1, 3001 and 6001 are lost; the others come one by one.
    const received = [1, 2, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]
    const got = new Set<number>()
    for (const segment of received) {
      got.add(segment)
      ack(bench, 1, { sack: blocks(got, segment) })
    }
    const again = bench.sent.filter((one) => one.purpose === 'fastRetransmit').map((one) => one.seq)
    expect(again).toEqual([1, 3_001, 6_001])
    pass(bench, RTT)
    ack(bench, (bench.tcb.recovery.highSeq - bench.tcb.iss) >>> 0)
    expect(bench.tcb.recovery.caState).toBe('Open')
    expect(bench.tcb.congestion.cwnd).toBeGreaterThanOrEqual(10)
    expect(bench.tcb.congestion.cwnd).toBeLessThanOrEqual(11)
    expect(bench.counters.TCPTimeouts).toBeUndefined()
  })

  test('the window comes down over the round trip, not at once: about one segment out for two delivered', () => {
    const bench = twentyOut({ sysctl: { tcp_recovery } })
    for (let segment = 1; segment < 20; segment++) ack(bench, 1, { sack: [[1_001, 1_001 + segment * 1_000]] })
    expect(bench.sent.length).toBeGreaterThanOrEqual(9)
    expect(bench.sent.length).toBeLessThanOrEqual(12)
    expect(bench.tcb.recovery.prrDelivered).toBeGreaterThan(10)
  })
})

describe('RACK', () => {
  test('a retransmission that is lost again is noticed and sent again without a timeout', () => {
    const bench = twentyOut()
    ack(bench, 1, { sack: [[1_001, 4_001]] })
    expect(bench.sent.map((one) => one.seq)).toContain(1)
    takeSent(bench)
    pass(bench, RTT - 10_000)
    // New data, sent after the retransmission, arrives; the retransmission does not.
    ack(bench, 1, { sack: [[1_001, 20_001]] })
    pass(bench, 20_000)
    ack(bench, 1, { sack: [[1_001, 21_001]] })
    pass(bench, RTT)
    ack(bench, 1, { sack: [[1_001, 24_001]] })
    expect(bench.counters.TCPLostRetransmit).toBe(1)
    expect(bench.sent.filter((one) => one.seq === 1 && one.purpose === 'fastRetransmit')).toHaveLength(1)
    expect(bench.counters.TCPTimeouts).toBeUndefined()
  })

  test('once reordering was seen, a hole gets a quarter of the round trip before it counts as lost', () => {
    const bench = twentyOut()
    ack(bench, 1, { sack: [[1_001, 3_001]] })
    ack(bench, 3_001)
    expect(bench.tcb.recovery.reorderingSeen).toBeGreaterThan(0)
    expect(bench.tcb.recovery.caState).toBe('Open')
    takeSent(bench)
    ack(bench, 3_001, { sack: [[4_001, 9_001]] })
    expect(bench.sent.filter((one) => one.purpose === 'fastRetransmit')).toEqual([])
    expect(bench.tcb.timers.reorder.deadline).toBeLessThan(Number.POSITIVE_INFINITY)
    pass(bench, 40_000)
    expect(bench.sent.filter((one) => one.purpose === 'fastRetransmit').map((one) => one.seq)).toEqual([3_001])
  })

  test('the retransmission names the loss as its cause, and the loss the RACK rule', () => {
    const bench = twentyOut()
    ack(bench, 1, { sack: [[1_001, 4_001]] })
    const loss = bench.events.findIndex((event) => event.type === 'tcp/lossDetected')
    expect(bench.events[loss].rule).toBe('rackLoss')
    const again = bench.events.find((event) => event.type === 'tcp/segmentSent' && event.cause === loss)
    expect(again).toBeDefined()
  })
})

/** Up to three blocks, the newest first, as RFC 2018 4 orders them; `got` holds segment numbers of 1000 bytes. */
function blocks(got: ReadonlySet<number>, newest: number): [number, number][] {
  const out: [number, number][] = []
  for (const start of [...got].toSorted((a, b) => a - b)) {
    const last = out.at(-1)
    if (last !== undefined && last[1] === start * 1_000 + 1) last[1] += 1_000
    else out.push([start * 1_000 + 1, start * 1_000 + 1_001])
  }
  const first = out.filter(([from, to]) => from <= newest * 1_000 + 1 && newest * 1_000 + 1 < to)
  return [...first, ...out.filter((one) => one !== first[0]).toReversed()].slice(0, 3)
}
