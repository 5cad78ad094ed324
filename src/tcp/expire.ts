/**
 * Timeouts (RFC 9293 3.10.8): which function each timer calls. Several that are due at one instant fire in the order of TIMER_KINDS.
 */
import { assert } from '../base'
import { TIMER_KINDS } from '../trace'
import type { TimerKind } from '../trace'
import { MICROS_PER_MS } from '../base'
import type { TcpIo } from './io'
import { keepaliveTimerFires } from './keepalive'
import { compressedAckTimerFires, delayedAckTimerFires } from './receiver/ack-timing'
import { afterInput } from './sender/hold'
import { refreshPath } from './sender/mss'
import {
  pacingTimerFires,
  persistTimerFires,
  reorderTimerFires,
  retransmitTimerFires,
  synAckTimerFires,
  tailLossTimerFires,
} from './sender/timeouts'
import { setState } from './state'
import type { Tcb } from './tcb'
import { nextDeadline, stopTimer } from './timers'

const HANDLERS: Readonly<Record<TimerKind, (tcb: Tcb, io: TcpIo) => void>> = {
  retransmit: retransmitTimerFires,
  persist: persistTimerFires,
  delayedAck: delayedAckTimerFires,
  keepalive: keepaliveTimerFires,
  timeWait: timeWaitTimerFires,
  finWait2: finWait2TimerFires,
  synAck: synAckTimerFires,
  tailLoss: tailLossTimerFires,
  reorder: reorderTimerFires,
  pacing: pacingTimerFires,
  compressedAck: compressedAckTimerFires,
}

/** Lets every timer fire that is due by now, once each. Does nothing when none is. */
export function timersExpire(tcb: Tcb, io: TcpIo): void {
  if (nextDeadline(tcb) > io.now) return
  const { recorder } = io
  const { cause } = recorder
  refreshPath(tcb, io)
  for (let i = 0; i < TIMER_KINDS.length; i++) fire(tcb, i, io)
  afterInput(tcb, io)
  recorder.cause = cause
}

function fire(tcb: Tcb, code: number, io: TcpIo): void {
  const kind = TIMER_KINDS[code]
  const timer = tcb.timers[kind]
  if (timer.deadline > io.now) return
  const { recorder } = io
  if (timer.armedBy >= 0) recorder.cause = timer.armedBy
  const after = Math.round((io.now - timer.armedAt) / MICROS_PER_MS)
  recorder.cause = recorder.emit('tcp/timerFired', 'timerFired', code, timer.count, after)
  stopTimer(tcb, kind)
  HANDLERS[kind](tcb, io)
}

/** 2MSL have passed. */
function timeWaitTimerFires(tcb: Tcb, io: TcpIo): void {
  assert(tcb.state === 'TIME-WAIT', `the 2MSL timer ran in ${tcb.state}`)
  io.count('TW')
  setState(tcb, 'CLOSED', io, 'timeWaitOver')
}

/** The peer's FIN never came; nobody is left who would care. */
function finWait2TimerFires(tcb: Tcb, io: TcpIo): void {
  setState(tcb, 'CLOSED', io, 'finWait2Over')
}
