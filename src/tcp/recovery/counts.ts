/**
 * The scoreboard's sums (RFC 6675 4, RFC 9293 has none): how many segments are in the network, and what follows from that. The counters
 * are kept as segments change their marks (scoreboard.ts), never by walking the queue. Linux: tcp_packets_in_flight, tcp_left_out.
 */
import type { Tcb } from '../tcb'

/** Segments that have left the network: SACKed (or, without SACK, counted by duplicate ACKs) or believed lost. */
export function leftOut(tcb: Tcb): number {
  return tcb.recovery.sackedOut + tcb.recovery.lostOut
}

/** Segments believed to be in the network: RFC 6675's pipe. */
export function segmentsInFlight(tcb: Tcb): number {
  return tcb.sent.length - leftOut(tcb) + tcb.recovery.retransOut
}

/** In CWR or Recovery the window is on its way down to ssthresh (RFC 6937). */
export function inReduction(tcb: Tcb): boolean {
  const { caState } = tcb.recovery
  return caState === 'CWR' || caState === 'Recovery'
}

/** The ssthresh to remember or to fall back to: outside reductions, three quarters of a window that has outgrown it. */
export function currentSsthresh(tcb: Tcb): number {
  const { congestion } = tcb
  if (inReduction(tcb)) return congestion.ssthresh
  return Math.max(congestion.ssthresh, (congestion.cwnd >> 1) + (congestion.cwnd >> 2))
}

/** Anything retransmitted that may still be on its way, or the oldest segment ever retransmitted. */
export function anyRetransmitted(tcb: Tcb): boolean {
  return tcb.recovery.retransOut > 0 || (tcb.sent.length > 0 && tcb.sent[0].retransmits > 0)
}
