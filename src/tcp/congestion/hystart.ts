/**
 * HyStart: leaves slow start before the queue overflows, on either of two signs within one round: the train of ACKs has come to last
 * about half the smallest round trip, or the round trip has grown. Covers Linux tcp_cubic.c's hystart_update (its own, older, relative
 * of RFC 9406, without the conservative phase); leaves out its module parameters.
 */
import { seq32, seqGt } from '../../base'
import type { TcpIo } from '../io'
import type { Tcb } from '../tcb'

/** Segments: below this window a loss costs nothing worth avoiding. */
const LOW_WINDOW = 16
/** Round-trip samples of a round before its minimum counts. */
const MIN_SAMPLES = 8
/** µs: the growth of the round trip that counts is an eighth of the smallest, within these. */
const DELAY_MIN = 4_000
const DELAY_MAX = 16_000
/** µs: ACKs closer together than this belong to one train. */
const ACK_SPACING = 2_000
/** What a NIC may send at once, which the train's length is forgiven for: bytes. */
const GSO_MAX_BYTES = 65_536
const UNKNOWN_RTT = 0xffff_ffff

export const HYSTART_NUMBERS = { found: 0, roundStart: 0, lastAck: 0, endSeq: 0, currentRtt: UNKNOWN_RTT, samples: 0 }

export function startRound(tcb: Tcb, io: TcpIo): void {
  const { own } = tcb.congestion
  own.roundStart = io.now
  own.lastAck = io.now
  own.endSeq = tcb.snd.nxt
  own.currentRtt = UNKNOWN_RTT
  own.samples = 0
}

/** Takes one sample of slow start, µs, and sets ssthresh to cwnd when either sign shows. */
export function lookForExit(tcb: Tcb, delay: number, io: TcpIo): void {
  const { own } = tcb.congestion
  if (seqGt(tcb.snd.una, seq32(own.endSeq))) startRound(tcb, io)
  if (tcb.congestion.cwnd < LOW_WINDOW) return
  const train = trainIsLong(tcb, io)
  if (train || delayHasGrown(tcb, delay)) {
    own.found = 1
    tcb.congestion.ssthresh = tcb.congestion.cwnd
    io.count(train ? 'TCPHystartTrainDetect' : 'TCPHystartDelayDetect')
    io.count(train ? 'TCPHystartTrainCwnd' : 'TCPHystartDelayCwnd', tcb.congestion.cwnd)
  }
}

function trainIsLong(tcb: Tcb, io: TcpIo): boolean {
  const { own } = tcb.congestion
  if (io.now - own.lastAck > ACK_SPACING) return false
  own.lastAck = io.now
  return io.now - own.roundStart > (own.delayMin + burstMicros(tcb)) / 2
}

/** Time that one burst of the NIC takes at the rate that pacing would allow in slow start, at most 1 ms. */
function burstMicros(tcb: Tcb): number {
  const bytesPerMicro = (2 * tcb.mssNow * tcb.congestion.cwnd) / Math.max(tcb.rtt.srtt, 1)
  return Math.min(1_000, (GSO_MAX_BYTES * 4) / bytesPerMicro)
}

function delayHasGrown(tcb: Tcb, delay: number): boolean {
  const { own } = tcb.congestion
  if (own.currentRtt > delay) own.currentRtt = delay
  if (own.samples < MIN_SAMPLES) {
    own.samples++
    return false
  }
  const allowed = Math.min(Math.max(Math.floor(own.delayMin / 8), DELAY_MIN), DELAY_MAX)
  return own.currentRtt > own.delayMin + allowed
}
