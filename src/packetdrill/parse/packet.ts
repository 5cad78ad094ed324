/**
 * Packet lines, behind their `<` or `>`: `[ect0] P. 1:1001(1000) ack 1 win 257 urg 5 <nop,nop,TS val 1 ecr 2>`, and ICMP:
 * `icmp unreachable frag_needed mtu 1200 [1:1001(1000)]`. The relative numbers stay as they are written.
 */
import { ACK, AE, CWR, ECE, FIN, PSH, RST, SYN, URG } from '../../wire'
import type { EcnField, IcmpLine, PacketLine } from '../syntax'
import { expect, expectInteger, expectText, fail, lineAt, take, takeText } from './scan'
import type { Scanner } from './scan'
import { optionBytes, parseOptionList } from './tcp-options'
import { Unsupported } from './unsupported'

const FLAG_BITS: Readonly<Record<string, number>> = {
  F: FIN,
  S: SYN,
  R: RST,
  P: PSH,
  '.': ACK,
  U: URG,
  E: ECE,
  W: CWR,
  A: AE,
  // Its name before RFC 9768.
  N: AE,
}

/** BIG TCP packets: what a device may join into one. */
const MAX_LINE_BYTES = 524_280
const MAX_OPTION_BYTES = 40

const ECN_FIELDS: ReadonlySet<string> = new Set(['noecn', 'ect0', 'ect1', 'ce'])

export function parsePacket(scanner: Scanner): PacketLine {
  const envelope = parseEnvelope(scanner)
  if (take(scanner, /udp\b|gre\b|mpls\b|ipv[46]\b/y) !== undefined) {
    throw new Unsupported(lineAt(scanner), 'only TCP and ICMP packets over IPv4 are played')
  }
  const flags = parseFlags(scanner)
  const { seq, length } = parseRange(scanner)
  const tail: { ack?: number; win?: number; urg?: number } = {}
  for (;;) {
    const match = take(scanner, /(ack|win|urg)\b/y)
    if (match === undefined) break
    tail[match[1] as 'ack' | 'win' | 'urg'] = expectInteger(scanner, `a number after "${match[1]}"`)
  }
  const options = takeText(scanner, '<') ? parseOptionList(scanner) : []
  verifySizes(scanner, length, options)
  return { ...envelope, flags, seq, length, ack: tail.ack, window: tail.win, urgent: tail.urg, options }
}

/** RFC 791: the length of a packet has 16 bits. Lines longer than that are what the device joins. RFC 9293 3.1: options have 40 bytes. */
function verifySizes(scanner: Scanner, length: number, options: PacketLine['options']): void {
  if (length > MAX_LINE_BYTES) fail(scanner, `${length} bytes are more than a packet can hold`)
  const bytes = options === 'any' ? 0 : optionBytes(options)
  if (bytes > MAX_OPTION_BYTES) fail(scanner, `${bytes} bytes of TCP options are more than a header can hold`)
}

function parseEnvelope(scanner: Scanner): Pick<PacketLine, 'ecn' | 'tos' | 'ttl'> {
  let ecn: EcnField | undefined
  let tos: number | undefined
  let ttl: number | undefined
  if (!takeText(scanner, '[')) return { ecn, tos, ttl }
  while (!takeText(scanner, ']')) {
    const word = expect(scanner, /[a-z_]\w*/y, 'ect0, ect1, ce, noecn, tos or ttl')[0]
    if (ECN_FIELDS.has(word)) ecn = word as EcnField
    else if (word === 'tos') tos = expectInteger(scanner, 'the TOS byte')
    else if (word === 'ttl') ttl = expectInteger(scanner, 'the TTL')
    else if (word === 'flowlabel') expectInteger(scanner, 'the flow label')
    else fail(scanner, `expected ect0, ect1, ce, noecn, tos or ttl, found "${word}"`)
    takeText(scanner, ',')
  }
  return { ecn, tos, ttl }
}

/** Letters and, for AccECN (RFC 9768), a digit that is the ACE field; `-` for none. */
function parseFlags(scanner: Scanner): number {
  const [letters] = expect(scanner, /-|[FSRP.UEWAN]*[0-7]?[FSRP.UEWAN]*(?=\s)/y, 'flags such as S, P. or -')
  if (letters === '') fail(scanner, 'expected flags such as S, P. or -')
  let flags = 0
  for (const letter of letters) {
    if (letter === '-') continue
    if (/\d/.test(letter)) {
      const ace = Number(letter)
      flags |= (ace & 4 ? AE : 0) | (ace & 2 ? CWR : 0) | (ace & 1 ? ECE : 0)
    } else flags |= FLAG_BITS[letter]
  }
  return flags
}

function parseRange(scanner: Scanner): { seq: number; length: number } {
  const match = expect(scanner, /(\d+)\s*:\s*(\d+)\s*\(\s*(\d+)\s*\)/y, 'a sequence range such as 1:1001(1000)')
  const [seq, end, length] = match.slice(1).map(Number)
  if ((seq + length) >>> 0 !== end >>> 0) fail(scanner, `the range ${match[0]} is not ${length} bytes long`)
  return { seq, length }
}

export function parseIcmp(scanner: Scanner): IcmpLine {
  const type = expect(scanner, /[a-z_]+|\d+/y, 'an ICMP type such as unreachable')[0]
  let code = ''
  let mtu: number | undefined
  for (;;) {
    const match = take(scanner, /[a-z_]+|\d+/y)
    if (match === undefined) break
    if (match[0] === 'mtu') mtu = expectInteger(scanner, 'the MTU')
    else code = match[0]
  }
  if (!takeText(scanner, '[')) return { type, code, mtu, quoted: undefined }
  const quoted = parseRange(scanner)
  expectText(scanner, ']')
  return { type, code, mtu, quoted }
}
