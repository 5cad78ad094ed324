/** Corruption: one bit of the real bytes is flipped, wherever it falls. What that does is the receiver's checksums' affair. */
import { nextInt } from '../base'
import type { Prng } from '../base'
import type { RuleName } from '../trace'
import { packetBytes } from '../wire'
import type { Flight, NetworkIo } from './network'
import { record } from './record'

/** Flips one bit of the packet, header or payload. A second damage adds to the first. */
export function damage(flight: Flight, random: Prng, rule: RuleName, cause: number, io: NetworkIo): void {
  const { packet } = flight
  const bytes = (packet.damaged ?? packetBytes(packet)).slice()
  const bit = nextInt(random, bytes.length * 8)
  bytes[bit >> 3] ^= 0x80 >> (bit & 7)
  flight.packet = { ...packet, damaged: bytes }
  flight.cause = record(io, flight.from, cause, 'link/packetCorrupted', rule, packet.id, flight.link, bit >> 3)
}
