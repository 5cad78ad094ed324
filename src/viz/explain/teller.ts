/**
 * What sentences about events need to know besides the event: names of hosts and sockets, relative sequence numbers, what a
 * packet is called, and how a loss was noticed. Facts only; the words are the catalogue's.
 */
import { formatDuration, seq32 } from '../../base'
import type { Micros } from '../../base'
import { assert } from '../../base'
import { isEvent, LOSS_REASONS, readEvent, SEND_PURPOSES } from '../../trace'
import type { LossReason, LossSignal, SendPurpose, SessionInfo, Trace } from '../../trace'
import { formatFlags, formatIpv4, relativeSeq } from '../../wire'
import { controlName, otherName } from '../ladder'
import type { PacketIndex } from '../packet-index'

export interface PacketFacts {
  readonly packet: number
  readonly from: number
  readonly to: number
  /** `SYN,ACK`, `FIN` ... or '' for plain data and ACKs. */
  readonly control: string
  readonly flags: string
  readonly seq: number
  readonly length: number
  readonly ack: number
  readonly purpose: SendPurpose
  readonly lossReason: LossReason
  /** `ICMP host unreachable`, `UDP 200 B`; '' for a segment. */
  readonly other: string
}

export interface Teller {
  /** A host's name; '' for none. */
  host(index: number): string
  role(index: number): 'client' | 'server' | 'other'
  /** The host at the other end of a socket; '' where unknown. */
  peer(socket: number): string
  /** `fd 3`, or `10.0.0.1:40001` where no descriptor ever referred to it; '' for none. */
  socket(socket: number): string
  packet(packet: number): PacketFacts
  /** A sequence number of the socket's own stream, counted from its ISN. */
  sent(socket: number, seq: number): number
  /** A sequence number of its peer's stream. */
  received(socket: number, seq: number): number
  /** How the loss that led to an event was noticed; null where none led to it. */
  signal(event: number): LossSignal | null
  /** True for what a person's click brought about directly. */
  byHand(event: number): boolean
  duration(micros: Micros): string
}

export function createTeller(info: SessionInfo, trace: Trace, index: PacketIndex): Teller {
  const { rows, sockets, descriptors } = index
  return {
    host: (host) => info.hosts[host]?.name ?? '',
    role: (host) => info.hosts[host]?.role ?? 'other',
    peer: (socket) => {
      const remote = sockets.get(socket)?.remote
      if (remote === undefined) return ''
      const address = formatIpv4(remote.address)
      return info.hosts.find((host) => host.address === address)?.name ?? address
    },
    socket: (socket) => {
      const fd = descriptors.get(socket)
      if (fd !== undefined) return `fd ${fd}`
      const local = sockets.get(socket)?.local
      return local === undefined ? '' : `${formatIpv4(local.address)}:${local.port}`
    },
    packet: (packet) => {
      assert(packet >= 0 && packet < rows.count, `packet ${packet} of ${rows.count}`)
      return {
        packet,
        from: rows.from[packet],
        to: rows.to[packet],
        control: controlName(rows.flags[packet]),
        flags: formatFlags(rows.flags[packet]),
        seq: rows.seq[packet],
        length: rows.length[packet],
        ack: rows.ack[packet],
        purpose: SEND_PURPOSES[rows.purpose[packet]],
        lossReason: LOSS_REASONS[rows.reason[packet]],
        other: otherName(index, trace, packet),
      }
    },
    sent: (socket, seq) => relativeSeq(seq32(seq), sockets.get(socket)?.iss),
    received: (socket, seq) => relativeSeq(seq32(seq), sockets.get(socket)?.irs),
    signal: (event) => signalBefore(trace, event),
    byHand: (event) => {
      const cause = trace.events.cause[event]
      return cause >= 0 && isEvent(trace.events, cause, 'user/acted')
    },
    duration: formatDuration,
  }
}

const CLIMB_FOR_SIGNAL = 6

function signalBefore(trace: Trace, event: number): LossSignal | null {
  let at = event
  for (let climbed = 0; climbed < CLIMB_FOR_SIGNAL && at >= 0; climbed++) {
    if (isEvent(trace.events, at, 'tcp/lossDetected')) {
      const fact = readEvent(trace, at)
      return fact.type === 'tcp/lossDetected' ? fact.signal : null
    }
    at = trace.events.cause[at]
  }
  return null
}
