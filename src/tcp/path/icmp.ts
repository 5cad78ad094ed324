/**
 * A router or a host says that a segment of ours did not arrive: what that means to the connection. RFC 9293 3.9.2.2 (MUST-54 to MUST-56,
 * SHLD-25, SHLD-26), RFC 5461, RFC 5927 4 (the sequence check), RFC 6069 (reverting backoff), RFC 1191; Linux tcp_v4_err, tcp_req_err,
 * tcp_v4_mtu_reduced, tcp_ld_RTO_revert, icmp_err_convert. Anyone can forge such a message, so it is only believed about bytes that are on
 * their way, and an open connection never ends by it. Only what ends an attempt to connect enters the queue of IP_RECVERR, as on Linux (ip_icmp_error in
 * tcp_v4_err). Leaves out redirects.
 */
import { seqGt, seqLt } from '../../base'
import type { Seq32 } from '../../base'
import { FRAGMENTATION_NEEDED, ICMP_PARAMETER_PROBLEM, ICMP_TIME_EXCEEDED, ICMP_UNREACHABLE } from '../../wire'
import type { IcmpMessage } from '../../wire'
import type { Errno } from '../../trace'
import type { TcpIo } from '../io'
import { afterInput } from '../sender/hold'
import { setTransmitTimer } from '../sender/transmit-timer'
import { retransmitTimerFires } from '../sender/timeouts'
import { setRto, RTO_INITIAL, rtoMax } from '../rtt'
import { reportIcmp } from '../reports'
import { setError, setState } from '../state'
import type { Tcb } from '../tcb'
import { pathMtuReduced } from './reduced'

/** What each code of "destination unreachable" is to a program (icmp_err_convert); by its place. */
export const UNREACHABLE_ERRNO: readonly Errno[] = [
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ENOPROTOOPT',
  'ECONNREFUSED',
  'EMSGSIZE',
  'EOPNOTSUPP',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ENONET',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'EHOSTUNREACH',
  'EHOSTUNREACH',
  'EHOSTUNREACH',
]
const NET_UNREACHABLE = 0
const HOST_UNREACHABLE = 1

/** Why an error was not acted upon; 'taken' when it was. */
export type IcmpVerdict = 'taken' | 'outOfWindow' | 'ignored'

/**
 * An ICMP error about segment `seq` of this connection. The host has taken note of a smaller MTU in `tcb.path` already, if it is about that. In
 * SYN-SENT and in a simultaneous open the attempt fails with the error; in a passive open only "no way there" ends it, silently;
 * afterwards it is only remembered, for the moment when a timer gives up, or told at once with IP_RECVERR.
 */
export function icmpErrorArrives(tcb: Tcb, message: IcmpMessage, seq: Seq32, io: TcpIo): IcmpVerdict {
  if (tcb.state === 'CLOSED' || tcb.state === 'LISTEN' || tcb.state === 'TIME-WAIT') return 'ignored'
  if (tcb.state === 'SYN-RECEIVED' && tcb.passive) return embryonicError(tcb, message, seq, io)
  if (!isOnItsWay(tcb, seq)) {
    io.count('OutOfWindowIcmps')
    return 'outOfWindow'
  }
  if (message.type === ICMP_UNREACHABLE && message.code === FRAGMENTATION_NEEDED) {
    pathMtuReduced(tcb, io)
    afterInput(tcb, io)
    return 'taken'
  }
  const errno = errnoOf(message)
  if (errno === undefined) return 'ignored'
  if (isUnreachable(message)) revertBackoff(tcb, seq, io)
  if (tcb.state === 'SYN-SENT' || tcb.state === 'SYN-RECEIVED') {
    if (tcb.config.receiveErrors) reportIcmp(tcb, message, errno, io)
    setError(tcb, errno, io, 'icmpHardError')
    setState(tcb, 'CLOSED', io, 'icmpHardError', 'gave-up')
  } else if (tcb.config.receiveErrors) {
    setError(tcb, errno, io, 'icmpReported')
  } else {
    tcb.softError = errno
    io.recorder.emit('tcp/softErrorNoted', 'icmpSoftError', io.recorder.text(errno))
  }
  afterInput(tcb, io)
  return 'taken'
}

/** Only who sees our segments knows such a number (RFC 5927 4.1). */
export function isOnItsWay({ state, snd }: Tcb, seq: Seq32): boolean {
  return state !== 'CLOSED' && !seqLt(seq, snd.una) && !seqGt(seq, snd.nxt)
}

/** A request has no socket that could be told: it is forgotten where no way leads to the peer, and stays otherwise. */
function embryonicError(tcb: Tcb, message: IcmpMessage, seq: Seq32, io: TcpIo): IcmpVerdict {
  if (seq !== tcb.iss) {
    io.count('OutOfWindowIcmps')
    return 'outOfWindow'
  }
  const ends = message.type === ICMP_PARAMETER_PROBLEM || message.type === ICMP_TIME_EXCEEDED || isUnreachable(message)
  if (!ends) return 'ignored'
  io.count('ListenDrops')
  setState(tcb, 'LISTEN', io, 'icmpHardError')
  afterInput(tcb, io)
  return 'taken'
}

function isUnreachable({ type, code }: IcmpMessage): boolean {
  return type === ICMP_UNREACHABLE && (code === NET_UNREACHABLE || code === HOST_UNREACHABLE)
}

function errnoOf({ type, code }: IcmpMessage): Errno | undefined {
  switch (type) {
    case ICMP_UNREACHABLE:
      return code < UNREACHABLE_ERRNO.length ? UNREACHABLE_ERRNO[code] : undefined
    case ICMP_TIME_EXCEEDED:
      return 'EHOSTUNREACH'
    case ICMP_PARAMETER_PROBLEM:
      return 'EPROTO'
    default:
      return undefined
  }
}

/** RFC 6069: the timeout was not congestion's work. One doubling is taken back, and what is due by then leaves at once. */
function revertBackoff(tcb: Tcb, seq: Seq32, io: TcpIo): void {
  const { rtt, sent, recovery } = tcb
  if (seq !== tcb.snd.una || recovery.timeouts === 0 || rtt.backoff === 0 || sent.length === 0) return
  rtt.backoff--
  if (rtt.srtt > 0) setRto(tcb)
  else rtt.rto = RTO_INITIAL
  rtt.rto = Math.min(rtt.rto * 2 ** rtt.backoff, rtoMax(tcb))
  const remaining = rtt.rto - (io.now - sent[0].lastSentAt)
  io.recorder.emit('tcp/backoffReverted', 'backoffReverted', rtt.backoff, Math.round(rtt.rto))
  if (remaining > 0) setTransmitTimer(tcb, 'retransmit', remaining, io)
  else retransmitTimerFires(tcb, io)
}
