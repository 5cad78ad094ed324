/**
 * What one arriving ACK turned out to say, gathered step by step while it is processed (Linux's FLAG_* and tcp_sacktag_state). One small
 * record for each ACK; it lives no longer than the ACK's processing.
 */
import { NEVER } from '../../base'
import type { Micros, Seq32 } from '../../base'
import { timestampNow } from '../options'
import type { Tcb } from '../tcb'
import { segmentsInFlight } from './counts'

export const CARRIES_DATA = 0x0001
/** The peer's window, or what it is counted from, moved. */
export const WINDOW_UPDATED = 0x0002
export const DATA_ACKED = 0x0004
/** Some of what was acked had been retransmitted: Karn's ambiguity. */
export const RETRANSMISSION_ACKED = 0x0008
export const SYN_ACKED = 0x0010
/** New SACKs. */
export const DATA_SACKED = 0x0020
/** ECN echo. */
export const CONGESTION_ECHOED = 0x0040
/** A retransmission was found lost. */
export const RETRANSMISSION_LOST = 0x0080
/** Data at or below highSeq that was sent once only has arrived. */
export const ORIGINAL_DELIVERED = 0x0200
export const UNA_ADVANCED = 0x0400
/** The ACK carried a believable DSACK. */
export const DUPLICATE_REPORTED = 0x0800
/** The retransmission timer is to be set anew. */
export const TIMER_DUE = 0x1000
/** The head of the queue is SACKed but not acked: the peer threw data away. */
export const RENEGED = 0x2000
/** The DSACK is that of a tail loss probe. */
export const PROBE_DUPLICATED = 0x4000
/** One small segment was acked: a delayed ACK may be in the sample. */
export const MAYBE_DELAYED = 0x8000

export const NEWLY_ACKED = DATA_ACKED | SYN_ACKED
/** Any of these makes an ACK no duplicate. */
export const NOT_DUPLICATE = CARRIES_DATA | WINDOW_UPDATED | NEWLY_ACKED
/** Any of these calls the recovery machine. */
export const ALERTS = DATA_SACKED | CONGESTION_ECHOED | DUPLICATE_REPORTED
export const FORWARD_PROGRESS = NEWLY_ACKED | DATA_SACKED

/** What is to be sent once the window has been updated. */
export type Resend = 'none' | 'lost' | 'new'

export interface AckFacts {
  flags: number
  readonly ack: Seq32
  readonly priorUna: Seq32
  /** End of the highest SACKed segment before this ACK; SND.UNA without SACKs. */
  readonly priorHighestSack: Seq32
  readonly priorInFlight: number
  readonly priorSacked: number
  readonly priorDelivered: number
  readonly priorLost: number
  /** TSecr of the segment; -1 when it has none. */
  readonly echo: number
  /** Lowest never retransmitted sequence that arrived behind something later: reordering reaches down to it. */
  reorderedFrom: Seq32
  /** Send times of the first and last segment newly SACKed without ever being retransmitted; NEVER for none. */
  firstSackSentAt: Micros
  lastSackSentAt: Micros
  /** `delivered` when the latest sent of the newly delivered segments left; -1 for none. */
  rateDelivered: number
  rateSentAt: Micros
  rateEnd: Seq32
  /** Of the same segment: when the data delivered before it was, how long it took to send what is in the sample, and what else was true of it. */
  ratePriorAt: Micros
  rateSendMicros: Micros
  rateAppLimited: boolean
  rateInFlight: number
  rateLost: number
  rateRetransmitted: boolean
  /** Round trip of the latest sent segment that this ACK delivered, µs; -1 for none. */
  rttMicros: Micros
  /** Event of the loss that this ACK revealed, as cause of its retransmissions; -1 for none. */
  lossEvent: number
  resend: Resend
  /** Payload that this ACK newly told to have arrived, bytes. */
  deliveredBytes: number
  /** `delivered` up to which classic ECN's marks are counted. */
  markedUpTo: number
}

export function ackFacts(tcb: Tcb, ack: Seq32, echo: number): AckFacts {
  const { recovery } = tcb
  return {
    flags: 0,
    ack,
    priorUna: tcb.snd.una,
    priorHighestSack: recovery.sackedOut > 0 && tcb.negotiated.sack ? recovery.highestSack : tcb.snd.una,
    priorInFlight: segmentsInFlight(tcb),
    priorSacked: recovery.sackedOut,
    priorDelivered: recovery.delivered,
    priorLost: recovery.lostTotal,
    echo,
    reorderedFrom: tcb.snd.nxt,
    firstSackSentAt: NEVER,
    lastSackSentAt: NEVER,
    rateDelivered: -1,
    rateSentAt: 0,
    rateEnd: tcb.snd.una,
    ratePriorAt: 0,
    rateSendMicros: 0,
    rateAppLimited: false,
    rateInFlight: 0,
    rateLost: tcb.recovery.lostTotal,
    rateRetransmitted: false,
    rttMicros: -1,
    lossEvent: -1,
    resend: 'none',
    deliveredBytes: 0,
    markedUpTo: recovery.delivered,
  }
}

/** Whether the segment echoes a timestamp older than `at`: what it answers had left before then (Eifel, RFC 3522). */
export function echoBefore(tcb: Tcb, facts: AckFacts, at: Micros): boolean {
  return facts.echo > 0 && ((facts.echo - timestampNow(tcb, at)) | 0) < 0
}

/** Counts `n` segments as delivered. */
export function countDelivered(tcb: Tcb, n: number): void {
  tcb.recovery.delivered += n
}
