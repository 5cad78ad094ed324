/**
 * When a sender loses patience. Linux counts not retransmissions but time: it gives up at the first timeout after the moment by which so many
 * retransmissions would have been made with an RTO that began at 200 ms. Covers RFC 9293 3.8.3 (R1, R2), RFC 5482 (user timeout); Linux
 * tcp_write_timeout, retransmits_timed_out, tcp_model_timeout, tcp_orphan_retries, tcp_rtx_probe0_timed_out.
 */
import { MICROS_PER_MS } from '../../base'
import type { Micros } from '../../base'
import type { RuleName, TimerKind } from '../../trace'
import { TIMER_KINDS } from '../../trace'
import type { TcpIo } from '../io'
import { suspectBlackHole } from '../path/search'
import { RTO_INITIAL, rtoMax } from '../rtt'
import { giveUp } from '../state'
import type { Tcb } from '../tcb'

const RTO_MIN: Micros = 200 * MICROS_PER_MS
/** Retransmissions that an orphan is granted while the path seems alive: over 100 s at the least RTO. */
const ORPHAN_RETRIES = 8

/** Tells why and ends the connection with ETIMEDOUT, or with what a router last said. */
export function losePatience(tcb: Tcb, timer: TimerKind, count: number, rule: RuleName, io: TcpIo): void {
  io.count('TCPAbortOnTimeout')
  io.recorder.emit('tcp/gaveUp', rule, TIMER_KINDS.indexOf(timer), count, io.recorder.text('ETIMEDOUT'))
  giveUp(tcb, 'ETIMEDOUT', io)
}

/** Whether the retransmission timer that has just fired is the last straw. */
export function retransmissionsExhausted(tcb: Tcb, io: TcpIo): boolean {
  const { sysctl } = io
  const opening = tcb.state === 'SYN-SENT' || tcb.state === 'SYN-RECEIVED'
  let retries = sysctl.tcp_retries2
  if (opening) {
    retries = tcb.config.synRetries > 0 ? tcb.config.synRetries : sysctl.tcp_syn_retries
    const linear = tcb.state === 'SYN-SENT' ? sysctl.tcp_syn_linear_timeouts : 0
    if (tcb.recovery.timeouts >= retries + linear) return true
  } else {
    const { timeouts, retransStamp } = tcb.recovery
    const troubled = modelTimeout(sysctl.tcp_retries1, RTO_MIN, rtoMax(tcb))
    if (timeouts > 0 && io.now - retransStamp >= troubled) suspectBlackHole(tcb, io)
    if (tcb.orphaned) retries = orphanRetries(tcb, tcb.rtt.rto < rtoMax(tcb), io)
  }
  return timedOut(tcb, retries, opening ? RTO_INITIAL : RTO_MIN, io)
}

function timedOut(tcb: Tcb, retries: number, base: Micros, io: TcpIo): boolean {
  if (tcb.recovery.timeouts === 0) return false
  const limit =
    tcb.config.userTimeoutMicros > 0 ? tcb.config.userTimeoutMicros : modelTimeout(retries, base, rtoMax(tcb))
  // Linux counts in ticks of a millisecond, so one that ends within the last counts.
  return io.now - tcb.recovery.retransStamp >= limit - MICROS_PER_MS
}

/** Time that `retries` retransmissions take when the RTO begins at `base`, doubles, and stops at `most`. */
export function modelTimeout(retries: number, base: Micros, most: Micros): Micros {
  let doublings = 0
  while (base * 2 ** (doublings + 1) <= most) doublings++
  if (retries <= doublings) return (2 ** (retries + 1) - 1) * base
  return (2 ** (doublings + 1) - 1) * base + (retries - doublings) * most
}

/** tcp_orphan_retries: nobody waits for an orphan, so it is kept for less long. `alive`: its timer has not backed off to the maximum. */
export function orphanRetries(tcb: Tcb, alive: boolean, io: TcpIo): number {
  if (tcb.softError !== '' && !alive) return 0
  const retries = io.sysctl.tcp_orphan_retries
  return retries === 0 && alive ? ORPHAN_RETRIES : retries
}

/** The peer shut its window over data in flight: our retransmissions are probes, and patience is measured by its last word. */
export function silentBehindZeroWindow(tcb: Tcb, io: TcpIo): boolean {
  const user = tcb.config.userTimeoutMicros
  const sinceStart = tcb.recovery.retransStamp === 0 ? 0 : io.now - tcb.recovery.retransStamp
  if (user > 0 && sinceStart > user) return true
  const longest = 2 * rtoMax(tcb)
  const limit = user > 0 ? Math.min(longest, user) : longest
  return io.now - tcb.lastReceivedAt > limit && sinceStart > limit
}
