/**
 * BBR v1 as Linux's tcp_bbr.c: a model of the path (the largest bandwidth of ten round trips, the smallest round trip of ten seconds) sets
 * pacing rate and window; losses do not. STARTUP doubles the rate until it brings no more, DRAIN empties the queue that this has made, PROBE_BW
 * goes through eight phases of 5/4, 3/4 and six times 1, PROBE_RTT looks at the bare path every ten seconds. Draft:
 * draft-cardwell-iccrg-bbr-congestion-control-00. Leaves out nothing of the file; the policer is in policer.ts.
 */
import { CA_STATES } from '../../trace'
import type { CaState } from '../../trace'
import type { TcpIo } from '../io'
import { segmentsInFlight } from '../recovery/counts'
import { markAppLimited } from '../sender/rate'
import type { Tcb } from '../tcb'
import type { CongestionAlgorithm, CongestionMoment, RateSample } from './algorithm'
import {
  BANDWIDTH_UNIT,
  burstGoal,
  draw,
  guessPacingRate,
  HIGH_GAIN,
  inFlightAtDeparture,
  INITIAL_WINDOW,
  leastBurst,
  noteMode,
  pathSegments,
  setPacingRate,
  UNIT,
  UNKNOWN_RTT,
} from './bbr-path'
import { POLICER_NUMBERS, resetPolicer, samplePolicer } from './policer'
import { resetMax, runningMax, windowedMax } from './windowed'

const STARTUP = 0
const DRAIN = 1
const PROBE_BW = 2
const PROBE_RTT = 3
const MODE_NAMES = ['STARTUP', 'DRAIN', 'PROBE_BW', 'PROBE_RTT'] as const

/** Pacing gains of PROBE_BW, a phase a round trip. */
const CYCLE: readonly number[] = [(UNIT * 5) / 4, (UNIT * 3) / 4, UNIT, UNIT, UNIT, UNIT, UNIT, UNIT]
/** All phases but the second may be the first. */
const CYCLE_STARTS = 7
const DRAIN_GAIN = Math.floor((UNIT * 1_000) / 2_885)
const WINDOW_GAIN = UNIT * 2
/** Round trips that a bandwidth is remembered. */
const BANDWIDTH_ROUNDS = CYCLE.length + 2
const MIN_RTT_MILLIS = 10_000
const PROBE_RTT_MILLIS = 200
const LEAST_WINDOW = 4
/** Still growing: a quarter more; for how many round trips it must not be. */
const GROWTH = (UNIT * 5) / 4
const FULL_ROUNDS = 3
/** Aggregation of ACKs: round trips of one of the two windows, and the most that it adds to the window, in µs of bandwidth. */
const EXTRA_ROUNDS = 5
const EXTRA_MICROS = 100_000
const EPOCH_RESET = 2 ** 20
const RECOVERY = CA_STATES.indexOf('Recovery')

const NUMBERS = {
  mode: STARTUP,
  draws: 0,
  pacingGain: HIGH_GAIN,
  windowGain: HIGH_GAIN,
  minRtt: UNKNOWN_RTT,
  /** ms. */
  minRttAt: 0,
  rounds: 0,
  nextRound: 0,
  roundStart: 0,
  hasSeenRtt: 0,
  priorCwnd: 0,
  caState: 0,
  conserving: 0,
  idleRestart: 0,
  fullBandwidth: 0,
  fullRounds: 0,
  full: 0,
  phase: 0,
  phaseAt: 0,
  /** ms, 0 while the window is not yet down. */
  probeRttUntil: 0,
  probeRttRound: 0,
  epochAt: 0,
  epochAcked: 0,
  extra0: 0,
  extra1: 0,
  extraRounds: 0,
  extraPlace: 0,
  ...POLICER_NUMBERS,
}

/** Linux's jiffies at HZ=1000. */
function millis(io: TcpIo): number {
  return Math.floor(io.now / 1_000)
}

export const bbr: CongestionAlgorithm = {
  name: 'bbr',
  bufferWindows: 3,
  create: () => ({ ...NUMBERS, max0: 0, max1: 0, max2: 0, max0At: 0, max1At: 0, max2At: 0 }),
  init(tcb: Tcb, io: TcpIo): void {
    const { congestion, rtt } = tcb
    Object.assign(congestion.own, NUMBERS)
    resetMax(congestion.own, 'max', 0, 0)
    congestion.own.nextRound = tcb.recovery.delivered
    congestion.own.minRtt = rtt.minRtt === 0 ? UNKNOWN_RTT : rtt.minRtt
    congestion.own.minRttAt = millis(io)
    congestion.own.epochAt = io.now
    congestion.ssthresh = Number.POSITIVE_INFINITY
    guessPacingRate(tcb)
    resetPolicer(tcb)
    congestion.paced = true
  },
  /** A loss changes nothing here; what the window was is kept for the time after the recovery. */
  ssthresh(tcb: Tcb): number {
    saveWindow(tcb)
    return tcb.congestion.ssthresh
  },
  avoid: nothing,
  measured: nothing,
  leastBurst,
  told: (tcb) => {
    const { minRtt, pacingGain, windowGain } = tcb.congestion.own
    const bw = Math.floor((bandwidth(tcb.congestion.own) * tcb.mssNow * 1e6) / BANDWIDTH_UNIT)
    return { bw, mrtt: minRtt === UNKNOWN_RTT ? 0 : minRtt, pacing_gain: pacingGain, cwnd_gain: windowGain }
  },
  undone(tcb: Tcb): number {
    tcb.congestion.own.fullBandwidth = 0
    tcb.congestion.own.fullRounds = 0
    resetPolicer(tcb)
    return tcb.congestion.cwnd
  },
  /** A timeout ends a round, and what was thought to be the pipe's width is in doubt. */
  enters(tcb: Tcb, to: CaState, io: TcpIo): void {
    if (to !== 'Loss') return
    const { own } = tcb.congestion
    own.caState = CA_STATES.indexOf('Loss')
    own.fullBandwidth = 0
    own.roundStart = 1
    if (samplePolicer(tcb, { losses: 1, appLimited: false }, own.mode === PROBE_BW)) startProbeBw(tcb, io)
  },
  happens(tcb: Tcb, moment: CongestionMoment, io: TcpIo): void {
    if (moment !== 'transmitStart' || tcb.rate.appLimited === 0) return
    const { own } = tcb.congestion
    own.idleRestart = 1
    own.epochAt = io.now
    own.epochAcked = 0
    // After a pause the whole model stands, but a burst at 5/4 would only make a queue.
    if (own.mode === PROBE_BW) setPacingRate(tcb, bandwidth(own), UNIT, own.full === 1)
    else if (own.mode === PROBE_RTT) endProbeRtt(tcb, io)
  },
  control(tcb: Tcb, sample: RateSample, io: TcpIo): void {
    const { own } = tcb.congestion
    learnBandwidth(tcb, sample, io)
    learnAggregation(tcb, sample)
    if (own.mode === PROBE_BW && phaseIsOver(tcb, sample, io)) nextPhase(tcb)
    lookForFullPipe(own, sample)
    drainQueue(tcb, io)
    learnMinRtt(tcb, sample, io)
    chooseGains(own)
    setPacingRate(tcb, bandwidth(own), own.pacingGain, own.full === 1)
    setWindow(tcb, sample)
  },
}

function nothing(): void {
  // The model is fed by `control` alone.
}

type Numbers = Record<string, number>

function bandwidth(own: Numbers): number {
  return own.policed === 1 ? own.policedBandwidth : windowedMax(own, 'max')
}

function setMode(tcb: Tcb, mode: number, io: TcpIo): void {
  const { own } = tcb.congestion
  noteMode(tcb, MODE_NAMES[own.mode], MODE_NAMES[mode], bandwidth(own), io)
  own.mode = mode
}

function startProbeBw(tcb: Tcb, io: TcpIo): void {
  setMode(tcb, PROBE_BW, io)
  tcb.congestion.own.phase = CYCLE.length - 1 - draw(tcb, CYCLE_STARTS)
  nextPhase(tcb)
}

function nextPhase(tcb: Tcb): void {
  const { own } = tcb.congestion
  own.phase = (own.phase + 1) % CYCLE.length
  own.phaseAt = tcb.rate.deliveredAt
}

/** bbr_update_bw: a round ends when something that left after its beginning is delivered; each sample stands for its round. */
function learnBandwidth(tcb: Tcb, sample: RateSample, io: TcpIo): void {
  const { own } = tcb.congestion
  own.roundStart = 0
  if (sample.delivered < 0 || sample.interval <= 0) return
  if (sample.priorDelivered >= own.nextRound) {
    own.nextRound = tcb.recovery.delivered
    own.rounds++
    own.roundStart = 1
    own.conserving = 0
  }
  if (samplePolicer(tcb, sample, own.mode === PROBE_BW)) startProbeBw(tcb, io)
  const value = Math.floor((sample.delivered * BANDWIDTH_UNIT) / sample.interval)
  if (!sample.appLimited || value >= windowedMax(own, 'max'))
    runningMax(own, 'max', BANDWIDTH_ROUNDS, own.rounds, value)
}

/** bbr_update_ack_aggregation: how many more segments are acked at a time than the bandwidth explains. */
function learnAggregation(tcb: Tcb, sample: RateSample): void {
  const { own, cwnd } = tcb.congestion
  if (sample.acked <= 0 || sample.delivered < 0 || sample.interval <= 0) return
  if (own.roundStart === 1 && ++own.extraRounds >= EXTRA_ROUNDS) {
    own.extraRounds = 0
    own.extraPlace = 1 - own.extraPlace
    own[`extra${own.extraPlace}`] = 0
  }
  const micros = tcb.rate.deliveredAt - own.epochAt
  let expected = Math.floor((bandwidth(own) * micros) / BANDWIDTH_UNIT)
  if (own.epochAcked <= expected || own.epochAcked + sample.acked >= EPOCH_RESET) {
    own.epochAcked = 0
    own.epochAt = tcb.rate.deliveredAt
    expected = 0
  }
  own.epochAcked += sample.acked
  const extra = Math.min(own.epochAcked - expected, cwnd)
  const name = `extra${own.extraPlace}`
  own[name] = Math.max(own[name], extra)
}

/** bbr_is_next_cycle_phase. */
function phaseIsOver(tcb: Tcb, sample: RateSample, io: TcpIo): boolean {
  const { own } = tcb.congestion
  const long = tcb.rate.deliveredAt - own.phaseAt > own.minRtt
  if (own.pacingGain === UNIT) return long
  const inFlight = departing(tcb, sample.priorInFlight, io)
  if (own.pacingGain > UNIT) return long && (sample.losses > 0 || inFlight >= target(tcb, own.pacingGain))
  // Below 1 the phase may end early: the queue is gone.
  return long || inFlight <= target(tcb, UNIT)
}

function departing(tcb: Tcb, inFlight: number, io: TcpIo): number {
  const { own } = tcb.congestion
  return inFlightAtDeparture(tcb, inFlight, bandwidth(own), own.pacingGain > UNIT, io)
}

/** bbr_inflight: segments in the network at `gain`, with the bursts that are being made up and taken apart. */
function target(tcb: Tcb, gain: number): number {
  const { own } = tcb.congestion
  return withBursts(tcb, pathSegments(windowedMax(own, 'max'), own.minRtt, gain))
}

function withBursts(tcb: Tcb, segments: number): number {
  const { own } = tcb.congestion
  const even = Math.ceil((segments + 3 * burstGoal(tcb)) / 2) * 2
  return own.mode === PROBE_BW && own.phase === 0 ? even + 2 : even
}

/** bbr_check_full_bw_reached. */
function lookForFullPipe(own: Numbers, sample: RateSample): void {
  if (own.full === 1 || own.roundStart === 0 || sample.appLimited) return
  const best = windowedMax(own, 'max')
  if (best >= Math.floor((own.fullBandwidth * GROWTH) / UNIT)) {
    own.fullBandwidth = best
    own.fullRounds = 0
  } else if (++own.fullRounds >= FULL_ROUNDS) {
    own.full = 1
  }
}

/** bbr_check_drain. */
function drainQueue(tcb: Tcb, io: TcpIo): void {
  const { own } = tcb.congestion
  if (own.mode === STARTUP && own.full === 1) {
    setMode(tcb, DRAIN, io)
    tcb.congestion.ssthresh = target(tcb, UNIT)
  }
  if (own.mode === DRAIN && departing(tcb, segmentsInFlight(tcb), io) <= target(tcb, UNIT)) startProbeBw(tcb, io)
}

/** bbr_update_min_rtt: a minimum that is ten seconds old is looked for anew, with next to nothing in the network. */
function learnMinRtt(tcb: Tcb, sample: RateSample, io: TcpIo): void {
  const { own } = tcb.congestion
  const expired = millis(io) > own.minRttAt + MIN_RTT_MILLIS
  if (sample.rtt >= 0 && (sample.rtt < own.minRtt || (expired && !sample.delayed))) {
    own.minRtt = sample.rtt
    own.minRttAt = millis(io)
  }
  if (expired && own.idleRestart === 0 && own.mode !== PROBE_RTT) {
    setMode(tcb, PROBE_RTT, io)
    saveWindow(tcb)
    own.probeRttUntil = 0
  }
  if (own.mode === PROBE_RTT) probeRtt(tcb, io)
  if (sample.delivered > 0) own.idleRestart = 0
}

function probeRtt(tcb: Tcb, io: TcpIo): void {
  const { own } = tcb.congestion
  // Samples of these moments say nothing about the bandwidth.
  markAppLimited(tcb)
  if (own.probeRttUntil === 0 && segmentsInFlight(tcb) <= LEAST_WINDOW) {
    own.probeRttUntil = millis(io) + PROBE_RTT_MILLIS
    own.probeRttRound = 0
    own.nextRound = tcb.recovery.delivered
  } else if (own.probeRttUntil !== 0) {
    if (own.roundStart === 1) own.probeRttRound = 1
    if (own.probeRttRound === 1) endProbeRtt(tcb, io)
  }
}

/** bbr_check_probe_rtt_done. */
function endProbeRtt(tcb: Tcb, io: TcpIo): void {
  const { congestion } = tcb
  const { own } = congestion
  if (own.probeRttUntil === 0 || millis(io) <= own.probeRttUntil) return
  own.minRttAt = millis(io)
  congestion.cwnd = Math.max(congestion.cwnd, own.priorCwnd)
  if (own.full === 1) startProbeBw(tcb, io)
  else setMode(tcb, STARTUP, io)
}

/** bbr_update_gains. */
function chooseGains(own: Numbers): void {
  switch (own.mode) {
    case STARTUP:
      own.pacingGain = HIGH_GAIN
      own.windowGain = HIGH_GAIN
      break
    case DRAIN:
      own.pacingGain = DRAIN_GAIN
      own.windowGain = HIGH_GAIN
      break
    case PROBE_BW:
      own.pacingGain = own.policed === 1 ? UNIT : CYCLE[own.phase]
      own.windowGain = WINDOW_GAIN
      break
    default:
      own.pacingGain = UNIT
      own.windowGain = UNIT
  }
}

/** bbr_save_cwnd. */
function saveWindow(tcb: Tcb): void {
  const { own, cwnd } = tcb.congestion
  const calm = own.caState < RECOVERY && own.mode !== PROBE_RTT
  own.priorCwnd = calm ? cwnd : Math.max(own.priorCwnd, cwnd)
}

/** bbr_set_cwnd. */
function setWindow(tcb: Tcb, sample: RateSample): void {
  const { congestion } = tcb
  const { own } = congestion
  if (sample.acked > 0 && !conserve(tcb, sample)) {
    const wanted = withBursts(tcb, pathSegments(bandwidth(own), own.minRtt, own.windowGain) + aggregation(own))
    const grown = congestion.cwnd + sample.acked
    if (own.full === 1) congestion.cwnd = Math.min(grown, wanted)
    else if (congestion.cwnd < wanted || tcb.recovery.delivered < INITIAL_WINDOW) congestion.cwnd = grown
    congestion.cwnd = Math.max(congestion.cwnd, LEAST_WINDOW)
  }
  if (own.mode === PROBE_RTT) congestion.cwnd = Math.min(congestion.cwnd, LEAST_WINDOW)
}

/**
 * bbr_set_cwnd_to_recover_or_restore: in the first round trip of a recovery what leaves is what was delivered; after it the window is what
 * it was before. Returns true while that rules the window.
 */
function conserve(tcb: Tcb, sample: RateSample): boolean {
  const { congestion, recovery } = tcb
  const { own } = congestion
  const before = own.caState
  const now = CA_STATES.indexOf(recovery.caState)
  let { cwnd } = congestion
  if (sample.losses > 0) cwnd = Math.max(cwnd - sample.losses, 1)
  if (now === RECOVERY && before !== RECOVERY) {
    own.conserving = 1
    own.nextRound = recovery.delivered
    cwnd = segmentsInFlight(tcb) + sample.acked
  } else if (before >= RECOVERY && now < RECOVERY) {
    cwnd = Math.max(cwnd, own.priorCwnd)
    own.conserving = 0
  }
  own.caState = now
  if (own.conserving === 1) cwnd = Math.max(cwnd, segmentsInFlight(tcb) + sample.acked)
  congestion.cwnd = cwnd
  return own.conserving === 1
}

/** bbr_ack_aggregation_cwnd. */
function aggregation(own: Numbers): number {
  if (own.full === 0) return 0
  const most = Math.floor((bandwidth(own) * EXTRA_MICROS) / BANDWIDTH_UNIT)
  return Math.min(Math.max(own.extra0, own.extra1), most)
}
