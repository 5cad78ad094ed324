/** An action in a few words, for the trace and for naming branches. The page has its own translated texts. */
import { formatDuration } from '../base'
import type { Action, WorldSpec } from '../trace'

/** `client: connect`, `lose packet 7`, `unplug client - server`. */
export function describeAction(action: Action, spec: WorldSpec): string {
  const host = (index: number): string => spec.hosts[index]?.name ?? `host ${index}`
  const link = (index: number): string => {
    const ends = spec.links[index]
    return ends === undefined ? `link ${index}` : `${host(ends.a)} - ${host(ends.b)}`
  }
  switch (action.kind) {
    case 'call':
      return `${host(action.host)}: ${action.call.call}`
    case 'interrupt':
      return `${host(action.host)}: interrupt thread ${action.thread}`
    case 'packet': {
      const by = action.order === 'delay' ? ` by ${formatDuration(action.delayMicros ?? 0)}` : ''
      return `${action.order} packet ${action.packet}${by}`
    }
    case 'link':
      return `change link ${link(action.link)}`
    case 'plug':
      return `${action.connected ? 'plug in' : 'unplug'} ${link(action.link)}`
    case 'crash':
      return `crash ${host(action.host)}`
    case 'restart':
      return `restart ${host(action.host)}`
    case 'firewall':
      return `${host(action.host)}: ${action.line}`
    case 'sysctl':
      return `${host(action.host)}: ${action.name} = ${action.value}`
    case 'signal':
      return `${host(action.host)}: kill -${action.signal.slice(3)} ${action.pid}`
    case 'spawn':
      return `${host(action.host)}: new process`
    case 'attach':
      return `${host(action.host)}: run ${action.program}`
  }
}
