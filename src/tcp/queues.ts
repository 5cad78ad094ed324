/** What a connection keeps of its two streams: segments on their way, bytes not sent yet, bytes not read yet, and what it has to report of them. */
import type { Errno } from '../trace'
import type { Micros, Seq32 } from '../base'

/** One transmitted and not yet cumulatively acknowledged range (a node of Linux's tcp_rtx_queue). */
export interface SentSegment {
  seq: Seq32
  /** seq plus payload plus SYN and FIN. */
  end: Seq32
  /** SYN and FIN bits that occupy its sequence space. */
  flags: number
  firstSentAt: Micros
  lastSentAt: Micros
  /** Index of the event of the last transmission, as cause of timeouts. */
  sentEvent: number
  retransmits: number
  sacked: boolean
  lost: boolean
  /** Retransmitted since it was last marked lost and not known to have arrived (TCPCB_SACKED_RETRANS). */
  retransInFlight: boolean
  /** Segments delivered when it was sent, and when the last of them was (tx.delivered, tx.delivered_mstamp); NEVER once a sample has used it. */
  deliveredAtSend: number
  deliveredTimeAtSend: Micros
  /** When the segments of that time's sample had begun to leave (tx.first_tx_mstamp). */
  windowBeganAtSend: Micros
  /** The application gave too little then (tx.is_app_limited). */
  appLimitedAtSend: boolean
  /** Segments in flight when it was sent, itself counted, and lost in all by then: what BBR v3 asks of (P.tx_in_flight, P.lost). */
  inFlightAtSend: number
  lostAtSend: number
  /** First sequence number of the burst that it left in: neighbours with the same one are sent again as one burst, too. */
  burst: Seq32
  /** MSG_EOR: it must not be joined with what follows. */
  endOfRecord: boolean
}

/**
 * One of the pieces in which Linux queues what is written (an sk_buff): what leaves in one go when the windows allow, and what bookkeeping is
 * charged for. It begins where the one before it ends.
 */
export interface SendBuffer {
  end: Seq32
  /** Its last segment bears PSH. */
  push: boolean
  /** MSG_EOR: later writes begin another one. */
  endOfRecord: boolean
}

/** A chunk of stream bytes. */
export interface Chunk {
  seq: Seq32
  bytes: Uint8Array
}

/** One entry of the error queue: struct sock_extended_err and its moment. */
export interface ErrorReport {
  readonly at: Micros
  readonly origin: number
  readonly code: number
  readonly info: number
  readonly data: number
  /** Of an ICMP error (origin 2): ee_errno by its name, and the bytes of the quoted packet behind its IP header. `data` is the ICMP type. */
  readonly errno?: Errno
  readonly quotedBytes?: number
}

export interface Reports {
  /** Sequence number that SOF_TIMESTAMPING_OPT_ID counts from. */
  base: Seq32
  /** Last bytes of writes that are not acknowledged, oldest first. */
  stamps: Seq32[]
  /** Ends of MSG_ZEROCOPY writes that are not acknowledged; they are numbered in order. */
  zeroCopies: { end: Seq32; id: number }[]
  nextZeroCopy: number
  queue: ErrorReport[]
}
