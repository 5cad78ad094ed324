/** A firewall on a bench: packets written as words go through its hooks, and what comes out is written as words. */
import { MICROS_PER_SECOND, seq32 } from '../base'
import { createNetfilter, filterPacket, loadRules } from '../netfilter'
import type { Hook, Netfilter, Place, Verdict } from '../netfilter'
import { LINUX_SYSCTL } from '../trace'
import type { Recorder, RuleName, Sysctl } from '../trace'
import { ACK, FIN, icmpError, NO_OPTIONS, packetBytes, parseIpv4, PSH, RST, SYN } from '../wire'
import type { AnyPacket, IcmpMessage, TcpOptions } from '../wire'

export interface FilterBench {
  readonly netfilter: Netfilter
  readonly events: { readonly type: string; readonly rule: RuleName; readonly fields: readonly (number | string)[] }[]
  readonly texts: string[]
  readonly recorder: Recorder
  sysctl: Sysctl
  now: number
  nextPacket: number
}

/** A host with these rules; a line that cannot be is an error of the test. */
export function filterBench(lines: readonly string[], sysctl: Partial<Sysctl> = {}): FilterBench {
  const netfilter = createNetfilter(7)
  const loaded = loadRules(netfilter, lines)
  if (!loaded.ok) throw new Error(loaded.error)
  const texts: string[] = []
  const events: FilterBench['events'] = []
  const recorder: Recorder = {
    host: 0,
    socket: -1,
    cause: -1,
    enabled: true,
    emit: (type, rule, ...fields) => {
      events.push({ type, rule, fields: fields.filter((field) => field !== undefined) })
      return events.length - 1
    },
    text: (value) => texts.push(value) - 1,
    packet: () => 0,
  }
  return {
    netfilter,
    events,
    texts,
    recorder,
    sysctl: { ...LINUX_SYSCTL, ...sysctl },
    now: MICROS_PER_SECOND,
    nextPacket: 1,
  }
}

export interface SegmentWords {
  readonly seq?: number
  readonly ack?: number
  readonly bytes?: number
  readonly window?: number
  readonly options?: Partial<TcpOptions>
  readonly ttl?: number
}

const LETTERS: Readonly<Record<string, number>> = { S: SYN, F: FIN, R: RST, P: PSH, A: ACK }

/** `10.0.0.1:40000 > 10.0.0.2:80`, and flag letters. */
export function tcpPacket(bench: FilterBench, ends: string, flags: string, words: SegmentWords = {}): AnyPacket {
  const { src, dst, srcPort, dstPort } = readEnds(ends)
  const payload = new Uint8Array(words.bytes ?? 0)
  const options = { ...NO_OPTIONS, ...words.options }
  const segment = {
    srcPort,
    dstPort,
    seq: seq32(words.seq ?? 0),
    ack: seq32(words.ack ?? 0),
    flags: flags.split('').reduce((bits, letter) => bits | LETTERS[letter], 0),
    window: words.window ?? 65_535,
    urgentPointer: 0,
    options,
    payload,
  }
  return { ...envelope(bench, src, dst, words.ttl ?? 64), segment, length: 40 + payload.length }
}

export function udpPacket(bench: FilterBench, ends: string, bytes = 10): AnyPacket {
  const { src, dst, srcPort, dstPort } = readEnds(ends)
  const payload = new Uint8Array(bytes)
  return { ...envelope(bench, src, dst, 64), udp: { srcPort, dstPort, checksummed: true, payload }, length: 28 + bytes }
}

/** An ICMP error about a packet, from `src` to that packet's sender. */
export function errorPacket(
  bench: FilterBench,
  src: string,
  about: AnyPacket,
  type: number,
  code: number,
  info = 0,
): AnyPacket {
  return icmpPacket(bench, src, about.ip.src, icmpError(type, code, info, packetBytes(about)))
}

export function icmpPacket(bench: FilterBench, src: string, dst: number | string, icmp: IcmpMessage): AnyPacket {
  const to = typeof dst === 'number' ? dst : (parseIpv4(dst) ?? 0)
  return { ...envelope(bench, parseIpv4(src) ?? 0, to, 64), icmp, length: 28 + icmp.quoted.length }
}

function readEnds(ends: string): { src: number; dst: number; srcPort: number; dstPort: number } {
  const [from, to] = ends.split(' > ').map((end) => end.split(':'))
  return { src: parseIpv4(from[0]) ?? 0, dst: parseIpv4(to[0]) ?? 0, srcPort: Number(from[1]), dstPort: Number(to[1]) }
}

function envelope(
  bench: FilterBench,
  src: number,
  dst: number,
  ttl: number,
): Pick<AnyPacket, 'id' | 'ip' | 'damaged' | 'sentEvent'> {
  const ip = { src, dst, ttl, identification: 0, tos: 0, dontFragment: true }
  return { id: bench.nextPacket++, ip, damaged: undefined, sentEvent: -1 }
}

/** Interfaces of the bench's router: eth0 inside, eth1 outside. */
const ADDRESSES: Readonly<Record<string, string>> = {
  eth0: '192.168.1.1',
  eth1: '203.0.113.5',
  lo: '127.0.0.1',
  '': '',
}
export const MTU = 1_400

export function hook(
  bench: FilterBench,
  name: Hook,
  packet: AnyPacket,
  way: { in?: string; out?: string } = {},
): Verdict {
  const from = way.in ?? ''
  const out = way.out ?? ''
  const place: Place = { in: from, out, address: parseIpv4(ADDRESSES[out === '' ? from : out]) ?? 0, mtu: MTU }
  return filterPacket(bench.netfilter, name, packet, place, bench)
}

/** A packet for the host itself, through PREROUTING and INPUT: 'accept', 'drop', or what it is rejected with. */
export function receive(bench: FilterBench, packet: AnyPacket, from = 'eth0'): string {
  return through(bench, packet, [
    ['PREROUTING', { in: from }],
    ['INPUT', { in: from }],
  ]).word
}

/** A packet of the host's own, through OUTPUT and POSTROUTING. */
export function send(bench: FilterBench, packet: AnyPacket, out = 'eth0'): string {
  return through(bench, packet, [
    ['OUTPUT', { out }],
    ['POSTROUTING', { out }],
  ]).word
}

/** A packet through a router; how it comes out, `10.0.0.1:1 > 10.0.0.2:2`, or 'drop', or what it is rejected with. */
export function route(bench: FilterBench, packet: AnyPacket, from = 'eth0', out = 'eth1'): string {
  const { word, packet: last } = routed(bench, packet, from, out)
  return word === 'accept' ? endsOf(last) : word
}

export function routed(
  bench: FilterBench,
  packet: AnyPacket,
  from = 'eth0',
  out = 'eth1',
): { word: string; packet: AnyPacket } {
  return through(bench, packet, [
    ['PREROUTING', { in: from }],
    ['FORWARD', { in: from, out }],
    ['POSTROUTING', { out }],
  ])
}

function through(
  bench: FilterBench,
  packet: AnyPacket,
  hooks: readonly (readonly [Hook, { in?: string; out?: string }])[],
): { word: string; packet: AnyPacket } {
  let carried = packet
  for (const [name, way] of hooks) {
    const verdict = hook(bench, name, carried, way)
    if (verdict.kind === 'drop') return { word: verdict.reject === '' ? 'drop' : verdict.reject, packet: carried }
    carried = verdict.packet
  }
  return { word: 'accept', packet: carried }
}

/** `10.0.0.1:40000 > 10.0.0.2:80`; without ports for ICMP. */
export function endsOf({ ip, segment, udp }: AnyPacket): string {
  const ports = segment ?? udp
  const end = (address: number, port: number | undefined): string => {
    const text = [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.')
    return port === undefined ? text : `${text}:${port}`
  }
  return `${end(ip.src, ports?.srcPort)} > ${end(ip.dst, ports?.dstPort)}`
}

/** `tcp SYN_SENT 120 unreplied`, for every tracked connection, oldest first; seconds that remain. */
export function flowsOf({ netfilter, now }: FilterBench): string[] {
  return [...netfilter.flows.values()]
    .filter(({ expiresAt }) => expiresAt > now)
    .map(({ tcp, original, expiresAt, seenReply, assured }) => {
      const name = ({ 1: 'icmp', 6: 'tcp', 17: 'udp' } as Readonly<Record<number, string>>)[original.protocol]
      const mark = assured ? ' assured' : seenReply ? '' : ' unreplied'
      return `${name}${tcp === undefined ? '' : ` ${tcp.state}`} ${Math.round((expiresAt - now) / MICROS_PER_SECOND)}${mark}`
    })
}

/** The texts of the events of one type, fields in order. */
export function toldOf({ events, texts }: FilterBench, type: string, field: number): string[] {
  return events.filter((event) => event.type === type).map(({ fields }) => texts[Number(fields[field])])
}
