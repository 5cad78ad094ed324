/**
 * The small record that Linux keeps of a connection that only waits for its end (struct inet_timewait_sock): other rules hold for it (input/time-wait.ts),
 * and of ECN it knows but the codepoint last used.
 */
import type { Tcb } from './tcb'
import { isArmed } from './timers'

/** TIME-WAIT, or an orphan that waits for the peer's FIN. */
export function isWaitingRecord(tcb: Tcb): boolean {
  return tcb.state === 'TIME-WAIT' || (tcb.state === 'FIN-WAIT-2' && tcb.orphaned && isArmed(tcb, 'finWait2'))
}
