/**
 * A router on a link whose next hop takes only shorter packets than the hosts send: a packet that may not be cut up is lost there, and its sender is
 * told by ICMP what would pass (RFC 1191 4, RFC 1812 4.3.3.3); or not told, where ICMP is filtered, which is a black hole. The word comes back after
 * the link's delay, as from half-way. Linux ip_forward. Packets that may be cut up pass whole: fragments are not shown. A host that forwards looks at the
 * link's MTU itself (host/ip/forward.ts), so this is about what hosts send of their own.
 */
import { LOSS_REASONS } from '../trace'
import type { LinkSettings } from '../trace'
import { FRAGMENTATION_NEEDED, ICMP_UNREACHABLE, icmpError, packetBytes } from '../wire'
import type { AnyPacket, IcmpPacket } from '../wire'
import { createFlight } from './flight'
import type { DirectionName, Link, Network, NetworkIo } from './network'
import { record } from './record'

/** 10.255.255.254, and downwards from there for further links: an address that no host has. */
const FIRST_ROUTER = 0x0aff_fffe
const TTL = 64
const HEADERS = 28

interface Way {
  readonly link: Link
  readonly index: number
  readonly name: DirectionName
  readonly settings: LinkSettings
}

export function isTooLong({ mtuBytes = 0 }: LinkSettings, { ip, length }: AnyPacket): boolean {
  return mtuBytes > 0 && length > mtuBytes && ip.dontFragment
}

/** Loses the packet, and lets its sender know unless the link is silent. */
export function refuseLong(net: Network, way: Way, from: number, packet: AnyPacket, io: NetworkIo): void {
  const { link, index, name, settings } = way
  const reason = LOSS_REASONS.indexOf('tooLong')
  const event = record(io, from, packet.sentEvent, 'link/packetLost', 'mtuExceeded', packet.id, index, reason)
  if (settings.icmpSilent === 1) return
  const icmp = icmpError(ICMP_UNREACHABLE, FRAGMENTATION_NEEDED, settings.mtuBytes ?? 0, packetBytes(packet))
  const answer: Omit<IcmpPacket, 'id'> = {
    ip: { src: FIRST_ROUTER - index, dst: packet.ip.src, ttl: TTL, identification: 0, tos: 0, dontFragment: false },
    icmp,
    damaged: undefined,
    length: HEADERS + icmp.quoted.length,
    sentEvent: event,
  }
  const far = name === 'aToB' ? link.b : link.a
  const id = io.newPacket(far, { ...answer, id: 0 })
  const direction: DirectionName = name === 'aToB' ? 'bToA' : 'aToB'
  const flight = createFlight({ ...answer, id }, { from: far, to: from, link: index, direction }, io.now)
  const arrival = io.now + settings.delayMicros
  flight.naturalAt = arrival
  flight.dueAt = arrival
  flight.endAt = arrival
  net.flights.set(id, flight)
  io.schedule(id, 0, arrival)
}
