/** A neighbour has not answered in time: it is asked again, or given up, and whoever waited for it is told. Linux neigh_timer_handler, arp_error_report. */
import { ICMP_UNREACHABLE, formatIpv4 } from '../../wire'
import { NEVER } from '../../base'
import type { HostIo } from '../io'
import type { Host } from '../records'
import { sendIcmpError } from './icmp-send'
import { ask, confirm, loseWaiting } from './neighbours'
import type { Neighbour } from './records'

const HOST_UNREACHABLE = 1

/** Does what is due; false when nothing was. */
export function hostNeighboursDue(host: Host, io: HostIo): boolean {
  const due = host.ip.neighbours.filter((entry) => entry.dueAt <= io.now)
  for (const entry of due) neighbourDue(host, entry, io)
  return due.length > 0
}

function neighbourDue(host: Host, entry: Neighbour, io: HostIo): void {
  const { way } = host.ip.config.interfaces[entry.interface]
  if (io.neighbourAnswers(way, entry.address)) {
    confirm(entry, io.now)
    for (const packet of entry.waiting.splice(0)) io.send(packet, way)
    return
  }
  const { mcast_solicit: broadcasts, ucast_solicit: probes } = host.sysctl
  if (entry.asked < (entry.state === 'incomplete' ? broadcasts : probes)) ask(host, entry, io)
  else fail(host, entry, io)
}

/** Every packet that waited is lost, and its sender told, be it this host itself. */
function fail(host: Host, entry: Neighbour, io: HostIo): void {
  const { recorder } = io
  const waiting = entry.waiting.splice(0)
  entry.state = 'failed'
  entry.dueAt = NEVER
  recorder.cause = entry.cause
  const address = recorder.text(formatIpv4(entry.address))
  const event = recorder.emit('host/neighbourFailed', 'neighbourFailed', address, waiting.length)
  for (const packet of waiting) {
    recorder.cause = loseWaiting(packet, 'neighbourFailed', event, io)
    sendIcmpError(
      host,
      packet,
      { type: ICMP_UNREACHABLE, code: HOST_UNREACHABLE, info: 0, rule: 'hostUnreachable' },
      io,
    )
  }
}
