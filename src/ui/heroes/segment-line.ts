/** A segment as one line of notation, counted from the ISNs that the ladder counts from. */
import { seq32 } from '../../base'
import { packetHeader } from '../../trace'
import { ACK, decodeHeaders, decodeIcmp, decodeUdpHeaders, formatIcmp, formatSegmentBody } from '../../wire'
import type { Indexes } from './indexes'

/** `PSH,ACK seq 1:101(100) ack 1 win 502 <...>`, counted from the ISNs. */
export function segmentLine({ trace, packets }: Indexes, packet: number): string {
  const { rows } = packets
  const header = packetHeader(trace.packets, packet)
  const decoded = decodeHeaders(header, rows.length[packet])
  if (!decoded.ok) return otherLine(header, rows.length[packet])
  const { segment } = decoded.value
  const iss = seq32(segment.seq - rows.seq[packet])
  const irs = segment.flags & ACK ? seq32(segment.ack - rows.ack[packet]) : undefined
  return formatSegmentBody(segment, rows.length[packet], { iss, irs })
}

/** What is no segment: `icmp unreachable host_unreachable`, `udp 40001 > 53 length 100`. */
function otherLine(header: Uint8Array, length: number): string {
  const icmp = decodeIcmp(header)
  if (icmp.ok) return `icmp ${formatIcmp(icmp.value.message)}`
  const udp = decodeUdpHeaders(header, length)
  return udp === undefined ? '' : `udp ${udp.udp.srcPort} > ${udp.udp.dstPort} length ${length}`
}
