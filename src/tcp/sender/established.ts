/**
 * The handshake is over, so the sender starts from its true beginning whatever became of the SYN: initial window, infinite ssthresh, algorithm,
 * send buffer. Covers RFC 5681 3.1, RFC 6928, RFC 6298 5.7; Linux tcp_init_transfer, tcp_init_metrics, tcp_try_undo_spurious_syn.
 */
import { algorithmOf, newRounds } from '../congestion'
import type { TcpIo } from '../io'
import { assumeSlowPath } from '../rtt'
import type { Tcb } from '../tcb'
import { updatePacingRate } from './burst'
import { expandSendBuffer } from './space'

export function established(tcb: Tcb, io: TcpIo): void {
  const { congestion, recovery } = tcb
  if (tcb.rtt.srtt === 0) assumeSlowPath(tcb)
  congestion.ssthresh = io.sysctl.initssthresh > 0 ? io.sysctl.initssthresh : Number.POSITIVE_INFINITY
  // Losing the SYN more than once says that the path is in trouble (RFC 5681 3.1).
  congestion.cwnd = tcb.totals.retransmits > 1 && recovery.undoMarker !== undefined ? 1 : io.sysctl.initcwnd
  congestion.stampAt = io.now
  // Idle time counts from here (lsndtime).
  congestion.lastSentAt = io.now
  congestion.rounds = newRounds(tcb.snd.nxt)
  algorithmOf(tcb).init(tcb, io)
  expandSendBuffer(tcb, io)
  if (algorithmOf(tcb).control === undefined) updatePacingRate(tcb, io)
}
