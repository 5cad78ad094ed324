/** How one direction of a link treats packets. */
import type { Micros } from '../base'

/** One direction of a link. Probabilities are 0..1 and drawn for each packet from the link's own stream. */
export interface LinkSettings {
  /** Bits a second; 0 means no serialisation time. */
  rateBitsPerSecond: number
  delayMicros: Micros
  /** Each packet's delay gets a uniform draw from 0..jitterMicros on top; order is kept unless reordered. */
  jitterMicros: Micros
  /** Packets that may wait while one is in service; the next is lost (drop-tail). */
  queuePackets: number
  loss: number
  /** Chance that a packet is held back by reorderMicros so that later ones pass it. */
  reorder: number
  reorderMicros: Micros
  duplicate: number
  corrupt: number
  /** Packets of queue from which an ECN-capable packet is marked CE (RFC 3168 5): it sees so many before it; 0 or nothing for never. */
  markPackets?: number
  /** A router on the link takes no longer packets: bytes; 0 or nothing for whatever its hosts send. Those that may be cut up pass as if they were. */
  mtuBytes?: number
  /** 1: that router says nothing of it, as where ICMP is filtered (an ICMP black hole). */
  icmpSilent?: number
}
