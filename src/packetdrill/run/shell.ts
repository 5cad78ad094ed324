/** Shell commands of a script, done to the host: sysctls and route attributes are set, counters are looked at, the rest is passed over. */
import { parseDuration } from '../../base'
import { hostSetSysctl } from '../../host'
import { parseShell } from '../parse/shell'
import type { ShellAction } from '../parse/shell'
import type { ShellLine } from '../syntax'
import { failAt } from './failure'
import { advanceTo } from './machine'
import { note } from './run'
import type { HostRun as Run } from './run'

export function runShell(run: Run, { text, line }: ShellLine): void {
  for (const action of parseShell(text)) runAction(run, line, action)
}

function runAction(run: Run, line: number, action: ShellAction): void {
  const { host } = run.machine
  switch (action.kind) {
    case 'sysctl':
      setSysctl(run, action.name, action.value)
      return
    case 'route':
      setRoute(run, action.attribute, action.value)
      return
    case 'mtu':
      setSysctl(run, 'mtu', action.value)
      return
    case 'sleep':
      advanceTo(run.machine, run.machine.now + action.micros)
      return
    case 'countersRead':
      run.countersThen = new Map(host.counters)
      return
    case 'counterIs':
      lookAtCounters(run, line, action.patterns)
      return
    case 'ignored':
      note(run, `passed over: ${action.command}`)
  }
}

function setSysctl(run: Run, name: string, value: string): void {
  const set = hostSetSysctl(run.machine.host, name, /^-?\d+$/.test(value) ? Number(value) : value)
  if (!set.ok) note(run, `sysctl ${name}=${value}: ${set.error}`)
}

/** The peer's route: its attributes are sysctls of the host here. */
function setRoute(run: Run, attribute: string, value: string): void {
  if (attribute === 'initcwnd') setSysctl(run, 'initcwnd', value)
  else if (attribute === 'ssthresh') setSysctl(run, 'initssthresh', value)
  else if (attribute === 'mtu') setSysctl(run, 'mtu', value)
  else if (attribute === 'rto_min') setSysctl(run, 'tcp_rto_min_us', String(micros(value)))
  else if (attribute === 'congctl') setSysctl(run, 'tcp_congestion_control', value)
  else note(run, `passed over: the route's ${attribute} ${value}`)
}

/** `ip route` writes `200ms`; a bare number is milliseconds too. */
function micros(text: string): number {
  return parseDuration(/[a-z]$/.test(text) ? text : `${text}ms`) ?? 0
}

/** nstat prints `TcpExtBeyondWindow   3    0.0`; a grep that finds nothing fails the script. */
function lookAtCounters(run: Run, line: number, patterns: readonly string[]): void {
  const printed = [...run.machine.host.counters].flatMap(([name, value]) => {
    const since = value - (run.countersThen.get(name) ?? 0)
    return since === 0 ? [] : prefixes(name).map((whole) => `${whole}   ${since}   0.0`)
  })
  if (printed.some((text) => patterns.every((pattern) => text.includes(pattern)))) return
  const near = printed.filter((text) => text.includes(patterns[0]))
  failAt(line, `a counter line with ${patterns.map((text) => JSON.stringify(text)).join(' and ')}`, near[0] ?? 'none')
}

/** A counter's group is not kept with its name. */
function prefixes(name: string): string[] {
  return ['TcpExt', 'Tcp', 'IpExt', 'Ip', 'Icmp'].map((group) => `${group}${name}`)
}
