/** How moments are kept in the TCB. */
import type { Micros } from '../../base'

/** A moment as TCB.recovery.retransStamp: 0 there means none, so a run's first microsecond counts as its second. */
export function stampOf(now: Micros): Micros {
  return Math.max(1, now)
}
