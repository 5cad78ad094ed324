/** The ladder as text: one line a packet in the one-line notation, with when it left, between whom, and what became of it. */
import { formatDuration } from '../base'
import type { Seq32 } from '../base'
import { nextHosts } from '../sim'
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
  const next = nextHosts(spec)
  const lines: string[] = []
  for (let packet = 0; packet < trace.packets.count; packet++) {
    const header = packetHeader(trace.packets, packet)
    const contents = contentsOf(header, trace.packets.payloadLength[packet], isns)
    const fate = fates.get(packet)
    if (contents === undefined || fate?.text === CHANGED) continue
    const from = trace.packets.host[packet]
    const to = fate?.to ?? next(from, contents.dst)
    // A link that stands for a whole way speaks by a router that is no host here.
    const isLinks = contents.isIcmp && next(from, contents.src) !== from
    const way = isLinks ? 'router'.padEnd(width) : (names[from] ?? '?').padEnd(width)
    const at = milliseconds(trace.packets.sentAt[packet]).padStart(14)
    lines.push(`${at}  ${way} > ${(names[to] ?? '?').padEnd(width)}  ${contents.text}  ${fate?.text ?? 'in flight'}`)
  }
  return lines
}

interface Contents {
  readonly src: number
  readonly dst: number
  readonly isIcmp: boolean
  readonly text: string
}

/** What is in a packet, on one line; undefined for bytes that are none. */
function contentsOf(header: Uint8Array, length: number, isns: Map<string, Seq32>): Contents | undefined {
  const decoded = decodeHeaders(header, length)
  if (!decoded.ok) {
    const datagram = decodeUdpHeaders(header, length)
    if (datagram !== undefined) {
      const { src, dst } = datagram.ip
      return { src, dst, isIcmp: false, text: formatDatagramBody(datagram.udp, length) }
    }
    const icmp = decodeIcmp(header)
    if (!icmp.ok) return undefined
    const { ip, message } = icmp.value
    return { src: ip.src, dst: ip.dst, isIcmp: true, text: `icmp ${formatIcmp(message)}` }
  }
  const { ip, segment, payloadLength } = decoded.value
  const here = `${ip.src}:${segment.srcPort}>${ip.dst}:${segment.dstPort}`
  const there = `${ip.dst}:${segment.dstPort}>${ip.src}:${segment.srcPort}`
  if (segment.flags & SYN) isns.set(here, segment.seq)
  // An ISN that was acknowledged but never seen (a hand-made segment) leaves the numbers absolute.
  const base = { iss: isns.get(here), irs: segment.flags & ACK ? isns.get(there) : undefined }
  return { src: ip.src, dst: ip.dst, isIcmp: false, text: formatSegmentBody(segment, payloadLength, base) }
}

/** Where it came, and in what state; where it got nowhere, the one that it was handed to is not known. */
interface Fate {
  readonly text: string
  readonly to: number | undefined
}

/** A packet that a filter changed before it left: another one left in its place. */
const CHANGED = 'changed'
/** What a router has against a packet that it got. */
const REFUSALS: ReadonlySet<string> = new Set(['tooLong', 'noRoute', 'ttlExceeded'])

function packetFates(trace: Trace, spec: WorldSpec): Map<number, Fate> {
  const fates = new Map<number, Fate>()
  for (let i = 0; i < trace.events.count; i++) {
    if (!TELLING.some((type) => isEvent(trace.events, i, type))) continue
    const event = readEvent(trace, i)
    if (event.type === 'link/packetDelivered') {
      const link = spec.links[event.link]
      const from = trace.packets.host[event.packet]
      const to = link === undefined ? from : link.a === from ? link.b : link.a
      fates.set(event.packet, { text: `arrives ${milliseconds(event.at)}`, to })
    } else if (event.type === 'link/packetLost') {
      fates.set(event.packet, { text: `LOST ${milliseconds(event.at)} (${event.reason})`, to: undefined })
    } else if (event.type === 'host/packetRewritten') {
      fates.set(event.from, { text: CHANGED, to: undefined })
    } else if (event.type === 'host/packetDropped' && REFUSALS.has(event.reason)) {
      const fate = fates.get(event.packet)
      if (fate !== undefined) fates.set(event.packet, { ...fate, text: `${fate.text}, REFUSED (${event.reason})` })
    }
  }
  return fates
}

const TELLING = ['link/packetDelivered', 'link/packetLost', 'host/packetRewritten', 'host/packetDropped'] as const

function milliseconds(micros: number): string {
  return micros >= 60_000_000 ? formatDuration(micros) : `${(micros / 1000).toFixed(3)} ms`
}
