/**
 * What NAT does inside an ICMP error: one end of the packet that it quotes is put in place of another, the quoted IP header's checksum made right again
 * (RFC 5508 4.2, Linux nf_nat_icmp_reply_translation). The quoted TCP or UDP checksum is left as it was: too little of the packet is there to check it.
 */
import { get16, put16, put32 } from './bytes'
import { checksumOf, sumBytes } from './checksum'
import type { IcmpMessage } from './icmp'
import { IPV4_HEADER_LENGTH } from './ipv4'
import type { Ipv4Address } from './segment'

const CHECKSUM = 10
const PLACES = { source: { address: 12, port: 0 }, destination: { address: 16, port: 2 } } as const

/** The message with `which` end of the quoted packet set to `address` and `port`; the same one where it quotes no whole header. */
export function requoted(
  icmp: IcmpMessage,
  which: 'source' | 'destination',
  address: Ipv4Address,
  port: number,
): IcmpMessage {
  const header = icmp.quoted.length === 0 ? 0 : (icmp.quoted[0] & 15) * 4
  if (header < IPV4_HEADER_LENGTH || icmp.quoted.length < header) return icmp
  const quoted = icmp.quoted.slice()
  const place = PLACES[which]
  put32(quoted, place.address, address)
  put16(quoted, CHECKSUM, 0)
  put16(quoted, CHECKSUM, checksumOf(sumBytes(quoted, 0, header)))
  const at = header + place.port
  if (at + 2 <= quoted.length && get16(quoted, at) !== port) put16(quoted, at, port)
  return { ...icmp, quoted }
}
