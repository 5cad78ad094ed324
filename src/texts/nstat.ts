/** `nstat -a` and `nstat -az` (nstat(8)): every counter since the host was started, those that are 0 with -z only. */
import type { HostReport, TextLine } from '../trace'
import { counterNames, counterValue } from './counters'
import type { CounterGroup } from './counters'
import { headerLine, line } from './line'

const GROUPS: readonly CounterGroup[] = ['Ip', 'Icmp', 'Tcp', 'Udp', 'TcpExt', 'IpExt']
/** Settings and gauges, which nstat leaves out. */
const NO_COUNTERS = ['Forwarding', 'DefaultTTL', 'RtoAlgorithm', 'RtoMin', 'RtoMax', 'MaxConn', 'CurrEstab']

export function nstatLines(report: HostReport, zeros: boolean): TextLine[] {
  const rows = GROUPS.flatMap((group) =>
    counterNames(group).flatMap((name) => {
      if (NO_COUNTERS.includes(name)) return []
      const value = counterValue(report, group, name)
      const full = `${group}${name}`
      return value === 0 && !zeros ? [] : [line(`${full.padEnd(31)} ${String(value).padEnd(18)} 0.0`, full)]
    }),
  )
  return [headerLine('#kernel'), ...rows]
}
