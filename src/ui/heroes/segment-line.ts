/** A segment as one line of notation, counted from the ISNs that the ladder counts from. */
import { seq32 } from '../../base'
import { packetHeader } from '../../trace'
import { ACK, decodeHeaders, formatSegmentBody } from '../../wire'
import type { Indexes } from './indexes'

/** `PSH,ACK seq 1:101(100) ack 1 win 502 <...>`, counted from the ISNs. */
export function segmentLine({ trace, packets }: Indexes, packet: number): string {
  const { rows } = packets
  const decoded = decodeHeaders(packetHeader(trace.packets, packet), rows.length[packet])
  if (!decoded.ok) return ''
  const { segment } = decoded.value
  const iss = seq32(segment.seq - rows.seq[packet])
  const irs = segment.flags & ACK ? seq32(segment.ack - rows.ack[packet]) : undefined
  return formatSegmentBody(segment, rows.length[packet], { iss, irs })
}
