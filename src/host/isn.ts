/**
 * What a host keeps secret: initial sequence numbers, timestamp offsets, the choice of ephemeral ports. All are keyed
 * functions of the host's secret, which comes from the run's seed, so a run repeats exactly and a peer still cannot guess.
 */
import { mix32, seq32 } from '../base'
import type { Micros, Seq32 } from '../base'
import type { Endpoint } from '../tcp'
import type { Ipv4Address } from '../wire'
import type { Host } from './records'

/** Ticks of the ISN clock: one in 64 ns, as Linux's seq_scale has it; RFC 9293 3.4.1 asks for one in about 4 µs. */
const ISN_TICKS_PER_MICRO = 1_000 / 64

/** ISN = M + F(four-tuple, secret) (RFC 9293 3.4.1 MUST-8 and SHLD-1, RFC 6528 3; Linux secure_tcp_seq). */
export function initialSequence(host: Host, local: Endpoint, remote: Endpoint, now: Micros): Seq32 {
  return seq32(Math.floor(now * ISN_TICKS_PER_MICRO) + fourTupleHash(host.secret, local, remote))
}

/** Offset of the timestamp clock towards a peer, in ms (RFC 7323 7.1; Linux secure_tcp_ts_off). */
export function timestampOffset(host: Host, local: Ipv4Address, remote: Ipv4Address): number {
  return mix32(host.secret ^ 0x7473_6f66, local, remote)
}

/** Where the search for an ephemeral port towards a peer begins (RFC 6056 3.3.4; Linux secure_ipv4_port_ephemeral). */
export function portOffset(host: Host, local: Ipv4Address, remote: Endpoint): number {
  return mix32(host.secret ^ 0x706f_7274, local, remote.address, remote.port)
}

export function fourTupleHash(key: number, local: Endpoint, remote: Endpoint): number {
  return mix32(key, local.address, remote.address, local.port | (remote.port << 16))
}

/** How far beyond the last byte of a connection in TIME-WAIT the next one with its four-tuple begins (tcp_twsk_unique). */
export const TIME_WAIT_ISS_STEP = 65_535 + 2
