/**
 * Tracking of one TCP connection: what a segment does to the state, whether it may pass as part of it, and how long the entry lives from now.
 * Linux nf_conntrack_tcp_packet, tcp_new. Leaves out the flag for RFC 5961 challenge ACKs in LAST_ACK.
 */
import { MICROS_PER_SECOND, seq32, seqLt } from '../../base'
import type { Micros } from '../../base'
import type { Sysctl } from '../../trace'
import type { TcpSegment } from '../../wire'
import type { Direction, Flow, SegmentKind, TcpCtState, TcpTrack } from '../records'
import { areSensible, nextState, segmentKind } from './tcp-states'
import { beginEnd, createEnd, endOf, inWindow, pickUpEnds } from './tcp-window'

/**
 * What became of a segment. 'accept': it belongs; 'repeat': the entry is of an older connection, forget it and look again; 'forget': it belongs and
 * ends the entry at once. Otherwise why it is INVALID.
 */
export type TcpVerdict =
  | { readonly kind: 'accept' | 'repeat' | 'forget' }
  | { readonly kind: 'invalid'; readonly why: string }

const ACCEPT: TcpVerdict = { kind: 'accept' }

/** Sysctl with the timeout of each state, in seconds. */
const TIMEOUTS: Readonly<Record<TcpCtState, keyof Sysctl>> = {
  NONE: 'nf_conntrack_tcp_timeout_syn_sent',
  SYN_SENT: 'nf_conntrack_tcp_timeout_syn_sent',
  SYN_RECV: 'nf_conntrack_tcp_timeout_syn_recv',
  ESTABLISHED: 'nf_conntrack_tcp_timeout_established',
  FIN_WAIT: 'nf_conntrack_tcp_timeout_fin_wait',
  CLOSE_WAIT: 'nf_conntrack_tcp_timeout_close_wait',
  LAST_ACK: 'nf_conntrack_tcp_timeout_last_ack',
  TIME_WAIT: 'nf_conntrack_tcp_timeout_time_wait',
  CLOSE: 'nf_conntrack_tcp_timeout_close',
  SYN_SENT2: 'nf_conntrack_tcp_timeout_syn_sent',
}

/** The track of a connection whose first segment this is; a sentence where it cannot be one. */
export function beginTcp(segment: TcpSegment, sysctl: Readonly<Sysctl>): TcpTrack | string {
  if (!areSensible(segment.flags)) return 'flags that do not go together'
  const kind = segmentKind(segment.flags)
  const state = nextState(0, kind, 'NONE')
  if (state === 'invalid' || state === 'ignore') return `no connection begins with ${kind}`
  const track: TcpTrack = {
    state: 'NONE',
    ends: [createEnd(), createEnd()],
    lastDirection: 0,
    lastKind: 'none',
    lastSeq: 0,
    lastAck: 0,
    lastEnd: 0,
    lastWindow: 0,
    retransmissions: 0,
  }
  if (state === 'SYN_SENT') beginEnd(track.ends[0], segment)
  else if (sysctl.nf_conntrack_tcp_loose === 0) return 'nf_conntrack_tcp_loose is 0, and no SYN was seen'
  else pickUpEnds(track, segment)
  return track
}

/** States in which one end at least has sent its FIN. */
const CLOSING: ReadonlySet<TcpCtState> = new Set(['FIN_WAIT', 'CLOSE_WAIT', 'LAST_ACK', 'TIME_WAIT', 'CLOSE'])

/** A segment of a tracked connection. */
export function trackTcp(
  flow: Flow,
  track: TcpTrack,
  direction: Direction,
  segment: TcpSegment,
  sysctl: Readonly<Sysctl>,
  now: Micros,
): TcpVerdict {
  const before = track.state
  const kind = segmentKind(segment.flags)
  if (!areSensible(segment.flags)) return invalid('flags that do not go together')
  let from = before
  let to = nextState(direction, kind, before)
  if (to === 'invalid') return invalid(`${kind} in state ${before}`)
  if (to === 'SYN_SENT' && (before === 'TIME_WAIT' || before === 'CLOSE')) {
    const closed = track.ends.some(({ closeInit }) => closeInit)
    if (closed || (track.lastDirection === direction && track.lastKind === 'rst')) return { kind: 'repeat' }
    to = 'ignore'
  }
  if (to === 'ignore') {
    if (!catchesUp(track, direction, segment)) {
      noteIgnored(track, direction, segment)
      return ACCEPT
    }
    from = 'SYN_SENT'
    to = 'SYN_RECV'
    track.state = from
  }
  // Once an end has closed, a reset may be of a socket that knows nothing any more: it is believed whatever its numbers.
  let known = kind === 'rst' && (CLOSING.has(before) || answersSyn(flow, track, segment))
  if (kind === 'rst' && to === 'CLOSE' && !known) {
    const judged = judgeReset(flow, track, direction, segment, sysctl)
    if (judged === 'invalid') return invalid('a reset below what was acknowledged')
    if (judged === 'challenge') to = before
    known = judged !== 'closes' && answersAck(flow, track, segment)
  }
  if (!known) {
    const verdict = inWindow(track, direction, segment, sysctl.nf_conntrack_tcp_be_liberal !== 0)
    if (verdict === 'outOfWindow') {
      shortenDead(flow, track, direction, kind, sysctl, now)
      return sysctl.nf_conntrack_tcp_ignore_invalid_rst !== 0 && kind === 'rst' ? ACCEPT : invalid('out of window')
    }
    if (verdict === 'late') return ACCEPT
  }
  track.lastKind = kind
  track.lastDirection = direction
  track.state = to
  if (from !== to && to === 'FIN_WAIT') track.ends[direction].closeInit = true
  return settleFlow(flow, track, segment, { from, to, sysctl, now })
}

/**
 * A FIN or reset that does not fit, from either end: the ends know more than conntrack does, and the entry shall not hang around for days
 * (nf_tcp_handle_invalid).
 */
function shortenDead(
  flow: Flow,
  track: TcpTrack,
  direction: Direction,
  kind: SegmentKind,
  sysctl: Readonly<Sysctl>,
  now: Micros,
): void {
  if (!flow.assured || (kind !== 'rst' && kind !== 'fin')) return
  if (track.lastDirection === direction || (track.lastKind !== 'fin' && track.lastKind !== 'rst')) {
    track.lastKind = kind
    track.lastDirection = direction
    return
  }
  if (flow.expiresAt - now < LEAST_TO_SHORTEN) return
  const most = now + sysctl.nf_conntrack_tcp_timeout_unacknowledged * MICROS_PER_SECOND
  flow.expiresAt = Math.min(flow.expiresAt, most)
}

/** An entry with less than that to live is left alone. */
const LEAST_TO_SHORTEN = 120 * MICROS_PER_SECOND

function invalid(why: string): TcpVerdict {
  return { kind: 'invalid', why }
}

interface Change {
  readonly from: TcpCtState
  readonly to: TcpCtState
  readonly sysctl: Readonly<Sysctl>
  readonly now: Micros
}

/** How long the entry lives now, and whether both ends have proven themselves. */
function settleFlow(flow: Flow, track: TcpTrack, segment: TcpSegment, { from, to, sysctl, now }: Change): TcpVerdict {
  const isReset = segmentKind(segment.flags) === 'rst'
  let seconds = timeoutOf(track, to, isReset, segment.window, sysctl)
  if (!flow.seenReply) {
    // A connection that was refused: nothing is left to track.
    if (isReset && flow.confirmed) return { kind: 'forget' }
    // Picked up in the middle and heard from one side only.
    if (to === 'ESTABLISHED') seconds = Math.min(seconds, sysctl.nf_conntrack_tcp_timeout_unacknowledged)
  } else if (!flow.assured && (from === 'SYN_RECV' || from === 'ESTABLISHED') && to === 'ESTABLISHED') {
    flow.assured = true
  }
  flow.expiresAt = now + seconds * MICROS_PER_SECOND
  return ACCEPT
}

/** Seconds. A connection that stutters, has data under way or a closed window is not waited for as long as an idle one. */
function timeoutOf(
  track: TcpTrack,
  state: TcpCtState,
  isReset: boolean,
  window: number,
  sysctl: Readonly<Sysctl>,
): number {
  const usual = Number(sysctl[TIMEOUTS[state]])
  if (track.retransmissions >= sysctl.nf_conntrack_tcp_max_retrans) {
    return Math.min(usual, sysctl.nf_conntrack_tcp_timeout_max_retrans)
  }
  if (isReset) return sysctl.nf_conntrack_tcp_timeout_close
  if (track.ends.some(({ unacknowledged }) => unacknowledged)) {
    return Math.min(usual, sysctl.nf_conntrack_tcp_timeout_unacknowledged)
  }
  return window === 0 ? Math.min(usual, sysctl.nf_conntrack_tcp_timeout_max_retrans) : usual
}

/** A SYN-ACK for a SYN that was let pass and not believed: both ends are in step, and conntrack was not. It begins anew from what it noted. */
function catchesUp(track: TcpTrack, direction: Direction, segment: TcpSegment): boolean {
  const kind = segmentKind(segment.flags)
  if (kind !== 'synAck' || track.lastKind !== 'syn' || track.lastDirection === direction) return false
  if ((segment.ack as number) !== track.lastEnd) return false
  const [asked, answers] = direction === 1 ? track.ends : [track.ends[1], track.ends[0]]
  Object.assign(answers, createEnd())
  asked.end = track.lastEnd
  asked.maxEnd = track.lastEnd
  asked.maxWindow = Math.max(track.lastWindow, 1)
  return true
}

/** Lets a segment pass that may be of the real connection while ours is out of step. */
function noteIgnored(track: TcpTrack, direction: Direction, segment: TcpSegment): void {
  const kind = segmentKind(segment.flags)
  track.lastKind = kind
  track.lastDirection = direction
  track.lastSeq = segment.seq
  track.lastEnd = endOf(segment)
  track.lastWindow = segment.window
  if (kind === 'syn' && direction === 0) {
    const { windowScale, sackPermitted } = segment.options
    const end = track.ends[0]
    end.scales = windowScale !== undefined
    end.scale = windowScale ?? 0
    end.sackPermitted = sackPermitted
  }
  if (kind === 'ack') track.lastAck = segment.ack
}

/** The reset that answers a SYN which was let pass and not believed: the ends are in step, and it is known to be real. */
function answersSyn(flow: Flow, track: TcpTrack, segment: TcpSegment): boolean {
  return flow.seenReply && track.lastKind === 'syn' && (segment.ack as number) === track.lastEnd
}

/** The same, of an ACK. */
function answersAck(flow: Flow, track: TcpTrack, segment: TcpSegment): boolean {
  return !flow.assured && track.lastKind === 'ack' && (segment.ack as number) === track.lastEnd
}

/** A reset must hit: the exact number closes, one in the window may only bring a challenge ACK about (RFC 5961 3.2), one below is a forgery. */
function judgeReset(
  flow: Flow,
  track: TcpTrack,
  direction: Direction,
  segment: TcpSegment,
  sysctl: Readonly<Sysctl>,
): 'closes' | 'unknown' | 'challenge' | 'invalid' {
  const other = track.ends[direction === 0 ? 1 : 0]
  if (!other.maxAckSet) return 'unknown'
  const established = flow.assured && track.state === 'ESTABLISHED'
  if (segment.seq === 0 && !established) return 'closes'
  // It may answer a SYN that was let pass and not believed.
  if (track.lastKind === 'syn') return 'closes'
  if (seqLt(segment.seq, seq32(other.maxAck)) && sysctl.nf_conntrack_tcp_ignore_invalid_rst === 0) return 'invalid'
  if (!established || (segment.seq as number) === other.maxAck) return 'closes'
  const train =
    track.lastKind === 'ack' && track.lastDirection === direction && (segment.seq as number) === track.lastEnd
  return train ? 'closes' : 'challenge'
}
