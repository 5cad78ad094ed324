/** Which host a packet goes to next, by the routing tables that a world begins with: for those who tell of a trace without the world. */
import { findEntry, ipConfigs } from '../host'
import type { WorldSpec } from '../trace'
import { parseIpv4 } from '../wire'

/** A question about a world: the host that a packet of host `from` to address `dst` is handed to; -1 for none. */
export function nextHosts(spec: WorldSpec): (from: number, dst: number) => number {
  const configs = ipConfigs(spec)
  return (from, dst) => {
    const { interfaces, table } = configs[from]
    if (dst >>> 24 === 127 || dst === parseIpv4(spec.hosts[from].address)) return from
    if (interfaces.some(({ address }) => address === dst)) return from
    const way = interfaces[findEntry(table, dst)?.interface ?? -1]?.way ?? -1
    if (way < 0) return -1
    const { a, b } = spec.links[way >> 1]
    return way & 1 ? a : b
  }
}
