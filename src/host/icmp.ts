/**
 * ICMP that reaches a host: errors about segments of its own, which go to the connection that sent them. Linux icmp_rcv, icmp_unreach,
 * icmp_socket_deliver, tcp_v4_err; and pings, which are answered. errors about datagrams go on to udp/input.ts. Leaves out redirects.
 */
import { icmpErrorArrives, isOnItsWay } from '../tcp'
import { DROP_REASONS } from '../trace'
import type { RuleName } from '../trace'
import { formatIcmp, FRAGMENTATION_NEEDED, ICMP_ECHO, ICMP_UNREACHABLE, quotedDatagram, quotedSegment } from '../wire'
import type { IcmpMessage, IcmpPacket } from '../wire'
import { count } from './counters'
import { findConnection } from './demux'
import type { HostIo } from './io'
import { answerEcho, icmpCounter } from './ip'
import type { Host } from './records'
import { learnMtu } from './routes'
import { settle } from './sockets'
import { tcpIo } from './tcp-io'
import { udpErrorArrives } from './udp/input'

/** A checked ICMP packet for this host; `recorder.cause` is the event of its arrival. */
export function icmpInput(host: Host, packet: IcmpPacket, io: HostIo): void {
  const { recorder } = io
  const { icmp } = packet
  count(host, 'IcmpInMsgs')
  count(host, icmpCounter('In', icmp.type))
  if (icmp.type === ICMP_ECHO) {
    recorder.cause = recorder.emit('host/icmpArrived', 'echoReply', packet.id, recorder.text(formatIcmp(icmp)))
    return answerEcho(host, packet, io)
  }
  const about = quotedSegment(icmp)
  const socket =
    about === undefined
      ? undefined
      : findConnection(host, { address: about.src, port: about.srcPort }, { address: about.dst, port: about.dstPort })
  recorder.socket = socket?.id ?? -1
  recorder.cause = recorder.emit('host/icmpArrived', 'icmpArrived', packet.id, recorder.text(formatIcmp(icmp)))
  const datagram = quotedDatagram(icmp.quoted)
  if (datagram !== undefined) {
    if (isTooBig(icmp) && host.sysctl.ip_no_pmtu_disc === 0) learnMtu(host, datagram.dst, icmp.info & 0xffff, io)
    udpErrorArrives(host, packet, datagram, io)
    return
  }
  if (about === undefined || socket?.tcb === undefined) {
    count(host, 'IcmpInErrors')
    ignored(packet, about === undefined ? 'icmpIgnored' : 'noSocket', 'icmpIgnored', io)
    return
  }
  const { tcb } = socket
  if (isTooBig(icmp)) {
    // ip_no_pmtu_disc 2 and 3 throw the message away; 1 sets no DF and learns nothing.
    if (host.sysctl.ip_no_pmtu_disc >= 2) {
      ignored(packet, 'icmpIgnored', 'icmpIgnored', io)
      return
    }
    if (isOnItsWay(tcb, about.seq)) {
      learnMtu(host, about.dst, host.sysctl.ip_no_pmtu_disc === 0 ? icmp.info & 0xffff : 0, io)
    }
  }
  const verdict = icmpErrorArrives(tcb, icmp, about.seq, tcpIo(host, io))
  if (verdict === 'outOfWindow') ignored(packet, 'icmpOutOfWindow', 'icmpOutOfWindow', io)
  else if (verdict === 'ignored') ignored(packet, 'icmpIgnored', 'icmpIgnored', io)
  settle(host, socket, io)
}

function isTooBig({ type, code }: IcmpMessage): boolean {
  return type === ICMP_UNREACHABLE && code === FRAGMENTATION_NEEDED
}

function ignored(
  { id }: IcmpPacket,
  reason: 'icmpIgnored' | 'icmpOutOfWindow' | 'noSocket',
  rule: RuleName,
  io: HostIo,
): void {
  io.recorder.emit('host/packetDropped', rule, id, DROP_REASONS.indexOf(reason))
}
