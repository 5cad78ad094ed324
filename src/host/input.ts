/**
 * IP input and demultiplexing: a packet is checked, and goes to its connection, to a listener, or is answered with a reset.
 * Linux ip_rcv, tcp_v4_rcv.
 */
import { present } from '../base'
import { answerInTimeWait, leaveTimeWait, segmentArrives } from '../tcp'
import type { Endpoint, Tcb } from '../tcp'
import { decodeIcmp, decodePacket, decodeUdp, FIN, isIcmp, isUdp } from '../wire'
import type { AnyPacket, IcmpPacket, Packet, UdpPacket } from '../wire'
import { count } from './counters'
import { findConnection, findListener } from './demux'
import { dropPacket, refuse } from './drops'
import { icmpInput } from './icmp'
import type { HostIo } from './io'
import { forward, forwards, hearNeighbours, interfaceOfWay, isOwnAddress, runHook } from './ip'
import { TIME_WAIT_ISS_STEP } from './isn'
import { connectionRequest, listenerInput } from './listener'
import type { Host, Socket } from './records'
import { answerRejections } from './reject'
import { settle } from './sockets'
import { tcpIo } from './tcp-io'
import { udpInput } from './udp/input'

const LOOPBACK_NET = 127
const MULTICAST = 0xe
const BROADCAST = 0xffff_ffff
/** The two ECN bits of the TOS byte (INET_ECN_MASK). */
const ECN_MASK = 3
/** What Linux counts packets under, by those bits (IpExt). */
const CODEPOINT_COUNTERS = ['InNoECTPkts', 'InECT1Pkts', 'InECT0Pkts', 'InCEPkts'] as const

/**
 * A packet has reached the host by the interface of `way` (see ip/records.ts); `recorder.cause` is the event of its arrival. Linux ip_rcv: what is for
 * somebody else is passed on where the host forwards, and dropped where it does not.
 */
export function hostPacketArrives(host: Host, arriving: AnyPacket, way: number, io: HostIo): void {
  receive(host, arriving, way, io)
  answerRejections(host, io)
}

function receive(host: Host, arriving: AnyPacket, way: number, io: HostIo): void {
  if (!host.up) return dropPacket(arriving, 'hostDown', 'powerOff', io)
  const intact = arriving.damaged === undefined ? arriving : verified(host, arriving, arriving.damaged, io)
  if (intact === undefined) return undefined
  count(host, 'InReceives')
  count(host, 'InOctets', intact.length)
  count(host, CODEPOINT_COUNTERS[intact.ip.tos & ECN_MASK])
  const from = interfaceOfWay(host, way)
  if (from.arp) hearNeighbours(host, host.ip.config.interfaces.indexOf(from), io.now)
  const packet = runHook(host, 'PREROUTING', intact, { in: from, out: undefined }, io)
  if (packet === undefined) return undefined
  if (!isOwnAddress(host, packet.ip.dst)) {
    if (forwards(host)) return forward(host, packet, from, io)
    count(host, 'InAddrErrors')
    return dropPacket(packet, 'notMyAddress', 'notMyAddress', io)
  }
  const own = runHook(host, 'INPUT', packet, { in: from, out: undefined }, io)
  return own === undefined ? undefined : deliver(host, own, io)
}

/** A packet for this host goes to its protocol. Linux ip_local_deliver_finish. */
function deliver(host: Host, packet: AnyPacket, io: HostIo): void {
  const { ip } = packet
  count(host, 'InDelivers')
  if (packet.icmp !== undefined) return icmpInput(host, packet, io)
  if (packet.udp !== undefined) return udpInput(host, packet, io)
  const { segment } = packet
  const local = { address: ip.dst, port: segment.dstPort }
  const remote = { address: ip.src, port: segment.srcPort }
  if (isMartian(host, local, remote)) return dropPacket(packet, 'martianSource', 'martianSource', io)
  count(host, 'InSegs')
  const connection = findConnection(host, local, remote)
  if (connection !== undefined) return toConnection(host, connection, packet, io)
  const listener = findListener(host, local, remote)
  if (listener === undefined) return refuse(host, packet, 'noSuchPort', io)
  io.recorder.socket = listener.id
  return listenerInput(host, listener, packet, io)
}

/**
 * A source that nobody can have (RFC 9293 MUST-63): this net, multicast, broadcast; and loopback, unless the packet is one of our own, which
 * then has a connection here.
 */
function isMartian(host: Host, local: Endpoint, remote: Endpoint): boolean {
  const { address } = remote
  const net = address >>> 24
  if (net === 0 || address >>> 28 === MULTICAST || address === BROADCAST) return true
  const loops = net === LOOPBACK_NET && local.address >>> 24 !== LOOPBACK_NET
  return loops && findConnection(host, remote, local) === undefined
}

/** Reads a packet that the wire may have damaged; undefined when that shows (RFC 9293 MUST-3). */
function verified(host: Host, packet: AnyPacket, bytes: Uint8Array, io: HostIo): AnyPacket | undefined {
  if (isIcmp(bytes)) return verifiedIcmp(host, packet, bytes, io)
  if (isUdp(bytes)) return verifiedUdp(host, packet, bytes, io)
  const { id, damaged, length, sentEvent } = packet
  const decoded = decodePacket(bytes)
  if (decoded.ok) return { id, damaged, length, sentEvent, ip: decoded.value.ip, segment: decoded.value.segment }
  count(host, 'InErrs')
  if (decoded.error === 'badChecksum') count(host, 'InCsumErrors')
  dropPacket(packet, decoded.error, decoded.error === 'badChecksum' ? 'badChecksum' : 'badHeader', io)
  return undefined
}

function verifiedUdp(host: Host, packet: AnyPacket, bytes: Uint8Array, io: HostIo): UdpPacket | undefined {
  const decoded = decodeUdp(bytes)
  const { id, damaged, length, sentEvent } = packet
  if (decoded.ok) return { id, damaged, length, sentEvent, ip: decoded.value.ip, udp: decoded.value.udp }
  count(host, 'UdpInErrors')
  if (decoded.error === 'badChecksum') count(host, 'UdpInCsumErrors')
  dropPacket(packet, decoded.error, decoded.error === 'badChecksum' ? 'udpChecksum' : 'badHeader', io)
  return undefined
}

function verifiedIcmp(host: Host, packet: AnyPacket, bytes: Uint8Array, io: HostIo): IcmpPacket | undefined {
  const decoded = decodeIcmp(bytes)
  const { id, damaged, length, sentEvent } = packet
  if (decoded.ok) return { id, damaged, length, sentEvent, ip: decoded.value.ip, icmp: decoded.value.message }
  count(host, 'IcmpInErrors')
  if (decoded.error === 'badChecksum') count(host, 'IcmpInCsumErrors')
  dropPacket(packet, decoded.error, decoded.error === 'badChecksum' ? 'badChecksum' : 'badHeader', io)
  return undefined
}

function toConnection(host: Host, socket: Socket, packet: Packet, io: HostIo): void {
  const { recorder } = io
  const tcb = present(socket.tcb, `the TCB of connection ${socket.id}`)
  recorder.socket = socket.id
  const verdict = segmentArrives(tcb, packet.segment, packet.id, tcpIo(host, io), packet.ip.tos & ECN_MASK)
  if (verdict === 'newSyn') reopen(host, socket, tcb, packet, io)
  else settle(host, socket, io)
}

/**
 * A SYN that a connection in TIME-WAIT takes for the beginning of the next one goes to the listener (RFC 9293 3.6.1); the old
 * connection is gone, and the new one numbers its bytes beyond all that it sent.
 */
function reopen(host: Host, socket: Socket, tcb: Tcb, packet: Packet, io: HostIo): void {
  const listener = findListener(host, socket.local, socket.remote)
  if (listener === undefined) {
    answerInTimeWait(tcb, tcpIo(host, io))
    settle(host, socket, io)
    return
  }
  leaveTimeWait(tcb, tcpIo(host, io))
  settle(host, socket, io)
  io.recorder.socket = listener.id
  if ((packet.segment.flags & FIN) !== 0) return dropPacket(packet, 'missingSyn', 'segmentInListen', io)
  connectionRequest(host, listener, packet, { iss: tcb.snd.nxt + TIME_WAIT_ISS_STEP }, io)
}
