/**
 * Each kind of event in one short sentence, for lists and for chains of causes. Back quotes mark what is set in the typewriter face:
 * calls, numbers of sequence space, fields. Names of hosts are the scenario's own.
 */
import type { EventOf, EventType, TcpState } from '../../../trace'
import type { PacketFacts, Teller } from '../../../viz'
import { grouped } from '../../format'

export type Sentences = { readonly [T in EventType]: (event: EventOf<T>, teller: Teller) => string }

/** `SYN`, `FIN 14481`, `data 1–1449`, `ACK 1449`: a packet in the fewest words. */
export function packetName(packet: PacketFacts): string {
  const { control, seq, length, ack, other } = packet
  if (other !== '') return `\`${other}\``
  if (control !== '') return length > 0 ? `${control} with \`${seq}–${seq + length}\`` : control
  return length > 0 ? `data \`${seq}–${seq + length}\`` : `ACK \`${ack}\``
}

export function bytes(count: number): string {
  return `${grouped(count)} ${count === 1 ? 'byte' : 'bytes'}`
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** A host as it stands in a sentence: `the client`, but `alice`. */
export function host(t: Teller, index: number): string {
  const name = t.host(index)
  return name === 'client' || name === 'server' ? `the ${name}` : name
}

/** `the client’s fd 3`. */
export function owner(event: { readonly host: number; readonly socket: number }, t: Teller): string {
  const socket = t.socket(event.socket)
  return socket === '' ? host(t, event.host) : `${host(t, event.host)}’s ${socket}`
}

const WAITS = {
  nothingToSend: 'for the program: nothing is left to send',
  handshake: 'for the handshake to end',
  nagle: 'because of Nagle: a small segment is still unacknowledged',
  sillyWindow: 'for room worth a segment in the peer’s window',
  peerWindow: 'for the peer’s window to open',
  congestionWindow: 'for the congestion window',
  retransmission: 'for the retransmission timer or an ACK',
  persist: 'for the persist timer: the peer’s window is zero',
  finAck: 'for its FIN to be acknowledged',
  peerClose: 'for the peer’s FIN',
  timeWait: 'in TIME-WAIT for old segments to die out',
  closed: 'for nothing any more',
  cork: 'because TCP_CORK holds small segments back',
  pacing: 'for its pacing slot',
} as const

const TIMERS = {
  retransmit: 'retransmission timer',
  persist: 'persist timer',
  delayedAck: 'delayed-ACK timer',
  keepalive: 'keepalive timer',
  timeWait: '2MSL timer',
  finWait2: 'FIN-WAIT-2 timer',
  synAck: 'SYN,ACK timer',
  tailLoss: 'tail-loss probe timer',
  reorder: 'reordering timer',
  pacing: 'pacing timer',
  compressedAck: 'ACK compression timer',
} as const

export const LOSSES = {
  order: 'A person took it off the wire',
  random: 'The link lost it by chance',
  queueFull: 'The queue in front of the link was full',
  fault: 'The scenario lost it on purpose',
  unplugged: 'The cable was unplugged',
  noRoute: 'There is no way to that address',
  hostDown: 'The host was off',
  tooLong: 'A router on the way takes no packet of that length',
  noNeighbour: 'Nobody on the link answered for the next address',
  filtered: 'The firewall of its own host stops it',
} as const

export const DROPS = {
  none: 'no reason given',
  badChecksum: 'its checksum is wrong',
  malformed: 'its header makes no sense',
  notMyAddress: 'it is for another address',
  noSocket: 'no socket has this port',
  outOfWindow: 'it lies outside the receive window',
  oldAck: 'its ACK is older than what is known',
  futureAck: 'it acknowledges what was never sent',
  missingAck: 'it has no ACK',
  missingSyn: 'it has no SYN, and no connection is known',
  paws: 'its timestamp is older than the last one seen',
  invalidReset: 'the reset is not exactly at the expected number',
  challengeAckRateLimited: 'too many challenge ACKs went out already',
  synQueueFull: 'the SYN queue is full',
  acceptQueueFull: 'the accept queue is full',
  receiveBufferFull: 'the receive buffer is full',
  duplicate: 'everything in it had come before',
  closed: 'the connection is closed',
  hostDown: 'the host is off',
  unexpectedSyn: 'a SYN has no place in this state',
  timeWait: 'the connection is in TIME-WAIT',
  martianSource: 'nobody can have the address that it comes from',
  icmpOutOfWindow: 'it is about nothing that is on its way',
  icmpIgnored: 'there is nothing to be done about it',
  deferredAccept: 'accept() is put off until data comes',
  ttlExceeded: 'its time to live has run out',
  noRoute: 'the router knows no way to its address',
  tooLong: 'it is too long for the next link',
  filtered: 'the firewall stops it',
  listenQueuesFull: 'the listener’s two queues hold all they may together',
} as const

export const SIGNALS = {
  threeDuplicateAcks: 'three duplicate ACKs',
  sack: 'selective acknowledgements',
  timeout: 'the timer',
  rack: 'the ACK of something sent later',
  partialAck: 'an ACK that covers only part of what was out',
} as const

const PHASES = {
  slowStart: 'slow start',
  congestionAvoidance: 'congestion avoidance',
  recovery: 'recovery',
  loss: 'loss',
} as const

/** What a blocked call waits for, by the host's name of the reason. */
const BLOCKS: Readonly<Record<string, string>> = {
  'accept queue empty': 'for a connection',
  'receive buffer empty': 'for bytes',
  'send buffer full': 'for room in the send buffer',
  'handshake not finished': 'for the handshake to end',
  'lingering until the FIN is acknowledged': 'for its FIN to be acknowledged',
  'nothing ready': 'for one of its descriptors to be ready',
  'no child has ended': 'for a child to end',
  'listener’s queue full': 'for room in the listener’s queue',
  'receiver’s queue full': 'for room in the receiver’s queue',
}

/** Where in a link's queue a packet stands. */
export function behind(waiting: number): string {
  if (waiting === 0) return 'until the packet before it is through'
  return `behind ${waiting} ${waiting === 1 ? 'other' : 'others'}`
}

export function blocked(reason: string): string {
  return BLOCKS[reason] ?? reason
}

const ECN_MODES: Readonly<Record<string, string>> = {
  disabled: 'the peer or the path does not let ECN through, so there is none',
  rfc3168: 'both ends speak ECN: a router may mark instead of dropping',
  accecn: 'both ends speak accurate ECN: every mark is counted',
}

const INFINITE = 0xffff_ffff

function moved(event: EventOf<'tcp/stateChanged'>, from: TcpState, to: TcpState, t: Teller): string {
  return `${capital(owner(event, t))}: ${from} → ${to}`
}

export const events: Sentences = {
  'sim/started': (e) => `The world was made for “${e.scenario}”`,
  'user/acted': (e) => `You: ${e.action}`,
  'host/called': (e, t) => `${t.byHand(e.index) ? 'You called' : `${capital(host(t, e.host))} called`} \`${e.call}\``,
  'host/returned': (e, t) =>
    `${capital(host(t, e.host))}: \`${e.call}\` returned \`${e.value}${e.value < 0 ? ` ${e.errno}` : ''}\``,
  'host/blocked': (e, t) => `${capital(host(t, e.host))}: \`${e.call}\` waits ${blocked(e.reason)}`,
  'host/descriptorOpened': (e, t) => `${capital(host(t, e.host))} got descriptor \`${e.fd}\``,
  'host/descriptorClosed': (e, t) => `${capital(host(t, e.host))} gave up descriptor \`${e.fd}\``,
  'host/synQueued': (e, t) =>
    `${capital(host(t, e.host))} put a new connection into the SYN queue, ${e.length} of ${e.limit}`,
  'host/synQueueLeft': (e, t) =>
    `A connection left ${host(t, e.host)}’s SYN queue${e.reason === '' ? '' : `: ${e.reason}`}`,
  'host/acceptQueueLeft': (e, t) =>
    `A connection left ${host(t, e.host)}’s accept queue before \`accept()\` came: ${e.reason}`,
  'host/acceptQueued': (e, t) =>
    `${capital(host(t, e.host))} put a finished connection into the accept queue, ${e.length} of ${e.limit}`,
  'host/accepted': (e, t) => `\`accept()\` took a connection out of ${host(t, e.host)}’s queue as fd \`${e.fd}\``,
  'host/packetDropped': (e, t) =>
    `${capital(host(t, e.host))} dropped ${packetName(t.packet(e.packet))}: ${DROPS[e.reason]}`,
  'host/socketFreed': (e, t) => `${capital(host(t, e.host))} forgot a socket in ${e.state}`,
  'host/crashed': (e, t) => `${capital(host(t, e.host))} lost power`,
  'host/restarted': (e, t) => `${capital(host(t, e.host))} came back with empty tables`,
  'host/signalled': (e, t) => `A program on ${host(t, e.host)} got ${e.signal}`,
  'host/epollReady': (e, t) =>
    `An epoll on ${host(t, e.host)} noted that descriptor ${e.fd} may be ready (${e.events})`,
  'tcp/reported': (e, t) =>
    e.origin === 2
      ? `The error queue of ${owner(e, t)} has an ICMP error of type ${e.data} for its program`
      : e.origin === 5
        ? `${capital(host(t, e.host))} may use the pages of zero-copy write ${e.data} again`
        : `${capital(host(t, e.host))} stamped byte ${e.data}: ${['sent', 'handed to the device', 'acknowledged'][e.info] ?? ''}`,
  'host/programStarted': (e, t) => `Program “${e.program}” began on ${host(t, e.host)} as process ${e.pid}`,
  'host/threadStarted': (e, t) =>
    e.child === 0
      ? `\`pthread_create(${e.name})\` on ${host(t, e.host)} failed: there are too many threads`
      : `Thread ${e.child} on ${host(t, e.host)} began with \`${e.name}()\``,
  'host/messageHandled': (e, t) =>
    `The program on ${host(t, e.host)} takes ${bytes(e.bytes)} for one message: ${JSON.stringify(e.text)}`,
  'host/programEnded': (e, t) => `Program “${e.program}” on ${host(t, e.host)} ended`,
  'tcp/stateChanged': (e, t) => moved(e, e.from, e.to, t),
  'tcp/segmentSent': (e, t) => {
    const packet = t.packet(e.packet)
    const again = AGAIN.has(e.purpose) ? ' again' : ''
    return `${capital(host(t, e.host))} sent ${packetName(packet)}${again}`
  },
  'tcp/segmentArrived': (e, t) => `${capital(packetName(t.packet(e.packet)))} reached ${host(t, e.host)}`,
  'tcp/segmentDropped': (e, t) =>
    `${capital(host(t, e.host))} ignored ${packetName(t.packet(e.packet))}: ${DROPS[e.reason]}`,
  'tcp/acknowledged': (e, t) => `${capital(bytes(e.bytes))} acknowledged, up to \`${t.sent(e.socket, e.una)}\``,
  'tcp/duplicateAckCounted': (e, t) =>
    `Duplicate ACK ${e.count} for \`${t.sent(e.socket, e.ack)}\` reached ${host(t, e.host)}`,
  'tcp/sacked': (e, t) =>
    `${capital(host(t, e.host))} learnt that ${bytes(e.bytes)} beyond the gap arrived, up to \`${t.sent(e.socket, e.highest)}\``,
  'tcp/dataAccepted': (e, t) =>
    `${capital(host(t, e.host))} took ${bytes(e.bytes)} from \`${t.received(e.socket, e.seq)}\` into its receive buffer`,
  'tcp/dataHeldOutOfOrder': (e, t) =>
    `${capital(host(t, e.host))} got \`${t.received(e.socket, e.seq)}\` early and kept it: ${bytes(e.gapBytes)} before it are missing`,
  'tcp/duplicateDataArrived': (e, t) => `${capital(host(t, e.host))} got ${bytes(e.bytes)} that it had already`,
  'tcp/ackDelayed': (e, t) => `${capital(host(t, e.host))} puts its ACK off by up to ${e.delayMillis} ms`,
  'tcp/timerFired': (e, t) =>
    `${capital(owner(e, t))}: the ${TIMERS[e.timer]} ran out after ${t.duration(e.afterMillis * 1_000)}${e.count > 1 ? `, the ${nth(e.count)} time` : ''}`,
  'tcp/rttMeasured': (e, t) =>
    `${capital(host(t, e.host))} measured ${t.duration(e.sampleMicros)}: srtt ${t.duration(e.srttMicros)}, rto ${t.duration(e.rtoMicros)}`,
  'tcp/caStateChanged': (e, t) => `${capital(owner(e, t))}: congestion state ${e.from} → ${e.to}`,
  'tcp/lossDetected': (e, t) =>
    `${capital(host(t, e.host))} takes \`${t.sent(e.socket, e.seq)}\` for lost: ${SIGNALS[e.signal]} say so`,
  'tcp/congestionUndone': (e) => `No loss after all: cwnd is ${e.cwnd} again`,
  'tcp/sampled': (e) =>
    `cwnd ${e.cwnd}${e.ssthresh === INFINITE ? '' : `, ssthresh ${e.ssthresh}`}, ${bytes(e.flightBytes)} in flight: ${PHASES[e.phase]}`,
  'tcp/waiting': (e, t) => `${capital(owner(e, t))} waits ${WAITS[e.reason]}`,
  'tcp/gaveUp': (e, t) => `${capital(owner(e, t))} gave up after ${e.count} tries: ${e.errno}`,
  'tcp/errorSet': (e, t) => `The next call on ${owner(e, t)} will fail with ${e.errno}`,
  'tcp/ecnAgreed': (e, t) => `${capital(owner(e, t))}: ${ECN_MODES[e.mode] ?? e.mode}`,
  'tcp/markArrived': (e, t) => `${capital(host(t, e.host))} got a segment marked CE, the ${nth(e.total)}`,
  'tcp/congestionEchoed': (e, t) =>
    `${capital(host(t, e.host))} hears that ${e.marks === 1 ? 'a segment' : `${e.marks} segments`} of its own arrived marked CE`,
  'link/packetMarked': (e, t) =>
    `${capital(packetName(t.packet(e.packet)))} was marked CE instead of being lost: ${e.waiting} wait before it`,
  'link/packetQueued': (e, t) => `${capital(packetName(t.packet(e.packet)))} waits for the link ${behind(e.waiting)}`,
  'link/packetLost': (e, t) => `${capital(packetName(t.packet(e.packet)))} was lost: ${LOSSES[e.reason]}`,
  'link/packetDelivered': (e, t) =>
    `The link delivered ${packetName(t.packet(e.packet))} to ${host(t, t.packet(e.packet).to)}`,
  'link/packetDuplicated': (e, t) => `The link made a second copy of ${packetName(t.packet(e.packet))}`,
  'link/packetCorrupted': (e, t) => `A bit of byte ${e.byte} of ${packetName(t.packet(e.packet))} was flipped`,
  'link/packetDelayed': (e, t) =>
    `${capital(packetName(t.packet(e.packet)))} was delayed by ${t.duration(e.byMillis * 1_000)}`,
  'link/packetHeld': (e, t) => `${capital(packetName(t.packet(e.packet)))} was held on the wire`,
  'link/packetReleased': (e, t) => `${capital(packetName(t.packet(e.packet)))} was released`,
  'link/changed': (e) => `The link changed: ${e.change}`,
  'tcp/slowStartChanged': (e, t) =>
    `${capital(owner(e, t))}: ${e.to} from here on: round trips of ${t.duration(e.roundMinMicros)}, ${t.duration(e.lastMinMicros)} the round before`,
  'tcp/congestionModeChanged': (e, t) =>
    `${capital(owner(e, t))}: ${e.from} → ${e.to}, at ${bytes(e.bytesPerSecond)} a second and ${t.duration(e.minRttMicros)} at least`,
  'host/descriptorDuplicated': (e, t) =>
    `${capital(host(t, e.host))} got descriptor \`${e.fd}\` for the open file of \`${e.from}\`, which ${e.references} refer to now`,
  'host/referenceDropped': (e, t) =>
    `${capital(host(t, e.host))} closed \`${e.fd}\`, but ${e.references === 1 ? 'one reference' : `${e.references} references`} to its open file ${e.references === 1 ? 'is' : 'are'} left: no FIN`,
  'host/orphaned': (e, t) =>
    `Nothing on ${host(t, e.host)} refers to the connection any more: it goes on in ${e.state} as an orphan`,
  'host/processForked': (e, t) =>
    `Process ${e.parent} on ${host(t, e.host)} forked: ${e.child} has the same ${e.descriptors === 1 ? 'descriptor' : `${e.descriptors} descriptors`}`,
  'host/processEnded': (e, t) =>
    `Process ${e.pid} on ${host(t, e.host)} ended (${e.how})${e.zombie === 1 ? ' and waits as a zombie for `waitpid()`' : ''}`,
  'host/signalDelivered': (e, t) => `${e.signal} to process ${e.pid} on ${host(t, e.host)}: ${e.action}`,
  'host/callRestarted': (e, t) => `\`${e.call}\` on ${host(t, e.host)} goes on after the handler (SA_RESTART)`,
  'host/icmpArrived': (e, t) => `${capital(host(t, e.host))} was told by ICMP: \`${e.message}\``,
  'host/packetForwarded': (e, t) =>
    `${capital(host(t, e.host))} passed ${packetName(t.packet(e.from))} on, with ${e.ttl} hops left`,
  'host/icmpSent': (e, t) => `${capital(host(t, e.host))} says by ICMP: \`${e.message}\``,
  'host/icmpLimited': (e, t) =>
    `${capital(host(t, e.host))} said nothing by ICMP (\`${e.message}\`): \`${e.limit}\` allows no more now`,
  'host/neighbourAsked': (e, t) => `${capital(host(t, e.host))} asks who has ${e.address}, the ${nth(e.attempt)} time`,
  'host/neighbourAwaited': (e, t) =>
    `${capital(packetName(t.packet(e.packet)))} waits until ${e.address} has answered ${host(t, e.host)}`,
  'host/neighbourFailed': (e, t) =>
    `Nobody answers ${host(t, e.host)} for ${e.address}${e.waiting === 0 ? '' : `; ${e.waiting === 1 ? 'a packet' : `${e.waiting} packets`} waited in vain`}`,
  'host/packetRewritten': (e, t) => `A filter of ${host(t, e.host)} changed ${packetName(t.packet(e.from))}`,
  'tcp/softErrorNoted': (e, t) => `${capital(owner(e, t))} remembers ${e.errno}, in case a timer gives up`,
  'tcp/pathMtuChanged': (e, t) =>
    `${capital(owner(e, t))}: the path carries ${bytes(e.mtu)}, so segments have ${e.mss} from now on`,
  'tcp/urgentAnnounced': (e, t) =>
    `${capital(host(t, e.host))} was told that byte \`${t.received(e.socket, e.seq)}\` is urgent`,
  'tcp/mtuProbed': (e, t) => `${capital(owner(e, t))} tries a packet of ${bytes(e.mtu)}`,
  'udp/datagramSent': (e, t) => `${capital(host(t, e.host))} sent a datagram of ${bytes(e.length)}`,
  'udp/datagramArrived': (e, t) =>
    `${capital(host(t, e.host))} put a datagram of ${bytes(e.length)} into the receive queue, ${e.queued} in it`,
  'udp/datagramDropped': (e, t) =>
    `${capital(host(t, e.host))} dropped a datagram: ${DROPS[e.reason]}; ${bytes(e.rmem)} of memory in use of ${e.limit}, ${e.drops} dropped so far`,
  'unix/bound': (e, t) => `A Unix socket on ${host(t, e.host)} is bound to \`${e.path}\``,
  'unix/unlinked': (e, t) => `${capital(host(t, e.host))} removed the name \`${e.path}\``,
  'unix/connected': (e, t) =>
    e.path === ''
      ? `Two Unix sockets on ${host(t, e.host)} are connected`
      : `A Unix socket on ${host(t, e.host)} is connected to \`${e.path}\`, with no packet sent`,
  'unix/sent': (e, t) =>
    `${capital(host(t, e.host))} put ${bytes(e.bytes)} into the other Unix socket’s queue, ${e.queued} in it`,
  'unix/shut': (e, t) => `A Unix socket on ${host(t, e.host)} was shut: ${e.how}`,
  'unix/closed': (e, t) =>
    `A Unix socket on ${host(t, e.host)} is gone, and its peer ${e.errno === '' ? 'reads the end' : `gets ${e.errno}: bytes were left unread`}`,
  'udp/datagramTruncated': (e, t) =>
    `A read on ${host(t, e.host)} took ${bytes(e.taken)} of a datagram of ${bytes(e.length)}; the rest is gone`,
  'netfilter/ruleStopped': (e, t) =>
    `${capital(host(t, e.host))}: ${packetName(t.packet(e.packet))} was stopped in ${e.hook} by \`${e.place}\`: \`${e.ruleText}\``,
  'netfilter/logged': (e, t) => `${capital(host(t, e.host))}’s kernel log: \`${e.line}\``,
  'netfilter/mssClamped': (e, t) =>
    `${capital(host(t, e.host))} lowered the MSS that a SYN offers from ${e.from} to ${e.to} (\`${e.place}\`)`,
  'netfilter/flowBegan': (e, t) =>
    `${capital(host(t, e.host))} tracks a new connection: \`${e.original}\`${e.state === '' ? '' : `, ${e.state}`}`,
  'netfilter/flowChanged': (e, t) => `${capital(host(t, e.host))}’s conntrack: \`${e.original}\` ${e.from} → ${e.to}`,
  'netfilter/flowEnded': (e, t) =>
    `${capital(host(t, e.host))}’s conntrack forgot \`${e.original}\`${e.state === '' ? '' : `, which was ${e.state}`}`,
  'netfilter/invalid': (e, t) =>
    `${capital(host(t, e.host))}’s conntrack takes ${packetName(t.packet(e.packet))} for INVALID: ${e.why}`,
  'netfilter/tableFull': (e, t) =>
    `${capital(host(t, e.host))}’s conntrack table is full, ${e.count} of ${e.limit}: ${packetName(t.packet(e.packet))} was dropped`,
  'netfilter/natSettled': (e, t) =>
    `${capital(host(t, e.host))} translates from now on (${e.target}): \`${e.from}\` becomes \`${e.to}\``,
  'netfilter/changed': (e, t) => `${capital(host(t, e.host))}: \`${e.line}\``,
  'tcp/backoffReverted': (e, t) =>
    `${capital(owner(e, t))} takes a doubling of its timer back: rto ${t.duration(e.rtoMicros)}`,
}

const AGAIN: ReadonlySet<string> = new Set(['fastRetransmit', 'timeoutRetransmit', 'tailLossProbe'])

export function nth(n: number): string {
  const ending = n % 100 > 10 && n % 100 < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th')
  return `${n}${ending}`
}
