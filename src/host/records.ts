/**
 * One machine as plain data: what Linux keeps in task_struct, files_struct, struct socket and the tables of net/ipv4, as
 * records that copy with the world. Behaviour is in the files around this one.
 *
 * Three layers, as in Linux: a descriptor of a process names an open file, an open file names a socket, a
 * socket has a TCB once it is opened. Each has its own life: a closed descriptor may leave a TCB in TIME-WAIT behind (an orphan),
 * and a TCB that died of a reset leaves a socket and a descriptor behind, until close().
 */
import type { Micros } from '../base'
import type { Netfilter } from '../netfilter'
import type { Endpoint, Tcb, TcpConfig } from '../tcp'
import type { Program } from '../programs'
import type { Call, CallView, HostSpec, MessageView, SignalAction, SignalName, Sysctl } from '../trace'
import type { Ipv4Address } from '../wire'
import type { UdpState } from './udp/records'
import type { UnixState } from './unix/records'
import type { IpState } from './ip/records'

/** The process that programs and clicks run in. */
export const FIRST_PID = 1_000
/** Parent of those whose own is gone: it asks for each at once, so they leave no zombie. */
export const INIT_PID = 1
/** 0, 1 and 2 are the standard streams. */
export const FIRST_FD = 3
/** RLIMIT_NOFILE, raised as a busy server raises it; a program that never closes meets EMFILE here and not the end of memory. */
export const MAX_DESCRIPTORS = 65_536

export interface Host {
  readonly index: number
  readonly name: string
  readonly address: Ipv4Address
  readonly role: HostSpec['role']
  up: boolean
  sysctl: Sysctl
  /** Key of ISNs, timestamp offsets, cookies and port choice; another one after each start. */
  secret: number
  /** Starts so far. */
  boots: number
  processes: Map<number, Process>
  files: Map<number, OpenFile>
  nextFile: number
  pipes: Map<number, Pipe>
  /** Threads that wait for something other than one socket, in order of arrival. */
  pollers: Set<number>
  sockets: Map<number, Socket>
  /** Sockets by local port, then by remote address and port (see demux.ts). */
  connections: Map<number, Map<number, number>>
  /** Sockets in LISTEN by local port. */
  listeners: Map<number, number[]>
  /** Every TCP socket that holds a local port: Linux's bind buckets. */
  bound: Map<number, Set<number>>
  /** UDP sockets by local port, the last one bound first; the two protocols' ports have nothing to do with each other. */
  udpPorts: Map<number, number[]>
  /** Bound Unix sockets by path. A path stays when its socket is gone, as -1, until unlink(). */
  unixPaths: Map<string, number>
  threads: Map<number, Thread>
  /** Programs of this start, flattened. */
  programs: readonly Program[]
  /** What was learned of the way to a destination. */
  routes: Map<Ipv4Address, Route>
  /** By Linux's names. */
  counters: Map<string, number>
  /** Ephemeral ports given out so far; stirs the next choice. */
  portsGiven: number
  /** What the next process will be called. */
  nextPid: number
  /** The profile's answer to SIGPIPE. */
  readonly sigpipe: SignalAction
  ip: IpState
  /** Firewall, tracked connections, NAT. */
  netfilter: Netfilter
}

/** An exception to the route that everything takes. */
export interface Route {
  /** Bytes. */
  readonly mtu: number
  readonly expiresAt: Micros
  /** Routers may cut packets up: the MTU is below what is believed. */
  readonly locked: boolean
}

export interface Process {
  readonly pid: number
  readonly name: string
  /** Descriptor number to open file. */
  descriptors: Map<number, number>
  /** Every lower number is taken: where the search for a free one begins. */
  noneFreeBelow: number
  /** Process that made it; INIT_PID for one without. */
  parent: number
  /** It does not end with its last program: a person works in it. */
  readonly interactive: boolean
  /** `exited 0`, `killed by SIGTERM`: a zombie, whose parent has not asked for it yet. '' while it runs. */
  ended: string
  /** Signals whose action is not the default one. */
  signals: Partial<Record<SignalName, Disposition>>
}

/** struct sigaction, as far as it matters here. */
export interface Disposition {
  readonly action: SignalAction
  /** SA_RESTART */
  readonly restart: boolean
}

/** What descriptors refer to; dup and fork share one. */
export interface OpenFile {
  readonly id: number
  /** -1 for a file that is no socket. */
  readonly socket: number
  /** What a file is that is no socket. */
  readonly special: SpecialFile | undefined
  /** Epolls that watch it, by their files. */
  watchers: number[]
  /** O_NONBLOCK belongs to the open file, not to the descriptor. */
  nonblock: boolean
  /** Descriptors plus calls that are in it. */
  references: number
}

/** Files of other kinds: an epoll instance, and the two ends of a pipe. */
export type SpecialFile =
  | { readonly kind: 'epoll'; readonly epoll: Epoll }
  | { readonly kind: 'pipe'; readonly pipe: number; readonly end: 'read' | 'write' }

/** Linux struct eventpoll. */
export interface Epoll {
  interests: Interest[]
  /** Interests that may be ready, by their number, in the order in which they became so. */
  ready: number[]
  /** Threads in epoll_wait, in order of arrival. */
  waiters: number[]
  nextInterest: number
}

/** One entry of an epoll's interest list: Linux struct epitem. */
export interface Interest {
  readonly id: number
  readonly fd: number
  /** Open file that `fd` meant when it was added. */
  readonly file: number
  /** Bits of trace/poll-events.ts; a one-shot interest that was reported has only epoll's own left. */
  events: number
  /** epoll_event.data. */
  data: number
}

export interface Pipe {
  /** Lengths of its buffers, oldest first; their contents are not kept. */
  buffers: number[]
  readers: number
  writers: number
}

/** Linux's sock->state: how far connect() has come, which the TCP state does not tell. */
export type SocketPhase = 'unconnected' | 'connecting' | 'connected'

export interface Socket {
  readonly id: number
  phase: SocketPhase
  /** Address 0 and port 0 where unbound. */
  local: Endpoint
  remote: Endpoint
  /** It is in `Host.bound`. */
  portHeld: boolean
  /** bind() named the port, so it stays when the connection is gone (SOCK_BINDPORT_LOCK). */
  portLocked: boolean
  /** bind() named the address (SOCK_BINDADDR_LOCK). */
  addressLocked: boolean
  /** connect() chose the port, so other connections to other peers may share it. */
  portByConnect: boolean
  /** Undefined before connect() and listen(). */
  tcb: Tcb | undefined
  listener: Listener | undefined
  /** Options that TCP obeys, to start a TCB with; the TCB has its own copy. */
  config: TcpConfig
  options: SocketOptions
  /** Options that were set by a call, with the values that were given. */
  optionsSet: Record<string, number | string>
  /** Open file, or 0. */
  file: number
  /** The listener that it came from, or -1. */
  parent: number
  queue: 'none' | 'syn' | 'accept'
  /** Threads blocked in a call on it, in order of arrival. */
  waiters: number[]
  /** Event behind the last change that a call may wait for, or -1. */
  changedBy: number
  /** Event bits of the wake-ups since it was last settled; WAKE_ALL where one was for everybody. */
  woken: number
  /** Earliest entry for it in the world's queue; NEVER for none. */
  scheduledAt: Micros
  /** Bytes that send() took so far: where the pattern goes on. */
  streamOffset: number
  /** IP identification of its next packet. */
  identification: number
  /** What speaks through it. A datagram or Unix socket has its own record and neither TCB nor listener. */
  readonly protocol: 'tcp' | 'udp' | 'unix'
  readonly udp: UdpState | undefined
  readonly unix: UnixState | undefined
}

/** A wake-up without a key, which every poller takes as its own (sk_state_change). */
export const WAKE_ALL = -1

/** Socket options that the socket layer obeys; see socket(7). */
export interface SocketOptions {
  reuseAddress: boolean
  reusePort: boolean
  /** Seconds; -1 off. */
  linger: number
  /** 0 for ever. */
  receiveTimeoutMicros: Micros
  sendTimeoutMicros: Micros
  /** SO_PEEK_OFF: where MSG_PEEK begins, bytes; -1 for always at the first. */
  peekOffset: number
  /** SO_ZEROCOPY */
  zeroCopy: boolean
  /** IP_TOS: DSCP of what it sends; the two ECN bits are TCP's. */
  tos: number
}

export interface Listener {
  /** As given to listen(), bounded by somaxconn: Linux sk_max_ack_backlog. */
  backlog: number
  /** Children in SYN-RECEIVED, oldest first. */
  synQueue: Map<number, QueueEntry>
  /** Children that no accept() took yet, oldest first. */
  acceptQueue: Map<number, QueueEntry>
  /** What it dropped, by reason. */
  drops: Record<string, number>
  /** When SYN cookies were last handed out; -1 for never. */
  cookiesAt: Micros
}

export interface QueueEntry {
  since: Micros
}

export type ThreadState = 'ready' | 'blocked' | 'sleeping' | 'ended'

export interface Thread {
  readonly id: number
  readonly pid: number
  /** Index into Host.programs; -1 for a call made by hand. */
  readonly program: number
  state: ThreadState
  /** When it may go on: now while ready, the end of its sleep, the time limit of its call; NEVER otherwise. */
  wakesAt: Micros
  /** Event that let it go on. */
  cause: number
  pc: number
  /** Instruction that it began with: 0 for main(). */
  entry: number
  /** Loops that it is in, innermost last. */
  loops: Loop[]
  variables: Record<string, number>
  /** Its buffers by name; a write makes a new array. */
  buffers: Record<string, Uint8Array>
  /** What the last poll(), select() or epoll_wait() told: descriptors, or the data of interests, with their bits. */
  reported: readonly Reported[]
  /** How long it waits when it goes on and on without a call, µs. */
  busy: Micros
  /** Socket that it received from last; -1 for none. */
  readFrom: number
  /** What it took for messages, newest last. */
  messages: MessageView[]
  /** The call it makes, or makes next when given by hand. */
  call: Call | undefined
  blocked: Blocked | undefined
  /** The last calls, newest last. */
  history: CallView[]
}

/** A loop that a thread is in: rounds left, and for a loop over descriptors what they are. */
export interface Loop {
  readonly start: number
  left: number
  readonly reported: readonly Reported[]
}

export interface Reported {
  readonly data: number
  readonly events: number
}

/** A call that waits. */
export interface Blocked {
  fd: number
  text: string
  /** Open file that the call holds on to; 0 for none (a lingering close). */
  file: number
  socket: number
  reason: BlockReason
  since: Micros
  /** When SO_RCVTIMEO, SO_SNDTIMEO or SO_LINGER ends it; NEVER for none. */
  deadline: Micros
  /** Bytes moved so far. */
  progress: number
  /** Bytes in the receive buffer that are worth waking up for. */
  threshold: number
  /** Its `host/called` event. */
  event: number
  interrupted: boolean
}

/** What a blocked call waits for, as a person reads it. */
export type BlockReason =
  | 'accept queue empty'
  | 'receive buffer empty'
  | 'send buffer full'
  | 'handshake not finished'
  | 'lingering until the FIN is acknowledged'
  | 'nothing ready'
  | 'listener’s queue full'
  | 'receiver’s queue full'
  | 'no child has ended'

/** How many calls, and how many messages, a thread remembers. */
export const HISTORY = 8
/** Ended threads that a host remembers, so that a click's result can be read. */
export const ENDED_THREADS = 16
