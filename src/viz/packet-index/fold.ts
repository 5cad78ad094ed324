/**
 * Follows a trace as it grows and keeps the packet rows, the bends of delayed packets, the idle gaps between them and the
 * ISNs from which sequence numbers are counted. Every event is looked at once; a trace that was replaced is folded anew.
 */
import { NEVER, seq32 } from '../../base'
import type { Micros, Seq32 } from '../../base'
import { ARGUMENTS, EVENT_CODE, LOSS_REASONS, packetHeader, SEND_PURPOSES } from '../../trace'
import type { LossReason, SendPurpose, Trace } from '../../trace'
import { ACK, decodeHeaders, FIN, relativeSeq, SYN } from '../../wire'
import {
  BENT,
  COPY,
  CORRUPTED,
  createRows,
  DELIVERED,
  DROPPED,
  HALFWAY,
  LOST,
  reserveRows,
  RETRANSMITTED,
} from './columns'
import type { PacketRows } from './columns'
import { createLinkModel, routeOf, takeBack, transit } from './link-model'
import type { LinkModel, Wiring } from './link-model'

/** Something that changed a packet's pace on its way. */
export interface Bend {
  readonly at: Micros
  readonly event: number
  readonly kind: 'delayed' | 'held' | 'released'
  /** How much later it arrives, for `delayed`. */
  readonly byMicros: Micros
}

/** Times at which nothing was under way and nothing happened, ascending. */
export interface Gaps {
  /** Shorter ones are not kept. */
  readonly leastMicros: Micros
  count: number
  start: Float64Array
  end: Float64Array
}

/** ISNs of a socket, as far as the trace has shown them. */
export interface SocketIsns {
  iss?: Seq32
  irs?: Seq32
  /** Host and port at each end, as in the first segment seen. */
  local?: { readonly address: number; readonly port: number }
  remote?: { readonly address: number; readonly port: number }
}

export interface PacketIndex {
  readonly rows: PacketRows
  readonly bends: Map<number, Bend[]>
  readonly gaps: Gaps
  readonly sockets: Map<number, SocketIsns>
  /** The descriptor by which each socket was first known. */
  readonly descriptors: Map<number, number>
  /** Latest end of each block of rows; NEVER while a packet in it is under way. */
  blockEnd: Float64Array
  blockOpen: Uint16Array
  /** Events and packets folded so far. */
  events: number
  packets: number
  underWay: number
  /** ICMP messages among the packets. */
  icmp: number
  busyAt: Micros
  readonly isns: Map<string, Seq32>
  readonly model: LinkModel
}

/** An index with nothing in it yet. Idle times of `leastMicros` and more will be kept as gaps. */
export function createPacketIndex(wiring: Wiring, leastMicros: Micros): PacketIndex {
  return {
    rows: createRows(),
    bends: new Map(),
    gaps: { leastMicros, count: 0, start: new Float64Array(16), end: new Float64Array(16) },
    sockets: new Map(),
    descriptors: new Map(),
    blockEnd: new Float64Array(16),
    blockOpen: new Uint16Array(16),
    events: 0,
    packets: 0,
    underWay: 0,
    icmp: 0,
    busyAt: 0,
    isns: new Map(),
    model: createLinkModel(wiring),
  }
}

/** Takes in what the trace grew by. */
export function foldPackets(index: PacketIndex, trace: Trace): void {
  addRows(index, trace)
  const { events } = trace
  for (let i = index.events; i < events.count; i++) {
    noteTime(index, events.at[i])
    const handler = HANDLERS[events.type[i]]
    if (handler !== undefined) handler(index, trace, i, events.args[i * ARGUMENTS] | 0)
  }
  index.events = events.count
}

/** New packets, as their headers tell them; who sent them and why follows with their events. */
function addRows(index: PacketIndex, trace: Trace): void {
  const { rows } = index
  const { packets } = trace
  reserveRows(rows, packets.count)
  reserveBlocks(index, packets.count)
  for (let p = index.packets; p < packets.count; p++) {
    const from = packets.host[p]
    rows.from[p] = from
    rows.to[p] = -1
    rows.origin[p] = from
    rows.sentAt[p] = packets.sentAt[p]
    rows.departsAt[p] = packets.sentAt[p]
    rows.naturalAt[p] = packets.sentAt[p]
    rows.endAt[p] = NEVER
    rows.sentEvent[p] = -1
    rows.endEvent[p] = -1
    rows.arrivedEvent[p] = -1
    rows.socket[p] = -1
    rows.length[p] = packets.payloadLength[p]
    readHeader(index, trace, p)
    index.blockEnd[p >> 7] = NEVER
    index.blockOpen[p >> 7]++
    rows.count = p + 1
  }
  index.packets = packets.count
}

function readHeader(index: PacketIndex, trace: Trace, p: number): void {
  const { rows, isns, model } = index
  const header = packetHeader(trace.packets, p)
  const envelope = ipOf(header)
  if (envelope === undefined) return
  rows.protocol[p] = envelope.protocol
  if (envelope.protocol === ICMP) index.icmp++
  const route = routeOf(model.wiring, rows.from[p], envelope.dst)
  rows.to[p] = route.to
  rows.direction[p] = route.direction
  const decoded = decodeHeaders(header, rows.length[p])
  if (!decoded.ok) return
  const { ip, segment } = decoded.value
  const there = `${ip.src}:${segment.srcPort}>${ip.dst}:${segment.dstPort}`
  const back = `${ip.dst}:${segment.dstPort}>${ip.src}:${segment.srcPort}`
  if (segment.flags & SYN) isns.set(there, segment.seq)
  rows.flags[p] = segment.flags
  rows.window[p] = segment.window
  rows.seq[p] = relativeSeq(segment.seq, isns.get(there))
  // An ISN that nobody was seen to send (a hand-made segment) is taken from what acknowledges it, or numbers stay absolute.
  rows.ack[p] = segment.flags & ACK ? relativeSeq(segment.ack, isns.get(back)) : 0
}

/** Whom a packet is for, and what it carries. */
function ipOf(header: Uint8Array): { readonly dst: number; readonly protocol: number } | undefined {
  if (header.length < 20) return undefined
  const dst = ((header[16] << 24) | (header[17] << 16) | (header[18] << 8) | header[19]) >>> 0
  return { dst, protocol: header[9] }
}

/** Notes a gap when nothing was under way since the last event, and a long time went by. */
function noteTime(index: PacketIndex, at: Micros): void {
  const { gaps } = index
  if (index.underWay === 0 && at - index.busyAt >= gaps.leastMicros) {
    if (gaps.count === gaps.start.length) {
      gaps.start = doubled(gaps.start)
      gaps.end = doubled(gaps.end)
    }
    gaps.start[gaps.count] = index.busyAt
    gaps.end[gaps.count++] = at
  }
  index.busyAt = at
}

function doubled(column: Float64Array): Float64Array {
  const wider = new Float64Array(column.length * 2)
  wider.set(column)
  return wider
}

function reserveBlocks(index: PacketIndex, count: number): void {
  const need = (count >> 7) + 1
  if (need <= index.blockEnd.length) return
  const size = Math.max(need, index.blockEnd.length * 2)
  const ends = new Float64Array(size)
  ends.set(index.blockEnd)
  const open = new Uint16Array(size)
  open.set(index.blockOpen)
  index.blockEnd = ends
  index.blockOpen = open
}

function endPacket(index: PacketIndex, trace: Trace, event: number, p: number, fate: number): void {
  const { rows } = index
  if (p < 0 || p >= rows.count || rows.endEvent[p] !== -1) return
  rows.fate[p] = fate
  rows.endAt[p] = trace.events.at[event]
  rows.endEvent[p] = event
  if (rows.sentEvent[p] !== -1) index.underWay--
  const block = p >> 7
  if (--index.blockOpen[block] > 0) return
  let latest = 0
  const last = Math.min(rows.count, (block + 1) << 7)
  for (let i = block << 7; i < last; i++) latest = Math.max(latest, rows.endAt[i])
  index.blockEnd[block] = latest
}

type Handler = (index: PacketIndex, trace: Trace, event: number, packet: number) => void

const argument = (trace: Trace, event: number, field: number): number => trace.events.args[event * ARGUMENTS + field]

const RESENT: ReadonlySet<SendPurpose> = new Set(['fastRetransmit', 'timeoutRetransmit', 'tailLossProbe'])

function segmentSent(index: PacketIndex, trace: Trace, event: number, p: number): void {
  const { rows } = index
  if (p < 0 || p >= rows.count) return
  const socket = trace.events.socket[event]
  rows.sentEvent[p] = event
  rows.socket[p] = socket
  rows.purpose[p] = argument(trace, event, 4)
  if (RESENT.has(SEND_PURPOSES[rows.purpose[p]]) && (rows.length[p] > 0 || rows.flags[p] & (SYN | FIN))) {
    rows.marks[p] |= RETRANSMITTED
  }
  if (socket >= 0) noteSocket(index, trace, socket, p, true)
  putOnLink(index, trace, p)
}

/** A packet of another kind left a host: a datagram, ICMP, one that a router passes on. */
function packetSent(index: PacketIndex, trace: Trace, event: number, p: number): void {
  const { rows } = index
  if (p < 0 || p >= rows.count) return
  rows.sentEvent[p] = event
  rows.socket[p] = trace.events.socket[event]
  putOnLink(index, trace, p)
}

/** A router lets out what came in: it is still its maker's, sent again if it was. */
function packetForwarded(index: PacketIndex, trace: Trace, event: number, p: number): void {
  packetSent(index, trace, event, p)
  inherit(index, argument(trace, event, 1), p)
}

function inherit({ rows }: PacketIndex, before: number, p: number): void {
  if (p < 0 || p >= rows.count || before < 0 || before >= rows.count) return
  rows.origin[p] = rows.origin[before]
  rows.purpose[p] = rows.purpose[before]
  rows.marks[p] |= rows.marks[before] & RETRANSMITTED
}

/** A filter changed a packet before it left: what leaves takes its place. */
function packetRewritten(index: PacketIndex, trace: Trace, event: number, p: number): void {
  const { rows } = index
  const before = argument(trace, event, 1)
  if (before < rows.count) {
    endPacket(index, trace, event, before, DELIVERED)
    takeBack(index.model, rows.direction[before])
    // It was never on a link as it was.
    rows.sentEvent[before] = -1
  }
  packetSent(index, trace, event, p)
  inherit(index, before, p)
}

function putOnLink(index: PacketIndex, trace: Trace, p: number): void {
  const { rows } = index
  const { offset } = trace.packets
  const [departs, arrives] = transit(
    index.model,
    rows.direction[p],
    rows.sentAt[p],
    offset[p + 1] - offset[p] + rows.length[p],
  )
  rows.departsAt[p] = departs
  rows.naturalAt[p] = arrives
  index.underWay++
}

function segmentArrived(index: PacketIndex, trace: Trace, event: number, p: number): void {
  const { rows } = index
  if (p < 0 || p >= rows.count) return
  rows.arrivedEvent[p] = event
  const socket = trace.events.socket[event]
  if (socket >= 0) noteSocket(index, trace, socket, p, false)
}

function datagramArrived({ rows }: PacketIndex, _trace: Trace, event: number, p: number): void {
  if (p >= 0 && p < rows.count) rows.arrivedEvent[p] = event
}

/** Learns a socket's addresses and ISNs from a segment of its own or one that came for it. */
function noteSocket(index: PacketIndex, trace: Trace, socket: number, p: number, sent: boolean): void {
  const { rows, sockets } = index
  const known = sockets.get(socket)
  if (known?.iss !== undefined && known.irs !== undefined) return
  if (known?.local !== undefined && !(rows.flags[p] & SYN)) return
  const decoded = decodeHeaders(packetHeader(trace.packets, p), rows.length[p])
  if (!decoded.ok) return
  const { ip, segment } = decoded.value
  const isns = known ?? {}
  const source = { address: ip.src, port: segment.srcPort }
  const target = { address: ip.dst, port: segment.dstPort }
  isns.local ??= sent ? source : target
  isns.remote ??= sent ? target : source
  if (segment.flags & SYN) {
    if (sent) isns.iss ??= segment.seq
    else isns.irs ??= segment.seq
    // A SYN,ACK tells both: what it acknowledges is one more than the other end's ISN.
    if (sent && segment.flags & ACK) isns.irs ??= seq32(segment.ack - 1)
  }
  sockets.set(socket, isns)
}

function dropped(index: PacketIndex, trace: Trace, event: number, p: number): void {
  const { rows } = index
  if (p < 0 || p >= rows.count) return
  endPacket(index, trace, event, p, DELIVERED)
  rows.fate[p] = DROPPED
  rows.reason[p] = argument(trace, event, 1)
}

function bend(kind: Bend['kind']): Handler {
  return (index, trace, event, p) => {
    const { rows, bends } = index
    if (p < 0 || p >= rows.count) return
    rows.marks[p] |= BENT
    const byMicros = kind === 'delayed' ? argument(trace, event, 2) * 1_000 : 0
    const list = bends.get(p) ?? []
    list.push({ at: trace.events.at[event], event, kind, byMicros })
    bends.set(p, list)
  }
}

/** A second copy: it goes beside the first one, from the moment when the link made it. */
function duplicated(index: PacketIndex, trace: Trace, event: number, p: number): void {
  const { rows } = index
  const copy = argument(trace, event, 2)
  if (p < 0 || p >= rows.count || copy >= rows.count) return
  for (const name of ['purpose', 'seq', 'ack', 'socket', 'to'] as const) rows[name][copy] = rows[name][p]
  rows.marks[copy] = (rows.marks[p] & ~BENT) | COPY
  rows.sentEvent[copy] = event
  index.underWay++
  rows.departsAt[copy] = Math.min(Math.max(rows.departsAt[p], rows.sentAt[p]), rows.sentAt[copy])
  rows.naturalAt[copy] = rows.naturalAt[p]
}

/** Climbs a few causes to the packet whose arrival was counted as a duplicate ACK. */
function duplicateCounted(index: PacketIndex, trace: Trace, event: number, count: number): void {
  const { events } = trace
  let cause = events.cause[event]
  for (let climbed = 0; climbed < 4 && cause >= 0; climbed++) {
    if (events.type[cause] === ARRIVED || events.type[cause] === ARRIVED_AT_HOST) {
      const p = argument(trace, cause, 0)
      if (p < index.rows.count) index.rows.duplicateAck[p] = Math.min(count, 0xffff)
      return
    }
    cause = events.cause[cause]
  }
}

const ARRIVED = EVENT_CODE['tcp/segmentArrived']
const ARRIVED_AT_HOST = EVENT_CODE['link/packetDelivered']

/** The router that a link stands for has no event of its own when it says by ICMP that a packet was too long: it is the next packet in the trace. */
function linkRouterSpeaks({ rows, ...index }: PacketIndex, event: number, p: number): void {
  const word = p + 1
  if (word >= rows.count || rows.protocol[word] !== ICMP || rows.sentEvent[word] !== -1) return
  const direction = rows.direction[p] ^ 1
  const { links } = index.model.wiring
  rows.sentEvent[word] = event
  rows.marks[word] |= HALFWAY
  rows.from[word] = rows.to[p]
  rows.to[word] = rows.from[p]
  rows.direction[word] = direction
  const link = links[direction >> 1]
  rows.naturalAt[word] = rows.sentAt[word] + (direction & 1 ? link.aToB : link.bToA).delayMicros
}

const ICMP = 1

/** A packet waits at its host until a neighbour answers, or three questions went unanswered. */
function neighbourAwaited({ rows, model }: PacketIndex, trace: Trace, event: number, p: number): void {
  if (p < 0 || p >= rows.count) return
  takeBack(model, rows.direction[p])
  const flight = rows.naturalAt[p] - rows.departsAt[p]
  rows.departsAt[p] = trace.events.at[event] + NEIGHBOUR_PATIENCE
  rows.naturalAt[p] = rows.departsAt[p] + flight
}

/** As long as Linux asks: three times, a second apart. */
const NEIGHBOUR_PATIENCE = 3_000_000

/** Losses at the sender's end of the link, which take no share of its rate. */
const NEVER_LEFT: ReadonlySet<LossReason> = new Set([
  'queueFull',
  'unplugged',
  'noRoute',
  'hostDown',
  'tooLong',
  'noNeighbour',
  'filtered',
])

/** What each kind of event does to the rows, by its code. */
const HANDLERS: (Handler | undefined)[] = []
HANDLERS[EVENT_CODE['tcp/segmentSent']] = segmentSent
for (const type of ['udp/datagramSent', 'host/icmpSent'] as const) {
  HANDLERS[EVENT_CODE[type]] = packetSent
}
HANDLERS[EVENT_CODE['host/neighbourAwaited']] = neighbourAwaited
HANDLERS[EVENT_CODE['host/packetForwarded']] = packetForwarded
HANDLERS[EVENT_CODE['host/packetRewritten']] = packetRewritten
HANDLERS[ARRIVED] = segmentArrived
HANDLERS[ARRIVED_AT_HOST] = (index, trace, event, p) => {
  endPacket(index, trace, event, p, DELIVERED)
}
HANDLERS[EVENT_CODE['link/packetLost']] = (index, trace, event, p) => {
  if (p < 0 || p >= index.rows.count) return
  endPacket(index, trace, event, p, LOST)
  index.rows.reason[p] = argument(trace, event, 2)
  if (NEVER_LEFT.has(LOSS_REASONS[index.rows.reason[p]]) && index.rows.endAt[p] === index.rows.sentAt[p]) {
    takeBack(index.model, index.rows.direction[p])
    index.rows.departsAt[p] = index.rows.sentAt[p]
  }
  if (LOSS_REASONS[index.rows.reason[p]] === 'noNeighbour') index.rows.departsAt[p] = index.rows.endAt[p]
  if (LOSS_REASONS[index.rows.reason[p]] === 'tooLong') linkRouterSpeaks(index, event, p)
}
HANDLERS[EVENT_CODE['host/packetDropped']] = dropped
HANDLERS[EVENT_CODE['tcp/segmentDropped']] = dropped
HANDLERS[EVENT_CODE['udp/datagramDropped']] = dropped
HANDLERS[EVENT_CODE['udp/datagramArrived']] = datagramArrived
HANDLERS[EVENT_CODE['link/packetCorrupted']] = (index, _trace, _event, p) => {
  if (p >= 0 && p < index.rows.count) index.rows.marks[p] |= CORRUPTED
}
HANDLERS[EVENT_CODE['link/packetDelayed']] = bend('delayed')
HANDLERS[EVENT_CODE['link/packetHeld']] = bend('held')
HANDLERS[EVENT_CODE['link/packetReleased']] = bend('released')
HANDLERS[EVENT_CODE['link/packetDuplicated']] = duplicated
HANDLERS[EVENT_CODE['host/descriptorOpened']] = ({ descriptors }, trace, event, fd) => {
  const socket = trace.events.socket[event]
  if (socket >= 0 && !descriptors.has(socket)) descriptors.set(socket, fd)
}
HANDLERS[EVENT_CODE['tcp/duplicateAckCounted']] = duplicateCounted
