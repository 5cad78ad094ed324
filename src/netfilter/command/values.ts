/** The values that words of a rule stand for: addresses, ports, flags, rates, ICMP types. Each reader gives undefined for what it cannot read. */
import { MICROS_PER_SECOND } from '../../base'
import { ACK, FIN, parseIpv4, PSH, RST, SYN, URG } from '../../wire'
import type { Ipv4Address } from '../../wire'
import type { NatRange, PortRange } from '../records'

export const PROTOCOLS: Readonly<Record<string, number>> = { all: 0, icmp: 1, tcp: 6, udp: 17 }

/** tcp, udp, icmp, all, or a number. */
export function readProtocol(word: string): number | undefined {
  const name = word.toLowerCase()
  if (Object.hasOwn(PROTOCOLS, name)) return PROTOCOLS[name]
  return readWhole(word, 0, 255)
}

export function readWhole(word: string, least: number, most: number): number | undefined {
  if (!/^\d{1,10}$/.test(word)) return undefined
  const value = Number(word)
  return value >= least && value <= most ? value : undefined
}

/** Services that /etc/services names and people write. */
const SERVICES: Readonly<Record<string, number>> = {
  ssh: 22,
  smtp: 25,
  domain: 53,
  http: 80,
  ntp: 123,
  https: 443,
}

export function readPort(word: string): number | undefined {
  return Object.hasOwn(SERVICES, word) ? SERVICES[word] : readWhole(word, 0, 65_535)
}

/** `80`, `1000:2000`, `:1023`, `1024:`; NAT writes the range with `-`. */
export function readPorts(word: string, between = ':'): PortRange | undefined {
  const [first, second, ...rest] = word.split(between)
  if (rest.length > 0) return undefined
  if (second === undefined) {
    const port = readPort(first)
    return port === undefined ? undefined : { low: port, high: port }
  }
  const low = first === '' && between === ':' ? 0 : readPort(first)
  const high = second === '' && between === ':' ? 65_535 : readPort(second)
  return low === undefined || high === undefined || low > high ? undefined : { low, high }
}

/** `10.0.0.0/24`, `10.0.0.1`, `10.0.0.0/255.255.255.0`; bits beyond the prefix are cleared, as iptables does. */
export function readNet(word: string): { readonly address: Ipv4Address; readonly prefix: number } | undefined {
  const [host, length, ...rest] = word.split('/')
  const address = parseIpv4(host)
  if (address === undefined || rest.length > 0) return undefined
  if (length === undefined) return { address, prefix: 32 }
  const mask = parseIpv4(length)
  const prefix = mask === undefined ? readWhole(length, 0, 32) : prefixOf(mask)
  return prefix === undefined ? undefined : { address: (address & maskOf(prefix)) >>> 0, prefix }
}

/** The mask of a prefix, as an unsigned number. */
export function maskOf(prefix: number): number {
  return prefix === 0 ? 0 : (0xffff_ffff << (32 - prefix)) >>> 0
}

function prefixOf(mask: number): number | undefined {
  for (let prefix = 0; prefix <= 32; prefix++) if (maskOf(prefix) === mask) return prefix
  return undefined
}

/** In the order in which iptables lists them. */
export const FLAG_BITS: Readonly<Record<string, number>> = { FIN, SYN, RST, PSH, ACK, URG }

/** `SYN,ACK`, `ALL`, `NONE`. */
export function readFlags(word: string): number | undefined {
  if (word === 'ALL') return FIN | SYN | RST | PSH | ACK | URG
  if (word === 'NONE') return 0
  let bits = 0
  for (const name of word.split(',')) {
    if (!Object.hasOwn(FLAG_BITS, name)) return undefined
    bits |= FLAG_BITS[name]
  }
  return bits
}

const UNITS: Readonly<Record<string, number>> = { second: 1, minute: 60, hour: 3_600, day: 86_400 }
const SHORT: Readonly<Record<string, string>> = { second: 'sec', minute: 'min', hour: 'hour', day: 'day' }

/** `3/min`, `10/second`, `5`: as iptables-save writes it, and what one packet costs. */
export function readRate(word: string): { readonly average: string; readonly costMicros: number } | undefined {
  const [count, unit = 'second', ...rest] = word.split('/')
  const number = readWhole(count, 1, 10_000)
  const name = Object.keys(UNITS).find((full) => unit !== '' && full.startsWith(unit.toLowerCase()))
  if (number === undefined || name === undefined || rest.length > 0) return undefined
  return {
    average: `${number}/${SHORT[name]}`,
    costMicros: Math.max(1, Math.floor((UNITS[name] * MICROS_PER_SECOND) / number)),
  }
}

const ICMP_NAMES: Readonly<Record<string, readonly [type: number, code: number]>> = {
  any: [255, -1],
  'echo-reply': [0, -1],
  pong: [0, -1],
  'destination-unreachable': [3, -1],
  'network-unreachable': [3, 0],
  'host-unreachable': [3, 1],
  'protocol-unreachable': [3, 2],
  'port-unreachable': [3, 3],
  'fragmentation-needed': [3, 4],
  'communication-prohibited': [3, 13],
  redirect: [5, -1],
  'echo-request': [8, -1],
  ping: [8, -1],
  'time-exceeded': [11, -1],
  'ttl-exceeded': [11, -1],
  'ttl-zero-during-transit': [11, 0],
  'parameter-problem': [12, -1],
}

/** A name that iptables knows, `3`, or `3/4`. */
export function readIcmpType(word: string): { readonly type: number; readonly code: number } | undefined {
  if (Object.hasOwn(ICMP_NAMES, word)) {
    const [type, code] = ICMP_NAMES[word]
    return { type, code }
  }
  const [first, second, ...rest] = word.split('/')
  const type = readWhole(first, 0, 255)
  const code = second === undefined ? -1 : readWhole(second, 0, 255)
  return type === undefined || code === undefined || rest.length > 0 ? undefined : { type, code }
}

/** `10.0.0.2:80`, `1.2.3.4-1.2.3.9:100-200`, `:8080`. */
export function readNatRange(word: string): NatRange | undefined {
  const [addresses, portWord, ...rest] = word.split(':')
  if (rest.length > 0 || (addresses === '' && portWord === undefined)) return undefined
  const ports = portWord === undefined ? undefined : readPorts(portWord, '-')
  if (portWord !== undefined && ports === undefined) return undefined
  if (addresses === '') return { low: 0, high: 0, ports }
  const [first, second = first, ...more] = addresses.split('-')
  const low = parseIpv4(first)
  const high = parseIpv4(second)
  if (low === undefined || high === undefined || more.length > 0 || low > high) return undefined
  return { low, high, ports }
}
