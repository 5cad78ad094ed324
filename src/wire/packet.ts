/**
 * A packet while it is between two hosts: a segment inside its IP envelope. Hosts pass the records; the bytes are
 * there whenever someone looks, because `encodePacket` and `decodePacket` are inverses (a property test holds them to it).
 */
import type { IcmpMessage } from './icmp'
import type { Ipv4Header, TcpSegment } from './segment'
import type { UdpDatagram } from './udp'

interface Envelope {
  /** Number in the trace's packet table. */
  readonly id: number
  readonly ip: Ipv4Header
  /** Set once the wire has damaged it: these bytes arrive, and the receiver must check them. */
  readonly damaged: Uint8Array | undefined
  /** Whole length in bytes, IP header included. */
  readonly length: number
  /** Event that sent it; the cause of its arrival. */
  readonly sentEvent: number
}

/** A packet with a segment in it, as nearly all are. */
export interface Packet extends Envelope {
  readonly segment: TcpSegment
  readonly icmp?: undefined
  readonly udp?: undefined
}

/** A packet that tells of another one's misfortune. */
export interface IcmpPacket extends Envelope {
  readonly icmp: IcmpMessage
  readonly segment?: undefined
  readonly udp?: undefined
}

/** A packet with a datagram in it. */
export interface UdpPacket extends Envelope {
  readonly udp: UdpDatagram
  readonly segment?: undefined
  readonly icmp?: undefined
}

/** Whatever a link carries. */
export type AnyPacket = Packet | IcmpPacket | UdpPacket
