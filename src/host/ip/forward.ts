/**
 * A packet for somebody else: a router passes it on, one hop older, or tells its sender why not (RFC 1812 5.2). Linux ip_route_input_slow, ip_forward,
 * ip_error. Leaves out redirects, IP options and fragments: what may be cut up passes whole.
 */
import { DROP_REASONS } from '../../trace'
import type { DropReason, RuleName } from '../../trace'
import { FRAGMENTATION_NEEDED, packetParts, ICMP_TIME_EXCEEDED, ICMP_UNREACHABLE } from '../../wire'
import type { AnyPacket } from '../../wire'
import { count } from '../counters'
import type { HostIo } from '../io'
import type { Host } from '../records'
import { runHook } from './hooks'
import { sendIcmpError } from './icmp-send'
import type { Interface, RouteEntry } from './records'
import { findRoute } from './routing'
import { leave, wayBy } from './send'

const NET_UNREACHABLE = 0
const HOST_UNREACHABLE = 1
const COMM_PROHIBITED = 13
const TTL_EXCEEDED = 0

export function forwards(host: Host): boolean {
  return host.sysctl.ip_forward !== 0
}

/** A packet that is not for this host; `recorder.cause` is the event of its arrival. */
export function forward(host: Host, packet: AnyPacket, from: Interface, io: HostIo): void {
  const { ip } = packet
  const entry = findRoute(host, ip.dst)
  const way = entry === undefined ? undefined : wayBy(host, entry, ip.dst)
  if (entry === undefined || way === undefined) return noWay(host, packet, entry?.type, io)
  if (ip.ttl <= 1) {
    count(host, 'InHdrErrors')
    return refuse(host, packet, 'ttlExceeded', 'ttlExceeded', [ICMP_TIME_EXCEEDED, TTL_EXCEEDED, 0], io)
  }
  const mtu = outgoingMtu(host, entry, way.out, io)
  if (packet.length > mtu && ip.dontFragment) {
    count(host, 'FragFails')
    const said: IcmpCode | undefined = io.link(way.out.way).icmpSilent
      ? undefined
      : [ICMP_UNREACHABLE, FRAGMENTATION_NEEDED, mtu]
    return refuse(host, packet, 'tooLong', 'mtuExceeded', said, io)
  }
  const place = { in: from, out: way.out }
  const older = { ...packet, ip: { ...ip, ttl: ip.ttl - 1 } }
  const accepted = runHook(host, 'FORWARD', older, place, io)
  if (accepted === undefined) return undefined
  count(host, 'ForwDatagrams')
  const last = runHook(host, 'POSTROUTING', accepted, { in: undefined, out: way.out }, io)
  if (last !== undefined) leave(host, passedOn(host, last, io), way, io)
  return undefined
}

/** Bytes of the longest packet that goes on there. */
function outgoingMtu(host: Host, { mtu }: RouteEntry, out: Interface, io: HostIo): number {
  const { mtuBytes } = io.link(out.way)
  return Math.min(host.sysctl.mtu, mtu === 0 ? Infinity : mtu, mtuBytes === 0 ? Infinity : mtuBytes)
}

/** What leaves a router is a packet of its own in the trace, with the header that it has from here. */
function passedOn(host: Host, packet: AnyPacket, io: HostIo): AnyPacket {
  const { recorder } = io
  const { header, payload } = packetParts(packet)
  const id = recorder.packet(host.index, header, header.length, payload)
  const sentEvent = recorder.emit('host/packetForwarded', 'forwarded', id, packet.id, packet.ip.ttl)
  return { ...packet, id, sentEvent }
}

function noWay(host: Host, packet: AnyPacket, type: RouteEntry['type'] | undefined, io: HostIo): void {
  count(host, 'InNoRoutes')
  switch (type) {
    case 'unreachable':
      return refuse(host, packet, 'noRoute', 'unreachableRoute', [ICMP_UNREACHABLE, HOST_UNREACHABLE, 0], io)
    case 'prohibit':
      return refuse(host, packet, 'noRoute', 'prohibitRoute', [ICMP_UNREACHABLE, COMM_PROHIBITED, 0], io)
    case 'blackhole':
      return refuse(host, packet, 'noRoute', 'blackholeRoute', undefined, io)
    default:
      return refuse(host, packet, 'noRoute', 'noRouteOn', [ICMP_UNREACHABLE, NET_UNREACHABLE, 0], io)
  }
}

type IcmpCode = readonly [type: number, code: number, info: number]

/** The packet ends here; its sender is told, unless `said` is undefined. */
function refuse(
  host: Host,
  packet: AnyPacket,
  reason: DropReason,
  rule: RuleName,
  said: IcmpCode | undefined,
  io: HostIo,
): void {
  io.recorder.cause = io.recorder.emit('host/packetDropped', rule, packet.id, DROP_REASONS.indexOf(reason))
  if (said !== undefined) sendIcmpError(host, packet, { type: said[0], code: said[1], info: said[2], rule }, io)
}
