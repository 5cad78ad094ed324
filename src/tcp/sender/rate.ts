/**
 * Delivery-rate sampling: each segment carries away what had been delivered when it left, so the ACK that delivers it tells how much more
 * arrived since, and in what time. Covers draft-cheng-iccrg-delivery-rate-estimation; Linux tcp_rate_skb_sent, tcp_rate_skb_delivered,
 * tcp_rate_gen, tcp_rate_check_app_limited, tcp_compute_delivery_rate. Leaves out ECN marks, and the device's queue: our hosts hand
 * every packet to the link at once.
 */
import { MICROS_PER_SECOND, NEVER, seqGt } from '../../base'
import type { Micros } from '../../base'
import type { RateSample } from '../congestion/algorithm'
import { MAYBE_DELAYED } from '../recovery/verdict'
import { segmentsInFlight } from '../recovery/counts'
import type { AckFacts } from '../recovery/verdict'
import { minRtt } from '../rtt'
import type { SentSegment, Tcb } from '../tcb'
import { unsentBytes } from './queue'

type Stamps = Pick<
  SentSegment,
  'deliveredAtSend' | 'deliveredTimeAtSend' | 'windowBeganAtSend' | 'appLimitedAtSend' | 'inFlightAtSend' | 'lostAtSend'
>

/** What a segment that leaves now takes along. Must be asked before the segment is counted as outstanding. */
export function stampSent(tcb: Tcb, now: Micros): Stamps {
  const { rate, recovery } = tcb
  if (tcb.sent.length === 0) {
    // Nothing was out, so the time until the first ACK is all the network's.
    rate.windowBegan = now
    rate.deliveredAt = now
  }
  return {
    deliveredAtSend: recovery.delivered,
    // tcp_connect counts its SYN before it sends it, so that no time is noted and its ACK is no sample.
    deliveredTimeAtSend: tcb.state === 'SYN-SENT' ? NEVER : rate.deliveredAt,
    windowBeganAtSend: rate.windowBegan,
    appLimitedAtSend: rate.appLimited !== 0,
    inFlightAtSend: segmentsInFlight(tcb) + 1,
    lostAtSend: recovery.lostTotal,
  }
}

/** Notes a newly delivered segment for the ACK's sample: the one sent last counts, and each counts once. */
export function noteDelivery(tcb: Tcb, facts: AckFacts, segment: SentSegment): void {
  if (segment.deliveredTimeAtSend === NEVER) return
  const later =
    segment.lastSentAt > facts.rateSentAt ||
    (segment.lastSentAt === facts.rateSentAt && seqGt(segment.end, facts.rateEnd))
  if (facts.rateDelivered < 0 || later) {
    facts.rateDelivered = segment.deliveredAtSend
    facts.rateSentAt = segment.lastSentAt
    facts.rateEnd = segment.end
    facts.ratePriorAt = segment.deliveredTimeAtSend
    facts.rateAppLimited = segment.appLimitedAtSend
    facts.rateInFlight = segment.inFlightAtSend
    facts.rateLost = segment.lostAtSend
    facts.rateRetransmitted = segment.retransmits > 0
    facts.rateSendMicros = segment.lastSentAt - segment.windowBeganAtSend
    tcb.rate.windowBegan = segment.lastSentAt
  }
  // What is SACKed now must not give a second sample when it is acked.
  if (segment.sacked) segment.deliveredTimeAtSend = NEVER
}

/** The sample of one ACK; keeps the last that was not the application's doing, or a higher one, for tcpi_delivery_rate. */
export function takeSample(tcb: Tcb, facts: AckFacts, reneged: boolean, now: Micros): RateSample {
  const { rate, recovery } = tcb
  if (rate.appLimited !== 0 && recovery.delivered > rate.appLimited) rate.appLimited = 0
  const acked = recovery.delivered - facts.priorDelivered
  if (acked > 0) rate.deliveredAt = now
  const valid = facts.rateDelivered >= 0 && !reneged
  const span = Math.max(facts.rateSendMicros, now - facts.ratePriorAt)
  const credible = valid && span >= minRtt(tcb)
  const sample: RateSample = {
    delivered: valid ? recovery.delivered - facts.rateDelivered : -1,
    interval: credible ? span : -1,
    priorDelivered: Math.max(0, facts.rateDelivered),
    priorInFlight: facts.priorInFlight,
    acked,
    losses: recovery.lostTotal - facts.priorLost,
    sentInFlight: facts.rateInFlight,
    lostSince: recovery.lostTotal - facts.rateLost,
    appLimited: facts.rateAppLimited,
    retransmitted: facts.rateRetransmitted,
    rtt: facts.rttMicros,
    delayed: (facts.flags & MAYBE_DELAYED) !== 0,
  }
  if (credible && (!sample.appLimited || sample.delivered * rate.interval >= rate.delivered * span)) {
    rate.delivered = sample.delivered
    rate.interval = span
    rate.sampleAppLimited = sample.appLimited
  }
  return sample
}

/** Bytes a second of the kept sample, 0 before the first (tcp_compute_delivery_rate). */
export function deliveryRate(tcb: Tcb): number {
  const { delivered, interval } = tcb.rate
  return interval === 0 ? 0 : Math.floor((delivered * tcb.mssNow * MICROS_PER_SECOND) / interval)
}

/** Asked when the application writes: had it let the pipe run dry, samples of what is out now say nothing about the path. */
export function checkAppLimited(tcb: Tcb): void {
  const { recovery } = tcb
  const inFlight = segmentsInFlight(tcb)
  if (unsentBytes(tcb) >= tcb.mssNow || inFlight >= tcb.congestion.cwnd || recovery.lostOut > recovery.retransOut)
    return
  markAppLimited(tcb)
}

/** Samples are the application's doing until all that is out now has been delivered. */
export function markAppLimited(tcb: Tcb): void {
  tcb.rate.appLimited = Math.max(1, tcb.recovery.delivered + segmentsInFlight(tcb))
}
