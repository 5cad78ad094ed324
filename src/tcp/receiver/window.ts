/**
 * The receive window: how much to offer at the start, with each segment, and as the application reads. Never takes back what was offered
 * (RFC 9293 3.8.6 SHLD-14) and never offers crumbs (3.8.6.2.2, MUST-39). Linux tcp_select_initial_window, tcp_select_window,
 * __tcp_select_window, tcp_grow_window, tcp_init_buffer_space.
 */
import { seqAdd, seqDiff } from '../../base'
import type { Sysctl } from '../../trace'
import type { TcpIo } from '../io'
import type { Tcb } from '../tcb'
import { advertisedMss, freeSpace, fullSpace, truesize, windowFromSpace } from './memory'

const MAX_FIELD = 65_535
/** RFC 7323 2.3. */
export const MAX_WINDOW_SCALE = 14
/** Linux TCP_INIT_CWND: what a sender is expected to begin with, in segments. */
const INITIAL_SEGMENTS = 10
/** Shortest segment in order that grows the window: smaller ones cost too much memory (tcp_event_data_recv). */
export const GROWING_SEGMENT = 128

/**
 * The window and shift of our SYN or SYN,ACK. `mss` is the payload of a full segment beside its options; `scaling` says whether a
 * shift may be used.
 */
export function initialWindow(tcb: Tcb, mss: number, scaling: boolean, sysctl: Readonly<Sysctl>): void {
  const { receive, rcv } = tcb
  const full = fullSpace(tcb)
  if (tcb.config.rcvbufLocked && (receive.windowClamp === 0 || receive.windowClamp > full)) receive.windowClamp = full
  if (receive.windowClamp === 0) receive.windowClamp = MAX_FIELD << MAX_WINDOW_SCALE
  const space = Math.min(full, receive.windowClamp)
  // The field of a SYN is never scaled, so it says less than this; the first segment after it says all (Linux since 6.11).
  rcv.wnd = space > mss ? space - (space % mss) : space
  rcv.wscale = 0
  if (scaling) {
    const most = Math.min(Math.max(space, sysctl.tcp_rmem[2], sysctl.rmem_max), receive.windowClamp)
    rcv.wscale = Math.max(0, Math.min(MAX_WINDOW_SCALE, 31 - Math.clz32(most) - 15))
  }
  receive.windowClamp = Math.min(receive.windowClamp, MAX_FIELD * 2 ** rcv.wscale)
  receive.ssthresh = rcv.wnd
  noteEdge(tcb)
}

/** TCP_WINDOW_CLAMP on a connection: no window beyond `bytes` from now on, 0 for none while it is closed. What was offered stays offered. */
export function clampWindow(tcb: Tcb, bytes: number): void {
  const { receive, rcv } = tcb
  const before = receive.windowClamp
  receive.windowClamp = bytes
  if (bytes === 0 || bytes === before) return
  if (bytes < before) receive.ssthresh = Math.min(receive.ssthresh, bytes)
  else receive.ssthresh = Math.max(receive.ssthresh, Math.min(rcv.wnd, bytes))
}

/** Bytes from RCV.NXT to the farthest edge that was ever offered (tcp_max_receive_window): what the peer may think it can send. */
export function farthestWindow(tcb: Tcb): number {
  return Math.max(0, seqDiff(tcb.rcv.farthestEdge, tcb.rcv.nxt))
}

/** Called with each window that is offered. */
function noteEdge(tcb: Tcb): void {
  const edge = seqAdd(tcb.rcv.wup, tcb.rcv.wnd)
  if (seqDiff(edge, tcb.rcv.farthestEdge) > 0) tcb.rcv.farthestEdge = edge
}

/** The handshake is over: the clamp comes down to what the buffer holds, with one segment to spare. */
export function settleWindow(tcb: Tcb, io: TcpIo): void {
  const { receive, rcv } = tcb
  const full = fullSpace(tcb)
  const mss = advertisedMss(tcb)
  if (receive.windowClamp >= full) receive.windowClamp = full
  if (receive.windowClamp > 2 * mss && receive.windowClamp + mss > full) {
    receive.windowClamp = Math.max(2 * mss, full - mss)
  }
  receive.ssthresh = Math.min(receive.ssthresh, receive.windowClamp)
  receive.spaceAt = io.now
  receive.spaceSeq = rcv.copied
  receive.spaceBytes = Math.min(receive.ssthresh, rcv.wnd, INITIAL_SEGMENTS * mss)
}

/** Bytes that the peer may still send under the last offer (tcp_receive_window). */
export function receiveWindow(tcb: Tcb): number {
  const left = seqDiff(seqAdd(tcb.rcv.wup, tcb.rcv.wnd), tcb.rcv.nxt)
  return left > 0 ? left : 0
}

/** What a SYN,ACK has offered, and all that holds until the handshake is over (tcp_synack_window). */
export function handshakeWindow({ rcv }: Tcb): number {
  return Math.min(rcv.wnd, MAX_FIELD)
}

/** Chooses the window of a segment that leaves now, notes it in rcv.wnd and rcv.wup, and returns the 16-bit field. */
export function selectWindow(tcb: Tcb, io: TcpIo): number {
  const { rcv } = tcb
  // Linux has thrown the socket away by then and repeats the last window (inet_timewait_sock); without scaling, what the field can hold of it.
  if (tcb.state === 'TIME-WAIT' || tcb.state === 'CLOSED') return (receiveWindow(tcb) >> rcv.wscale) & MAX_FIELD
  if (tcb.state === 'SYN-RECEIVED' && tcb.passive) return field(tcb, handshakeWindow(tcb))
  if (tcb.ack.noMemory) {
    rcv.wnd = 0
    rcv.wup = rcv.nxt
    return 0
  }
  const before = rcv.wnd
  const current = receiveWindow(tcb)
  const shrinks = io.sysctl.tcp_shrink_window !== 0 && rcv.wscale > 0
  let next = windowToOffer(tcb, shrinks)
  if (next < current && !shrinks) {
    if (next === 0) io.count('TCPWantZeroWindowAdv')
    next = roundUp(current, rcv.wscale)
  }
  rcv.wnd = next
  rcv.wup = rcv.nxt
  noteEdge(tcb)
  const value = field(tcb, next)
  if (value === 0 && before !== 0) io.count('TCPToZeroWindowAdv')
  if (value !== 0 && before === 0) io.count('TCPFromZeroWindowAdv')
  return value
}

/**
 * What the buffer would allow us to offer, before the promise already made is looked at (__tcp_select_window). `shrinks`: the promise does not
 * count, so the offer is rounded down to what there is.
 */
export function windowToOffer(tcb: Tcb, shrinks = false): number {
  const { receive, rcv } = tcb
  const allowed = fullSpace(tcb)
  const full = Math.min(receive.windowClamp, allowed)
  const mss = Math.min(receive.mssEstimate, full)
  if (mss <= 0) return 0
  const unit = 2 ** rcv.wscale
  let free = freeSpace(tcb)
  if (shrinks) free = Math.floor(free / unit) * unit
  if (free < full >> 1) {
    tcb.ack.quick = 0
    free = Math.floor(free / unit) * unit
    if (free < allowed >> 4 || free < mss || (shrinks && free < unit)) return 0
  }
  free = Math.min(free, receive.ssthresh)
  if (rcv.wscale > 0) return roundUp(free, rcv.wscale)
  const window = rcv.wnd
  if (window <= free - mss || window > free) return free - (free % mss)
  if (mss === full && free > window + (full >> 1)) return free
  return window
}

/**
 * A segment has arrived that memory can carry: lets rcv_ssthresh grow, more for segments that waste little (tcp_grow_window). `uncharged`: its
 * own memory does not count yet.
 */
export function growWindow(tcb: Tcb, length: number, io: TcpIo, uncharged = false): void {
  const { receive } = tcb
  const size = truesize(length)
  const space = windowFromSpace(tcb, tcb.config.rcvbuf - receive.memory + (uncharged ? size : 0))
  const room = Math.min(receive.windowClamp, space) - receive.ssthresh
  if (room <= 0) return
  let step = 2 * advertisedMss(tcb)
  if (windowFromSpace(tcb, size) > length) step = growthOfWasteful(tcb, size, length, io)
  if (step === 0) return
  receive.ssthresh += Math.min(room, Math.max(step, 2 * length))
  tcb.ack.quick |= 1
}

/** A segment with more overhead than payload may grow a small window, and a large one less and less. */
function growthOfWasteful(tcb: Tcb, size: number, length: number, io: TcpIo): number {
  let cost = windowFromSpace(tcb, size) >> 1
  let window = windowFromSpace(tcb, io.sysctl.tcp_rmem[2]) >> 1
  while (tcb.receive.ssthresh <= window) {
    if (cost <= length) return 2 * tcb.receive.mssEstimate
    cost >>= 1
    window >>= 1
  }
  return 0
}

function field(tcb: Tcb, window: number): number {
  return Math.min(MAX_FIELD, Math.floor(window / 2 ** tcb.rcv.wscale))
}

function roundUp(window: number, shift: number): number {
  const unit = 2 ** shift
  return Math.ceil(window / unit) * unit
}
