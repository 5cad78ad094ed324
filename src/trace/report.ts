/**
 * The report: all that a host's kernel would tell of itself to ss, netstat and a reader of /proc/net, at one instant, for every socket. It is
 * made when somebody asks, not for every frame; the room `texts` turns it into what the Linux tools print. Fields mean what they mean in
 * inet_diag and /proc/net/tcp: units, signs and oddities included. A part of the host that has tables of its own adds a field at the end of HostReport.
 */
import type { Micros } from '../base'
import type { FirewallView } from './firewall-view'
import type { IpView, TcpInfo } from './snapshot'
import type { TcpState } from './states'
import type { Sysctl } from './sysctl'

export interface HostReport {
  readonly name: string
  readonly at: Micros
  /** Unix, UDP and TCP sockets; of each listeners first, then in order of making; those that ss never shows (closed, not bound) too. */
  readonly sockets: readonly SocketReport[]
  /** By Linux's names without a prefix (`RetransSegs`, `ListenOverflows`); only those that are not 0. */
  readonly counters: Readonly<Record<string, number>>
  readonly sysctl: Sysctl
  /** Rules and tracked connections, all of them; null where nobody has ever touched the firewall. */
  readonly firewall?: FirewallView | null
  readonly ip?: IpView
}

/**
 * What the kernel keeps for a connection: a whole socket; a request in SYN-RECEIVED (struct request_sock); or what is left of it in
 * TIME-WAIT, or in FIN-WAIT-2 once nobody has it open (struct inet_timewait_sock). The last two have no owner, no buffers and no tcp_info.
 */
export type ReportKind = 'socket' | 'request' | 'timewait'

export interface SocketReport {
  readonly id: number
  readonly protocol: 'tcp' | 'udp' | 'unix'
  readonly kind: ReportKind
  readonly state: TcpState
  readonly local: ReportAddress
  readonly remote: ReportAddress
  /** Bytes that came and were not read, a FIN counted as one (RCV.NXT - copied_seq); of a listener, connections in its accept queue. */
  readonly receiveQueue: number
  /** Bytes written and not acknowledged, SYN and FIN counted as one each (write_seq - SND.UNA); of a listener, its backlog. */
  readonly sendQueue: number
  /** A file stands for it: an application has it, or a closed socket of which this is what is left. */
  readonly open: boolean
  /** An application had it and closed it (`orphaned` of ss -s). */
  readonly orphaned: boolean
  /** 0 where no file is left, or none yet. */
  readonly inode: number
  readonly uid: number
  /** Descriptors that refer to it. */
  readonly users: readonly { readonly name: string; readonly pid: number; readonly fd: number }[]
  readonly timer: ReportTimer
  /** Timeouts in a row (icsk_retransmits; of a request, of which some may have sent nothing, num_timeout). */
  readonly timeouts: number
  /** Probes that were not answered: window probes and keepalive probes (icsk_probes_out). */
  readonly probes: number
  /** The rest of what /proc/net/tcp and `ss -m` tell; null of a request and of what is left in TIME-WAIT. */
  readonly memory: ReportMemory | null
  readonly ack: { readonly quick: number; readonly pingpong: boolean } | null
  /** Name of its congestion control; '' where it has none. */
  readonly algorithm: string
  readonly info: TcpInfo | null
  /**
   * What its congestion control tells of itself, by ss's names: of bbr `bw` (bytes a second), `mrtt` (µs) and two gains (in 256ths), of dctcp
   * `ce_state`, `alpha`, `ab_ecn` and `ab_tot`; null for nothing (INET_DIAG_BBRINFO, INET_DIAG_DCTCPINFO).
   */
  readonly congestion: Readonly<Record<string, number>> | null
  /** What a Unix socket has instead of addresses; null of the others. Its state is ESTABLISHED, LISTEN or CLOSED, as inet_diag's kin tells it. */
  readonly unix: { readonly type: 'stream' | 'dgram'; readonly path: string; readonly peerInode: number } | null
}

export interface ReportAddress {
  readonly address: number
  readonly port: number
}

/** idiag_timer, under ss's names: retransmission and its kin, keepalive, TIME-WAIT, window probe. */
export interface ReportTimer {
  readonly kind: 'none' | 'on' | 'keepalive' | 'timewait' | 'persist'
  /** Until it fires. */
  readonly micros: Micros
  /** As ss and /proc count them: timeouts in a row, or probes. */
  readonly count: number
}

/** A line that a command printed on a host (room `texts`). */
export interface TextLine {
  readonly text: string
  /** World-wide number of the socket that the line is about; -1 for none. */
  readonly socket: number
  /** What stays the same when a later run of the command tells of the same thing: its counterpart is found by this. '' for none. */
  readonly key: string
  readonly header: boolean
}

/** INET_DIAG_SKMEMINFO: bytes, and `drops` packets. */
export interface ReportMemory {
  readonly receive: number
  readonly receiveLimit: number
  readonly sendLimit: number
  /** Reserved and not used (sk_forward_alloc). */
  readonly forward: number
  readonly queued: number
  readonly drops: number
}
