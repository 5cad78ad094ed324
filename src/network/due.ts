/** The end of a packet's way: it arrives, or is lost at the place where its doom was laid. */
import { LOSS_REASONS, NO_LINK } from '../trace'
import type { LossReason, RuleName } from '../trace'
import type { AnyPacket } from '../wire'
import type { Flight, Network, NetworkIo } from './network'
import { record } from './record'

/**
 * What the schedule entry (packetId, version) means: a packet for host `to` at its end `way` of a link, a loss, or undefined for an entry that an order made
 * stale. On arrival the recorder's cause is left at the `link/packetDelivered` event, for what the host does with it.
 */
export function packetDue(
  net: Network,
  packetId: number,
  version: number,
  io: NetworkIo,
): { readonly to: number; readonly way: number; readonly packet: AnyPacket } | 'lost' | undefined {
  const flight = net.flights.get(packetId)
  if (flight === undefined || flight.version !== version) return undefined
  if (flight.doom !== '') {
    loseFlight(net, flight, flight.doom, lossRule(flight.doom), flight.cause, io)
    return 'lost'
  }
  net.flights.delete(packetId)
  const { from, to, packet, link, cause } = flight
  const rule = link === NO_LINK ? 'loopback' : 'linkDelivery'
  io.recorder.cause = record(io, from, cause, 'link/packetDelivered', rule, packetId, link)
  // It comes in by the interface by which its answer would leave.
  const way = link === NO_LINK ? -1 : link * 2 + (flight.direction === 'aToB' ? 1 : 0)
  return { to, way, packet }
}

/** True while this schedule entry still means something. */
export function packetIsDue(net: Network, packetId: number, version: number): boolean {
  return net.flights.get(packetId)?.version === version
}

/** Takes a packet off the network for good. */
export function loseFlight(
  net: Network,
  flight: Flight,
  reason: LossReason,
  rule: RuleName,
  cause: number,
  io: NetworkIo,
): void {
  net.flights.delete(flight.packet.id)
  record(io, flight.from, cause, 'link/packetLost', rule, flight.packet.id, flight.link, LOSS_REASONS.indexOf(reason))
}

function lossRule(reason: LossReason): RuleName {
  return reason === 'fault' ? 'scenarioFault' : 'linkLoss'
}
