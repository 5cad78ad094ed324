/**
 * One cell of the state matrix on a host of ours: the host is brought into the state by the calls and segments of a peer that the test
 * plays by hand, as e2e/kernel/matrix.py does with a kernel; then the segment arrives, and what came of it is read off.
 */
import { seq32 } from '../base'
import { SENT } from '../conformance/matrix/cells'
import type { AckBase, Cell, Outcome, SeqBase, Stamp } from '../conformance/matrix/cells'
import type { Call } from '../trace'
import { ACK, FIN, flagLetters, NO_OPTIONS, parseIpv4, PSH, RST, segmentLength, SYN, URG } from '../wire'
import type { Packet, TcpOptions, TcpSegment } from '../wire'
import { ADDRESSES, call, CLIENT, createBench, inject, run, SERVER, valueOf } from './host-bench'
import type { HostBench } from './host-bench'

const ISS = 0x7fff_0000
const PEER_PORT = 10_000
const LISTENING = 80
const NOBODY = 81
const WINDOW = 50_000
/** Beyond a delayed ACK, short of a retransmission. */
const OBSERVED = 150_000

/** The peer that the test plays: what it has sent and heard. */
interface Peer {
  readonly bench: HostBench
  port: number
  /** Relative to ISS. */
  nxt: number
  edge: number
  irs: number
  /** SND.NXT of our host, relative to irs. */
  hostNxt: number
  heard: number
  fd: number
  /** Our timestamp, and the host's latest; undefined where the connection has none. */
  stamp: number | undefined
  echo: number
}

/** What came of the cell's segment, the state in which it found the host, and the right edge that was then offered. */
export function playCell(cell: Cell): Outcome & { readonly before: string; readonly edge: number } {
  const peer: Peer = {
    // A probe of the tail would carry the ACK that is looked for.
    bench: createBench({ server: { tcp_early_retrans: 0 } }),
    port: LISTENING,
    nxt: 1,
    edge: 60_000,
    irs: 0,
    hostNxt: 0,
    heard: 0,
    fd: -1,
    stamp: cell.stamp === undefined ? undefined : 10_000,
    echo: 0,
  }
  peer.bench.lose = () => true
  // Nobody reads what is recorded, and there are thousands of cells.
  peer.bench.recorder.emit = () => 0
  listen(peer)
  reach(peer, cell.start)
  hear(peer)
  const before = stateOf(peer, cell).state
  const { edge } = peer
  const since = peer.bench.packets.length
  const { seq, ack } = numbers(peer, cell)
  arrive(peer, cell.flags, seq, ack, cell.length, cell.stamp)
  run(peer.bench, OBSERVED)
  const sent = peer.bench.packets
    .slice(since)
    .filter(({ packet: { segment } }) => (segment.flags & FIN) === 0 && segment.payload.length === 0)
  return { ...stateOf(peer, cell), answers: sent.map(({ packet }) => tell(peer, packet.segment)), before, edge }
}

function numbers(peer: Peer, { seq, ack, flags, unacked }: Cell): { seq: number; ack: number } {
  const bases: Record<SeqBase | AckBase, number> = {
    nxt: peer.nxt,
    edge: peer.edge,
    una: peer.hostNxt - unacked,
  }
  const acked = (ack[0] === 'nxt' ? peer.hostNxt : bases.una) + ack[1]
  return { seq: bases[seq[0]] + seq[1], ack: (flags & ACK) === 0 ? 0 : peer.irs + acked }
}

/** A segment of the peer arrives; `seq` relative to its ISN, `ack` absolute. */
function arrive(peer: Peer, flags: number, seq: number, ack: number, length = 0, stamp: Stamp = 'fresh'): void {
  const ip = { src: address(CLIENT), dst: address(SERVER), ttl: 64, identification: 0, tos: 0, dontFragment: true }
  const segment: TcpSegment = {
    srcPort: PEER_PORT,
    dstPort: peer.port,
    seq: seq32(ISS + seq),
    ack: seq32(ack),
    flags,
    window: WINDOW,
    urgentPointer: (flags & URG) === 0 ? 0 : length,
    options: optionsOf(peer, flags, stamp),
    payload: new Uint8Array(length),
  }
  const packet: Omit<Packet, 'id' | 'sentEvent'> = { ip, segment, damaged: undefined, length: 40 + length }
  inject(peer.bench, SERVER, packet)
  hear(peer)
}

function optionsOf(peer: Peer, flags: number, stamp: Stamp): TcpOptions {
  const options = (flags & SYN) === 0 ? NO_OPTIONS : { ...NO_OPTIONS, mss: 1_460 }
  if (peer.stamp === undefined) return options
  const value = ++peer.stamp - (stamp === 'old' ? 1_000 : 0)
  const timestamps = { value, echo: (flags & ACK) === 0 ? 0 : peer.echo }
  return stamp === 'missing' ? options : { ...options, timestamps }
}

function address(host: number): number {
  return parseIpv4(ADDRESSES[host]) ?? 0
}

/** Learns from what the host has sent. */
function hear(peer: Peer): void {
  for (const { packet } of peer.bench.packets.slice(peer.heard)) {
    const { seq, ack, flags, window, srcPort, options } = packet.segment
    peer.echo = options.timestamps?.value ?? peer.echo
    if ((flags & RST) !== 0) continue
    if ((flags & SYN) !== 0 && peer.irs === 0) {
      peer.irs = seq
      peer.port = srcPort
    }
    peer.hostNxt = Math.max(peer.hostNxt, (seq + segmentLength(packet.segment) - peer.irs) | 0)
    if ((flags & ACK) !== 0) peer.edge = Math.max(peer.edge, ((ack - ISS) | 0) + window)
  }
  peer.heard = peer.bench.packets.length
}

function made(peer: Peer, what: Call): number {
  const value = valueOf(peer.bench, call(peer.bench, SERVER, what))
  hear(peer)
  return value
}

function listen(peer: Peer): void {
  const fd = made(peer, { call: 'socket' })
  made(peer, { call: 'bind', fd, port: LISTENING })
  made(peer, { call: 'listen', fd, backlog: 5 })
  peer.fd = fd
}

function reach(peer: Peer, start: Cell['start']): void {
  const [state, variant] = start.split(' ')
  if (state === 'LISTEN') return
  if (state === 'CLOSED') {
    peer.port = NOBODY
    return
  }
  if (state === 'SYN-SENT' || variant === 'active') {
    const fd = made(peer, { call: 'socket' })
    made(peer, { call: 'connect', fd, address: ADDRESSES[CLIENT], port: PEER_PORT })
    if (variant === 'active') arrive(peer, SYN, 0, 0)
    return
  }
  arrive(peer, SYN, 0, 0)
  if (state === 'SYN-RECEIVED') return
  arrive(peer, ACK, 1, peer.irs + 1)
  peer.fd = made(peer, { call: 'accept', fd: peer.fd })
  if (variant === 'gap') arrive(peer, PSH | ACK, 1_001, peer.irs + 1, 100)
  if (variant === 'sending') {
    made(peer, { call: 'setsockopt', fd: peer.fd, option: 'TCP_NODELAY', value: 1 })
    made(peer, { call: 'send', fd: peer.fd, bytes: SENT })
  }
  if (state === 'ESTABLISHED') return
  if (state !== 'CLOSE-WAIT' && state !== 'LAST-ACK') shut(peer, variant === 'orphan')
  if (state === 'FIN-WAIT-2') arrive(peer, ACK, 1, peer.irs + 2)
  if (state === 'CLOSING') fin(peer, peer.irs + 1)
  if (state === 'TIME-WAIT') fin(peer, peer.irs + 2)
  if (state === 'CLOSE-WAIT' || state === 'LAST-ACK') {
    fin(peer, peer.irs + peer.hostNxt)
    run(peer.bench, 50_000)
  }
  if (state === 'LAST-ACK') shut(peer, false)
}

function shut(peer: Peer, orphan: boolean): void {
  made(peer, orphan ? { call: 'close', fd: peer.fd } : { call: 'shutdown', fd: peer.fd, how: 'SHUT_WR' })
}

function fin(peer: Peer, ack: number): void {
  arrive(peer, FIN | ACK, 1, ack)
  peer.nxt = 2
}

/** As `ss` tells it: state and Recv-Q of the connection. */
function stateOf(peer: Peer, { start }: Cell): { state: string; queued: number } {
  for (const { tcb } of peer.bench.hosts[SERVER].sockets.values()) {
    if (tcb === undefined || tcb.remote.port !== PEER_PORT || tcb.state === 'CLOSED') continue
    const small = tcb.state === 'SYN-RECEIVED' || tcb.state === 'TIME-WAIT'
    return { state: tcb.state, queued: small ? 0 : (tcb.rcv.nxt - tcb.rcv.copied) >>> 0 }
  }
  return { state: start === 'LISTEN' || start === 'SYN-RECEIVED' ? 'LISTEN' : 'CLOSED', queued: 0 }
}

function tell(peer: Peer, { flags, seq, ack }: TcpSegment): string {
  const said = `${flagLetters(flags)} ${seq === 0 ? 0 : (seq - peer.irs) | 0}`
  return (flags & ACK) === 0 ? said : `${said} ${(ack - ISS) | 0}`
}
