/**
 * REJECT tells the sender of a packet that it was refused: by a reset in the name of the one that it was for, or by ICMP (RFC 1812 5.3.9). Linux
 * nf_send_reset, nf_send_unreach.
 */
import type { RejectKind } from '../netfilter'
import { resetFor } from '../tcp'
import { SEND_PURPOSES } from '../trace'
import { ICMP_UNREACHABLE } from '../wire'
import type { AnyPacket } from '../wire'
import { packetParts } from '../wire'
import { count } from './counters'
import type { HostIo } from './io'
import { sendIcmpError, sendPacket } from './ip'
import type { Host } from './records'

/** Codes of "destination unreachable". */
const CODES: Readonly<Record<Exclude<RejectKind, 'tcp-reset'>, number>> = {
  'icmp-net-unreachable': 0,
  'icmp-host-unreachable': 1,
  'icmp-proto-unreachable': 2,
  'icmp-port-unreachable': 3,
  'icmp-net-prohibited': 9,
  'icmp-host-prohibited': 10,
  'icmp-admin-prohibited': 13,
}

/** Answers what was rejected since the last call. Each answer passes OUTPUT and POSTROUTING as part of the connection that it is about. */
export function answerRejections(host: Host, io: HostIo): void {
  const { netfilter } = host
  if (netfilter.rejections.length === 0) return
  const { recorder } = io
  const { cause, socket } = recorder
  const pending = netfilter.rejections
  netfilter.rejections = []
  recorder.socket = -1
  for (const { packet, kind, cause: stopped, belongs } of pending) {
    recorder.cause = stopped
    netfilter.attached = belongs
    if (kind === 'tcp-reset') sendReset(host, packet, io)
    else sendIcmpError(host, packet, { type: ICMP_UNREACHABLE, code: CODES[kind], info: 0, rule: 'targetReject' }, io)
    netfilter.attached = undefined
  }
  recorder.cause = cause
  recorder.socket = socket
}

/** A reset from the address that the segment was for, whoever has that address. */
function sendReset(host: Host, about: AnyPacket, io: HostIo): void {
  const segment = about.segment === undefined ? undefined : resetFor(about.segment)
  if (segment === undefined) return
  const { recorder } = io
  const { src, dst } = about.ip
  const ip = { src: dst, dst: src, ttl: host.sysctl.ip_default_ttl, identification: 0, tos: 0, dontFragment: true }
  const { header, payload } = packetParts({ ip, segment })
  const id = recorder.packet(host.index, header, header.length, payload)
  const purpose = SEND_PURPOSES.indexOf('reset')
  const sentEvent = recorder.emit('tcp/segmentSent', 'targetReject', id, segment.seq, 0, segment.flags, purpose)
  count(host, 'OutRsts')
  sendPacket(host, { id, ip, segment, damaged: undefined, length: header.length, sentEvent }, io)
}
