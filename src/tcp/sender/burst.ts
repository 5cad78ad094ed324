/**
 * How much leaves at a time. Linux hands the device whole sk_buffs of many segments (TSO), so it decides about bursts: how large one may be
 * (tcp_tso_autosize, tcp_cwnd_test, tcp_mss_split_point), whether to wait until a larger one is possible (tcp_tso_should_defer), and whether a small
 * segment waits (Nagle: tcp_nagle_check with Minshall's tcp_minshall_check). Segments on our wires are of MSS size all the same; a burst
 * of several ends with PSH. TCP makes bursts whatever the device can do (sk_setup_caps), so there is no switch for it.
 */
import { MICROS_PER_MS, seqDiff, seqGt } from '../../base'
import { algorithmOf } from '../congestion'
import type { TcpIo } from '../io'
import { segmentsInFlight } from '../recovery/counts'
import type { Tcb } from '../tcb'
import { MAX_BURST_BYTES, unsentHead, windowEnd } from './queue'

/** Bits of Linux's tp->nonagle: Nagle is off, the socket is corked, whoever asks wants everything out. */
export const NAGLE_OFF = 1
export const NAGLE_CORK = 2
export const NAGLE_PUSH = 4

/** sk_pacing_shift: a burst is what the pacing rate sends in about a millisecond (1/1024 s). */
const PACING_SHIFT = 1_024
const BITS = 32

/** The socket's own setting. */
export function nagleMode(tcb: Tcb): number {
  return (tcb.config.nodelay ? NAGLE_OFF : 0) | (tcb.config.cork ? NAGLE_CORK : 0) | (tcb.snd.pushOnce ? NAGLE_PUSH : 0)
}

/** RFC 9293 3.7.4 with Minshall's refinement: only an unacked small segment makes the next small one wait. */
export function nagleHolds(tcb: Tcb, mode: number): boolean {
  if ((mode & NAGLE_CORK) !== 0) return true
  if (mode !== 0 || tcb.sent.length === 0) return false
  const { smallEnd, una, nxt } = tcb.snd
  return seqGt(smallEnd, una) && !seqGt(smallEnd, nxt)
}

/** Segments of a burst at most: a millisecond's worth by the pacing rate, more on short paths (tcp_tso_autosize). */
export function burstSegments(tcb: Tcb, mss: number, io: TcpIo): number {
  const { sysctl } = io
  let bytes = Math.floor(tcb.congestion.pacingRate / PACING_SHIFT)
  const halvings = tcb.rtt.minRtt === 0 ? BITS : tcb.rtt.minRtt >> sysctl.tcp_tso_rtt_log
  if (halvings < BITS) bytes += Math.floor(MAX_BURST_BYTES / 2 ** halvings)
  const least = algorithmOf(tcb).leastBurst?.(tcb) ?? sysctl.tcp_min_tso_segs
  return Math.max(Math.floor(Math.min(bytes, MAX_BURST_BYTES) / mss), least)
}

/** Segments that the congestion window leaves room for; never more than half of it at once (tcp_cwnd_test). */
export function windowQuota(tcb: Tcb): number {
  const { cwnd } = tcb.congestion
  const inFlight = segmentsInFlight(tcb)
  return inFlight >= cwnd ? 0 : Math.min(Math.max(cwnd >> 1, 1), cwnd - inFlight)
}

/** Bytes of the first unsent buffer that may leave as one burst (tcp_mss_split_point). */
export function burstBytes(tcb: Tcb, length: number, mss: number, segments: number, mode: number): number {
  const room = seqDiff(windowEnd(tcb), tcb.snd.nxt)
  const most = mss * segments
  const isTail = unsentHead(tcb) === tcb.snd.buffers[tcb.snd.buffers.length - 1]
  if (most <= room && !isTail) return most
  const needed = Math.min(length, room)
  if (most <= needed) return most
  const partial = needed % mss
  return partial !== 0 && nagleHolds(tcb, mode) ? needed - partial : needed
}

export type Deferral = 'none' | 'congestionWindow' | 'peerWindow' | 'application'

/** Whether to wait for the next ACK so that a larger burst can leave then, and on account of what. */
export function deferral(tcb: Tcb, head: { bytes: number; fin: boolean }, segments: number, io: TcpIo): Deferral {
  const { snd, congestion, recovery, rtt } = tcb
  if (recovery.caState === 'Recovery' || recovery.caState === 'Loss') return 'none'
  if (io.now - snd.transmittedAt > MICROS_PER_MS) return 'none'
  const mss = tcb.mssNow
  const byWindow = seqDiff(windowEnd(tcb), snd.nxt)
  const byCwnd = (congestion.cwnd - segmentsInFlight(tcb)) * mss
  const limit = Math.min(byWindow, byCwnd)
  if (limit >= segments * mss) return 'none'
  const isTail = unsentHead(tcb) === snd.buffers[snd.buffers.length - 1]
  if (!isTail && limit >= head.bytes) return 'none'
  if (limit >= worthwhile(tcb, io)) return 'none'
  if (tcb.sent.length === 0) return 'none'
  const untilAck = tcb.sent[0].lastSentAt + rtt.srtt - io.now
  if (untilAck > Math.min(rtt.srtt / 2, MICROS_PER_MS)) return 'none'
  if (byCwnd < byWindow) {
    if (byCwnd <= head.bytes) return 'congestionWindow'
  } else if (byWindow <= head.bytes) {
    return 'peerWindow'
  }
  if (head.fin || unsentHead(tcb)?.endOfRecord === true) return 'none'
  return 'application'
}

/** Bytes that are worth sending without waiting: a part of the window (tcp_tso_win_divisor). */
function worthwhile(tcb: Tcb, { sysctl }: TcpIo): number {
  const divisor = sysctl.tcp_tso_win_divisor
  const MAX_DEFERRED_SEGMENTS = 3
  if (divisor === 0) return MAX_DEFERRED_SEGMENTS * tcb.mssNow + 1
  return Math.floor(Math.min(tcb.snd.wnd, tcb.congestion.cwnd * tcb.mssNow) / divisor)
}

/** What cwnd and RTT come to, in bytes a second, with a margin in which the window can grow (tcp_update_pacing_rate). */
export function updatePacingRate(tcb: Tcb, { sysctl }: TcpIo): void {
  const { congestion, rtt, sent } = tcb
  const growing = congestion.cwnd < congestion.ssthresh / 2
  const percent = growing ? sysctl.tcp_pacing_ss_ratio : sysctl.tcp_pacing_ca_ratio
  const perSecond = (tcb.mssNow * Math.max(congestion.cwnd, sent.length) * percent * 10_000) / Math.max(rtt.srtt, 0.125)
  congestion.pacingRate = Math.min(Math.floor(perSecond), tcb.config.maxPacingRate)
}
