/** The retransmission timer: RFC 6298, RFC 9293 3.8.1 and 3.8.3, RFC 5682, RFC 5482, RFC 8985 7; Linux's schedules to the second. */
import { describe, expect, test } from 'vitest'
import { ack, bareBench, finish, pass, runUntil, senderBench, takeSent, write } from '../../testing/sender-bench'
import type { SenderBench } from '../../testing/sender-bench'
import { SYN } from '../../wire'
import { sendSyn, sendSynAck } from './transmit'

const SECOND = 1_000_000
const HOUR = 3_600 * SECOND

/** Seconds, from the first, at which something was sent. */
function schedule(bench: SenderBench): number[] {
  return bench.sent.map((one) => (one.at - bench.sent[0].at) / SECOND)
}

/** Seconds from the first transmission until the connection gave up. */
function gaveUpAfter(bench: SenderBench): number {
  const event = bench.events.find((one) => one.type === 'tcp/gaveUp')
  return ((event?.at ?? Number.NaN) - bench.sent[0].at) / SECOND
}

/** Without a tail loss probe, so that the bare RTO shows. */
const NO_PROBE = { tcp_early_retrans: 0 }

describe('SYN', () => {
  function opening(options: Parameters<typeof bareBench>[0] = {}): SenderBench {
    const bench = bareBench(options)
    bench.tcb.state = 'SYN-SENT'
    sendSyn(bench.tcb, bench.io)
    runUntil(bench, HOUR)
    return bench
  }

  test('is sent again at 1, 2, 3, 4, 5, 7, 11, 19, 35 and 67 s and given up at 131 s (tcp_syn_retries 6)', () => {
    const bench = opening()
    expect(schedule(bench)).toEqual([0, 1, 2, 3, 4, 5, 7, 11, 19, 35, 67])
    expect(gaveUpAfter(bench)).toBe(131)
    expect(bench.tcb.state).toBe('CLOSED')
    expect(bench.tcb.error).toBe('ETIMEDOUT')
  })

  test('doubles from the start without linear timeouts: 1, 3, 7, 15, 31, 63 s, given up at 127 s', () => {
    const bench = opening({ sysctl: { tcp_syn_linear_timeouts: 0 } })
    expect(schedule(bench)).toEqual([0, 1, 3, 7, 15, 31, 63])
    expect(gaveUpAfter(bench)).toBe(127)
  })

  test('a router that said "no route" is quoted when it is given up', () => {
    const bench = bareBench()
    bench.tcb.state = 'SYN-SENT'
    sendSyn(bench.tcb, bench.io)
    bench.tcb.softError = 'EHOSTUNREACH'
    runUntil(bench, HOUR)
    expect(bench.tcb.error).toBe('EHOSTUNREACH')
  })

  test('answered after one loss: the connection still starts with ten segments and infinite ssthresh', () => {
    const bench = bareBench({ timestamps: true })
    const { tcb } = bench
    tcb.state = 'SYN-SENT'
    sendSyn(tcb, bench.io)
    pass(bench, 1_050_000)
    ack(bench, 1, { flags: SYN, window: 65_000, echo: 2_000 })
    expect(tcb.congestion).toMatchObject({ cwnd: 10, ssthresh: Number.POSITIVE_INFINITY })
    expect(tcb.recovery).toMatchObject({ caState: 'Open', lostOut: 0, retransOut: 0, sackedOut: 0 })
  })

  test('answered after two losses: one segment to begin with (RFC 5681 3.1)', () => {
    const bench = bareBench()
    bench.tcb.state = 'SYN-SENT'
    sendSyn(bench.tcb, bench.io)
    pass(bench, 2_050_000)
    ack(bench, 1, { flags: SYN, window: 65_000 })
    expect(bench.tcb.congestion.cwnd).toBe(1)
    expect(bench.tcb.rtt.rto).toBe(3 * SECOND)
  })

  test('a SYN,ACK is sent again at 1, 3, 7, 15, 31 s and forgotten at 63 s (tcp_synack_retries 5)', () => {
    const bench = bareBench({ passive: true })
    bench.tcb.state = 'SYN-RECEIVED'
    sendSynAck(bench.tcb, bench.io)
    runUntil(bench, HOUR)
    expect(schedule(bench)).toEqual([0, 1, 3, 7, 15, 31])
    expect(gaveUpAfter(bench)).toBe(63)
    expect(new Set(bench.sent.map((one) => one.flags))).toEqual(new Set([0x12]))
  })
})

describe('RTO', () => {
  function silent(options: Parameters<typeof senderBench>[0] = {}): SenderBench {
    const bench = senderBench({ ...options, sysctl: { ...NO_PROBE, ...options.sysctl } })
    Object.assign(bench.tcb.rtt, { srtt: 100, mdev: 50, rttvar: 50_000, rto: 200_000 })
    write(bench, 3_000)
    return bench
  }

  test('doubles up to 120 s, sends the oldest segment alone, and leaves one segment of window', () => {
    const bench = silent()
    pass(bench, 30 * SECOND)
    const times = schedule(bench).slice(2)
    expect(times).toEqual([0, 0.2, 0.6, 1.4, 3, 6.2, 12.6, 25.4])
    expect(new Set(bench.sent.slice(3).map((one) => one.seq))).toEqual(new Set([1]))
    expect(bench.tcb.congestion.cwnd).toBe(1)
    expect(bench.tcb.recovery.caState).toBe('Loss')
    pass(bench, 700 * SECOND)
    expect(bench.tcb.rtt.rto).toBe(120 * SECOND)
  })

  test('gives up at the first timeout after 924.6 s of retransmitting: 1044.6 s (tcp_retries2 15)', () => {
    const bench = silent()
    pass(bench, HOUR)
    expect(gaveUpAfter(bench)).toBeCloseTo(1_044.6, 3)
    expect(bench.tcb.error).toBe('ETIMEDOUT')
    expect(bench.counters.TCPAbortOnTimeout).toBe(1)
  })

  test('an orphan is given up after some eight retransmissions', () => {
    const bench = silent()
    bench.tcb.orphaned = true
    pass(bench, HOUR)
    expect(gaveUpAfter(bench)).toBeGreaterThan(100)
    expect(gaveUpAfter(bench)).toBeLessThan(250)
  })

  test('TCP_USER_TIMEOUT bounds the whole wait', () => {
    const bench = silent({ config: { userTimeoutMicros: 10 * SECOND } })
    pass(bench, HOUR)
    expect(gaveUpAfter(bench)).toBeCloseTo(10.2, 2)
  })

  test('Karn: the ACK of a retransmission measures nothing and leaves the RTO backed off', () => {
    const bench = silent()
    pass(bench, 700_000)
    const { rto, srtt } = bench.tcb.rtt
    expect(rto).toBe(800_000)
    ack(bench, 1_001)
    expect(bench.tcb.rtt).toMatchObject({ rto, srtt })
    expect(bench.events.some((event) => event.type === 'tcp/rttMeasured')).toBe(false)
  })

  test('with timestamps the ACK of a retransmission does measure, and ends the backoff', () => {
    const bench = silent({ timestamps: true })
    pass(bench, 700_000)
    ack(bench, 1_001, { echo: 1_600 })
    expect(bench.events.find((event) => event.type === 'tcp/rttMeasured')?.args[0]).toBe(100_000)
    expect(bench.tcb.rtt.rto).toBeLessThan(400_000)
    expect(bench.tcb.rtt.backoff).toBe(0)
  })

  test('is restarted by an ACK of new data and stopped when all is acked', () => {
    const bench = silent()
    pass(bench, 150_000)
    ack(bench, 1_001)
    expect(bench.tcb.timers.retransmit.deadline).toBe(bench.io.now + bench.tcb.rtt.rto)
    ack(bench, 3_001)
    expect(bench.tcb.timers.retransmit.deadline).toBe(Number.POSITIVE_INFINITY)
  })

  test('after it, slow start brings back everything that was out', () => {
    const bench = senderBench({ sysctl: { ...NO_PROBE, tcp_frto: 0 } })
    write(bench, 10_000)
    pass(bench, 310_000)
    takeSent(bench)
    ack(bench, 1_001)
    expect(takeSent(bench)).toEqual([1_001, 2_001])
    ack(bench, 3_001)
    expect(takeSent(bench)).toEqual([3_001, 4_001, 5_001, 6_001])
    ack(bench, 10_001)
    expect(bench.tcb.recovery).toMatchObject({ caState: 'Open', lostOut: 0, retransOut: 0 })
  })

  test('a lost FIN is sent again as a FIN', () => {
    const bench = senderBench({ sysctl: NO_PROBE, state: 'FIN-WAIT-1' })
    finish(bench)
    expect(bench.tcb.waiting.reason).toBe('finAck')
    pass(bench, 350_000)
    expect(bench.sent.map((one) => [one.seq, one.flags])).toEqual([
      [1, 0x11],
      [1, 0x11],
    ])
    expect(bench.tcb.waiting.reason).toBe('retransmission')
  })

  test('small segments that were lost are sent again as one', () => {
    const bench = senderBench({ sysctl: NO_PROBE, config: { nodelay: true } })
    for (let i = 0; i < 3; i++) write(bench, 100)
    pass(bench, 310_000)
    const again = bench.sent.at(-1)
    expect([again?.seq, again?.length]).toEqual([1, 300])
    expect(again?.segment.payload).toEqual(Uint8Array.from({ length: 300 }, (_, i) => (i + 1) % 251))
  })
})

describe('spurious timeouts', () => {
  test('F-RTO: ACKs of what was never sent again show that nothing was lost, and the window comes back', () => {
    const bench = senderBench({ sysctl: NO_PROBE })
    write(bench, 20_000)
    pass(bench, 310_000)
    expect(bench.tcb.congestion.cwnd).toBe(1)
    takeSent(bench)
    ack(bench, 1_001)
    // Step 2.b: new data, not the next that might be lost.
    expect(takeSent(bench)).toEqual([10_001, 11_001])
    ack(bench, 3_001)
    expect(bench.tcb.recovery.caState).toBe('Open')
    expect(bench.tcb.congestion.cwnd).toBeGreaterThanOrEqual(10)
    expect(bench.counters.TCPSpuriousRTOs).toBe(1)
    expect(bench.tcb.recovery.lostOut).toBe(0)
  })

  test('Eifel: an echo from before the retransmission undoes the response', () => {
    const bench = senderBench({ sysctl: { ...NO_PROBE, tcp_frto: 0 }, timestamps: true })
    write(bench, 10_000)
    pass(bench, 310_000)
    ack(bench, 1_001, { echo: 1_000 })
    expect(bench.tcb.congestion.cwnd).toBeGreaterThanOrEqual(10)
    expect(bench.tcb.recovery.caState).toBe('Open')
    expect(bench.events.some((event) => event.type === 'tcp/congestionUndone')).toBe(true)
  })

  test('DSACK: every retransmission reported as a duplicate undoes a fast recovery', () => {
    const bench = senderBench()
    write(bench, 10_000)
    pass(bench, 100_000)
    ack(bench, 1, { sack: [[1_001, 4_001]] })
    expect(bench.tcb.recovery.caState).toBe('Recovery')
    ack(bench, 10_001)
    expect(bench.tcb.congestion.cwnd).toBeLessThan(10)
    ack(bench, 10_001, { sack: [[1, 1_001]] })
    expect(bench.tcb.congestion.cwnd).toBe(10)
    expect(bench.counters.TCPDSACKUndo).toBe(1)
  })
})

describe('tail loss probe', () => {
  test('the last segment goes again after two round trips, before the RTO', () => {
    const bench = senderBench()
    write(bench, 3_000)
    takeSent(bench)
    pass(bench, 299_000)
    const [probe] = bench.sent
    expect([probe.seq, probe.purpose, probe.at - 1_000_000]).toEqual([2_001, 'tailLossProbe', 202_000])
    expect(bench.tcb.congestion.cwnd).toBe(10)
  })

  test('a lone segment waits for its delayed ACK as well, or for the RTO if that is earlier', () => {
    const bench = senderBench()
    write(bench, 1_000)
    expect(bench.tcb.timers.tailLoss.deadline - bench.io.now).toBe(300_000)
  })

  test('the SACK that the probe brings shows the hole, without a timeout', () => {
    const bench = senderBench()
    write(bench, 3_000)
    pass(bench, 210_000)
    takeSent(bench)
    pass(bench, 110_000)
    ack(bench, 1, { sack: [[2_001, 3_001]] })
    expect(takeSent(bench)).toEqual([1])
    pass(bench, 100_000)
    ack(bench, 1_001, { sack: [[2_001, 3_001]] })
    expect(takeSent(bench)).toEqual([1_001])
    expect(bench.counters.TCPTimeouts).toBeUndefined()
  })

  test('a probe that was not needed, told by DSACK, costs nothing', () => {
    const bench = senderBench()
    write(bench, 3_000)
    pass(bench, 210_000)
    ack(bench, 3_001, { sack: [] })
    ack(bench, 3_001, { sack: [[2_001, 3_001]] })
    expect(bench.tcb.congestion.cwnd).toBeGreaterThanOrEqual(10)
    expect(bench.tcb.recovery.tlpHighSeq).toBeUndefined()
  })

  test('a probe that repaired a loss costs a reduction', () => {
    const bench = senderBench()
    write(bench, 3_000)
    pass(bench, 210_000)
    ack(bench, 3_001)
    write(bench, 1_000)
    pass(bench, 100_000)
    ack(bench, 4_001)
    expect(bench.counters.TCPLossProbeRecovery).toBe(1)
    expect(bench.tcb.congestion.cwnd).toBe(7)
  })
})

describe('repacketizing', () => {
  test('a segment larger than the present MSS is sent again in pieces', () => {
    const bench = senderBench({ sysctl: { ...NO_PROBE, tcp_frto: 0 }, config: { nodelay: true } })
    write(bench, 1_000)
    bench.tcb.mssNow = 400
    pass(bench, 310_000)
    takeSent(bench)
    ack(bench, 401)
    expect(bench.sent.map((one) => [one.seq, one.length])).toEqual([
      [401, 400],
      [801, 200],
    ])
    ack(bench, 1_001)
    expect(bench.tcb.recovery).toMatchObject({ lostOut: 0, retransOut: 0, sackedOut: 0 })
  })

  test('an ACK inside a segment leaves only the rest to be sent again', () => {
    const bench = senderBench({ sysctl: NO_PROBE })
    write(bench, 1_000)
    pass(bench, 100_000)
    ack(bench, 301)
    takeSent(bench)
    pass(bench, 400_000)
    expect(bench.sent.map((one) => [one.seq, one.length])).toEqual([[301, 700]])
  })
})
