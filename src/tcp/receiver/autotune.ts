/**
 * Dynamic right-sizing of the receive buffer: as long as nobody fixed SO_RCVBUF, it follows what the application reads in one round trip, so
 * that the window never holds a sender back. Also the receiver's own RTT estimate and its guess of the peer's MSS. Linux
 * tcp_rcv_rtt_measure, tcp_rcv_rtt_measure_ts, tcp_rcv_space_adjust, tcp_rcvbuf_grow, tcp_measure_rcv_mss.
 */
import { MICROS_PER_MS, seqAdd, seqDiff, seqLt } from '../../base'
import type { Micros } from '../../base'
import { FIN, PSH, SYN } from '../../wire'
import type { TcpSegment } from '../../wire'
import { DEFAULT_MSS } from '../create'
import type { TcpIo } from '../io'
import { timestampNow, TIMESTAMPS_LENGTH } from '../options'
import type { Tcb } from '../tcb'
import { advertisedMss, fullSpace, spaceFromWindow, truesize } from './memory'

/** Linux TCP_MIN_MSS. */
const LEAST_MSS = 88
const TCP_HEADER = 20
/** Half of SOCK_MIN_RCVBUF. */
const LEAST_CLAMP = 1_152

/** What to believe of the peer's segments before any came (tcp_initialize_rcv_mss). */
export function initialMssEstimate(tcb: Tcb): number {
  const hint = Math.min(advertisedMss(tcb), tcb.mssNow, Math.floor(tcb.rcv.wnd / 2), DEFAULT_MSS)
  return Math.max(hint, LEAST_MSS)
}

/** Learns the size of the peer's segments, and from it how much of the memory is payload. Marks short ones as pushed. */
export function measureMss(tcb: Tcb, segment: TcpSegment, io: TcpIo): void {
  const { receive, ack } = tcb
  const whole = segment.payload.length
  // A device that merges segments (GRO) tells how large they were.
  const merged = io.sysctl.gro_mss
  const length = merged > 0 && whole > merged ? merged : whole
  const last = receive.lastSegmentSize
  receive.lastSegmentSize = 0
  if (length >= receive.mssEstimate) {
    if (length !== receive.mssEstimate) learnScaling(tcb, whole)
    receive.mssEstimate = Math.min(length, advertisedMss(tcb))
    if ((segment.flags & PSH) !== 0) ack.pushed = true
    return
  }
  // SACK blocks may have eaten into a segment that was meant to be full.
  const withHeader = length + TCP_HEADER + carriedOptions(segment)
  const unpushed = (segment.flags & (PSH | FIN | SYN)) === 0
  if (withHeader >= DEFAULT_MSS + TCP_HEADER || (withHeader >= LEAST_MSS + TCP_HEADER && unpushed)) {
    const size = withHeader - TCP_HEADER - (tcb.negotiated.timestamps ? TIMESTAMPS_LENGTH : 0)
    receive.lastSegmentSize = size
    if (size === last) {
      receive.mssEstimate = size
      return
    }
  }
  if (ack.pushed) ack.pushedTwice = true
  ack.pushed = true
}

/** RTT as time to receive one window, for peers without timestamps: an upper bound, so only the least counts. */
export function measureRttByWindow(tcb: Tcb, io: TcpIo): void {
  const { receive, rcv } = tcb
  if (receive.rttAt !== 0) {
    if (seqLt(rcv.nxt, receive.rttSeq)) return
    noteRtt(tcb, Math.max(1, io.now - receive.rttAt), true)
  }
  receive.rttSeq = seqAdd(rcv.nxt, rcv.wnd)
  receive.rttAt = io.now
}

/** RTT by the echo of our timestamp on a full segment. */
export function measureRttByEcho(tcb: Tcb, segment: TcpSegment, io: TcpIo): void {
  const echo = segment.options.timestamps?.echo ?? 0
  if (!tcb.negotiated.timestamps || echo === 0 || echo === tcb.receive.lastEcho) return
  tcb.receive.lastEcho = echo
  if (segment.payload.length < tcb.receive.mssEstimate) return
  const millis = (timestampNow(tcb, io.now) - echo) | 0
  if (millis >= 0) noteRtt(tcb, Math.max(1, millis) * MICROS_PER_MS, false)
}

/** The application has read: once in a round trip, compares what it read with the round trip before. */
export function adjustSpace(tcb: Tcb, io: TcpIo): void {
  const { receive, rcv } = tcb
  if (receive.rttMicros === 0 || io.now - receive.spaceAt < receive.rttMicros) return
  const copied = seqDiff(rcv.copied, receive.spaceSeq)
  if (copied > receive.spaceBytes) growBuffer(tcb, copied, io)
  receive.spaceSeq = rcv.copied
  receive.spaceAt = io.now
}

/**
 * Makes the buffer hold twice `bytes`, the data of one round trip, since this side sees a rate one round trip late; as much more as the rate
 * has grown, since in slow start it will go on doubling; and what waits out of order.
 */
export function growBuffer(tcb: Tcb, bytes: number, io: TcpIo): void {
  const { receive, config, outOfOrder } = tcb
  const before = receive.spaceBytes
  receive.spaceBytes = bytes
  if (io.sysctl.tcp_moderate_rcvbuf === 0 || config.rcvbufLocked || before === 0) return
  let window = 2 * bytes
  window += 2 * Math.floor((window * (bytes - before)) / before)
  if (outOfOrder.length > 0) {
    const last = outOfOrder[outOfOrder.length - 1]
    window += seqDiff(seqAdd(last.seq, last.bytes.length), tcb.rcv.nxt)
  }
  const size = Math.min(spaceFromWindow(tcb, window), io.sysctl.tcp_rmem[2])
  if (size <= config.rcvbuf) return
  config.rcvbuf = size
  receive.windowClamp = fullSpace(tcb)
}

function learnScaling(tcb: Tcb, length: number): void {
  const { receive } = tcb
  const ratio = Math.max(1, Math.floor((length * 256) / truesize(length)))
  if (ratio === receive.scalingRatio) return
  receive.scalingRatio = ratio
  clampWindow(tcb, fullSpace(tcb))
  receive.spaceBytes = Math.min(receive.spaceBytes, receive.windowClamp)
}

/** tcp_set_window_clamp: a lower clamp takes the growing limit down, a higher one lifts it to what was offered already. */
function clampWindow(tcb: Tcb, window: number): void {
  const { receive, rcv } = tcb
  const clamp = Math.max(LEAST_CLAMP, window)
  if (clamp === receive.windowClamp) return
  const lower = clamp < receive.windowClamp
  receive.windowClamp = clamp
  receive.ssthresh = lower ? Math.min(receive.ssthresh, clamp) : Math.max(receive.ssthresh, Math.min(rcv.wnd, clamp))
}

function noteRtt(tcb: Tcb, sample: Micros, byWindow: boolean): void {
  const { receive, rcv } = tcb
  const old = receive.rttMicros
  if (old === 0 || sample < old) receive.rttMicros = sample
  // Bytes that wait to be read say more about the reader than about the path.
  else if (!byWindow && rcv.nxt === rcv.copied) receive.rttMicros = Math.floor(old + (sample - old) / 8)
}

function carriedOptions(segment: TcpSegment): number {
  const { options } = segment
  const sack = options.sack.length === 0 ? 0 : 4 + 8 * options.sack.length
  return sack + (options.timestamps === undefined ? 0 : TIMESTAMPS_LENGTH)
}
