/**
 * The one-line segment notation, the same on the page, on the command line and in failing tests:
 *
 *     10.0.0.1:40001 > 10.0.0.2:80 SYN seq 0 win 64240 <mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7>
 *     10.0.0.1:40001 > 10.0.0.2:80 PSH,ACK seq 1:101(100) ack 1 win 502 <nop,nop,TS val 9 ecr 8>
 *     10.0.0.1:40001 > 10.0.0.2:53 UDP length 29
 *
 * Sequence numbers are relative to the ISNs that the caller gives, and absolute where it gives none. The window is the field as it stands in
 * the header. Options are spelled as tcpdump and packetdrill spell them, in the order in which the bytes have them.
 */
import { seqDiff } from '../base'
import type { Seq32 } from '../base'
import { formatIpv4 } from './ipv4'
import { ACK, AE, CWR, ECE, FIN, PSH, RST, SYN, URG } from './segment'
import type { AccEcnOption, Ipv4Header, TcpOptions } from './segment'
import type { SegmentHeader } from './tcp'
import type { UdpDatagram } from './udp'

const FLAG_NAMES: readonly (readonly [bit: number, name: string])[] = [
  [FIN, 'FIN'],
  [SYN, 'SYN'],
  [RST, 'RST'],
  [PSH, 'PSH'],
  [ACK, 'ACK'],
  [URG, 'URG'],
  [ECE, 'ECE'],
  [CWR, 'CWR'],
  [AE, 'AE'],
]

const FLAG_LETTERS: readonly (readonly [bit: number, letter: string])[] = [
  [FIN, 'F'],
  [SYN, 'S'],
  [RST, 'R'],
  [PSH, 'P'],
  [ACK, '.'],
  [URG, 'U'],
  [ECE, 'E'],
  [CWR, 'W'],
  [AE, 'e'],
]

/** `SYN,ACK`; `none` where no bit is set. */
export function formatFlags(flags: number): string {
  const names = FLAG_NAMES.filter(([bit]) => flags & bit).map(([, name]) => name)
  return names.length === 0 ? 'none' : names.join(',')
}

/** Flags as tcpdump's letters, `S.`; `none` where no bit is set. */
export function flagLetters(flags: number): string {
  const letters = FLAG_LETTERS.filter(([bit]) => flags & bit).map(([, letter]) => letter)
  return letters.length === 0 ? 'none' : letters.join('')
}

/** ISNs to count from, seen from the sender of the segment: its own and its peer's. */
export interface SequenceBase {
  /** What `seq` counts from. */
  readonly iss?: Seq32 | undefined
  /** What `ack` and the SACK blocks count from. */
  readonly irs?: Seq32 | undefined
}

/** A segment on one line, with its addresses. */
export function formatSegment(
  ip: Pick<Ipv4Header, 'src' | 'dst'>,
  segment: SegmentHeader,
  payloadLength: number,
  base: SequenceBase = {},
): string {
  const from = `${formatIpv4(ip.src)}:${segment.srcPort}`
  const to = `${formatIpv4(ip.dst)}:${segment.dstPort}`
  return `${from} > ${to} ${formatSegmentBody(segment, payloadLength, base)}`
}

/** The same without the addresses, for places that show the direction already. */
export function formatSegmentBody(segment: SegmentHeader, payloadLength: number, base: SequenceBase = {}): string {
  const { flags, window, urgentPointer, options } = segment
  const parts = [formatFlags(flags), `seq ${formatRange(segment.seq, payloadLength, base.iss)}`]
  if (flags & ACK) parts.push(`ack ${relativeSeq(segment.ack, base.irs)}`)
  parts.push(`win ${window}`)
  if (flags & URG) parts.push(`urg ${urgentPointer}`)
  const text = formatOptions(options, base.irs)
  if (text !== '') parts.push(`<${text}>`)
  return parts.join(' ')
}

/** A datagram on one line, with its addresses. The length is that of the data. */
export function formatDatagram(
  ip: Pick<Ipv4Header, 'src' | 'dst'>,
  udp: Pick<UdpDatagram, 'srcPort' | 'dstPort' | 'checksummed'>,
  payloadLength: number,
): string {
  const from = `${formatIpv4(ip.src)}:${udp.srcPort}`
  const to = `${formatIpv4(ip.dst)}:${udp.dstPort}`
  return `${from} > ${to} ${formatDatagramBody(udp, payloadLength)}`
}

/** The same without the addresses. */
export function formatDatagramBody({ checksummed }: Pick<UdpDatagram, 'checksummed'>, payloadLength: number): string {
  return `UDP length ${payloadLength}${checksummed ? '' : ' [no cksum]'}`
}

function formatRange(seq: Seq32, length: number, iss: Seq32 | undefined): string {
  const start = relativeSeq(seq, iss)
  if (length === 0) return String(start)
  const end = iss === undefined ? (start + length) >>> 0 : start + length
  return `${start}:${end}(${length})`
}

/** No legitimate segment is further behind than the largest window, 2^30 bytes (RFC 7323 2.2). */
const FARTHEST_BEHIND = 2 ** 30

/**
 * How far a sequence number is from an ISN; the number itself without one. Negative for what lies just behind the ISN, and otherwise
 * counting up, so that a stream of gigabytes has growing numbers.
 */
export function relativeSeq(seq: Seq32, isn: Seq32 | undefined): number {
  if (isn === undefined) return seq
  const distance = seqDiff(seq, isn)
  return distance < -FARTHEST_BEHIND ? distance + 2 ** 32 : distance
}

/** Options as tcpdump lists them, padding included: `nop,nop,TS val 9 ecr 8`. Empty where there are none. */
export function formatOptions(options: TcpOptions, irs?: Seq32): string {
  const { mss, windowScale, sackPermitted, sack, timestamps, accEcn } = options
  const parts: string[] = []
  // Two counters fill whole words; what one or none leave over stands for the NOPs of the option behind it.
  const fields = accEcn?.counters.length ?? 2
  let pad = fields === 0 ? '' : fields === 1 ? 'nop,' : 'nop,nop,'
  if (mss !== undefined) parts.push(`mss ${mss}`)
  if (timestamps !== undefined) {
    parts.push(sackPermitted ? 'sackOK' : 'nop,nop', `TS val ${timestamps.value} ecr ${timestamps.echo}`)
  }
  if (accEcn !== undefined) parts.push(formatAccEcn(accEcn))
  if (sackPermitted && timestamps === undefined) {
    parts.push(`${pad}sackOK`)
    pad = 'nop,nop,'
  }
  if (windowScale !== undefined) {
    const filled = pad === 'nop,'
    parts.push(filled ? `wscale ${windowScale}` : `nop,wscale ${windowScale}`)
    if (filled) pad = 'nop,nop,'
  }
  if (sack.length > 0) {
    const blocks = sack.map(({ start, end }) => `${relativeSeq(start, irs)}:${relativeSeq(end, irs)}`)
    parts.push(`${pad}sack ${blocks.join(' ')}`)
  } else if (pad === '') parts.push('nop,nop')
  else if (pad === 'nop,') parts.push('nop,nop,nop')
  return parts.join(',')
}

const COUNTER_NAMES = [
  ['e0b', 'ceb', 'e1b'],
  ['e1b', 'ceb', 'e0b'],
] as const

/** `ECN e1b 1 ceb 0 e0b 1,nop`: the counters in their order (RFC 9768 3.2.3), and the NOP that fills three of them up to a word. */
function formatAccEcn({ order, counters }: AccEcnOption): string {
  const parts = counters.map((value, i) => `${COUNTER_NAMES[order][i]} ${value}`)
  return ['ECN', ...parts].join(' ') + (counters.length === 3 ? ',nop' : '')
}
