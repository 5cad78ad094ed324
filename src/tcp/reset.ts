/**
 * The RST that answers a segment which no connection wants (RFC 9293 3.10.7.1, 3.5.2). Linux tcp_v4_send_reset. Carries no
 * options, so it needs no connection.
 */
import { seqAdd } from '../base'
import type { Seq32 } from '../base'
import { ACK, NO_OPTIONS, RST, segmentLength } from '../wire'
import type { TcpSegment } from '../wire'

const NOTHING = new Uint8Array(0)

/** The answer, ports turned round; undefined for a RST, which is never answered. */
export function resetFor(segment: TcpSegment): TcpSegment | undefined {
  if ((segment.flags & RST) !== 0) return undefined
  const acked = (segment.flags & ACK) !== 0
  return {
    srcPort: segment.dstPort,
    dstPort: segment.srcPort,
    seq: acked ? segment.ack : (0 as Seq32),
    ack: acked ? (0 as Seq32) : seqAdd(segment.seq, segmentLength(segment)),
    flags: acked ? RST : RST | ACK,
    window: 0,
    urgentPointer: 0,
    options: NO_OPTIONS,
    payload: NOTHING,
  }
}
