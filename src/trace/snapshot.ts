/**
 * The snapshot: a copy, made for the page, of what the world is at one position. Everything the page draws that is not
 * history comes from here; history comes from the trace. Absolute sequence numbers; the page makes them relative with
 * `iss` and `irs`.
 */
import type { Micros } from '../base'
import type { CallOutput } from './calls'
import type { FirewallView } from './firewall-view'
import type { LinkSettings } from './link-settings'
import type { PollReason, ReportedEvent } from './poll-events'
import type { SignalName } from './signals'
import type { RouteType } from './spec'
import type { TcpState } from './states'
import type { Sysctl } from './sysctl'
import type { CaState, CongestionPhase, TimerKind, WaitReason } from './vocabulary'

/** A place in a session: `step` dispatches were run, `event` events were recorded, the clock stands at `at`. */
export interface Position {
  readonly step: number
  readonly event: number
  readonly at: Micros
}

export interface Snapshot {
  readonly position: Position
  /** Hash of every event up to here, 16 hex digits. */
  readonly traceHash: string
  readonly hosts: readonly HostView[]
  readonly links: readonly LinkView[]
  readonly inFlight: readonly PacketInFlight[]
  /** Time of the next thing that will happen; null when nothing is pending. */
  readonly nextAt: Micros | null
}

export interface HostView {
  readonly index: number
  readonly name: string
  readonly address: string
  readonly role: 'client' | 'server' | 'other'
  readonly up: boolean
  readonly processes: readonly ProcessView[]
  /** At most a few hundred; `socketCount` has the number of all. */
  readonly sockets: readonly SocketView[]
  readonly socketCount: number
  /** How many sockets are in each state, all counted. */
  readonly stateCounts: Readonly<Partial<Record<TcpState, number>>>
  /** The kernel settings in force now. */
  readonly sysctl: Sysctl
  /** Null where nobody has ever touched the firewall. */
  readonly firewall?: FirewallView | null
  /** Linux counter names (`ListenOverflows`, `RetransSegs`) with what they count; only those that are not 0. */
  readonly counters: Readonly<Record<string, number>>
  readonly epolls: readonly EpollView[]
  readonly ip: IpView
  /** Programs that threads of this host run or have run, by their number. */
  readonly programs: readonly ProgramView[]
  /** Names that Unix sockets have or left behind. */
  readonly unixPaths?: readonly string[]
}

/** An epoll instance: struct eventpoll. */
export interface EpollView {
  /** Its open file; descriptors that refer to it say the same number. */
  readonly file: number
  readonly interests: readonly InterestView[]
  /** Numbers of the interests in the ready list, in its order. Some may turn out not to be ready when they are asked. */
  readonly ready: readonly number[]
  /** Threads in epoll_wait, in the order in which they are woken. */
  readonly waiters: readonly number[]
}

export interface InterestView {
  readonly id: number
  /** Descriptor and open file that were added. */
  readonly fd: number
  readonly file: number
  /** -1 for a file that is no socket. */
  readonly socket: number
  /** `EPOLLIN|EPOLLET`, as asked for. */
  readonly events: string
  /** Of those, and of EPOLLERR and EPOLLHUP, what holds now; '' for nothing. */
  readonly holds: string
  /** One-shot, and reported: silent until EPOLL_CTL_MOD. */
  readonly disarmed: boolean
}

/** One bit that poll() would report of a socket, or not, and the reason (trace/poll-events.ts) with what it compares. */
export interface PollBitView {
  readonly event: ReportedEvent
  readonly set: boolean
  readonly reason: PollReason
  /** Bytes, connections; 0 where nothing is counted. */
  readonly amount: number
  readonly limit: number
}

/** Interfaces, routes and neighbours, as `ip addr`, `ip route` and `ip neigh` tell them. */
export interface IpView {
  readonly forwards: boolean
  /** `way`: link * 2, plus 1 at its b end; -1 for loopback. */
  readonly interfaces: readonly {
    readonly name: string
    readonly way: number
    readonly address: string
    readonly prefixLength: number
    readonly mtu: number
  }[]
  /** Longest prefix first. `via` is '' where the destination is on the link, `interface` where the route refuses; `mtu` 0 for the interface's. */
  readonly routes: readonly {
    readonly network: number
    readonly prefixLength: number
    readonly type: RouteType
    readonly via: string
    readonly interface: string
    readonly way: number
    readonly mtu: number
  }[]
  readonly neighbours: readonly {
    readonly address: string
    readonly interface: string
    readonly state: 'INCOMPLETE' | 'REACHABLE' | 'STALE' | 'DELAY' | 'PROBE' | 'FAILED'
  }[]
  /** Path MTUs that were learned (`ip route get`): to one address, until a time. */
  readonly exceptions: readonly {
    readonly address: string
    readonly mtu: number
    readonly locked: boolean
    readonly expiresAt: Micros | null
  }[]
}

export interface ProcessView {
  readonly pid: number
  readonly name: string
  readonly descriptors: readonly DescriptorView[]
  readonly threads: readonly ThreadView[]
  /** Process that made it; 1 for none of this host's. */
  readonly parent: number
  /** `exited 0`, `killed by SIGPIPE`: a zombie that its parent has not asked for; '' while it runs. */
  readonly ended: string
  /** A person works in it: it does not end with its programs. */
  readonly interactive: boolean
  /** What it does with signals, where that is not the default: `SIG_IGN`, `handler`, `handler, SA_RESTART`. */
  readonly signals: Readonly<Partial<Record<SignalName, string>>>
}

export interface DescriptorView {
  readonly fd: number
  /** -1 for a file that is no socket. */
  readonly socket: number
  readonly nonblock: boolean
  /** The open file that it refers to: those with the same number share it. */
  readonly file: number
  readonly kind: 'socket' | 'epoll' | 'pipe'
  /** Descriptors that refer to that file, in all processes. */
  readonly references: number
}

export interface ThreadView {
  readonly thread: number
  /** The program it runs; '' for a call made by hand. */
  readonly program: string
  /** The step it is at, written as a call; '' when it has ended. */
  readonly current: string
  /** Set while it is blocked in `current`. */
  readonly blockedSince: Micros | null
  readonly sleepingUntil: Micros | null
  /** The last calls it made with what they returned, newest last. */
  readonly calls: readonly CallView[]
  /** Where it stands in the text of its program, `HostView.programs`; null for a call by hand and for a thread that has ended. */
  readonly place: { readonly program: number; readonly line: number; readonly entry: string } | null
  /** What a blocked call waits for: `accept queue empty`; '' when it is not blocked. */
  readonly waitsFor: string
  readonly variables: Readonly<Record<string, number>>
  /** What it took for messages, newest last. */
  readonly messages: readonly MessageView[]
}

/** Bytes that a program took for one message. */
export interface MessageView {
  /** Its beginning. */
  readonly text: string
  readonly bytes: number
  readonly at: Micros
}

/** A program as C-like text, made of the code that runs. */
export interface ProgramView {
  readonly name: string
  readonly lines: readonly { readonly indent: number; readonly text: string }[]
}

export interface CallView {
  readonly fd: number
  /** `send(3, 43440 B)`. */
  readonly call: string
  readonly name: string
  readonly at: Micros
  /** Null while blocked. */
  readonly returned: {
    readonly value: number
    readonly errno: string
    readonly at: Micros
    readonly output?: CallOutput
  } | null
  /** Index of its `host/called` event. */
  readonly event: number
}

export interface SocketView {
  readonly id: number
  readonly state: TcpState
  /** `10.0.0.1:40001`; port 0 and 0.0.0.0 where unbound. */
  readonly local: string
  readonly remote: string
  /** Descriptors that refer to it, as pid and fd. Empty for an orphan or a connection that no accept() took yet. */
  readonly descriptors: readonly { readonly pid: number; readonly fd: number }[]
  /** The listener whose queue it stands in, or that it came from; -1 for none. */
  readonly parent: number
  readonly error: string
  readonly shutdown: '' | 'SHUT_RD' | 'SHUT_WR' | 'SHUT_RDWR'
  /** Options that were set by a call, with their values. */
  readonly options: Readonly<Record<string, number | string>>
  readonly listener: ListenerView | null
  readonly tcb: TcbView | null
  /** What poll() and epoll say of it now. */
  readonly poll: readonly PollBitView[]
  /** What speaks through it. The state of a datagram or Unix socket is CLOSED: it is none of TCP's. */
  readonly protocol: 'tcp' | 'udp' | 'unix'
  readonly udp: UdpView | null
  readonly unix: UnixView | null
}

export interface ListenerView {
  readonly backlog: number
  /** Connections that fit: on Linux one more than the number that the queue is compared with. */
  readonly synQueueLimit: number
  readonly acceptQueueLimit: number
  /** Oldest first; at most a few dozen, the lengths count all. */
  readonly synQueue: readonly QueueEntryView[]
  readonly synQueueLength: number
  readonly acceptQueue: readonly QueueEntryView[]
  readonly acceptQueueLength: number
  /** What it dropped and why. */
  readonly drops: Readonly<Record<string, number>>
}

export interface QueueEntryView {
  readonly socket: number
  readonly remote: string
  readonly since: Micros
  /** SYN-ACK retransmissions so far. */
  readonly retries: number
}

export interface UdpView {
  /** connect() gave it a peer; ss says ESTAB then, and UNCONN otherwise. */
  readonly connected: boolean
  /** Oldest first; at most a few dozen, the length counts all. */
  readonly queue: readonly QueuedDatagramView[]
  readonly queueLength: number
  /** Memory, bytes: charged by the queue (`r` of skmem), what of that was read already, the limit (`rb`), the send buffer's limit (`tb`). Recv-Q is rmem - read. */
  readonly rmem: number
  readonly read: number
  readonly rcvbuf: number
  readonly sndbuf: number
  /** Datagrams that found no room (`d` of skmem). */
  readonly drops: number
  /** Entries of the error queue. */
  readonly reports: number
  readonly totals: {
    readonly sent: number
    readonly sentBytes: number
    readonly received: number
    readonly receivedBytes: number
  }
}

export interface QueuedDatagramView {
  /** `10.0.0.1:40001`, or a path. */
  readonly from: string
  readonly bytes: number
  readonly truesize: number
  readonly at: Micros
}

export interface UnixView {
  readonly type: 'stream' | 'dgram'
  readonly state: 'closed' | 'listening' | 'connected'
  /** Path, or `@name`; '' where it is bound to none. */
  readonly path: string
  /** Socket at the other end, -1 for none, and its path. */
  readonly peer: number
  readonly peerPath: string
  /** What waits to be read: one entry for each message, or piece of a stream. */
  readonly queue: readonly QueuedDatagramView[]
  readonly queueLength: number
  readonly queuedBytes: number
  /** Memory, bytes, of what it sent and nobody read yet, and its limit. */
  readonly wmem: number
  readonly sndbuf: number
  /** Of a listener. */
  readonly backlog: number
  readonly pending: readonly number[]
}

/** A run of bytes in sequence space, [start, end) counted from the ISN + 1 = 1. */
export interface ByteRun {
  readonly start: number
  readonly end: number
  readonly kind:
    | 'acked'
    | 'inFlight'
    | 'sacked'
    | 'lost'
    | 'retransmitted'
    | 'queued'
    | 'read'
    | 'unread'
    | 'gap'
    | 'outOfOrder'
}

export interface TcbView {
  readonly iss: number
  readonly irs: number
  readonly snd: {
    readonly una: number
    readonly nxt: number
    readonly wnd: number
    readonly wl1: number
    readonly wl2: number
    readonly wscale: number
  }
  readonly rcv: { readonly nxt: number; readonly wnd: number; readonly wup: number; readonly wscale: number }
  readonly smss: number
  readonly rmss: number
  readonly options: { readonly sack: boolean; readonly timestamps: boolean; readonly windowScale: boolean }
  readonly congestion: {
    readonly algorithm: string
    /** Segments. */
    readonly cwnd: number
    /** Segments; null for infinite. */
    readonly ssthresh: number | null
    readonly caState: CaState
    readonly phase: CongestionPhase
    readonly flightBytes: number
    /** Segments that the sender believes are in the network. */
    readonly pipe: number
    readonly duplicateAcks: number
  }
  /** Explicit congestion notification: which is spoken, marked segments that came, and that the peer has told us of. */
  readonly ecn: {
    readonly mode: 'disabled' | 'rfc3168' | 'pending' | 'accecn'
    readonly received: number
    readonly delivered: number
  }
  readonly rtt: {
    readonly srttMicros: number
    readonly rttvarMicros: number
    readonly rtoMicros: number
    readonly backoff: number
    /** The smallest of the last five minutes; null before any. */
    readonly minMicros: number | null
  }
  /** Bytes a second: what bursts are spaced by (null for no limit; `paced` whether they are), and what was delivered of late. */
  readonly rate: {
    readonly paced: boolean
    readonly pacing: number | null
    readonly delivery: number
    readonly appLimited: boolean
  }
  readonly timers: readonly TimerView[]
  readonly waiting: { readonly reason: WaitReason; readonly bytes: number; readonly since: Micros }
  /** Acked recently, in flight, queued: contiguous runs, ascending. */
  readonly sendRuns: readonly ByteRun[]
  readonly sendBuffer: { readonly usedBytes: number; readonly limitBytes: number }
  /** Read recently, unread, gaps and out-of-order islands: ascending. */
  readonly receiveRuns: readonly ByteRun[]
  readonly receiveBuffer: { readonly usedBytes: number; readonly limitBytes: number; readonly windowEdge: number }
  /** Lifetime totals: bytes and segments. */
  readonly totals: {
    readonly bytesAcked: number
    readonly bytesReceived: number
    readonly segmentsOut: number
    readonly segmentsIn: number
    readonly retransmits: number
  }
}

/** Linux's struct tcp_info by the names of its fields (`tcpi_snd_cwnd`), in the kernel's order and units; ~0 stands for no limit. */
export type TcpInfo = Readonly<Record<string, number>>

export interface TimerView {
  readonly kind: TimerKind
  readonly armedAt: Micros
  readonly firesAt: Micros
  /** Times it fired in a row without progress. */
  readonly count: number
}

export interface LinkView {
  readonly index: number
  readonly a: number
  readonly b: number
  readonly connected: boolean
  readonly aToB: LinkSettings & { readonly waiting: number }
  readonly bToA: LinkSettings & { readonly waiting: number }
}

export interface PacketInFlight {
  readonly packet: number
  readonly from: number
  readonly to: number
  readonly sentAt: Micros
  /** When it will arrive, or be lost; null while held. */
  readonly arrivesAt: Micros | null
  /** How far along it is, 0..1. */
  readonly progress: number
  readonly held: boolean
  readonly corrupted: boolean
  /** It will not arrive. */
  readonly doomed: boolean
}
