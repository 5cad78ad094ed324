/**
 * Which address and port NAT puts in: the one that was asked for, the port kept where nobody else has it, another one of its kind where somebody has. Linux
 * get_unique_tuple, nf_nat_l4proto_unique_tuple.
 */
import { PROTOCOL_ICMP } from '../../wire'
import type { Flow, NatRange, Netfilter, PortRange, Tuple } from '../records'
import { draw } from '../rules/match'
import { isTaken } from '../track/table'

/** Ports tried before NAT gives up. */
const MOST_ATTEMPTS = 512

/** Kept apart, because a privileged port tells a server something: 1 to 511, 600 to 1023, the rest. */
function portClass(port: number): PortRange {
  if (port < 512) return { low: 1, high: 511 }
  return port < 1_024 ? { low: 600, high: 1_023 } : { low: 1_024, high: 65_535 }
}

/** The tuple with another source; undefined where no port is free. `range.low` 0 keeps the address. */
export function chooseSource(netfilter: Netfilter, flow: Flow, tuple: Tuple, range: NatRange): Tuple | undefined {
  const src = chooseAddress(tuple.src, range, tuple)
  const { ports } = range
  const kept = { ...tuple, src }
  const fits = ports === undefined || (tuple.srcPort >= ports.low && tuple.srcPort <= ports.high)
  if (fits && !isTaken(netfilter, kept, flow)) return kept
  const any = tuple.protocol === PROTOCOL_ICMP ? { low: 0, high: 65_535 } : portClass(tuple.srcPort)
  return search(netfilter, ports ?? any, (srcPort) => {
    const tried = { ...kept, srcPort }
    return isTaken(netfilter, tried, flow) ? undefined : tried
  })
}

/** The tuple with another destination. Its port is the range's first; a wider range spreads connections over it. */
export function chooseDestination(netfilter: Netfilter, flow: Flow, tuple: Tuple, range: NatRange): Tuple | undefined {
  const dst = chooseAddress(tuple.dst, range, tuple)
  const { ports } = range
  if (ports === undefined) return { ...tuple, dst }
  if (ports.low === ports.high) return { ...tuple, dst, dstPort: ports.low }
  return search(netfilter, ports, (dstPort) => {
    const tried = { ...tuple, dst, dstPort }
    return isTaken(netfilter, tried, flow) ? undefined : tried
  })
}

/** One of a range of addresses, always the same for the same two hosts (find_best_ips_proto). */
function chooseAddress(old: number, { low, high }: NatRange, { src, dst }: Tuple): number {
  if (low === 0) return old
  return low === high ? low : low + (((src ^ dst) >>> 0) % (high - low + 1))
}

function search(
  netfilter: Netfilter,
  { low, high }: PortRange,
  fits: (port: number) => Tuple | undefined,
): Tuple | undefined {
  const size = high - low + 1
  const start = Math.floor(draw(netfilter) * size)
  for (let i = 0; i < Math.min(size, MOST_ATTEMPTS); i++) {
    const found = fits(low + ((start + i) % size))
    if (found !== undefined) return found
  }
  return undefined
}
