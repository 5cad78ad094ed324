/**
 * Room to write: who waits for it is told when there is some, and a buffer whose size nobody has set grows with the congestion window. Linux
 * sk_stream_write_space, tcp_check_space, tcp_sndbuf_expand.
 */
import { algorithmOf } from '../congestion'
import type { TcpIo } from '../io'
import { segmentsInFlight } from '../recovery/counts'
import type { Tcb } from '../tcb'
import { chronoStop } from './chrono'
import { isSendable } from './queue'

/** What Linux reserves for a segment of `mss` bytes when it sizes the buffer: headers, bookkeeping, rounded up as the allocator does. */
const BUFFER_HEADROOM = 640
const BUFFER_RECORD = 256

/** After sending: a writer who found no room is woken once a third is free; if the buffer was what held us back, it grows first. */
export function checkSpace(tcb: Tcb, io: TcpIo): void {
  if (!tcb.snd.noSpace) return
  if (segmentsInFlight(tcb) < tcb.congestion.cwnd) {
    expandSendBuffer(tcb, io)
    tcb.congestion.stampAt = io.now
  }
  if (!isSendable(tcb, io.sysctl)) return
  tcb.snd.noSpace = false
  chronoStop(tcb, 'sendBuffer', io)
  io.wake(tcb, 'space')
}

/** Lets an untouched SO_SNDBUF grow to twice what the congestion window needs (tcp_wmem[2] at most). */
export function expandSendBuffer(tcb: Tcb, io: TcpIo): void {
  if (tcb.config.sndbufLocked) return
  let perSegment = 1
  while (perSegment < tcb.mssNow + BUFFER_HEADROOM) perSegment *= 2
  perSegment += BUFFER_RECORD
  const segments = Math.max(io.sysctl.initcwnd, tcb.congestion.cwnd, tcb.recovery.reordering + 1)
  const windows = algorithmOf(tcb).bufferWindows ?? 2
  tcb.config.sndbuf = Math.max(tcb.config.sndbuf, Math.min(windows * segments * perSegment, io.sysctl.tcp_wmem[2]))
}
