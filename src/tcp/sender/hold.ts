/**
 * Saying where the sender stands: what it waits for (`tcp/waiting`) and its window variables (`tcp/sampled`), each only when it changed. Decides
 * nothing; the same test that holds a segment back (transmit.ts) names the reason here.
 */
import { CONGESTION_PHASES, WAIT_REASONS } from '../../trace'
import type { CongestionPhase, RuleName, WaitReason } from '../../trace'
import { inSlowStart } from '../congestion'
import type { TcpIo } from '../io'
import type { Tcb } from '../tcb'
import { isArmed } from '../timers'
import { nagleMode } from './burst'
import { effectiveMss } from './mss'
import { flightBytes, unsentBytes } from './queue'
import { sendHold } from './transmit'

const INFINITE = 0xffff_ffff

const RULE_OF: Readonly<Partial<Record<WaitReason, RuleName>>> = {
  nagle: 'nagle',
  cork: 'corked',
  sillyWindow: 'sillyWindow',
  peerWindow: 'peerWindow',
  persist: 'zeroWindow',
  congestionWindow: 'cwndFull',
  pacing: 'paced',
}

/** Called at the end of every input: segment, call, timeout. */
export function afterInput(tcb: Tcb, io: TcpIo): void {
  noteWaiting(tcb, io)
  noteSample(tcb, io)
}

export function noteWaiting(tcb: Tcb, io: TcpIo): void {
  const reason = waitReason(tcb, io)
  const bytes = unsentBytes(tcb)
  const { waiting } = tcb
  if (waiting.reason === reason && waiting.bytes === bytes) return
  if (waiting.reason !== reason) waiting.since = io.now
  waiting.reason = reason
  waiting.bytes = bytes
  io.recorder.emit('tcp/waiting', RULE_OF[reason] ?? 'senderWaits', WAIT_REASONS.indexOf(reason), bytes)
}

/** What keeps the sender from sending more at this moment. */
export function waitReason(tcb: Tcb, io: TcpIo): WaitReason {
  switch (tcb.state) {
    case 'CLOSED':
    case 'LISTEN':
      return 'closed'
    case 'SYN-SENT':
    case 'SYN-RECEIVED':
      return 'handshake'
    case 'TIME-WAIT':
      return 'timeWait'
    case 'FIN-WAIT-2':
      return 'peerClose'
    default:
      return waitWithData(tcb, io)
  }
}

function waitWithData(tcb: Tcb, io: TcpIo): WaitReason {
  // What could go and did not waits for a larger burst: until the next ACK opens the window further.
  if (unsentBytes(tcb) > 0) {
    const hold = sendHold(tcb, effectiveMss(tcb, io), nagleMode(tcb))
    return hold ?? (isArmed(tcb, 'pacing') ? 'pacing' : 'congestionWindow')
  }
  const { recovery } = tcb
  if (recovery.lostOut > 0 || recovery.retransOut > 0) return 'retransmission'
  return tcb.finQueued && tcb.sent.length > 0 ? 'finAck' : 'nothingToSend'
}

export function noteSample(tcb: Tcb, io: TcpIo): void {
  const { congestion, lastSample, snd } = tcb
  const ssthresh = Number.isFinite(congestion.ssthresh) ? congestion.ssthresh : INFINITE
  const flight = flightBytes(tcb)
  const phase = CONGESTION_PHASES.indexOf(congestionPhase(tcb))
  if (
    lastSample.cwnd === congestion.cwnd &&
    lastSample.ssthresh === ssthresh &&
    lastSample.flightBytes === flight &&
    lastSample.sndWnd === snd.wnd &&
    lastSample.phase === phase
  ) {
    return
  }
  lastSample.cwnd = congestion.cwnd
  lastSample.ssthresh = ssthresh
  lastSample.flightBytes = flight
  lastSample.sndWnd = snd.wnd
  lastSample.phase = phase
  io.recorder.emit('tcp/sampled', 'windowSample', congestion.cwnd, ssthresh, flight, snd.wnd, phase)
}

/** What the window is doing, as a person would shade the graph. */
export function congestionPhase(tcb: Tcb): CongestionPhase {
  const { caState } = tcb.recovery
  if (caState === 'Loss') return 'loss'
  if (caState === 'Recovery' || caState === 'CWR') return 'recovery'
  return inSlowStart(tcb) ? 'slowStart' : 'congestionAvoidance'
}
