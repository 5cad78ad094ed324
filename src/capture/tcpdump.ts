/**
 * Packets as `tcpdump -n` prints them, one line each. Sequence numbers are counted as tcpdump counts them: absolute until a
 * conversation's first ACK has been seen, relative from then on; without a memory of conversations they are all absolute
 * (`-S`). Left out: what tcpdump makes of the payload of well-known ports. The clock is the virtual one, and its
 * hours go on beyond 24.
 */
import { seqAdd } from '../base'
import type { Micros, Seq32 } from '../base'
import {
  ACK,
  decodeHeaders,
  decodeIcmp,
  decodeUdpHeaders,
  FIN,
  flagLetters,
  formatIcmp,
  formatIpv4,
  formatOptions,
  RST,
  SYN,
  URG,
} from '../wire'
import type { DecodedHeaders, TcpOptions } from '../wire'

/** What a run of lines remembers: for each direction, what its numbers are counted from. */
export type Conversations = Map<string, { readonly seq: Seq32; readonly ack: Seq32 }>

/** One line for a packet sent at `at`. Give the same `conversations` to all lines of a run. */
export function tcpdumpLine(at: Micros, bytes: Uint8Array, conversations?: Conversations): string {
  const totalLength = bytes.length >= 20 ? (bytes[2] << 8) | bytes[3] : 0
  const decoded = decodeHeaders(bytes, Math.max(0, totalLength - bytes.length))
  const time = clockText(at)
  if (!decoded.ok) return `${time} IP ${icmpText(bytes) ?? datagramText(bytes) ?? `[|ip] length ${bytes.length}`}`
  const payloadLength = totalLength - decoded.value.headerLength
  return `${time} IP ${segmentText(decoded.value, payloadLength, conversations)}`
}

/** `10.255.255.254 > 10.0.0.1: ICMP unreachable frag_needed mtu 1200, length 556`; undefined for what is no ICMP. */
function icmpText(bytes: Uint8Array): string | undefined {
  const icmp = decodeIcmp(bytes)
  if (!icmp.ok) return undefined
  const { ip, message } = icmp.value
  return `${formatIpv4(ip.src)} > ${formatIpv4(ip.dst)}: ICMP ${formatIcmp(message)}, length ${bytes.length - 20}`
}

/** `10.0.0.1.40001 > 10.0.0.2.7: UDP, length 3`; undefined for what is no UDP. */
function datagramText(bytes: Uint8Array): string | undefined {
  const length = (bytes[2] << 8) | bytes[3]
  const decoded = decodeUdpHeaders(bytes, Math.max(0, length - bytes.length))
  if (decoded === undefined) return undefined
  const { ip, udp, headerLength } = decoded
  const ends = `${formatIpv4(ip.src)}.${udp.srcPort} > ${formatIpv4(ip.dst)}.${udp.dstPort}`
  return `${ends}: UDP, length ${length - headerLength}`
}

function segmentText({ ip, segment }: DecodedHeaders, length: number, conversations?: Conversations): string {
  const here = `${formatIpv4(ip.src)}.${segment.srcPort}`
  const there = `${formatIpv4(ip.dst)}.${segment.dstPort}`
  const { flags, seq, ack } = segment
  const base = flags & ACK ? countFrom(conversations, `${here}>${there}`, `${there}>${here}`, seq, ack) : undefined
  const parts = [`Flags [${flagLetters(flags)}]`]
  const start = base === undefined ? seq : (seq - base.seq) >>> 0
  if (length > 0) parts.push(`seq ${start}:${(start + length) >>> 0}`)
  else if (flags & (SYN | FIN | RST)) parts.push(`seq ${start}`)
  if (flags & ACK) parts.push(`ack ${base === undefined ? ack : (ack - base.ack) >>> 0}`)
  parts.push(`win ${segment.window}`)
  if (flags & URG) parts.push(`urg ${segment.urgentPointer}`)
  const options = optionsText(segment.options, base?.ack)
  if (options !== '') parts.push(`options [${options}]`)
  parts.push(`length ${length}`)
  return `${here} > ${there}: ${parts.join(', ')}`
}

/** What to count from; undefined for the first ACK of a conversation, which is remembered. */
function countFrom(
  conversations: Conversations | undefined,
  forward: string,
  backward: string,
  seq: Seq32,
  ack: Seq32,
): { readonly seq: Seq32; readonly ack: Seq32 } | undefined {
  const known = conversations?.get(forward)
  if (known !== undefined || conversations === undefined) return known
  const peer = seqAdd(ack, -1)
  conversations.set(forward, { seq, ack: peer })
  conversations.set(backward, { seq: peer, ack: seq })
  return undefined
}

function optionsText(options: TcpOptions, base: Seq32 | undefined): string {
  const rest = formatOptions({ ...options, sack: [] })
  if (options.sack.length === 0) return rest
  const count = (edge: Seq32): number => (base === undefined ? edge : (edge - base) >>> 0)
  const blocks = options.sack.map(({ start, end }) => `{${count(start)}:${count(end)}}`).join('')
  return `${rest}${rest === '' ? '' : ','}nop,nop,sack ${options.sack.length} ${blocks}`
}

/** `00:00:01.234567`. */
function clockText(at: Micros): string {
  const seconds = Math.floor(at / 1_000_000)
  const micros = String(Math.floor(at % 1_000_000)).padStart(6, '0')
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}.${micros}`
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
