/**
 * Round-trip time and RTO: RFC 6298 with Linux's variance machinery, in which the variance rises at once but falls only once a round trip
 * (tcp_rtt_estimator, tcp_set_rto, tcp_update_rtt_min). Linux keeps srtt in eighths and deviations in quarters of a microsecond;
 * here the same values stand as µs with those binary fractions, so `rto = srtt + 4 * rttvar` reads as in the RFC and every bit agrees.
 */
import { MICROS_PER_MS, MICROS_PER_SECOND, seqGt } from '../base'
import type { Micros } from '../base'
import type { TcpIo } from './io'
import type { Tcb } from './tcb'

/** RFC 6298 2.1 and 5.7: before any sample, and after a handshake whose SYN was retransmitted. */
export const RTO_INITIAL: Micros = MICROS_PER_SECOND
export const RTO_AFTER_SYN_LOSS: Micros = 3 * MICROS_PER_SECOND
/** How long a minimum round trip stays credible (tcp_min_rtt_wlen). */
const MIN_RTT_LIFE: Micros = 300 * MICROS_PER_SECOND

/** RFC 6298 2.5 allows a maximum of at least 60 s; Linux's is 120 s unless tcp_rto_max_ms or TCP_RTO_MAX_MS says less. */
export function rtoMax(tcb: Tcb): Micros {
  return tcb.config.rtoMaxMicros
}

/** The least margin of the RTO beyond srtt: TCP_RTO_MIN_US, or the sysctl. */
export function rtoMin(tcb: Tcb, io: TcpIo): Micros {
  return tcb.config.rtoMinMicros === 0 ? io.sysctl.tcp_rto_min_us : tcb.config.rtoMinMicros
}

/** Takes a valid sample (Karn's rule is the caller's): updates estimator and RTO, ends backoff, says `tcp/rttMeasured`. */
export function measureRtt(tcb: Tcb, sample: Micros, io: TcpIo): void {
  const { rtt } = tcb
  estimate(tcb, Math.max(0, sample), rtoMin(tcb, io))
  setRto(tcb)
  rtt.backoff = 0
  io.recorder.emit(
    'tcp/rttMeasured',
    'rttEstimator',
    sample,
    Math.round(rtt.srtt),
    Math.round(rtt.rttvar),
    Math.round(rtt.rto),
  )
}

/** RTO from the estimator, rounded up to the timer's millisecond and bounded above; the lower bound is inside rttvar. */
export function setRto(tcb: Tcb): void {
  const exact = Math.floor(tcb.rtt.srtt) + 4 * tcb.rtt.rttvar
  tcb.rtt.rto = Math.min(Math.ceil(exact / MICROS_PER_MS) * MICROS_PER_MS, rtoMax(tcb))
}

function estimate(tcb: Tcb, sample: Micros, minRto: Micros): void {
  const { rtt } = tcb
  if (rtt.srtt === 0) {
    rtt.srtt = Math.max(sample, 1 / 8)
    rtt.mdev = sample / 2
    rtt.rttvar = Math.max(rtt.mdev, minRto / 4)
    rtt.mdevMax = rtt.rttvar
    rtt.rttSeq = tcb.snd.nxt
    return
  }
  const error = sample - Math.floor(rtt.srtt)
  rtt.srtt = Math.max(rtt.srtt + error / 8, 1 / 8)
  let change = Math.abs(error) - Math.floor(rtt.mdev)
  // A round trip that shortens must not make the RTO longer: its deviation counts an eighth (Eifel's observation).
  if (error < 0 && change > 0) change = Math.floor(change / 8)
  rtt.mdev += change / 4
  if (rtt.mdev > rtt.mdevMax) {
    rtt.mdevMax = rtt.mdev
    if (rtt.mdevMax > rtt.rttvar) rtt.rttvar = rtt.mdevMax
  }
  if (seqGt(tcb.snd.una, rtt.rttSeq)) {
    if (rtt.mdevMax < rtt.rttvar) rtt.rttvar -= ((rtt.rttvar * 4 - rtt.mdevMax * 4) >> 2) / 4
    rtt.rttSeq = tcb.snd.nxt
    rtt.mdevMax = minRto / 4
  }
}

/** Keeps the smallest round trip of the last five minutes, in µs. */
export function noteMinRtt(tcb: Tcb, sample: Micros, now: Micros): void {
  const { rtt } = tcb
  const value = Math.max(sample, 1)
  if (rtt.minRtt !== 0 && value > rtt.minRtt && now - rtt.minRttAt <= MIN_RTT_LIFE) return
  rtt.minRtt = value
  rtt.minRttAt = now
}

/** The smallest round trip known, µs; infinite before any sample. */
export function minRtt(tcb: Tcb): Micros {
  return tcb.rtt.minRtt === 0 ? Number.POSITIVE_INFINITY : tcb.rtt.minRtt
}

/** The handshake gave no sample, because its SYN was retransmitted: be careful (RFC 6298 5.7). */
export function assumeSlowPath(tcb: Tcb): void {
  const { rtt } = tcb
  rtt.rttvar = RTO_AFTER_SYN_LOSS / 4
  rtt.mdev = rtt.rttvar
  rtt.mdevMax = rtt.rttvar
  rtt.rto = RTO_AFTER_SYN_LOSS
}
