/** The ladder as text: one line a packet in the one-line notation, with when it left, between whom, and what became of it. */
import { formatDuration } from '../base'
import type { Seq32 } from '../base'
import { isEvent, packetHeader, readEvent } from '../trace'
import type { Trace, WorldSpec } from '../trace'
import {
  ACK,
  decodeHeaders,
  decodeIcmp,
  decodeUdpHeaders,
  formatDatagramBody,
  formatIcmp,
  formatSegmentBody,
  SYN,
} from '../wire'

/** Lines for every packet of a trace, in the order in which they left, with the names of the world that it is of. */
export function ladderLines(trace: Trace, spec: WorldSpec): string[] {
  const names = spec.hosts.map((host) => host.name)
  const width = Math.max(...names.map((name) => name.length))
  const fates = packetFates(trace, spec)
  const isns = new Map<string, Seq32>()
  const lines: string[] = []
  for (let packet = 0; packet < trace.packets.count; packet++) {
    const header = packetHeader(trace.packets, packet)
    const decoded = decodeHeaders(header, trace.packets.payloadLength[packet])
    if (!decoded.ok) {
      const datagram = decodeUdpHeaders(header, trace.packets.payloadLength[packet])
      const icmp = decodeIcmp(header)
      const at = milliseconds(trace.packets.sentAt[packet]).padStart(14)
      const fate = fates.get(packet)?.text ?? 'in flight'
      const to = fates.get(packet)?.to ?? -1
      const way = `${(names[trace.packets.host[packet]] ?? '?').padEnd(width)} > ${(names[to] ?? peerName(trace, spec, packet)).padEnd(width)}`
      if (datagram !== undefined) {
        lines.push([at, way, formatDatagramBody(datagram.udp, trace.packets.payloadLength[packet]), fate].join('  '))
      }
      if (icmp.ok)
        lines.push(`${at}  ${'router'.padEnd(2 * width + 3)}  icmp ${formatIcmp(icmp.value.message)}  ${fate}`)
      continue
    }
    const { ip, segment, payloadLength } = decoded.value
    const to = spec.hosts.findIndex((_, host) => fates.get(packet)?.to === host)
    const here = `${ip.src}:${segment.srcPort}>${ip.dst}:${segment.dstPort}`
    const there = `${ip.dst}:${segment.dstPort}>${ip.src}:${segment.srcPort}`
    if (segment.flags & SYN) isns.set(here, segment.seq)
    // An ISN that was acknowledged but never seen (a hand-made segment) leaves the numbers absolute.
    const base = { iss: isns.get(here), irs: segment.flags & ACK ? isns.get(there) : undefined }
    const from = names[trace.packets.host[packet]] ?? '?'
    lines.push(
      [
        milliseconds(trace.packets.sentAt[packet]).padStart(14),
        `${from.padEnd(width)} > ${(names[to] ?? peerName(trace, spec, packet)).padEnd(width)}`,
        formatSegmentBody(segment, payloadLength, base),
        fates.get(packet)?.text ?? 'in flight',
      ].join('  '),
    )
  }
  return lines
}

interface Fate {
  readonly text: string
  readonly to: number
}

function packetFates(trace: Trace, spec: WorldSpec): Map<number, Fate> {
  const fates = new Map<number, Fate>()
  for (let i = 0; i < trace.events.count; i++) {
    if (isEvent(trace.events, i, 'link/packetDelivered')) {
      const event = readEvent(trace, i)
      if (event.type !== 'link/packetDelivered') continue
      const link = spec.links[event.link]
      const from = trace.packets.host[event.packet]
      const to = link === undefined ? from : link.a === from ? link.b : link.a
      fates.set(event.packet, { text: `arrives ${milliseconds(event.at)}`, to })
    } else if (isEvent(trace.events, i, 'link/packetLost')) {
      const event = readEvent(trace, i)
      if (event.type === 'link/packetLost')
        fates.set(event.packet, { text: `LOST ${milliseconds(event.at)} (${event.reason})`, to: -1 })
    }
  }
  return fates
}

function peerName(trace: Trace, spec: WorldSpec, packet: number): string {
  const from = trace.packets.host[packet]
  const link = spec.links.find(({ a, b }) => a === from || b === from)
  if (link === undefined) return '?'
  return spec.hosts[link.a === from ? link.b : link.a].name
}

function milliseconds(micros: number): string {
  return micros >= 60_000_000 ? formatDuration(micros) : `${(micros / 1000).toFixed(3)} ms`
}
