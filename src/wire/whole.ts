/** Any packet as bytes, whatever it carries: for the wire that damages it, the error that quotes it, the trace that keeps its header. */
import type { Result } from '../base'
import { ok } from '../base'
import { decodePacket, encodeHeaders, encodePacket } from './codec'
import type { DecodeError } from './codec'
import { decodeIcmp, encodeIcmp, isIcmp } from './icmp'
import type { IcmpPacket, Packet, UdpPacket } from './packet'
import { decodeUdp, encodeUdp, encodeUdpHeaders, isUdp } from './udp'

/** What a packet is but for its way: the header, and one of the three. */
export type PacketContents =
  | Pick<Packet, 'ip' | 'segment' | 'icmp' | 'udp'>
  | Pick<IcmpPacket, 'ip' | 'segment' | 'icmp' | 'udp'>
  | Pick<UdpPacket, 'ip' | 'segment' | 'icmp' | 'udp'>

const NOTHING = new Uint8Array(0)

/** The whole packet, checksums included. */
export function packetBytes(packet: PacketContents): Uint8Array {
  if (packet.icmp !== undefined) return encodeIcmp(packet.ip, packet.icmp)
  if (packet.udp !== undefined) return encodeUdp(packet.ip, packet.udp)
  return encodePacket(packet.ip, packet.segment)
}

/** Its headers, and the payload that stands behind them. An ICMP error is all header: what it quotes is kept with it. */
export function packetParts(packet: PacketContents): { readonly header: Uint8Array; readonly payload: Uint8Array } {
  if (packet.icmp !== undefined) return { header: encodeIcmp(packet.ip, packet.icmp), payload: NOTHING }
  if (packet.udp !== undefined) return { header: encodeUdpHeaders(packet.ip, packet.udp), payload: packet.udp.payload }
  return { header: encodeHeaders(packet.ip, packet.segment), payload: packet.segment.payload }
}

/** Bytes of data in it, headers not counted. */
export function payloadLength({ segment, udp }: PacketContents): number {
  return segment?.payload.length ?? udp?.payload.length ?? 0
}

/** Reads and verifies a packet of any of the three kinds. */
export function decodeContents(bytes: Uint8Array): Result<PacketContents, DecodeError> {
  if (isIcmp(bytes)) {
    const decoded = decodeIcmp(bytes)
    return decoded.ok ? ok({ ip: decoded.value.ip, icmp: decoded.value.message }) : decoded
  }
  if (isUdp(bytes)) {
    const decoded = decodeUdp(bytes)
    return decoded.ok ? ok({ ip: decoded.value.ip, udp: decoded.value.udp }) : decoded
  }
  const decoded = decodePacket(bytes)
  return decoded.ok ? ok({ ip: decoded.value.ip, segment: decoded.value.segment }) : decoded
}
