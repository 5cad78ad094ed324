/**
 * Probes: of a shut window (RFC 9293 3.8.6.1) and of a silent tail (RFC 8985 7.3). Linux tcp_write_wakeup, tcp_send_probe0, tcp_send_loss_probe.
 */
import { seqDiff, seqMax } from '../../base'
import type { TcpIo } from '../io'
import type { Tcb } from '../tcb'
import { effectiveMss } from './mss'
import { headContent, splitHead, unsentBytes, unsentHead, windowEnd } from './queue'
import { sendAgain } from './retransmit'
import { sendHead, sendWindowProbe } from './transmit'
import { clampToUserTimeout, LOCAL_CONGESTION, persistInterval, rearmRto, setTransmitTimer } from './transmit-timer'

/** Sends what an open but small window takes, or else a segment without data that the peer must answer. False where our own queue had no room. */
function wakePeer(tcb: Tcb, io: TcpIo): boolean {
  const room = seqDiff(windowEnd(tcb), tcb.snd.nxt)
  if (unsentBytes(tcb) > 0 && room > 0) {
    // All of the room, so that the end of the silly window deadlock is at hand (RFC 9293 3.8.6.2.1: the override timeout).
    const mss = effectiveMss(tcb, io)
    const limit = Math.min(mss, room)
    if (headContent(tcb).bytes > limit) splitHead(tcb, limit)
    const head = unsentHead(tcb)
    if (head !== undefined) {
      head.push = true
      tcb.snd.pushed = seqMax(tcb.snd.pushed, head.end)
    }
    return sendHead(tcb, limit, mss, 'windowProbe', io) > 0
  }
  return sendWindowProbe(tcb, io, 'windowProbe')
}

/** One window probe, and the timer for the next, later one. */
export function probeWindow(tcb: Tcb, io: TcpIo): void {
  io.count('TCPWinProbe')
  const left = wakePeer(tcb, io)
  if (tcb.sent.length > 0 || unsentBytes(tcb) === 0) {
    tcb.persistProbesSent = 0
    tcb.persistSince = 0
    tcb.rtt.backoff = 0
    return
  }
  tcb.persistProbesSent++
  let interval = LOCAL_CONGESTION
  if (left) {
    if (tcb.rtt.backoff < io.sysctl.tcp_retries2) tcb.rtt.backoff++
    interval = persistInterval(tcb)
  }
  setTransmitTimer(tcb, 'persist', clampToUserTimeout(tcb, interval, tcb.persistSince, io), io)
}

/** A tail loss probe: new data if the window has room for it, the last segment again otherwise; at most one at a time. */
export function probeTail(tcb: Tcb, io: TcpIo): void {
  const { recovery } = tcb
  if (recovery.tlpHighSeq === undefined && sendProbe(tcb, io)) {
    recovery.tlpHighSeq = tcb.snd.nxt
    io.count('TCPLossProbes')
    rearmRto(tcb, io, false)
  } else {
    rearmRto(tcb, io, true)
  }
}

function sendProbe(tcb: Tcb, io: TcpIo): boolean {
  const { recovery } = tcb
  const mss = effectiveMss(tcb, io)
  recovery.tlpRetrans = false
  const unsent = unsentBytes(tcb)
  if (unsent > 0 && seqDiff(windowEnd(tcb), tcb.snd.nxt) >= Math.min(unsent, mss)) {
    return sendHead(tcb, mss, mss, 'tailLossProbe', io) > 0
  }
  if (tcb.sent.length === 0 || sendAgain(tcb, tcb.sent.length - 1, 'tailLossProbe', io) !== 'sent') return false
  recovery.tlpRetrans = true
  return true
}
