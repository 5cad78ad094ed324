/**
 * Pacing: bursts leave at a distance in time that follows from their length and the pacing rate, so that a sender without ACKs to clock it
 * does not fill a queue. No RFC of TCP's asks for it; Linux tcp_pacing_check, tcp_update_skb_after_send, the pacing timer, and
 * SO_MAX_PACING_RATE. Under the fq discipline Linux hands packets over ahead of their time and fq holds them back; here TCP itself always
 * waits, which shows on the wire as the same times.
 */
import { MICROS_PER_SECOND } from '../../base'
import type { TcpIo } from '../io'
import type { Tcb } from '../tcb'
import { armTimer, isArmed } from '../timers'

/** sch_fq never paced the first ten segments of a connection, and TCP does not either. */
const UNPACED_SEGMENTS = 10

/** Whether the next burst has to wait; starts the timer that ends the wait. */
export function pacingHolds(tcb: Tcb, io: TcpIo): boolean {
  const next = tcb.snd.transmittedAt
  if (!tcb.congestion.paced || next <= io.now) return false
  if (!isArmed(tcb, 'pacing')) armTimer(tcb, 'pacing', Math.ceil(next), io)
  return true
}

/** After a burst of `bytes` has left: from when on the next may. `before` is what `transmittedAt` was until then. */
export function paceBurst(tcb: Tcb, bytes: number, before: number): void {
  const { snd, congestion, totals } = tcb
  const rate = congestion.pacingRate
  if (!congestion.paced || !Number.isFinite(rate) || rate === 0 || totals.dataSegmentsOut < UNPACED_SEGMENTS) return
  const length = (bytes * MICROS_PER_SECOND) / rate
  // Who comes late gets up to half of the pause back.
  snd.transmittedAt += length - Math.min(length / 2, snd.transmittedAt - before)
}

/** SO_MAX_PACING_RATE was set: a limit needs pacing to hold it. */
export function pacingChanged(tcb: Tcb): void {
  const { maxPacingRate } = tcb.config
  if (Number.isFinite(maxPacingRate)) tcb.congestion.paced = true
  tcb.congestion.pacingRate = Math.min(tcb.congestion.pacingRate, maxPacingRate)
}
