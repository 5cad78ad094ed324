/**
 * What a congestion control algorithm is to the rest of the sender (Linux tcp_congestion_ops): it says how far to fall on a loss and
 * how to grow on an ACK. Everything common to all of them (when to reduce, PRR, undo, validation) is elsewhere.
 */
import type { CaState } from '../../trace'
import type { TcpIo } from '../io'
import type { Tcb } from '../tcb'

/** Moments that an algorithm may want to know of (Linux tcp_ca_event). */
export type CongestionMoment = 'transmitStart' | 'idleRestart' | 'loss' | 'reductionDone'

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
}
