/**
 * The path carries less than was thought: segments shrink, and what was too long for it is sent again at once, without a word of congestion
 * (RFC 1191 6.4, RFC 8201 5.4; RFC 9293 3.7.5 MUST-54). Linux tcp_v4_mtu_reduced, tcp_simple_retransmit.
 */
import type { TcpIo } from '../io'
import { currentSsthresh } from '../recovery/counts'
import { setCaState } from '../recovery/reduction'
import { markLost } from '../recovery/scoreboard'
import { effectiveMss, syncMss } from '../sender/mss'
import { dataBytes, retransmitLost } from '../sender/retransmit'
import type { Tcb } from '../tcb'
import { heedsPathMtu } from './discovery'

/** `tcb.path.mtu` was lowered by a router's word about a segment that is on its way. */
export function pathMtuReduced(tcb: Tcb, io: TcpIo): void {
  const { path } = tcb
  const { mtu } = path
  if (!heedsPathMtu(tcb) || path.synced <= mtu) return
  syncMss(tcb, mtu, io)
  io.recorder.emit('tcp/pathMtuChanged', 'pathMtu', mtu, tcb.mssNow)
  simpleRetransmit(tcb, io)
}

/** Marks what is longer than a segment may be now and sends it again, cut. The window stays: not a byte more is in the network. */
export function simpleRetransmit(tcb: Tcb, io: TcpIo): void {
  const { recovery, congestion, sent } = tcb
  const mss = effectiveMss(tcb, io)
  for (const segment of sent) if (dataBytes(segment) > mss) markLost(tcb, segment, io)
  if (recovery.lostOut === 0) return
  if (!tcb.negotiated.sack)
    recovery.sackedOut = Math.min(recovery.sackedOut, sent.length - Math.max(recovery.lostOut, 1))
  if (recovery.caState !== 'Loss') {
    recovery.highSeq = tcb.snd.nxt
    congestion.ssthresh = currentSsthresh(tcb)
    recovery.priorSsthresh = 0
    recovery.undoMarker = undefined
    setCaState(tcb, 'Loss', io)
  }
  retransmitLost(tcb, io)
}
