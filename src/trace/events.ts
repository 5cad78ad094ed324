/**
 * The event catalogue: every kind of fact that a run can record, with its fields. An event is stored as one row of
 * columns (see columns.ts): time, kind, host, socket, cause, rule and at most five 32-bit fields, whose meaning this
 * table gives. Past tense, with the layer as prefix.
 */
import type { TcpState } from './states'
import type {
  CaState,
  CongestionPhase,
  DropReason,
  LossReason,
  LossSignal,
  SendPurpose,
  TimerKind,
  WaitReason,
} from './vocabulary'

/** How a field's 32 bits are read. */
export interface FieldTypes {
  /** Unsigned integer: bytes, counts, µs below 71 minutes. */
  uint: number
  /** Signed integer: descriptors, returned values. */
  int: number
  /** Sequence number as on the wire. */
  seq: number
  /** Interned text. */
  text: string
  /** A packet's number in the trace's packet table. */
  packet: number
  /** Milliseconds, for durations that may be hours. */
  millis: number
  state: TcpState
  /** Index into TRANSITIONS. */
  transition: number
  dropReason: DropReason
  lossReason: LossReason
  waitReason: WaitReason
  timer: TimerKind
  caState: CaState
  phase: CongestionPhase
  purpose: SendPurpose
  lossSignal: LossSignal
}
export type FieldType = keyof FieldTypes

export const EVENT_FIELDS = {
  /** The world was made. */
  'sim/started': { scenario: 'text' },
  /** A person, or the scenario's script of actions, did something. */
  'user/acted': { action: 'text' },
  /** A thread entered a system call; `call` is written as C would write it. */
  'host/called': { thread: 'uint', fd: 'int', call: 'text', pid: 'uint' },
  'host/returned': { thread: 'uint', fd: 'int', call: 'text', value: 'int', errno: 'text' },
  'host/blocked': { thread: 'uint', fd: 'int', call: 'text', reason: 'text' },
  'host/descriptorOpened': { fd: 'int', pid: 'uint' },
  'host/descriptorClosed': { fd: 'int' },
  /** A listener put a new connection into its SYN queue; `child` is the new socket. */
  'host/synQueued': { child: 'uint', length: 'uint', limit: 'uint' },
  'host/synQueueLeft': { child: 'uint', length: 'uint', reason: 'text' },
  'host/acceptQueued': { child: 'uint', length: 'uint', limit: 'uint' },
  /** accept() took the connection out of the accept queue. */
  'host/accepted': { child: 'uint', length: 'uint', fd: 'int' },
  /** A packet reached the host and no connection took it. */
  'host/packetDropped': { packet: 'packet', reason: 'dropReason' },
  'host/socketFreed': { state: 'state' },
  'host/crashed': {},
  'host/restarted': {},
  'host/signalled': { thread: 'uint', signal: 'text' },
  'host/programEnded': { thread: 'uint', program: 'text' },
  'tcp/stateChanged': { from: 'state', to: 'state', transition: 'transition' },
  'tcp/segmentSent': { packet: 'packet', seq: 'seq', length: 'uint', flags: 'uint', purpose: 'purpose' },
  'tcp/segmentArrived': { packet: 'packet', seq: 'seq', length: 'uint', flags: 'uint', ack: 'seq' },
  /** The connection chose to ignore a segment. */
  'tcp/segmentDropped': { packet: 'packet', reason: 'dropReason' },
  /** SND.UNA advanced. */
  'tcp/acknowledged': { una: 'seq', bytes: 'uint' },
  'tcp/duplicateAckCounted': { count: 'uint', ack: 'seq' },
  'tcp/sacked': { bytes: 'uint', highest: 'seq' },
  /** In-order bytes went into the receive buffer. */
  'tcp/dataAccepted': { seq: 'seq', bytes: 'uint' },
  'tcp/dataHeldOutOfOrder': { seq: 'seq', bytes: 'uint', gapBytes: 'uint' },
  'tcp/duplicateDataArrived': { seq: 'seq', bytes: 'uint' },
  'tcp/ackDelayed': { delayMillis: 'millis' },
  'tcp/timerFired': { timer: 'timer', count: 'uint', afterMillis: 'millis' },
  'tcp/rttMeasured': { sampleMicros: 'uint', srttMicros: 'uint', rttvarMicros: 'uint', rtoMicros: 'uint' },
  'tcp/caStateChanged': { from: 'caState', to: 'caState' },
  'tcp/lossDetected': { seq: 'seq', bytes: 'uint', signal: 'lossSignal' },
  /** A congestion response was taken back because the loss was not one. */
  'tcp/congestionUndone': { cwnd: 'uint', ssthresh: 'uint' },
  /**
   * The sender's variables after a dispatch that changed any of them: cwnd and ssthresh in segments (ssthresh
   * 2^32-1 is infinite), flight and peer's window in bytes.
   */
  'tcp/sampled': { cwnd: 'uint', ssthresh: 'uint', flightBytes: 'uint', sndWnd: 'uint', phase: 'phase' },
  /** What the sender waits for changed; `bytes` stay unsent. */
  'tcp/waiting': { reason: 'waitReason', bytes: 'uint' },
  'tcp/gaveUp': { timer: 'timer', count: 'uint', errno: 'text' },
  'tcp/errorSet': { errno: 'text' },
  /** A packet entered a link's queue; `waiting` were ahead of it. */
  'link/packetQueued': { packet: 'packet', link: 'uint', waiting: 'uint' },
  'link/packetLost': { packet: 'packet', link: 'uint', reason: 'lossReason' },
  'link/packetDelivered': { packet: 'packet', link: 'uint' },
  /** `copy` is the number of the second copy. */
  'link/packetDuplicated': { packet: 'packet', link: 'uint', copy: 'packet' },
  'link/packetCorrupted': { packet: 'packet', link: 'uint', byte: 'uint' },
  'link/packetDelayed': { packet: 'packet', link: 'uint', byMillis: 'millis' },
  'link/packetHeld': { packet: 'packet', link: 'uint' },
  'link/packetReleased': { packet: 'packet', link: 'uint' },
  'link/changed': { link: 'uint', change: 'text' },
  /** A model-based algorithm turned to something else (BBR's states); what it believes of the path: bytes a second and the least round trip. */
  'tcp/congestionModeChanged': { from: 'text', to: 'text', bytesPerSecond: 'uint', minRttMicros: 'uint' },
  /** HyStart++ slows the first slow start, takes that back, or ends it; the least round trips of this round and of the one before, 0 for none. */
  'tcp/slowStartChanged': { to: 'text', roundMinMicros: 'uint', lastMinMicros: 'uint' },
  /** An epoll put an interest into its ready list: its descriptor, and the events that it is watched for. */
  'host/epollReady': { fd: 'int', events: 'text' },
  /** The error queue got an entry: origin and info as in struct sock_extended_err, and which byte or write. */
  'tcp/reported': { origin: 'uint', info: 'uint', data: 'uint' },
  /** The handshake has settled which ECN is spoken: `disabled`, `rfc3168` or `accecn`. */
  'tcp/ecnAgreed': { mode: 'text' },
  /** A segment came that a router had marked; `total` so far. */
  'tcp/markArrived': { total: 'uint' },
  /** The peer told us of `marks` marked segments; `total` so far. */
  'tcp/congestionEchoed': { marks: 'uint', total: 'uint' },
  /** A link marked a packet instead of losing it; `waiting` were ahead of it. */
  'link/packetMarked': { packet: 'packet', link: 'uint', waiting: 'uint' },
  /** An ICMP error reached the host; `message` as packetdrill writes it. */
  'host/icmpArrived': { packet: 'packet', message: 'text' },
  /** An error that does not end the connection, to be told when a timer gives up. */
  'tcp/softErrorNoted': { errno: 'text' },
  /** Packets to the peer may be `mtu` bytes long now, segments `mss`. */
  'tcp/pathMtuChanged': { mtu: 'uint', mss: 'uint' },
  /** A longer packet was sent, to see whether it arrives. */
  'tcp/mtuProbed': { mtu: 'uint' },
  /** The network, and not congestion, was behind a timeout: the timer is taken back. */
  'tcp/backoffReverted': { backoff: 'uint', rtoMicros: 'uint' },
  /** The peer has marked a byte of its stream as urgent. */
  'tcp/urgentAnnounced': { seq: 'seq', length: 'uint' },
  /** A datagram left its socket; `length` is that of its data. */
  'udp/datagramSent': { packet: 'packet', length: 'uint' },
  /** A socket's receive queue took a datagram; `queued` stand in it now, which are charged `rmem` bytes of memory. */
  'udp/datagramArrived': { packet: 'packet', length: 'uint', queued: 'uint', rmem: 'uint' },
  /** A socket's receive buffer had no room for a datagram; `drops` so far. */
  'udp/datagramDropped': { packet: 'packet', reason: 'dropReason', rmem: 'uint', limit: 'uint', drops: 'uint' },
  /** A read took less than the datagram had; the rest is gone. */
  'udp/datagramTruncated': { length: 'uint', taken: 'uint' },
  /** dup(), dup2(): `fd` names the open file of `from` too; so many references to it are held now. */
  'host/descriptorDuplicated': { fd: 'int', from: 'int', references: 'uint', pid: 'uint' },
  /** A descriptor was closed whose open file has others: nothing happens to the socket. */
  'host/referenceDropped': { fd: 'int', references: 'uint' },
  /** The last descriptor of a socket is gone; its connection goes on in `state` without a process. */
  'host/orphaned': { state: 'state' },
  'host/processForked': { parent: 'uint', child: 'uint', descriptors: 'uint' },
  /** `how`: `exited 0`, `killed by SIGPIPE`. A zombie waits for its parent's waitpid(). */
  'host/processEnded': { pid: 'uint', how: 'text', zombie: 'uint' },
  /** What became of a signal: `ignored`, `handler`, `ends the process`. */
  'host/signalDelivered': { pid: 'uint', thread: 'uint', signal: 'text', action: 'text' },
  /** A handler with SA_RESTART came back, and the call that it interrupted goes on. */
  'host/callRestarted': { thread: 'uint', fd: 'int', call: 'text' },
  /** A router passed a packet on: `packet` is what leaves it, `from` what had arrived; its time to live is one less. */
  'host/packetForwarded': { packet: 'packet', from: 'packet', ttl: 'uint' },
  /** The host says by ICMP what became of packet `about`, or answers one. */
  'host/icmpSent': { packet: 'packet', about: 'packet', message: 'text' },
  /** It would have, but too many went there of late; `limit` names the sysctl. */
  'host/icmpLimited': { about: 'packet', message: 'text', limit: 'text' },
  /** Nobody has answered yet for an address on a link: asked `attempt` times. */
  'host/neighbourAsked': { address: 'text', attempt: 'uint' },
  /** A packet waits until a neighbour has answered. */
  'host/neighbourAwaited': { packet: 'packet', address: 'text' },
  /** Nobody answers for it: what waits for it is lost. */
  'host/neighbourFailed': { address: 'text', waiting: 'uint' },
  /** On its way through the host the packet was changed (NAT, a rewritten option): `packet` is what leaves, `from` what it was. */
  'host/packetRewritten': { packet: 'packet', from: 'packet' },
  /** A firewall rule, or a chain's policy, stopped a packet: at which hook, where the rule stands (`filter INPUT 2`), and the rule itself. */
  'netfilter/ruleStopped': { packet: 'packet', hook: 'text', place: 'text', ruleText: 'text' },
  /** LOG wrote a line. */
  'netfilter/logged': { packet: 'packet', place: 'text', line: 'text' },
  'netfilter/mssClamped': { packet: 'packet', place: 'text', from: 'uint', to: 'uint' },
  /** conntrack put a new connection into its table; `reply` is what its answers look like. */
  'netfilter/flowBegan': { packet: 'packet', flow: 'uint', original: 'text', reply: 'text', state: 'text' },
  'netfilter/flowChanged': { packet: 'packet', flow: 'uint', original: 'text', from: 'text', to: 'text' },
  /** Its time was up, or it had to go. */
  'netfilter/flowEnded': { flow: 'uint', original: 'text', state: 'text' },
  /** conntrack takes a packet for part of no connection. */
  'netfilter/invalid': { packet: 'packet', why: 'text' },
  'netfilter/tableFull': { packet: 'packet', count: 'uint', limit: 'uint' },
  /** NAT settled how a new connection is translated; `number` of the rule, 0 for none. */
  'netfilter/natSettled': { packet: 'packet', target: 'text', from: 'text', to: 'text', number: 'uint' },
  /** The rules or the conntrack table were changed by hand. */
  'netfilter/changed': { line: 'text' },
  /** A program began in a process of its own. */
  'host/programStarted': { pid: 'uint', program: 'text' },
  /** A thread started another one in a function of its program; 0 when the host has no room for more. */
  'host/threadStarted': { thread: 'uint', child: 'uint', name: 'text' },
  /** A program took so many bytes of its stream for one message; `around` more only frame it. */
  'host/messageHandled': { thread: 'uint', bytes: 'uint', around: 'uint', text: 'text' },
  /** A Unix socket got a name. */
  'unix/bound': { path: 'text' },
  'unix/unlinked': { path: 'text' },
  /** Two Unix sockets are connected now; `queued` connections wait at the listener. Both ends are on this host, and no packet went anywhere. */
  'unix/connected': { peer: 'uint', path: 'text', queued: 'uint' },
  /** A message, or a piece of a stream, went into the queue of socket `to`; `charged` bytes of memory of the sender's wait there. */
  'unix/sent': { to: 'uint', bytes: 'uint', queued: 'uint', charged: 'uint' },
  /** shutdown(): the other end sees it from its side. */
  'unix/shut': { peer: 'uint', how: 'text' },
  /** A Unix socket is gone, and the other end knows it; `errno` where bytes were left unread. */
  'unix/closed': { peer: 'uint', errno: 'text' },
  /** A connection that no accept() took is gone from the accept queue. */
  'host/acceptQueueLeft': { child: 'uint', length: 'uint', reason: 'text' },
} as const satisfies Readonly<Record<string, Readonly<Record<string, FieldType>>>>

export type EventType = keyof typeof EVENT_FIELDS

/** The fields of one kind of event, decoded. */
export type EventData<T extends EventType> = {
  readonly [K in keyof (typeof EVENT_FIELDS)[T]]: (typeof EVENT_FIELDS)[T][K] extends FieldType
    ? FieldTypes[(typeof EVENT_FIELDS)[T][K]]
    : never
}

export const EVENT_TYPES: readonly EventType[] = Object.keys(EVENT_FIELDS) as EventType[]

/** Number of each kind of event in the `type` column. */
export const EVENT_CODE: Readonly<Record<EventType, number>> = Object.fromEntries(
  EVENT_TYPES.map((type, code) => [type, code]),
) as Record<EventType, number>

interface EventHead {
  /** Place in the trace, from 0. */
  readonly index: number
  /** Virtual time, µs. */
  readonly at: number
  /** Host index; -1 for events of no host. */
  readonly host: number
  /** World-wide socket number; -1 for events of no socket. */
  readonly socket: number
  /** Index of the event that brought this one about; -1 for none. */
  readonly cause: number
  /** Rule name; 'none' where no rule speaks. */
  readonly rule: string
}

/** One event, decoded from its row; `type` discriminates. */
export type TraceEvent = { [T in EventType]: EventHead & { readonly type: T } & EventData<T> }[EventType]

export type EventOf<T extends EventType> = EventHead & { readonly type: T } & EventData<T>
