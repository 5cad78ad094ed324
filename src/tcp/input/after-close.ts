/**
 * A connection that nobody will read from any more: data that still comes is answered with RST, so that the peer learns that it was lost
 * (RFC 9293 3.6.1, SHLD-3), and FIN-WAIT-2 lasts only so long. Linux tcp_rcv_state_process (TCP_ABORT_ON_DATA), tcp_fin_time, TCP_LINGER2.
 */
import { MICROS_PER_SECOND } from '../../base'
import type { Micros } from '../../base'
import type { TcpSegment } from '../../wire'
import type { TcpIo } from '../io'
import { sendReset } from '../sender/transmit'
import { setError, setState } from '../state'
import type { Tcb } from '../tcb'
import { armTimer } from '../timers'
import { refuse } from './drop'

/** Linux TCP_TIMEWAIT_LEN, which is also the longest time that a small FIN-WAIT-2 socket lives. */
export const TIME_WAIT_LENGTH: Micros = 60 * MICROS_PER_SECOND

/** Data has come for nobody: RST, and the connection is gone. */
export function abortOnData(tcb: Tcb, segment: TcpSegment, io: TcpIo): void {
  io.count('TCPAbortOnData')
  if (!tcb.orphaned) setError(tcb, tcb.state === 'CLOSE-WAIT' ? 'EPIPE' : 'ECONNRESET', io, 'dataAfterClose')
  refuse(tcb, segment, io)
  setState(tcb, 'CLOSED', io, 'dataAfterClose', 'abort')
}

/**
 * How long an orphan waits in FIN-WAIT-2 for the peer's FIN: TCP_LINGER2 or tcp_fin_timeout, but at least 3.5 RTO. Beyond a minute Linux first
 * waits the surplus with the whole socket and then as long again with a small one. Negative: not at all (TCP_LINGER2 below 0).
 */
export function finWait2Timeout(tcb: Tcb): Micros {
  const wanted = tcb.config.finTimeoutMicros
  if (wanted < 0) return wanted
  const time = Math.max(wanted, 3.5 * tcb.rtt.rto)
  return time > TIME_WAIT_LENGTH ? 2 * (time - TIME_WAIT_LENGTH) : time
}

/** An orphan has reached FIN-WAIT-2. */
export function startFinWait2(tcb: Tcb, timeout: Micros, io: TcpIo): void {
  if (timeout < 0) {
    io.count('TCPAbortOnLinger')
    sendReset(tcb, io)
    setState(tcb, 'CLOSED', io, 'linger2', 'abort')
    return
  }
  armTimer(tcb, 'finWait2', io.now + timeout, io)
}
