/**
 * One packet between two hosts and what can befall it there: delay, hold, a second copy, a doom. Chances, faults of the scenario
 * and orders by hand all come here; they differ in the rule and the cause that the events quote.
 */
import { NEVER } from '../base'
import type { Micros } from '../base'
import type { LossReason, RuleName } from '../trace'
import type { AnyPacket } from '../wire'
import type { DirectionName, Flight, Network, NetworkIo } from './network'
import { record } from './record'

/** A packet that arrives now; the caller fills in the times that its way takes. */
export function createFlight(
  packet: AnyPacket,
  way: { readonly from: number; readonly to: number; readonly link: number; readonly direction: DirectionName },
  now: Micros,
): Flight {
  return {
    packet,
    from: way.from,
    to: way.to,
    link: way.link,
    direction: way.direction,
    sentAt: now,
    serviceStart: now,
    transmitMicros: 0,
    jitterMicros: 0,
    naturalAt: now,
    dueAt: now,
    version: 0,
    remainingMicros: 0,
    held: false,
    doom: '',
    cause: packet.sentEvent,
    progress: 0,
    progressAt: now,
    endAt: now,
  }
}

/** The packet will be lost half-way between leaving its host and arriving. */
export function doom(flight: Flight, reason: LossReason): void {
  const departs = flight.serviceStart + flight.transmitMicros
  flight.doom = reason
  flight.dueAt = Math.ceil((departs + flight.dueAt) / 2)
}

/** Lets a packet arrive `by` later than it would; those behind it may pass it. */
export function postpone(flight: Flight, by: Micros, rule: RuleName, cause: number, io: NetworkIo): void {
  noteProgress(flight, io.now)
  if (flight.held) flight.remainingMicros += by
  else flight.dueAt += by
  flight.endAt += by
  const byMillis = Math.min(Math.ceil(by / 1_000), 0xffff_ffff)
  record(io, flight.from, cause, 'link/packetDelayed', rule, flight.packet.id, flight.link, byMillis)
}

/** Stops a packet where it is until someone releases it. */
export function hold(flight: Flight, rule: RuleName, cause: number, io: NetworkIo): void {
  noteProgress(flight, io.now)
  flight.remainingMicros = flight.dueAt - io.now
  flight.dueAt = NEVER
  flight.held = true
  record(io, flight.from, cause, 'link/packetHeld', rule, flight.packet.id, flight.link)
}

/** Lets a held packet go on: it arrives after what remained of its way. */
export function release(flight: Flight, rule: RuleName, cause: number, io: NetworkIo): void {
  flight.held = false
  flight.dueAt = io.now + flight.remainingMicros
  flight.endAt += io.now - flight.progressAt
  flight.progressAt = io.now
  record(io, flight.from, cause, 'link/packetReleased', rule, flight.packet.id, flight.link)
}

/**
 * Makes a second copy right behind the first. It takes no share of the rate (the wire made it), carries the same damage and
 * shares the doom, and goes on even where the first one is held.
 */
export function duplicate(net: Network, flight: Flight, rule: RuleName, cause: number, io: NetworkIo): void {
  const { packet, from, link } = flight
  const id = io.newPacket(from, packet)
  const event = record(io, from, cause, 'link/packetDuplicated', rule, packet.id, link, id)
  const stood = flight.held ? io.now - flight.progressAt : 0
  const copy: Flight = {
    ...flight,
    packet: { ...packet, id, sentEvent: event },
    sentAt: io.now,
    serviceStart: flight.serviceStart + flight.transmitMicros,
    transmitMicros: 0,
    dueAt: flight.held ? io.now + flight.remainingMicros : flight.dueAt,
    version: 0,
    remainingMicros: 0,
    held: false,
    cause: event,
    progressAt: flight.progressAt + stood,
    endAt: flight.endAt + stood,
  }
  net.flights.set(id, copy)
  io.schedule(id, 0, copy.dueAt)
}

/** How far along the line a packet is, 0..1. */
export function progressOf(flight: Flight, now: Micros): number {
  const { progress, progressAt, endAt, held } = flight
  if (held || endAt <= progressAt) return progress
  return Math.min(1, progress + ((1 - progress) * (now - progressAt)) / (endAt - progressAt))
}

/** Keeps the present progress, before something changes how fast the packet goes from here. A held one stands still. */
function noteProgress(flight: Flight, now: Micros): void {
  if (flight.held) return
  flight.progress = progressOf(flight, now)
  flight.progressAt = now
}
