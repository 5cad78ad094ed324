/**
 * Timestamps on arriving segments: protection against wrapped sequence numbers (RFC 7323 5.3) and which value to echo (4.3). Linux
 * tcp_paws_check, tcp_paws_reject, tcp_disordered_ack_check, tcp_replace_ts_recent.
 */
import { MICROS_PER_MS, MICROS_PER_SECOND, seqGt, seqLt } from '../../base'
import { ACK, RST, segmentLength } from '../../wire'
import type { TcpSegment } from '../../wire'
import type { TcpIo } from '../io'
import type { Tcb } from '../tcb'

/** A value this old says nothing any more (RFC 7323 5.5). */
const OUTDATED = 24 * 86_400 * MICROS_PER_SECOND
/** TCP_PAWS_WINDOW: how far back a value of an established connection may lie, ms. */
const TOLERANCE = 1
/** TCP_PAWS_MSL: afterwards a RST is believed whatever its timestamp. */
const RESET_BELIEVED = 60 * MICROS_PER_SECOND

/** 'old' where PAWS says so, 'oldAck' where that is a mere overtaken ACK, which deserves no answer; undefined when all is well. */
export function pawsVerdict(tcb: Tcb, segment: TcpSegment, io: TcpIo): 'old' | 'oldAck' | undefined {
  if (!tcb.negotiated.timestamps || isFresh(tcb, segment, TOLERANCE, io)) return undefined
  if ((segment.flags & ACK) === 0 || segmentLength(segment) > 0) return 'old'
  if (segment.seq !== tcb.rcv.nxt) return seqLt(segment.seq, tcb.rcv.nxt) ? 'oldAck' : 'old'
  if (segment.ack !== tcb.snd.una || updatesWindow(tcb, segment)) return 'old'
  const replay = Math.floor((tcb.rtt.rto * 1.2) / MICROS_PER_MS)
  return age(tcb, segment) > replay ? 'old' : undefined
}

/** Strict PAWS, for the halves of connections that Linux keeps in small: handshake and TIME-WAIT. */
export function pawsRejects(tcb: Tcb, segment: TcpSegment, io: TcpIo): boolean {
  if (!tcb.negotiated.timestamps || isFresh(tcb, segment, 0, io)) return false
  return (segment.flags & RST) === 0 || io.now - tcb.timestamps.recentAt < RESET_BELIEVED
}

/** Takes the segment's value as the one to echo: when it covers what we acked last, and is not older. Returns whether it is newer. */
export function takeTimestamp(tcb: Tcb, segment: TcpSegment, io: TcpIo): boolean {
  const { timestamps } = segment.options
  if (timestamps === undefined || !tcb.negotiated.timestamps) return false
  if (seqGt(segment.seq, tcb.rcv.wup) || !isFresh(tcb, segment, 0, io)) return false
  const newer = age(tcb, segment) < 0
  storeTimestamp(tcb, timestamps.value, io)
  return newer
}

export function storeTimestamp(tcb: Tcb, value: number, io: TcpIo): void {
  tcb.timestamps.recent = value
  tcb.timestamps.recentAt = io.now
}

/** How much older the segment's value is than the newest: ms, negative for newer. */
export function age(tcb: Tcb, segment: TcpSegment): number {
  return (tcb.timestamps.recent - (segment.options.timestamps?.value ?? 0)) | 0
}

function isFresh(tcb: Tcb, segment: TcpSegment, tolerance: number, io: TcpIo): boolean {
  if (segment.options.timestamps === undefined || tcb.timestamps.recent === 0) return true
  return age(tcb, segment) <= tolerance || io.now - tcb.timestamps.recentAt >= OUTDATED
}

/** tcp_may_update_window, for an ACK that acks nothing new. */
function updatesWindow(tcb: Tcb, segment: TcpSegment): boolean {
  const window = segment.window * 2 ** tcb.snd.wscale
  return (
    seqGt(segment.ack, tcb.snd.una) ||
    seqGt(segment.seq, tcb.snd.wl1) ||
    (segment.seq === tcb.snd.wl1 && (window > tcb.snd.wnd || window === 0))
  )
}
