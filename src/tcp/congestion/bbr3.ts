/**
 * BBR version 3 (draft-ietf-ccwg-bbr-03), which Linux does not have yet: the model of version 1, and two bounds that losses teach. The long-term one
 * says how much in flight has caused too much loss (over 2 %) while the path was probed, the short-term one what the present round trip bears.
 * PROBE_BW goes DOWN, CRUISEs at the bandwidth, REFILLs the pipe and goes UP until loss or no growth, every two to three seconds or as often
 * as Reno would. This file has the states and the window; bbr3-model.ts has bounds and filters. Leaves out ECN and the policer.
 */
import { MICROS_PER_MS, MICROS_PER_SECOND } from '../../base'
import { CA_STATES } from '../../trace'
import type { CaState } from '../../trace'
import type { TcpIo } from '../io'
import { segmentsInFlight } from '../recovery/counts'
import { markAppLimited } from '../sender/rate'
import type { SentSegment, Tcb } from '../tcb'
import type { CongestionAlgorithm, CongestionMoment, RateSample } from './algorithm'
import {
  burstGoal,
  draw,
  guessPacingRate,
  INITIAL_WINDOW,
  leastBurst,
  noteMode,
  pathSegments,
  setPacingRate,
  UNIT,
  UNKNOWN_RTT,
} from './bbr-path'
import {
  adaptLongTerm,
  aggregation,
  bandwidthOf,
  CRUISE,
  DOWN,
  DRAIN,
  inflightTooHighAt,
  isProbeBw,
  LEAST_WINDOW,
  learnAggregation,
  learnCongestion,
  lookForFullPipe,
  MODEL_NUMBERS,
  PROBE_RTT,
  raiseSlope,
  REFILL,
  resetCongestionSignals,
  resetFullPipe,
  resetShortTerm,
  STARTUP,
  startRound,
  STOPPING,
  REFILLING,
  STARTING,
  targetInFlight,
  UP,
  withHeadroom,
} from './bbr3-model'
import { resetMax, windowedMax } from './windowed'

const MODE_NAMES = [
  'STARTUP',
  'DRAIN',
  'PROBE_BW_DOWN',
  'PROBE_BW_CRUISE',
  'PROBE_BW_REFILL',
  'PROBE_BW_UP',
  'PROBE_RTT',
]

/** Pacing and window gains of each state, in 256ths (draft 5.6.1). 2.77 = 4 ln 2. */
const STARTUP_GAIN = Math.floor((UNIT * 277) / 100) + 1
const PACING_GAINS = [STARTUP_GAIN, UNIT / 2, Math.floor((UNIT * 90) / 100), UNIT, UNIT, (UNIT * 5) / 4, UNIT]
const WINDOW_GAINS = [UNIT * 2, UNIT * 2, UNIT * 2, UNIT * 2, UNIT * 2, Math.floor((UNIT * 9) / 4), UNIT / 2]

const MIN_RTT_LIFE = 10 * MICROS_PER_SECOND
const PROBE_RTT_INTERVAL = 5 * MICROS_PER_SECOND
const PROBE_RTT_TIME = 200 * MICROS_PER_MS
/** Between two probes for bandwidth: 2 s and up to one more, or as many round trips as the path holds segments, at most 63. */
const PROBE_WAIT = 2 * MICROS_PER_SECOND
const MOST_RENO_ROUNDS = 63

const NUMBERS = {
  mode: STARTUP,
  draws: 0,
  minRtt: UNKNOWN_RTT,
  minRttAt: 0,
  probeRttDelay: UNKNOWN_RTT,
  probeRttAt: 0,
  probeRttExpired: 0,
  probeRttUntil: 0,
  probeRttRound: 0,
  hasSeenRtt: 0,
  priorCwnd: 0,
  idleRestart: 0,
  caState: 0,
  cycleAt: 0,
  probeWait: 0,
  ...MODEL_NUMBERS,
}

export const bbr3: CongestionAlgorithm = {
  name: 'bbr3',
  bufferWindows: 3,
  create: () => ({ ...NUMBERS }),
  init(tcb: Tcb, io: TcpIo): void {
    const { congestion, rtt, recovery } = tcb
    const { own } = congestion
    Object.assign(own, NUMBERS)
    resetMax(own, 'max', 0, 0)
    resetMax(own, 'extra', 0, 0)
    own.minRtt = rtt.minRtt === 0 ? UNKNOWN_RTT : rtt.minRtt
    own.probeRttDelay = own.minRtt
    own.minRttAt = io.now
    own.probeRttAt = io.now
    own.epochAt = io.now
    own.nextRound = recovery.delivered
    congestion.ssthresh = Number.POSITIVE_INFINITY
    guessPacingRate(tcb)
    congestion.paced = true
  },
  ssthresh(tcb: Tcb): number {
    const { own, ssthresh } = tcb.congestion
    saveWindow(tcb)
    own.undoShortBandwidth = own.shortBandwidth
    own.undoShortInFlight = own.shortInFlight
    own.undoLongInFlight = own.longInFlight
    return ssthresh
  },
  avoid: nothing,
  measured: nothing,
  leastBurst,
  /** The loss was none: the bounds that it drew are lifted (BBRHandleSpuriousLossDetection). */
  undone(tcb: Tcb): number {
    const { own, cwnd } = tcb.congestion
    own.lossInRound = 0
    resetFullPipe(own)
    own.shortBandwidth = Math.max(own.shortBandwidth, own.undoShortBandwidth)
    own.shortInFlight = Math.max(own.shortInFlight, own.undoShortInFlight)
    own.longInFlight = Math.max(own.longInFlight, own.undoLongInFlight)
    return Math.max(cwnd, own.priorCwnd)
  },
  enters(tcb: Tcb, to: CaState): void {
    if (to === 'Loss') resetFullPipe(tcb.congestion.own)
  },
  happens(tcb: Tcb, moment: CongestionMoment, io: TcpIo): void {
    if (moment !== 'transmitStart' || tcb.rate.appLimited === 0) return
    const { own } = tcb.congestion
    own.idleRestart = 1
    own.epochAt = io.now
    own.epochAcked = 0
    if (isProbeBw(own)) setPacingRate(tcb, bandwidthOf(own), UNIT, own.fullReached === 1)
    else if (own.mode === PROBE_RTT) endProbeRtt(tcb, io)
  },
  lost(tcb: Tcb, segment: SentSegment, io: TcpIo): void {
    const { own } = tcb.congestion
    if (own.lossInRound === 0) {
      own.lossInRound = 1
      own.lossRound = tcb.recovery.delivered
    }
    const goesDown = inflightTooHighAt(tcb, segment)
    if (goesDown && own.mode === UP) goDown(tcb, io)
  },
  control(tcb: Tcb, sample: RateSample, io: TcpIo): void {
    const { own } = tcb.congestion
    learnCongestion(tcb, sample)
    learnAggregation(tcb, sample)
    lookForFullPipe(tcb, sample)
    if (own.mode === STARTUP && own.fullReached === 1) setMode(tcb, DRAIN, io)
    if (own.mode === DRAIN && segmentsInFlight(tcb) <= inflight(tcb, UNIT)) goDown(tcb, io)
    probeBandwidth(tcb, sample, io)
    learnMinRtt(tcb, sample, io)
    probeRtt(tcb, sample, io)
    if (own.lossRoundStart === 1) {
      own.latestBandwidth = own.sampleBandwidth
      own.latestInFlight = Math.max(0, sample.delivered)
    }
    setPacingRate(tcb, bandwidthOf(own), PACING_GAINS[own.mode], own.fullReached === 1)
    setWindow(tcb, sample)
  },
}

function nothing(): void {
  // The model is fed by `control` alone.
}

function setMode(tcb: Tcb, mode: number, io: TcpIo): void {
  const { own } = tcb.congestion
  noteMode(tcb, MODE_NAMES[own.mode], MODE_NAMES[mode], windowedMax(own, 'max'), io)
  own.mode = mode
}

/** Segments in the network at `gain` times what the model says (BBRInflight). */
function inflight(tcb: Tcb, gain: number): number {
  const { own } = tcb.congestion
  return withBursts(tcb, pathSegments(windowedMax(own, 'max'), own.minRtt, gain))
}

function withBursts(tcb: Tcb, segments: number): number {
  const most = Math.max(segments, 3 * burstGoal(tcb), LEAST_WINDOW)
  return tcb.congestion.own.mode === UP ? most + 2 : most
}

/** PROBE_BW_DOWN: the queue that probing has made drains, and the next probe is given its date. */
function goDown(tcb: Tcb, io: TcpIo): void {
  const { own } = tcb.congestion
  resetCongestionSignals(own)
  own.probeUpCount = Number.POSITIVE_INFINITY
  own.roundsSinceProbe = draw(tcb, 2)
  own.probeWait = PROBE_WAIT + draw(tcb, MICROS_PER_SECOND)
  own.cycleAt = io.now
  own.ackPhase = STOPPING
  startRound(tcb)
  setMode(tcb, DOWN, io)
}

function refill(tcb: Tcb, io: TcpIo): void {
  const { own } = tcb.congestion
  resetShortTerm(own)
  own.probeUpRounds = 0
  own.probeUpAcks = 0
  own.ackPhase = REFILLING
  startRound(tcb)
  setMode(tcb, REFILL, io)
}

function goUp(tcb: Tcb, io: TcpIo): void {
  const { own } = tcb.congestion
  own.probeSamples = 1
  own.ackPhase = STARTING
  startRound(tcb)
  resetFullPipe(own)
  own.fullBandwidth = own.sampleBandwidth
  setMode(tcb, UP, io)
  raiseSlope(tcb)
}

/** BBRUpdateProbeBWCyclePhase. */
function probeBandwidth(tcb: Tcb, sample: RateSample, io: TcpIo): void {
  const { own, cwnd } = tcb.congestion
  if (own.fullReached === 0) return
  if (adaptLongTerm(tcb, sample) && own.mode === UP) goDown(tcb, io)
  const timely =
    io.now > own.cycleAt + own.probeWait || own.roundsSinceProbe >= Math.min(targetInFlight(tcb), MOST_RENO_ROUNDS)
  switch (own.mode) {
    case DOWN:
      if (timely) refill(tcb, io)
      else if (segmentsInFlight(tcb) <= Math.min(withHeadroom(own), inflight(tcb, UNIT))) setMode(tcb, CRUISE, io)
      break
    case CRUISE:
      if (timely) refill(tcb, io)
      break
    case REFILL:
      // A round trip at the bandwidth has filled the pipe.
      if (own.roundStart === 1) goUp(tcb, io)
      break
    case UP:
      if (tcb.congestion.limited && cwnd >= own.longInFlight) {
        resetFullPipe(own)
        own.fullBandwidth = own.sampleBandwidth
      } else if (own.fullNow === 1) {
        goDown(tcb, io)
      }
      break
    default:
  }
}

/** BBRUpdateMinRTT: the bare round trip of ten seconds, looked for anew every five. */
function learnMinRtt(tcb: Tcb, { rtt }: RateSample, io: TcpIo): void {
  const { own } = tcb.congestion
  own.probeRttExpired = Number(io.now > own.probeRttAt + PROBE_RTT_INTERVAL)
  if (rtt >= 0 && (rtt < own.probeRttDelay || own.probeRttExpired === 1)) {
    own.probeRttDelay = rtt
    own.probeRttAt = io.now
  }
  if (own.probeRttDelay < own.minRtt || io.now > own.minRttAt + MIN_RTT_LIFE) {
    own.minRtt = own.probeRttDelay
    own.minRttAt = own.probeRttAt
  }
}

/** BBRCheckProbeRTT. */
function probeRtt(tcb: Tcb, sample: RateSample, io: TcpIo): void {
  const { own } = tcb.congestion
  if (own.mode !== PROBE_RTT && own.probeRttExpired === 1 && own.idleRestart === 0) {
    saveWindow(tcb)
    setMode(tcb, PROBE_RTT, io)
    own.probeRttUntil = 0
    own.ackPhase = STOPPING
    startRound(tcb)
  }
  if (own.mode === PROBE_RTT) {
    markAppLimited(tcb)
    if (own.probeRttUntil === 0 && segmentsInFlight(tcb) <= probeRttWindow(tcb)) {
      own.probeRttUntil = io.now + PROBE_RTT_TIME
      own.probeRttRound = 0
      startRound(tcb)
    } else if (own.probeRttUntil !== 0) {
      if (own.roundStart === 1) own.probeRttRound = 1
      if (own.probeRttRound === 1) endProbeRtt(tcb, io)
    }
  }
  if (sample.delivered > 0) own.idleRestart = 0
}

function endProbeRtt(tcb: Tcb, io: TcpIo): void {
  const { congestion } = tcb
  const { own } = congestion
  if (own.probeRttUntil === 0 || io.now <= own.probeRttUntil) return
  own.probeRttAt = io.now
  congestion.cwnd = Math.max(congestion.cwnd, own.priorCwnd)
  resetShortTerm(own)
  if (own.fullReached === 0) {
    setMode(tcb, STARTUP, io)
    return
  }
  goDown(tcb, io)
  setMode(tcb, CRUISE, io)
}

/** Half of what the path holds. */
function probeRttWindow(tcb: Tcb): number {
  const { own } = tcb.congestion
  return Math.max(pathSegments(bandwidthOf(own), own.minRtt, WINDOW_GAINS[PROBE_RTT]), LEAST_WINDOW)
}

function saveWindow(tcb: Tcb): void {
  const { own, cwnd } = tcb.congestion
  const calm = own.caState < CA_STATES.indexOf('Recovery') && own.mode !== PROBE_RTT
  own.priorCwnd = calm ? cwnd : Math.max(own.priorCwnd, cwnd)
}

/** BBRSetCwnd. */
function setWindow(tcb: Tcb, sample: RateSample): void {
  const { congestion, recovery } = tcb
  const { own } = congestion
  if (sample.acked > 0) {
    const most = withBursts(tcb, pathSegments(bandwidthOf(own), own.minRtt, WINDOW_GAINS[own.mode]) + aggregation(own))
    congestion.cwnd = afterRecovery(tcb, Math.max(congestion.cwnd - sample.losses, 1))
    const grown = congestion.cwnd + sample.acked
    if (own.fullReached === 1) congestion.cwnd = Math.min(grown, most)
    else if (congestion.cwnd < most || recovery.delivered < INITIAL_WINDOW) congestion.cwnd = grown
    congestion.cwnd = Math.max(congestion.cwnd, LEAST_WINDOW)
  }
  if (own.mode === PROBE_RTT) congestion.cwnd = Math.min(congestion.cwnd, probeRttWindow(tcb))
  let bound = Number.POSITIVE_INFINITY
  if (isProbeBw(own) && own.mode !== CRUISE) bound = own.longInFlight
  else if (own.mode === CRUISE || own.mode === PROBE_RTT) bound = withHeadroom(own)
  bound = Math.max(Math.min(bound, own.shortInFlight), LEAST_WINDOW)
  congestion.cwnd = Math.min(congestion.cwnd, bound)
}

/** Once a recovery is over the window is what it was before. */
function afterRecovery(tcb: Tcb, cwnd: number): number {
  const { own } = tcb.congestion
  const recovery = CA_STATES.indexOf('Recovery')
  const [before, now] = [own.caState, CA_STATES.indexOf(tcb.recovery.caState)]
  own.caState = now
  return before >= recovery && now < recovery ? Math.max(cwnd, own.priorCwnd) : cwnd
}
