/**
 * The receive buffer: bytes in order, ready to be read, and islands that wait for the bytes before them. Decides what is new in a
 * segment, what is a duplicate, and what has to go when memory runs out. RFC 9293 3.10.7.4 (seventh), SHLD-31; Linux tcp_queue_rcv,
 * tcp_data_queue_ofo, tcp_ofo_queue, tcp_try_coalesce, tcp_collapse, tcp_prune_queue, tcp_prune_ofo_queue.
 *
 * Islands are kept by segment, ascending and disjoint: where two overlap, the bytes that came first stay. Each is charged the memory of
 * one segment, so that their number is bounded by SO_RCVBUF.
 */
import { seqAdd, seqDiff, seqGe, seqGt, seqLe, seqLt } from '../../base'
import type { Seq32 } from '../../base'
import type { TcpIo } from '../io'
import type { Chunk, Tcb } from '../tcb'
import { advertisedMss, fitsBehind, truesize } from './memory'
import { extendDuplicate, reportDuplicate } from './sack'

export type Island = Chunk & { fin: boolean }

/** Payload of the largest piece that collapsing makes: one page less headers and bookkeeping. */
const COLLAPSED_PIECE = 3_712

/** First sequence number behind an island, its FIN counted. */
export function islandEnd(island: Island): Seq32 {
  return seqAdd(island.seq, island.bytes.length + (island.fin ? 1 : 0))
}

/** Puts bytes that begin at RCV.NXT into the buffer and moves RCV.NXT behind them. */
export function appendInOrder(tcb: Tcb, bytes: Uint8Array): void {
  const { rcv, receive, receiveChunks } = tcb
  if (bytes.length === 0) return
  const last = receiveChunks.length - 1
  if (last >= 0 && fitsBeside(receiveChunks[last].bytes, bytes)) {
    receiveChunks[last].bytes = joined(receiveChunks[last].bytes, bytes)
  } else {
    receiveChunks.push({ seq: rcv.nxt, bytes })
    receive.memory += truesize(bytes.length)
  }
  rcv.nxt = seqAdd(rcv.nxt, bytes.length)
  tcb.totals.bytesReceived += bytes.length
}

/** Moves every island that RCV.NXT has reached into the buffer. Returns whether one of them ended in a FIN, which is next then. */
export function drainIslands(tcb: Tcb, io: TcpIo): { readonly bytes: number; readonly fin: boolean } {
  const { rcv, receive, outOfOrder } = tcb
  const start = rcv.nxt
  let done = 0
  let fin = false
  while (done < outOfOrder.length && !fin && seqLe(outOfOrder[done].seq, rcv.nxt)) {
    const island = outOfOrder[done++]
    receive.memory -= truesize(island.bytes.length)
    const known = seqDiff(rcv.nxt, island.seq)
    if (known > 0) {
      const end = islandEnd(island)
      extendDuplicate(tcb, island.seq, seqLt(end, start) ? end : start, io)
    }
    if (known > island.bytes.length) continue
    appendInOrder(tcb, known === 0 ? island.bytes : island.bytes.subarray(known))
    ;({ fin } = island)
  }
  if (done > 0) outOfOrder.splice(0, done)
  return { bytes: seqDiff(rcv.nxt, start), fin }
}

/**
 * Keeps bytes that begin beyond RCV.NXT. What of them is known already is reported as a duplicate. Returns false when all of
 * it was.
 */
export function holdIsland(tcb: Tcb, seq: Seq32, bytes: Uint8Array, fin: boolean, io: TcpIo): boolean {
  const { outOfOrder, receive } = tcb
  const end = seqAdd(seq, bytes.length + (fin ? 1 : 0))
  let at = placeOf(outOfOrder, seq)
  let start = seq
  const same = at < outOfOrder.length && outOfOrder[at].seq === seq
  if (same && seqGe(islandEnd(outOfOrder[at]), end)) {
    io.count('TCPOFOMerge')
    reportDuplicate(tcb, seq, end, io)
    return false
  }
  if (at > 0) {
    const before = outOfOrder[at - 1]
    const beforeEnd = islandEnd(before)
    if (seqGe(beforeEnd, end)) {
      io.count('TCPOFOMerge')
      reportDuplicate(tcb, seq, end, io)
      return false
    }
    if (seqGt(beforeEnd, seq)) {
      reportDuplicate(tcb, seq, beforeEnd, io)
      start = beforeEnd
    }
  }
  let covered = at
  let stop = end
  while (covered < outOfOrder.length && seqLt(outOfOrder[covered].seq, end)) {
    const next = outOfOrder[covered]
    if (seqLt(end, islandEnd(next))) {
      extendDuplicate(tcb, next.seq, end, io)
      stop = next.seq
      break
    }
    extendDuplicate(tcb, next.seq, islandEnd(next), io)
    io.count('TCPOFOMerge')
    receive.memory -= truesize(next.bytes.length)
    covered++
  }
  outOfOrder.splice(at, covered - at)
  const last = seqAdd(seq, bytes.length)
  const tail = seqGt(stop, last) ? last : stop
  const island = {
    seq: start,
    bytes: bytes.subarray(seqDiff(start, seq), Math.max(0, seqDiff(tail, seq))),
    fin: fin && stop === end,
  }
  if (island.bytes.length === 0 && !island.fin) return false
  insertIsland(tcb, at, island)
  at++
  return true
}

/** Frees chunks that the application has read in full. */
export function freeRead(tcb: Tcb): void {
  const { receiveChunks, rcv, receive } = tcb
  let done = 0
  while (done < receiveChunks.length) {
    const chunk = receiveChunks[done]
    if (seqGt(seqAdd(chunk.seq, chunk.bytes.length), rcv.copied)) break
    receive.memory -= truesize(chunk.bytes.length)
    done++
  }
  if (done > 0) receiveChunks.splice(0, done)
}

/** Forgets everything that is not read, as close() does. Returns the number of unread bytes. */
export function discardUnread(tcb: Tcb): number {
  const unread = seqDiff(inOrderEnd(tcb), tcb.rcv.copied)
  for (const chunk of tcb.receiveChunks) tcb.receive.memory -= truesize(chunk.bytes.length)
  tcb.receiveChunks = []
  tcb.rcv.copied = tcb.rcv.nxt
  return Math.max(0, unread)
}

/** Throws islands away: what a FIN leaves behind it can never be reached. */
export function discardIslands(tcb: Tcb): void {
  for (const island of tcb.outOfOrder) tcb.receive.memory -= truesize(island.bytes.length)
  tcb.outOfOrder = []
  tcb.receive.sackBlocks = []
}

/** End of the bytes in order: RCV.NXT without the FIN. */
export function inOrderEnd(tcb: Tcb): Seq32 {
  const last = tcb.receiveChunks.length - 1
  if (last < 0) return tcb.rcv.copied
  return seqAdd(tcb.receiveChunks[last].seq, tcb.receiveChunks[last].bytes.length)
}

/**
 * Makes sure that a segment which begins at `seq` may be kept: grows the buffer, packs it, and at last drops the islands that are
 * farthest away. False when the segment must be dropped.
 */
export function makeRoom(tcb: Tcb, seq: Seq32, io: TcpIo): boolean {
  const { receive, config } = tcb
  if (receive.memory <= config.rcvbuf) return true
  io.count('PruneCalled')
  clampWindow(tcb, io)
  if (receive.memory <= config.rcvbuf) return true
  collapse(tcb, tcb.outOfOrder)
  collapse(tcb, tcb.receiveChunks)
  if (receive.memory <= config.rcvbuf) return true
  if (pruneIslands(tcb, seq, io) && receive.memory <= config.rcvbuf) return true
  io.count('RcvPruned')
  return false
}

function clampWindow(tcb: Tcb, io: TcpIo): void {
  const { receive, config } = tcb
  tcb.ack.quick = 0
  const most = io.sysctl.tcp_rmem[2]
  if (config.rcvbuf < most && !config.rcvbufLocked) config.rcvbuf = Math.min(receive.memory, most)
  if (receive.memory > config.rcvbuf) receive.ssthresh = Math.min(receive.windowClamp, 2 * advertisedMss(tcb))
}

/** Drops islands from the far end, an eighth of the buffer at a time; none that lies before the segment at hand. */
function pruneIslands(tcb: Tcb, seq: Seq32, io: TcpIo): boolean {
  const { outOfOrder, receive, config } = tcb
  let pruned = false
  let goal = config.rcvbuf >> 3
  while (outOfOrder.length > 0) {
    const last = outOfOrder[outOfOrder.length - 1]
    if (seqGt(seq, last.seq)) break
    outOfOrder.pop()
    pruned = true
    const size = truesize(last.bytes.length)
    receive.memory -= size
    goal -= size
    if (goal > 0) continue
    if (receive.memory <= config.rcvbuf) break
    goal = config.rcvbuf >> 3
  }
  if (!pruned) return false
  io.count('OfoPruned')
  receive.sackBlocks = []
  return true
}

/** Packs neighbouring pieces into pieces of a page, where that saves memory. */
function collapse(tcb: Tcb, chunks: (Chunk & { fin?: boolean })[]): void {
  let kept = 0
  for (let i = 0; i < chunks.length; i++) {
    const chunk = chunks[i]
    const before = kept > 0 ? chunks[kept - 1] : undefined
    const length = before === undefined ? 0 : before.bytes.length + chunk.bytes.length
    if (
      before !== undefined &&
      before.fin !== true &&
      length <= COLLAPSED_PIECE &&
      seqAdd(before.seq, before.bytes.length) === chunk.seq
    ) {
      tcb.receive.memory -= truesize(before.bytes.length) + truesize(chunk.bytes.length) - truesize(length)
      before.bytes = joined(before.bytes, chunk.bytes)
      if (chunk.fin === true) before.fin = true
      continue
    }
    chunks[kept++] = chunk
  }
  chunks.length = kept
}

function insertIsland(tcb: Tcb, at: number, island: Island): void {
  const { outOfOrder, receive } = tcb
  const before = at > 0 ? outOfOrder[at - 1] : undefined
  if (
    before !== undefined &&
    !before.fin &&
    islandEnd(before) === island.seq &&
    fitsBeside(before.bytes, island.bytes)
  ) {
    before.bytes = joined(before.bytes, island.bytes)
    before.fin = island.fin
    return
  }
  receive.memory += truesize(island.bytes.length)
  if (at === outOfOrder.length) outOfOrder.push(island)
  else outOfOrder.splice(at, 0, island)
}

/** Place of the first island that begins at or after `seq`; most segments come behind all others. */
function placeOf(islands: readonly Island[], seq: Seq32): number {
  let low = 0
  let high = islands.length
  if (high > 0 && seqGt(seq, islands[high - 1].seq)) return high
  while (low < high) {
    const middle = (low + high) >> 1
    if (seqLt(islands[middle].seq, seq)) low = middle + 1
    else high = middle
  }
  return low
}

/** The second fits into what the allocator has given the first anyway. */
function fitsBeside(first: Uint8Array, second: Uint8Array): boolean {
  return fitsBehind(first.length, second.length)
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const out = new Uint8Array(first.length + second.length)
  out.set(first)
  out.set(second, first.length)
  return out
}
