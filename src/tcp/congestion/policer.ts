/**
 * Long-term bandwidth of BBR v1: where a token-bucket policer drops what exceeds its rate, the rate of the bursts that pass says nothing.
 * Two intervals between losses, both with much loss and about the same rate, mean that there is one; then that rate is used for 48 round
 * trips. Linux tcp_bbr.c: bbr_lt_bw_sampling and what it calls.
 */
import type { Tcb } from '../tcb'
import type { RateSample } from './algorithm'
import { BANDWIDTH_UNIT, bytesPerSecond, UNIT } from './bbr-path'

/** Round trips that an interval lasts at least; it is given up after four times as many. */
const INTERVAL_ROUNDS = 4
/** Lost of delivered, in 256ths. */
const MUCH_LOSS = 50
/** Two rates are the same when they differ by an eighth, or by 4 kbit/s. */
const RATIO = UNIT / 8
const DIFFERENCE = 4_000 / 8
const ROUNDS_OF_USE = 48

export const POLICER_NUMBERS = {
  policed: 0,
  policedBandwidth: 0,
  sampling: 0,
  intervalRounds: 0,
  intervalAt: 0,
  intervalDelivered: 0,
  intervalLost: 0,
}

type Numbers = Record<string, number>

function millis(tcb: Tcb): number {
  return Math.floor(tcb.rate.deliveredAt / 1_000)
}

function startInterval(tcb: Tcb): void {
  const { own } = tcb.congestion
  own.intervalAt = millis(tcb)
  own.intervalDelivered = tcb.recovery.delivered
  own.intervalLost = tcb.recovery.lostTotal
  own.intervalRounds = 0
}

/** Forgets what was learnt, as after a pause of the application or an undone recovery. */
export function resetPolicer(tcb: Tcb): void {
  const { own } = tcb.congestion
  own.policedBandwidth = 0
  own.policed = 0
  own.sampling = 0
  startInterval(tcb)
}

/** Takes one ACK. Returns true when a policer's rate was used for long enough and the path is to be probed again. */
export function samplePolicer(tcb: Tcb, sample: Pick<RateSample, 'losses' | 'appLimited'>, probing: boolean): boolean {
  const { own } = tcb.congestion
  const round = own.roundStart === 1
  if (own.policed === 1) {
    if (!probing || !round || ++own.intervalRounds < ROUNDS_OF_USE) return false
    resetPolicer(tcb)
    return true
  }
  if (own.sampling === 0) {
    // Waiting for the loss that an empty bucket causes.
    if (sample.losses === 0) return false
    startInterval(tcb)
    own.sampling = 1
  }
  if (sample.appLimited) {
    resetPolicer(tcb)
    return false
  }
  if (round) own.intervalRounds++
  if (own.intervalRounds < INTERVAL_ROUNDS) return false
  if (own.intervalRounds > 4 * INTERVAL_ROUNDS) {
    resetPolicer(tcb)
    return false
  }
  // An interval ends with a loss.
  if (sample.losses > 0) endInterval(tcb, own)
  return false
}

function endInterval(tcb: Tcb, own: Numbers): void {
  const lost = tcb.recovery.lostTotal - own.intervalLost
  const delivered = tcb.recovery.delivered - own.intervalDelivered
  if (delivered === 0 || lost * UNIT < MUCH_LOSS * delivered) return
  const elapsed = millis(tcb) - own.intervalAt
  if (elapsed < 1) return
  const bandwidth = Math.floor((delivered * BANDWIDTH_UNIT) / (elapsed * 1_000))
  const known = own.policedBandwidth
  const difference = Math.abs(bandwidth - known)
  if (known > 0 && (difference * UNIT <= RATIO * known || bytesPerSecond(tcb, difference, UNIT) <= DIFFERENCE)) {
    own.policedBandwidth = Math.floor((bandwidth + known) / 2)
    own.policed = 1
    own.pacingGain = UNIT
    own.intervalRounds = 0
    return
  }
  own.policedBandwidth = bandwidth
  startInterval(tcb)
}
