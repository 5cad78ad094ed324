/** The receive buffer when memory runs out (tcp_prune_queue, tcp_prune_ofo_queue, tcp_collapse), and what is told of duplicates piece by piece. */
import { describe, expect, test } from 'vitest'
import { seqAdd, seqDiff } from '../../base'
import { senderBench } from '../../testing/sender-bench'
import type { BenchOptions, SenderBench } from '../../testing/sender-bench'
import { truesize } from './memory'
import {
  appendInOrder,
  discardIslands,
  discardUnread,
  drainIslands,
  freeRead,
  holdIsland,
  inOrderEnd,
  makeRoom,
} from './reassembly'
import { dropCoveredBlocks, extendDuplicate, highestSacked, reportDuplicate, sackArrived } from './sack'

function receiver(rcvbuf: number, options: BenchOptions = {}): SenderBench {
  const bench = senderBench({ mss: 1_000, ...options })
  bench.tcb.config.rcvbuf = rcvbuf
  bench.tcb.config.rcvbufLocked = true
  bench.tcb.receive.memory = 0
  return bench
}

/** Bytes [start, end) come, relative to RCV.NXT at the beginning of the test. */
function hold(bench: SenderBench, start: number, end: number, fin = false): boolean {
  const from = seqAdd(bench.tcb.irs, 1)
  return holdIsland(bench.tcb, seqAdd(from, start), new Uint8Array(end - start), fin, bench.io)
}

function islands({ tcb }: SenderBench): string[] {
  const from = seqAdd(tcb.irs, 1)
  return tcb.outOfOrder.map(({ seq, bytes, fin }) => {
    const start = seqDiff(seq, from)
    return `${start}-${start + bytes.length}${fin ? ' fin' : ''}`
  })
}

function duplicate({ tcb }: SenderBench): number[] | undefined {
  const { dsack } = tcb.receive
  return dsack && [dsack.start, dsack.end].map((seq) => seqDiff(seq, seqAdd(tcb.irs, 1)))
}

describe('islands', () => {
  test('keep what came first where two overlap, and tell the rest as a duplicate', () => {
    const bench = receiver(1e6)
    hold(bench, 2_000, 4_000)
    expect(hold(bench, 3_000, 5_000)).toBe(true)
    // The page of the first has room for the rest.
    expect(islands(bench)).toEqual(['2000-5000'])
    expect(duplicate(bench)).toEqual([3_000, 4_000])
    bench.tcb.receive.dsack = undefined
    expect(hold(bench, 1_000, 2_500)).toBe(true)
    expect(islands(bench)).toEqual(['1000-2000', '2000-5000'])
    expect(duplicate(bench)).toEqual([2_000, 2_500])
    expect(bench.counters['TCPOFOMerge']).toBeUndefined()
  })

  test('that one segment covers whole are taken in by it', () => {
    const bench = receiver(1e6)
    hold(bench, 2_000, 3_000)
    hold(bench, 5_000, 6_000)
    bench.tcb.receive.dsack = undefined
    expect(hold(bench, 1_000, 7_000)).toBe(true)
    expect(islands(bench)).toEqual(['1000-7000'])
    expect(bench.tcb.receive.memory).toBe(truesize(6_000))
    expect(bench.counters).toMatchObject({ TCPOFOMerge: 2 })
    expect(duplicate(bench)).toEqual([2_000, 3_000])
  })

  test('that cover a segment whole make it a duplicate, to the last byte', () => {
    const bench = receiver(1e6)
    hold(bench, 2_000, 4_000)
    expect(hold(bench, 2_000, 4_000)).toBe(false)
    expect(hold(bench, 2_000, 3_000)).toBe(false)
    expect(hold(bench, 2_500, 4_000)).toBe(false)
    expect(bench.counters).toMatchObject({ TCPOFOMerge: 3 })
    expect(duplicate(bench)).toEqual([2_500, 4_000])
    expect(hold(bench, 2_500, 4_000, true)).toBe(true)
    expect(islands(bench)).toEqual(['2000-4000 fin'])
  })

  test('that are short share the memory of the one before', () => {
    const bench = receiver(1e6)
    hold(bench, 100, 110)
    hold(bench, 110, 120)
    expect(islands(bench)).toEqual(['100-120'])
    expect(bench.tcb.receive.memory).toBe(truesize(20))
    hold(bench, 121, 130)
    expect(islands(bench)).toEqual(['100-120', '121-130'])
    hold(bench, 130, 130, true)
    expect(islands(bench)).toEqual(['100-120', '121-130 fin'])
    // Nothing can follow a FIN.
    hold(bench, 131, 140)
    expect(islands(bench)).toEqual(['100-120', '121-130 fin', '131-140'])
  })

  test('move into the buffer when what was missing has come, and tell what came twice', () => {
    const bench = receiver(1e6)
    const { tcb } = bench
    hold(bench, 500, 1_000)
    hold(bench, 1_000, 1_500)
    hold(bench, 2_000, 2_500)
    tcb.receive.dsack = undefined
    appendInOrder(tcb, new Uint8Array(700))
    expect(drainIslands(tcb, bench.io)).toEqual({ bytes: 800, fin: false })
    expect(islands(bench)).toEqual(['2000-2500'])
    expect(duplicate(bench)).toEqual([500, 700])
    expect(tcb.totals.bytesReceived).toBe(1_500)
    const held = tcb.receiveChunks.reduce((sum, { bytes }) => sum + truesize(bytes.length), 0)
    expect(tcb.receive.memory).toBe(held + truesize(500))
  })

  test('that are behind RCV.NXT already are gone, and a FIN ends it', () => {
    const bench = receiver(1e6)
    hold(bench, 500, 1_000)
    hold(bench, 1_000, 1_200, true)
    appendInOrder(bench.tcb, new Uint8Array(1_000))
    expect(drainIslands(bench.tcb, bench.io)).toEqual({ bytes: 200, fin: true })
    expect(islands(bench)).toEqual([])
  })
})

describe('the buffer', () => {
  test('charges each piece; short ones share', () => {
    const { tcb } = receiver(1e6)
    appendInOrder(tcb, new Uint8Array(0))
    expect(tcb.receiveChunks).toEqual([])
    appendInOrder(tcb, new Uint8Array(10))
    appendInOrder(tcb, new Uint8Array(10))
    appendInOrder(tcb, new Uint8Array(1_000))
    expect(tcb.receiveChunks.map(({ bytes }) => bytes.length)).toEqual([20, 1_000])
    expect(tcb.receive.memory).toBe(truesize(20) + truesize(1_000))
    expect(seqDiff(inOrderEnd(tcb), tcb.rcv.copied)).toBe(1_020)
  })

  test('frees what was read whole', () => {
    const { tcb } = receiver(1e6)
    appendInOrder(tcb, new Uint8Array(1_000))
    appendInOrder(tcb, new Uint8Array(1_000))
    tcb.rcv.copied = seqAdd(tcb.rcv.copied, 999)
    freeRead(tcb)
    expect(tcb.receiveChunks).toHaveLength(2)
    tcb.rcv.copied = seqAdd(tcb.rcv.copied, 1)
    freeRead(tcb)
    expect(tcb.receiveChunks).toHaveLength(1)
    expect(tcb.receive.memory).toBe(truesize(1_000))
  })

  test('thrown away tells how much was unread', () => {
    const { tcb } = receiver(1e6)
    appendInOrder(tcb, new Uint8Array(1_000))
    tcb.rcv.copied = seqAdd(tcb.rcv.copied, 300)
    expect(discardUnread(tcb)).toBe(700)
    expect(tcb.receive.memory).toBe(0)
    expect(discardUnread(tcb)).toBe(0)
  })

  test('is done with islands when they can never be reached', () => {
    const bench = receiver(1e6)
    hold(bench, 100, 1_000)
    sackArrived(bench.tcb, bench.tcb.rcv.nxt, seqAdd(bench.tcb.rcv.nxt, 5), bench.io)
    discardIslands(bench.tcb)
    expect(bench.tcb).toMatchObject({ outOfOrder: [] })
    expect(bench.tcb.receive).toMatchObject({ memory: 0, sackBlocks: [] })
  })
})

describe('without memory', () => {
  /** `count` islands of 1000 bytes, apart. */
  function crowded(count: number, rcvbuf: number, sysctl: BenchOptions['sysctl'] = {}): SenderBench {
    const bench = receiver(rcvbuf, { sysctl })
    for (let i = 0; i < count; i++) hold(bench, 1_000 + 2_000 * i, 2_000 + 2_000 * i)
    Object.assign(bench.tcb.receive, { windowClamp: 50_000, ssthresh: 50_000 })
    bench.tcb.ack.quick = 5
    return bench
  }
  const one = truesize(1_000)
  const room = (bench: SenderBench, at: number): boolean =>
    makeRoom(bench.tcb, seqAdd(seqAdd(bench.tcb.irs, 1), at), bench.io)

  test('nothing is done as long as the buffer is not overdrawn', () => {
    const bench = crowded(3, 3 * one)
    expect(room(bench, 0)).toBe(true)
    expect(bench.counters['PruneCalled']).toBeUndefined()
    expect(bench.tcb.ack.quick).toBe(5)
  })

  test('the window is clamped to two segments, and the farthest islands go, an eighth of the buffer at a time', () => {
    const bench = crowded(8, 8 * one - 1)
    expect(room(bench, 0)).toBe(true)
    expect(islands(bench)).toHaveLength(7)
    expect(bench.tcb.receive).toMatchObject({ memory: 7 * one, sackBlocks: [] })
    expect(bench.tcb.receive.ssthresh).toBe(2 * bench.tcb.rmss)
    expect(bench.tcb.ack.quick).toBe(0)
    expect(bench.counters).toMatchObject({ PruneCalled: 1, OfoPruned: 1 })
    expect(bench.counters['RcvPruned']).toBeUndefined()
  })

  test('as many go as it takes', () => {
    const bench = crowded(8, 4 * one)
    expect(room(bench, 0)).toBe(true)
    expect(islands(bench)).toHaveLength(4)
  })

  test('a whole eighth goes even where less would do', () => {
    const bench = crowded(20, 20 * one - 1)
    expect(room(bench, 0)).toBe(true)
    // An eighth of the buffer are two islands and a half.
    expect(islands(bench)).toHaveLength(17)
  })

  test('none goes that lies before the segment at hand; then that one is dropped', () => {
    const bench = crowded(3, 3 * one - 1)
    expect(room(bench, 5_001)).toBe(false)
    expect(islands(bench)).toHaveLength(3)
    expect(bench.counters).toMatchObject({ RcvPruned: 1 })
    expect(bench.counters['OfoPruned']).toBeUndefined()
    expect(room(bench, 5_000)).toBe(true)
    expect(islands(bench)).toHaveLength(2)
  })

  test('a buffer whose size nobody has set grows first', () => {
    const bench = crowded(3, 3 * one - 1)
    bench.tcb.config.rcvbufLocked = false
    expect(room(bench, 9_000)).toBe(true)
    expect(bench.tcb.config.rcvbuf).toBe(3 * one)
    expect(bench.tcb.receive.ssthresh).toBe(50_000)
    const most = crowded(3, 3 * one - 2, { tcp_rmem: [4_096, 131_072, 3 * one - 1] })
    most.tcb.config.rcvbufLocked = false
    expect(room(most, 9_000)).toBe(false)
    expect(most.tcb.config.rcvbuf).toBe(3 * one - 1)
  })

  test('neighbours are packed into pieces of a page, in order and out of order', () => {
    const bench = receiver(1e6)
    // Four pieces of 900 bytes that follow each other take 4 * 1280 or more, and fit into one page together.
    for (let i = 0; i < 5; i++) hold(bench, 1_000 + 900 * i, 1_900 + 900 * i, i === 4)
    for (let i = 0; i < 2; i++) appendInOrder(bench.tcb, new Uint8Array(900))
    bench.tcb.config.rcvbuf = bench.tcb.receive.memory - 1
    expect(room(bench, 0)).toBe(true)
    expect(islands(bench)).toEqual(['1000-4600', '4600-5500 fin'])
    expect(bench.tcb.receiveChunks.map(({ bytes }) => bytes.length)).toEqual([1_800])
    expect(bench.tcb.receive.memory).toBe(truesize(3_600) + truesize(900) + truesize(1_800))
  })
})

describe('SACK blocks', () => {
  const blocks = ({ tcb }: SenderBench): number[][] =>
    tcb.receive.sackBlocks.map(({ start, end }) => [start, end].map((seq) => seqDiff(seq, seqAdd(tcb.irs, 1))))
  const come = (bench: SenderBench, start: number, end: number): void => {
    const from = seqAdd(bench.tcb.irs, 1)
    sackArrived(bench.tcb, seqAdd(from, start), seqAdd(from, end), bench.io)
  }

  test('are told latest first, grow, and four are kept (RFC 2018 4)', () => {
    const bench = receiver(1e6)
    for (const start of [100, 300, 500, 700, 900]) come(bench, start, start + 100)
    expect(blocks(bench)).toEqual([
      [900, 1_000],
      [700, 800],
      [500, 600],
      [300, 400],
    ])
    come(bench, 600, 650)
    expect(blocks(bench)[0]).toEqual([500, 650])
    // It touches its neighbour: the two are one.
    come(bench, 650, 700)
    expect(blocks(bench)).toEqual([
      [500, 800],
      [900, 1_000],
      [300, 400],
    ])
    come(bench, 200, 300)
    expect(blocks(bench)[0]).toEqual([200, 400])
    expect(seqDiff(highestSacked(bench.tcb)!, seqAdd(bench.tcb.irs, 1))).toBe(1_000)
  })

  test('are forgotten when RCV.NXT has passed them, all when nothing waits any more', () => {
    const bench = receiver(1e6)
    hold(bench, 900, 1_000)
    come(bench, 100, 200)
    come(bench, 900, 1_000)
    bench.tcb.rcv.nxt = seqAdd(bench.tcb.rcv.nxt, 200)
    dropCoveredBlocks(bench.tcb)
    expect(blocks(bench)).toEqual([[900, 1_000]])
    bench.tcb.outOfOrder = []
    dropCoveredBlocks(bench.tcb)
    expect(blocks(bench)).toEqual([])
    expect(highestSacked(bench.tcb)).toBeUndefined()
  })

  test('are none without SACK; duplicates are told only with tcp_dsack', () => {
    const bench = receiver(1e6, { sack: false })
    come(bench, 100, 200)
    expect(blocks(bench)).toEqual([])
    const { nxt } = bench.tcb.rcv
    reportDuplicate(bench.tcb, nxt, seqAdd(nxt, 1), bench.io)
    expect(duplicate(bench)).toBeUndefined()
    const off = receiver(1e6, { sysctl: { tcp_dsack: 0 } })
    reportDuplicate(off.tcb, nxt, seqAdd(nxt, 1), off.io)
    expect(duplicate(off)).toBeUndefined()
  })

  test('a duplicate grows by what touches it; a piece elsewhere is not told (RFC 2883)', () => {
    const bench = receiver(1e6)
    const from = seqAdd(bench.tcb.irs, 1)
    const extend = (start: number, end: number): number[] | undefined => {
      extendDuplicate(bench.tcb, seqAdd(from, start), seqAdd(from, end), bench.io)
      return duplicate(bench)
    }
    expect(extend(100, 200)).toEqual([100, 200])
    expect(extend(200, 250)).toEqual([100, 250])
    expect(extend(50, 120)).toEqual([50, 250])
    expect(extend(251, 300)).toEqual([50, 250])
    expect(bench.counters).toEqual({ TCPDSACKOfoSent: 1 })
    reportDuplicate(bench.tcb, seqAdd(from, -1), from, bench.io)
    expect(bench.counters).toEqual({ TCPDSACKOfoSent: 1, TCPDSACKOldSent: 1 })
  })
})
