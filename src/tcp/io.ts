/**
 * What a connection may ask of the machine that it runs on. A connection owns no clock, no queue and no randomness; each input (user
 * call, segment, timeout) comes with this, and the connection's outputs go through it.
 */
import type { Micros } from '../base'
import type { Recorder, SendPurpose, Sysctl } from '../trace'
import type { TcpSegment } from '../wire'
import type { Tcb } from './tcb'

export interface TcpIo {
  readonly now: Micros
  readonly sysctl: Readonly<Sysctl>
  readonly recorder: Recorder
  /** Linux SNMP and TcpExt counters of the host, by Linux's names (`RetransSegs`, `TCPTimeouts`). */
  count(counter: string, by?: number): void
  /**
   * Hands a finished segment to IP. Records `tcp/segmentSent` and returns that event's index; -1 where the machine's own queue has no room, so that
   * the segment is lost before it left (NET_XMIT_DROP).
   */
  transmit(tcb: Tcb, segment: TcpSegment, purpose: SendPurpose): number
  /**
   * Asked once the final ACK of a passive open is acceptable: may the connection enter the accept queue? 'drop' leaves it in
   * SYN-RECEIVED (Linux ignores the ACK), 'reset' answers with RST (tcp_abort_on_overflow).
   */
  admit(tcb: Tcb): 'accept' | 'drop' | 'reset'
  /** Something that a blocked call may wait for has changed. */
  wake(tcb: Tcb, what: WakeUp): void
}

/** Linux's sk_data_ready, sk_write_space, sk_state_change, sk_error_report. */
export type WakeUp = 'data' | 'space' | 'state' | 'error'
