/** What a packet is called in a gutter: the flags that matter, else the first sequence number, else what it acknowledges. */
import { SEND_PURPOSES } from '../../trace'
import type { SendPurpose, Trace } from '../../trace'
import { packetHeader } from '../../trace'
import { ACK, decodeHeaders, decodeIcmp, FIN, formatIcmp, relativeSeq, RST, SYN } from '../../wire'
import type { IcmpMessage } from '../../wire'
import { COPY, RETRANSMITTED } from '../packet-index'
import type { PacketIndex } from '../packet-index'

/** `SYN`, `SYN,ACK`, `FIN`, `RST`: the control bits by which people know a segment; '' for none of these. */
export function controlName(flags: number): string {
  if (flags & RST) return 'RST'
  if (flags & SYN) return flags & ACK ? 'SYN,ACK' : 'SYN'
  return flags & FIN ? 'FIN' : ''
}

const TCP = 6
const ICMP = 1

/** `ICMP host unreachable`, `UDP 200 B`: a packet that is no segment, in a few words; '' for a segment. */
export function otherName({ rows }: PacketIndex, trace: Trace, p: number): string {
  if (rows.protocol[p] === TCP || rows.protocol[p] === 0) return ''
  if (rows.protocol[p] !== ICMP) return `UDP ${rows.length[p]} B`
  const decoded = decodeIcmp(packetHeader(trace.packets, p))
  return decoded.ok ? `ICMP ${icmpWords(decoded.value.message)}` : 'ICMP'
}

/** What an ICMP message says, as tcpdump would. */
export function icmpWords(message: IcmpMessage): string {
  return formatIcmp(message)
    .replace(/^unreachable frag_needed mtu /, 'too long, mtu ')
    .replace(/^unreachable (\w+)_unreachable$/, '$1 unreachable')
    .replace(/^unreachable comm_prohibited$/, 'prohibited')
    .replace(/^unreachable /, '')
    .replace('ttl_exceeded', 'time exceeded')
    .replace(/ id \d+ seq/, '')
    .replaceAll('_', ' ')
}

/** True for a segment that carries nothing but an acknowledgement. */
export function isPureAck(index: PacketIndex, p: number): boolean {
  const { rows } = index
  if (rows.protocol[p] !== TCP) return false
  return rows.length[p] === 0 && (rows.flags[p] & (SYN | FIN | RST)) === 0
}

export function isResent(index: PacketIndex, p: number): boolean {
  return (index.rows.marks[p] & RETRANSMITTED) !== 0 && (index.rows.marks[p] & COPY) === 0
}

const PROBES: Partial<Record<SendPurpose, string>> = {
  windowProbe: 'window probe',
  keepaliveProbe: 'keepalive',
  windowUpdate: 'win',
}

/** The words of a packet's label, and a smaller line below them of at most `most` letters. */
export function packetWords(
  index: PacketIndex,
  trace: Trace,
  p: number,
  most = 40,
): { readonly text: string; readonly below: string } {
  const { rows } = index
  const other = otherName(index, trace, p)
  if (other !== '') return { text: other, below: '' }
  const control = controlName(rows.flags[p])
  const seq = String(rows.seq[p])
  if (control !== '') return { text: rows.length[p] > 0 ? `${control} ${seq}` : control, below: '' }
  if (rows.length[p] > 0) return { text: seq, below: '' }
  const probe = PROBES[SEND_PURPOSES[rows.purpose[p]]]
  if (probe === 'win') return { text: `win ${rows.window[p]}`, below: '' }
  if (probe !== undefined) return { text: probe, below: '' }
  return { text: `ack ${rows.ack[p]}`, below: sackWords(index, trace, p, most) }
}

/** The first SACK block of an ACK, which is the newest: `sack 13033–14481`, or just its end; '' for none. */
function sackWords(index: PacketIndex, trace: Trace, p: number, most: number): string {
  const header = packetHeader(trace.packets, p)
  // 20 bytes of IP, 20 of TCP, 12 of timestamps: anything longer has SACK blocks.
  if (header.length <= 52 && !(header.length > 40 && header.length < 52)) return ''
  const decoded = decodeHeaders(header, index.rows.length[p])
  if (!decoded.ok) return ''
  const { sack } = decoded.value.segment.options
  if (sack.length === 0) return ''
  const base = irsOf(index, p, decoded.value.segment.ack)
  const [{ start, end }] = sack
  const whole = `sack ${relativeSeq(start, base)}–${relativeSeq(end, base)}`
  return whole.length <= most ? whole : `sack …${relativeSeq(end, base)}`
}

/** The ISN that the ack of this packet is counted from, so that its SACK blocks count from the same. */
function irsOf(index: PacketIndex, p: number, ack: number): Parameters<typeof relativeSeq>[1] {
  return ((ack - index.rows.ack[p]) >>> 0) as Parameters<typeof relativeSeq>[1]
}
