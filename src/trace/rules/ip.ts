/** Rules that fire in src/host/ip: routes, forwarding, neighbours, ICMP of our own. */
import type { Rule } from './rule'

export const IP_RULES = {
  forwarded: { rfc: 'RFC 1812 5.2.1', linux: 'ip_forward > ip_forward_finish' },
  ttlExceeded: { rfc: 'RFC 1812 5.3.1', linux: 'ip_forward > icmp_send (ICMP_EXC_TTL)' },
  noRouteOn: { rfc: 'RFC 1812 5.2.7.1', linux: 'ip_error > icmp_send (ICMP_NET_UNREACH)' },
  unreachableRoute: { rfc: 'ip-route(8) unreachable', linux: 'ip_error > icmp_send (ICMP_HOST_UNREACH)' },
  prohibitRoute: { rfc: 'ip-route(8) prohibit', linux: 'ip_error > icmp_send (ICMP_PKT_FILTERED)' },
  blackholeRoute: { rfc: 'ip-route(8) blackhole', linux: 'dst_discard' },
  neighbourAsked: { rfc: 'RFC 1122 2.3.2.1', linux: 'neigh_timer_handler > arp_solicit' },
  neighbourFailed: { rfc: 'RFC 1122 2.3.2.1', linux: 'neigh_invalidate > arp_error_report' },
  neighbourQueueFull: { rfc: 'RFC 1122 2.3.2.2', linux: '__neigh_event_send (unres_qlen)' },
  hostUnreachable: { rfc: 'RFC 1812 5.2.7.1', linux: 'ipv4_link_failure > icmp_send (ICMP_HOST_UNREACH)' },
  portUnreachable: { rfc: 'RFC 1122 4.1.3.1', linux: '__udp4_lib_rcv > icmp_send (ICMP_PORT_UNREACH)' },
  protocolUnreachable: { rfc: 'RFC 1122 3.2.2.1', linux: 'ip_protocol_deliver_rcu > icmp_send (ICMP_PROT_UNREACH)' },
  echoReply: { rfc: 'RFC 1122 3.2.2.6', linux: 'icmp_echo > icmp_reply' },
  icmpLimited: { rfc: 'RFC 1812 4.3.2.8', linux: 'icmpv4_global_allow, icmpv4_xrlim_allow' },
  /** Filters of the host changed the packet. */
  rewritten: { rfc: 'none', linux: 'nf_hook_slow' },
} as const satisfies Readonly<Record<string, Rule>>
