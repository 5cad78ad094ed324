/** Taking a congestion response back: by timestamp, by DSACK, by F-RTO, in part; and the state in which that leaves the sender. */
import { describe, expect, test } from 'vitest'
import { ack, pass, senderBench, takeSent, write } from '../../testing/sender-bench'
import type { BenchOptions, SenderBench } from '../../testing/sender-bench'
import { timestampNow } from '../options'
import { tryUndoByDsack, tryUndoLoss, tryUndoPartial, tryUndoRecovery } from './undo'
import { ackFacts } from './verdict'
import type { AckFacts } from './verdict'

/** Twelve segments out in a recovery that began at a window of 20; the first was retransmitted at 2 s. */
function recovering(options: BenchOptions = {}, more: Partial<SenderBench['tcb']['recovery']> = {}): SenderBench {
  const bench = senderBench({ config: { congestion: 'reno' }, timestamps: true, ...options })
  const { tcb, io } = bench
  tcb.congestion.cwnd = 12
  write(bench, 12_000)
  Object.assign(tcb.congestion, { cwnd: 6, ssthresh: 10 })
  Object.assign(tcb.recovery, {
    caState: 'Recovery',
    undoMarker: tcb.snd.una,
    undoRetrans: 1,
    priorCwnd: 20,
    priorSsthresh: 15,
    retransStamp: 2_000_000,
    highSeq: tcb.snd.nxt,
    rackAdvanced: false,
    ...more,
  })
  io.now = 3_000_000
  return bench
}

/** What an ACK says that echoes the clock of `at`; by default later than the retransmission. */
function facts({ tcb }: SenderBench, at = 2_500_000): AckFacts {
  return ackFacts(tcb, tcb.snd.una, timestampNow(tcb, at))
}

describe('by timestamp (Eifel)', () => {
  const undone = (at: number, more: Parameters<typeof recovering>[1] = {}): boolean => {
    const bench = recovering({}, more)
    tryUndoRecovery(bench.tcb, facts(bench, at), bench.io)
    return bench.counters['TCPFullUndo'] === 1
  }

  test('an ACK that echoes a time before the first retransmission answers the original', () => {
    expect(undone(1_999_000)).toBe(true)
    expect(undone(2_000_000)).toBe(false)
  })

  test('nothing is proven without an echo, or without an episode', () => {
    const bench = recovering()
    tryUndoRecovery(bench.tcb, ackFacts(bench.tcb, bench.tcb.snd.una, -1), bench.io)
    expect(bench.counters['TCPFullUndo']).toBeUndefined()
    expect(undone(1_999_000, { undoMarker: undefined })).toBe(false)
  })

  test('an episode in which nothing was retransmitted was for nothing; not so without SACK beyond its end, nor in SYN-SENT', () => {
    expect(undone(2_500_000, { retransStamp: 0 })).toBe(true)
    const reno = (ahead: boolean): boolean => {
      const bench = recovering({ sack: false }, { retransStamp: 0 })
      if (!ahead) bench.tcb.recovery.highSeq = bench.tcb.snd.una
      tryUndoRecovery(bench.tcb, facts(bench), bench.io)
      return bench.counters['TCPFullUndo'] === 1
    }
    expect([reno(true), reno(false)]).toEqual([true, false])
    const opening = recovering({}, { retransStamp: 0 })
    opening.tcb.state = 'SYN-SENT'
    tryUndoRecovery(opening.tcb, facts(opening), opening.io)
    expect(opening.counters['TCPFullUndo']).toBeUndefined()
  })
})

describe('what is taken back', () => {
  test('window and threshold are what they were, the episode is over, and RACK looks anew', () => {
    const bench = recovering()
    tryUndoRecovery(bench.tcb, facts(bench, 1_000_000), bench.io)
    expect(bench.tcb.congestion).toMatchObject({ cwnd: 20, ssthresh: 15, stampAt: 3_000_000 })
    expect(bench.tcb.recovery).toMatchObject({ undoMarker: undefined, rackAdvanced: true, caState: 'Open' })
    expect(bench.events.find(({ type }) => type === 'tcp/congestionUndone')?.args).toEqual([20, 15])
  })

  test('a larger window and a higher threshold stay', () => {
    const bench = recovering()
    Object.assign(bench.tcb.congestion, { cwnd: 25, ssthresh: 30 })
    bench.tcb.ecn.queueCwr = true
    tryUndoRecovery(bench.tcb, facts(bench, 1_000_000), bench.io)
    expect(bench.tcb.congestion).toMatchObject({ cwnd: 25, ssthresh: 30 })
    expect(bench.tcb.ecn.queueCwr).toBe(true)
  })

  test('the peer need not hear that we slowed down', () => {
    const bench = recovering()
    bench.tcb.ecn.queueCwr = true
    tryUndoRecovery(bench.tcb, facts(bench, 1_000_000), bench.io)
    expect(bench.tcb.ecn.queueCwr).toBe(false)
  })

  test('what ECN has taken stays taken: there is no threshold to go back to', () => {
    const bench = recovering({}, { priorSsthresh: 0 })
    tryUndoRecovery(bench.tcb, facts(bench, 1_000_000), bench.io)
    expect(bench.tcb.congestion).toMatchObject({ cwnd: 6, ssthresh: 10 })
  })
})

describe('at the end of a recovery', () => {
  test('that was needed, the widened window of RACK lasts one recovery less', () => {
    const bench = recovering({}, { rackPersist: 2 })
    expect(tryUndoRecovery(bench.tcb, facts(bench), bench.io)).toBe(false)
    expect(bench.tcb.recovery).toMatchObject({ caState: 'Open', rackPersist: 1 })
    const none = recovering({}, { rackPersist: 0 })
    tryUndoRecovery(none.tcb, facts(none), none.io)
    expect(none.tcb.recovery.rackPersist).toBe(0)
    const undone = recovering({}, { rackPersist: 2 })
    tryUndoRecovery(undone.tcb, facts(undone, 1_000_000), undone.io)
    expect(undone.tcb.recovery.rackPersist).toBe(2)
  })

  test('of Loss, the undo is counted as one of a loss', () => {
    const bench = recovering({}, { caState: 'Loss', undoRetrans: 0 })
    tryUndoRecovery(bench.tcb, facts(bench), bench.io)
    expect(bench.counters).toMatchObject({ TCPLossUndo: 1 })
  })

  test('without SACK the state stays at exactly highSeq: more duplicates may come (RFC 6582 4.1)', () => {
    const bench = recovering({ sack: false })
    bench.tcb.recovery.highSeq = bench.tcb.snd.una
    expect(tryUndoRecovery(bench.tcb, facts(bench), bench.io)).toBe(true)
    expect(bench.tcb.recovery).toMatchObject({ caState: 'Recovery', retransStamp: 0 })
    const again = recovering({ sack: false }, { retransOut: 1 })
    again.tcb.recovery.highSeq = again.tcb.snd.una
    expect(tryUndoRecovery(again.tcb, facts(again), again.io)).toBe(true)
    expect(again.tcb.recovery.retransStamp).toBe(2_000_000)
    const sack = recovering()
    sack.tcb.recovery.highSeq = sack.tcb.snd.una
    expect(tryUndoRecovery(sack.tcb, facts(sack), sack.io)).toBe(false)
  })
})

describe('by DSACK', () => {
  test('when every retransmission was reported as a duplicate', () => {
    const bench = recovering({}, { undoRetrans: 0, rackPersist: 4 })
    expect(tryUndoByDsack(bench.tcb, bench.io)).toBe(true)
    expect(bench.tcb.recovery).toMatchObject({ undoMarker: undefined, rackPersist: 5, caState: 'Recovery' })
    expect(bench.counters).toMatchObject({ TCPDSACKUndo: 1 })
    expect(bench.tcb.congestion.cwnd).toBe(20)
  })

  test.each([
    ['one is unaccounted for', { undoRetrans: 1 }],
    ['none was made', { undoRetrans: -1 }],
    ['there is no episode', { undoRetrans: 0, undoMarker: undefined }],
  ])('not when %s', (_, more) => {
    const bench = recovering({}, more)
    expect(tryUndoByDsack(bench.tcb, bench.io)).toBe(false)
    expect(bench.tcb.congestion.cwnd).toBe(6)
  })
})

describe('of a timeout', () => {
  test('all marks of loss go, the series of timeouts is over, and the state is Open', () => {
    const bench = recovering({}, { caState: 'Loss', timeouts: 3, lostOut: 2, reneged: true })
    bench.tcb.sent[0].lost = true
    bench.tcb.sent[1].lost = true
    expect(tryUndoLoss(bench.tcb, false, facts(bench, 1_000_000), bench.io)).toBe(true)
    expect(bench.tcb.recovery).toMatchObject({ caState: 'Open', timeouts: 0, lostOut: 0, reneged: false })
    expect(bench.tcb.sent.some(({ lost }) => lost)).toBe(false)
    expect(bench.counters).toMatchObject({ TCPLossUndo: 1 })
    expect(bench.counters['TCPSpuriousRTOs']).toBeUndefined()
  })

  test('is by F-RTO whatever the timestamps say, and counted so', () => {
    const no = recovering({}, { caState: 'Loss' })
    expect(tryUndoLoss(no.tcb, false, facts(no), no.io)).toBe(false)
    expect(tryUndoLoss(no.tcb, true, facts(no), no.io)).toBe(true)
    expect(no.counters).toMatchObject({ TCPLossUndo: 1, TCPSpuriousRTOs: 1 })
  })

  test('without SACK by timestamp leaves the state as it is, by F-RTO not', () => {
    const stamp = recovering({ sack: false }, { caState: 'Loss' })
    expect(tryUndoLoss(stamp.tcb, false, facts(stamp, 1_000_000), stamp.io)).toBe(true)
    expect(stamp.tcb.recovery.caState).toBe('Loss')
    const frto = recovering({ sack: false }, { caState: 'Loss' })
    tryUndoLoss(frto.tcb, true, facts(frto), frto.io)
    expect(frto.tcb.recovery.caState).toBe('Open')
    const atHigh = recovering({ sack: false }, { caState: 'Loss' })
    atHigh.tcb.recovery.highSeq = atHigh.tcb.snd.una
    expect(tryUndoLoss(atHigh.tcb, true, facts(atHigh), atHigh.io)).toBe(true)
    expect(atHigh.tcb.recovery.caState).toBe('Loss')
  })
})

describe('on a partial ACK', () => {
  test('which answers the original, all is taken back when no retransmission is on its way', () => {
    const bench = recovering({}, { lostOut: 1 })
    bench.tcb.sent[3].lost = true
    expect(tryUndoPartial(bench.tcb, facts(bench, 1_000_000), bench.io)).toBe('undone')
    expect(bench.tcb.recovery).toMatchObject({ lostOut: 0, caState: 'Open', retransStamp: 0 })
    expect(bench.counters).toMatchObject({ TCPPartialUndo: 1 })
  })

  test('more may only be late: then nothing is marked or sent again', () => {
    const bench = recovering({}, { retransOut: 1 })
    expect(tryUndoPartial(bench.tcb, facts(bench, 1_000_000), bench.io)).toBe('wait')
    expect(bench.tcb.congestion.cwnd).toBe(6)
  })

  test('which may answer a retransmission proves nothing', () => {
    const bench = recovering()
    expect(tryUndoPartial(bench.tcb, facts(bench), bench.io)).toBe('no')
    const none = recovering({}, { undoMarker: undefined })
    expect(tryUndoPartial(none.tcb, facts(none, 1_000_000), none.io)).toBe('no')
  })

  test('tells how far the network reorders', () => {
    const bench = recovering({}, { sackedOut: 1 })
    bench.tcb.recovery.highestSack = bench.tcb.sent[6].end
    tryUndoPartial(bench.tcb, facts(bench, 1_000_000), bench.io)
    expect(bench.tcb.recovery).toMatchObject({ reorderingSeen: 1, reordering: 7, caState: 'Disorder' })
    expect(bench.counters).toMatchObject({ TCPTSReorder: 1 })
  })
})

test('a whole recovery that was for nothing leaves window and threshold as they were (RFC 4015)', () => {
  const bench = senderBench({ timestamps: true, config: { congestion: 'reno' }, sysctl: { tcp_early_retrans: 0 } })
  Object.assign(bench.tcb.congestion, { cwnd: 10, ssthresh: 10 })
  write(bench, 10_000)
  const left = timestampNow(bench.tcb, bench.io.now)
  takeSent(bench)
  pass(bench, 100_000)
  ack(bench, 1, { sack: [[1_001, 5_001]], echo: left })
  expect(takeSent(bench)).toContain(1)
  expect(bench.tcb.recovery.caState).toBe('Recovery')
  // The original was only slow.
  pass(bench, 30_000)
  ack(bench, 10_001, { echo: left })
  expect(bench.tcb.recovery.caState).toBe('Open')
  expect(bench.tcb.congestion).toMatchObject({ ssthresh: 10 })
  expect(bench.tcb.congestion.cwnd).toBeGreaterThanOrEqual(10)
  expect(bench.counters).toMatchObject({ TCPFullUndo: 1 })
})
