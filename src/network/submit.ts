/**
 * A packet enters the network: which way it goes, whether the queue takes it, what the link's chances and the
 * scenario's faults do to it, and when it will arrive. One schedule entry for each packet.
 *
 * A full queue loses at once. A packet that chance or a fault takes is lost half-way: it has used its share of the rate,
 * and a person can see it go. Chances are drawn for every packet that the queue took, each from its own stream, so that
 * changing one probability leaves the other streams alone.
 */
import { nextChance, nextInt } from '../base'
import { LOSS_REASONS, NO_LINK } from '../trace'
import type { LossReason, RuleName } from '../trace'
import { CE, NOT_ECT } from '../wire'
import type { AnyPacket } from '../wire'
import { damage } from './damage'
import { matchFaults } from './faults'
import type { FaultOrders } from './faults'
import { createFlight, doom, duplicate, hold, postpone } from './flight'
import type { Direction, DirectionName, Flight, Link, Network, NetworkIo } from './network'
import { enqueue, isFull, serve, transmitMicros, waitingAt } from './queue'
import { record } from './record'
import { isTooLong, refuseLong } from './too-long'

/** The way of packets that stay in their host. */
const LOOPBACK_WAY = -1

/** Sends a packet on its way: link `way >> 1`, from its b end where the last bit is set; or -1, back to its own host. */
export function submitPacket(net: Network, from: number, packet: AnyPacket, way: number, io: NetworkIo): void {
  if (way === LOOPBACK_WAY) {
    loopBack(net, from, packet, io)
    return
  }
  const index = way >> 1
  const link = net.links[index]
  const name: DirectionName = way & 1 ? 'bToA' : 'aToB'
  const faults = matchFaults(net.faults, from, packet)
  if (!link.connected) lose(io, from, packet, index, 'unplugged', 'cableUnplugged')
  else transmit(net, { link, index, name, direction: link[name] }, from, packet, faults, io)
}

/** The way a packet takes. */
interface Way {
  readonly link: Link
  readonly index: number
  readonly name: DirectionName
  readonly direction: Direction
}

function loopBack(net: Network, from: number, packet: AnyPacket, io: NetworkIo): void {
  const flight = createFlight(packet, { from, to: from, link: NO_LINK, direction: 'aToB' }, io.now)
  net.flights.set(packet.id, flight)
  io.schedule(packet.id, 0, io.now)
}

function transmit(net: Network, way: Way, from: number, packet: AnyPacket, faults: FaultOrders, io: NetworkIo): void {
  const { direction, index } = way
  const { now } = io
  serve(direction, now)
  if (isTooLong(direction.settings, packet)) {
    refuseLong(net, { link: way.link, index, name: way.name, settings: direction.settings }, from, packet, io)
    return
  }
  if (isFull(direction, now)) {
    lose(io, from, packet, index, 'queueFull', 'dropTail')
    return
  }
  const micros = transmitMicros(direction, packet.length)
  const start = enqueue(direction, now, micros)
  const { settings, random } = direction
  const jitter = settings.jitterMicros > 0 ? nextInt(random.jitter, settings.jitterMicros + 1) : 0
  const arrival = Math.max(Math.ceil(start + micros) + settings.delayMicros + jitter, direction.lastArrival)
  direction.lastArrival = arrival
  const to = way.name === 'aToB' ? way.link.b : way.link.a
  const waiting = start > now ? waitingAt(direction, now) - 1 : 0
  const flight = createFlight(
    marked(packet, waiting, way, from, io),
    { from, to, link: index, direction: way.name },
    now,
  )
  flight.serviceStart = start
  flight.transmitMicros = micros
  flight.jitterMicros = jitter
  flight.naturalAt = arrival
  flight.dueAt = arrival
  flight.endAt = arrival
  if (start > now) {
    record(io, from, flight.cause, 'link/packetQueued', 'linkQueue', packet.id, index, waiting)
  }
  net.flights.set(packet.id, flight)
  takeChances(net, flight, direction, faults, io)
}

/** A queue that has grown tells an ECN-capable sender so, instead of losing its packets later (RFC 3168 5, RFC 8257 3.1). `waiting`: packets before it. */
function marked(packet: AnyPacket, waiting: number, { direction, index }: Way, from: number, io: NetworkIo): AnyPacket {
  const threshold = direction.settings.markPackets ?? 0
  const { ip } = packet
  if (threshold === 0 || waiting < threshold || (ip.tos & CE) === NOT_ECT || (ip.tos & CE) === CE) return packet
  record(io, from, packet.sentEvent, 'link/packetMarked', 'linkMark', packet.id, index, waiting)
  return { ...packet, ip: { ...ip, tos: ip.tos | CE } }
}

/** Applies what chance and the faults decide, then schedules the packet; a second copy comes after it. */
function takeChances(net: Network, flight: Flight, direction: Direction, faults: FaultOrders, io: NetworkIo): void {
  const { settings, random } = direction
  const lost = nextChance(random.loss, settings.loss)
  const reordered = nextChance(random.reorder, settings.reorder)
  const doubled = nextChance(random.duplicate, settings.duplicate)
  const corrupted = nextChance(random.corrupt, settings.corrupt)
  if (corrupted) damage(flight, random.corrupt, 'linkCorrupt', flight.cause, io)
  if (faults.corrupt) damage(flight, random.corrupt, 'scenarioFault', flight.cause, io)
  if (reordered) postpone(flight, settings.reorderMicros, 'linkReorder', flight.cause, io)
  if (faults.delayMicros > 0) postpone(flight, faults.delayMicros, 'scenarioFault', flight.cause, io)
  if (lost) doom(flight, 'random')
  else if (faults.lose) doom(flight, 'fault')
  if (faults.hold) hold(flight, 'scenarioFault', flight.cause, io)
  else io.schedule(flight.packet.id, flight.version, flight.dueAt)
  if (doubled) duplicate(net, flight, 'linkDuplicate', flight.cause, io)
  if (faults.duplicate) duplicate(net, flight, 'scenarioFault', flight.cause, io)
}

/** A packet that gets no further than its own end of the link. */
function lose(io: NetworkIo, from: number, packet: AnyPacket, link: number, reason: LossReason, rule: RuleName): void {
  record(io, from, packet.sentEvent, 'link/packetLost', rule, packet.id, link, LOSS_REASONS.indexOf(reason))
}
