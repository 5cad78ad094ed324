/**
 * What a congestion control algorithm is to the rest of the sender (Linux tcp_congestion_ops): it says how far to fall on a loss and
 * how to grow on an ACK. Everything common to all of them (when to reduce, PRR, undo, validation) is elsewhere.
 */
import type { Micros } from '../../base'
import type { CaState } from '../../trace'
import type { TcpIo } from '../io'
import type { SentSegment, Tcb } from '../tcb'

/** Moments that an algorithm may want to know of (Linux tcp_ca_event). */
export type CongestionMoment = 'transmitStart' | 'idleRestart' | 'loss' | 'reductionDone'

/** What one ACK tells of the path (Linux struct rate_sample). Segments and µs. */
export interface RateSample {
  /** Segments delivered over `interval`; -1 when the ACK gives no sample. */
  readonly delivered: number
  /** The longer of the times in which they were sent and acked; -1 when it is shorter than any round trip and proves nothing. */
  readonly interval: Micros
  /** `delivered` of the connection when the latest delivered segment left. */
  readonly priorDelivered: number
  readonly priorInFlight: number
  /** Newly delivered, and newly marked lost, by this ACK. */
  readonly acked: number
  readonly losses: number
  /** In flight when the latest delivered segment left, and lost since then. */
  readonly sentInFlight: number
  readonly lostSince: number
  readonly appLimited: boolean
  readonly retransmitted: boolean
  /** -1 for none. */
  readonly rtt: Micros
  /** A delayed ACK may be in the round trip. */
  readonly delayed: boolean
}

export interface CongestionAlgorithm {
  /** As TCP_CONGESTION spells it. */
  readonly name: string
  /** Its own numbers, as they stand before the connection is established: a flat record. */
  create(): Record<string, number>
  /** The connection was established, or the algorithm was chosen for a living one. */
  init(tcb: Tcb, io: TcpIo): void
  /** Segments to fall back to on a loss; at least 2. */
  ssthresh(tcb: Tcb, io: TcpIo): number
  /** `acked` segments were delivered while the window may grow. */
  avoid(tcb: Tcb, acked: number, io: TcpIo): void
  /** An ACK gave a round-trip sample, µs. */
  measured(tcb: Tcb, rttMicros: number, io: TcpIo): void
  /** The recovery machine is about to enter `to`. */
  enters(tcb: Tcb, to: CaState, io: TcpIo): void
  happens(tcb: Tcb, moment: CongestionMoment, io: TcpIo): void
  /** Sets window and pacing rate on every ACK that found something outstanding; then PRR, `avoid` and idle decay do not run (cong_control). */
  readonly control?: (tcb: Tcb, sample: RateSample, io: TcpIo) => void
  /** The window after a response to a loss that was none; without it, what it was before (undo_cwnd). */
  readonly undone?: (tcb: Tcb) => number
  /** A segment was marked lost (BBRHandleLostPacket). */
  readonly lost?: (tcb: Tcb, segment: SentSegment, io: TcpIo) => void
  /** Segments of a burst at least, instead of tcp_min_tso_segs (min_tso_segs). */
  readonly leastBurst?: (tcb: Tcb) => number
  /** Windows that the send buffer has room for; 2 without it (sndbuf_expand). */
  readonly bufferWindows?: number
  /** Asks for ECN whatever tcp_ecn says, and marks all of its packets ECN-capable (TCP_CONG_NEEDS_ECN). */
  readonly needsEcn?: true
  /** As a receiver, echoes each change of the mark with an ACK of its own (CA_EVENT_ECN_IS_CE, CA_EVENT_ECN_NO_CE). */
  readonly echoesEachChange?: true
  /** An ACK was taken into account: what it delivered and what was marked is counted (in_ack_event). */
  acked?(tcb: Tcb, io: TcpIo): void
  /** What ss tells of it, by ss's names (get_info; SocketReport.congestion). */
  readonly told?: (tcb: Tcb) => Readonly<Record<string, number>>
}
