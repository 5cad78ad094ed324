/**
 * A fresh connection: the record with everything at its start. Decides nothing about the handshake (calls.ts does); the sending
 * half's numbers come from sender/initial.ts. Linux: tcp_init_sock, inet_csk_init. RFC 9293 3.3.1.
 */
import { MICROS_PER_MS, MICROS_PER_SECOND, NEVER } from '../base'
import type { Micros, Seq32 } from '../base'
import type { Sysctl } from '../trace'
import { ECT0, NOT_ECT } from '../wire'
import { algorithmNamed } from './congestion'
import { initialEcn } from './ecn/state'
import { PMTUDISC_DONT, PMTUDISC_WANT } from './path/discovery'
import { DEFAULT_SCALING_RATIO } from './receiver/memory'
import { newReports } from './reports'
import { initialCongestion, initialRecovery, initialRtt } from './sender/initial'
import type { Endpoint, Path, Tcb, TcpConfig } from './tcb'
import { stoppedTimers } from './timers'

/** Bytes of an IPv4 and a TCP header without options. */
export const HEADERS_LENGTH = 40
/** RFC 9293 3.7.1: the MSS of a peer that names none. */
export const DEFAULT_MSS = 536

export interface TcbInit {
  readonly socket: number
  readonly passive: boolean
  readonly local: Endpoint
  readonly remote: Endpoint
  readonly iss: Seq32
  readonly config: TcpConfig
  readonly sysctl: Readonly<Sysctl>
  /** Added to the clock in timestamps, ms. */
  readonly timestampOffset: number
  /** MTU of the interface it leaves by, bytes. */
  readonly mtu: number
  /** What the host knows of the route, where that is less. */
  readonly route?: { readonly mtu: number; readonly expiresAt: Micros; readonly locked: boolean }
}

/** Socket options as a new socket has them under these sysctls. */
export function defaultConfig(sysctl: Readonly<Sysctl>): TcpConfig {
  return {
    nodelay: false,
    cork: false,
    keepalive: false,
    keepIdleMicros: sysctl.tcp_keepalive_time * MICROS_PER_SECOND,
    keepIntervalMicros: sysctl.tcp_keepalive_intvl * MICROS_PER_SECOND,
    keepProbes: sysctl.tcp_keepalive_probes,
    userTimeoutMicros: 0,
    synRetries: 0,
    finTimeoutMicros: sysctl.tcp_fin_timeout * MICROS_PER_SECOND,
    maxSegment: 0,
    sndbuf: sysctl.tcp_wmem[1],
    rcvbuf: sysctl.tcp_rmem[1],
    sndbufLocked: false,
    rcvbufLocked: false,
    congestion: sysctl.tcp_congestion_control,
    receiveLowat: 1,
    stamping: 0,
    maxPacingRate: Number.POSITIVE_INFINITY,
    pmtuDiscovery: sysctl.ip_no_pmtu_disc === 0 ? PMTUDISC_WANT : PMTUDISC_DONT,
    receiveErrors: false,
    urgentInline: false,
    notsentLowat: 0,
    deferAccept: 0,
    windowClamp: 0,
    pingpong: 0,
    thinLinear: false,
    rtoMinMicros: 0,
    delackMaxMicros: 200 * MICROS_PER_MS,
    rtoMaxMicros: sysctl.tcp_rto_max_ms * MICROS_PER_MS,
  }
}

/** A record in CLOSED; `connect` or `acceptSyn` brings it to life. The config is copied. */
export function createTcb(init: TcbInit): Tcb {
  const { iss, sysctl } = init
  const config = { ...init.config }
  const carried = (init.route?.mtu ?? init.mtu) - HEADERS_LENGTH
  const rmss = config.maxSegment > 0 ? Math.min(carried, config.maxSegment) : carried
  const none = 0 as Seq32
  return {
    socket: init.socket,
    state: 'CLOSED',
    passive: init.passive,
    local: { ...init.local },
    remote: { ...init.remote },
    iss,
    irs: none,
    attached: !init.passive,
    orphaned: false,
    sendShutdown: false,
    receiveShutdown: false,
    finReceived: false,
    finRead: false,
    ackDeferred: false,
    writerWaits: false,
    error: '',
    softError: '',
    config,
    reports: newReports(iss),
    snd: {
      una: iss,
      nxt: iss,
      wnd: 0,
      wl1: none,
      wl2: iss,
      wscale: 0,
      maxWnd: 0,
      end: iss,
      up: iss,
      smallEnd: iss,
      buffers: [],
      unsentFrom: 0,
      pushed: iss,
      pushOnce: false,
      transmittedAt: 0,
      noSpace: false,
    },
    rcv: { nxt: none, wnd: 0, wup: none, wscale: 0, copied: none, farthestEdge: none },
    path: initialPath(init, iss),
    mssClamp: DEFAULT_MSS,
    smss: rmss,
    mssNow: Math.min(DEFAULT_MSS, rmss),
    rmss,
    negotiated: { sack: false, timestamps: false, windowScale: false },
    timestamps: { offset: init.timestampOffset, recent: 0, recentAt: 0, lastAckSent: none },
    sendChunks: [],
    finQueued: false,
    sent: [],
    receiveChunks: [],
    outOfOrder: [],
    receive: initialReceive(none, config.windowClamp),
    urgent: { state: 'none', seq: none, byte: 0 },
    ack: { ...initialAck(none), pingpong: config.pingpong },
    rtt: initialRtt(iss),
    congestion: initialCongestion(config, sysctl, iss),
    recovery: initialRecovery(sysctl, iss),
    rate: { windowBegan: 0, deliveredAt: 0, appLimited: 0, delivered: 0, interval: 0, sampleAppLimited: true },
    // Some algorithms want every packet of theirs to be ECN-capable, SYNs too.
    ecn: initialEcn(algorithmNamed(config.congestion).needsEcn === true ? ECT0 : NOT_ECT),
    timers: stoppedTimers(),
    keepaliveProbesSent: 0,
    persistProbesSent: 0,
    persistSince: 0,
    unansweredSince: NEVER,
    lastReceivedAt: 0,
    chrono: { kind: 'idle', since: 0, busy: 0, peerWindow: 0, sendBuffer: 0 },
    waiting: { reason: 'closed', bytes: 0, since: 0 },
    lastSample: { cwnd: -1, ssthresh: -1, flightBytes: -1, sndWnd: -1, phase: -1 },
    totals: initialTotals(init.passive),
  }
}

function initialPath({ mtu, route }: TcbInit, iss: Seq32): Path {
  return {
    mtu: route?.mtu ?? mtu,
    interfaceMtu: mtu,
    expiresAt: route?.expiresAt ?? NEVER,
    locked: route?.locked ?? false,
    synced: route?.mtu ?? mtu,
    probing: false,
    searchLow: 0,
    searchHigh: NEVER,
    probeSize: 0,
    probeStart: iss,
    probeEnd: iss,
    probedAt: 0,
  }
}

function initialReceive(none: Seq32, clamp: number): Tcb['receive'] {
  return {
    sackBlocks: [],
    dsack: undefined,
    windowClamp: clamp,
    ssthresh: 0,
    mssEstimate: DEFAULT_MSS,
    lastDataAt: 0,
    spaceBytes: 0,
    spaceSeq: none,
    spaceAt: 0,
    rttMicros: 0,
    rttSeq: none,
    rttAt: 0,
    lastEcho: 0,
    memory: 0,
    scalingRatio: DEFAULT_SCALING_RATIO,
    lastSegmentSize: 0,
  }
}

function initialAck(none: Seq32): Tcb['ack'] {
  return {
    quick: 0,
    pingpong: 0,
    ato: 0,
    pending: false,
    now: false,
    noMemory: false,
    pushed: false,
    pushedTwice: false,
    lastSentAt: 0,
    duplicates: 0,
    duplicatesOf: none,
    compressed: 0,
    lastChallengeAt: 0,
    challengeCount: 0,
    lastOutOfWindowAckAt: 0,
  }
}

/** A SYN has come for a passive open. */
function initialTotals(passive: boolean): Tcb['totals'] {
  return {
    bytesSent: 0,
    bytesAcked: 0,
    bytesReceived: 0,
    segmentsOut: 0,
    segmentsIn: Number(passive),
    retransmits: 0,
    bytesRetransmitted: 0,
    dataSegmentsIn: 0,
    dataSegmentsOut: 0,
    outOfOrder: 0,
    timeoutSeries: 0,
    timeoutMicros: 0,
    timeoutSince: 0,
    rehashes: 0,
  }
}
