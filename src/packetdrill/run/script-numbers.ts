/** What a script may assert of a connection: struct tcp_info, and the socket's memory (SO_MEMINFO). */
import type { Micros } from '../../base'
import { tcpInfo } from '../../tcp'
import type { Tcb } from '../../tcp'
import type { Sysctl } from '../../trace'

export function scriptNumbers(tcb: Tcb, now: Micros, sysctl: Readonly<Sysctl>): Readonly<Record<string, number>> {
  return {
    ...tcpInfo(tcb, now, sysctl),
    SK_MEMINFO_RCVBUF: tcb.config.rcvbuf,
    SK_MEMINFO_SNDBUF: tcb.config.sndbuf,
    SK_MEMINFO_RMEM_ALLOC: tcb.receive.memory,
  }
}
