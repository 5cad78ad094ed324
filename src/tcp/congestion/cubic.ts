/**
 * CUBIC (RFC 9438) as Linux's tcp_cubic.c behaves: beta 717/1024, C 0.4, fast convergence, the Reno-friendly region, HyStart. Time is
 * counted in ticks of the host's coarse clock (jiffies; `hz`), because how often the curve is looked at depends on them. Leaves out
 * the module parameters.
 */
import { MICROS_PER_SECOND } from '../../base'
import type { Micros } from '../../base'
import type { CaState } from '../../trace'
import type { TcpIo } from '../io'
import type { Tcb } from '../tcb'
import type { CongestionAlgorithm, CongestionMoment } from './algorithm'
import { additiveIncrease, inSlowStart, isCwndLimited, slowStart } from './growth'
import { HYSTART_NUMBERS, lookForExit, startRound } from './hystart'

/** Multiplicative decrease, in 1024ths (RFC 9438 4.6: 0.7). */
const BETA = 717
/** C = 410/1024 segments a second cubed (RFC 9438 5: 0.4). */
const C_SCALE = 410
/** The curve's clock: 1024 ticks a second, and its cube in the products below. */
const TICKS = 1_024
const CUBE = TICKS ** 3 * 1_024
/** Segments acked for each one that the Reno-friendly window grows, in eighths of the window. */
const FRIENDLY_SCALE = Math.floor((8 * (1_024 + BETA)) / 3 / (1_024 - BETA))
/** The cube root's first guess: in 64ths, raised by this much, and by a 64th more for so many units of the top bits. */
const GUESS_UNIT = 64
const GUESS_SHIFT = 6
const GUESS_SLOPE = 16
/** Looks a second at an unchanged window, at most. */
const LOOKS = 32

const CURVE_NUMBERS = {
  count: 0,
  lastMaxCwnd: 0,
  lastCwnd: 0,
  lastTime: 0,
  origin: 0,
  k: 0,
  delayMin: 0,
  /** Jiffies; 0 when the epoch has not begun. */
  epochStart: 0,
  ackCount: 0,
  friendlyCwnd: 0,
}

export const cubic: CongestionAlgorithm = {
  name: 'cubic',
  create: () => ({ ...CURVE_NUMBERS, ...HYSTART_NUMBERS }),
  init(tcb: Tcb, io: TcpIo): void {
    Object.assign(tcb.congestion.own, CURVE_NUMBERS, { found: 0 })
    startRound(tcb, io)
  },
  ssthresh(tcb: Tcb): number {
    const { own, cwnd } = tcb.congestion
    own.epochStart = 0
    // Fast convergence (RFC 9438 4.7): falling twice below the last maximum means that somebody else wants room.
    own.lastMaxCwnd = cwnd < own.lastMaxCwnd ? Math.floor((cwnd * (1_024 + BETA)) / 2_048) : cwnd
    return Math.max(Math.floor((cwnd * BETA) / 1_024), 2)
  },
  avoid(tcb: Tcb, acked: number, io: TcpIo): void {
    if (!isCwndLimited(tcb)) return
    let left = acked
    if (inSlowStart(tcb)) {
      left = slowStart(tcb, left, io)
      if (left === 0) return
    }
    update(tcb, left, io)
    additiveIncrease(tcb, tcb.congestion.own.count, left)
  },
  measured(tcb: Tcb, rttMicros: number, io: TcpIo): void {
    const { own } = tcb.congestion
    // Samples of the first second after a loss still stand in the old queue.
    if (own.epochStart !== 0 && clock(io) - own.epochStart < io.sysctl.hz) return
    const delay = Math.max(rttMicros, 1)
    if (own.delayMin === 0 || own.delayMin > delay) own.delayMin = delay
    if (own.found === 0 && io.sysctl.tcp_hystart === 1 && inSlowStart(tcb)) lookForExit(tcb, delay, io)
  },
  enters(tcb: Tcb, to: CaState, io: TcpIo): void {
    if (to === 'Loss') cubic.init(tcb, io)
  },
  happens(tcb: Tcb, moment: CongestionMoment, io: TcpIo): void {
    if (moment !== 'transmitStart') return
    // An idle sender does not move along the curve: its epoch waits with it.
    const { own } = tcb.congestion
    const now = clock(io)
    const idle = now - jiffies(tcb.congestion.lastSentAt, io)
    if (own.epochStart !== 0 && idle > 0) own.epochStart = Math.min(own.epochStart + idle, now)
  },
}

/** The host's coarse clock, never 0, because 0 says that an epoch has not begun. */
function clock(io: TcpIo): number {
  return jiffies(io.now, io)
}

function jiffies(micros: Micros, { sysctl }: TcpIo): number {
  return Math.floor((micros * sysctl.hz) / MICROS_PER_SECOND) + 1
}

/** Sets `count`: how many segments must be acked for one more in the window. */
function update(tcb: Tcb, acked: number, io: TcpIo): void {
  const { own, cwnd } = tcb.congestion
  const { hz } = io.sysctl
  const now = clock(io)
  own.ackCount += acked
  if (own.lastCwnd === cwnd && now - own.lastTime <= Math.floor(hz / LOOKS)) return
  if (own.epochStart === 0 || now !== own.lastTime) followCurve(own, cwnd, acked, now, hz)
  keepUpWithReno(own, cwnd)
  // At most half as much again in a round trip (RFC 9438 4.4 caps the target likewise).
  own.count = Math.max(own.count, 2)
}

function followCurve(own: Record<string, number>, cwnd: number, acked: number, now: number, hz: number): void {
  own.lastCwnd = cwnd
  own.lastTime = now
  if (own.epochStart === 0) {
    own.epochStart = now
    own.ackCount = acked
    own.friendlyCwnd = cwnd
    const above = own.lastMaxCwnd - cwnd
    own.k = above <= 0 ? 0 : cubeRoot(Math.floor(CUBE / C_SCALE) * above)
    own.origin = above <= 0 ? cwnd : own.lastMaxCwnd
  }
  // The window of one round trip from now (RFC 9438 4.2).
  const elapsed = now - own.epochStart + Math.ceil((own.delayMin * hz) / MICROS_PER_SECOND)
  const t = Math.floor((elapsed * TICKS) / hz)
  const offset = Math.abs(t - own.k)
  const distance = Math.floor((C_SCALE * offset * offset * offset) / CUBE)
  const target = t < own.k ? own.origin - distance : own.origin + distance
  own.count = target > cwnd ? Math.floor(cwnd / (target - cwnd)) : 100 * cwnd
  // Nothing is known of the path yet: 5 % a round trip.
  if (own.lastMaxCwnd === 0 && own.count > 20) own.count = 20
}

/** The Reno-friendly region (RFC 9438 4.3): never grow slower than Reno with CUBIC's beta would. */
function keepUpWithReno(own: Record<string, number>, cwnd: number): void {
  const perSegment = Math.floor((cwnd * FRIENDLY_SCALE) / 8)
  if (perSegment > 0 && own.ackCount > perSegment) {
    const steps = Math.ceil(own.ackCount / perSegment) - 1
    own.ackCount -= steps * perSegment
    own.friendlyCwnd += steps
  }
  if (own.friendlyCwnd <= cwnd) return
  own.count = Math.min(own.count, Math.floor(cwnd / (own.friendlyCwnd - cwnd)))
}

/**
 * Cube root as Linux takes it (cubic_root): from the top bits a first guess in 64ths, then one step of Newton's method whose division by three
 * is 341/1024. So it lies up to 0.2 % off, mostly below, and the curve's plateau is reached that much earlier.
 */
function cubeRoot(value: number): number {
  const high = Math.floor(value / 2 ** 32)
  const bits = high > 0 ? 64 - Math.clz32(high) : 32 - Math.clz32(value)
  if (bits < 7) return exactCubeRoot(value)
  const thirds = ((bits * 84) >> 8) - 1
  const top = Math.floor(value / 2 ** (3 * thirds))
  // The guess aims at the middle of what the top bits leave open.
  const guess = exactCubeRoot(top * GUESS_UNIT ** 3) + GUESS_SHIFT + Math.floor(top / GUESS_SLOPE)
  const x = Math.floor((guess * 2 ** thirds) / GUESS_UNIT)
  const next = 2 * x + Math.floor(value / (x * (x - 1)))
  return Math.floor((next * 341) / 1_024)
}

/** Whole-number steps only, so that every engine agrees on it; rounded down. */
function exactCubeRoot(value: number): number {
  let low = 0
  let high = 1 << 20
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (middle * middle * middle <= value) low = middle
    else high = middle - 1
  }
  return low
}
