/** Rules that fire in src/network. Our link has no RFC; the Linux names are the queueing disciplines it behaves like. */
import type { Rule } from './rule'

export const NETWORK_RULES = {
  dropTail: { rfc: 'RFC 7567 1', linux: 'pfifo_enqueue' },
  linkQueue: { rfc: 'none', linux: 'tbf_enqueue > pfifo_enqueue' },
  linkDelivery: { rfc: 'RFC 791 1.4', linux: 'netif_receive_skb > ip_rcv' },
  linkLoss: { rfc: 'none', linux: 'netem_enqueue > loss_event' },
  linkReorder: { rfc: 'none', linux: 'netem_enqueue (reorder)' },
  linkDuplicate: { rfc: 'none', linux: 'netem_enqueue (duplicate)' },
  linkCorrupt: { rfc: 'none', linux: 'netem_enqueue (corrupt)' },
  /** The scenario chose this very packet. */
  scenarioFault: { rfc: 'none', linux: 'none' },
  /** A person laid hands on the packet or the link. */
  handOnWire: { rfc: 'none', linux: 'none' },
  cableUnplugged: { rfc: 'none', linux: 'netif_carrier_off > dev_deactivate' },
  loopback: { rfc: 'RFC 1122 3.2.1.3', linux: 'loopback_xmit > netif_rx' },
  linkMark: { rfc: 'RFC 3168 5, RFC 8257 3.1', linux: 'red_enqueue > INET_ECN_set_ce' },
  noRoute: { rfc: 'RFC 1122 3.3.1', linux: 'ip_route_output_flow' },
  mtuExceeded: { rfc: 'RFC 1191 4, RFC 1812 4.2.2.7', linux: 'ip_forward > icmp_send (ICMP_FRAG_NEEDED)' },
} as const satisfies Readonly<Record<string, Rule>>
