/**
 * The transmission control block: everything one connection remembers, as one plain record that copies with the
 * world (RFC 9293 3.3.1 names the sequence variables). Behaviour is in the files around it: `input/` for arriving segments,
 * `receiver/` for what they carry, `sender/` for what goes out, `timers.ts`, `calls.ts`.
 */
import { NEVER } from '../base'
import type { Micros, Seq32 } from '../base'
import type { CaState, Errno, TcpState, TimerKind, WaitReason } from '../trace'
import type { Ipv4Address } from '../wire'
import type { TcpConfig } from './config'
import type { EcnState } from './ecn/state'
import type { Chunk, Reports, SendBuffer, SentSegment } from './queues'

export type { TcpConfig } from './config'
export type { Chunk, ErrorReport, Reports, SendBuffer, SentSegment } from './queues'

export interface Endpoint {
  readonly address: Ipv4Address
  readonly port: number
}

/** What HyStart++ (RFC 9406) remembers of the first slow start; Infinity where nothing was measured. */
export interface SlowStartRounds {
  /** End of the round: SND.NXT at its beginning. */
  end: Seq32
  lastMin: Micros
  currentMin: Micros
  samples: number
  /** Rounds of conservative slow start begun; 0 outside it. */
  cssRounds: number
  cssBaseline: Micros
  /** Acked segments of conservative slow start that have not yet made a whole one. */
  part: number
}

export interface Timer {
  /** NEVER when stopped. */
  deadline: Micros
  armedAt: Micros
  /** Event that armed it; the cause of its firing. */
  armedBy: number
  count: number
}

export interface Tcb {
  /** The world-wide socket number. */
  readonly socket: number
  /** Written by setState alone. */
  state: TcpState
  /** Came from LISTEN: a reset in SYN-RECEIVED returns it there instead of telling a user (RFC 9293 MUST-11). */
  readonly passive: boolean
  local: Endpoint
  remote: Endpoint
  iss: Seq32
  irs: Seq32
  /** An application has it: it was opened actively, or accepted (Linux sk->sk_socket). */
  attached: boolean
  /** The descriptor is gone: nobody will read or write (Linux SOCK_DEAD). */
  orphaned: boolean
  /** SHUT_WR or close() was called: no more bytes may be queued. */
  sendShutdown: boolean
  /** SHUT_RD or FIN received. */
  receiveShutdown: boolean
  /** A FIN was received in order. */
  finReceived: boolean
  /** A read has come to the end of all bytes and passed the FIN, so that it counts as unread no more (copied_seq). */
  finRead: boolean
  /** A request whose bare ACK was put aside until data comes (TCP_DEFER_ACCEPT, rskq acked). */
  ackDeferred: boolean
  /** A thread waits in send() for the connection to open: the last ACK of the handshake may go with its data (sk_write_pending). */
  writerWaits: boolean
  /** Pending socket error (SO_ERROR); '' for none. */
  error: Errno | ''
  /** Soft error to report if a timer gives up; '' for none. */
  softError: Errno | ''
  /** Bytes were read or written by the application at all; some Linux decisions ask. */
  config: TcpConfig
  /** The error queue, and what will be put there. */
  reports: Reports
  snd: {
    una: Seq32
    nxt: Seq32
    /** Peer's window in bytes, scaled. */
    wnd: number
    wl1: Seq32
    wl2: Seq32
    /** Shift to apply to windows that the peer sends. */
    wscale: number
    /** Largest window the peer ever offered. */
    maxWnd: number
    /** End of all bytes (and FIN) that the user has queued: Linux write_seq. */
    end: Seq32
    /** Behind the last urgent byte (SND.UP); SND.UNA when nothing is urgent. */
    up: Seq32
    /** End of the last small segment sent (Minshall's Nagle). */
    smallEnd: Seq32
    /** What is queued, sent or not, from una to end without gaps. nxt is always a border between two. */
    buffers: SendBuffer[]
    /** Place of the first that was not sent. */
    unsentFrom: number
    /** snd.end when PSH was last asked for (Linux pushed_seq). */
    pushed: Seq32
    /** Setting TCP_NODELAY or taking off TCP_CORK pushes what waits, until new bytes are queued (TCP_NAGLE_PUSH). */
    pushOnce: boolean
    /** When the last segment of any kind left; with pacing, from when on the next one may (tcp_wstamp_ns). Fractions of a µs count. */
    transmittedAt: Micros
    /** A send() found too little room, and its caller may be waiting (SOCK_NOSPACE). */
    noSpace: boolean
  }
  rcv: {
    nxt: Seq32
    /** Window last advertised, in bytes. */
    wnd: number
    /** RCV.NXT when the window was last advertised. */
    wup: Seq32
    /** Shift that we apply to windows we send. */
    wscale: number
    /** First byte the application has not read: Linux copied_seq. */
    copied: Seq32
    /** Farthest edge of all windows that were offered (rcv_mwnd_seq). */
    farthestEdge: Seq32
  }
  /** What is known of the way to the peer: its MTU (RFC 1191), and the search for a larger one (RFC 4821). */
  path: Path
  /** The peer's MSS, or less where TCP_MAXSEG says so: payload with options counted in (rx_opt.mss_clamp). */
  mssClamp: number
  /** Largest payload we may send in one segment without options counted in: peer's MSS bounded by our MTU. */
  smss: number
  /** Linux mss_cache: smss minus the option bytes that every segment carries, at most half of the peer's largest window. */
  mssNow: number
  /** MSS that we announced. */
  rmss: number
  negotiated: { sack: boolean; timestamps: boolean; windowScale: boolean }
  timestamps: {
    /** Added to our clock: hides the uptime. ms. */
    offset: number
    recent: number
    /** When `recent` was taken; µs. */
    recentAt: Micros
    /** ACK we last sent, for the update rule of RFC 7323 4.3. */
    lastAckSent: Seq32
  }
  /** Bytes from snd.una to snd.end, in order, not overlapping. */
  sendChunks: Chunk[]
  /** A FIN is queued at snd.end - 1. */
  finQueued: boolean
  /** The retransmission queue, ascending. */
  sent: SentSegment[]
  /** In-order bytes from rcv.copied to rcv.nxt. */
  receiveChunks: Chunk[]
  /** Islands beyond rcv.nxt, ascending, not overlapping; each may end in a FIN. */
  outOfOrder: (Chunk & { fin: boolean })[]
  receive: {
    /** Most recent first; what SACK options are made of (RFC 2018 4). */
    sackBlocks: { start: Seq32; end: Seq32 }[]
    /** A duplicate to report first (RFC 2883); undefined for none. */
    dsack: { start: Seq32; end: Seq32 } | undefined
    /** Linux rcv_ssthresh: the largest window to offer at present. */
    windowClamp: number
    ssthresh: number
    /** Receive-MSS estimate for delayed ACKs (icsk_ack.rcv_mss). */
    mssEstimate: number
    lastDataAt: Micros
    /** Autotuning (tcp_rcv_space_adjust): bytes copied in the last window of time, its start. */
    spaceBytes: number
    spaceSeq: Seq32
    spaceAt: Micros
    rttMicros: Micros
    /** RTT seen from the receiving side: the window's edge that ends the present measurement, its start (0 for none). */
    rttSeq: Seq32
    rttAt: Micros
    /** Echoed timestamp that was last measured. */
    lastEcho: number
    /** Memory that receiveChunks and outOfOrder are charged with (sk_rmem_alloc): more than their bytes. */
    memory: number
    /** How much of a byte of memory is payload, in 256ths (scaling_ratio). */
    scalingRatio: number
    /** Payload of the last segment that was smaller than mssEstimate yet looked full-sized. */
    lastSegmentSize: number
  }
  /** The one urgent byte that is known of: announced, come, or taken (Linux urg_data, urg_seq). */
  urgent: { state: 'none' | 'notYet' | 'valid' | 'read'; seq: Seq32; byte: number }
  ack: {
    /** Segments that must be acknowledged at once while > 0 (quick-ACK mode). */
    quick: number
    pingpong: number
    /** Delayed-ACK time-out estimate, µs. */
    ato: Micros
    /** An ACK is owed. */
    pending: boolean
    /** It may not be delayed (ICSK_ACK_NOW), or has to say that there is no room (ICSK_ACK_NOMEM). */
    now: boolean
    noMemory: boolean
    /** A short or pushed segment came since the last ACK, and another (ICSK_ACK_PUSHED, ICSK_ACK_PUSHED2). */
    pushed: boolean
    pushedTwice: boolean
    lastSentAt: Micros
    /** Duplicate ACKs for `duplicatesOf` sent, and how many more were held back (SACK compression). */
    duplicates: number
    duplicatesOf: Seq32
    compressed: number
    /** Compressed / challenge ACK limits. */
    lastChallengeAt: Micros
    challengeCount: number
    lastOutOfWindowAckAt: Micros
  }
  rtt: {
    /** µs; 0 before the first measurement. */
    srtt: Micros
    rttvar: Micros
    rto: Micros
    /** Consecutive timeouts without progress (icsk_backoff). */
    backoff: number
    /** Linux's mdev machinery, µs. */
    mdev: Micros
    mdevMax: Micros
    /** Sequence at which the per-RTT variance decay runs. */
    rttSeq: Seq32
    minRtt: Micros
    minRttAt: Micros
  }
  congestion: {
    algorithm: string
    /** Segments. */
    cwnd: number
    /** Segments; Infinity before the first loss. */
    ssthresh: number
    /** Fraction counter of additive increase (snd_cwnd_cnt). */
    cwndCount: number
    /** cwnd was the limit during the last window (is_cwnd_limited). */
    limited: boolean
    maxOut: number
    usageSeq: Seq32
    /** Most segments out since the last validation (snd_cwnd_used). */
    usedMax: number
    /** When cwnd was last known to be used in full, or was set (snd_cwnd_stamp). */
    stampAt: Micros
    /** When data last left (lsndtime). */
    lastSentAt: Micros
    /** Bytes a second (sk_pacing_rate): what cwnd and RTT come to, or what the algorithm says; Infinity before the first ACK. Sizes bursts. */
    pacingRate: number
    /** Bursts keep the distance that pacingRate gives (sk_pacing_status), because the algorithm, SO_MAX_PACING_RATE or the queueing discipline asks. */
    paced: boolean
    /** The rounds of the first slow start (HyStart++). */
    rounds: SlowStartRounds
    /** The algorithm's own numbers: a flat record, made by its `create`. */
    own: Record<string, number>
  }
  recovery: {
    caState: CaState
    /** SND.NXT when recovery began: recovery ends when it is acknowledged. */
    highSeq: Seq32
    duplicateAcks: number
    /** Counts over the retransmission queue, in segments. */
    sackedOut: number
    lostOut: number
    retransOut: number
    /** End of the highest SACKed segment; meaningful while sackedOut > 0 with SACK. */
    highestSack: Seq32
    /** Segments ever marked lost (tp->lost). */
    lostTotal: number
    /** Timeouts in a row without an advance of SND.UNA (icsk_retransmits), and in the connection's life. */
    timeouts: number
    timeoutsTotal: number
    /** Duplicates that DSACKs reported. */
    dsackDuplicates: number
    /** The peer has thrown away data that it had SACKed. */
    reneged: boolean
    reordering: number
    /** How often reordering was seen. */
    reorderingSeen: number
    /** Undo: una at the start, segments retransmitted since, values to restore. */
    undoMarker: Seq32 | undefined
    /** -1: nothing retransmitted yet. */
    undoRetrans: number
    priorCwnd: number
    /** 0: no undo of ssthresh. */
    priorSsthresh: number
    /** PRR (RFC 6937). */
    prrDelivered: number
    prrOut: number
    /** When the first retransmission of this episode left, 0 for none; Eifel's test and the give-up clock. */
    retransStamp: Micros
    delivered: number
    frto: boolean
    /** RACK (RFC 8985). */
    rackSentAt: Micros
    rackEnd: Seq32
    rackRtt: Micros
    rackAdvanced: boolean
    /** Reordering window in quarters of the minimum RTT, how many recoveries it lasts, and a DSACK that will widen it. */
    rackSteps: number
    rackPersist: number
    rackDsackSeen: boolean
    rackLastDelivered: number
    tlpHighSeq: Seq32 | undefined
    /** The tail loss probe was a retransmission, not new data. */
    tlpRetrans: boolean
    own: Record<string, number>
  }
  /** Delivery rate (draft-cheng-iccrg-delivery-rate-estimation; Linux tcp_rate.c). */
  rate: {
    /** When the segments of the present sample began to leave (first_tx_mstamp). */
    windowBegan: Micros
    /** When something was last delivered (delivered_mstamp). */
    deliveredAt: Micros
    /** The count of delivered segments at which a pause of the application has left the network; 0 for none (app_limited). */
    appLimited: number
    /** The last sample that was worth keeping: segments, in µs, and whether the application limited it. */
    delivered: number
    interval: Micros
    sampleAppLimited: boolean
  }
  ecn: EcnState
  timers: Record<TimerKind, Timer>
  keepaliveProbesSent: number
  persistProbesSent: number
  /** When the first unanswered window probe left, 0 for none. */
  persistSince: Micros
  /** When the first unanswered transmission left, for user timeouts; NEVER when all is answered. */
  unansweredSince: Micros
  lastReceivedAt: Micros
  /** What the sender was held by since when, and for how long in all (tcp_chrono): busy at all, peer's window, own buffer. µs. */
  chrono: { kind: ChronoKind; since: Micros; busy: Micros; peerWindow: Micros; sendBuffer: Micros }
  waiting: { reason: WaitReason; bytes: number; since: Micros }
  /** What the last `tcp/sampled` event said, so that only changes are recorded. */
  lastSample: { cwnd: number; ssthresh: number; flightBytes: number; sndWnd: number; phase: number }
  totals: {
    bytesSent: number
    bytesAcked: number
    bytesReceived: number
    segmentsOut: number
    segmentsIn: number
    retransmits: number
    bytesRetransmitted: number
    /** Segments with payload (data_segs_in, data_segs_out), and those that came out of order (rcv_ooopack). */
    dataSegmentsIn: number
    dataSegmentsOut: number
    outOfOrder: number
    /** Series of timeouts, how long they lasted in all, and since when one lasts, 0 for none: µs (total_rto_recoveries, total_rto_time, rto_stamp). */
    timeoutSeries: number
    timeoutMicros: Micros
    timeoutSince: Micros
    /** How often a timeout chose another path through the network (timeout_rehash). */
    rehashes: number
  }
}

export interface Path {
  /** What the route carries, as far as is known (dst_mtu): bytes. */
  mtu: number
  /** MTU of the interface that it leaves by. */
  readonly interfaceMtu: number
  /** When `mtu` is forgotten (mtu_expires); NEVER for that of the interface. */
  expiresAt: Micros
  /** The route's MTU is below what we are willing to believe, so routers may cut our packets up (ip_mtu_locked). */
  locked: boolean
  /** The MTU that mssNow was worked out for (icsk_pmtu_cookie). */
  synced: number
  /** Larger packets are tried without ICMP's help (icsk_mtup.enabled). */
  probing: boolean
  /** Packets of this length are known to arrive, longer than this they are known, or said, not to. */
  searchLow: number
  searchHigh: number
  /** Length of the packet that is being tried, 0 for none; its sequence numbers. */
  probeSize: number
  probeStart: Seq32
  probeEnd: Seq32
  /** When the search was begun. */
  probedAt: Micros
}

export type ChronoKind = 'idle' | 'busy' | 'peerWindow' | 'sendBuffer'

export function stoppedTimer(): Timer {
  return { deadline: NEVER, armedAt: 0, armedBy: -1, count: 0 }
}
