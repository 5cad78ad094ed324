/** TCPMSS: lowers the MSS that a SYN offers, the cure for paths whose ICMP is filtered (iptables-extensions(8), RFC 4459 3.2). Linux tcpmss_mangle_packet. */
import type { AnyPacket } from '../../wire'

const IP_AND_TCP = 40

/** `mss` 0: what fits `mtu`. Only ever lowers; a SYN without the option keeps its default. */
export function clampMss(packet: AnyPacket, mss: number, mtu: number): AnyPacket {
  const { segment } = packet
  const offered = segment?.options.mss
  if (segment === undefined || offered === undefined) return packet
  const most = mss === 0 ? mtu - IP_AND_TCP : mss
  if (offered <= most) return packet
  return { ...packet, segment: { ...segment, options: { ...segment.options, mss: most } } }
}
