/**
 * The two ways in which a window grows, shared by all algorithms: slow start (RFC 5681 3.1, with RFC 3465's byte counting in segments) and
 * additive increase by a fraction counter. Linux: tcp_slow_start, tcp_cong_avoid_ai, tcp_is_cwnd_limited.
 */
import type { TcpIo } from '../io'
import type { Tcb } from '../tcb'
import { slowStartShare } from './hystart-plus'

export function inSlowStart(tcb: Tcb): boolean {
  return tcb.congestion.cwnd < tcb.congestion.ssthresh
}

/**
 * Whether the window was the limit lately, so that growing it is justified (RFC 7661 4). In slow start a window of which more than
 * half was used may still double.
 */
export function isCwndLimited(tcb: Tcb): boolean {
  const { congestion } = tcb
  if (congestion.limited) return true
  return inSlowStart(tcb) && congestion.cwnd < 2 * congestion.maxOut
}

/** One segment for each acked one, up to ssthresh. Returns the acked segments that are left for congestion avoidance. */
export function slowStart(tcb: Tcb, acked: number, io: TcpIo): number {
  const { congestion } = tcb
  const share = slowStartShare(tcb, acked, io)
  const cwnd = Math.min(congestion.cwnd + share, congestion.ssthresh)
  const left = share - (cwnd - congestion.cwnd)
  congestion.cwnd = cwnd
  return left
}

/** One segment for each `perSegments` acked ones. */
export function additiveIncrease(tcb: Tcb, perSegments: number, acked: number): void {
  const { congestion } = tcb
  if (congestion.cwndCount >= perSegments) {
    congestion.cwndCount = 0
    congestion.cwnd++
  }
  congestion.cwndCount += acked
  if (congestion.cwndCount >= perSegments) {
    const whole = Math.floor(congestion.cwndCount / perSegments)
    congestion.cwndCount -= whole * perSegments
    congestion.cwnd += whole
  }
}
