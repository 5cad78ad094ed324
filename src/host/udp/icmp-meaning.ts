/** What an ICMP error means to a datagram socket: Linux __udp4_lib_err with icmp_err_convert. */
import { UNREACHABLE_ERRNO } from '../../tcp'
import type { Errno } from '../../trace'
import { FRAGMENTATION_NEEDED, ICMP_PARAMETER_PROBLEM, ICMP_TIME_EXCEEDED, ICMP_UNREACHABLE } from '../../wire'
import type { IcmpMessage } from '../../wire'

/** Codes of "destination unreachable" that are final for the datagram (icmp_err_convert); a connected socket is told of them without asking. */
const FINAL: ReadonlySet<number> = new Set([2, 3, 6, 7, 8, 9, 10, 13, 14, 15])
/** IP_PMTUDISC_DONT: such a socket sends what may be cut up, and hears of no MTU. */
const DONT = 0

/** The errno that it stands for, '' for none, and whether it is final for the datagram. */
export function icmpMeaning({ type, code }: IcmpMessage, pmtuDiscovery: number): { errno: Errno | ''; hard: boolean } {
  switch (type) {
    case ICMP_UNREACHABLE: {
      if (code === FRAGMENTATION_NEEDED) return { errno: pmtuDiscovery === DONT ? '' : 'EMSGSIZE', hard: true }
      return {
        errno: UNREACHABLE_ERRNO[code] ?? 'EHOSTUNREACH',
        hard: FINAL.has(code) || code >= UNREACHABLE_ERRNO.length,
      }
    }
    case ICMP_TIME_EXCEEDED:
      return { errno: 'EHOSTUNREACH', hard: false }
    case ICMP_PARAMETER_PROBLEM:
      return { errno: 'EPROTO', hard: true }
    default:
      return { errno: '', hard: false }
  }
}
