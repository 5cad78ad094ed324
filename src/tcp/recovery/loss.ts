/**
 * The Loss state: what a retransmission timeout does to the scoreboard and the window (RFC 5681 3.1, RFC 6298 5), and how ACKs lead out of it,
 * with F-RTO (RFC 5682) to see whether the timeout was spurious. Linux: tcp_enter_loss, tcp_timeout_mark_lost, tcp_process_loss.
 */
import { seqDiff, seqGe, seqGt } from '../../base'
import { LOSS_SIGNALS } from '../../trace'
import { algorithmOf } from '../congestion'
import type { TcpIo } from '../io'
import { unsentBytes, windowEnd } from '../sender/queue'
import type { Tcb } from '../tcb'
import { currentSsthresh, segmentsInFlight } from './counts'
import { rackIsOn, rackRemaining } from './rack'
import { initUndo, queueCwr, setCaState } from './reduction'
import { addDuplicateAcks, forgetSacks, markLost } from './scoreboard'
import { tryUndoLoss, tryUndoRecovery } from './undo'
import { DATA_SACKED, ORIGINAL_DELIVERED, UNA_ADVANCED } from './verdict'
import type { AckFacts } from './verdict'

/** The retransmission timer fired: all is lost until shown otherwise, and the window starts again from one segment. */
export function enterLoss(tcb: Tcb, io: TcpIo): number {
  const { recovery, congestion } = tcb
  const { caState } = recovery
  const open = caState === 'Open' || caState === 'Disorder'
  const fresh = open || caState === 'CWR'
  const lossEvent = markAllLost(tcb, io)
  // At most one reduction a window: not again for what was outstanding at the last one.
  if (open || !seqGt(recovery.highSeq, tcb.snd.una) || (caState === 'Loss' && recovery.timeouts === 0)) {
    recovery.priorSsthresh = currentSsthresh(tcb)
    recovery.priorCwnd = congestion.cwnd
    congestion.ssthresh = algorithmOf(tcb).ssthresh(tcb, io)
    algorithmOf(tcb).happens(tcb, 'loss', io)
    initUndo(tcb)
  }
  congestion.cwnd = segmentsInFlight(tcb) + 1
  congestion.cwndCount = 0
  congestion.stampAt = io.now
  // Enough duplicates came and still no fast retransmit: the reordering degree was overrated.
  if (open && recovery.sackedOut >= io.sysctl.tcp_reordering) {
    recovery.reordering = Math.min(recovery.reordering, io.sysctl.tcp_reordering)
  }
  setCaState(tcb, 'Loss', io)
  recovery.highSeq = tcb.snd.nxt
  recovery.tlpHighSeq = undefined
  queueCwr(tcb)
  recovery.frto = io.sysctl.tcp_frto !== 0 && (fresh || recovery.timeouts > 0)
  return lossEvent
}

/** Marks all that is neither SACKed nor, by RACK, sent too lately. Returns the event that says so. */
function markAllLost(tcb: Tcb, io: TcpIo): number {
  const { recovery, sent } = tcb
  const reneged = sent.length > 0 && sent[0].sacked
  if (reneged) {
    io.count('TCPSACKReneging')
    forgetSacks(tcb)
    recovery.reneged = true
  } else if (!tcb.negotiated.sack) {
    recovery.sackedOut = 0
  }
  const rack = !reneged && rackIsOn(tcb, io)
  let bytes = 0
  for (let i = 0; i < sent.length; i++) {
    if (rack && i > 0 && rackRemaining(tcb, sent[i], 0, io.now) > 0) continue
    if (markLost(tcb, sent[i], io)) bytes += seqDiff(sent[i].end, sent[i].seq)
  }
  const first = sent.length > 0 ? sent[0].seq : tcb.snd.una
  return io.recorder.emit('tcp/lossDetected', 'retransmitTimeout', first, bytes, LOSS_SIGNALS.indexOf('timeout'))
}

/** An ACK in Loss. */
export function processLoss(tcb: Tcb, facts: AckFacts, duplicates: number, io: TcpIo): void {
  const { recovery } = tcb
  const advanced = (facts.flags & UNA_ADVANCED) !== 0
  const recovered = seqGe(tcb.snd.una, recovery.highSeq)
  if (advanced && tryUndoLoss(tcb, false, facts, io)) return
  if (recovery.frto && forwardRto(tcb, facts, duplicates, advanced, recovered, io)) return
  if (recovered) {
    tryUndoRecovery(tcb, facts, io)
    return
  }
  if (!tcb.negotiated.sack) {
    if (seqGt(tcb.snd.nxt, recovery.highSeq) && duplicates > 0) addDuplicateAcks(tcb, duplicates, io)
    else if (advanced) recovery.sackedOut = 0
  }
  facts.resend = 'lost'
}

/** F-RTO, RFC 5682 3.1. Returns true when it has decided what happens on this ACK. */
function forwardRto(
  tcb: Tcb,
  facts: AckFacts,
  duplicates: number,
  advanced: boolean,
  recovered: boolean,
  io: TcpIo,
): boolean {
  const { recovery } = tcb
  // Step 3.b: data that was sent once only has arrived, so not all was lost.
  if ((facts.flags & ORIGINAL_DELIVERED) !== 0 && tryUndoLoss(tcb, true, facts, io)) return true
  if (seqGt(tcb.snd.nxt, recovery.highSeq)) {
    // Step 3.a: new data was sent and duplicates come back: the loss was real.
    if ((facts.flags & DATA_SACKED) !== 0 || duplicates > 0) recovery.frto = false
  } else if (advanced && !recovered) {
    recovery.highSeq = tcb.snd.nxt
    // Step 2.b: the first ACK advanced: send new data rather than retransmissions, and see what comes back.
    if (unsentBytes(tcb) > 0 && seqGt(windowEnd(tcb), tcb.snd.nxt)) {
      facts.resend = 'new'
      return true
    }
    recovery.frto = false
  }
  return false
}
