/** ICMP types that matter here (RFC 792). */
export const ICMP_ECHO_REPLY = 0
export const ICMP_ECHO = 8
