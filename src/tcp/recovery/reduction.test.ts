/** The way down (RFC 6937 with RFC 9937's slow start part) segment by segment, what an undo remembers, and when a state is kept or left. */
import { describe, expect, test } from 'vitest'
import { senderBench, write } from '../../testing/sender-bench'
import type { BenchOptions, SenderBench } from '../../testing/sender-bench'
import { endReduction, enterCwr, enterRecovery, initUndo, reduceWindow, tryKeepOpen, tryToOpen } from './reduction'
import { ackFacts, CONGESTION_ECHOED, UNA_ADVANCED } from './verdict'

function out(segments: number, options: BenchOptions = {}): SenderBench {
  const bench = senderBench({ config: { congestion: 'reno' }, sysctl: { tcp_early_retrans: 0 }, ...options })
  bench.tcb.congestion.cwnd = segments
  write(bench, segments * 1_000)
  return bench
}

describe('proportional rate reduction', () => {
  interface Books {
    readonly ssthresh: number
    readonly priorCwnd: number
    readonly prrDelivered?: number
    readonly prrOut?: number
  }
  function reduce(inFlight: number, books: Books, delivered: number, lost = 0, flags = 0): number[] {
    const { tcb } = out(inFlight)
    tcb.congestion.ssthresh = books.ssthresh
    Object.assign(tcb.recovery, { prrDelivered: 0, prrOut: 0, ...books })
    reduceWindow(tcb, delivered, lost, flags)
    return [tcb.congestion.cwnd, tcb.recovery.prrDelivered]
  }

  test('while more is in flight than ssthresh, sends its share of what was delivered, rounded up', () => {
    expect(reduce(18, { ssthresh: 10, priorCwnd: 20, prrDelivered: 3, prrOut: 1 }, 1)).toEqual([19, 4])
    expect(reduce(18, { ssthresh: 10, priorCwnd: 20, prrDelivered: 4, prrOut: 1 }, 1)).toEqual([20, 5])
    expect(reduce(18, { ssthresh: 10, priorCwnd: 20, prrDelivered: 3, prrOut: 2 }, 1)).toEqual([18, 4])
    expect(reduce(18, { ssthresh: 10, priorCwnd: 20, prrDelivered: 1, prrOut: 5 }, 1)).toEqual([18, 2])
  })

  test('below ssthresh sends what was delivered, and what of it was not sent yet, up to ssthresh', () => {
    expect(reduce(5, { ssthresh: 10, priorCwnd: 20, prrDelivered: 8, prrOut: 9 }, 1)).toEqual([6, 9])
    expect(reduce(5, { ssthresh: 10, priorCwnd: 20, prrDelivered: 11, prrOut: 9 }, 1)).toEqual([8, 12])
    expect(reduce(9, { ssthresh: 10, priorCwnd: 20, prrDelivered: 11, prrOut: 5 }, 3)).toEqual([10, 14])
    expect(reduce(10, { ssthresh: 10, priorCwnd: 20, prrDelivered: 11, prrOut: 9 }, 1)).toEqual([10, 12])
  })

  test('and one more where the repair works: SND.UNA has advanced and nothing new is lost', () => {
    const books = { ssthresh: 10, priorCwnd: 20, prrDelivered: 8, prrOut: 9 }
    expect(reduce(5, books, 1, 0, UNA_ADVANCED)[0]).toBe(7)
    expect(reduce(5, books, 1, 1, UNA_ADVANCED)[0]).toBe(6)
    expect(reduce(9, books, 1, 0, UNA_ADVANCED)[0]).toBe(10)
  })

  test('always lets the first retransmission leave', () => {
    expect(reduce(30, { ssthresh: 1, priorCwnd: 60, prrDelivered: 0, prrOut: 0 }, 1)[0]).toBe(31)
    expect(reduce(10, { ssthresh: 10, priorCwnd: 20, prrDelivered: 0, prrOut: 0 }, 1)[0]).toBe(11)
  })

  test('does nothing on an ACK that delivers nothing, or before a reduction began', () => {
    expect(reduce(18, { ssthresh: 10, priorCwnd: 20 }, 0)).toEqual([18, 0])
    expect(reduce(18, { ssthresh: 10, priorCwnd: 0 }, 3)).toEqual([18, 0])
  })
})

describe('the end of a reduction', () => {
  function end(change: (bench: SenderBench) => void): number {
    const bench = out(20)
    Object.assign(bench.tcb.congestion, { ssthresh: 12, cwnd: 9 })
    bench.tcb.recovery.caState = 'Recovery'
    bench.tcb.recovery.undoMarker = bench.tcb.snd.una
    change(bench)
    endReduction(bench.tcb, bench.io)
    return bench.tcb.congestion.cwnd
  }

  test('is at ssthresh, unless an undo came before', () => {
    expect(end(() => {})).toBe(12)
    expect(end(({ tcb }) => (tcb.recovery.undoMarker = undefined))).toBe(9)
    expect(
      end(({ tcb }) => {
        tcb.recovery.undoMarker = undefined
        tcb.recovery.caState = 'CWR'
      }),
    ).toBe(12)
    expect(end(({ tcb }) => (tcb.congestion.ssthresh = Number.POSITIVE_INFINITY))).toBe(9)
  })

  test('leaves the window to an algorithm that sets it itself', () => {
    expect(end(({ tcb }) => (tcb.congestion.algorithm = 'bbr'))).toBe(9)
  })
})

describe('what an undo will need', () => {
  test('is where the episode began, and how many retransmissions were out before it; a probe counts', () => {
    const { tcb } = out(5)
    initUndo(tcb)
    expect(tcb.recovery).toMatchObject({ undoMarker: tcb.snd.una, undoRetrans: -1 })
    tcb.recovery.retransOut = 2
    initUndo(tcb)
    expect(tcb.recovery.undoRetrans).toBe(2)
    tcb.recovery.tlpHighSeq = tcb.snd.nxt
    initUndo(tcb)
    expect(tcb.recovery.undoRetrans).toBe(2)
    tcb.recovery.tlpRetrans = true
    initUndo(tcb)
    expect(tcb.recovery.undoRetrans).toBe(3)
    tcb.recovery.tlpHighSeq = undefined
    initUndo(tcb)
    expect(tcb.recovery.undoRetrans).toBe(2)
  })
})

describe('entering Recovery', () => {
  test('remembers ssthresh for an undo, at three quarters of the window or more, and counts', () => {
    const bench = out(20)
    bench.tcb.congestion.ssthresh = 11
    enterRecovery(bench.tcb, undefined, bench.io)
    expect(bench.tcb.recovery).toMatchObject({ caState: 'Recovery', priorSsthresh: 15, priorCwnd: 20, prrOut: 0 })
    expect(bench.tcb.recovery.highSeq).toBe(bench.tcb.snd.nxt)
    expect(bench.tcb.congestion.ssthresh).toBe(10)
    expect(bench.counters).toMatchObject({ TCPSackRecovery: 1 })
    const reno = out(20, { sack: false })
    enterRecovery(reno.tcb, undefined, reno.io)
    expect(reno.counters).toMatchObject({ TCPRenoRecovery: 1 })
  })

  test('reduces no second time in a window that an echo has reduced already', () => {
    const bench = out(20)
    enterCwr(bench.tcb, bench.io)
    expect(bench.tcb.congestion.ssthresh).toBe(10)
    const { highSeq } = bench.tcb.recovery
    write(bench, 1_000)
    bench.tcb.congestion.cwnd = 14
    enterRecovery(bench.tcb, undefined, bench.io)
    expect(bench.tcb.congestion.ssthresh).toBe(10)
    expect(bench.tcb.recovery).toMatchObject({ caState: 'Recovery', priorSsthresh: 0, highSeq })
  })

  test('on an echo of congestion leaves nothing to undo to', () => {
    const bench = out(20)
    const facts = ackFacts(bench.tcb, bench.tcb.snd.una, -1)
    facts.flags = CONGESTION_ECHOED
    enterRecovery(bench.tcb, facts, bench.io)
    expect(bench.tcb.recovery.priorSsthresh).toBe(0)
    expect(bench.tcb.congestion.ssthresh).toBe(10)
  })
})

describe('CWR', () => {
  test.each(['Recovery', 'Loss', 'CWR'] as const)(
    'is not entered from %s: that window is reduced already',
    (caState) => {
      const bench = out(20)
      bench.tcb.recovery.caState = caState
      bench.tcb.congestion.ssthresh = 40
      enterCwr(bench.tcb, bench.io)
      expect(bench.tcb.recovery.caState).toBe(caState)
      expect(bench.tcb.congestion.ssthresh).toBe(40)
    },
  )

  test('is entered from Disorder, and by an echo on an ACK that is otherwise good', () => {
    const bench = out(20)
    bench.tcb.recovery.caState = 'Disorder'
    bench.tcb.recovery.undoMarker = bench.tcb.snd.una
    const facts = ackFacts(bench.tcb, bench.tcb.snd.una, -1)
    facts.flags = CONGESTION_ECHOED
    tryToOpen(bench.tcb, facts, bench.io)
    expect(bench.tcb.recovery).toMatchObject({ caState: 'CWR', undoMarker: undefined, priorCwnd: 20 })
    expect(bench.tcb.congestion.ssthresh).toBe(10)
  })
})

describe('Open and Disorder', () => {
  test('Disorder lasts while anything is SACKed, lost or was sent again, and notes what was out', () => {
    const kept = (change: (bench: SenderBench) => void): string => {
      const bench = out(5)
      bench.tcb.recovery.caState = 'Disorder'
      change(bench)
      tryKeepOpen(bench.tcb, bench.io)
      return bench.tcb.recovery.caState
    }
    expect(kept(() => {})).toBe('Open')
    expect(kept(({ tcb }) => (tcb.recovery.sackedOut = 1))).toBe('Disorder')
    expect(kept(({ tcb }) => (tcb.recovery.lostOut = 1))).toBe('Disorder')
    expect(kept(({ tcb }) => (tcb.recovery.retransOut = 1))).toBe('Disorder')
    expect(kept(({ tcb }) => (tcb.sent[0].retransmits = 1))).toBe('Disorder')
    expect(kept(({ tcb }) => (tcb.sent[1].retransmits = 1))).toBe('Open')
    const bench = out(5)
    bench.tcb.recovery.sackedOut = 1
    bench.tcb.recovery.highSeq = bench.tcb.snd.una
    tryKeepOpen(bench.tcb, bench.io)
    expect(bench.tcb.recovery).toMatchObject({ caState: 'Disorder', highSeq: bench.tcb.snd.nxt })
  })

  test('the time of the first retransmission is forgotten when none may still be on its way', () => {
    const bench = out(5)
    bench.tcb.recovery.retransStamp = 99
    bench.tcb.recovery.retransOut = 1
    tryToOpen(bench.tcb, ackFacts(bench.tcb, bench.tcb.snd.una, -1), bench.io)
    expect(bench.tcb.recovery.retransStamp).toBe(99)
    bench.tcb.recovery.retransOut = 0
    tryToOpen(bench.tcb, ackFacts(bench.tcb, bench.tcb.snd.una, -1), bench.io)
    expect(bench.tcb.recovery.retransStamp).toBe(0)
  })
})
