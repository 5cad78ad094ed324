/**
 * IP output: a segment gets its header, its number in the trace and its event, and goes to the network. The header's
 * bytes, checksums included (RFC 9293 MUST-2), are made here, once.
 */
import { LOSS_REASONS, NO_LINK, SEND_PURPOSES } from '../trace'
import type { RuleName, SendPurpose } from '../trace'
import { encodeHeaders } from '../wire'
import type { Ipv4Address, Ipv4Header, TcpSegment } from '../wire'
import { count } from './counters'
import type { HostIo } from './io'
import { sendPacket } from './ip'
import type { Host } from './records'
import { answerRejections } from './reject'

const PURPOSE_CODE: Readonly<Record<string, number>> = Object.fromEntries(SEND_PURPOSES.map((name, i) => [name, i]))

const PURPOSE_RULE: Readonly<Record<SendPurpose, RuleName>> = {
  syn: 'sendSyn',
  synAck: 'sendSynAck',
  data: 'sendData',
  ack: 'sendAck',
  delayedAck: 'sendDelayedAck',
  duplicateAck: 'sendDuplicateAck',
  windowUpdate: 'sendWindowUpdate',
  fin: 'sendFin',
  fastRetransmit: 'sendFastRetransmit',
  timeoutRetransmit: 'sendTimeoutRetransmit',
  windowProbe: 'sendWindowProbe',
  keepaliveProbe: 'sendKeepaliveProbe',
  reset: 'sendReset',
  challengeAck: 'sendChallengeAck',
  tailLossProbe: 'sendTailLossProbe',
  raw: 'sendRaw',
}

/** Addresses of a packet, and the identification of its IP header. */
export interface Envelope {
  readonly src: Ipv4Address
  readonly dst: Ipv4Address
  readonly identification: number
  /** DSCP and ECN bits; 0 where it is not said. */
  readonly tos?: number
  /** Routers may not cut it up, where it is not said. */
  readonly dontFragment?: boolean
}

/**
 * Sends a segment, of socket `socket` or of none (-1), because of `recorder.cause`; `rule` where the purpose says too little.
 * Returns the index of its `tcp/segmentSent` event; -1 where the interface's queue has no room for it, or a filter of the host's own stops it.
 */
export function output(
  host: Host,
  io: HostIo,
  socket: number,
  { src, dst, identification, tos = 0, dontFragment = true }: Envelope,
  segment: TcpSegment,
  purpose: SendPurpose,
  rule: RuleName = PURPOSE_RULE[purpose],
): number {
  const { recorder } = io
  const ip: Ipv4Header = {
    src,
    dst,
    ttl: host.sysctl.ip_default_ttl,
    identification,
    tos,
    dontFragment,
  }
  const { payload } = segment
  const header = encodeHeaders(ip, segment)
  const before = recorder.socket
  recorder.socket = socket
  const id = recorder.packet(host.index, header, header.length, payload)
  const sentEvent = recorder.emit(
    'tcp/segmentSent',
    rule,
    id,
    segment.seq,
    payload.length,
    segment.flags,
    PURPOSE_CODE[purpose],
  )
  recorder.socket = before
  count(host, 'OutSegs')
  if (host.sysctl.txqueuelen === 0) {
    recorder.emit('link/packetLost', 'dropTail', id, NO_LINK, LOSS_REASONS.indexOf('queueFull'))
    return -1
  }
  const packet = { id, ip, segment, damaged: undefined, length: header.length + payload.length, sentEvent }
  const left = sendPacket(host, packet, io)
  answerRejections(host, io)
  return left ? sentEvent : -1
}
