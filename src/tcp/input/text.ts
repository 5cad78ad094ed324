/**
 * Seventh step of RFC 9293 3.10.7.4: the segment's text. In order it goes to the reader, ahead of order it is kept (SHLD-31), again it is
 * reported as a duplicate (RFC 2883), beyond the window it is dropped. Linux tcp_data_queue, tcp_data_queue_ofo. Urgent data (sixth step)
 * is receiver/urgent.ts's.
 */
import { seqAdd, seqDiff, seqGe, seqGt, seqLt } from '../../base'
import { FIN, segmentLength } from '../../wire'
import type { TcpSegment } from '../../wire'
import { noteSpuriousRetransmission } from '../ecn/receive'
import type { TcpIo } from '../io'
import { isReadable } from '../poll'
import { enterQuickAck, scheduleAck } from '../receiver/ack'
import { growBuffer, measureMss, measureRttByEcho, measureRttByWindow } from '../receiver/autotune'
import { truesize } from '../receiver/memory'
import { appendInOrder, drainIslands, holdIsland, makeRoom } from '../receiver/reassembly'
import { dropCoveredBlocks, reportDuplicate, sackArrived } from '../receiver/sack'
import { growWindow, GROWING_SEGMENT, receiveWindow } from '../receiver/window'
import type { Tcb } from '../tcb'
import { drop } from './drop'
import { finArrives } from './fin'
import { marksArrive } from './marks'

/** Text and FIN of a segment that passed the steps before, in a state that takes data. */
export function textArrives(tcb: Tcb, segment: TcpSegment, packet: number, io: TcpIo): void {
  const length = segmentLength(segment)
  if (length === 0) return
  measureRttByEcho(tcb, segment, io)
  tcb.receive.dsack = undefined
  const { seq } = segment
  const { nxt } = tcb.rcv
  const end = seqAdd(seq, length)
  if (!seqGt(end, nxt)) {
    io.recorder.emit('tcp/duplicateDataArrived', 'textDuplicate', seq, segment.payload.length)
    io.count('DelayedACKLost')
    noteSpuriousRetransmission(tcb, end)
    reportDuplicate(tcb, seq, end, io)
    answerAtOnce(tcb)
    return
  }
  const window = receiveWindow(tcb)
  if (seqGt(seq, nxt)) {
    if (seqGe(seq, seqAdd(nxt, window))) {
      io.count('BeyondWindow')
      beyondWindow(tcb, packet, io)
    } else ahead(tcb, segment, packet, io)
    return
  }
  if (seqLt(seq, nxt)) {
    io.recorder.emit(
      'tcp/duplicateDataArrived',
      'textDuplicate',
      seq,
      Math.min(seqDiff(nxt, seq), segment.payload.length),
    )
    reportDuplicate(tcb, seq, nxt, io)
  }
  // A bare FIN needs no room.
  if (window === 0 && segment.payload.length > 0) {
    io.count('TCPZeroWindowDrop')
    beyondWindow(tcb, packet, io)
    return
  }
  inOrder(tcb, segment, packet, io)
}

function inOrder(tcb: Tcb, segment: TcpSegment, packet: number, io: TcpIo): void {
  const { rcv } = tcb
  if (!makeRoom(tcb, segment.seq, io)) {
    tcb.ack.pending = true
    tcb.ack.now = true
    tcb.ack.noMemory = true
    io.wake(tcb, 'data')
    if (tcb.receiveChunks.length > 0 && segment.payload.length > 0) {
      io.count('TCPRcvQDrop')
      drop(packet, 'receiveBufferFull', 'receiveBufferFull', io)
      return
    }
  }
  const start = rcv.nxt
  const known = seqDiff(start, segment.seq)
  const fresh = known === 0 ? segment.payload : segment.payload.subarray(known)
  if (fresh.length > 0) {
    appendInOrder(tcb, fresh)
    io.recorder.emit('tcp/dataAccepted', 'textAccepted', start, fresh.length)
  }
  // Where only the FIN is new the repeated text still counts as arriving (tcp_event_data_recv).
  if (segment.payload.length > 0) noteData(tcb, segment, io)
  let fin = (segment.flags & FIN) !== 0
  if (!fin && tcb.outOfOrder.length > 0) fin = closeGap(tcb, io)
  // Linux takes the FIN first: its ACK may still name blocks that it covers.
  if (fin) finArrives(tcb, io)
  dropCoveredBlocks(tcb)
  // tcp_data_ready
  if (isReadable(tcb) || tcb.finReceived) io.wake(tcb, 'data')
}

/** What waited behind the gap is in order now. Returns whether a FIN comes next. */
function closeGap(tcb: Tcb, io: TcpIo): boolean {
  const start = tcb.rcv.nxt
  const { bytes, fin } = drainIslands(tcb, io)
  if (bytes > 0) io.recorder.emit('tcp/dataAccepted', 'gapFilled', start, bytes)
  // RFC 5681 4.2: the sender wants to know at once.
  if (tcb.outOfOrder.length === 0) tcb.ack.now = true
  return fin
}

function ahead(tcb: Tcb, segment: TcpSegment, packet: number, io: TcpIo): void {
  const { seq, payload } = segment
  const end = seqAdd(seq, segmentLength(segment))
  if (!makeRoom(tcb, seq, io)) {
    io.count('TCPOFODrop')
    io.wake(tcb, 'data')
    drop(packet, 'receiveBufferFull', 'receiveBufferFull', io)
    return
  }
  marksArrive(tcb, io)
  measureMss(tcb, segment, io)
  tcb.ack.pending = true
  tcb.totals.outOfOrder++
  io.count('TCPOFOQueue')
  const before = tcb.receive.memory
  const held = holdIsland(tcb, seq, payload, (segment.flags & FIN) !== 0, io)
  if (held) {
    const gap = seqDiff(seq, tcb.rcv.nxt)
    io.recorder.emit('tcp/dataHeldOutOfOrder', 'textOutOfOrder', seq, payload.length, gap)
  } else {
    io.recorder.emit('tcp/duplicateDataArrived', 'textDuplicate', seq, payload.length)
  }
  sackArrived(tcb, seq, end, io)
  if (!held || !tcb.negotiated.sack) return
  // Linux charges a piece of its own only after this, one that is packed behind another before (tcp_data_queue_ofo).
  growWindow(tcb, payload.length, io, tcb.receive.memory - before === truesize(payload.length))
  if (tcb.attached && !tcb.orphaned) growBuffer(tcb, tcb.receive.spaceBytes, io)
}

function beyondWindow(tcb: Tcb, packet: number, io: TcpIo): void {
  drop(packet, 'outOfWindow', 'zeroWindowDrop', io)
  answerAtOnce(tcb)
}

function answerAtOnce(tcb: Tcb): void {
  enterQuickAck(tcb)
  tcb.ack.pending = true
}

function noteData(tcb: Tcb, segment: TcpSegment, io: TcpIo): void {
  measureMss(tcb, segment, io)
  measureRttByWindow(tcb, io)
  scheduleAck(tcb, io)
  marksArrive(tcb, io)
  if (segment.payload.length >= GROWING_SEGMENT) growWindow(tcb, segment.payload.length, io)
}
