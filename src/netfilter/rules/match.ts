/**
 * Whether a rule's conditions hold for a packet. All must; the order is that of the rule, so a limit counts only what came as far as it. Linux
 * ipt_do_table, xt_tcpudp, xt_multiport, xt_conntrack, xt_limit, xt_statistic, xt_length, ipt_ttl.
 */
import { mix32 } from '../../base'
import type { Micros } from '../../base'
import { PROTOCOL_ICMP, PROTOCOL_TCP, PROTOCOL_UDP } from '../../wire'
import type { AnyPacket, Ipv4Address } from '../../wire'
import { maskOf } from '../command/values'
import type { InHand, Match, Netfilter, PortRange, Rule } from '../records'

/** Where a packet came in and where it will leave; '' where it did or will not. */
export interface Place {
  readonly in: string
  readonly out: string
  /** Address of the interface that it leaves by, or came in by: what MASQUERADE and REDIRECT put in. */
  readonly address: Ipv4Address
  /** MTU of the way out, for --clamp-mss-to-pmtu. */
  readonly mtu: number
}

/** Whether all conditions hold. Those that count (limit, nth) count this packet. */
export function ruleMatches(netfilter: Netfilter, rule: Rule, packet: AnyPacket, place: Place, now: Micros): boolean {
  return rule.matches.every((match) => holds(netfilter, rule, match, packet, place, now) !== match.not)
}

function holds(netfilter: Netfilter, rule: Rule, match: Match, packet: AnyPacket, place: Place, now: Micros): boolean {
  const { ip, segment } = packet
  switch (match.kind) {
    case 'source':
      return isIn(ip.src, match)
    case 'destination':
      return isIn(ip.dst, match)
    case 'in':
      return isNamed(place.in, match.name)
    case 'out':
      return isNamed(place.out, match.name)
    case 'protocol':
      return protocolOf(packet) === match.protocol
    case 'sport':
    case 'dport':
    case 'sports':
    case 'dports':
    case 'ports':
      return portsHold(match, packet)
    case 'flags':
      return segment !== undefined && (segment.flags & match.mask) === match.comp
    case 'icmpType':
      return isIcmpType(match, packet)
    case 'state':
      return stateHolds(match.states, netfilter.inHand)
    case 'limit':
      return spend(rule, match.costMicros, match.burst, now)
    case 'nth':
      return takeTurn(rule, match.every, match.packet)
    case 'random':
      return draw(netfilter) < match.probability
    case 'length':
      return isBetween(packet.length, match.range)
    case 'ttl-eq':
      return ip.ttl === match.range.low
    case 'ttl-lt':
      return ip.ttl < match.range.low
    case 'ttl-gt':
      return ip.ttl > match.range.low
    case 'comment':
      return true
  }
}

/** A number from 0 up to 1, another one at each call; the same in every replay. */
export function draw(netfilter: Netfilter): number {
  return mix32(netfilter.seed, netfilter.draws++) / 2 ** 32
}

/** The number of a packet's protocol. */
export function protocolOf({ segment, udp }: AnyPacket): number {
  if (segment !== undefined) return PROTOCOL_TCP
  return udp === undefined ? PROTOCOL_ICMP : PROTOCOL_UDP
}

function isIn(address: Ipv4Address, net: { readonly address: Ipv4Address; readonly prefix: number }): boolean {
  return (address & maskOf(net.prefix)) >>> 0 === net.address
}

/** `eth+` is every name that begins so. */
function isNamed(name: string, pattern: string): boolean {
  return pattern.endsWith('+') ? name.startsWith(pattern.slice(0, -1)) : name === pattern
}

type PortMatch = Extract<Match, { kind: 'sport' | 'dport' | 'sports' | 'dports' | 'ports' }>

function portsHold(match: PortMatch, { segment, udp }: AnyPacket): boolean {
  const ports = segment ?? udp
  if (ports === undefined) return false
  const { srcPort, dstPort } = ports
  switch (match.kind) {
    case 'sport':
      return isBetween(srcPort, match.ports)
    case 'dport':
      return isBetween(dstPort, match.ports)
    case 'sports':
      return match.list.some((range) => isBetween(srcPort, range))
    case 'dports':
      return match.list.some((range) => isBetween(dstPort, range))
    case 'ports':
      return match.list.some((range) => isBetween(srcPort, range) || isBetween(dstPort, range))
  }
}

function isBetween(value: number, { low, high }: PortRange): boolean {
  return value >= low && value <= high
}

const ANY_TYPE = 255

function isIcmpType(match: Extract<Match, { kind: 'icmpType' }>, { icmp }: AnyPacket): boolean {
  if (icmp === undefined) return false
  if (match.type === ANY_TYPE) return true
  return icmp.type === match.type && (match.code === -1 || icmp.code === match.code)
}

function stateHolds(states: Extract<Match, { kind: 'state' }>['states'], inHand: InHand | undefined): boolean {
  const { flow, state } = inHand ?? { flow: undefined, state: 'INVALID' as const }
  if (states.includes(state)) return true
  if (flow === undefined) return false
  return (states.includes('SNAT') && flow.sourceNat) || (states.includes('DNAT') && flow.destinationNat)
}

/** A bucket that fills with time (xt_limit): at most `burst` packets' worth. */
function spend(rule: Rule, costMicros: number, burst: number, now: Micros): boolean {
  rule.credit = Math.min(rule.credit + now - rule.creditAt, costMicros * burst)
  rule.creditAt = now
  if (rule.credit < costMicros) return false
  rule.credit -= costMicros
  return true
}

/** Packet number `packet` of every `every`, counted from 0 (xt_statistic). */
function takeTurn(rule: Rule, every: number, packet: number): boolean {
  const turn = rule.turn
  rule.turn = (turn + 1) % every
  return turn === packet
}
