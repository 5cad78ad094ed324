/**
 * What BBR v1 and v3 share: bandwidth as a number, the products of bandwidth and time, and the pacing rate that follows. Linux tcp_bbr.c:
 * bbr_rate_bytes_per_sec, bbr_bw_to_pacing_rate, bbr_init_pacing_rate_from_rtt, bbr_set_pacing_rate, bbr_bdp, bbr_tso_segs_goal,
 * bbr_packets_in_net_at_edt.
 *
 * Bandwidth is kept as Linux keeps it, in segments a microsecond times 2^24; gains are in 256ths.
 */
import { mix32 } from '../../base'
import type { TcpIo } from '../io'
import { MAX_BURST_BYTES } from '../sender/queue'
import type { Tcb } from '../tcb'

export const UNIT = 256
export const BANDWIDTH_UNIT = 2 ** 24
/** 2/ln 2: the least gain that doubles the rate in each round trip (bbr_high_gain). */
export const HIGH_GAIN = Math.floor((UNIT * 2_885) / 1_000) + 1
/** Room that pacing leaves below the bandwidth, in percent, so that a queue drains (bbr_pacing_margin_percent). */
const MARGIN_PERCENT = 1
/** No round trip was measured yet (min_rtt_us ~0U). */
export const UNKNOWN_RTT = 0xffff_ffff
/** Segments that an unknown path is trusted with (TCP_INIT_CWND). */
export const INITIAL_WINDOW = 10
/** Below this pacing rate a burst is one segment: 1.2 Mbit/s (bbr_min_tso_rate). */
const SMALL_BURST_RATE = 1_200_000 / 8
/** A burst is what leaves in the 1024th part of a second (sk_pacing_shift). */
const BURSTS_A_SECOND = 1_024

/** Bytes a second of `bandwidth` times `gain`, less the margin. */
export function bytesPerSecond(tcb: Tcb, bandwidth: number, gain: number): number {
  const scaled = Math.floor((bandwidth * tcb.mssNow * gain) / UNIT)
  return Math.floor((scaled * 10_000 * (100 - MARGIN_PERCENT)) / BANDWIDTH_UNIT)
}

/** The window and the round trip of the handshake, as the first guess. */
export function guessPacingRate(tcb: Tcb): void {
  const { congestion, rtt } = tcb
  const known = rtt.srtt > 0
  if (known) congestion.own.hasSeenRtt = 1
  const micros = known ? Math.max(Math.floor(rtt.srtt), 1) : 1_000
  const bandwidth = Math.floor((congestion.cwnd * BANDWIDTH_UNIT) / micros)
  congestion.pacingRate = Math.min(bytesPerSecond(tcb, bandwidth, HIGH_GAIN), tcb.config.maxPacingRate)
}

/** Paces at `bandwidth` times `gain`; before the pipe was full once, never slower than before. */
export function setPacingRate(tcb: Tcb, bandwidth: number, gain: number, full: boolean): void {
  const { congestion, config, rtt } = tcb
  const rate = Math.min(bytesPerSecond(tcb, bandwidth, gain), config.maxPacingRate)
  if (congestion.own.hasSeenRtt === 0 && rtt.srtt > 0) guessPacingRate(tcb)
  if (full || rate > congestion.pacingRate) congestion.pacingRate = rate
}

/** Segments of a burst at least (bbr_min_tso_segs). */
export function leastBurst(tcb: Tcb): number {
  return tcb.congestion.pacingRate < SMALL_BURST_RATE ? 1 : 2
}

/** Segments of a burst as pacing would make it. */
export function burstGoal(tcb: Tcb): number {
  const bytes = Math.min(Math.floor(tcb.congestion.pacingRate / BURSTS_A_SECOND), MAX_BURST_BYTES)
  return Math.min(Math.max(Math.floor(bytes / tcb.mssNow), leastBurst(tcb)), 127)
}

/** Segments that the path holds at `bandwidth` without a queue, times `gain`. */
export function pathSegments(bandwidth: number, minRtt: number, gain: number): number {
  if (minRtt === UNKNOWN_RTT) return INITIAL_WINDOW
  return Math.ceil(Math.floor((bandwidth * minRtt * gain) / UNIT) / BANDWIDTH_UNIT)
}

/** Segments that will be in the network when the next burst may leave; `inFlight` now, `rising` when more is being sent than delivered. */
export function inFlightAtDeparture(tcb: Tcb, inFlight: number, bandwidth: number, rising: boolean, io: TcpIo): number {
  const wait = Math.max(0, tcb.snd.transmittedAt - io.now)
  const delivered = Math.floor((bandwidth * Math.floor(wait)) / BANDWIDTH_UNIT)
  return Math.max(0, inFlight + (rising ? burstGoal(tcb) : 0) - delivered)
}

/** A whole number below `bound`, from a stream of the connection's own: its ISN comes from the host's secret. */
export function draw(tcb: Tcb, bound: number): number {
  const { own } = tcb.congestion
  own.draws++
  return mix32(tcb.iss, own.draws) % bound
}

/** Says that the algorithm does something else from now on, and what it believes of the path. */
export function noteMode(tcb: Tcb, from: string, to: string, bandwidth: number, io: TcpIo): void {
  if (from === to) return
  const { recorder } = io
  const rate = Math.floor((bandwidth * tcb.mssNow * 1_000_000) / BANDWIDTH_UNIT)
  const { minRtt } = tcb.congestion.own
  recorder.emit('tcp/congestionModeChanged', 'bbrMode', recorder.text(from), recorder.text(to), rate, minRtt)
}
