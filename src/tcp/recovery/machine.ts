/**
 * The recovery machine: Open, Disorder, CWR, Recovery, Loss, and what an ACK that is not plainly good does in each. Covers RFC 5681 3.2, RFC
 * 6582 (NewReno), RFC 6675 (SACK) and RFC 8985 (RACK) as Linux's tcp_fastretrans_alert joins them, with limited transmit (RFC 3042)
 * falling out of the segments-in-flight count. Leaves out ECN marks' origin.
 */
import { MICROS_PER_MS, seqDiff, seqGe } from '../../base'
import type { TcpIo } from '../io'
import { probeWasTooLong } from '../path/search'
import { setTransmitTimer } from '../sender/transmit-timer'
import type { Tcb } from '../tcb'
import { processLoss } from './loss'
import { rackIsOn, rackMarkLost } from './rack'
import { endReduction, enterRecovery, setCaState, tryToOpen } from './reduction'
import { addDuplicateAcks, detectLoss } from './scoreboard'
import { tryUndoByDsack, tryUndoPartial, tryUndoRecovery } from './undo'
import {
  ALERTS,
  CONGESTION_ECHOED,
  DATA_SACKED,
  NOT_DUPLICATE,
  RENEGED,
  RETRANSMISSION_LOST,
  TIMER_DUE,
  UNA_ADVANCED,
} from './verdict'
import type { AckFacts } from './verdict'

/** Whether an ACK needs the machine at all. */
export function isDubious(tcb: Tcb, flags: number): boolean {
  return (flags & NOT_DUPLICATE) === 0 || (flags & ALERTS) !== 0 || tcb.recovery.caState !== 'Open'
}

/** Runs the machine for one ACK that counts as `duplicates` duplicate ACKs; sets `facts.resend`. */
export function runMachine(tcb: Tcb, facts: AckFacts, duplicates: number, io: TcpIo): void {
  const { recovery } = tcb
  let markHead = duplicates > 0 || ((facts.flags & DATA_SACKED) !== 0 && forcesRetransmit(tcb))
  let entering = false
  if (tcb.sent.length === 0) recovery.sackedOut = 0
  if ((facts.flags & CONGESTION_ECHOED) !== 0) recovery.priorSsthresh = 0
  if (waitsForReneging(tcb, facts, io)) return
  if (leaveFinishedState(tcb, facts, io)) return

  const state = recovery.caState
  if (state === 'Recovery') {
    if ((facts.flags & UNA_ADVANCED) === 0) {
      if (!tcb.negotiated.sack) addDuplicateAcks(tcb, duplicates, io)
    } else {
      const undo = tryUndoPartial(tcb, facts, io)
      if (undo === 'wait') return
      if (undo === 'no') markHead = forcesRetransmit(tcb)
    }
    if (tryUndoByDsack(tcb, io)) tryToOpen(tcb, facts, io)
    identifyLosses(tcb, facts, io)
    if (recovery.caState !== 'Recovery') {
      // The undo ended the recovery; a loss in evidence starts another.
      if (!timeToRecover(tcb, io)) return
      enterRecovery(tcb, facts, io)
    }
  } else {
    if (state === 'Loss') {
      processLoss(tcb, facts, duplicates, io)
      if (stateOf(tcb) !== 'Loss') endTimeouts(tcb, io)
      identifyLosses(tcb, facts, io)
      if (stateOf(tcb) !== 'Open' && (facts.flags & RETRANSMISSION_LOST) === 0) return
    }
    if (!tcb.negotiated.sack) {
      if ((facts.flags & UNA_ADVANCED) !== 0) recovery.sackedOut = 0
      addDuplicateAcks(tcb, duplicates, io)
    }
    if (stateOf(tcb) === 'Open' || stateOf(tcb) === 'Disorder') tryUndoByDsack(tcb, io)
    identifyLosses(tcb, facts, io)
    if (!timeToRecover(tcb, io)) {
      tryToOpen(tcb, facts, io)
      return
    }
    if (probeWasTooLong(tcb, io)) return
    enterRecovery(tcb, facts, io)
    entering = true
  }
  if (markHead && tcb.negotiated.sack && !rackIsOn(tcb, io)) updateScoreboard(tcb, entering, facts, io)
  facts.resend = 'lost'
}

/** The series of timeouts is over (tcp_update_rto_time). */
function endTimeouts({ totals }: Tcb, io: TcpIo): void {
  if (totals.timeoutSince !== 0) totals.timeoutMicros += io.now - totals.timeoutSince
  totals.timeoutSince = 0
}

/** The compiler narrows a field that functions in between change; this reads it afresh. */
function stateOf(tcb: Tcb): Tcb['recovery']['caState'] {
  return tcb.recovery.caState
}

/** More was SACKed than reordering explains. */
function forcesRetransmit(tcb: Tcb): boolean {
  const { recovery } = tcb
  return tcb.negotiated.sack && recovery.sackedOut > recovery.reordering
}

/** A peer that seems to have thrown SACKed data away gets a moment to show that it has not. */
function waitsForReneging(tcb: Tcb, facts: AckFacts, io: TcpIo): boolean {
  const both = RENEGED | UNA_ADVANCED
  if ((facts.flags & both) !== both) return false
  setTransmitTimer(tcb, 'retransmit', Math.max(Math.floor(tcb.rtt.srtt / 2), 10 * MICROS_PER_MS), io)
  facts.flags &= ~TIMER_DUE
  return true
}

/** Ends a state whose highSeq is acked. Returns true when nothing more is to be done on this ACK. */
function leaveFinishedState(tcb: Tcb, facts: AckFacts, io: TcpIo): boolean {
  const { recovery } = tcb
  if (recovery.caState === 'Open') {
    recovery.retransStamp = 0
    return false
  }
  if (!seqGe(tcb.snd.una, recovery.highSeq)) return false
  if (recovery.caState === 'CWR') {
    // Something above highSeq must be acked, so that the peer has seen CWR.
    if (tcb.snd.una !== recovery.highSeq) {
      endReduction(tcb, io)
      setCaState(tcb, 'Open', io)
    }
  } else if (recovery.caState === 'Recovery') {
    if (!tcb.negotiated.sack) recovery.sackedOut = 0
    if (tryUndoRecovery(tcb, facts, io)) return true
    endReduction(tcb, io)
  }
  return false
}

function timeToRecover(tcb: Tcb, io: TcpIo): boolean {
  const { recovery } = tcb
  if (recovery.lostOut > 0) return true
  return tcb.negotiated.sack && !rackIsOn(tcb, io) && recovery.sackedOut >= recovery.reordering
}

/** Finds what this ACK shows to be lost: by RACK, or without SACK by duplicate ACKs and partial ACKs. */
function identifyLosses(tcb: Tcb, facts: AckFacts, io: TcpIo): void {
  if (tcb.sent.length === 0) return
  if (!tcb.negotiated.sack) markHeadNewReno(tcb, facts, io)
  else if (rackIsOn(tcb, io)) rackMarkLost(tcb, facts, io)
}

/** RFC 6582 3.2: the head, at the third duplicate ACK and again at each partial ACK. */
function markHeadNewReno(tcb: Tcb, facts: AckFacts, io: TcpIo): void {
  const { recovery, sent } = tcb
  const advanced = (facts.flags & UNA_ADVANCED) !== 0
  if (recovery.caState === 'Recovery') {
    if (advanced && !sent[0].lost) detectLoss(tcb, sent[0], 'partialAck', 'partialAck', facts, io)
  } else if (recovery.caState !== 'Loss' && recovery.sackedOut >= recovery.reordering && !sent[0].lost) {
    detectLoss(tcb, sent[0], 'threeDuplicateAcks', 'threeDuplicateAcks', facts, io)
  }
}

/**
 * RFC 6675 4: lost is what has DupThresh segments SACKed above it; on entering recovery the head in any case. Stops at what was sent
 * after the recovery point.
 */
function updateScoreboard(tcb: Tcb, entering: boolean, facts: AckFacts, io: TcpIo): void {
  const { recovery, sent } = tcb
  let allowance = recovery.sackedOut - recovery.reordering
  if (allowance < 0 && !entering) return
  const headOnly = allowance < 0
  for (const segment of sent) {
    if (seqDiff(segment.end, recovery.highSeq) > 0) break
    if (segment.sacked) {
      if (allowance-- <= 0) break
      continue
    }
    if (!segment.lost) detectLoss(tcb, segment, 'sack', 'sackLoss', facts, io)
    if (headOnly) break
  }
}
