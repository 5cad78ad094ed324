/**
 * Changes to a link while the world runs. A new rate or delay holds for every packet that still waits in the queue; the one in
 * service and those on the wire keep their times. Order is kept: nothing overtakes because a link became faster. Chances and
 * queue length hold for packets that come after. Pulling a cable loses everything on it, queue included, and later packets are
 * lost at their own end until it is plugged in again.
 */
import { err, ok } from '../base'
import type { Micros, Result } from '../base'
import { linkSettingsError } from '../trace'
import type { LinkSettings } from '../trace'
import { describeSettings } from './describe'
import { loseFlight } from './due'
import type { Direction, DirectionName, Flight, Network, NetworkIo } from './network'
import { reschedule } from './orders'
import { clearQueue, enqueue, serve, transmitMicros } from './queue'
import { record } from './record'

/** Changes one direction of link `index`, or both. Refuses values out of range with one sentence, changing nothing. */
export function changeLink(
  net: Network,
  index: number,
  direction: DirectionName | 'both',
  settings: Readonly<Partial<LinkSettings>>,
  io: NetworkIo,
): Result<void> {
  const link = net.links[index]
  if (link === undefined) return err(`There is no link ${index}.`)
  const problem = linkSettingsError(settings)
  if (problem !== undefined) return err(problem)
  for (const name of direction === 'both' ? (['aToB', 'bToA'] as const) : [direction]) {
    Object.assign(link[name].settings, settings)
    replan(net, index, name, io)
  }
  const way = direction === 'both' ? '' : ` (${direction === 'aToB' ? 'a to b' : 'b to a'})`
  announce(io, index, describeSettings(settings) + way)
  return ok(undefined)
}

/** Pulls the cable of link `index` or plugs it in. Doing what is done already is no error and records nothing. */
export function setPlugged(net: Network, index: number, connected: boolean, io: NetworkIo): Result<void> {
  const link = net.links[index]
  if (link === undefined) return err(`There is no link ${index}.`)
  if (link.connected === connected) return ok(undefined)
  link.connected = connected
  const event = announce(io, index, connected ? 'plugged in' : 'unplugged')
  if (connected) return ok(undefined)
  for (const flight of net.flights.values()) {
    if (flight.link === index) loseFlight(net, flight, 'unplugged', 'cableUnplugged', event, io)
  }
  clearQueue(link.aToB, io.now)
  clearQueue(link.bToA, io.now)
  return ok(undefined)
}

function announce(io: NetworkIo, index: number, change: string): number {
  const { recorder } = io
  return record(io, -1, recorder.cause, 'link/changed', 'handOnWire', index, recorder.text(change))
}

/** Works out anew when the packets that still wait will leave and arrive. */
function replan(net: Network, index: number, name: DirectionName, io: NetworkIo): void {
  const direction = net.links[index][name]
  const { now } = io
  serve(direction, now)
  const waiting: Flight[] = []
  let busyUntil = now
  let lastArrival = 0
  for (const flight of net.flights.values()) {
    if (flight.link !== index || flight.direction !== name) continue
    if (flight.serviceStart > now) waiting.push(flight)
    else {
      busyUntil = Math.max(busyUntil, flight.serviceStart + flight.transmitMicros)
      lastArrival = Math.max(lastArrival, flight.naturalAt)
    }
  }
  if (waiting.length === 0) return
  direction.waiting.head = 0
  direction.waiting.count = 0
  direction.busyUntil = busyUntil
  direction.lastArrival = lastArrival
  for (const flight of waiting) moveFlight(flight, direction, now, io)
}

function moveFlight(flight: Flight, direction: Direction, now: Micros, io: NetworkIo): void {
  if (flight.transmitMicros > 0) flight.transmitMicros = transmitMicros(direction, flight.packet.length)
  flight.serviceStart = enqueue(direction, now, flight.transmitMicros)
  const departs = Math.ceil(flight.serviceStart + flight.transmitMicros)
  const natural = Math.max(departs + direction.settings.delayMicros + flight.jitterMicros, direction.lastArrival)
  const shift = natural - flight.naturalAt
  direction.lastArrival = natural
  flight.naturalAt = natural
  flight.endAt += shift
  if (flight.held) {
    flight.remainingMicros = Math.max(0, flight.remainingMicros + shift)
    return
  }
  flight.dueAt = Math.max(now, flight.dueAt + shift)
  reschedule(flight, io)
}
