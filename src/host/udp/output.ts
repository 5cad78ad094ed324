/** A datagram gets its headers, its number in the trace and its event, and goes to IP: Linux udp_send_skb, ip_send_skb. */
import { LOSS_REASONS, NO_LINK } from '../../trace'
import type { Endpoint } from '../../tcp'
import { encodeUdpHeaders } from '../../wire'
import { count } from '../counters'
import type { HostIo } from '../io'
import { answerRejections } from '../reject'
import { sendPacket, sourceFor } from '../ip'
import type { Host, Socket } from '../records'
import type { UdpState } from './records'
import { mtuIsLocked, pathMtu } from './way'

const HEADERS = 28
/** IP_PMTUDISC_DONT, IP_PMTUDISC_WANT. */
const DONT = 0
const WANT = 1

/** False where a filter of the host's own stops it. What is lost later nobody here learns. */
export function sendDatagram(
  host: Host,
  socket: Socket,
  udp: UdpState,
  target: Endpoint,
  payload: Uint8Array,
  io: HostIo,
): boolean {
  const { recorder } = io
  const length = HEADERS + payload.length
  const dontFragment = mayNotBeCut(host, udp, target, length, io)
  const ip = {
    src: socket.local.address === 0 ? sourceFor(host, target.address) : socket.local.address,
    dst: target.address,
    ttl: host.sysctl.ip_default_ttl,
    // What is never cut up needs no number; a connected socket counts all the same (__ip_select_ident, ip_select_ident_segs).
    identification: dontFragment && !udp.connected ? 0 : socket.identification++ & 0xffff,
    tos: socket.options.tos,
    dontFragment,
  }
  const datagram = { srcPort: socket.local.port, dstPort: target.port, checksummed: !udp.noChecksum, payload }
  const header = encodeUdpHeaders(ip, datagram)
  const id = recorder.packet(host.index, header, header.length, payload)
  const sentEvent = recorder.emit('udp/datagramSent', 'sendDatagram', id, payload.length)
  udp.totals.sent++
  udp.totals.sentBytes += payload.length
  count(host, 'UdpOutDatagrams')
  if (host.sysctl.txqueuelen === 0) {
    count(host, 'UdpSndbufErrors')
    recorder.emit('link/packetLost', 'dropTail', id, NO_LINK, LOSS_REASONS.indexOf('queueFull'))
    return true
  }
  const left = sendPacket(host, { id, ip, udp: datagram, damaged: undefined, length, sentEvent }, io)
  answerRejections(host, io)
  return left
}

/** DF: with IP_PMTUDISC_WANT on what fits the path as known; what does not is cut up here, and so may be on its way (__ip_make_skb). */
function mayNotBeCut(
  host: Host,
  { pmtuDiscovery }: UdpState,
  { address }: Endpoint,
  length: number,
  io: HostIo,
): boolean {
  if (pmtuDiscovery === DONT) return false
  if (pmtuDiscovery !== WANT) return true
  return length <= pathMtu(host, address, io.now) && !mtuIsLocked(host, address, io.now)
}
