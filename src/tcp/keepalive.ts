/**
 * Keepalive: after an idle time, ask; after enough silence, give up (RFC 9293 3.8.4, off unless SO_KEEPALIVE). The defaults find a dead peer
 * after 2 h 11 min 15 s. Linux tcp_keepalive_timer, tcp_set_keepalive.
 */
import type { Micros } from '../base'
import { TIMER_KINDS } from '../trace'
import type { TcpIo } from './io'
import { sendReset, sendWindowProbe } from './sender/transmit'
import { unsentBytes } from './sender/queue'
import { giveUp } from './state'
import type { Tcb } from './tcb'
import { armTimer, isArmed, stopTimer } from './timers'

/** The idle time begins now, or with TCP_KEEPIDLE changed: began when the peer was last heard. */
export function armKeepalive(tcb: Tcb, io: TcpIo): void {
  const start = isArmed(tcb, 'keepalive') ? lastHeard(tcb) : io.now
  armTimer(tcb, 'keepalive', Math.max(io.now, start + tcb.config.keepIdleMicros), io)
}

/** SO_KEEPALIVE or its times were set. */
export function keepaliveChanged(tcb: Tcb, io: TcpIo): void {
  if (!tcb.config.keepalive) stopTimer(tcb, 'keepalive')
  else if (
    tcb.keepaliveProbesSent === 0 &&
    tcb.state !== 'CLOSED' &&
    tcb.state !== 'LISTEN' &&
    tcb.state !== 'TIME-WAIT'
  )
    armKeepalive(tcb, io)
}

export function keepaliveTimerFires(tcb: Tcb, io: TcpIo): void {
  const { config } = tcb
  if (!config.keepalive || tcb.state === 'CLOSED' || tcb.state === 'SYN-SENT') return
  // What is on its way, or waits for the window, asks the peer often enough by itself (MUST-26).
  if (tcb.sent.length > 0 || unsentBytes(tcb) > 0) {
    armTimer(tcb, 'keepalive', io.now + config.keepIdleMicros, io)
    return
  }
  const idle = io.now - lastHeard(tcb)
  if (idle < config.keepIdleMicros) {
    armTimer(tcb, 'keepalive', lastHeard(tcb) + config.keepIdleMicros, io)
    return
  }
  if (hasLostPatience(tcb, idle)) {
    io.count('TCPAbortOnTimeout')
    const kind = TIMER_KINDS.indexOf('keepalive')
    io.recorder.emit('tcp/gaveUp', 'keepaliveGaveUp', kind, tcb.keepaliveProbesSent, io.recorder.text('ETIMEDOUT'))
    sendReset(tcb, io)
    giveUp(tcb, 'ETIMEDOUT', io)
    return
  }
  io.count('TCPKeepAlive')
  sendWindowProbe(tcb, io, 'keepaliveProbe')
  tcb.keepaliveProbesSent++
  armTimer(tcb, 'keepalive', io.now + config.keepIntervalMicros, io)
}

function hasLostPatience(tcb: Tcb, idle: Micros): boolean {
  const { userTimeoutMicros, keepProbes } = tcb.config
  if (userTimeoutMicros > 0) return idle >= userTimeoutMicros && tcb.keepaliveProbesSent > 0
  return tcb.keepaliveProbesSent >= keepProbes
}

function lastHeard(tcb: Tcb): Micros {
  return Math.max(tcb.lastReceivedAt, tcb.receive.lastDataAt)
}
