/** Hands on one packet: lose, delay, duplicate, corrupt, hold, release, while it is in flight. */
import { createPrng, err, formatDuration, ok } from '../base'
import type { Micros, Result } from '../base'
import type { PacketOrder } from '../trace'
import { damage } from './damage'
import { loseFlight } from './due'
import { duplicate, hold, postpone, release } from './flight'
import type { Flight, Network, NetworkIo } from './network'

/** No packet is delayed by more than a day by one order. */
const LONGEST_DELAY: Micros = 86_400_000_000

/**
 * Obeys an order on packet `packetId`; the recorder's cause at the time of the call is the order's. The error is one
 * sentence for the person. Randomness (which bit a corruption flips) depends on the packet and its history alone.
 */
export function orderPacket(
  net: Network,
  packetId: number,
  order: PacketOrder,
  delayMicros: Micros,
  io: NetworkIo,
): Result<void> {
  const flight = net.flights.get(packetId)
  if (flight === undefined) return err(`Packet ${packetId} is no longer in flight.`)
  const { cause } = io.recorder
  switch (order) {
    case 'lose':
      loseFlight(net, flight, 'order', 'handOnWire', cause, io)
      return ok(undefined)
    case 'delay':
      return delay(flight, delayMicros, cause, io)
    case 'duplicate':
      duplicate(net, flight, 'handOnWire', cause, io)
      return ok(undefined)
    case 'corrupt':
      damage(flight, createPrng(packetId, `corrupt by hand ${flight.cause}`), 'handOnWire', cause, io)
      return ok(undefined)
    case 'hold':
      if (flight.held) return err(`Packet ${packetId} is already held.`)
      hold(flight, 'handOnWire', cause, io)
      flight.version++
      return ok(undefined)
    default:
      if (!flight.held) return err(`Packet ${packetId} is not held.`)
      release(flight, 'handOnWire', cause, io)
      reschedule(flight, io)
      return ok(undefined)
  }
}

function delay(flight: Flight, by: Micros, cause: number, io: NetworkIo): Result<void> {
  if (!Number.isSafeInteger(by) || by <= 0 || by > LONGEST_DELAY) {
    return err(`A packet can be delayed by 1 µs to ${formatDuration(LONGEST_DELAY)}, not by ${by} µs.`)
  }
  postpone(flight, by, 'handOnWire', cause, io)
  if (!flight.held) reschedule(flight, io)
  return ok(undefined)
}

/** Makes earlier schedule entries of a packet stale and asks for a new one. */
export function reschedule(flight: Flight, io: NetworkIo): void {
  flight.version++
  io.schedule(flight.packet.id, flight.version, flight.dueAt)
}
