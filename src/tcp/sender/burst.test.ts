/** Bursts: how large they are, and when a larger one is waited for. Linux tcp_tso_autosize, tcp_cwnd_test, tcp_tso_should_defer. */
import { describe, expect, test } from 'vitest'
import { ack, pass, senderBench, takeSent, write } from '../../testing/sender-bench'
import { PSH } from '../../wire'
import { burstSegments, updatePacingRate } from './burst'

function pushes(bench: ReturnType<typeof senderBench>): number[] {
  return bench.sent.filter((one) => (one.flags & PSH) !== 0).map((one) => one.seq)
}

describe('the size of a burst', () => {
  test('on a long path is tcp_min_tso_segs while the window is small; each burst ends with PSH', () => {
    const bench = senderBench()
    write(bench, 20_000)
    expect(pushes(bench)).toEqual([1_001, 3_001, 5_001, 7_001, 9_001])
  })

  test('is what a millisecond can carry at the pacing rate', () => {
    const { tcb, io } = senderBench()
    tcb.congestion.cwnd = 1_000
    tcb.congestion.ssthresh = 100
    updatePacingRate(tcb, io)
    // 1000 segments in 100 ms, and a fifth more: 12 a millisecond, of which Linux takes the 1024th part of a second.
    expect(burstSegments(tcb, 1_000, io)).toBe(11)
  })

  test('on a short path is as large as may be', () => {
    const { tcb, io } = senderBench()
    tcb.rtt.minRtt = 100
    expect(burstSegments(tcb, 1_000, io)).toBe(65)
  })

  test('a segment that is sent again bears PSH only where a write ended', () => {
    const bench = senderBench({ sysctl: { tcp_early_retrans: 0 } })
    write(bench, 2_000)
    takeSent(bench)
    ack(bench, 1_001)
    pass(bench, 2_000_000)
    expect(bench.sent[0]).toMatchObject({ seq: 1_001, purpose: 'timeoutRetransmit' })
    expect(bench.sent[0].flags & PSH).toBe(PSH)
    const other = senderBench({ sysctl: { tcp_early_retrans: 0 } })
    write(other, 20_000)
    ack(other, 1_001)
    takeSent(other)
    pass(other, 2_000_000)
    expect(other.sent[0]).toMatchObject({ seq: 1_001, purpose: 'timeoutRetransmit' })
    expect(other.sent[0].flags & PSH).toBe(0)
  })
})

test('a lost burst leaves as one again, with PSH at its end; what SACK has cut apart does not', () => {
  const bench = senderBench()
  write(bench, 10_000)
  takeSent(bench)
  pass(bench, 100_000)
  // Lost are the first burst, 1 to 2001, and half of the second.
  ack(bench, 1, { sack: [[3_001, 8_001]] })
  pass(bench, 1_000)
  ack(bench, 1, { sack: [[3_001, 10_001]] })
  const again = bench.sent.filter((one) => one.purpose === 'fastRetransmit')
  expect(again.map((one) => [one.seq, (one.flags & PSH) !== 0])).toEqual([
    [1, false],
    [1_001, true],
    [2_001, false],
  ])
})

describe('deferral', () => {
  test('an ACK that opens little of the window lets a full burst wait for the next, within a millisecond of the last', () => {
    const bench = senderBench()
    bench.tcb.congestion.cwnd = 20
    bench.tcb.congestion.ssthresh = 10
    write(bench, 60_000)
    takeSent(bench)
    pass(bench, 100_000)
    ack(bench, 1_001)
    expect(takeSent(bench)).toHaveLength(1)
    ack(bench, 2_001)
    expect(takeSent(bench)).toEqual([])
    expect(bench.tcb.waiting.reason).not.toBe('nothingToSend')
    ack(bench, 3_001)
    expect(takeSent(bench)).toHaveLength(2)
  })

  test('what is worth a part of the window goes at once (tcp_tso_win_divisor)', () => {
    const bench = senderBench({ sysctl: { tcp_tso_win_divisor: 100 } })
    bench.tcb.congestion.cwnd = 20
    bench.tcb.congestion.ssthresh = 10
    write(bench, 60_000)
    takeSent(bench)
    pass(bench, 100_000)
    ack(bench, 1_001)
    ack(bench, 2_001)
    expect(takeSent(bench)).toHaveLength(2)
  })
})

describe('MSG_MORE and MSG_EOR', () => {
  test('with more to come, a part of a segment waits and no PSH is set', () => {
    const bench = senderBench()
    write(bench, 1_500, { more: true })
    expect(bench.sent.map((one) => [one.length, one.flags & PSH])).toEqual([[1_000, 0]])
    write(bench, 100)
    expect(bench.sent.map((one) => [one.length, one.flags & PSH])).toEqual([
      [1_000, 0],
      [600, PSH],
    ])
  })

  test('the end of a record is not joined with what follows, neither at first nor when sent again', () => {
    const bench = senderBench({ config: { nodelay: true }, window: 300 })
    write(bench, 100, { endOfRecord: true })
    write(bench, 100)
    write(bench, 100)
    expect(bench.sent.map((one) => one.length)).toEqual([100, 100, 100])
    takeSent(bench)
    pass(bench, 4_000_000)
    expect(bench.sent.find((one) => one.purpose === 'timeoutRetransmit')?.length).toBe(100)
  })
})
