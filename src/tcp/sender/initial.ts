/**
 * What the sending half of a connection remembers before its first segment: round-trip estimator (RFC 6298 2), congestion control
 * (RFC 5681 3.1, RFC 6928) and loss recovery, each empty. Linux: tcp_init_sock, tcp_disconnect.
 */
import { MICROS_PER_SECOND } from '../../base'
import type { Seq32 } from '../../base'
import type { Sysctl } from '../../trace'
import { createCongestionState, newRounds } from '../congestion'
import type { Tcb, TcpConfig } from '../tcb'

/** RTO before any measurement: RFC 6298 2.1. */
export const INITIAL_RTO = MICROS_PER_SECOND

export function initialRtt(iss: Seq32): Tcb['rtt'] {
  return {
    srtt: 0,
    rttvar: 0,
    rto: INITIAL_RTO,
    backoff: 0,
    mdev: INITIAL_RTO / 4,
    mdevMax: 0,
    rttSeq: iss,
    minRtt: 0,
    minRttAt: 0,
  }
}

export function initialCongestion(
  config: Readonly<TcpConfig>,
  sysctl: Readonly<Sysctl>,
  iss: Seq32,
): Tcb['congestion'] {
  return {
    algorithm: config.congestion,
    cwnd: sysctl.initcwnd,
    ssthresh: Number.POSITIVE_INFINITY,
    cwndCount: 0,
    limited: false,
    maxOut: 0,
    usageSeq: iss,
    usedMax: 0,
    stampAt: 0,
    lastSentAt: 0,
    pacingRate: config.maxPacingRate,
    paced: sysctl.default_qdisc === 'fq' || Number.isFinite(config.maxPacingRate),
    rounds: newRounds(iss),
    own: createCongestionState(config.congestion),
  }
}

export function initialRecovery(sysctl: Readonly<Sysctl>, iss: Seq32): Tcb['recovery'] {
  return {
    caState: 'Open',
    highSeq: iss,
    duplicateAcks: 0,
    sackedOut: 0,
    lostOut: 0,
    retransOut: 0,
    highestSack: iss,
    lostTotal: 0,
    timeouts: 0,
    timeoutsTotal: 0,
    dsackDuplicates: 0,
    reneged: false,
    reordering: sysctl.tcp_reordering,
    reorderingSeen: 0,
    undoMarker: undefined,
    undoRetrans: 0,
    priorCwnd: 0,
    priorSsthresh: 0,
    prrDelivered: 0,
    prrOut: 0,
    retransStamp: 0,
    delivered: 0,
    frto: false,
    rackSentAt: 0,
    rackEnd: iss,
    rackRtt: 0,
    rackAdvanced: false,
    rackSteps: 1,
    rackPersist: 0,
    rackDsackSeen: false,
    rackLastDelivered: 0,
    tlpHighSeq: undefined,
    tlpRetrans: false,
    own: {},
  }
}
