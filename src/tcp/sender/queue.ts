/**
 * The send queue: the bytes from SND.UNA to the end of what the user has written, the buffers in which they stand, and how many more may be
 * queued (SO_SNDBUF). Covers RFC 9293 3.10.2's queueing; Linux sk_stream_memory_free, sk_stream_is_writeable,
 * tcp_xmit_size_goal, tso_fragment, tcp_grow_skb.
 *
 * Linux charges a socket for its data and for the bookkeeping of each sk_buff, and lets the last one run over. So SO_SNDBUF is not the
 * number of bytes that fit.
 */
import { seqAdd, seqDiff, seqGt, seqLe } from '../../base'
import type { Seq32 } from '../../base'
import type { Sysctl } from '../../trace'
import type { SendBuffer, Tcb } from '../tcb'

/** Bytes of kernel memory charged for each buffer beyond its data: 704 for headers, 320 skb_shared_info, 256 sk_buff. */
const BUFFER_OVERHEAD = 1_280
/** GSO_LEGACY_MAX_SIZE less the room for headers (sk_gso_max_size). */
export const MAX_BURST_BYTES = 65_536 - 321
/** TCP_MSS_DEFAULT: a peer that never offered more than this is taken at its word. */
const DEFAULT_MSS = 536
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

/** What SO_SNDBUF is charged with now (sk_wmem_queued). */
export function chargedBytes(tcb: Tcb): number {
  return queuedBytes(tcb) + BUFFER_OVERHEAD * tcb.snd.buffers.length
}

/** How many bytes SO_SNDBUF holds at least when they are written in large pieces: for display. */
export function sendCapacity(tcb: Tcb): number {
  return Math.max(queuedBytes(tcb), tcb.config.sndbuf - BUFFER_OVERHEAD)
}

/** Bytes that a send() could queue now; more may fit as they leave. */
export function sendSpace(tcb: Tcb, goal = tcb.mssNow): number {
  const tail = unsentTail(tcb)
  const inTail = tail === undefined || tail.endOfRecord ? 0 : Math.max(0, goal - tailLength(tcb))
  const rest = tcb.config.sndbuf - chargedBytes(tcb) - inTail
  return rest <= 0 ? inTail : inTail + goal * Math.ceil(rest / (goal + BUFFER_OVERHEAD))
}

/** A third of the buffer is free, and not too much waits to be sent: poll() says POLLOUT, and a blocked send() goes on (sk_stream_is_writeable). */
export function isSendable(tcb: Tcb, sysctl: Readonly<Sysctl>): boolean {
  const charged = chargedBytes(tcb)
  return tcb.config.sndbuf - charged >= charged >> 1 && 2 * unsentBytes(tcb) < notsentLowat(tcb, sysctl)
}

/** TCP_NOTSENT_LOWAT: from so many unsent bytes on nothing more is queued, and from half of them on no writer is called. */
export function notsentLowat(tcb: Tcb, sysctl: Readonly<Sysctl>): number {
  return tcb.config.notsentLowat === 0 ? sysctl.tcp_notsent_lowat : tcb.config.notsentLowat
}

/**
 * Payload that one buffer should hold (tcp_xmit_size_goal): whole segments up to 64 KiB, and no more than half of the largest window that
 * the peer ever offered.
 */
export function bufferGoal(tcb: Tcb, mss: number): number {
  const { maxWnd } = tcb.snd
  const bound = maxWnd > DEFAULT_MSS ? maxWnd >> 1 : maxWnd
  const bytes = bound > 0 ? Math.min(MAX_BURST_BYTES, bound) : MAX_BURST_BYTES
  return Math.max(1, Math.floor(bytes / mss)) * mss
}

/** Where the buffer at `index` begins. */
export function bufferStart(tcb: Tcb, index: number): Seq32 {
  const { buffers, unsentFrom, nxt, una } = tcb.snd
  if (index === unsentFrom) return nxt
  return index === 0 ? una : buffers[index - 1].end
}

/** The first buffer that was not sent. */
export function unsentHead(tcb: Tcb): SendBuffer | undefined {
  const { buffers, unsentFrom } = tcb.snd
  return unsentFrom < buffers.length ? buffers[unsentFrom] : undefined
}

/** The last one, if it was not sent: what new bytes are added to. */
export function unsentTail(tcb: Tcb): SendBuffer | undefined {
  return unsentHead(tcb) === undefined ? undefined : tcb.snd.buffers[tcb.snd.buffers.length - 1]
}

/** Payload in the last buffer, which was not sent. */
export function tailLength(tcb: Tcb): number {
  const last = tcb.snd.buffers.length - 1
  return seqDiff(tcb.snd.buffers[last].end, bufferStart(tcb, last))
}

/** Payload and, where it is the last, FIN of the first unsent buffer: bytes of payload, and whether the FIN is in it. */
export function headContent(tcb: Tcb): { readonly bytes: number; readonly fin: boolean } {
  const head = unsentHead(tcb)
  if (head === undefined) return { bytes: 0, fin: false }
  const fin = tcb.finQueued && head.end === tcb.snd.end
  return { bytes: seqDiff(head.end, tcb.snd.nxt) - (fin ? 1 : 0), fin }
}

/** Cuts the first unsent buffer after `bytes` of payload; a PSH and the FIN stay with the rest (tso_fragment). */
export function splitHead(tcb: Tcb, bytes: number): void {
  const { buffers, unsentFrom, nxt } = tcb.snd
  buffers.splice(unsentFrom, 0, { end: seqAdd(nxt, bytes), push: false, endOfRecord: false })
}

/** Takes up to `bytes` out of the buffer behind the first unsent one into it (tcp_grow_skb). */
export function growHead(tcb: Tcb, bytes: number): void {
  const { buffers, unsentFrom } = tcb.snd
  if (bytes <= 0 || unsentFrom + 1 >= buffers.length) return
  const head = buffers[unsentFrom]
  const next = buffers[unsentFrom + 1]
  if (head.endOfRecord) return
  const fin = tcb.finQueued && next.end === tcb.snd.end
  const available = seqDiff(next.end, head.end) - (fin ? 1 : 0)
  const taken = Math.min(bytes, available)
  if (taken === 0) return
  if (taken < available) {
    head.end = seqAdd(head.end, taken)
    return
  }
  head.end = next.end
  head.push = head.push || next.push
  head.endOfRecord = next.endOfRecord
  buffers.splice(unsentFrom + 1, 1)
}

/** Adds bytes behind all that is queued, to the last buffer. The payload is shared and must never change. */
export function appendBytes(tcb: Tcb, bytes: Uint8Array): void {
  const { snd } = tcb
  tcb.sendChunks.push({ seq: snd.end, bytes })
  snd.end = seqAdd(snd.end, bytes.length)
  snd.buffers[snd.buffers.length - 1].end = snd.end
}

/** A new last buffer, still empty (tcp_skb_entail). */
export function addBuffer(tcb: Tcb): SendBuffer {
  const buffer: SendBuffer = { end: tcb.snd.end, push: false, endOfRecord: false }
  tcb.snd.buffers.push(buffer)
  tcb.snd.pushOnce = false
  return buffer
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

/** Forgets chunks and buffers of which every byte is acked. */
export function freeAcked(tcb: Tcb): void {
  const chunks = tcb.sendChunks
  let done = 0
  while (done < chunks.length && seqLe(seqAdd(chunks[done].seq, chunks[done].bytes.length), tcb.snd.una)) done++
  if (done > 0) chunks.splice(0, done)
  const { snd } = tcb
  let freed = 0
  while (freed < snd.unsentFrom && seqLe(snd.buffers[freed].end, snd.una)) freed++
  if (freed === 0) return
  snd.buffers.splice(0, freed)
  snd.unsentFrom -= freed
}
