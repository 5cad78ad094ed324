/**
 * What a connection tells its user about bytes that it was given, through the socket's error queue (recvmsg with MSG_ERRQUEUE): when the last byte of a
 * write was handed to the device and left it, and when it was acknowledged (SO_TIMESTAMPING: Linux tcp_tx_timestamp, __skb_tstamp_tx, tcp_ack_tstamp);
 * and that the pages of MSG_ZEROCOPY writes may be used again (msg_zerocopy_callback), which are always copied here.
 * And of an ICMP error that ended the attempt to connect, with IP_RECVERR.
 * Left out: stamps of received segments, of hardware, and OPT_STATS.
 */
import { seqAdd, seqDiff, seqGe, seqGt, seqLe, seqLt } from '../base'
import type { Seq32 } from '../base'
import type { Errno } from '../trace'
import { FRAGMENTATION_NEEDED, ICMP_UNREACHABLE } from '../wire'
import type { IcmpMessage } from '../wire'
import type { TcpIo } from './io'
import { bufferStart, unsentHead } from './sender/queue'
import type { ErrorReport, Reports, Tcb } from './tcb'

/** linux/net_tstamp.h */
export const STAMPING = {
  TX_SOFTWARE: 0x2,
  SOFTWARE: 0x10,
  OPT_ID: 0x80,
  TX_SCHED: 0x100,
  TX_ACK: 0x200,
  OPT_TSONLY: 0x800,
  OPT_ID_TCP: 0x1_0000,
} as const

const ANY_TX = STAMPING.TX_SOFTWARE | STAMPING.TX_SCHED | STAMPING.TX_ACK

/** linux/errqueue.h: SO_EE_ORIGIN_*, SCM_TSTAMP_*, SO_EE_CODE_ZEROCOPY_COPIED. */
const ORIGIN_ICMP = 2
const ORIGIN_TIMESTAMPING = 4
const ORIGIN_ZEROCOPY = 5
const SENT = 0
const SCHEDULED = 1
const ACKED = 2
const COPIED = 1

export function newReports(iss: Seq32): Reports {
  return { base: iss, stamps: [], zeroCopies: [], nextZeroCopy: 0, queue: [] }
}

/** SO_TIMESTAMPING was set: keys count from the first byte that is not acknowledged, or from the next one written. */
export function startStamping(tcb: Tcb, before: number): void {
  const { stamping } = tcb.config
  if ((stamping & STAMPING.OPT_ID) === 0 || (before & STAMPING.OPT_ID) !== 0) return
  tcb.reports.base = (stamping & STAMPING.OPT_ID_TCP) === 0 ? tcb.snd.una : tcb.snd.end
}

/**
 * A write has put its last byte into the queue: it will be reported. A buffer is reported once, for the last byte of the last write in it.
 */
export function markWritten(tcb: Tcb): void {
  if ((tcb.config.stamping & ANY_TX) === 0) return
  const { reports, snd } = tcb
  const last = seqAdd(snd.end, -1)
  const tail = bufferStart(tcb, snd.buffers.length - 1)
  const held = unsentHead(tcb) !== undefined
  reports.stamps = reports.stamps.filter((stamp) => stamp !== last && (!held || seqLt(stamp, tail)))
  reports.stamps.push(last)
}

/** A MSG_ZEROCOPY write ends here; it is reported when all of it is acknowledged. */
export function markZeroCopy(tcb: Tcb): void {
  const { reports, snd } = tcb
  reports.zeroCopies.push({ end: snd.end, id: reports.nextZeroCopy++ })
}

/** A segment of `length` bytes has been handed to the device, which sends at once (SCM_TSTAMP_SCHED, SCM_TSTAMP_SND). */
export function reportSent(tcb: Tcb, seq: Seq32, length: number, io: TcpIo): void {
  const end = seqAdd(seq, length)
  for (const stamp of tcb.reports.stamps) {
    if (seqLt(stamp, seq) || seqGe(stamp, end)) continue
    if ((tcb.config.stamping & STAMPING.TX_SCHED) !== 0) enqueueStamp(tcb, stamp, SCHEDULED, io)
    if ((tcb.config.stamping & STAMPING.TX_SOFTWARE) !== 0) enqueueStamp(tcb, stamp, SENT, io)
  }
}

/** SND.UNA has moved. */
export function reportAcked(tcb: Tcb, io: TcpIo): void {
  const { reports, snd } = tcb
  while (reports.stamps.length > 0 && seqGt(snd.una, reports.stamps[0])) {
    const stamp = reports.stamps[0]
    reports.stamps.shift()
    if ((tcb.config.stamping & STAMPING.TX_ACK) !== 0) enqueueStamp(tcb, stamp, ACKED, io)
  }
  while (reports.zeroCopies.length > 0 && seqLe(reports.zeroCopies[0].end, snd.una)) {
    const { id } = reports.zeroCopies[0]
    reports.zeroCopies.shift()
    enqueueZeroCopy(tcb, id, io)
  }
}

function enqueueStamp(tcb: Tcb, stamp: Seq32, info: number, io: TcpIo): void {
  const keyed = (tcb.config.stamping & STAMPING.OPT_ID) !== 0
  const data = keyed ? seqDiff(stamp, tcb.reports.base) >>> 0 : 0
  enqueue(tcb, { at: io.now, origin: ORIGIN_TIMESTAMPING, code: 0, info, data }, io)
}

/** Neighbours are told of as one range, as long as the first was not read (skb_zerocopy_notify_extend). */
function enqueueZeroCopy(tcb: Tcb, id: number, io: TcpIo): void {
  const { queue } = tcb.reports
  const last = queue.at(-1)
  if (last?.origin === ORIGIN_ZEROCOPY && last.data + 1 === id) {
    queue.pop()
    enqueue(tcb, { ...last, data: id }, io)
  } else {
    enqueue(tcb, { at: io.now, origin: ORIGIN_ZEROCOPY, code: COPIED, info: id, data: id }, io)
  }
}

/** An ICMP error about a SYN of a socket with IP_RECVERR (ip_icmp_error). */
export function reportIcmp(tcb: Tcb, { type, code, info, quoted }: IcmpMessage, errno: Errno, io: TcpIo): void {
  const quotedBytes = quoted.length - (quoted[0] & 15) * 4
  const isTooBig = type === ICMP_UNREACHABLE && code === FRAGMENTATION_NEEDED
  enqueue(
    tcb,
    { at: io.now, origin: ORIGIN_ICMP, code, info: isTooBig ? info & 0xffff : 0, data: type, errno, quotedBytes },
    io,
  )
}

function enqueue(tcb: Tcb, report: ErrorReport, io: TcpIo): void {
  tcb.reports.queue.push(report)
  io.recorder.emit('tcp/reported', 'errorQueue', report.origin, report.info, report.data)
  io.wake(tcb, 'error')
}
