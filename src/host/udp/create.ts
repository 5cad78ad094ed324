/** A new UDP socket: Linux udp_init_sock. */
import type { Sysctl } from '../../trace'
import type { UdpState } from './records'

/** IP_PMTUDISC_WANT, as every socket begins while ip_no_pmtu_disc is 0; IP_PMTUDISC_DONT otherwise. */
const WANT = 1
const DONT = 0

export function newUdp({ rmem_default: rcvbuf, wmem_default: sndbuf, ip_no_pmtu_disc }: Sysctl): UdpState {
  return {
    connected: false,
    queue: [],
    taken: 0,
    rmem: 0,
    deficit: 0,
    rcvbuf,
    sndbuf,
    drops: 0,
    error: '',
    reports: [],
    receiveErrors: false,
    broadcast: false,
    noChecksum: false,
    pmtuDiscovery: ip_no_pmtu_disc === 0 ? WANT : DONT,
    receiveShutdown: false,
    sendShutdown: false,
    corked: undefined,
    totals: { sent: 0, sentBytes: 0, received: 0, receivedBytes: 0 },
  }
}
