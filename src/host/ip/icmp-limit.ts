/**
 * How much ICMP a host sends (RFC 1812 4.3.2.8): tokens for each destination, and for all together. Linux icmpv4_global_allow, icmpv4_xrlim_allow,
 * inet_peer_xrlim_allow. Linux draws the global bucket's loss a little at random, so that nobody can measure by it; here it is exact.
 */
import type { Micros } from '../../base'
import { MICROS_PER_SECOND } from '../../base'
import type { Ipv4Address } from '../../wire'
import type { Host } from '../records'
import { isOwnAddress } from './routing'

/** Messages to one destination that may go at once (XRLIM_BURST_FACTOR). */
const PEER_BURST = 6
/** Types that have a bit in icmp_ratemask. */
const MOST_TYPES = 32

/** The sysctl that forbids a message of `type` to `dst` now; '' where it may go, and is counted. `exempt`: "fragmentation needed" always goes. */
export function icmpAllowed(
  host: Host,
  type: number,
  exempt: boolean,
  dst: Ipv4Address,
  now: Micros,
): '' | 'icmp_ratelimit' | 'icmp_msgs_per_sec' {
  const { icmp_ratemask: mask, icmp_ratelimit: limit } = host.sysctl
  if (exempt || type >= MOST_TYPES || ((1 << type) & mask) === 0 || isOwnAddress(host, dst)) return ''
  if (!globalAllows(host, now)) return 'icmp_msgs_per_sec'
  if (limit > 0 && !peerAllows(host, dst, limit * 1_000, now)) return 'icmp_ratelimit'
  host.ip.icmpTokens--
  return ''
}

function globalAllows({ ip, sysctl }: Host, now: Micros): boolean {
  const { icmp_msgs_per_sec: perSecond, icmp_msgs_burst: burst } = sysctl
  if (ip.icmpTokens < 0) {
    ip.icmpTokens = burst
    ip.icmpStampedAt = now
  }
  const gained = Math.floor((Math.min(now - ip.icmpStampedAt, MICROS_PER_SECOND) * perSecond) / MICROS_PER_SECOND)
  if (gained > 0) {
    ip.icmpTokens = Math.min(burst, ip.icmpTokens + gained)
    ip.icmpStampedAt = now
  }
  return ip.icmpTokens > 0
}

function peerAllows({ ip }: Host, dst: Ipv4Address, limitMicros: Micros, now: Micros): boolean {
  let peer = ip.icmpPeers.get(dst)
  if (peer === undefined) ip.icmpPeers.set(dst, (peer = { tokensMicros: PEER_BURST * limitMicros, stampedAt: now }))
  peer.tokensMicros = Math.min(peer.tokensMicros + now - peer.stampedAt, PEER_BURST * limitMicros)
  peer.stampedAt = now
  if (peer.tokensMicros < limitMicros) return false
  peer.tokensMicros -= limitMicros
  return true
}

/** What each type is counted as (icmp_pointers, net/ipv4/proc.c). */
const COUNTED: Readonly<Record<number, string>> = {
  0: 'EchoReps',
  3: 'DestUnreachs',
  4: 'SrcQuenchs',
  5: 'Redirects',
  8: 'Echos',
  11: 'TimeExcds',
  12: 'ParmProbs',
}

/** The counter of a message that came in or goes out: `IcmpOutDestUnreachs`. */
export function icmpCounter(way: 'In' | 'Out', type: number): string {
  const name = COUNTED[type]
  return name === undefined ? `IcmpMsg${way}Type${type}` : `Icmp${way}${name}`
}
