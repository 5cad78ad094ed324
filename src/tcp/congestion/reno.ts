/**
 * Reno (RFC 5681): halve on a loss, one segment a round trip in congestion avoidance. Linux: tcp_cong.c (tcp_reno_*).
 */
import type { TcpIo } from '../io'
import type { Tcb } from '../tcb'
import type { CongestionAlgorithm } from './algorithm'
import { additiveIncrease, inSlowStart, isCwndLimited, slowStart } from './growth'

export const reno: CongestionAlgorithm = {
  name: 'reno',
  create: () => ({}),
  init: nothing,
  ssthresh: (tcb) => Math.max(tcb.congestion.cwnd >> 1, 2),
  avoid(tcb: Tcb, acked: number, io: TcpIo): void {
    if (!isCwndLimited(tcb)) return
    let left = acked
    if (inSlowStart(tcb)) {
      left = slowStart(tcb, left, io)
      if (left === 0) return
    }
    additiveIncrease(tcb, tcb.congestion.cwnd, left)
  },
  measured: nothing,
  enters: nothing,
  happens: nothing,
}

function nothing(): void {
  // Reno keeps no numbers of its own.
}
