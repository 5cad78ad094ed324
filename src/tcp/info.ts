/**
 * The tcp_info of a connection under Linux's names (include/uapi/linux/tcp.h, tcp_get_info), from its TCB. Names that the stack keeps no
 * account of are not here. Times are counted as the kernel counts them: µs, or ms where it says so.
 */
import { seqDiff } from '../base'
import type { Micros } from '../base'
import { CA_STATES } from '../trace'
import type { Sysctl, TcpInfo, TcpState } from '../trace'
import { chronoTotals } from './sender/chrono'
import { deliveryRate } from './sender/rate'
import type { Tcb } from './tcb'

const TCPI_OPT_TIMESTAMPS = 1
const TCPI_OPT_SACK = 2
const TCPI_OPT_WSCALE = 4
const TCPI_OPT_ECN = 8
const TCPI_OPT_ECN_SEEN = 16

const STATE_NUMBERS: Readonly<Record<TcpState, number>> = {
  ESTABLISHED: 1,
  'SYN-SENT': 2,
  'SYN-RECEIVED': 3,
  'FIN-WAIT-1': 4,
  'FIN-WAIT-2': 5,
  // The socket that a descriptor names is closed once its connection is in TIME-WAIT.
  'TIME-WAIT': 7,
  CLOSED: 7,
  'CLOSE-WAIT': 8,
  'LAST-ACK': 9,
  LISTEN: 10,
  CLOSING: 11,
}

/** TCP_INFINITE_SSTHRESH. */
const INFINITE_SSTHRESH = 0x7fff_ffff
/** ~0U: nothing was measured. */
const UNKNOWN = 0xffff_ffff
/** ~0ULL, as near as a number comes to it. */
const NO_LIMIT = 2 ** 64

export function tcpInfo(tcb: Tcb, now: Micros, sysctl: Readonly<Sysctl>): TcpInfo {
  const { recovery, rtt, congestion, snd, rcv, receive, totals, negotiated, ack } = tcb
  const chrono = chronoTotals(tcb, now)
  const ms = (since: Micros): number => Math.floor((now - since) / 1_000)
  return {
    tcpi_state: STATE_NUMBERS[tcb.state],
    tcpi_ca_state: CA_STATES.indexOf(recovery.caState),
    tcpi_retransmits: recovery.timeouts,
    tcpi_probes: tcb.persistProbesSent + tcb.keepaliveProbesSent,
    tcpi_backoff: rtt.backoff,
    tcpi_options: options(tcb),
    tcpi_snd_wscale: negotiated.windowScale ? snd.wscale : 0,
    tcpi_rcv_wscale: negotiated.windowScale ? rcv.wscale : 0,
    tcpi_rto: rtt.rto,
    tcpi_ato: ack.ato,
    // Until the peer has answered, the room for the option that every segment may bear is taken off (tcp_header_len).
    tcpi_snd_mss: tcb.mssNow - (tcb.state === 'SYN-SENT' && sysctl.tcp_timestamps !== 0 ? 12 : 0),
    tcpi_rcv_mss: receive.mssEstimate,
    tcpi_unacked: tcb.sent.length,
    tcpi_sacked: recovery.sackedOut,
    tcpi_lost: recovery.lostOut,
    tcpi_retrans: recovery.retransOut,
    tcpi_fackets: 0,
    tcpi_last_data_sent: ms(congestion.lastSentAt),
    tcpi_last_ack_sent: 0,
    tcpi_last_data_recv: ms(receive.lastDataAt),
    tcpi_last_ack_recv: ms(tcb.lastReceivedAt),
    tcpi_pmtu: tcb.path.synced,
    tcpi_rcv_ssthresh: receive.ssthresh,
    tcpi_rtt: rtt.srtt,
    // Not the variance that the RTO is made of, but the smoothed deviation (mdev_us).
    tcpi_rttvar: Math.floor(rtt.mdev),
    tcpi_snd_ssthresh: Math.min(congestion.ssthresh, INFINITE_SSTHRESH),
    tcpi_snd_cwnd: congestion.cwnd,
    tcpi_advmss: tcb.rmss - (negotiated.timestamps ? 12 : 0),
    tcpi_reordering: recovery.reordering,
    tcpi_rcv_rtt: receive.rttMicros,
    tcpi_rcv_space: receive.spaceBytes,
    tcpi_total_retrans: totals.retransmits,
    tcpi_bytes_acked: totals.bytesAcked,
    tcpi_bytes_received: totals.bytesReceived,
    tcpi_segs_out: totals.segmentsOut,
    tcpi_segs_in: totals.segmentsIn,
    tcpi_notsent_bytes: Math.max(0, seqDiff(snd.end, snd.nxt)),
    tcpi_min_rtt: rtt.minRtt === 0 ? UNKNOWN : rtt.minRtt,
    tcpi_data_segs_in: totals.dataSegmentsIn,
    tcpi_data_segs_out: totals.dataSegmentsOut,
    tcpi_delivery_rate: deliveryRate(tcb),
    tcpi_delivery_rate_app_limited: Number(tcb.rate.sampleAppLimited),
    tcpi_busy_time: chrono.busy,
    tcpi_rwnd_limited: chrono.peerWindow,
    tcpi_sndbuf_limited: chrono.sendBuffer,
    tcpi_pacing_rate: Math.min(congestion.pacingRate, NO_LIMIT),
    tcpi_max_pacing_rate: Math.min(tcb.config.maxPacingRate, NO_LIMIT),
    tcpi_delivered: recovery.delivered,
    tcpi_bytes_sent: totals.bytesSent,
    tcpi_bytes_retrans: totals.bytesRetransmitted,
    tcpi_dsack_dups: recovery.dsackDuplicates,
    tcpi_reord_seen: recovery.reorderingSeen,
    tcpi_rcv_ooopack: totals.outOfOrder,
    tcpi_snd_wnd: snd.wnd,
    tcpi_rcv_wnd: rcv.wnd,
    tcpi_rehash: totals.rehashes,
    tcpi_total_rto: recovery.timeoutsTotal,
    tcpi_total_rto_recoveries: totals.timeoutSeries,
    tcpi_total_rto_time: Math.floor(timeoutMicros(tcb, now) / 1_000),
    ...ecnInfo(tcb),
  }
}

/** The series of timeouts that lasts now counts as far as it has come. */
function timeoutMicros({ totals }: Tcb, now: Micros): Micros {
  return totals.timeoutMicros + (totals.timeoutSince === 0 ? 0 : now - totals.timeoutSince)
}

/** Classic and accurate ECN: the marks of both directions, and what became of the negotiation (tcpi_ecn_mode and its neighbours). */
function ecnInfo({ ecn }: Tcb): Readonly<Record<string, number>> {
  const [receivedE1, receivedE0, receivedCe] = ecn.receivedBytes
  const [deliveredE1, deliveredE0, deliveredCe] = ecn.deliveredBytes
  return {
    tcpi_delivered_ce: ecn.deliveredCe,
    tcpi_received_ce: ecn.receivedCe,
    tcpi_delivered_e1_bytes: deliveredE1,
    tcpi_delivered_e0_bytes: deliveredE0,
    tcpi_delivered_ce_bytes: deliveredCe,
    tcpi_received_e1_bytes: receivedE1,
    tcpi_received_e0_bytes: receivedE0,
    tcpi_received_ce_bytes: receivedCe,
    tcpi_ecn_mode: ECN_MODES.indexOf(ecn.mode),
    tcpi_accecn_opt_seen: ecn.optionSeen,
    tcpi_accecn_fail_mode: ecn.failures,
  }
}

const ECN_MODES: readonly Tcb['ecn']['mode'][] = ['disabled', 'rfc3168', 'accecn', 'pending']

function options(tcb: Tcb): number {
  const { timestamps, sack, windowScale } = tcb.negotiated
  const { mode, seen } = tcb.ecn
  return (
    Number(timestamps) * TCPI_OPT_TIMESTAMPS +
    Number(sack) * TCPI_OPT_SACK +
    Number(windowScale) * TCPI_OPT_WSCALE +
    Number(mode !== 'disabled') * TCPI_OPT_ECN +
    Number(seen) * TCPI_OPT_ECN_SEEN
  )
}
