/**
 * Connection tracking: every packet that enters a host, from a wire or from its own sockets, is found its flow or begins one; what
 * is said of it then (NEW, ESTABLISHED, RELATED, INVALID) is what rules ask for. Linux nf_conntrack_in, resolve_normal_ct, nf_confirm.
 */
import { MICROS_PER_SECOND } from '../../base'
import type { Recorder, Sysctl } from '../../trace'
import type { Micros } from '../../base'
import type { AnyPacket } from '../../wire'
import { count } from '../counters'
import { ICMP_ECHO, ICMP_ECHO_REPLY } from '../icmp-types'
import type { Direction, Flow, InHand, Netfilter, Tuple } from '../records'
import { confirmFlow, findFlow, forgetFlow, leastWorthy, noteExpiry, sweep } from './table'
import type { Found } from './table'
import { beginTcp, trackTcp } from './tcp'
import { formatTuple, inverted, quotedTuple, tupleOf } from './tuple'

/** What tracking needs to know of the moment. */
export interface TrackIo {
  readonly now: Micros
  readonly recorder: Recorder
  readonly sysctl: Readonly<Sysctl>
}

/** Answers within so long of the first datagram do not make a stream of it. */
const STREAM_AFTER = 2 * MICROS_PER_SECOND

const INVALID: InHand = { flow: undefined, direction: 0, state: 'INVALID' }

/** What conntrack makes of a packet that has just come in or is about to leave; 'full' where it must be dropped for want of room. */
export function trackPacket(netfilter: Netfilter, packet: AnyPacket, io: TrackIo): InHand | 'full' {
  expireFlows(netfilter, io)
  const tuple = tupleOf(packet)
  if (tuple === undefined) return packet.icmp === undefined ? INVALID : relatedTo(netfilter, packet, io)
  for (;;) {
    const found = findFlow(netfilter, tuple)
    if (found === undefined) return beginFlow(netfilter, packet, tuple, io)
    const verdict = follow(netfilter, found, packet, io)
    if (verdict !== 'repeat') return verdict
  }
}

/** What is known of a packet that was tracked on its way out already, NAT done; undefined where nothing is. */
export function recallPacket(netfilter: Netfilter, packet: AnyPacket): InHand | undefined {
  const tuple = tupleOf(packet)
  if (tuple === undefined) return undefined
  const back = findFlow(netfilter, inverted(tuple))
  const found =
    findFlow(netfilter, tuple) ?? (back === undefined ? undefined : { ...back, direction: turned(back.direction) })
  if (found === undefined) return undefined
  return { ...found, state: found.flow.seenReply || found.direction === 1 ? 'ESTABLISHED' : 'NEW' }
}

function turned(direction: Direction): Direction {
  return direction === 0 ? 1 : 0
}

/** The last hook of a packet's way: its flow, if new, is real from now on. False where another flow has taken its place meanwhile. */
export function confirmPacket(netfilter: Netfilter, packet: AnyPacket, { recorder }: TrackIo): boolean {
  const { inHand } = netfilter
  netfilter.inHand = undefined
  const flow = inHand?.flow
  if (flow === undefined || inHand?.state === 'RELATED' || flow.confirmed) return true
  if (!confirmFlow(netfilter, flow)) {
    count(netfilter, 'insert_failed')
    return false
  }
  count(netfilter, 'insert')
  const { original, reply, tcp } = flow
  recorder.emit(
    'netfilter/flowBegan',
    'conntrackNew',
    packet.id,
    flow.id,
    recorder.text(formatTuple(original)),
    recorder.text(formatTuple(reply)),
    recorder.text(tcp?.state ?? ''),
  )
  return true
}

/** Clears away flows whose time is up, each with its event. */
export function expireFlows(netfilter: Netfilter, { now, recorder }: TrackIo): void {
  for (const { id, original, tcp } of sweep(netfilter, now)) {
    recorder.emit(
      'netfilter/flowEnded',
      'conntrackTimeout',
      id,
      recorder.text(formatTuple(original)),
      recorder.text(tcp?.state ?? ''),
    )
  }
}

/** An ICMP error belongs to the flow of the packet that it quotes. */
function relatedTo(netfilter: Netfilter, packet: AnyPacket, io: TrackIo): InHand {
  const about = packet.icmp === undefined ? undefined : quotedTuple(packet.icmp)
  // It goes the way of an answer to the packet that it quotes; with NAT between, only that way round is known of it here.
  const found = about === undefined ? undefined : findFlow(netfilter, inverted(about))
  if (found === undefined) return invalid(netfilter, packet, 'an ICMP error about no connection that is known', io)
  return { ...found, state: 'RELATED' }
}

function invalid(netfilter: Netfilter, packet: AnyPacket, why: string, { recorder }: TrackIo): InHand {
  count(netfilter, 'invalid')
  recorder.emit('netfilter/invalid', 'conntrackInvalid', packet.id, recorder.text(why))
  return INVALID
}

function beginFlow(netfilter: Netfilter, packet: AnyPacket, tuple: Tuple, io: TrackIo): InHand | 'full' {
  const { sysctl, now } = io
  const { segment, icmp } = packet
  if (icmp?.type === ICMP_ECHO_REPLY) return invalid(netfilter, packet, 'an echo reply that nobody asked for', io)
  const tcp = segment === undefined ? undefined : beginTcp(segment, sysctl)
  if (typeof tcp === 'string') return invalid(netfilter, packet, tcp, io)
  if (sysctl.nf_conntrack_max > 0 && netfilter.flows.size >= sysctl.nf_conntrack_max) {
    const victim = leastWorthy(netfilter)
    if (victim === undefined) return tableFull(netfilter, packet, io)
    count(netfilter, 'early_drop')
    endEarly(netfilter, victim, 'conntrackEarlyDrop', io)
  }
  const flow: Flow = {
    id: netfilter.nextFlow++,
    original: tuple,
    reply: inverted(tuple),
    icmpType: icmp?.type ?? 0,
    seenReply: false,
    assured: false,
    confirmed: false,
    expiresAt: now,
    sourceSettled: false,
    destinationSettled: false,
    sourceNat: false,
    destinationNat: false,
    tcp,
    streamAt: now + STREAM_AFTER,
    packets: [0, 0],
    bytes: [0, 0],
  }
  const verdict = advance(flow, 0, packet, io)
  if (typeof verdict !== 'boolean') return invalid(netfilter, packet, verdict.why, io)
  account(flow, 0, packet)
  return { flow, direction: 0, state: 'NEW' }
}

function tableFull(netfilter: Netfilter, packet: AnyPacket, { recorder, sysctl }: TrackIo): 'full' {
  count(netfilter, 'drop')
  recorder.emit('netfilter/tableFull', 'conntrackFull', packet.id, netfilter.flows.size, sysctl.nf_conntrack_max)
  return 'full'
}

function follow(netfilter: Netfilter, { flow, direction }: Found, packet: AnyPacket, io: TrackIo): InHand | 'repeat' {
  const before = flow.tcp?.state
  const verdict = advance(flow, direction, packet, io)
  if (verdict === false) {
    endEarly(netfilter, flow, 'conntrackReopened', io)
    return 'repeat'
  }
  if (verdict !== true) {
    if (verdict.kind === 'invalid') return invalid(netfilter, packet, verdict.why, io)
    endEarly(netfilter, flow, 'conntrackRefused', io)
  }
  account(flow, direction, packet)
  const wasNew = !flow.seenReply && direction === 0
  if (direction === 1) flow.seenReply = true
  noteExpiry(netfilter, flow)
  noteState(flow, before, packet, io)
  return { flow, direction, state: wasNew ? 'NEW' : 'ESTABLISHED' }
}

type Advance = boolean | { readonly kind: 'invalid' | 'forget'; readonly why: string }

/** Lets the protocol's tracker see the packet and renews the timeout; false: look again. */
function advance(flow: Flow, direction: Direction, packet: AnyPacket, { sysctl, now }: TrackIo): Advance {
  const { segment, icmp } = packet
  if (flow.tcp !== undefined && segment !== undefined) {
    const verdict = trackTcp(flow, flow.tcp, direction, segment, sysctl, now)
    if (verdict.kind === 'invalid') return verdict
    if (verdict.kind === 'forget') return { kind: 'forget', why: '' }
    return verdict.kind === 'accept'
  }
  if (icmp !== undefined) {
    flow.expiresAt = now + sysctl.nf_conntrack_icmp_timeout * MICROS_PER_SECOND
    return icmp.type === ICMP_ECHO || icmp.type === ICMP_ECHO_REPLY
  }
  const stream = flow.seenReply && now > flow.streamAt
  const seconds = stream ? sysctl.nf_conntrack_udp_timeout_stream : sysctl.nf_conntrack_udp_timeout
  flow.expiresAt = now + seconds * MICROS_PER_SECOND
  if (stream) flow.assured = true
  return true
}

function account(flow: Flow, direction: Direction, packet: AnyPacket): void {
  flow.packets[direction]++
  flow.bytes[direction] += packet.length
}

function noteState(flow: Flow, before: string | undefined, packet: AnyPacket, { recorder }: TrackIo): void {
  const after = flow.tcp?.state
  if (after === undefined || after === before) return
  recorder.emit(
    'netfilter/flowChanged',
    'conntrackTcp',
    packet.id,
    flow.id,
    recorder.text(formatTuple(flow.original)),
    recorder.text(before ?? ''),
    recorder.text(after),
  )
}

function endEarly(
  netfilter: Netfilter,
  flow: Flow,
  rule: 'conntrackEarlyDrop' | 'conntrackReopened' | 'conntrackRefused',
  { recorder }: TrackIo,
): void {
  const { id, original, tcp } = flow
  forgetFlow(netfilter, flow)
  recorder.emit('netfilter/flowEnded', rule, id, recorder.text(formatTuple(original)), recorder.text(tcp?.state ?? ''))
}
