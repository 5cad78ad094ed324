/** Sending again, piece by piece: cut and joined to what window and MSS allow, in bursts as they left first, with the books kept (tcp_output.c). */
import { describe, expect, test } from 'vitest'
import { seqAdd, seqDiff } from '../../base'
import { senderBench, takeSent, write } from '../../testing/sender-bench'
import type { BenchOptions, SenderBench } from '../../testing/sender-bench'
import { FIN, PSH } from '../../wire'
import { dataBytes, retransmit, retransmitLost, sendAgain } from './retransmit'

/** Segments of these lengths are out, each from a write of its own, with Nagle off. */
function out(lengths: readonly number[], options: BenchOptions = {}): SenderBench {
  const bench = senderBench({
    ...options,
    config: { nodelay: true, congestion: 'reno', ...options.config },
    sysctl: { tcp_early_retrans: 0, ...options.sysctl },
  })
  bench.tcb.congestion.cwnd = 100
  for (const length of lengths) write(bench, length)
  expect(bench.tcb.sent.map(dataBytes)).toEqual([...lengths])
  takeSent(bench)
  return bench
}

/** What was sent: `seq+length`. */
function pieces(bench: SenderBench): string[] {
  return bench.sent.splice(0).map(({ seq, length }) => `${seq}+${length}`)
}

function lose(bench: SenderBench, ...indexes: readonly number[]): void {
  for (const i of indexes) bench.tcb.sent[i].lost = true
  bench.tcb.recovery.lostOut += indexes.length
  bench.tcb.recovery.caState = 'Recovery'
}

const queue = ({ tcb }: SenderBench): number[] => tcb.sent.map(dataBytes)

describe('one segment', () => {
  test('is joined with the next ones as long as both fit into one (RFC 1122 4.2.2.15)', () => {
    const bench = out([200, 300, 500, 1])
    retransmit(bench.tcb, 0, 'timeoutRetransmit', bench.io)
    expect(pieces(bench)).toEqual(['1+1000'])
    expect(queue(bench)).toEqual([1_000, 1])
    const over = out([200, 300, 501])
    retransmit(over.tcb, 0, 'timeoutRetransmit', over.io)
    expect(pieces(over)).toEqual(['1+500'])
  })

  test('bears PSH where one of its parts did', () => {
    const bench = out([200, 300])
    bench.tcb.sent[0].flags = 0
    bench.tcb.sent[1].flags = PSH
    retransmit(bench.tcb, 0, 'timeoutRetransmit', bench.io)
    expect(bench.sent[0].flags & PSH).toBe(PSH)
  })

  test('is not joined with what was SACKed, nor across the end of a record', () => {
    const sacked = out([200, 300])
    sacked.tcb.sent[1].sacked = true
    retransmit(sacked.tcb, 0, 'timeoutRetransmit', sacked.io)
    expect(queue(sacked)).toEqual([200, 300])
    const record = out([200, 300])
    record.tcb.sent[0].endOfRecord = true
    retransmit(record.tcb, 0, 'timeoutRetransmit', record.io)
    expect(queue(record)).toEqual([200, 300])
    const kept = out([200, 300])
    kept.tcb.sent[1].endOfRecord = true
    retransmit(kept.tcb, 0, 'timeoutRetransmit', kept.io)
    expect(kept.tcb.sent[0].endOfRecord).toBe(true)
  })

  test('is joined within the window alone', () => {
    const bench = out([200, 300, 100])
    bench.tcb.snd.wnd = 200
    retransmit(bench.tcb, 0, 'timeoutRetransmit', bench.io)
    expect(pieces(bench)).toEqual(['1+200'])
    bench.tcb.snd.wnd = 501
    retransmit(bench.tcb, 0, 'timeoutRetransmit', bench.io)
    expect(pieces(bench)).toEqual(['1+500'])
  })

  test('joined keeps the books: marks of the parts are gone, retransmissions are the most of any', () => {
    const bench = out([200, 300, 400])
    const { recovery, sent } = bench.tcb
    lose(bench, 0, 1, 2)
    Object.assign(sent[1], { retransInFlight: true, retransmits: 4 })
    recovery.retransOut = 1
    retransmit(bench.tcb, 0, 'timeoutRetransmit', bench.io)
    expect(recovery).toMatchObject({ lostOut: 1, retransOut: 1 })
    expect(sent[0]).toMatchObject({ retransmits: 5, retransInFlight: true })
  })

  test('joined without SACK takes one of the duplicates that stand for segments', () => {
    const books = (sack: boolean, sackedOut: number): number => {
      const bench = out([200, 300], { sack })
      bench.tcb.recovery.sackedOut = sackedOut
      retransmit(bench.tcb, 0, 'timeoutRetransmit', bench.io)
      return bench.tcb.recovery.sackedOut
    }
    expect([books(false, 1), books(false, 0), books(true, 1)]).toEqual([0, 0, 1])
  })

  test('of a larger MSS than the path bears now is cut; both parts keep its marks', () => {
    const bench = out([1_000, 1_000])
    const { tcb } = bench
    lose(bench, 0)
    tcb.sent[0].flags = PSH
    tcb.sent[0].endOfRecord = true
    tcb.mssNow = 400
    retransmit(tcb, 0, 'fastRetransmit', bench.io)
    expect(queue(bench)).toEqual([400, 400, 200, 1_000])
    expect(tcb.recovery).toMatchObject({ lostOut: 3, retransOut: 1 })
    expect(tcb.sent.map(({ lost }) => lost)).toEqual([true, true, true, false])
    expect(tcb.sent.slice(0, 3).map(({ flags, endOfRecord }) => [flags, endOfRecord])).toEqual([
      [0, false],
      [0, false],
      [PSH, true],
    ])
  })

  test('cut while it was retransmitted or SACKed counts so in both parts', () => {
    const bench = out([1_000])
    Object.assign(bench.tcb.sent[0], { sacked: true, retransInFlight: true })
    Object.assign(bench.tcb.recovery, { sackedOut: 1, retransOut: 1 })
    bench.tcb.mssNow = 500
    sendAgain(bench.tcb, 0, 'fastRetransmit', bench.io)
    expect(bench.tcb.recovery).toMatchObject({ sackedOut: 2, retransOut: 2 })
  })

  test('is cut at the edge of the window, and not sent from beyond it; the head goes whole, as a probe', () => {
    const bench = out([1_000, 1_000, 1_000])
    bench.tcb.snd.wnd = 1_400
    expect(retransmit(bench.tcb, 1, 'fastRetransmit', bench.io)).toBe('sent')
    expect(pieces(bench)).toEqual(['1001+400'])
    expect(retransmit(bench.tcb, 2, 'fastRetransmit', bench.io)).toBe('noWindow')
    bench.tcb.snd.wnd = 0
    expect(retransmit(bench.tcb, 0, 'timeoutRetransmit', bench.io)).toBe('sent')
    expect(pieces(bench)).toEqual(['1+1000'])
  })

  test('of which a part is acked is sent without that part', () => {
    const bench = out([1_000, 1_000])
    bench.tcb.snd.una = seqAdd(bench.tcb.snd.una, 300)
    retransmit(bench.tcb, 0, 'timeoutRetransmit', bench.io)
    expect(pieces(bench)).toEqual(['301+700'])
  })
})

describe('the books', () => {
  test('count a retransmission that is on its way once, each sending, and when the first was', () => {
    const bench = out([1_000])
    const { recovery, totals } = bench.tcb
    retransmit(bench.tcb, 0, 'timeoutRetransmit', bench.io)
    const first = recovery.retransStamp
    expect(recovery).toMatchObject({ retransOut: 1, undoRetrans: 1 })
    bench.io.now += 500_000
    retransmit(bench.tcb, 0, 'timeoutRetransmit', bench.io)
    expect(recovery).toMatchObject({ retransOut: 1, undoRetrans: 2, retransStamp: first })
    expect(totals).toMatchObject({ retransmits: 2, bytesRetransmitted: 2_000 })
    expect(bench.counters).toMatchObject({ RetransSegs: 2 })
    expect(bench.counters['TCPSynRetrans']).toBeUndefined()
    expect(bench.tcb.sent[0]).toMatchObject({ lastSentAt: bench.io.now, retransmits: 2 })
  })

  test('count from nothing when no retransmission was to be undone', () => {
    const bench = out([1_000])
    bench.tcb.recovery.undoRetrans = -1
    retransmit(bench.tcb, 0, 'timeoutRetransmit', bench.io)
    expect(bench.tcb.recovery.undoRetrans).toBe(1)
  })

  test('say so where our own queue does not take it: it is counted as sent, and not as being on its way', () => {
    const bench = out([1_000])
    bench.io.transmit = () => -1
    const left = bench.tcb.sent[0].lastSentAt
    bench.io.now += 1
    expect(retransmit(bench.tcb, 0, 'timeoutRetransmit', bench.io)).toBe('refused')
    expect(bench.tcb.recovery).toMatchObject({ retransOut: 0, undoRetrans: 1 })
    expect(bench.counters).toMatchObject({ TCPRetransFail: 1, RetransSegs: 1 })
    expect(bench.tcb.sent[0].lastSentAt).toBe(left)
  })

  test('forget a longer packet that was tried: it proves nothing any more', () => {
    const bench = out([1_000])
    bench.tcb.path.probeSize = 1_500
    sendAgain(bench.tcb, 0, 'tailLossProbe', bench.io)
    expect(bench.tcb.path.probeSize).toBe(0)
    expect(bench.tcb.recovery.retransOut).toBe(0)
  })

  test('know what is payload: all but a FIN', () => {
    const bench = out([700])
    bench.tcb.sent[0].flags = FIN
    expect(dataBytes(bench.tcb.sent[0])).toBe(699)
  })
})

describe('the round of what is lost', () => {
  const full = [1_000, 1_000, 1_000, 1_000, 1_000, 1_000] as const

  test('sends the oldest first, as much as the congestion window has room for', () => {
    const bench = out(full)
    lose(bench, 0, 2, 3)
    bench.tcb.congestion.cwnd = 5
    retransmitLost(bench.tcb, bench.io)
    expect(pieces(bench)).toEqual(['1+1000', '2001+1000'])
    expect(bench.tcb.recovery).toMatchObject({ retransOut: 2, prrOut: 2 })
    expect(bench.counters).toMatchObject({ TCPFastRetrans: 2 })
  })

  test('sends none that is on its way again, or was SACKed', () => {
    const bench = out(full)
    lose(bench, 0, 2, 3)
    bench.tcb.sent[0].retransInFlight = true
    bench.tcb.recovery.retransOut = 1
    bench.tcb.sent[2].sacked = true
    retransmitLost(bench.tcb, bench.io)
    expect(pieces(bench)).toEqual(['3001+1000'])
  })

  test('in Loss is slow start: counted so, and no part of a reduction', () => {
    const bench = out(full)
    lose(bench, 0, 1)
    bench.tcb.recovery.caState = 'Loss'
    retransmitLost(bench.tcb, bench.io)
    expect(bench.sent.map(({ purpose }) => purpose)).toEqual(['timeoutRetransmit', 'timeoutRetransmit'])
    expect(bench.counters).toMatchObject({ TCPSlowStartRetrans: 2 })
    expect(bench.tcb.recovery.prrOut).toBe(0)
  })

  test('starts the timer over when the head was among them, unless RACK waits', () => {
    const deadline = (reorder: boolean, ...lost: number[]): number => {
      const bench = out(full)
      lose(bench, ...lost)
      bench.tcb.timers.retransmit.deadline = 7
      if (reorder) bench.tcb.timers.reorder.deadline = 9_000_000
      retransmitLost(bench.tcb, bench.io)
      return bench.tcb.timers.retransmit.deadline
    }
    expect(deadline(false, 0, 1)).toBe(1_000_000 + 300_000)
    expect(deadline(false, 1)).toBe(7)
    expect(deadline(true, 0, 1)).toBe(7)
  })

  /** All from one write: one burst. */
  function burst(segments: number): SenderBench {
    const bench = senderBench({ config: { congestion: 'reno' }, sysctl: { tcp_early_retrans: 0 } })
    bench.tcb.congestion.cwnd = 2 * segments
    write(bench, segments * 1_000)
    takeSent(bench)
    for (const segment of bench.tcb.sent) segment.burst = bench.tcb.sent[0].burst
    bench.tcb.congestion.pacingRate = 1e9
    return bench
  }
  const pushed = (bench: SenderBench): number[] =>
    bench.sent.splice(0).flatMap(({ flags }, i) => (flags & PSH ? [i] : []))

  test('sends what left as one burst and is lost in one piece as one again, with PSH at its end', () => {
    const bench = burst(6)
    bench.tcb.sent[5].flags = 0
    lose(bench, 1, 2, 3)
    retransmitLost(bench.tcb, bench.io)
    expect(pushed(bench)).toEqual([2])
    // What follows is a burst of its own from now on.
    const { sent } = bench.tcb
    expect(sent.map((one) => seqDiff(one.burst, sent[0].seq) / 1_000)).toEqual([0, 0, 0, 0, 4, 4])
  })

  test('sends a lone segment without PSH of its own, and two bursts as two', () => {
    const bench = burst(6)
    bench.tcb.sent[5].flags = 0
    lose(bench, 0, 2, 3)
    retransmitLost(bench.tcb, bench.io)
    expect(pushed(bench)).toEqual([2])
    const two = burst(6)
    two.tcb.sent[5].flags = 0
    for (const one of two.tcb.sent.slice(2)) one.burst = two.tcb.sent[2].seq
    lose(two, 0, 1, 2, 3)
    retransmitLost(two.tcb, two.io)
    expect(pushed(two)).toEqual([1, 3])
  })

  test('ends a burst where the window ends, or at its largest size', () => {
    const window = burst(6)
    window.tcb.sent[5].flags = 0
    lose(window, 0, 1, 2, 3)
    window.tcb.congestion.cwnd = 4
    retransmitLost(window.tcb, window.io)
    expect(pushed(window)).toEqual([1])
    const size = burst(6)
    size.tcb.sent[5].flags = 0
    size.tcb.congestion.pacingRate = 1
    size.tcb.rtt.minRtt = 100_000
    lose(size, 0, 1, 2, 3)
    retransmitLost(size.tcb, size.io)
    expect(pushed(size)).toEqual([1, 3])
  })

  test('cuts a whole burst anew where the MSS has become smaller, whatever its borders were', () => {
    const bench = burst(3)
    lose(bench, 0, 1, 2)
    bench.tcb.sent[2].flags = PSH
    bench.tcb.mssNow = 700
    bench.tcb.congestion.cwnd = 100
    retransmitLost(bench.tcb, bench.io)
    expect(queue(bench)).toEqual([700, 700, 700, 700, 200])
    expect(bench.tcb.recovery).toMatchObject({ lostOut: 5, retransOut: 5 })
    expect(bench.tcb.sent.map(({ flags }) => flags)).toEqual([0, 0, 0, 0, PSH])
  })

  test('cuts only what is in one piece still: not across a SACK, or a retransmission', () => {
    const bench = burst(4)
    bench.tcb.sent[2].sacked = true
    bench.tcb.recovery.sackedOut = 1
    lose(bench, 0, 1, 3)
    bench.tcb.mssNow = 700
    bench.tcb.congestion.cwnd = 100
    retransmitLost(bench.tcb, bench.io)
    expect(queue(bench)).toEqual([700, 700, 600, 1_000, 700, 300])
    const kept = burst(3)
    lose(kept, 0, 1, 2)
    kept.tcb.sent[1].retransInFlight = true
    kept.tcb.recovery.retransOut = 1
    kept.tcb.mssNow = 700
    kept.tcb.congestion.cwnd = 100
    retransmitLost(kept.tcb, kept.io)
    expect(queue(kept)).toEqual([700, 300, 1_000, 700, 300])
    expect(kept.tcb.recovery).toMatchObject({ lostOut: 5, retransOut: 5 })
  })
})
