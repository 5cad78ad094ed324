/**
 * Whether a segment fits what both ends may send and acknowledge by now ("Real Stateful TCP Packet Filtering in IP Filter", van Rooij), and what
 * it teaches. Linux tcp_in_window. A segment beyond is INVALID, unless nf_conntrack_tcp_be_liberal; one that comes too late passes and
 * teaches nothing.
 */
import { seq32, seqDiff } from '../../base'
import { ACK, RST, segmentLength, SYN } from '../../wire'
import type { TcpSegment } from '../../wire'
import type { Direction, FlowEnd, TcpTrack } from '../records'

export type WindowVerdict = 'inWindow' | 'late' | 'outOfWindow'

/** Acknowledgments may lag behind by the largest window, or by so much. */
const LEAST_ACK_WINDOW = 66_000

export function createEnd(): FlowEnd {
  return {
    end: 0,
    maxEnd: 0,
    maxWindow: 0,
    scale: 0,
    scales: false,
    sackPermitted: false,
    liberal: false,
    closeInit: false,
    unacknowledged: false,
    maxAck: 0,
    maxAckSet: false,
  }
}

/** What a SYN tells of its sender. */
export function beginEnd(end: FlowEnd, segment: TcpSegment): void {
  end.end = endOf(segment)
  end.maxEnd = end.end
  end.maxWindow = Math.max(segment.window, 1)
  end.scales = segment.options.windowScale !== undefined
  end.scale = segment.options.windowScale ?? 0
  end.sackPermitted = segment.options.sackPermitted
}

/** What a segment in the middle of a connection tells of its sender: nothing but what it says itself (nf_conntrack_tcp_loose). */
export function pickUpEnds(track: TcpTrack, segment: TcpSegment): void {
  const [first, second] = track.ends
  first.end = endOf(segment)
  first.maxWindow = Math.max(segment.window, 1)
  first.maxEnd = plus(first.end, first.maxWindow)
  for (const end of [first, second]) {
    end.liberal = true
    end.sackPermitted = true
  }
}

/** One behind the segment's last byte, SYN and FIN counted. */
export function endOf(segment: TcpSegment): number {
  return plus(segment.seq, segmentLength(segment))
}

/** Judges a segment and, where it fits, notes what it says. `liberal`: nothing is out of window (nf_conntrack_tcp_be_liberal). */
export function inWindow(track: TcpTrack, direction: Direction, segment: TcpSegment, liberal: boolean): WindowVerdict {
  const sender = track.ends[direction]
  const receiver = track.ends[direction === 0 ? 1 : 0]
  // A SYN that crosses another one acknowledges nothing that could be judged.
  if (learnStart(track, direction, segment) && (segment.flags & (SYN | ACK)) === SYN) return 'inWindow'
  const said = readSegment(sender, receiver, track, segment)
  const verdict = judge(sender, receiver, said)
  if (verdict !== 'inWindow') {
    if (liberal || sender.liberal) return 'inWindow'
    if (verdict === 'late' || !overshoots(sender, receiver, said)) return verdict
    sender.end = said.end
    sender.unacknowledged = true
    return 'late'
  }
  learn(sender, receiver, segment, said)
  countRetransmission(track, direction, segment, said)
  return 'inWindow'
}

/** The numbers of a segment as the judgment needs them. */
interface Said {
  readonly seq: number
  readonly end: number
  readonly ack: number
  /** The highest byte that it acknowledges, SACK blocks counted. */
  readonly sack: number
  readonly window: number
}

function readSegment(sender: FlowEnd, receiver: FlowEnd, track: TcpTrack, segment: TcpSegment): Said {
  const { flags } = segment
  const hasAck = (flags & ACK) !== 0 && !((flags & RST) !== 0 && segment.ack === 0)
  const ack = hasAck ? (segment.ack as number) : receiver.end
  let sack = ack
  if (receiver.sackPermitted && hasAck) {
    for (const block of segment.options.sack) if (after(block.end, sack)) sack = block.end
  }
  // A reset that answers a SYN has the number 0.
  const unnumbered = (flags & RST) !== 0 && segment.seq === 0 && track.state === 'SYN_SENT'
  const seq = unnumbered ? sender.end : (segment.seq as number)
  const end = unnumbered ? sender.end : endOf(segment)
  const window = flags & SYN ? segment.window : segment.window * 2 ** sender.scale
  return { seq, end, ack, sack, window }
}

/** The first that is heard of an end, or a SYN with another number than before; whether it is one of them. */
function learnStart(track: TcpTrack, direction: Direction, segment: TcpSegment): boolean {
  const sender = track.ends[direction]
  const receiver = track.ends[direction === 0 ? 1 : 0]
  const isSyn = (segment.flags & SYN) !== 0
  const restarts =
    ((track.state === 'SYN_SENT' && direction === 0) || (track.state === 'SYN_RECV' && direction === 1)) &&
    after(endOf(segment), sender.end)
  if (sender.maxWindow !== 0 && !(restarts && isSyn)) return false
  if (isSyn) {
    beginEnd(sender, segment)
    // Both scale, or none.
    if ((segment.flags & ACK) !== 0 && !(sender.scales && receiver.scales)) {
      sender.scale = 0
      receiver.scale = 0
    }
    return true
  }
  const window = segment.window * 2 ** sender.scale
  sender.end = endOf(segment)
  sender.maxWindow = Math.max(window, 1)
  sender.maxEnd = plus(sender.end, sender.maxWindow)
  if (receiver.maxWindow === 0) {
    receiver.end = segment.ack
    receiver.maxEnd = segment.ack
  } else if ((segment.ack as number) === plus(receiver.end, 1)) receiver.end = plus(receiver.end, 1)
  return true
}

function judge(sender: FlowEnd, receiver: FlowEnd, { seq, end, sack }: Said): WindowVerdict {
  if (!before(seq, plus(sender.maxEnd, 1))) return 'outOfWindow'
  if (!before(sack, plus(receiver.end, 1))) return 'outOfWindow'
  return isRecent(sender, receiver, end, sack) ? 'inWindow' : 'late'
}

/** Neither the bytes nor the acknowledgment are of long ago. */
function isRecent(sender: FlowEnd, receiver: FlowEnd, end: number, sack: number): boolean {
  const ackWindow = Math.max(sender.maxWindow, LEAST_ACK_WINDOW)
  const inReceiveWindow = receiver.maxWindow === 0 || after(end, plus(sender.end, -receiver.maxWindow - 1))
  return inReceiveWindow && after(sack, plus(receiver.end, -ackWindow - 1))
}

/** Only its place is beyond what was allowed, and not by much: it passes, and its acknowledgment shall not be held against the other end. */
function overshoots(sender: FlowEnd, receiver: FlowEnd, said: Said): boolean {
  const by = seqDiff(seq32(said.end), seq32(sender.maxEnd)) + 1
  return (
    !before(said.seq, plus(sender.maxEnd, 1)) &&
    by <= receiver.maxWindow &&
    before(said.sack, plus(receiver.end, 1)) &&
    isRecent(sender, receiver, said.end, said.sack)
  )
}

function learn(sender: FlowEnd, receiver: FlowEnd, segment: TcpSegment, { end, ack, sack, window }: Said): void {
  sender.maxWindow = Math.max(sender.maxWindow, window + seqDiff(seq32(sack), seq32(ack)))
  if (after(end, sender.end)) {
    sender.end = end
    sender.unacknowledged = true
  }
  if ((segment.flags & ACK) !== 0 && (!sender.maxAckSet || after(ack, sender.maxAck))) {
    sender.maxAck = ack
    sender.maxAckSet = true
  }
  if (receiver.maxWindow !== 0 && after(end, sender.maxEnd)) {
    receiver.maxWindow += seqDiff(seq32(end), seq32(sender.maxEnd))
  }
  if (after(plus(sack, window), plus(receiver.maxEnd, -1))) {
    receiver.maxEnd = plus(sack, window === 0 ? 1 : window)
  }
  if (ack === receiver.end) receiver.unacknowledged = false
}

function countRetransmission(track: TcpTrack, direction: Direction, segment: TcpSegment, said: Said): void {
  if ((segment.flags & (ACK | RST | SYN)) !== ACK) return
  const same =
    track.lastDirection === direction &&
    track.lastSeq === said.seq &&
    track.lastAck === said.ack &&
    track.lastEnd === said.end &&
    track.lastWindow === said.window
  track.retransmissions = same ? track.retransmissions + 1 : 0
  track.lastDirection = direction
  track.lastSeq = said.seq
  track.lastAck = said.ack
  track.lastEnd = said.end
  track.lastWindow = said.window
}

function plus(a: number, n: number): number {
  return (a + n) >>> 0
}

function after(a: number, b: number): boolean {
  return seqDiff(seq32(a), seq32(b)) > 0
}

function before(a: number, b: number): boolean {
  return seqDiff(seq32(a), seq32(b)) < 0
}
