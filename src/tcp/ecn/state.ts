/**
 * What a connection remembers of Explicit Congestion Notification, classic (RFC 3168) and accurate (RFC 9768): the variant that was agreed to, what is
 * to be echoed, and the counters of both halves. Decides nothing. Linux: tp->ecn_flags, tp->received_ce and their neighbours in struct tcp_sock.
 */
import type { Micros, Seq32 } from '../../base'
import { AE, CWR, ECE } from '../../wire'

/** pending: our SYN asks for AccECN and nobody has answered. */
export type EcnMode = 'disabled' | 'rfc3168' | 'pending' | 'accecn'

/** The three bits that AccECN reads as one number, and that number in each place of the header. */
export const ACE_BITS = AE | CWR | ECE
/** RFC 9768 3.2.1: both sides count from 5, so that a middlebox that clears the bits is noticed. */
export const ACE_START = 5
export const ACE_MASK = 7

/** What has been seen of the peer's AccECN option (tp->saw_accecn_opt): nothing, one without counters, counters, counters that were zeroed. */
export const OPTION_NOT_SEEN = 0
export const OPTION_EMPTY = 1
export const OPTION_COUNTERS = 2
export const OPTION_ZEROED = 3

/** Ways in which the path has spoilt AccECN (tp->accecn_fail_mode), bits. */
export const ACE_FAIL_SEND = 1
export const ACE_FAIL_RECV = 2
export const OPTION_FAIL_SEND = 4
export const OPTION_FAIL_RECV = 8

export interface EcnState {
  mode: EcnMode
  /** What the SYN of a passive open asked for and we agree to; becomes the mode when the handshake is done. */
  asked: 'none' | 'rfc3168' | 'accecn'
  /** ECN bits that the next packet bears (inet->tos & 3). */
  codepoint: number
  /** ECN bits of the segment that is being processed (TCP_SKB_CB(skb)->ip_dsfield). */
  arriving: number
  /** The peer marks its packets as ECN-capable (TCP_ECN_SEEN). */
  seen: boolean
  /** RFC 3168 6.1.2: tell the peer with the next new data that we have slowed down (TCP_ECN_QUEUE_CWR). */
  queueCwr: boolean
  /** RFC 3168 6.1.3: echo congestion until the peer says CWR (TCP_ECN_DEMAND_CWR). */
  demandCwr: boolean
  /** ECN bits of our own SYN or SYN,ACK, and of the peer's (syn_ect_snt, syn_ect_rcv). */
  sentOnSyn: number
  arrivedOnSyn: number
  /** Segments that came marked CE (r.cep), how many of them no ACE field has told, and marks that the peer told us of (s.cep). */
  receivedCe: number
  receivedCePending: number
  deliveredCe: number
  /** Payload bytes that came, and that the peer says came, by codepoint less one: ECT(1), ECT(0), CE (r.e1b and so on, without their start values). */
  receivedBytes: number[]
  deliveredBytes: number[]
  /** Codepoint of the last segment (prev_ecnfield). */
  lastArrived: number
  optionSeen: number
  /** AccECN options that must be sent, and how many counters they must have (accecn_opt_demand, accecn_minlen). */
  optionDemand: number
  optionLeast: number
  optionSentAt: Micros
  /** The last option left together with a DSACK, which reported bytes up to `duplicateEnd`. */
  optionSentWithDuplicate: boolean
  duplicateEnd: Seq32
  /** Which of the peer's counters moved last, codepoint; 0 where it is not clear (est_ecnfield). */
  estimate: number
  /** Segments acked by one ACK on average, in 64ths (pkts_acked_ewma). */
  ackedAverage: number
  /** Union of the FAIL bits. */
  failures: number
  /** Of a receiver that echoes each change at once (DCTCP): RCV.NXT before the last data, and whether that was marked. */
  priorNext: Seq32
  markState: boolean
}

export function initialEcn(codepoint: number): EcnState {
  const none = 0 as Seq32
  return {
    mode: 'disabled',
    asked: 'none',
    codepoint,
    arriving: 0,
    seen: false,
    queueCwr: false,
    demandCwr: false,
    sentOnSyn: 0,
    arrivedOnSyn: 0,
    receivedCe: 0,
    receivedCePending: 0,
    deliveredCe: 0,
    receivedBytes: [0, 0, 0],
    deliveredBytes: [0, 0, 0],
    lastArrived: 0,
    optionSeen: OPTION_NOT_SEEN,
    optionDemand: 0,
    optionLeast: 0,
    optionSentAt: 0,
    optionSentWithDuplicate: false,
    duplicateEnd: none,
    estimate: 0,
    ackedAverage: 0,
    failures: 0,
    priorNext: none,
    markState: false,
  }
}

/** The ACE field of a segment's flags. */
export function aceOf(flags: number): number {
  return (flags & AE ? 4 : 0) | (flags & CWR ? 2 : 0) | (flags & ECE ? 1 : 0)
}

/** The flags that make up an ACE field. */
export function aceFlags(ace: number): number {
  return (ace & 4 ? AE : 0) | (ace & 2 ? CWR : 0) | (ace & 1 ? ECE : 0)
}
