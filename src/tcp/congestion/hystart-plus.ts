/**
 * HyStart++ (RFC 9406), for any algorithm that uses the common slow start: when the least round trip of a round has grown by an eighth (4 to 16
 * ms), growth slows to a quarter for five rounds (conservative slow start); if the round trip shrinks again the suspicion was wrong, else slow
 * start ends. Linux has only its own HyStart, in tcp_cubic.c (hystart.ts); this one is chosen by tcp_hystart 2.
 */
import { MICROS_PER_MS, seqGt } from '../../base'
import type { Micros, Seq32 } from '../../base'
import type { TcpIo } from '../io'
import type { SlowStartRounds, Tcb } from '../tcb'

/** RFC 9406 4.3. */
const THRESHOLD_MIN: Micros = 4 * MICROS_PER_MS
const THRESHOLD_MAX: Micros = 16 * MICROS_PER_MS
const THRESHOLD_DIVISOR = 8
const SAMPLES = 8
const CSS_GROWTH_DIVISOR = 4
const CSS_ROUNDS = 5
/** Segments that one ACK may add where nothing paces: L. */
const GROWTH_LIMIT = 8
/** Value of tcp_hystart. */
const CHOSEN = 2

export function newRounds(nxt: Seq32): SlowStartRounds {
  const unknown = Number.POSITIVE_INFINITY
  return { end: nxt, lastMin: unknown, currentMin: unknown, samples: 0, cssRounds: 0, cssBaseline: unknown, part: 0 }
}

/** Only the first slow start is watched: after a loss ssthresh is known (RFC 9406 4.3). */
function isWatching(tcb: Tcb, io: TcpIo): boolean {
  return io.sysctl.tcp_hystart === CHOSEN && tcb.congestion.ssthresh === Number.POSITIVE_INFINITY
}

/** Segments by which slow start may grow for `acked` ones (RFC 9406 4.2). */
export function slowStartShare(tcb: Tcb, acked: number, io: TcpIo): number {
  if (!isWatching(tcb, io)) return acked
  const { congestion } = tcb
  const { rounds } = congestion
  const allowed = congestion.paced ? acked : Math.min(acked, GROWTH_LIMIT)
  if (rounds.cssRounds === 0) return allowed
  rounds.part += allowed
  const whole = Math.floor(rounds.part / CSS_GROWTH_DIVISOR)
  rounds.part -= whole * CSS_GROWTH_DIVISOR
  return whole
}

/** An ACK gave a round-trip sample, µs. */
export function watchSlowStart(tcb: Tcb, sample: Micros, io: TcpIo): void {
  if (!isWatching(tcb, io)) return
  const { rounds } = tcb.congestion
  if (seqGt(tcb.snd.una, rounds.end)) startRound(tcb, io)
  if (!isWatching(tcb, io)) return
  rounds.currentMin = Math.min(rounds.currentMin, sample)
  rounds.samples++
  if (rounds.samples < SAMPLES) return
  if (rounds.cssRounds > 0) {
    if (rounds.currentMin < rounds.cssBaseline) resume(tcb, io)
  } else if (hasGrown(rounds)) {
    rounds.cssBaseline = rounds.currentMin
    rounds.cssRounds = 1
    rounds.part = 0
    say(tcb, 'conservative slow start', io)
  }
}

function startRound(tcb: Tcb, io: TcpIo): void {
  const { congestion, snd } = tcb
  const { rounds } = congestion
  if (rounds.cssRounds > 0 && ++rounds.cssRounds > CSS_ROUNDS) {
    congestion.ssthresh = congestion.cwnd
    say(tcb, 'congestion avoidance', io)
    return
  }
  rounds.end = snd.nxt
  rounds.lastMin = rounds.currentMin
  rounds.currentMin = Number.POSITIVE_INFINITY
  rounds.samples = 0
}

function hasGrown({ lastMin, currentMin }: SlowStartRounds): boolean {
  if (!Number.isFinite(lastMin)) return false
  const threshold = Math.min(Math.max(lastMin / THRESHOLD_DIVISOR, THRESHOLD_MIN), THRESHOLD_MAX)
  return currentMin >= lastMin + threshold
}

/** The round trip has shrunk below what raised the suspicion. */
function resume(tcb: Tcb, io: TcpIo): void {
  const { rounds } = tcb.congestion
  rounds.cssBaseline = Number.POSITIVE_INFINITY
  rounds.cssRounds = 0
  say(tcb, 'slow start', io)
}

function say(tcb: Tcb, what: string, io: TcpIo): void {
  const { currentMin, lastMin } = tcb.congestion.rounds
  const known = (micros: Micros): number => (Number.isFinite(micros) ? micros : 0)
  const { recorder } = io
  recorder.emit('tcp/slowStartChanged', 'hystartPlus', recorder.text(what), known(currentMin), known(lastMin))
}
