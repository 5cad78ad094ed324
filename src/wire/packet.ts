/**
 * A packet while it is between two hosts: a segment inside its IP envelope. Hosts pass the records; the bytes are
 * there whenever someone looks, because `encodePacket` and `decodePacket` are inverses (a property test holds them to it).
 */
import type { Ipv4Header, TcpSegment } from './segment'

export interface Packet {
  /** Number in the trace's packet table. */
  readonly id: number
  readonly ip: Ipv4Header
  readonly segment: TcpSegment
  /** Set once the wire has damaged it: these bytes arrive, and the receiver must check them. */
  readonly damaged: Uint8Array | undefined
  /** Whole length in bytes, IP header included. */
  readonly length: number
  /** Event that sent it; the cause of its arrival. */
  readonly sentEvent: number
}
