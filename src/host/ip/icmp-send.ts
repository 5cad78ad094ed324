/**
 * ICMP that a host sends: errors about packets that it could not deliver or pass on, and the answer to a ping. RFC 792, RFC 1122 3.2.2, RFC 1812 4.3.2;
 * Linux icmp_send, icmp_reply with their two limits: of the messages to one destination (icmp_ratelimit) and of all together (icmp_msgs_per_sec).
 */
import { DROP_REASONS } from '../../trace'
import type { RuleName } from '../../trace'
import {
  packetBytes,
  encodeIcmp,
  formatIcmp,
  FRAGMENTATION_NEEDED,
  ICMP_ECHO_REPLY,
  ICMP_UNREACHABLE,
  icmpError,
  isIcmpError,
} from '../../wire'
import type { AnyPacket, IcmpMessage, IcmpPacket, Ipv4Address } from '../../wire'
import { count } from '../counters'
import type { HostIo } from '../io'
import type { Host } from '../records'
import { icmpAllowed, icmpCounter } from './icmp-limit'
import { isOwnAddress, sourceFor } from './routing'
import { sendPacket } from './send'

const NOTHING = new Uint8Array(0)
const MULTICAST = 0xe
const BROADCAST = 0xffff_ffff
/** Precedence of network control, as Linux gives to errors (RFC 1812 4.3.2.5). */
const ERROR_TOS = 0xc0
const TOS_MASK = 0x1e

/** What to say, and the rule that says so. */
export interface IcmpError {
  readonly type: number
  readonly code: number
  /** Second word of the header: the MTU of "fragmentation needed". */
  readonly info: number
  readonly rule: RuleName
}

/**
 * Tells the sender of `about` what became of it. Nothing is said about an error, to many, or of a packet that came from nobody (RFC 1122
 * 3.2.2). `recorder.cause` is the event that it is said because of. Returns whether it was sent.
 */
export function sendIcmpError(
  host: Host,
  about: AnyPacket,
  { type, code, info, rule }: IcmpError,
  io: HostIo,
): boolean {
  const { src, dst, tos } = about.ip
  if (isToMany(dst) || isToMany(src) || src === 0) return false
  if (about.icmp !== undefined && isIcmpError(about.icmp)) return false
  const message = icmpError(type, code, info, packetBytes(about))
  const limit = icmpAllowed(host, type, type === ICMP_UNREACHABLE && code === FRAGMENTATION_NEEDED, src, io.now)
  if (limit !== '') {
    const { recorder } = io
    count(host, limit === 'icmp_ratelimit' ? 'IcmpOutRateLimitHost' : 'IcmpOutRateLimitGlobal')
    recorder.emit('host/icmpLimited', 'icmpLimited', about.id, recorder.text(formatIcmp(message)), recorder.text(limit))
    return false
  }
  const from = isOwnAddress(host, dst) ? dst : sourceFor(host, src)
  send(host, about, message, { src: from, dst: src, tos: (tos & TOS_MASK) | ERROR_TOS }, rule, io)
  return true
}

/** Answers a ping, unless the host was told not to. */
export function answerEcho(host: Host, packet: IcmpPacket, io: HostIo): void {
  if (host.sysctl.icmp_echo_ignore_all !== 0 || isToMany(packet.ip.dst)) {
    io.recorder.emit('host/packetDropped', 'icmpIgnored', packet.id, DROP_REASONS.indexOf('icmpIgnored'))
    return
  }
  const { src, dst, tos } = packet.ip
  send(host, packet, { ...packet.icmp, type: ICMP_ECHO_REPLY }, { src: dst, dst: src, tos }, 'echoReply', io)
}

function send(
  host: Host,
  about: AnyPacket,
  icmp: IcmpMessage,
  { src, dst, tos }: { readonly src: Ipv4Address; readonly dst: Ipv4Address; readonly tos: number },
  rule: RuleName,
  io: HostIo,
): void {
  const { recorder } = io
  const identification = host.ip.identification++ & 0xffff
  const ip = { src, dst, ttl: host.sysctl.ip_default_ttl, identification, tos, dontFragment: false }
  const bytes = encodeIcmp(ip, icmp)
  const id = recorder.packet(host.index, bytes, bytes.length, NOTHING)
  const { socket } = recorder
  recorder.socket = -1
  const sentEvent = recorder.emit('host/icmpSent', rule, id, about.id, recorder.text(formatIcmp(icmp)))
  recorder.socket = socket
  count(host, 'IcmpOutMsgs')
  count(host, icmpCounter('Out', icmp.type))
  sendPacket(host, { id, ip, icmp, damaged: undefined, length: bytes.length, sentEvent }, io)
}

function isToMany(address: Ipv4Address): boolean {
  return address >>> 28 === MULTICAST || address === BROADCAST
}
