/** What poll says of a UDP socket, and why: Linux udp_poll, datagram_poll. It has always room, for what it sends leaves at once. */
import type { Readiness } from '../../trace'
import type { UdpState } from './records'

export function udpReadiness({ queue, error, reports, receiveShutdown, sendShutdown }: UdpState): Readiness {
  return {
    IN: queue.length > 0 ? 'datagramsWait' : receiveShutdown ? 'receiveEnded' : 'noDatagram',
    OUT: 'datagramRoom',
    RDHUP: receiveShutdown ? 'readShut' : 'open',
    HUP: receiveShutdown && sendShutdown ? 'bothEnded' : 'open',
    ERR: error !== '' ? 'pendingError' : reports.length > 0 ? 'errorQueue' : 'noError',
    PRI: 'notHere',
  }
}
