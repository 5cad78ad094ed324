/** Packets that reach the host and find no connection: recorded, and answered with a reset where the RFC asks for one. */
import { resetFor } from '../tcp'
import { DROP_REASONS } from '../trace'
import type { DropReason, RuleName } from '../trace'
import type { AnyPacket, Packet } from '../wire'
import { count } from './counters'
import type { HostIo } from './io'
import { output } from './output'
import type { Host } from './records'

/** Records that nobody took a packet; what follows comes from that. */
export function dropPacket(packet: AnyPacket, reason: DropReason, rule: RuleName, io: HostIo): void {
  io.recorder.cause = io.recorder.emit('host/packetDropped', rule, packet.id, DROP_REASONS.indexOf(reason))
}

/** Answers a segment that belongs to no connection with a reset, unless it is one itself (RFC 9293 3.10.7.1). */
export function refuse(host: Host, packet: Packet, rule: RuleName, io: HostIo): void {
  dropPacket(packet, 'noSocket', rule, io)
  const reply = resetFor(packet.segment)
  if (reply === undefined) return
  const { src, dst } = packet.ip
  count(host, 'OutRsts')
  output(host, io, -1, { src: dst, dst: src, identification: 0 }, reply, 'reset', rule)
}
