/**
 * Addresses and ports of a packet put in place of others. Checksums need no care here: headers are encoded from the records. An ICMP error is
 * rewritten twice, outside and in the header that it quotes (nf_nat_icmp_reply_translation), or its receiver would not know what it is about.
 */
import { requoted } from '../../wire'
import type { AnyPacket, IcmpMessage, Ipv4Address } from '../../wire'

/** One end of a packet as NAT sets it. */
export interface End {
  readonly address: Ipv4Address
  /** Port; the identifier of an ICMP echo. */
  readonly port: number
}

export function withSource(packet: AnyPacket, { address, port }: End): AnyPacket {
  const ip = { ...packet.ip, src: address }
  if (packet.segment !== undefined) return { ...packet, ip, segment: { ...packet.segment, srcPort: port } }
  if (packet.udp !== undefined) return { ...packet, ip, udp: { ...packet.udp, srcPort: port } }
  return { ...packet, ip, icmp: withIdentifier(packet.icmp, port) }
}

export function withDestination(packet: AnyPacket, { address, port }: End): AnyPacket {
  const ip = { ...packet.ip, dst: address }
  if (packet.segment !== undefined) return { ...packet, ip, segment: { ...packet.segment, dstPort: port } }
  if (packet.udp !== undefined) return { ...packet, ip, udp: { ...packet.udp, dstPort: port } }
  return { ...packet, ip, icmp: withIdentifier(packet.icmp, port) }
}

function withIdentifier(icmp: IcmpMessage, id: number): IcmpMessage {
  return { ...icmp, info: ((id << 16) | (icmp.info & 0xffff)) >>> 0 }
}

/**
 * An error about a flow's packet. The quoted packet went the other way: its source is the error's destination, and what NAT did to the one it must do
 * to the other.
 */
export function withQuoted(packet: AnyPacket, { address, port }: End, which: 'source' | 'destination'): AnyPacket {
  if (packet.icmp === undefined) return packet
  const icmp = requoted(packet.icmp, which === 'destination' ? 'source' : 'destination', address, port)
  if (which === 'destination') return { ...packet, ip: { ...packet.ip, dst: address }, icmp }
  return { ...packet, icmp }
}
