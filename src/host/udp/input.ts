/** UDP input (Linux udp_rcv). */
import type { UdpPacket } from '../../wire'
import { dropPacket } from '../drops'
import type { HostIo } from '../io'
import type { Host } from '../records'

/** A checked datagram for this host; `recorder.cause` is the event of its arrival. */
export function udpInput(_host: Host, packet: UdpPacket, io: HostIo): void {
  dropPacket(packet, 'noSocket', 'noSuchUdpPort', io)
}
