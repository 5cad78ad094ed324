/** The IP layer as the page and `ip addr`, `ip route`, `ip neigh` see it. Reads only. */
import type { Micros } from '../../base'
import { MICROS_PER_MS, NEVER } from '../../base'
import type { IpView } from '../../trace'
import { formatIpv4 } from '../../wire'
import type { Host } from '../records'
import type { Neighbour } from './records'

export function viewIp(host: Host, now: Micros): IpView {
  const { config, neighbours } = host.ip
  return {
    forwards: host.sysctl.ip_forward !== 0,
    interfaces: config.interfaces.map(({ name, way, address, prefixLength }) => ({
      name,
      way,
      address: formatIpv4(address),
      prefixLength,
      mtu: way < 0 ? 65_536 : host.sysctl.mtu,
    })),
    routes: config.table.map(({ network, prefixLength, type, interface: place, via, mtu }) => ({
      network,
      prefixLength,
      type,
      via: via === 0 ? '' : formatIpv4(via),
      interface: config.interfaces[place]?.name ?? '',
      way: config.interfaces[place]?.way ?? -1,
      mtu,
    })),
    neighbours: neighbours.map((entry) => ({
      address: formatIpv4(entry.address),
      interface: config.interfaces[entry.interface].name,
      state: stateOf(host, entry, now),
    })),
    exceptions: [...host.routes]
      .filter(([, { expiresAt }]) => expiresAt > now)
      .map(([address, { mtu, expiresAt, locked }]) => ({
        address: formatIpv4(address),
        mtu,
        locked,
        expiresAt: expiresAt === NEVER ? null : expiresAt,
      })),
  }
}

/** As `ip neigh` names it. */
function stateOf(host: Host, entry: Neighbour, now: Micros): IpView['neighbours'][number]['state'] {
  switch (entry.state) {
    case 'incomplete':
      return 'INCOMPLETE'
    case 'failed':
      return 'FAILED'
    case 'delay':
      return entry.asked > 0 ? 'PROBE' : 'DELAY'
    case 'reachable':
      return now - entry.confirmedAt < host.sysctl.base_reachable_time_ms * MICROS_PER_MS ? 'REACHABLE' : 'STALE'
  }
}
