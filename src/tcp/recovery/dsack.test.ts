/** SACK and DSACK options at their borders (RFC 2018, RFC 2883; tcp_sacktag_write_queue, tcp_check_dsack, tcp_is_sackblock_valid). */
import { describe, expect, test } from 'vitest'
import { seqAdd } from '../../base'
import { senderBench, write } from '../../testing/sender-bench'
import type { BenchOptions, SenderBench } from '../../testing/sender-bench'
import { readSacks } from './sack'
import { ackFacts, DATA_SACKED, DUPLICATE_REPORTED, ORIGINAL_DELIVERED, PROBE_DUPLICATED } from './verdict'
import type { AckFacts } from './verdict'

/** Ten segments of 1000 bytes out, after `acked` that are done with; many retransmissions were made before. */
function out(options: BenchOptions = {}, acked = 20_000): SenderBench {
  const bench = senderBench({ sysctl: { tcp_early_retrans: 0 }, ...options })
  const { tcb } = bench
  tcb.congestion.cwnd = 10
  write(bench, 10_000)
  // As if `acked` bytes had gone before.
  tcb.snd.maxWnd = 100_000
  tcb.totals.retransmits = 50
  tcb.totals.bytesAcked = acked
  tcb.rate.appLimited = 0
  return bench
}

/** An ACK of SND.UNA with these blocks, relative to SND.UNA. */
function read(
  bench: SenderBench,
  blocks: readonly (readonly [number, number])[],
  change: Partial<AckFacts> = {},
): AckFacts {
  const { tcb, io } = bench
  const facts = { ...ackFacts(tcb, tcb.snd.una, -1), ...change }
  const at = (n: number) => seqAdd(tcb.snd.una, n)
  readSacks(
    tcb,
    blocks.map(([start, end]) => ({ start: at(start), end: at(end) })),
    facts,
    io,
  )
  return facts
}

function sacked({ tcb }: SenderBench): number[] {
  return tcb.sent.flatMap((one, i) => (one.sacked ? [i] : []))
}

describe('a SACK block', () => {
  test('marks the segments that it covers whole', () => {
    const bench = out()
    const facts = read(bench, [[2_000, 4_000]])
    expect(sacked(bench)).toEqual([2, 3])
    expect(bench.tcb.recovery).toMatchObject({ sackedOut: 2, highestSack: bench.tcb.sent[3].end, delivered: 2 })
    expect(facts).toMatchObject({ deliveredBytes: 2_000, flags: DATA_SACKED })
    read(bench, [[1_500, 4_999]])
    expect(sacked(bench)).toEqual([2, 3])
  })

  test('counts each segment once, however often it is told', () => {
    const bench = out()
    read(bench, [[2_000, 4_000]])
    const facts = read(bench, [[2_000, 5_000]])
    expect(bench.tcb.recovery).toMatchObject({ sackedOut: 3, delivered: 3 })
    expect(facts.deliveredBytes).toBe(1_000)
    expect(read(bench, [[2_000, 5_000]]).flags).toBe(0)
  })

  test('takes marks of loss back', () => {
    const bench = out()
    const [, , lost, again, guessed] = bench.tcb.sent
    Object.assign(lost, { lost: true })
    Object.assign(again, { lost: true, retransInFlight: true, retransmits: 1 })
    Object.assign(guessed, { retransInFlight: true, retransmits: 1 })
    Object.assign(bench.tcb.recovery, { lostOut: 2, retransOut: 2 })
    bench.io.now += 500_000
    read(bench, [[2_000, 5_000]])
    // The guess was not marked lost: it is believed to be on its way still.
    expect(bench.tcb.recovery).toMatchObject({ lostOut: 0, retransOut: 1, sackedOut: 3 })
    expect([lost, again, guessed].map((one) => [one.lost, one.retransInFlight])).toEqual([
      [false, false],
      [false, false],
      [false, true],
    ])
  })

  test.each([
    ['begins at SND.UNA', 0, 1_000],
    ['is empty', 3_000, 3_000],
    ['is backwards', 4_000, 3_000],
    ['ends beyond SND.NXT', 3_000, 10_001],
  ])('that %s is ignored and counted', (_, start, end) => {
    const bench = out()
    read(bench, [
      [5_000, 6_000],
      [start, end],
    ])
    expect(sacked(bench)).toEqual([5])
    expect(bench.counters).toMatchObject({ TCPSACKDiscard: 1 })
  })

  test('may end at SND.NXT', () => {
    const bench = out()
    read(bench, [[9_000, 10_000]])
    expect(sacked(bench)).toEqual([9])
  })

  test('is nothing without SACK, or with nothing out', () => {
    const bench = out({ sack: false })
    read(bench, [[2_000, 4_000]])
    expect(sacked(bench)).toEqual([])
  })

  test('notes when what it tells had left, first and last, of what was sent once', () => {
    const bench = out()
    bench.tcb.sent[3].lastSentAt += 7
    bench.tcb.sent[4].lastSentAt += 9
    bench.tcb.sent[4].retransmits = 1
    const facts = read(bench, [[2_000, 5_000]])
    expect(facts).toMatchObject({
      firstSackSentAt: bench.tcb.sent[2].lastSentAt,
      lastSackSentAt: bench.tcb.sent[3].lastSentAt,
    })
  })

  test('of data below highSeq that was sent once shows that not all was lost (F-RTO)', () => {
    const bench = out()
    bench.tcb.recovery.highSeq = bench.tcb.sent[4].end
    expect(read(bench, [[4_000, 5_000]]).flags & ORIGINAL_DELIVERED).not.toBe(0)
    expect(read(bench, [[5_000, 6_000]]).flags & ORIGINAL_DELIVERED).toBe(0)
    bench.tcb.sent[2].retransmits = 1
    expect(read(bench, [[2_000, 3_000]]).flags & ORIGINAL_DELIVERED).toBe(0)
  })
})

describe('reordering', () => {
  test('shows when a hole is filled that was never sent again: as many segments as lie between', () => {
    const bench = out()
    read(bench, [[6_000, 7_000]])
    const facts = read(bench, [[2_000, 3_000]])
    expect(facts.reorderedFrom).toBe(bench.tcb.sent[2].seq)
    expect(bench.tcb.recovery).toMatchObject({ reorderingSeen: 1, reordering: 5 })
    expect(bench.counters).toMatchObject({ TCPSACKReorder: 1 })
  })

  test('does not by a retransmission, nor by two blocks of one ACK', () => {
    const bench = out()
    read(bench, [
      [6_000, 7_000],
      [2_000, 3_000],
    ])
    expect(bench.tcb.recovery.reorderingSeen).toBe(0)
    bench.tcb.sent[4].retransmits = 1
    read(bench, [[4_000, 5_000]])
    expect(bench.tcb.recovery.reorderingSeen).toBe(0)
  })

  test('is not looked for in Loss, unless that may be undone', () => {
    const loss = (undo: boolean): number => {
      const bench = out()
      read(bench, [[6_000, 7_000]])
      bench.tcb.recovery.caState = 'Loss'
      bench.tcb.recovery.undoMarker = undo ? bench.tcb.snd.una : undefined
      read(bench, [[2_000, 3_000]])
      return bench.tcb.recovery.reorderingSeen
    }
    expect([loss(false), loss(true)]).toEqual([0, 1])
  })
})

describe('a DSACK', () => {
  test('lies below the ACK, or inside the second block', () => {
    const below = out()
    expect(read(below, [[-1_000, 0]]).flags).toBe(DUPLICATE_REPORTED)
    expect(below.counters).toMatchObject({ TCPDSACKRecv: 1, TCPDSACKRecvSegs: 1 })
    const inside = out()
    read(inside, [
      [3_000, 4_000],
      [3_000, 6_000],
    ])
    expect(inside.counters).toMatchObject({ TCPDSACKOfoRecv: 1, TCPDSACKRecvSegs: 1 })
    const same = out()
    read(same, [
      [3_000, 6_000],
      [3_000, 6_000],
    ])
    expect(same.counters).toMatchObject({ TCPDSACKOfoRecv: 1, TCPDSACKRecvSegs: 3 })
    for (const first of [
      [2_999, 4_000],
      [5_000, 6_001],
    ] as const) {
      const none = out()
      read(none, [first, [3_000, 6_000]])
      expect(none.counters['TCPDSACKOfoRecv']).toBeUndefined()
    }
  })

  test('is delivered as often as it came, rounded up to segments', () => {
    const bench = out()
    read(bench, [[-2_500, 0]])
    expect(bench.tcb.recovery).toMatchObject({ delivered: 3, dsackDuplicates: 3 })
  })

  test('is not believed when it claims more than was ever sent again, or more than a window', () => {
    const bench = out()
    bench.tcb.totals.retransmits = 2
    read(bench, [[-2_000, 0]])
    expect(bench.counters).toMatchObject({ TCPDSACKRecvSegs: 2 })
    expect(read(bench, [[-1_000, 0]]).flags).toBe(0)
    expect(bench.counters).toMatchObject({ TCPDSACKIgnoredDubious: 1, TCPDSACKRecvSegs: 2 })
    const large = out()
    large.tcb.snd.maxWnd = 5_000
    read(large, [[-5_001, 0]])
    expect(large.counters).toMatchObject({ TCPDSACKIgnoredDubious: 1 })
    const fits = out()
    fits.tcb.snd.maxWnd = 5_000
    read(fits, [[-5_000, 0]])
    expect(fits.counters).toMatchObject({ TCPDSACKRecvSegs: 5 })
  })

  test('accounts for retransmissions of the episode', () => {
    const left = (blocks: readonly (readonly [number, number])[], undoRetrans = 3): number => {
      const bench = out()
      bench.tcb.recovery.undoMarker = seqAdd(bench.tcb.snd.una, -2_000)
      bench.tcb.recovery.undoRetrans = undoRetrans
      read(bench, blocks)
      return bench.tcb.recovery.undoRetrans
    }
    expect(left([[-1_000, 0]])).toBe(2)
    expect(left([[-2_000, 0]])).toBe(1)
    expect(left([[-9_000, 0]])).toBe(0)
    // What ends at or before the episode's begin is older than it.
    expect(left([[-3_000, -2_000]])).toBe(3)
    expect(left([[-2_999, -1_999]])).toBe(2)
    expect(left([[-1_000, 0]], 0)).toBe(0)
    expect(left([[-1_000, 0]], -1)).toBe(-1)
  })

  test('of a segment that is still out takes its retransmission for arrived', () => {
    const bench = out()
    const again = bench.tcb.sent[3]
    Object.assign(again, { retransmits: 1, retransInFlight: true, sacked: true })
    Object.assign(bench.tcb.recovery, { undoMarker: bench.tcb.snd.una, undoRetrans: 2, retransOut: 1, sackedOut: 1 })
    bench.tcb.recovery.highestSack = again.end
    read(bench, [
      [3_000, 4_000],
      [2_999, 4_000],
    ])
    expect(again.retransInFlight).toBe(false)
    expect(bench.tcb.recovery).toMatchObject({ retransOut: 0, undoRetrans: 1 })
  })

  test('widens RACK’s window once the path was seen to reorder, but not that of a probe', () => {
    const seen = (change: (bench: SenderBench) => void): boolean => {
      const bench = out()
      change(bench)
      read(bench, [[-1_000, 0]])
      return bench.tcb.recovery.rackDsackSeen
    }
    expect(seen(() => {})).toBe(false)
    expect(seen(({ tcb }) => (tcb.recovery.reorderingSeen = 1))).toBe(true)
    const probe = (end: number): boolean =>
      seen(({ tcb }) => Object.assign(tcb.recovery, { reorderingSeen: 1, tlpHighSeq: seqAdd(tcb.snd.una, end) }))
    expect(probe(0)).toBe(false)
    expect(probe(1)).toBe(true)
  })

  test('of exactly the probe, one segment at most, says that the probe was needless', () => {
    const told = (length: number, end: number): boolean => {
      const bench = out()
      bench.tcb.recovery.tlpHighSeq = seqAdd(bench.tcb.snd.una, end)
      return (read(bench, [[-length, 0]]).flags & PROBE_DUPLICATED) !== 0
    }
    expect([told(1_000, 0), told(1, 0), told(1_001, 0), told(1_000, 1)]).toEqual([true, true, false, false])
    const none = out()
    expect(read(none, [[-1_000, 0]]).flags & PROBE_DUPLICATED).toBe(0)
  })

  test('below SND.UNA is counted as ignored: nothing to undo, or older than the episode', () => {
    const none = out()
    read(none, [[-1_000, 0]])
    expect(none.counters).toMatchObject({ TCPDSACKIgnoredNoUndo: 1 })
    const old = out()
    old.tcb.recovery.undoMarker = old.tcb.snd.una
    read(old, [[-1_000, 0]])
    expect(old.counters).toMatchObject({ TCPDSACKIgnoredOld: 1 })
    const within = out()
    within.tcb.recovery.undoMarker = seqAdd(within.tcb.snd.una, -1_000)
    read(within, [[-1_000, 0]])
    expect(within.counters['TCPDSACKIgnoredOld']).toBeUndefined()
    const across = out()
    across.tcb.recovery.undoMarker = seqAdd(across.tcb.snd.una, -500)
    read(across, [[-1_000, 0]])
    expect(across.counters['TCPDSACKIgnoredOld']).toBeUndefined()
  })
})

test('an ACK older than a window of the largest size tells of nothing that is out', () => {
  const bench = out()
  bench.tcb.snd.maxWnd = 5_000
  read(bench, [[2_000, 3_000]], { ack: seqAdd(bench.tcb.snd.una, -5_001) })
  expect(sacked(bench)).toEqual([])
  read(bench, [[2_000, 3_000]], { ack: seqAdd(bench.tcb.snd.una, -5_000) })
  expect(sacked(bench)).toEqual([2])
})

test('a block that an overtaken ACK brings late is no news, and not counted as ignored', () => {
  const bench = out()
  const old = { ack: seqAdd(bench.tcb.snd.una, -3_000) }
  read(bench, [[-2_000, -1_000]], old)
  read(bench, [[-2_000, 0]], old)
  expect(bench.counters['TCPSACKDiscard']).toBeUndefined()
  read(bench, [[-2_000, 1]], old)
  expect(bench.counters).toMatchObject({ TCPSACKDiscard: 1 })
})
