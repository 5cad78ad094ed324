/**
 * How large the next segment may be: the peer's MSS and our path's, less the options that it carries, and at most half of the largest
 * window that the peer ever offered (RFC 9293 3.7.1, 3.8.6.2.1). Linux tcp_current_mss, tcp_bound_to_half_wnd.
 */
import { optionBytes, TIMESTAMPS_LENGTH } from '../options'
import type { TcpIo } from '../io'
import type { Tcb } from '../tcb'

/** A peer that never offered more than this is taken at its word, whole: bytes. */
const SMALL_WINDOW = 536
const LEAST = 48

export function effectiveMss(tcb: Tcb, io: TcpIo): number {
  // mssNow has the timestamps taken off; SACK blocks and counters of marks come and go.
  const fixed = tcb.negotiated.timestamps ? TIMESTAMPS_LENGTH : 0
  const mss = tcb.mssNow - (optionBytes(tcb, io) - fixed)
  const { maxWnd } = tcb.snd
  const bound = maxWnd > SMALL_WINDOW ? maxWnd >> 1 : maxWnd
  return bound > 0 && mss > bound ? Math.max(bound, LEAST) : mss
}
