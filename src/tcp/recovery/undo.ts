/**
 * Taking a congestion response back once it shows that nothing was lost: by timestamps (Eifel, RFC 3522 and RFC 4015), by DSACK (RFC 3708)
 * or by F-RTO (RFC 5682). Linux: tcp_undo_cwnd_reduction, tcp_may_undo, tcp_try_undo_{recovery,loss,partial,dsack}.
 */
import { seqLt } from '../../base'
import { algorithmOf } from '../congestion'
import type { TcpIo } from '../io'
import type { Tcb } from '../tcb'
import { anyRetransmitted } from './counts'
import { rackPersistMore } from './rack'
import { setCaState, tryKeepOpen } from './reduction'
import { noteReordering, unmarkLost } from './scoreboard'
import { echoBefore } from './verdict'
import type { AckFacts } from './verdict'

/** Everything retransmitted was reported as a duplicate, or the ACK answers what was sent before the first retransmission. */
function mayUndo(tcb: Tcb, facts: AckFacts): boolean {
  const { undoMarker, undoRetrans } = tcb.recovery
  return undoMarker !== undefined && (undoRetrans === 0 || wasDelayed(tcb, facts))
}

/** The original was only late. */
function wasDelayed(tcb: Tcb, facts: AckFacts): boolean {
  const { retransStamp } = tcb.recovery
  if (retransStamp === 0) {
    if (tcb.state === 'SYN-SENT') return false
    // Nothing was retransmitted; without SACK, mustStay has forgotten it at highSeq, which proves nothing.
    return tcb.negotiated.sack || seqLt(tcb.snd.una, tcb.recovery.highSeq)
  }
  return echoBefore(tcb, facts, retransStamp)
}

function undoReduction(tcb: Tcb, unmark: boolean, io: TcpIo): void {
  const { recovery, congestion } = tcb
  if (unmark) unmarkLost(tcb)
  if (recovery.priorSsthresh > 0) {
    congestion.cwnd = algorithmOf(tcb).undone?.(tcb) ?? Math.max(congestion.cwnd, recovery.priorCwnd)
    if (recovery.priorSsthresh > congestion.ssthresh) {
      congestion.ssthresh = recovery.priorSsthresh
      tcb.ecn.queueCwr = false
    }
  }
  congestion.stampAt = io.now
  recovery.undoMarker = undefined
  // Without the marks RACK must look at everything anew.
  recovery.rackAdvanced = true
  const ssthresh = Number.isFinite(congestion.ssthresh) ? congestion.ssthresh : 0xffff_ffff
  io.recorder.emit('tcp/congestionUndone', 'congestionUndo', congestion.cwnd, ssthresh)
}

/**
 * Without SACK, an ACK of exactly highSeq keeps the old state: duplicate ACKs may still come that would look like a new loss (RFC 6582 4.1).
 */
function mustStay(tcb: Tcb): boolean {
  if (tcb.snd.una !== tcb.recovery.highSeq || tcb.negotiated.sack) return false
  if (!anyRetransmitted(tcb)) tcb.recovery.retransStamp = 0
  return true
}

/** Everything outstanding at the start of the episode is acked. Returns true when the state must stay for now. */
export function tryUndoRecovery(tcb: Tcb, facts: AckFacts, io: TcpIo): boolean {
  const { recovery } = tcb
  if (mayUndo(tcb, facts)) {
    io.count(recovery.caState === 'Loss' ? 'TCPLossUndo' : 'TCPFullUndo')
    undoReduction(tcb, false, io)
  } else if (recovery.rackPersist > 0) {
    recovery.rackPersist--
  }
  if (mustStay(tcb)) return true
  setCaState(tcb, 'Open', io)
  recovery.reneged = false
  return false
}

/** Every retransmission was reported as a duplicate. */
export function tryUndoByDsack(tcb: Tcb, io: TcpIo): boolean {
  const { recovery } = tcb
  if (recovery.undoMarker === undefined || recovery.undoRetrans !== 0) return false
  rackPersistMore(tcb)
  undoReduction(tcb, false, io)
  io.count('TCPDSACKUndo')
  return true
}

/** The timeout was spurious. `byFrto`: F-RTO says so. */
export function tryUndoLoss(tcb: Tcb, byFrto: boolean, facts: AckFacts, io: TcpIo): boolean {
  if (!byFrto && !mayUndo(tcb, facts)) return false
  undoReduction(tcb, true, io)
  io.count('TCPLossUndo')
  if (byFrto) io.count('TCPSpuriousRTOs')
  tcb.recovery.timeouts = 0
  if (mustStay(tcb)) return true
  if (byFrto || tcb.negotiated.sack) {
    setCaState(tcb, 'Open', io)
    tcb.recovery.reneged = false
  }
  return true
}

/** A partial ACK. 'wait': more originals may only be late, so nothing more is to be marked or resent. */
export function tryUndoPartial(tcb: Tcb, facts: AckFacts, io: TcpIo): 'wait' | 'undone' | 'no' {
  if (tcb.recovery.undoMarker === undefined || !wasDelayed(tcb, facts)) return 'no'
  noteReordering(tcb, facts.priorUna, io, true)
  if (tcb.recovery.retransOut > 0) return 'wait'
  if (!anyRetransmitted(tcb)) tcb.recovery.retransStamp = 0
  undoReduction(tcb, true, io)
  io.count('TCPPartialUndo')
  tryKeepOpen(tcb, io)
  return 'undone'
}
