/**
 * The send queue: the bytes from SND.UNA to the end of what the user has written, and how many more may be queued (SO_SNDBUF). Covers RFC 9293
 * 3.10.2's queueing; Linux tcp_sendmsg, sk_stream_memory_free, sk_stream_is_writeable, tcp_sndbuf_expand, tcp_mark_push.
 *
 * Linux charges a socket buffer for its data and for the kernel's own bookkeeping, about 856 bytes for each segment of a path without
 * segmentation offload (a full segment of 1448 bytes is charged 2304), and lets the last one run over. So SO_SNDBUF is not the number of
 * bytes that fit; `sendCapacity` is.
 */
import { seqAdd, seqDiff, seqGt, seqLe } from '../../base'
import type { Seq32 } from '../../base'
import { algorithmOf, restartAfterIdle } from '../congestion'
import type { TcpIo } from '../io'
import { segmentsInFlight } from '../recovery/counts'
import type { Tcb } from '../tcb'

/** Bytes of kernel memory charged for each segment beyond its data. */
const SEGMENT_OVERHEAD = 856
/** What Linux reserves for a segment of `mss` bytes when it sizes the buffer: headers, bookkeeping, rounded up as the allocator does. */
const BUFFER_HEADROOM = 640
const BUFFER_RECORD = 256
const EMPTY = new Uint8Array(0)

/** Bytes, and one for a FIN, queued and never sent. */
export function unsentBytes(tcb: Tcb): number {
  return Math.max(0, seqDiff(tcb.snd.end, tcb.snd.nxt))
}

/** SND.NXT - SND.UNA: what is sent and not acked, SYN and FIN counted as one each. */
export function flightBytes(tcb: Tcb): number {
  return seqDiff(tcb.snd.nxt, tcb.snd.una)
}

/** First sequence number beyond the peer's window. */
export function windowEnd(tcb: Tcb): Seq32 {
  return seqAdd(tcb.snd.una, tcb.snd.wnd)
}

/** Bytes that stand in the send queue, sent or not. */
export function queuedBytes(tcb: Tcb): number {
  const first = tcb.sendChunks.length > 0 ? tcb.sendChunks[0].seq : tcb.snd.end
  const start = seqGt(tcb.snd.una, first) ? tcb.snd.una : first
  const end = tcb.finQueued ? seqAdd(tcb.snd.end, -1) : tcb.snd.end
  return Math.max(0, seqDiff(end, start))
}

/** How many bytes SO_SNDBUF holds when they are sent in full segments. */
export function sendCapacity(tcb: Tcb): number {
  return tcb.mssNow * Math.ceil(tcb.config.sndbuf / (tcb.mssNow + SEGMENT_OVERHEAD))
}

/** Bytes that a send() could queue now. */
export function sendSpace(tcb: Tcb): number {
  return Math.max(0, sendCapacity(tcb) - queuedBytes(tcb))
}

/** A third of the buffer is free: poll() says POLLOUT, and a blocked send() goes on. */
export function isSendable(tcb: Tcb): boolean {
  return queuedBytes(tcb) * 3 <= sendCapacity(tcb) * 2
}

/** Queues a copy of as much of `bytes` as there is room for. Returns how many; sends nothing. */
export function queueBytes(tcb: Tcb, bytes: Uint8Array, io: TcpIo): number {
  const count = Math.min(bytes.length, sendSpace(tcb))
  if (count < bytes.length) tcb.snd.noSpace = true
  if (count === 0) return 0
  restartAfterIdle(tcb, algorithmOf(tcb), io)
  tcb.sendChunks.push({ seq: tcb.snd.end, bytes: bytes.slice(0, count) })
  const end = seqAdd(tcb.snd.end, count)
  markPushes(tcb, end)
  tcb.snd.end = end
  return count
}

/**
 * A PSH is due where a send() ends, and after each half of the largest window within a long one, so that the peer never sits on data while
 * we wait for its window (RFC 9293 3.9.1.2, MUST-61; Linux forced_push).
 */
function markPushes(tcb: Tcb, end: Seq32): void {
  const { snd } = tcb
  const step = (Math.floor((snd.maxWnd >> 1) / tcb.mssNow) + 1) * tcb.mssNow
  for (let at = seqAdd(snd.pushed, step); snd.maxWnd > 0 && seqGt(end, at); at = seqAdd(at, step)) {
    if (seqGt(at, snd.end)) snd.pushMarks.push(at)
  }
  snd.pushMarks.push(end)
  snd.pushed = end
}

/** Whether a PSH is due in the segment that ends at `end`; forgets the marks that it serves. */
export function takePush(tcb: Tcb, end: Seq32): boolean {
  const { pushMarks } = tcb.snd
  let served = 0
  while (served < pushMarks.length && seqLe(pushMarks[served], end)) served++
  if (served === 0) return false
  pushMarks.splice(0, served)
  return true
}

/** `length` stream bytes from `seq`: a view where they lie in one chunk, a copy otherwise. They must be in the queue. */
export function payloadAt(tcb: Tcb, seq: Seq32, length: number): Uint8Array {
  if (length <= 0) return EMPTY
  const chunks = tcb.sendChunks
  let index = chunkAt(tcb, seq)
  const offset = seqDiff(seq, chunks[index].seq)
  if (offset + length <= chunks[index].bytes.length) return chunks[index].bytes.subarray(offset, offset + length)
  const out = new Uint8Array(length)
  let filled = 0
  let from = offset
  while (filled < length) {
    const part = chunks[index].bytes.subarray(from, from + length - filled)
    out.set(part, filled)
    filled += part.length
    from = 0
    index++
  }
  return out
}

/** Place of the last chunk that begins at or before `seq`. */
function chunkAt(tcb: Tcb, seq: Seq32): number {
  const chunks = tcb.sendChunks
  let low = 0
  let high = chunks.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (seqLe(chunks[middle].seq, seq)) low = middle
    else high = middle - 1
  }
  return low
}

/** Forgets chunks of which every byte is acked. */
export function freeAcked(tcb: Tcb): void {
  const chunks = tcb.sendChunks
  let done = 0
  while (done < chunks.length && seqLe(seqAdd(chunks[done].seq, chunks[done].bytes.length), tcb.snd.una)) done++
  if (done > 0) chunks.splice(0, done)
}

/** After sending: a writer who found no room is woken once a third is free; if the buffer was what held us back, it grows first. */
export function checkSpace(tcb: Tcb, io: TcpIo): void {
  if (!tcb.snd.noSpace) return
  if (segmentsInFlight(tcb) < tcb.congestion.cwnd) {
    expandSendBuffer(tcb, io)
    tcb.congestion.stampAt = io.now
  }
  if (!isSendable(tcb)) return
  tcb.snd.noSpace = false
  io.wake(tcb)
}

/** Lets an untouched SO_SNDBUF grow to twice what the congestion window needs (tcp_wmem[2] at most). */
export function expandSendBuffer(tcb: Tcb, io: TcpIo): void {
  if (tcb.config.sndbufLocked) return
  let perSegment = 1
  while (perSegment < tcb.mssNow + BUFFER_HEADROOM) perSegment *= 2
  perSegment += BUFFER_RECORD
  const segments = Math.max(io.sysctl.initcwnd, tcb.congestion.cwnd, tcb.recovery.reordering + 1)
  tcb.config.sndbuf = Math.max(tcb.config.sndbuf, Math.min(2 * segments * perSegment, io.sysctl.tcp_wmem[2]))
}
