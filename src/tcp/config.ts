/** What an application has set: the socket options that TCP itself obeys. The host keeps them before there is a connection; see socket(7) and tcp(7). */
import type { Micros } from '../base'

/** Socket options that TCP itself obeys. Times in µs where the name says so; see socket(7) and tcp(7). */
export interface TcpConfig {
  /** TCP_NODELAY. */
  nodelay: boolean
  /** TCP_CORK. */
  cork: boolean
  /** SO_KEEPALIVE. */
  keepalive: boolean
  keepIdleMicros: Micros
  keepIntervalMicros: Micros
  keepProbes: number
  /** TCP_USER_TIMEOUT, 0 for none. */
  userTimeoutMicros: Micros
  /** TCP_SYNCNT; 0 takes the sysctl. */
  synRetries: number
  /** TCP_LINGER2 / tcp_fin_timeout. */
  finTimeoutMicros: Micros
  /** TCP_MAXSEG, 0 for none. */
  maxSegment: number
  /** Bytes, as getsockopt shows them: already doubled. */
  sndbuf: number
  rcvbuf: number
  /** SO_SNDBUF / SO_RCVBUF were set by hand, which ends autotuning. */
  sndbufLocked: boolean
  rcvbufLocked: boolean
  /** TCP_CONGESTION. */
  congestion: string
  /** SO_RCVLOWAT, bytes: a reader is not woken for less. */
  receiveLowat: number
  /** SO_TIMESTAMPING: bits of STAMPING in reports.ts. */
  stamping: number
  /** SO_MAX_PACING_RATE, bytes a second; Infinity for none. */
  maxPacingRate: number
  /** IP_MTU_DISCOVER, by Linux's numbers (path/reduced.ts). */
  pmtuDiscovery: number
  /** IP_RECVERR: an ICMP error of an open connection is told at once. */
  receiveErrors: boolean
  /** TCP_NOTSENT_LOWAT, bytes; 0 takes the sysctl. */
  notsentLowat: number
  /** TCP_DEFER_ACCEPT: how often the SYN,ACK may time out while a connection without data is kept from accept(); 0 for none. */
  deferAccept: number
  /** TCP_WINDOW_CLAMP: the largest window to offer, 0 for none. */
  windowClamp: number
  /** TCP_QUICKACK was set to 0: ACKs wait for company from the start. */
  pingpong: number
  /** TCP_THIN_LINEAR_TIMEOUTS. */
  thinLinear: boolean
  /** TCP_RTO_MIN_US; 0 takes the sysctl. */
  rtoMinMicros: Micros
  /** TCP_DELACK_MAX_US. */
  delackMaxMicros: Micros
  /** SO_OOBINLINE: urgent bytes stay in the stream. */
  urgentInline: boolean
  /** TCP_RTO_MAX_MS: the longest interval between retransmissions and probes. */
  rtoMaxMicros: Micros
}
