/**
 * An acknowledgment arrives: whether it counts, what it frees, what it measures, whether something was lost, how the window moves, and what
 * leaves because of it. Covers RFC 9293 3.10.7.4 (fifth: ACK, window update), RFC 5681, RFC 6298 5, RFC 5961 5.2; Linux tcp_ack. The steps
 * are in clean.ts, rtt.ts, recovery/ and ecn/.
 */
import { seqAdd, seqDiff, seqGt, seqLt, seqMax } from '../../base'
import type { Seq32 } from '../../base'
import { ECE, segmentLength, SYN } from '../../wire'
import type { TcpSegment } from '../../wire'
import { algorithmOf, restartAfterIdle } from '../congestion'
import { readFeedback } from '../ecn/feedback'
import type { TcpIo } from '../io'
import {
  ackFacts,
  CARRIES_DATA,
  CONGESTION_ECHOED,
  DATA_ACKED,
  DUPLICATE_REPORTED,
  FORWARD_PROGRESS,
  inReduction,
  isDubious,
  NOT_DUPLICATE,
  rackUpdateWindow,
  readProbeAck,
  readSacks,
  reduceWindow,
  runMachine,
  SYN_ACKED,
  TIMER_DUE,
  UNA_ADVANCED,
  WINDOW_UPDATED,
} from '../recovery'
import type { AckFacts } from '../recovery'
import { reportAcked } from '../reports'
import type { Tcb } from '../tcb'
import { updatePacingRate } from './burst'
import { chronoStop } from './chrono'
import { cleanQueue } from './clean'
import { takeSample } from './rate'
import { syncMss } from './mss'
import { freeAcked, unsentBytes, windowEnd } from './queue'
import { retransmitLost } from './retransmit'
import { pushPending } from './transmit'
import { clampToUserTimeout, persistInterval, setTimerAfterAck, setTransmitTimer } from './transmit-timer'
import { isArmed, stopTimer } from '../timers'

/**
 * accepted: took part. old: acks nothing new and is below SND.UNA, harmless. tooOld: below everything plausible (RFC 5961 5.2 asks for a
 * challenge ACK). future: acks what was never sent (RFC 9293 asks for an ACK and a drop).
 */
export type AckVerdict = 'accepted' | 'old' | 'tooOld' | 'future'

/** Processes the acknowledgment and window of `segment`, which must bear the ACK bit. `clockMoved`: its timestamp is newer than all before. */
export function processAck(tcb: Tcb, segment: TcpSegment, io: TcpIo, clockMoved = false): AckVerdict {
  const { snd } = tcb
  const { ack } = segment
  if (seqGt(ack, snd.nxt)) return 'future'
  const facts = ackFacts(tcb, ack, tcb.negotiated.timestamps ? (segment.options.timestamps?.echo ?? -1) : -1)
  if (seqLt(ack, snd.una)) return oldAck(tcb, segment, facts, io)

  if (seqGt(ack, snd.una)) {
    facts.flags |= UNA_ADVANCED
    tcb.recovery.timeouts = 0
  }
  if (segmentLength(segment) > 0) facts.flags |= CARRIES_DATA
  updateWindow(tcb, segment, facts, io)
  advanceUna(tcb, ack, facts, io)
  readSacks(tcb, segment.options.sack, facts, io)
  readClassicEcho(tcb, segment, facts)
  tcb.softError = ''
  tcb.persistProbesSent = 0
  tcb.keepaliveProbesSent = 0
  if (tcb.sent.length === 0) nothingOutstanding(tcb, segment, facts, clockMoved, io)
  else outstanding(tcb, segment, facts, clockMoved, io)
  tcb.recovery.duplicateAcks = (facts.flags & UNA_ADVANCED) !== 0 ? 0 : tcb.recovery.duplicateAcks
  return 'accepted'
}

/** An ACK that was overtaken: its window is out of date, but its SACKs may still teach something. */
function oldAck(tcb: Tcb, segment: TcpSegment, facts: AckFacts, io: TcpIo): AckVerdict {
  const plausible = Math.min(tcb.snd.maxWnd, tcb.totals.bytesAcked)
  if (seqLt(segment.ack, seqAdd(tcb.snd.una, -plausible))) return 'tooOld'
  if (segment.options.sack.length > 0 && tcb.negotiated.sack) {
    readSacks(tcb, segment.options.sack, facts, io)
    readMarks(tcb, segment, facts, false, io)
    runMachine(tcb, facts, 0, io)
    countNewly(tcb, facts, io)
    resend(tcb, facts, io)
  }
  return 'old'
}

/** ECE is a congestion signal for classic ECN; each ACK that has it says that all it delivers may have been marked (RFC 3168 6.1.2). */
function readClassicEcho(tcb: Tcb, { flags }: TcpSegment, facts: AckFacts): void {
  if (tcb.ecn.mode !== 'rfc3168' || (flags & ECE) === 0 || (flags & SYN) !== 0) return
  facts.flags |= CONGESTION_ECHOED
}

/** What the ACK tells of marks, once it is known what it delivers; the algorithm takes note. */
function readMarks(tcb: Tcb, segment: TcpSegment, facts: AckFacts, clockMoved: boolean, io: TcpIo): void {
  if (tcb.ecn.mode === 'rfc3168') countMarked(tcb, facts, io)
  else readFeedback(tcb, segment, facts, tcb.recovery.delivered - facts.priorDelivered, clockMoved, io)
  // The algorithm begins with the connection, and so after the ACK that opens it.
  if ((facts.flags & SYN_ACKED) === 0) algorithmOf(tcb).acked?.(tcb, io)
}

/** Classic ECN counts all that an ACK with ECE delivers as marked (tcp_count_delivered). */
function countMarked(tcb: Tcb, facts: AckFacts, io: TcpIo): void {
  const { delivered } = tcb.recovery
  const marked = delivered - facts.markedUpTo
  facts.markedUpTo = delivered
  if (marked <= 0 || tcb.ecn.mode !== 'rfc3168' || (facts.flags & CONGESTION_ECHOED) === 0) return
  tcb.ecn.deliveredCe += marked
  io.count('TCPDeliveredCE', marked)
  io.recorder.emit('tcp/congestionEchoed', 'ecnEcho', marked, tcb.ecn.deliveredCe)
}

/** RFC 9293 3.10.7.4: takes the window when this segment is newer than the one that it was last taken from (SND.WL1, SND.WL2). */
function updateWindow(tcb: Tcb, segment: TcpSegment, facts: AckFacts, io: TcpIo): void {
  const { snd } = tcb
  const window = (segment.flags & SYN) !== 0 ? segment.window : segment.window * 2 ** snd.wscale
  const newer =
    seqGt(segment.ack, snd.una) ||
    seqGt(segment.seq, snd.wl1) ||
    (segment.seq === snd.wl1 && (window > snd.wnd || window === 0))
  if (!newer) return
  facts.flags |= WINDOW_UPDATED
  snd.wl1 = segment.seq
  snd.wl2 = segment.ack
  if (window !== snd.wnd) {
    snd.wnd = window
    if (unsentBytes(tcb) > 0) restartAfterIdle(tcb, algorithmOf(tcb), io)
  }
  if (window <= snd.maxWnd) return
  snd.maxWnd = window
  syncMss(tcb, tcb.path.synced, io)
}

function advanceUna(tcb: Tcb, ack: Seq32, facts: AckFacts, io: TcpIo): void {
  const bytes = seqDiff(ack, tcb.snd.una)
  if (bytes === 0) return
  const { una, up } = tcb.snd
  if (!seqLt(up, una) && !seqGt(up, ack)) tcb.snd.up = ack
  tcb.snd.una = ack
  // Linux makes the socket of a passive open with its SYN already acked, so that only an active open counts the SYN.
  if (!tcb.passive || tcb.state !== 'SYN-RECEIVED') tcb.totals.bytesAcked += bytes
  io.recorder.emit('tcp/acknowledged', 'ackAdvances', ack, bytes)
  freeAcked(tcb)
  reportAcked(tcb, io)
  if (ack === tcb.snd.end) chronoStop(tcb, 'busy', io)
  if (tcb.recovery.sackedOut === 0) tcb.recovery.highestSack = ack
  else tcb.recovery.highestSack = seqMax(tcb.recovery.highestSack, ack)
  facts.flags |= UNA_ADVANCED
}

/** Nothing was out: at most a probe or a keepalive is answered. */
function nothingOutstanding(tcb: Tcb, segment: TcpSegment, facts: AckFacts, clockMoved: boolean, io: TcpIo): void {
  readMarks(tcb, segment, facts, clockMoved, io)
  if ((facts.flags & DUPLICATE_REPORTED) !== 0) runMachine(tcb, facts, 0, io)
  countNewly(tcb, facts, io)
  windowMayBeOpen(tcb, io)
  readProbeAck(tcb, facts, io)
}

/** tcp_ack_probe: the window opened, so the probing ends; or it is still shut, so the next probe is due in its time. */
function windowMayBeOpen(tcb: Tcb, io: TcpIo): void {
  const unsent = unsentBytes(tcb)
  if (unsent === 0) return
  const next = Math.min(unsent, tcb.mssNow)
  if (seqDiff(windowEnd(tcb), tcb.snd.nxt) >= next) {
    tcb.rtt.backoff = 0
    tcb.persistSince = 0
    if (isArmed(tcb, 'persist')) stopTimer(tcb, 'persist')
    return
  }
  setTransmitTimer(tcb, 'persist', clampToUserTimeout(tcb, persistInterval(tcb), tcb.persistSince, io), io)
}

function outstanding(tcb: Tcb, segment: TcpSegment, facts: AckFacts, clockMoved: boolean, io: TcpIo): void {
  const { recovery } = tcb
  const { reneged } = recovery
  cleanQueue(tcb, facts, io)
  rackUpdateWindow(tcb, facts, io)
  readMarks(tcb, segment, facts, clockMoved, io)
  readProbeAck(tcb, facts, io)
  if (isDubious(tcb, facts.flags)) {
    const duplicate = (facts.flags & (UNA_ADVANCED | NOT_DUPLICATE | DUPLICATE_REPORTED)) === 0
    if (duplicate) {
      recovery.duplicateAcks++
      io.recorder.emit('tcp/duplicateAckCounted', 'duplicateAck', recovery.duplicateAcks, facts.ack)
    }
    runMachine(tcb, facts, duplicate ? 1 : 0, io)
    countMarked(tcb, facts, io)
  }
  if ((facts.flags & TIMER_DUE) !== 0) setTimerAfterAck(tcb, io)
  controlWindow(tcb, facts, reneged, io)
  resend(tcb, facts, io)
}

/** The counter of what this ACK delivered; the answer to a SYN,ACK is not in it (tcp_newly_delivered). */
function countNewly(tcb: Tcb, facts: AckFacts, io: TcpIo): void {
  const delivered = tcb.recovery.delivered - facts.priorDelivered
  if (delivered > 0 && !(tcb.passive && (facts.flags & SYN_ACKED) !== 0)) io.count('TCPDelivered', delivered)
}

/** Lets the algorithm have this ACK's sample; most leave window and rate to the common rules (tcp_cong_control). */
function controlWindow(tcb: Tcb, facts: AckFacts, reneged: boolean, io: TcpIo): void {
  const sample = takeSample(tcb, facts, reneged, io.now)
  countNewly(tcb, facts, io)
  const { control } = algorithmOf(tcb)
  if (control === undefined) {
    moveWindow(tcb, facts, io)
    updatePacingRate(tcb, io)
  } else if ((facts.flags & SYN_ACKED) === 0) {
    control(tcb, sample, io)
  }
}

/** Shrinks the window step by step while a reduction runs, grows it when data was delivered in order. */
function moveWindow(tcb: Tcb, facts: AckFacts, io: TcpIo): void {
  const { recovery } = tcb
  const delivered = recovery.delivered - facts.priorDelivered
  if (inReduction(tcb)) {
    reduceWindow(tcb, delivered, recovery.lostTotal - facts.priorLost, facts.flags)
    return
  }
  // Where the network reorders a lot, waiting for data in order would starve the window.
  const growing = recovery.reordering > io.sysctl.tcp_reordering ? FORWARD_PROGRESS : DATA_ACKED
  if ((facts.flags & growing) === 0) return
  algorithmOf(tcb).avoid(tcb, delivered, io)
  tcb.congestion.stampAt = io.now
}

/** Sends what the machine asked for: new data first where F-RTO is finding out, or what is lost. */
function resend(tcb: Tcb, facts: AckFacts, io: TcpIo): void {
  if (facts.resend === 'none' || tcb.state === 'SYN-SENT') return
  const { cause } = io.recorder
  if (facts.lossEvent >= 0) io.recorder.cause = facts.lossEvent
  let again = facts.resend === 'lost'
  if (!again) {
    pushPending(tcb, true, io)
    if (!seqGt(tcb.snd.nxt, tcb.recovery.highSeq)) {
      tcb.recovery.frto = false
      again = true
    }
  }
  if (again) retransmitLost(tcb, io)
  io.recorder.cause = cause
}
