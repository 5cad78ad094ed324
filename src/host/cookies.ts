/**
 * SYN cookies (RFC 4987 3.6; Linux net/ipv4/syncookies.c): when the SYN queue is full, the SYN,ACK carries what the listener would
 * have remembered, and the final ACK brings it back. The ISN holds a minute counter and one of four MSS values under
 * two keyed hashes; the low six bits of the timestamp hold window scale and SACK. Without timestamps both options are given up.
 * A further bit remembers ECN; that it is accurate ECN the final ACK tells.
 */
import { mix32, present } from '../base'
import type { Micros, Seq32 } from '../base'
import { acceptSyn, createTcb, segmentArrives } from '../tcp'
import type { TcpIo } from '../tcp'
import { ACK, AE, CE, CWR, ECE, NO_OPTIONS, RST, SYN } from '../wire'
import type { Packet, TcpOptions, TcpSegment } from '../wire'
import { acceptQueueFull, countDrop } from './admit'
import { createChild } from './children'
import { count } from './counters'
import { dropPacket } from './drops'
import type { HostIo } from './io'
import { timestampOffset } from './isn'
import { output } from './output'
import type { Host, Socket } from './records'
import { settle } from './sockets'
import { tcpIo } from './tcp-io'

/** Linux msstab: what 99.7 % of hosts announce. */
const MSS_TABLE = [536, 1_300, 1_440, 1_460] as const
/** TCP_SYNCOOKIE_PERIOD. */
const PERIOD_MICROS = 60_000_000
/** MAX_SYNCOOKIE_AGE, in periods; cookies are looked for that long after the last was sent. */
const MAX_AGE = 2
const NO_SCALE = 0xf
const SACK_BIT = 0x10
const ECN_BIT = 0x20
const ECN_FLAGS = AE | CWR | ECE
const OPTION_BITS = 0x3f

/** Answers a SYN and forgets it. */
export function sendCookie(host: Host, socket: Socket, packet: Packet, io: HostIo): void {
  const { ip, segment } = packet
  const listener = present(socket.listener, 'the listener')
  const mss = segment.options.mss || MSS_TABLE[0]
  const index = Math.max(
    0,
    MSS_TABLE.findLastIndex((entry) => entry <= mss),
  )
  listener.cookiesAt = io.now
  const reply = synAckFor(host, socket, packet, cookieFor(host, packet, segment.seq, index, io.now), io)
  if (reply === undefined) return
  count(host, 'SyncookiesSent')
  const envelope = { src: ip.dst, dst: ip.src, identification: 0 }
  output(host, io, socket.id, envelope, reply, 'synAck', 'synCookieSent')
}

/**
 * Does this ACK bring back one of our cookies? Then its connection comes to be, or the ACK is dropped for want of
 * room; either way the caller is done with it.
 */
export function admitCookie(host: Host, socket: Socket, packet: Packet, io: HostIo): boolean {
  const { segment } = packet
  const listener = present(socket.listener, 'the listener')
  if (host.sysctl.tcp_syncookies === 0 || (segment.flags & (ACK | RST | SYN)) !== ACK) return false
  if (listener.cookiesAt === -1 || io.now - listener.cookiesAt > MAX_AGE * PERIOD_MICROS) return false
  const mss = readCookie(host, packet, io.now)
  if (mss === undefined) {
    count(host, 'SyncookiesFailed')
    return false
  }
  count(host, 'SyncookiesRecv')
  if (acceptQueueFull(host, listener)) {
    count(host, 'ListenOverflows')
    countDrop(host, listener, 'acceptQueueFull')
    dropPacket(packet, 'acceptQueueFull', 'acceptQueueFull', io)
    return true
  }
  const child = createChild(host, socket, packet, io, (segment.ack - 1) >>> 0)
  // It never stood in the SYN queue, but it enters the accept queue as if it had.
  child.queue = 'syn'
  const tcb = present(child.tcb, "the child's TCB")
  const { recorder } = io
  const before = recorder.socket
  recorder.socket = child.id
  const silent: TcpIo = { ...quiet(host, io), recorder, count: (counter, by) => count(host, counter, by) }
  acceptSyn(tcb, rememberedSyn(packet, mss, host.sysctl.tcp_ecn), silent)
  // Nobody knows when the SYN,ACK left: its round trip may be measured by timestamps alone (Karn).
  for (const sent of tcb.sent) {
    sent.retransmits = 1
    sent.firstSentAt = io.now - MAX_AGE * PERIOD_MICROS
  }
  segmentArrives(tcb, segment, packet.id, tcpIo(host, io), packet.ip.tos & CE)
  settle(host, child, io)
  recorder.socket = before
  return true
}

/** The SYN,ACK that a real child would send, with the cookie as ISN. The child it is taken from is thrown away. */
function synAckFor(
  host: Host,
  socket: Socket,
  { ip, segment }: Packet,
  iss: number,
  io: HostIo,
): TcpSegment | undefined {
  const { timestamps, mss } = segment.options
  const offered: TcpOptions = timestamps === undefined ? { ...NO_OPTIONS, mss } : segment.options
  const remote = { address: ip.src, port: segment.srcPort }
  const local = { address: ip.dst, port: segment.dstPort }
  const tcb = createTcb({
    socket: socket.id,
    passive: true,
    local,
    remote,
    iss: iss as Seq32,
    config: socket.config,
    sysctl: host.sysctl,
    timestampOffset: timestampOffset(host, local.address, remote.address),
    mtu: host.sysctl.mtu,
  })
  let reply: TcpSegment | undefined
  const capture: TcpIo = {
    ...quiet(host, io),
    transmit: (_, synAck) => {
      reply = synAck
      return -1
    },
  }
  // Without a timestamp there is no place to remember ECN in.
  const flags = timestamps === undefined ? segment.flags & ~ECN_FLAGS : segment.flags
  acceptSyn(tcb, { ...segment, flags, options: offered }, capture, ip.tos & CE)
  const stamp = reply?.options.timestamps
  if (reply === undefined || stamp === undefined) return reply
  const value = hideOptions(stamp.value, offered, tcb.ecn.asked !== 'none')
  return { ...reply, options: { ...reply.options, timestamps: { ...stamp, value } } }
}

/** A TcpIo that says and sends nothing. */
function quiet(host: Host, io: HostIo): TcpIo {
  return {
    now: io.now,
    sysctl: host.sysctl,
    recorder: {
      host: host.index,
      socket: -1,
      cause: -1,
      enabled: false,
      emit: () => -1,
      text: () => 0,
      packet: () => -1,
    },
    count: () => undefined,
    transmit: () => -1,
    admit: () => 'accept',
    wake: () => undefined,
  }
}

/** Linux cookie_init_timestamp: the clock's low bits give way to the options, without running ahead of it. */
function hideOptions(value: number, { windowScale, sackPermitted }: TcpOptions, ecn: boolean): number {
  const bits = (windowScale ?? NO_SCALE) | (sackPermitted ? SACK_BIT : 0) | (ecn ? ECN_BIT : 0)
  const stamped = (value - (value & OPTION_BITS) + bits) >>> 0
  return stamped > value ? (stamped - OPTION_BITS - 1) >>> 0 : stamped
}

/** The SYN as far as cookie and timestamp remember it; a final ACK that counts from 2 on is of AccECN (Linux cookie_accecn_ok, RFC 9768 5.1). */
function rememberedSyn({ segment }: Packet, mss: number, setting: number): TcpSegment {
  const { timestamps } = segment.options
  const bits = timestamps === undefined ? NO_SCALE : timestamps.echo & OPTION_BITS
  const scale = bits & NO_SCALE
  const options: TcpOptions = {
    mss,
    windowScale: timestamps === undefined || scale === NO_SCALE ? undefined : scale,
    sackPermitted: (bits & SACK_BIT) !== 0,
    sack: [],
    timestamps: timestamps === undefined ? undefined : { value: timestamps.value, echo: 0 },
    accEcn: undefined,
  }
  const accurate = (segment.flags & (AE | CWR)) !== 0
  const remembered = (bits & ECN_BIT) !== 0 && timestamps !== undefined && setting !== 0
  const asked = remembered ? (accurate ? ECN_FLAGS : ECE | CWR) : 0
  const payload = new Uint8Array(0)
  return { ...segment, seq: ((segment.seq - 1) >>> 0) as Seq32, ack: 0 as Seq32, flags: SYN | asked, options, payload }
}

/** Linux secure_tcp_syn_cookie. */
function cookieFor(host: Host, packet: Packet, seq: number, mssIndex: number, now: Micros): number {
  const period = Math.floor(now / PERIOD_MICROS)
  const hidden = (hash(host, packet, 1, period) + mssIndex) & 0xffffff
  return (hash(host, packet, 0, 0) + seq + (period << 24) + hidden) >>> 0
}

/** Linux check_tcp_syn_cookie: the MSS in the cookie that this ACK acknowledges; undefined when it is none of ours. */
function readCookie(host: Host, packet: Packet, now: Micros): number | undefined {
  const { seq, ack } = packet.segment
  const period = Math.floor(now / PERIOD_MICROS)
  const cookie = (ack - 1 - (seq - 1) - hash(host, packet, 0, 0)) >>> 0
  const age = (period - (cookie >>> 24)) & 0xff
  if (age >= MAX_AGE) return undefined
  const index = (cookie - hash(host, packet, 1, period - age)) & 0xffffff
  return MSS_TABLE[index]
}

function hash(host: Host, { ip, segment }: Packet, key: number, period: number): number {
  return mix32(host.secret ^ (0x636f_6f6b + key), ip.src, ip.dst, segment.srcPort | (segment.dstPort << 16), period)
}
