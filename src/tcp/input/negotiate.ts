/**
 * What the two SYNs agree on: options, MSS, windows; and how the connection begins once both are acked. RFC 9293 3.7.1, RFC 7323 1.3, 2.2,
 * RFC 2018 2. Linux tcp_openreq_init, tcp_connect_init, tcp_sync_mss, tcp_init_transfer, tcp_finish_connect.
 */
import { seqAdd } from '../../base'
import { DEFAULT_MSS } from '../create'
import { ACK } from '../../wire'
import type { TcpSegment } from '../../wire'
import type { TcpIo } from '../io'
import { armKeepalive } from '../keepalive'
import { TIMESTAMPS_LENGTH } from '../options'
import { startMtuSearch } from '../path/search'
import { initialMssEstimate } from '../receiver/autotune'
import { settleWindow } from '../receiver/window'
import { syncMss } from '../sender/mss'
import { setState } from '../state'
import type { RuleName } from '../../trace'
import type { Tcb } from '../tcb'
import { storeTimestamp } from './timestamps'

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
  tcb.irs = syn.seq
  rcv.nxt = seqAdd(syn.seq, 1)
  rcv.wup = rcv.nxt
  rcv.copied = rcv.nxt
  rcv.farthestEdge = seqAdd(rcv.nxt, rcv.wnd)
  // The window of a SYN is never scaled (RFC 7323 2.2).
  snd.wnd = syn.window
  // Of a passive open the ACK of our SYN,ACK brings the first window that counts (tcp_create_openreq_child).
  snd.maxWnd = tcb.passive ? 0 : syn.window
  snd.wl1 = syn.seq
  learnMss(tcb, options.mss, io)
}

/** Effective send MSS: the least of the peer's, TCP_MAXSEG and our MTU (RFC 9293 MUST-15, MUST-16); and where the search for a larger MTU begins. */
function learnMss(tcb: Tcb, peerMss: number | undefined, io: TcpIo): void {
  const user = tcb.config.maxSegment
  const silent = tcb.passive || user === 0 ? DEFAULT_MSS : user
  // Linux tcp_parse_options passes over an MSS of 0 as if it were not there.
  const theirs = peerMss === undefined || peerMss === 0 ? silent : peerMss
  tcb.mssClamp = user > 0 ? Math.min(theirs, user) : theirs
  // Linux begins the search with the SYN, counting on the timestamps that it offered (tcp_connect_init), and again when the connection is
  // established, without a new look at the MSS (tcp_init_transfer); so a passive open is slow to take the smaller MSS.
  if (!tcb.passive) startMtuSearch(tcb, io, io.sysctl.tcp_timestamps === 0 ? 0 : TIMESTAMPS_LENGTH)
  syncMss(tcb, tcb.path.synced, io)
}

/** Both SYNs are acked: the receiver starts to count, and the state is ESTABLISHED. */
export function enterEstablished(tcb: Tcb, io: TcpIo, rule: RuleName): void {
  startMtuSearch(tcb, io)
  tcb.receive.mssEstimate = initialMssEstimate(tcb)
  tcb.receive.lastDataAt = io.now
  tcb.rcv.copied = tcb.rcv.nxt
  settleWindow(tcb, io)
  setState(tcb, 'ESTABLISHED', io, rule)
  if (tcb.config.keepalive) armKeepalive(tcb, io)
}
