/**
 * Second step of RFC 9293 3.10.7.4: RST. Only one that hits RCV.NXT exactly is believed (RFC 5961 3.2); one elsewhere in the window is
 * answered with a challenge ACK. Linux tcp_validate_incoming, tcp_reset, tcp_reset_check.
 */
import { seqAdd } from '../../base'
import type { Errno } from '../../trace'
import type { TcpSegment } from '../../wire'
import type { TcpIo } from '../io'
import { highestSacked } from '../receiver/sack'
import { setError, setState } from '../state'
import type { Tcb } from '../tcb'
import { challenge } from './drop'

/** A RST in the window (or one that isLateReset lets through). */
export function resetArrives(tcb: Tcb, segment: TcpSegment, packet: number, io: TcpIo): void {
  if (segment.seq === tcb.rcv.nxt || isLateReset(tcb, segment) || segment.seq === highestSacked(tcb)) {
    connectionReset(tcb, io)
    return
  }
  challenge(tcb, packet, 'invalidReset', 'resetChallenged', io)
}

/** Some peers reset with the sequence number of their FIN (Linux tcp_reset_check). */
export function isLateReset(tcb: Tcb, segment: TcpSegment): boolean {
  const finSeen = tcb.state === 'CLOSE-WAIT' || tcb.state === 'LAST-ACK' || tcb.state === 'CLOSING'
  return finSeen && segment.seq === seqAdd(tcb.rcv.nxt, -1)
}

/** The peer has destroyed the connection. What was received before may still be read. */
export function connectionReset(tcb: Tcb, io: TcpIo): void {
  setError(tcb, resetErrno(tcb), io, 'resetAccepted')
  setState(tcb, 'CLOSED', io, 'resetAccepted', 'reset')
}

function resetErrno(tcb: Tcb): Errno {
  if (tcb.state === 'SYN-SENT') return 'ECONNREFUSED'
  return tcb.state === 'CLOSE-WAIT' ? 'EPIPE' : 'ECONNRESET'
}
