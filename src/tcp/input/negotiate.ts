/**
 * What the two SYNs agree on: options, MSS, windows; and how the connection begins once both are acked. RFC 9293 3.7.1, RFC 7323 1.3, 2.2,
 * RFC 2018 2. Linux tcp_openreq_init, tcp_connect_init, tcp_sync_mss, tcp_init_transfer, tcp_finish_connect.
 */
import { seqAdd } from '../../base'
import { DEFAULT_MSS, HEADERS_LENGTH } from '../create'
import { ACK } from '../../wire'
import type { TcpSegment } from '../../wire'
import type { TcpIo } from '../io'
import { armKeepalive } from '../keepalive'
import { TIMESTAMPS_LENGTH } from '../options'
import { initialMssEstimate } from '../receiver/autotune'
import { settleWindow } from '../receiver/window'
import { setState } from '../state'
import type { RuleName } from '../../trace'
import type { Tcb } from '../tcb'
import { storeTimestamp } from './timestamps'

/** Linux tcp_min_snd_mss: no peer may ask for less, bytes with options. */
const LEAST_MSS = 48
const MAX_UNSCALED_WINDOW = 65_535

/** Takes over what the peer's SYN (or SYN,ACK) offers and we offer too, and its first sequence number and window. */
export function learnSyn(tcb: Tcb, syn: TcpSegment, io: TcpIo): void {
  const { options } = syn
  const { sysctl } = io
  const { negotiated, rcv, snd } = tcb
  negotiated.timestamps = options.timestamps !== undefined && sysctl.tcp_timestamps !== 0
  negotiated.sack = options.sackPermitted && sysctl.tcp_sack !== 0
  negotiated.windowScale = options.windowScale !== undefined && sysctl.tcp_window_scaling !== 0
  if (negotiated.windowScale) snd.wscale = options.windowScale ?? 0
  else {
    snd.wscale = 0
    // Where two SYNs cross, Linux keeps the shift that its own SYN has named, though the peer named none (tcp_rcv_synsent_state_process).
    if (tcb.passive || (syn.flags & ACK) !== 0) {
      rcv.wscale = 0
      tcb.receive.windowClamp = Math.min(tcb.receive.windowClamp, MAX_UNSCALED_WINDOW)
    }
  }
  if (negotiated.timestamps && options.timestamps !== undefined) storeTimestamp(tcb, options.timestamps.value, io)
  // Linux tcp_parse_options passes over an MSS of 0 as if it were not there.
  syncMss(tcb, options.mss === undefined || options.mss === 0 ? DEFAULT_MSS : options.mss)
  tcb.irs = syn.seq
  rcv.nxt = seqAdd(syn.seq, 1)
  rcv.wup = rcv.nxt
  rcv.copied = rcv.nxt
  rcv.farthestEdge = seqAdd(rcv.nxt, rcv.wnd)
  // The window of a SYN is never scaled (RFC 7323 2.2).
  snd.wnd = syn.window
  snd.maxWnd = syn.window
  snd.wl1 = syn.seq
}

/** Effective send MSS: the least of the peer's, TCP_MAXSEG and our MTU, less the options of every segment (RFC 9293 MUST-16). */
function syncMss(tcb: Tcb, peerMss: number): void {
  const user = tcb.config.maxSegment
  const theirs = user > 0 ? Math.min(peerMss, user) : peerMss
  tcb.smss = Math.min(theirs, tcb.pathMtu - HEADERS_LENGTH)
  tcb.mssNow = Math.max(LEAST_MSS, tcb.smss) - (tcb.negotiated.timestamps ? TIMESTAMPS_LENGTH : 0)
}

/** Both SYNs are acked: the receiver starts to count, and the state is ESTABLISHED. */
export function enterEstablished(tcb: Tcb, io: TcpIo, rule: RuleName): void {
  tcb.receive.mssEstimate = initialMssEstimate(tcb)
  tcb.receive.lastDataAt = io.now
  tcb.rcv.copied = tcb.rcv.nxt
  settleWindow(tcb, io)
  setState(tcb, 'ESTABLISHED', io, rule)
  if (tcb.config.keepalive) armKeepalive(tcb, io)
}
