/**
 * What poll() and epoll would say of a connection (poll(2)). Linux tcp_poll. Linux has thrown a TIME-WAIT socket away and shows the
 * descriptor a closed one, and so do we.
 */
import { atMark, isSetApart } from './receiver/urgent'
import type { Sysctl } from '../trace'
import { readableBytes } from './receiver/read'
import { receiveWindow } from './receiver/window'
import { isSendable } from './sender/queue'
import type { Tcb } from './tcb'

export interface Readiness {
  /** POLLIN: recv() would not block. */
  readonly readable: boolean
  /** POLLOUT: send() would not block. */
  readonly writable: boolean
  /** POLLHUP: both directions are over. */
  readonly hangup: boolean
  /** POLLRDHUP: the peer, or we ourselves, ended the incoming direction. */
  readonly readHangup: boolean
  /** POLLPRI: an urgent byte has come. */
  readonly urgent: boolean
  /** POLLERR. */
  readonly error: boolean
}

export function poll(tcb: Tcb, sysctl: Readonly<Sysctl>): Readiness {
  const over = tcb.state === 'CLOSED' || tcb.state === 'TIME-WAIT'
  const opening = tcb.state === 'SYN-SENT' || tcb.state === 'SYN-RECEIVED' || tcb.state === 'LISTEN'
  return {
    readable: tcb.receiveShutdown || (!opening && isReadable(tcb)),
    writable: !opening && (tcb.sendShutdown || isWritable(tcb, sysctl)),
    hangup: over || (tcb.sendShutdown && tcb.receiveShutdown),
    readHangup: tcb.receiveShutdown,
    urgent: !opening && tcb.urgent.state === 'valid',
    error: tcb.error !== '' || tcb.reports.queue.length > 0,
  }
}

/** A send() that waited for room goes on: a third of the buffer is free. */
export function isWritable(tcb: Tcb, sysctl: Readonly<Sysctl>): boolean {
  return isSendable(tcb, sysctl)
}

/**
 * Bytes enough to read for SO_RCVLOWAT, or so little window left that no more will come (tcp_epollin_ready).
 */
export function isReadable(tcb: Tcb): boolean {
  const available = readableBytes(tcb)
  if (available <= 0) return false
  // The urgent byte at the mark is no reason to read.
  const target = tcb.config.receiveLowat + (atMark(tcb) && isSetApart(tcb) ? 1 : 0)
  return available >= target || receiveWindow(tcb) <= tcb.receive.mssEstimate
}
