/** What the page sees of the network: links with their settings, and packets in flight. Reads only. */
import type { Micros } from '../base'
import { NEVER } from '../base'
import type { LinkView, PacketInFlight } from '../trace'
import { progressOf } from './flight'
import type { Direction, Network } from './network'
import { waitingAt } from './queue'

export function viewLinks(net: Network, now: Micros): LinkView[] {
  return net.links.map((link, index) => ({
    index,
    a: link.a,
    b: link.b,
    connected: link.connected,
    aToB: viewDirection(link.aToB, now),
    bToA: viewDirection(link.bToA, now),
  }))
}

function viewDirection(direction: Direction, now: Micros): LinkView['aToB'] {
  return { ...direction.settings, waiting: waitingAt(direction, now) }
}

/** Every packet between two hosts, in the order in which they were sent. */
export function viewInFlight(net: Network, now: Micros): PacketInFlight[] {
  return Array.from(net.flights.values(), (flight) => ({
    packet: flight.packet.id,
    from: flight.from,
    to: flight.to,
    sentAt: flight.sentAt,
    arrivesAt: flight.dueAt === NEVER ? null : flight.dueAt,
    progress: progressOf(flight, now),
    held: flight.held,
    corrupted: flight.packet.damaged !== undefined,
    doomed: flight.doom !== '',
  }))
}
