/** The line that LOG writes into the kernel's log, field by field as Linux nf_log_ipv4 does; without the MAC addresses of a wire that has none. */
import { ACK, CWR, ECE, FIN, formatIpv4, optionsLength, PSH, RST, SYN, URG, writeOptions } from '../../wire'
import type { AnyPacket, TcpSegment } from '../../wire'
import type { Target } from '../records'
import type { Place } from './match'

type Log = Extract<Target, { kind: 'LOG' }>

const FLAG_WORDS: readonly (readonly [number, string])[] = [
  [CWR, 'CWR'],
  [ECE, 'ECE'],
  [URG, 'URG'],
  [ACK, 'ACK'],
  [PSH, 'PSH'],
  [RST, 'RST'],
  [SYN, 'SYN'],
  [FIN, 'FIN'],
]

/** `new: IN=eth0 OUT= SRC=10.0.0.1 DST=10.0.0.2 LEN=60 TOS=0x00 PREC=0x00 TTL=64 ID=0 DF PROTO=TCP SPT=40000 DPT=80 WINDOW=64240 RES=0x00 SYN URGP=0`. */
export function logLine(log: Log, packet: AnyPacket, place: Place): string {
  const { ip, segment, udp, icmp } = packet
  const words = [
    `${log.prefix}IN=${place.in}`,
    `OUT=${place.out}`,
    `SRC=${formatIpv4(ip.src)}`,
    `DST=${formatIpv4(ip.dst)}`,
    `LEN=${packet.length}`,
    `TOS=0x${hex(ip.tos & 0x1e, 2)}`,
    `PREC=0x${hex(ip.tos & 0xe0, 2)}`,
    `TTL=${ip.ttl}`,
    `ID=${ip.identification}`,
    ...(ip.dontFragment ? ['DF'] : []),
  ]
  if (segment !== undefined) words.push(...tcpWords(log, segment))
  else if (udp !== undefined) {
    words.push('PROTO=UDP', `SPT=${udp.srcPort}`, `DPT=${udp.dstPort}`, `LEN=${packet.length - IP_HEADER}`)
  } else words.push('PROTO=ICMP', `TYPE=${icmp.type}`, `CODE=${icmp.code}`)
  return words.join(' ')
}

const IP_HEADER = 20

function tcpWords(log: Log, segment: TcpSegment): string[] {
  const { flags } = segment
  return [
    'PROTO=TCP',
    `SPT=${segment.srcPort}`,
    `DPT=${segment.dstPort}`,
    ...(log.sequence ? [`SEQ=${segment.seq}`, `ACK=${segment.ack}`] : []),
    `WINDOW=${segment.window}`,
    'RES=0x00',
    ...FLAG_WORDS.flatMap(([bit, word]) => (flags & bit ? [word] : [])),
    `URGP=${segment.urgentPointer}`,
    ...(log.options ? optionWords(segment) : []),
  ]
}

function optionWords({ options }: TcpSegment): string[] {
  const bytes = new Uint8Array(optionsLength(options))
  if (bytes.length === 0) return []
  writeOptions(bytes, 0, options)
  return [`OPT (${[...bytes].map((byte) => hex(byte, 2)).join('')})`]
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0')
}
