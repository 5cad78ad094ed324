/**
 * UDP input: a datagram goes into the receive queue of its socket, is dropped where that is full, or is answered with an ICMP error where nobody has the
 * port. Linux udp_rcv, __udp_enqueue_schedule_skb, __udp4_lib_err. Nobody is told of a drop: neither end.
 */
import { DROP_REASONS, ERRNO, POLL_EVENTS as E } from '../../trace'
import type { Errno } from '../../trace'

import type { IcmpMessage, IcmpPacket, QuotedDatagram, UdpPacket } from '../../wire'
import { count } from '../counters'
import { dropPacket } from '../drops'
import { icmpMeaning } from './icmp-meaning'
import type { HostIo } from '../io'
import { sendIcmpError } from '../ip/icmp-send'
import type { Host, Socket } from '../records'
import { settle } from '../sockets'
import { findUdpSocket } from './ports'
import type { UdpState } from './records'
import { datagramTruesize } from './truesize'

/** SO_EE_ORIGIN_ICMP. */
const ORIGIN_ICMP = 2
/** Keys of the wake-ups: sock_def_readable, sk_error_report. */
const READABLE = E.IN | E.PRI | E.RDNORM | E.RDBAND
const UNREACHABLE = 3
const PORT_UNREACHABLE = 3

/** A checked datagram for this host; `recorder.cause` is the event of its arrival. */
export function udpInput(host: Host, packet: UdpPacket, io: HostIo): void {
  const { ip, udp: datagram } = packet
  const local = { address: ip.dst, port: datagram.dstPort }
  const remote = { address: ip.src, port: datagram.srcPort }
  const socket = findUdpSocket(host, local, remote)
  if (socket?.udp === undefined) {
    count(host, 'UdpNoPorts')
    dropPacket(packet, 'noSocket', 'noSuchUdpPort', io)
    const error = { type: UNREACHABLE, code: PORT_UNREACHABLE, info: 0, rule: 'portUnreachable' } as const
    sendIcmpError(host, packet, error, io)
    return
  }
  io.recorder.socket = socket.id
  enqueue(host, socket, socket.udp, packet, io)
}

function enqueue(host: Host, socket: Socket, udp: UdpState, packet: UdpPacket, io: HostIo): void {
  const { recorder } = io
  const { payload, srcPort } = packet.udp
  const truesize = datagramTruesize(payload.length)
  // One datagram is taken however long it is, if nothing else is there.
  if (udp.rmem > 0 && udp.rmem + truesize > udp.rcvbuf) {
    udp.drops++
    count(host, 'UdpRcvbufErrors')
    count(host, 'UdpInErrors')
    const reason = DROP_REASONS.indexOf('receiveBufferFull')
    recorder.emit('udp/datagramDropped', 'udpBufferFull', packet.id, reason, udp.rmem, udp.rcvbuf, udp.drops)
    return
  }
  udp.rmem += truesize
  udp.queue.push({ from: { address: packet.ip.src, port: srcPort }, payload, truesize, at: io.now })
  const { length } = udp.queue
  const event = recorder.emit('udp/datagramArrived', 'datagramArrived', packet.id, payload.length, length, udp.rmem)
  wake(host, socket, event, READABLE, io)
}

/** Something happened that a thread may wait for. */
export function wake(host: Host, socket: Socket, event: number, key: number, io: HostIo): void {
  socket.changedBy = event
  socket.woken |= key
  settle(host, socket, io)
}

/**
 * An ICMP error about a datagram of ours; false where it is about something else. A socket that is connected hears of what ended its datagram; one that is not hears
 * nothing, for the error may be about anybody, unless IP_RECVERR says that it will read the error queue.
 */
export function udpErrorArrives(host: Host, packet: IcmpPacket, about: QuotedDatagram, io: HostIo): void {
  const { icmp } = packet
  const from = { address: about.src, port: about.srcPort }
  const to = { address: about.dst, port: about.dstPort }
  const socket = findUdpSocket(host, from, to)
  if (socket?.udp === undefined) {
    count(host, 'IcmpInErrors')
    dropPacket(packet, 'noSocket', 'icmpIgnored', io)
    return
  }
  const { udp } = socket
  io.recorder.socket = socket.id
  const { errno, hard } = icmpMeaning(icmp, udp.pmtuDiscovery)
  const told = errno !== '' && (udp.receiveErrors || (hard && udp.connected))
  if (!told) {
    dropPacket(packet, 'icmpIgnored', errno === '' ? 'icmpIgnored' : 'udpErrorUnheard', io)
    return
  }
  if (udp.receiveErrors) note(udp, icmp, errno, to, io)
  udp.error = errno
  const event = io.recorder.emit('tcp/errorSet', 'udpError', io.recorder.text(errno))
  wake(host, socket, event, E.ERR, io)
}

/** An entry of the error queue (ip_icmp_error). */
function note(udp: UdpState, icmp: IcmpMessage, errno: Errno, to: { address: number; port: number }, io: HostIo): void {
  const { type, code, info } = icmp
  // Of the quoted packet the reader gets what is behind the UDP header.
  const { quoted } = icmp
  const payload = quoted.slice((quoted[0] & 15) * 4 + 8)
  udp.reports.push({
    at: io.now,
    errno: ERRNO[errno][0],
    origin: ORIGIN_ICMP,
    type,
    code,
    info: info & 0xffff,
    to,
    payload,
  })
}
