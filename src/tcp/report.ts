/**
 * What the kernel tells of a connection beside tcp_info: queues, the one timer that ss names, memory. Linux inet_diag (inet_sk_diag_fill,
 * tcp_diag_get_info, sock_diag_put_meminfo), tcp4_seq_show. Leaves out what never waits in our hosts: bytes handed to a device (t), the
 * socket's backlog (bl), option memory (o).
 */
import { NEVER, seqDiff } from '../base'
import type { Micros } from '../base'
import type { ReportKind, ReportMemory, ReportTimer, SocketReport, Sysctl } from '../trace'
import { algorithmOf } from './congestion'
import { tcpInfo } from './info'
import { TIME_WAIT_LENGTH } from './input/after-close'
import { readableBytes } from './receiver/read'
import { chargedBytes } from './sender/queue'
import type { Tcb } from './tcb'
import { isWaitingRecord } from './waiting-record'

/** What a report says of the connection itself. */
export type TcbReport = Pick<
  SocketReport,
  | 'kind'
  | 'receiveQueue'
  | 'sendQueue'
  | 'timer'
  | 'timeouts'
  | 'probes'
  | 'memory'
  | 'ack'
  | 'algorithm'
  | 'info'
  | 'congestion'
>

/** Memory is reserved by the page. */
const PAGE = 4_096

/** What an open connection has to tell at `now`. `request`: it stands in a listener's SYN queue. */
export function reportTcb(tcb: Tcb, request: boolean, now: Micros, sysctl: Readonly<Sysctl>): TcbReport {
  const kind: ReportKind = request ? 'request' : isWaitingRecord(tcb) && surplus(tcb, now) <= 0 ? 'timewait' : 'socket'
  const whole = kind === 'socket'
  return {
    kind,
    receiveQueue: whole ? unread(tcb) : 0,
    sendQueue: whole ? Math.max(0, seqDiff(tcb.snd.end, tcb.snd.una)) : 0,
    timer: shownTimer(tcb, now),
    timeouts: kind === 'timewait' ? 0 : tcb.recovery.timeouts,
    probes: whole ? tcb.persistProbesSent + tcb.keepaliveProbesSent : 0,
    memory: whole ? memoryOf(tcb) : null,
    ack: whole ? { quick: tcb.ack.quick, pingpong: tcb.ack.pingpong > 0 } : null,
    algorithm: whole ? tcb.congestion.algorithm : '',
    info: whole ? tcpInfo(tcb, now, sysctl) : null,
    congestion: (whole ? algorithmOf(tcb).told?.(tcb) : undefined) ?? null,
  }
}

/** A FIN counts as a byte until a read has passed it. */
function unread(tcb: Tcb): number {
  if (tcb.state === 'SYN-SENT') return 0
  return Math.max(0, readableBytes(tcb)) + Number(tcb.finReceived && !tcb.finRead)
}

/** sk_wmem_queued and sk_rmem_alloc, with the rest of the page that they have begun. */
function memoryOf(tcb: Tcb): ReportMemory {
  const queued = chargedBytes(tcb)
  const used = queued + tcb.receive.memory
  return {
    receive: tcb.receive.memory,
    receiveLimit: tcb.config.rcvbuf,
    sendLimit: tcb.config.sndbuf,
    forward: (PAGE - (used % PAGE)) % PAGE,
    queued,
    drops: 0,
  }
}

/** How long an orphan in FIN-WAIT-2 is still a whole socket: half of its time, where that is set to more than a minute (finWait2Timeout). */
function surplus({ state, config, timers }: Tcb, now: Micros): Micros {
  const { deadline, armedAt } = timers.finWait2
  if (state !== 'FIN-WAIT-2' || deadline === NEVER || config.finTimeoutMicros <= TIME_WAIT_LENGTH) return 0
  return (deadline + armedAt) / 2 - now
}

const NO_TIMER: ReportTimer = { kind: 'none', micros: 0, count: 0 }

/**
 * The timer that inet_diag tells of: a socket has one for retransmission, loss probes and reordering, which is also that of window probes, and it goes
 * before keepalive. ACKs that are put off and pacing are not told.
 */
function shownTimer(tcb: Tcb, now: Micros): ReportTimer {
  const left = (...kinds: readonly (keyof Tcb['timers'])[]): Micros =>
    Math.min(...kinds.map((kind) => tcb.timers[kind].deadline)) - now
  const timer = (kind: ReportTimer['kind'], micros: Micros, count: number): ReportTimer => ({
    kind,
    micros: Math.max(0, micros),
    count,
  })
  const whole = surplus(tcb, now)
  if (whole > 0) return timer('keepalive', whole, 0)
  if (isWaitingRecord(tcb)) return timer('timewait', left('timeWait', 'finWait2'), 0)
  const request = left('synAck')
  if (request < NEVER) return timer('on', request, tcb.totals.retransmits)
  const retransmit = left('retransmit', 'tailLoss', 'reorder')
  if (retransmit < NEVER) return timer('on', retransmit, tcb.recovery.timeouts)
  const persist = left('persist')
  if (persist < NEVER) return timer('persist', persist, tcb.persistProbesSent)
  const keepalive = left('keepalive')
  return keepalive < NEVER ? timer('keepalive', keepalive, tcb.keepaliveProbesSent) : NO_TIMER
}
