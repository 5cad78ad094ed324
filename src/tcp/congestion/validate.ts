/**
 * Congestion window validation: a window that the application or the peer did not let us fill says nothing about the path, so it decays
 * (RFC 2861, RFC 7661). Linux: tcp_cwnd_validate, tcp_cwnd_application_limited, tcp_slow_start_after_idle_check, tcp_cwnd_restart.
 */
import { seqGe } from '../../base'
import type { TcpIo } from '../io'
import { chronoStart } from '../sender/chrono'
import { currentSsthresh } from '../recovery/counts'
import type { Tcb } from '../tcb'
import type { CongestionAlgorithm } from './algorithm'
import { isCwndLimited } from './growth'

/** After a round of sending: remembers whether the window was the limit, and lets it decay if it has not been for an RTO. */
export function validateWindow(tcb: Tcb, limitedNow: boolean, algorithm: CongestionAlgorithm, io: TcpIo): void {
  const { congestion, sent } = tcb
  const newWindow = seqGe(tcb.snd.una, congestion.usageSeq)
  if (newWindow || limitedNow || (!congestion.limited && sent.length > congestion.maxOut)) {
    congestion.limited = limitedNow
    congestion.maxOut = sent.length
    congestion.usageSeq = tcb.snd.nxt
  }
  if (isCwndLimited(tcb)) {
    congestion.usedMax = 0
    congestion.stampAt = io.now
    return
  }
  congestion.usedMax = Math.max(congestion.usedMax, sent.length)
  // All was sent, the window was not full, and the writer waits for room: the send buffer is what holds us.
  const open = tcb.state === 'ESTABLISHED' || tcb.state === 'CLOSE-WAIT'
  if (open && tcb.snd.noSpace && tcb.snd.nxt === tcb.snd.end) chronoStart(tcb, 'sendBuffer', io)
  if (io.sysctl.tcp_slow_start_after_idle === 0 || algorithm.control !== undefined) return
  if (io.now - congestion.stampAt >= tcb.rtt.rto) decay(tcb, io)
}

/** The application gives too little: come half way down to what is used (RFC 2861 2). */
function decay(tcb: Tcb, io: TcpIo): void {
  const { congestion } = tcb
  if (tcb.recovery.caState === 'Open' && !tcb.snd.noSpace) {
    const used = Math.max(congestion.usedMax, io.sysctl.initcwnd)
    if (used < congestion.cwnd) {
      congestion.ssthresh = currentSsthresh(tcb)
      congestion.cwnd = (congestion.cwnd + used) >> 1
    }
    congestion.usedMax = 0
  }
  congestion.stampAt = io.now
}

/** Before new data after a pause of more than an RTO: halve for each RTO idle, not below the initial window (RFC 5681 4.1). */
export function restartAfterIdle(tcb: Tcb, algorithm: CongestionAlgorithm, io: TcpIo): void {
  const { congestion } = tcb
  if (io.sysctl.tcp_slow_start_after_idle === 0 || tcb.sent.length > 0 || algorithm.control !== undefined) return
  let idle = io.now - congestion.lastSentAt
  if (congestion.lastSentAt === 0 || idle <= tcb.rtt.rto) return
  algorithm.happens(tcb, 'idleRestart', io)
  congestion.ssthresh = currentSsthresh(tcb)
  const floor = Math.min(io.sysctl.initcwnd, congestion.cwnd)
  let cwnd = congestion.cwnd
  for (idle -= tcb.rtt.rto; idle > 0 && cwnd > floor; idle -= tcb.rtt.rto) cwnd >>= 1
  congestion.cwnd = Math.max(cwnd, floor)
  congestion.stampAt = io.now
  congestion.usedMax = 0
}
