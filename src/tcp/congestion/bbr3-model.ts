/**
 * What BBR v3 learns from ACKs (draft-ietf-ccwg-bbr-03 5.5): bandwidth of the last two probing cycles, aggregation of ACKs, whether the pipe is full,
 * and the two bounds that losses draw: in the long term the volume in flight at which more than 2 % were lost, in the short term 0.7 of what the
 * last round trip bore. States are numbers here because an algorithm's numbers are a flat record.
 */
import type { SentSegment, Tcb } from '../tcb'
import type { RateSample } from './algorithm'
import { BANDWIDTH_UNIT, pathSegments, UNIT } from './bbr-path'
import { runningMax, windowedMax } from './windowed'

export const STARTUP = 0
export const DRAIN = 1
export const DOWN = 2
export const CRUISE = 3
export const REFILL = 4
export const UP = 5
export const PROBE_RTT = 6

/** What the ACKs that arrive answer: the start of a probe, its effect, its end, or refilling. */
export const STARTING = 1
const FEEDBACK = 2
export const STOPPING = 3
export const REFILLING = 4

export const LEAST_WINDOW = 4
/** Beyond this share of loss there is too much in flight. */
const LOSS_SHARE = 0.02
const BETA = 0.7
/** Left free for others while cruising. */
const HEADROOM = 0.15
const BANDWIDTH_CYCLES = 2
const EXTRA_ROUNDS = 10
const GROWTH = 1.25
const FULL_ROUNDS = 3
/** Losses of one round trip of recovery that end STARTUP when they are more than 2 %. */
const STARTUP_LOSSES = 6
const MOST_SLOPE_ROUNDS = 30
const NONE = Number.POSITIVE_INFINITY

export const MODEL_NUMBERS = {
  rounds: 0,
  nextRound: 0,
  roundStart: 0,
  roundsSinceProbe: 0,
  cycles: 0,
  sampleBandwidth: 0,
  fullBandwidth: 0,
  fullRounds: 0,
  fullNow: 0,
  fullReached: 0,
  lossEvents: 0,
  lossInRound: 0,
  lossRound: 0,
  lossRoundStart: 0,
  latestBandwidth: 0,
  latestInFlight: 0,
  shortBandwidth: NONE,
  shortInFlight: NONE,
  longInFlight: NONE,
  undoShortBandwidth: NONE,
  undoShortInFlight: NONE,
  undoLongInFlight: NONE,
  ackPhase: 0,
  probeSamples: 0,
  probeUpCount: NONE,
  probeUpRounds: 0,
  probeUpAcks: 0,
  epochAt: 0,
  epochAcked: 0,
}

type Numbers = Record<string, number>

export function isProbeBw(own: Numbers): boolean {
  return own.mode >= DOWN && own.mode <= UP
}

/** The bandwidth to send at: the best known, as far as the short-term bound allows. */
export function bandwidthOf(own: Numbers): number {
  return Math.min(windowedMax(own, 'max'), own.shortBandwidth)
}

export function startRound(tcb: Tcb): void {
  tcb.congestion.own.nextRound = tcb.recovery.delivered
}

export function resetFullPipe(own: Numbers): void {
  own.fullBandwidth = 0
  own.fullRounds = 0
  own.fullNow = 0
}

export function resetShortTerm(own: Numbers): void {
  own.shortBandwidth = NONE
  own.shortInFlight = NONE
}

export function resetCongestionSignals(own: Numbers): void {
  own.lossInRound = 0
  own.latestBandwidth = 0
  own.latestInFlight = 0
}

/** BBRUpdateLatestDeliverySignals, BBRUpdateCongestionSignals: rounds, bandwidth, and at the end of a round what its losses teach. */
export function learnCongestion(tcb: Tcb, sample: RateSample): void {
  const { own } = tcb.congestion
  const { delivered } = tcb.recovery
  own.roundStart = 0
  own.lossRoundStart = 0
  if (sample.delivered < 0 || sample.interval <= 0) return
  own.sampleBandwidth = Math.floor((sample.delivered * BANDWIDTH_UNIT) / sample.interval)
  own.latestBandwidth = Math.max(own.latestBandwidth, own.sampleBandwidth)
  own.latestInFlight = Math.max(own.latestInFlight, sample.delivered)
  if (sample.priorDelivered >= own.lossRound) {
    own.lossRound = delivered
    own.lossRoundStart = 1
  }
  if (sample.priorDelivered >= own.nextRound) {
    own.nextRound = delivered
    own.rounds++
    own.roundsSinceProbe++
    own.roundStart = 1
  }
  if (!sample.appLimited || own.sampleBandwidth >= windowedMax(own, 'max')) {
    runningMax(own, 'max', BANDWIDTH_CYCLES - 1, own.cycles, own.sampleBandwidth)
  }
  if (own.lossRoundStart === 0) return
  if (own.lossInRound === 1) lowerShortTerm(tcb)
  own.lossInRound = 0
}

/** BBRAdaptLowerBoundsFromCongestion: while the path is probed, losses are expected and the long-term bound's affair. */
function lowerShortTerm(tcb: Tcb): void {
  const { own, cwnd } = tcb.congestion
  if (own.mode === STARTUP || own.mode === REFILL || own.mode === UP) return
  if (own.shortBandwidth === NONE) own.shortBandwidth = windowedMax(own, 'max')
  if (own.shortInFlight === NONE) own.shortInFlight = cwnd
  own.shortBandwidth = Math.max(own.latestBandwidth, Math.floor(own.shortBandwidth * BETA))
  own.shortInFlight = Math.max(own.latestInFlight, Math.floor(own.shortInFlight * BETA))
}

/** BBRUpdateACKAggregation: how much more is acked at a time than the bandwidth explains. */
export function learnAggregation(tcb: Tcb, sample: RateSample): void {
  const { own, cwnd } = tcb.congestion
  if (sample.acked <= 0 || sample.delivered < 0 || sample.interval <= 0) return
  const { deliveredAt } = tcb.rate
  let expected = Math.floor((bandwidthOf(own) * (deliveredAt - own.epochAt)) / BANDWIDTH_UNIT)
  if (own.epochAcked <= expected) {
    own.epochAcked = 0
    own.epochAt = deliveredAt
    expected = 0
  }
  own.epochAcked += sample.acked
  const extra = Math.min(own.epochAcked - expected, cwnd)
  runningMax(own, 'extra', own.fullReached === 1 ? EXTRA_ROUNDS : 1, own.rounds, extra)
}

export function aggregation(own: Numbers): number {
  return own.fullReached === 1 ? windowedMax(own, 'extra') : 0
}

/** BBRCheckFullBWReached, BBRCheckStartupHighLoss. */
export function lookForFullPipe(tcb: Tcb, sample: RateSample): void {
  const { own } = tcb.congestion
  if (own.fullReached === 0) lookForHighLoss(tcb, sample)
  if (own.fullNow === 1 || own.roundStart === 0 || sample.appLimited) return
  if (own.sampleBandwidth >= own.fullBandwidth * GROWTH) {
    resetFullPipe(own)
    own.fullBandwidth = own.sampleBandwidth
  } else if (++own.fullRounds >= FULL_ROUNDS) {
    own.fullNow = 1
    own.fullReached = 1
  }
}

function lookForHighLoss(tcb: Tcb, sample: RateSample): void {
  const { own } = tcb.congestion
  if (sample.losses > 0) own.lossEvents++
  if (own.lossRoundStart === 0) return
  const many = tcb.recovery.caState === 'Recovery' && own.lossEvents >= STARTUP_LOSSES
  own.lossEvents = 0
  if (!many || !isTooHigh(sample.lostSince, sample.sentInFlight)) return
  own.fullReached = 1
  own.longInFlight = Math.max(pathSegments(windowedMax(own, 'max'), own.minRtt, UNIT), own.latestInFlight)
}

function isTooHigh(lost: number, sentInFlight: number): boolean {
  return lost > sentInFlight * LOSS_SHARE
}

/** What the path holds, or less where the window is smaller. */
export function targetInFlight(tcb: Tcb): number {
  const { own, cwnd } = tcb.congestion
  return Math.min(pathSegments(bandwidthOf(own), own.minRtt, UNIT), cwnd)
}

export function withHeadroom(own: Numbers): number {
  if (own.longInFlight === NONE) return NONE
  const room = Math.max(1, Math.floor(own.longInFlight * HEADROOM))
  return Math.max(own.longInFlight - room, LEAST_WINDOW)
}

/** BBRHandleLostPacket: whether this loss shows too much in flight, and at how much the 2 % were reached. Returns whether it does. */
export function inflightTooHighAt(tcb: Tcb, segment: SentSegment): boolean {
  const { own } = tcb.congestion
  if (own.probeSamples === 0) return false
  const sentInFlight = segment.inFlightAtSend
  const lost = tcb.recovery.lostTotal - segment.lostAtSend
  if (!isTooHigh(lost, sentInFlight)) return false
  const before = sentInFlight - 1
  const prefix = Math.max(0, (LOSS_SHARE * before - (lost - 1)) / (1 - LOSS_SHARE))
  boundInFlight(tcb, Math.floor(before + prefix), segment.appLimitedAtSend)
  return true
}

/** BBRHandleInflightTooHigh. */
function boundInFlight(tcb: Tcb, inFlight: number, appLimited: boolean): void {
  const { own } = tcb.congestion
  own.probeSamples = 0
  if (!appLimited) own.longInFlight = Math.max(inFlight, Math.floor(targetInFlight(tcb) * BETA))
}

/** BBRAdaptLongTermModel: returns true when there was too much in flight, so that going up ends. */
export function adaptLongTerm(tcb: Tcb, sample: RateSample): boolean {
  const { own } = tcb.congestion
  if (own.ackPhase === STARTING && own.roundStart === 1) own.ackPhase = FEEDBACK
  if (own.ackPhase === STOPPING && own.roundStart === 1) {
    // The cycle's own samples end here; from now on its maximum is the older of the two.
    if (isProbeBw(own) && !sample.appLimited) own.cycles++
    own.ackPhase = 0
  }
  if (isTooHigh(sample.lostSince, sample.sentInFlight)) {
    if (own.probeSamples === 0) return false
    boundInFlight(tcb, sample.sentInFlight, sample.appLimited)
    return true
  }
  if (own.longInFlight === NONE) return false
  own.longInFlight = Math.max(own.longInFlight, sample.sentInFlight)
  if (own.mode === UP) probeUpward(tcb, sample)
  return false
}

/** BBRProbeInflightLongtermUpward: the bound rises by one segment, then by two, four... a round trip, while it is what limits. */
function probeUpward(tcb: Tcb, sample: RateSample): void {
  const { own, cwnd, limited } = tcb.congestion
  if (!limited || cwnd < own.longInFlight) return
  own.probeUpAcks += sample.acked
  if (own.probeUpAcks >= own.probeUpCount) {
    const steps = Math.floor(own.probeUpAcks / own.probeUpCount)
    own.probeUpAcks -= steps * own.probeUpCount
    own.longInFlight += steps
  }
  if (own.roundStart === 1) raiseSlope(tcb)
}

/** BBRRaiseInflightLongtermSlope. */
export function raiseSlope(tcb: Tcb): void {
  const { own, cwnd } = tcb.congestion
  const growth = 2 ** own.probeUpRounds
  own.probeUpRounds = Math.min(own.probeUpRounds + 1, MOST_SLOPE_ROUNDS)
  own.probeUpCount = Math.max(Math.floor(cwnd / growth), 1)
}
