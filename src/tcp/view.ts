/** The TCB as the page sees it: a copy of numbers, and the two buffers as runs of bytes. Decides nothing. */
import { NEVER, seqAdd, seqDiff, seqGt, seqLt, seqMax } from '../base'
import type { Micros, Seq32 } from '../base'
import { TIMER_KINDS } from '../trace'
import type { ByteRun, TcbView, TimerView } from '../trace'
import { fullSpace } from './receiver/memory'
import { islandEnd } from './receiver/reassembly'
import { readableBytes } from './receiver/read'
import { segmentsInFlight } from './recovery/counts'
import { congestionPhase } from './sender/hold'
import { deliveryRate } from './sender/rate'
import { flightBytes, queuedBytes, sendCapacity } from './sender/queue'
import type { SentSegment, Tcb } from './tcb'

/** How much of what is done with is still shown: bytes. */
const RECENT = 32_768

/** A snapshot of the connection at `now`. */
export function viewTcb(tcb: Tcb, now: Micros): TcbView {
  const { snd, rcv, congestion, recovery, rtt, totals, negotiated } = tcb
  const islands = tcb.outOfOrder.reduce((sum, island) => sum + island.bytes.length, 0)
  return {
    iss: tcb.iss,
    irs: tcb.irs,
    snd: { una: snd.una, nxt: snd.nxt, wnd: snd.wnd, wl1: snd.wl1, wl2: snd.wl2, wscale: snd.wscale },
    rcv: { nxt: rcv.nxt, wnd: rcv.wnd, wup: rcv.wup, wscale: rcv.wscale },
    smss: tcb.smss,
    rmss: tcb.rmss,
    options: { sack: negotiated.sack, timestamps: negotiated.timestamps, windowScale: negotiated.windowScale },
    congestion: {
      algorithm: congestion.algorithm,
      cwnd: congestion.cwnd,
      ssthresh: Number.isFinite(congestion.ssthresh) ? congestion.ssthresh : null,
      caState: recovery.caState,
      phase: congestionPhase(tcb),
      flightBytes: flightBytes(tcb),
      pipe: segmentsInFlight(tcb),
      duplicateAcks: recovery.duplicateAcks,
    },
    ecn: { mode: tcb.ecn.mode, received: tcb.ecn.receivedCe, delivered: tcb.ecn.deliveredCe },
    rtt: {
      srttMicros: rtt.srtt,
      rttvarMicros: rtt.rttvar,
      rtoMicros: rtt.rto,
      backoff: rtt.backoff,
      minMicros: rtt.minRtt === 0 ? null : rtt.minRtt,
    },
    rate: {
      paced: congestion.paced,
      pacing: Number.isFinite(congestion.pacingRate) ? congestion.pacingRate : null,
      delivery: deliveryRate(tcb),
      appLimited: tcb.rate.sampleAppLimited,
    },
    timers: timerViews(tcb, now),
    waiting: { reason: tcb.waiting.reason, bytes: tcb.waiting.bytes, since: tcb.waiting.since },
    sendRuns: sendRuns(tcb),
    sendBuffer: { usedBytes: queuedBytes(tcb), limitBytes: sendCapacity(tcb) },
    receiveRuns: receiveRuns(tcb),
    receiveBuffer: {
      usedBytes: readableBytes(tcb) + islands,
      limitBytes: fullSpace(tcb),
      windowEdge: receivePlace(tcb, seqAdd(rcv.wup, rcv.wnd)),
    },
    totals: {
      bytesAcked: totals.bytesAcked,
      // Linux counts the FIN.
      bytesReceived: totals.bytesReceived - Number(tcb.finReceived),
      segmentsOut: totals.segmentsOut,
      segmentsIn: totals.segmentsIn,
      retransmits: totals.retransmits,
    },
  }
}

function timerViews(tcb: Tcb, now: Micros): TimerView[] {
  const views: TimerView[] = []
  for (const kind of TIMER_KINDS) {
    const { deadline, armedAt, count } = tcb.timers[kind]
    // A deadline of this very instant that has yet to be served is not shown as late.
    if (deadline !== NEVER) views.push({ kind, armedAt, firesAt: Math.max(deadline, now), count })
  }
  return views
}

/** Place in the outgoing stream, the first byte being 1: right beyond 4 GiB too, because it is counted from what is acked. */
function sendPlace(tcb: Tcb, seq: Seq32): number {
  const synNotCounted = tcb.passive && tcb.state !== 'SYN-RECEIVED' ? 1 : 0
  return tcb.totals.bytesAcked + synNotCounted + seqDiff(seq, tcb.snd.una)
}

/** Place in the incoming stream. */
function receivePlace(tcb: Tcb, seq: Seq32): number {
  return tcb.totals.bytesReceived + 1 + seqDiff(seq, tcb.rcv.nxt)
}

function sendRuns(tcb: Tcb): ByteRun[] {
  const runs: ByteRun[] = []
  const una = sendPlace(tcb, tcb.snd.una)
  addRun(runs, Math.max(1, una - RECENT), una, 'acked')
  for (const segment of tcb.sent) {
    addRun(
      runs,
      Math.max(1, sendPlace(tcb, seqMax(segment.seq, tcb.snd.una))),
      sendPlace(tcb, segment.end),
      kindOf(segment),
    )
  }
  addRun(runs, Math.max(1, sendPlace(tcb, tcb.snd.nxt)), sendPlace(tcb, tcb.snd.end), 'queued')
  return runs
}

function kindOf(segment: SentSegment): ByteRun['kind'] {
  if (segment.sacked) return 'sacked'
  if (segment.retransInFlight) return 'retransmitted'
  return segment.lost ? 'lost' : 'inFlight'
}

function receiveRuns(tcb: Tcb): ByteRun[] {
  const runs: ByteRun[] = []
  if (tcb.rcv.nxt === tcb.irs) return runs
  // A FIN is no byte that somebody could read.
  const end = receivePlace(tcb, tcb.rcv.nxt) - (tcb.finReceived ? 1 : 0)
  const copied = Math.max(1, end - readableBytes(tcb))
  addRun(runs, Math.max(1, copied - RECENT), copied, 'read')
  addRun(runs, copied, end, 'unread')
  addIslands(tcb, runs)
  return runs
}

function addIslands(tcb: Tcb, runs: ByteRun[]): void {
  let end = tcb.rcv.nxt
  for (const island of tcb.outOfOrder) {
    const from = seqGt(island.seq, end) ? island.seq : end
    if (seqLt(end, from)) addRun(runs, receivePlace(tcb, end), receivePlace(tcb, from), 'gap')
    end = islandEnd(island)
    addRun(runs, receivePlace(tcb, from), receivePlace(tcb, end), 'outOfOrder')
  }
}

/** Adds a run, or lets the one before grow when it is of the same kind and ends where this one starts. */
function addRun(runs: ByteRun[], start: number, end: number, kind: ByteRun['kind']): void {
  if (start >= end) return
  const last = runs.length - 1
  if (last >= 0 && runs[last].kind === kind && runs[last].end === start) {
    runs[last] = { start: runs[last].start, end, kind }
  } else {
    runs.push({ start, end, kind })
  }
}
