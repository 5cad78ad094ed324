/** Rules that fire in src/tcp: name, the clause that says so, the Linux functions that do it (caller > callee). */
import type { Rule } from './rule'

export const TCP_RULES = {
  activeOpen: { rfc: 'RFC 9293 3.10.1', linux: 'tcp_v4_connect > tcp_connect' },
  synReceivedInListen: { rfc: 'RFC 9293 3.10.7.2', linux: 'tcp_rcv_state_process > tcp_conn_request' },
  fastRetransmit: { rfc: 'RFC 6675 5 step 4', linux: 'tcp_fastretrans_alert > tcp_xmit_retransmit_queue' },
} as const satisfies Readonly<Record<string, Rule>>
