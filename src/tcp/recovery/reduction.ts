/**
 * The way down and back: entering CWR and Recovery, proportional rate reduction (RFC 6937, with Linux's slow start part of RFC 9937), and the
 * end of a reduction. Linux: tcp_init_cwnd_reduction, tcp_cwnd_reduction, tcp_end_cwnd_reduction, tcp_enter_recovery, tcp_set_ca_state.
 */
import { CA_STATES } from '../../trace'
import type { CaState } from '../../trace'
import { algorithmOf } from '../congestion'
import type { TcpIo } from '../io'
import type { Tcb } from '../tcb'
import { anyRetransmitted, currentSsthresh, inReduction, leftOut, segmentsInFlight } from './counts'
import { CONGESTION_ECHOED, UNA_ADVANCED } from './verdict'
import type { AckFacts } from './verdict'

/** The only writer of caState. */
export function setCaState(tcb: Tcb, to: CaState, io: TcpIo): void {
  const from = tcb.recovery.caState
  algorithmOf(tcb).enters(tcb, to, io)
  if (from === to) return
  tcb.recovery.caState = to
  io.recorder.emit('tcp/caStateChanged', 'caState', CA_STATES.indexOf(from), CA_STATES.indexOf(to))
}

/** Remembers what an undo will need; segments retransmitted before may still be reported twice. */
export function initUndo(tcb: Tcb): void {
  const { recovery } = tcb
  recovery.undoMarker = tcb.snd.una
  let retransmitted = recovery.retransOut
  if (recovery.tlpHighSeq !== undefined && recovery.tlpRetrans) retransmitted++
  recovery.undoRetrans = retransmitted === 0 ? -1 : retransmitted
}

/** Sets ssthresh to where the window must go and starts the way there. */
export function startReduction(tcb: Tcb, io: TcpIo): void {
  const { recovery, congestion } = tcb
  recovery.highSeq = tcb.snd.nxt
  recovery.tlpHighSeq = undefined
  congestion.cwndCount = 0
  recovery.priorCwnd = congestion.cwnd
  recovery.prrDelivered = 0
  recovery.prrOut = 0
  congestion.ssthresh = algorithmOf(tcb).ssthresh(tcb, io)
  queueCwr(tcb)
}

/** RFC 3168 6.1.2: the peer is to hear that its echo was heeded. AccECN needs no such answer. */
export function queueCwr(tcb: Tcb): void {
  if (tcb.ecn.mode === 'rfc3168') tcb.ecn.queueCwr = true
}

/** Fast retransmit begins (RFC 6675 5 step 4, RFC 6582 3.2 step 2). */
export function enterRecovery(tcb: Tcb, facts: AckFacts | undefined, io: TcpIo): void {
  const { recovery } = tcb
  const echoed = facts !== undefined && (facts.flags & CONGESTION_ECHOED) !== 0
  if (!anyRetransmitted(tcb)) recovery.retransStamp = 0
  recovery.priorSsthresh = 0
  initUndo(tcb)
  if (!inReduction(tcb)) {
    if (!echoed) recovery.priorSsthresh = currentSsthresh(tcb)
    startReduction(tcb, io)
  }
  io.count(tcb.negotiated.sack ? 'TCPSackRecovery' : 'TCPRenoRecovery')
  setCaState(tcb, 'Recovery', io)
}

/** RFC 6937 3: spreads the reduction over the round trip. `delivered` and `lost`: segments, by this ACK. */
export function reduceWindow(tcb: Tcb, delivered: number, lost: number, flags: number): void {
  const { recovery, congestion } = tcb
  if (delivered <= 0 || recovery.priorCwnd === 0) return
  const inFlight = segmentsInFlight(tcb)
  const room = congestion.ssthresh - inFlight
  recovery.prrDelivered += delivered
  let allowed: number
  if (room < 0) {
    allowed = Math.ceil((congestion.ssthresh * recovery.prrDelivered) / recovery.priorCwnd) - recovery.prrOut
  } else {
    allowed = Math.max(recovery.prrDelivered - recovery.prrOut, delivered)
    // The repair works: one more, as slow start would.
    if ((flags & UNA_ADVANCED) !== 0 && lost === 0) allowed++
    allowed = Math.min(room, allowed)
  }
  // The first retransmission always leaves.
  allowed = Math.max(allowed, recovery.prrOut > 0 ? 0 : 1)
  congestion.cwnd = inFlight + allowed
}

/** The reduction has reached its end: cwnd is ssthresh, unless it was undone. */
export function endReduction(tcb: Tcb, io: TcpIo): void {
  const { recovery, congestion } = tcb
  if (algorithmOf(tcb).control !== undefined) return
  if (Number.isFinite(congestion.ssthresh) && (recovery.caState === 'CWR' || recovery.undoMarker !== undefined)) {
    congestion.cwnd = congestion.ssthresh
    congestion.stampAt = io.now
  }
  algorithmOf(tcb).happens(tcb, 'reductionDone', io)
}

/** Reduce without a loss (ECN, local congestion): RFC 3168 6.1.2. */
export function enterCwr(tcb: Tcb, io: TcpIo): void {
  const { recovery } = tcb
  recovery.priorSsthresh = 0
  if (recovery.caState === 'Recovery' || recovery.caState === 'Loss' || recovery.caState === 'CWR') return
  recovery.undoMarker = undefined
  startReduction(tcb, io)
  setCaState(tcb, 'CWR', io)
}

/** Open, or Disorder while anything is out of order. */
export function tryKeepOpen(tcb: Tcb, io: TcpIo): void {
  const state: CaState = leftOut(tcb) > 0 || anyRetransmitted(tcb) ? 'Disorder' : 'Open'
  if (tcb.recovery.caState === state) return
  setCaState(tcb, state, io)
  tcb.recovery.highSeq = tcb.snd.nxt
}

/** Not, or no longer, in recovery. */
export function tryToOpen(tcb: Tcb, facts: AckFacts, io: TcpIo): void {
  if (!anyRetransmitted(tcb)) tcb.recovery.retransStamp = 0
  if ((facts.flags & CONGESTION_ECHOED) !== 0) enterCwr(tcb, io)
  if (tcb.recovery.caState !== 'CWR') tryKeepOpen(tcb, io)
}
