/**
 * Timers of a connection: a deadline for each kind, and who set it. A timer fires when its deadline is not after now; several that
 * are due at one instant fire in the order of TIMER_KINDS. What each does is elsewhere. Linux: inet_csk_reset_xmit_timer and friends;
 * deadlines here are exact, not rounded to the jiffy.
 */
import { NEVER } from '../base'
import type { Micros } from '../base'
import { TIMER_KINDS } from '../trace'
import type { TimerKind } from '../trace'
import type { TcpIo } from './io'
import { stoppedTimer } from './tcb'
import type { Tcb, Timer } from './tcb'

/** Times out at `deadline`, whatever was set before. The event at hand becomes the cause of its firing. */
export function armTimer(tcb: Tcb, kind: TimerKind, deadline: Micros, io: TcpIo): void {
  const timer = tcb.timers[kind]
  timer.deadline = deadline
  timer.armedAt = io.now
  timer.armedBy = io.recorder.cause
  timer.count = timesFired(tcb, kind)
}

export function stopTimer(tcb: Tcb, kind: TimerKind): void {
  tcb.timers[kind].deadline = NEVER
}

export function isArmed(tcb: Tcb, kind: TimerKind): boolean {
  return tcb.timers[kind].deadline !== NEVER
}

export function stopAllTimers(tcb: Tcb): void {
  for (let i = 0; i < TIMER_KINDS.length; i++) stopTimer(tcb, TIMER_KINDS[i])
}

/** When the connection next wants `timersExpire`; NEVER while no timer runs. */
export function nextDeadline(tcb: Tcb): Micros {
  let next = NEVER
  for (let i = 0; i < TIMER_KINDS.length; i++) {
    const { deadline } = tcb.timers[TIMER_KINDS[i]]
    if (deadline < next) next = deadline
  }
  return next
}

/** Every timer of a new connection, stopped. */
export function stoppedTimers(): Record<TimerKind, Timer> {
  return Object.fromEntries(TIMER_KINDS.map((kind) => [kind, stoppedTimer()])) as Record<TimerKind, Timer>
}

/** How often in a row it has fired without an answer. */
function timesFired(tcb: Tcb, kind: TimerKind): number {
  if (kind === 'retransmit') return tcb.recovery.timeouts
  if (kind === 'persist') return tcb.persistProbesSent
  return kind === 'keepalive' ? tcb.keepaliveProbesSent : 0
}
