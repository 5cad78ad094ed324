/**
 * A packet leaves the host: OUTPUT, the routing table, POSTROUTING, the neighbour, the link. Linux __ip_local_out, ip_output, ip_finish_output2. The
 * packet has its number and its event already. Leaves out fragments: what may be cut up passes whole.
 */
import { LOSS_REASONS, NO_LINK } from '../../trace'
import type { LossReason, RuleName } from '../../trace'
import { packetParts } from '../../wire'
import type { AnyPacket } from '../../wire'
import { count } from '../counters'
import type { HostIo } from '../io'
import type { Host } from '../records'
import { runHook } from './hooks'
import { sendToNeighbour } from './neighbours'
import type { Interface, RouteEntry } from './records'
import { findRoute, interfaceAt, isOwnAddress } from './routing'

/** Where a packet goes. */
export interface Way {
  readonly out: Interface
  /** Next hop, or the destination itself. */
  readonly hop: number
}

/** Sends a packet of the host's own. False where it got no further than a filter of its own, which Linux tells the sender (EPERM). */
export function sendPacket(host: Host, made: AnyPacket, io: HostIo): boolean {
  count(host, 'OutRequests')
  const first = wayTo(host, made, io)
  if (first === undefined) return true
  const packet = runHook(host, 'OUTPUT', made, { in: undefined, out: first.out }, io)
  if (packet === undefined) return false
  // Filters may have sent it elsewhere (ip_route_me_harder).
  const way = packet.ip.dst === made.ip.dst ? first : wayTo(host, packet, io)
  if (way === undefined) return true
  const last = runHook(host, 'POSTROUTING', packet, { in: undefined, out: way.out }, io)
  if (last === undefined) return false
  leave(host, last === made ? made : renumbered(host, last, io), way, io)
  return true
}

/** The way of a packet of one's own; where there is none it is lost, and that recorded. */
function wayTo(host: Host, packet: AnyPacket, io: HostIo): Way | undefined {
  const { dst } = packet.ip
  if (isOwnAddress(host, dst)) return { out: host.ip.config.interfaces[0], hop: dst }
  const entry = findRoute(host, dst)
  const way = entry === undefined ? undefined : wayBy(host, entry, dst)
  if (way !== undefined) return way
  count(host, 'OutNoRoutes')
  loseHere(packet, 'noRoute', 'noRoute', io)
  return undefined
}

/** Where a line of the table leads; undefined where it refuses. */
export function wayBy(host: Host, entry: RouteEntry, dst: number): Way | undefined {
  const out = interfaceAt(host, entry.interface)
  return out === undefined ? undefined : { out, hop: entry.via === 0 ? dst : entry.via }
}

/** POSTROUTING is behind the packet: it goes to its neighbour. */
export function leave(host: Host, packet: AnyPacket, { out, hop }: Way, io: HostIo): void {
  count(host, 'OutTransmits')
  count(host, 'OutOctets', packet.length)
  if (out.arp) sendToNeighbour(host, packet, out, hop, io)
  else io.send(packet, out.way)
}

/** A packet whose header filters have changed gets a number of its own, so that the trace has the bytes that leave. */
function renumbered(host: Host, packet: AnyPacket, io: HostIo): AnyPacket {
  const { recorder } = io
  const { header, payload } = packetParts(packet)
  const id = recorder.packet(host.index, header, header.length, payload)
  const before = recorder.cause
  recorder.cause = packet.sentEvent
  const sentEvent = recorder.emit('host/packetRewritten', 'rewritten', id, packet.id)
  recorder.cause = before
  return { ...packet, id, sentEvent }
}

/** A packet that never left. */
export function loseHere({ id, sentEvent }: AnyPacket, reason: LossReason, rule: RuleName, io: HostIo): number {
  const { recorder } = io
  const { socket, cause } = recorder
  recorder.socket = -1
  recorder.cause = sentEvent
  const event = recorder.emit('link/packetLost', rule, id, NO_LINK, LOSS_REASONS.indexOf(reason))
  recorder.socket = socket
  recorder.cause = cause
  return event
}
