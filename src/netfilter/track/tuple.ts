/** Addresses and ports of a packet as conntrack sees them, and the same of the packet that an ICMP error quotes (nf_ct_get_tuple, nf_ct_invert_tuple). */
import { formatIpv4, PROTOCOL_ICMP, PROTOCOL_TCP, PROTOCOL_UDP, quotedDatagram, quotedSegment } from '../../wire'
import type { AnyPacket, IcmpMessage } from '../../wire'
import { ICMP_ECHO, ICMP_ECHO_REPLY } from '../icmp-types'
import { protocolName } from '../command/format'
import type { Tuple } from '../records'

/** The tuple of a packet; an ICMP error has none of its own, and no query but echo is tracked. */
export function tupleOf({ ip, segment, udp, icmp }: AnyPacket): Tuple | undefined {
  const { src, dst } = ip
  if (segment !== undefined) {
    return { protocol: PROTOCOL_TCP, src, dst, srcPort: segment.srcPort, dstPort: segment.dstPort }
  }
  if (udp !== undefined) return { protocol: PROTOCOL_UDP, src, dst, srcPort: udp.srcPort, dstPort: udp.dstPort }
  if (icmp.type !== ICMP_ECHO && icmp.type !== ICMP_ECHO_REPLY) return undefined
  const id = icmp.info >>> 16
  return { protocol: PROTOCOL_ICMP, src, dst, srcPort: id, dstPort: id }
}

/** The tuple of what an ICMP error is about. */
export function quotedTuple(icmp: IcmpMessage): Tuple | undefined {
  const segment = quotedSegment(icmp)
  if (segment !== undefined) {
    const { src, dst, srcPort, dstPort } = segment
    return { protocol: PROTOCOL_TCP, src, dst, srcPort, dstPort }
  }
  const datagram = quotedDatagram(icmp.quoted)
  return datagram === undefined ? undefined : { protocol: PROTOCOL_UDP, ...datagram }
}

/** As the answer has it. */
export function inverted({ protocol, src, dst, srcPort, dstPort }: Tuple): Tuple {
  return { protocol, src: dst, dst: src, srcPort: dstPort, dstPort: srcPort }
}

/** The key of a tuple in the table. */
export function tupleKey({ protocol, src, dst, srcPort, dstPort }: Tuple): string {
  return `${protocol} ${src}:${srcPort} ${dst}:${dstPort}`
}

/** `tcp 10.0.0.1:40000 > 10.0.0.2:80`. */
export function formatTuple({ protocol, src, dst, srcPort, dstPort }: Tuple): string {
  return `${protocolName(protocol)} ${formatIpv4(src)}:${srcPort} > ${formatIpv4(dst)}:${dstPort}`
}
