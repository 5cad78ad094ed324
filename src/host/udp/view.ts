/** A UDP socket as the page sees it. */
import type { UdpView } from '../../trace'
import { formatIpv4 } from '../../wire'
import type { UdpState } from './records'

const MOST_SHOWN = 64

export function viewUdp({
  connected,
  queue,
  rmem,
  deficit,
  rcvbuf,
  sndbuf,
  drops,
  reports,
  totals,
}: UdpState): UdpView {
  return {
    connected,
    queue: queue.slice(0, MOST_SHOWN).map(({ from, payload, truesize, at }) => ({
      from: `${formatIpv4(from.address)}:${from.port}`,
      bytes: payload.length,
      truesize,
      at,
    })),
    queueLength: queue.length,
    rmem,
    read: deficit,
    rcvbuf,
    sndbuf,
    drops,
    reports: reports.length,
    totals: { ...totals },
  }
}
