/** Rules that fire in src/netfilter: the manual page that says so, the Linux functions that do it. */
import type { Rule } from './rule'

export const NETFILTER_RULES = {
  targetDrop: { rfc: 'iptables(8)', linux: 'nf_hook_slow > ipt_do_table (NF_DROP)' },
  targetReject: { rfc: 'iptables-extensions(8) REJECT', linux: 'reject_tg > nf_send_reset, nf_send_unreach' },
  targetLog: { rfc: 'iptables-extensions(8) LOG', linux: 'log_tg > nf_log_packet' },
  targetTcpmss: { rfc: 'iptables-extensions(8) TCPMSS', linux: 'tcpmss_tg4 > tcpmss_mangle_packet' },
  /** A first packet got through all hooks: its connection is in the table. */
  conntrackNew: { rfc: 'conntrack(8)', linux: 'nf_confirm > __nf_conntrack_confirm' },
  conntrackTcp: { rfc: 'conntrack(8)', linux: 'nf_conntrack_tcp_packet' },
  conntrackTimeout: { rfc: 'RFC 5382 REQ-5', linux: 'gc_worker > nf_ct_gc_expired' },
  conntrackInvalid: { rfc: 'iptables-extensions(8) conntrack', linux: 'nf_conntrack_in > nf_conntrack_tcp_packet' },
  conntrackFull: { rfc: 'none', linux: '__nf_conntrack_alloc (table full, dropping packet)' },
  /** A full table gives up an entry that is not ASSURED. */
  conntrackEarlyDrop: { rfc: 'none', linux: 'early_drop > nf_ct_delete' },
  /** A SYN for a connection that was closed: the old entry goes. */
  conntrackReopened: { rfc: 'RFC 9293 3.6.1', linux: 'nf_conntrack_tcp_packet > nf_ct_kill' },
  /** The only answer was a reset: nothing is left to track. */
  conntrackRefused: { rfc: 'conntrack(8)', linux: 'nf_conntrack_tcp_packet > nf_ct_kill_acct' },
  /** Another connection got into the table first. */
  conntrackClash: { rfc: 'none', linux: '__nf_conntrack_confirm > nf_ct_resolve_clash' },
  conntrackForgotten: { rfc: 'conntrack(8)', linux: 'ctnetlink_del_conntrack' },
  natSetup: { rfc: 'RFC 3022 2', linux: 'nf_nat_inet_fn > nf_nat_setup_info' },
  natExhausted: { rfc: 'RFC 3022 2', linux: 'get_unique_tuple' },
  firewallChanged: { rfc: 'iptables(8)', linux: 'nf_tables_newrule, nf_tables_delrule' },
} as const satisfies Readonly<Record<string, Rule>>
