/**
 * What poll() and epoll would say of a connection (poll(2)), and why: each bit has one reason, which says whether it is set
 * (trace/poll-events.ts). Linux tcp_poll. Linux has thrown a TIME-WAIT socket away and shows the descriptor a closed one, and so do we.
 */
import { POLL_REASONS } from '../trace'
import type { PollReason, Readiness, Sysctl } from '../trace'
import { readableBytes } from './receiver/read'
import { atMark, isSetApart } from './receiver/urgent'
import { receiveWindow } from './receiver/window'
import { chargedBytes, isSendable, notsentLowat, unsentBytes } from './sender/queue'
import type { Tcb } from './tcb'

export function poll(tcb: Tcb, sysctl: Readonly<Sysctl>): Readiness {
  const over = tcb.state === 'CLOSED' || tcb.state === 'TIME-WAIT'
  const opening = tcb.state === 'SYN-SENT' || tcb.state === 'SYN-RECEIVED' || tcb.state === 'LISTEN'
  return {
    IN: tcb.receiveShutdown ? 'receiveEnded' : opening ? 'opening' : readable(tcb),
    OUT: opening ? 'opening' : tcb.sendShutdown ? 'sendEnded' : writable(tcb, sysctl),
    RDHUP: !tcb.receiveShutdown ? 'open' : tcb.finReceived ? 'finReceived' : 'readShut',
    HUP: over ? 'closed' : hangup(tcb),
    ERR: tcb.error !== '' ? 'pendingError' : tcb.reports.queue.length > 0 ? 'errorQueue' : 'noError',
    PRI: !opening && tcb.urgent.state === 'valid' ? 'urgentByte' : 'noUrgent',
  }
}

function hangup({ sendShutdown, receiveShutdown }: Tcb): PollReason {
  if (sendShutdown && receiveShutdown) return 'bothEnded'
  return sendShutdown || receiveShutdown ? 'oneEnded' : 'open'
}

/** The numbers that the reasons for IN and OUT compare: what there is, and what it is measured by. Bytes. */
export function pollNumbers(tcb: Tcb, sysctl: Readonly<Sysctl>): PollNumbers {
  const charged = chargedBytes(tcb)
  return {
    readable: readableBytes(tcb),
    receiveLowat: readTarget(tcb),
    free: Math.max(0, tcb.config.sndbuf - charged),
    needed: charged >> 1,
    unsent: unsentBytes(tcb),
    notsentLowat: notsentLowat(tcb, sysctl),
  }
}

export interface PollNumbers {
  readonly readable: number
  readonly receiveLowat: number
  /** Of the send buffer, and what must be free: half of what is taken, a third of all. */
  readonly free: number
  readonly needed: number
  readonly unsent: number
  readonly notsentLowat: number
}

/** A send() that waited for room goes on: a third of the buffer is free. */
export function isWritable(tcb: Tcb, sysctl: Readonly<Sysctl>): boolean {
  return isSendable(tcb, sysctl)
}

function writable(tcb: Tcb, sysctl: Readonly<Sysctl>): PollReason {
  if (isSendable(tcb, sysctl)) return 'room'
  const charged = chargedBytes(tcb)
  return tcb.config.sndbuf - charged >= charged >> 1 ? 'muchUnsent' : 'noRoom'
}

/** Whether recv() has something to take (tcp_epollin_ready). */
export function isReadable(tcb: Tcb): boolean {
  return POLL_REASONS[readable(tcb)]
}

/** Bytes enough to read for SO_RCVLOWAT, or so little window left that no more will come. */
function readable(tcb: Tcb): PollReason {
  const available = readableBytes(tcb)
  if (available <= 0) return 'noBytes'
  if (available >= readTarget(tcb)) return 'bytes'
  if (receiveWindow(tcb) <= tcb.receive.mssEstimate) return 'windowClosing'
  return available >= tcb.config.receiveLowat ? 'onlyUrgent' : 'belowLowat'
}

/** The urgent byte at the mark is no reason to read. */
function readTarget(tcb: Tcb): number {
  return tcb.config.receiveLowat + (atMark(tcb) && isSetApart(tcb) ? 1 : 0)
}
