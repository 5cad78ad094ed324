/**
 * Who is at the other end: on a link with neighbours (`arp`) nothing is sent to an address before somebody has answered for it. One that answered is
 * trusted for a while, then asked again while packets still go to it; one that never answers fails. RFC 826, RFC 1122 2.3.2; Linux neigh_event_send,
 * neigh_timer_handler, with the states of `ip neigh`.
 *
 * ARP packets are not on the wire here: a neighbour that is up answers at once, and only silence takes its time. What arrives from a neighbour counts as a
 * sign of life, where Linux takes only a TCP that makes progress (dst_confirm); base_reachable_time is exact, where Linux draws between half and
 * one and a half of it.
 */
import { MICROS_PER_MS, MICROS_PER_SECOND, NEVER } from '../../base'
import type { Micros } from '../../base'
import { formatIpv4 } from '../../wire'
import type { AnyPacket, Ipv4Address } from '../../wire'
import { LOSS_REASONS, NO_LINK } from '../../trace'
import type { HostIo } from '../io'
import type { Host } from '../records'
import type { Interface, Neighbour } from './records'
import { isOwnAddress } from './routing'

/** Hands a packet to the neighbour with address `hop`, or lets it wait until one answers. */
export function sendToNeighbour(host: Host, packet: AnyPacket, out: Interface, hop: Ipv4Address, io: HostIo): void {
  if (!io.link(out.way).connected) return io.send(packet, out.way)
  const entry = neighbourAt(host, host.ip.config.interfaces.indexOf(out), hop)
  if (entry.state === 'incomplete') return wait(host, entry, packet, io)
  if (entry.state === 'failed') {
    if (!io.neighbourAnswers(out.way, hop)) {
      begin(host, entry, 'incomplete', packet.sentEvent, io)
      return wait(host, entry, packet, io)
    }
    confirm(entry, io.now)
  } else if (entry.state === 'reachable' && isStale(host, entry, io.now)) {
    if (io.neighbourAnswers(out.way, hop)) confirm(entry, io.now)
    else begin(host, entry, 'delay', packet.sentEvent, io)
  }
  return io.send(packet, out.way)
}

/** A packet came in by an interface: whoever is there lives. */
export function hearNeighbours(host: Host, place: number, now: Micros): void {
  for (const entry of host.ip.neighbours) {
    if (entry.interface === place && (entry.state === 'reachable' || entry.state === 'delay')) confirm(entry, now)
  }
}

/** Whether a host answers when a neighbour asks for `address`: for any of its own, by whatever interface (arp_ignore 0). */
export function hostAnswersFor(host: Host, address: Ipv4Address): boolean {
  return host.up && isOwnAddress(host, address)
}

/** When a neighbour is next to be asked; NEVER when none is. */
export function neighboursDueAt(host: Host): Micros {
  let at = NEVER
  for (const entry of host.ip.neighbours) at = Math.min(at, entry.dueAt)
  return at
}

export function confirm(entry: Neighbour, now: Micros): void {
  entry.state = 'reachable'
  entry.confirmedAt = now
  entry.dueAt = NEVER
  entry.asked = 0
}

/** Asks once more, and comes back when it is time to ask again or to give up. */
export function ask(host: Host, entry: Neighbour, io: HostIo): void {
  const { recorder } = io
  entry.asked++
  entry.dueAt = io.now + host.sysctl.retrans_time_ms * MICROS_PER_MS
  const { socket, cause } = recorder
  recorder.socket = -1
  recorder.cause = entry.cause
  const address = recorder.text(formatIpv4(entry.address))
  entry.cause = recorder.emit('host/neighbourAsked', 'neighbourAsked', address, entry.asked)
  recorder.socket = socket
  recorder.cause = cause
  io.scheduleNeighbours(host.index, entry.dueAt)
}

function neighbourAt(host: Host, place: number, address: Ipv4Address): Neighbour {
  const known = host.ip.neighbours.find((entry) => entry.address === address && entry.interface === place)
  if (known !== undefined) return known
  const entry: Neighbour = {
    interface: place,
    address,
    state: 'failed',
    confirmedAt: -1,
    dueAt: NEVER,
    asked: 0,
    waiting: [],
    cause: -1,
  }
  host.ip.neighbours.push(entry)
  return entry
}

function isStale(host: Host, { confirmedAt }: Neighbour, now: Micros): boolean {
  return now - confirmedAt >= host.sysctl.base_reachable_time_ms * MICROS_PER_MS
}

function begin(host: Host, entry: Neighbour, state: 'incomplete' | 'delay', cause: number, io: HostIo): void {
  entry.state = state
  entry.asked = 0
  entry.cause = cause
  if (state === 'incomplete') return ask(host, entry, io)
  entry.dueAt = io.now + host.sysctl.delay_first_probe_time * MICROS_PER_SECOND
  return io.scheduleNeighbours(host.index, entry.dueAt)
}

/** Only so many wait; the oldest makes room. */
function wait(host: Host, entry: Neighbour, packet: AnyPacket, io: HostIo): void {
  if (entry.waiting.length >= host.sysctl.unres_qlen) {
    const oldest = entry.waiting.shift()
    if (oldest !== undefined) loseWaiting(oldest, 'neighbourQueueFull', entry.cause, io)
  }
  entry.waiting.push(packet)
  const { recorder } = io
  const { socket, cause } = recorder
  recorder.socket = -1
  recorder.cause = packet.sentEvent
  recorder.emit('host/neighbourAwaited', 'neighbourAsked', packet.id, recorder.text(formatIpv4(entry.address)))
  recorder.socket = socket
  recorder.cause = cause
}

/** A packet that waited in vain. */
export function loseWaiting(
  packet: AnyPacket,
  rule: 'neighbourQueueFull' | 'neighbourFailed',
  cause: number,
  io: HostIo,
): number {
  const { recorder } = io
  const before = recorder.cause
  recorder.cause = cause
  const event = recorder.emit('link/packetLost', rule, packet.id, NO_LINK, LOSS_REASONS.indexOf('noNeighbour'))
  recorder.cause = before
  return event
}
