/**
 * What a schema cannot see: names that refer to nothing, addresses that two hosts share, and totals that only add up over the
 * whole document. Each finding is one sentence with its place.
 */
import { parseIpv4 } from '../wire'
import { sysctlError } from '../trace'
import type { ScenarioDocument, StepDocument } from './document'
import { addressOf } from './defaults'
import { shown } from './schema/primitives'
import { MOST_STEPS } from './schema/scenario'

/** Loops within loops. */
const DEEPEST_LOOPS = 8

/** The first thing that does not add up, or undefined. */
export function referenceError(document: ScenarioDocument): string | undefined {
  if (document.hosts.length === 0) return 'hosts: expected at least one host, got none.'
  const names = new Set(document.hosts.map((host) => host.name))
  return (
    hostsError(document) ??
    linksError(document, names) ??
    routesError(document, names) ??
    actionsError(document, names) ??
    programsError(document)
  )
}

function hostsError(document: ScenarioDocument): string | undefined {
  const names = new Set<string>()
  const addresses = new Set<number>()
  for (const [index, host] of document.hosts.entries()) {
    if (parseIpv4(host.name) !== undefined) return `hosts[${index}].name: a name must not look like an address.`
    if (names.has(host.name)) return `hosts[${index}].name: there is another host ${shown(host.name)}.`
    names.add(host.name)
    const address = addressOf(document, host, index)
    const number = parseIpv4(address) ?? 0
    const first = number >>> 24
    if (first === 0 || first === 127 || first >= 224) {
      return `hosts[${index}].address: ${address} is not an address that a host can have.`
    }
    if (addresses.has(number)) return `hosts[${index}].address: another host has ${address}.`
    addresses.add(number)
  }
  return undefined
}

function linksError(document: ScenarioDocument, names: ReadonlySet<string>): string | undefined {
  for (const [index, link] of (document.links ?? []).entries()) {
    for (const end of ['a', 'b'] as const) {
      if (!names.has(link[end])) return `links[${index}].${end}: there is no host ${shown(link[end])}.`
    }
    if (link.a === link.b) return `links[${index}]: both ends are at ${shown(link.a)}.`
  }
  return undefined
}

const PREFIX = /^\d+\.\d+\.\d+\.\d+\/([12]?\d|3[0-2])$/

function routesError(document: ScenarioDocument, names: ReadonlySet<string>): string | undefined {
  for (const [h, host] of document.hosts.entries()) {
    for (const [r, route] of (host.routes ?? []).entries()) {
      const place = `hosts[${h}].routes[${r}]`
      const { to, via, link, type = 'unicast' } = route
      const address = PREFIX.test(to) ? to.split('/')[0] : to
      if (to !== 'default' && !names.has(to) && parseIpv4(address) === undefined) {
        return `${place}.to: ${shown(to)} is neither "default", a host, an address nor a prefix such as 10.0.1.0/24.`
      }
      if (via !== undefined && parseIpv4(via) === undefined && !names.has(via)) {
        return `${place}.via: ${shown(via)} is neither a host nor an IPv4 address.`
      }
      if (type !== 'unicast') continue
      const problem = outError(document, host.name, via, link)
      if (problem !== undefined) return `${place}: ${problem}`
    }
  }
  return undefined
}

/** What is wrong with where a route leads out of its host. */
function outError(
  { links = [] }: ScenarioDocument,
  own: string,
  via: string | undefined,
  link: number | undefined,
): string | undefined {
  const isOwn = (place: number): boolean => links[place] !== undefined && [links[place].a, links[place].b].includes(own)
  if (link !== undefined) return isOwn(link) ? undefined : `link ${link} is none of ${shown(own)}.`
  if (via === undefined) return 'expected "via" or "link", to know where it leads.'
  if (parseIpv4(via) !== undefined) return undefined
  const shared = links.some(({ a, b }) => (a === own && b === via) || (a === via && b === own))
  return shared ? undefined : `${shown(via)} is no neighbour of ${shown(own)}.`
}

function actionsError(document: ScenarioDocument, names: ReadonlySet<string>): string | undefined {
  for (const [index, fault] of (document.faults ?? []).entries()) {
    if (!names.has(fault.from)) return `faults[${index}].from: there is no host ${shown(fault.from)}.`
  }
  const links = document.links?.length ?? Math.min(1, document.hosts.length - 1)
  for (const [index, action] of (document.actions ?? []).entries()) {
    const place = `actions[${index}]`
    if ('host' in action && !names.has(action.host)) return `${place}.host: there is no host ${shown(action.host)}.`
    const link = 'link' in action ? (action.link ?? 0) : 0
    const needsLink = action.do === 'unplug' || action.do === 'plug' || action.do === 'change'
    if (needsLink && link >= links) return `${place}.link: there is no link ${link}.`
    const problem = action.do === 'sysctl' ? sysctlError(action.name, action.value) : undefined
    if (problem !== undefined) return `${place}: ${problem}`
  }
  return undefined
}

function programsError(document: ScenarioDocument): string | undefined {
  const names = new Set(document.hosts.map((host) => host.name))
  const count = { steps: 0 }
  for (const [h, host] of document.hosts.entries()) {
    for (const [p, program] of (host.programs ?? []).entries()) {
      const place = `hosts[${h}].programs[${p}].steps`
      const problem = stepsError(program.steps, place, { names, kept: new Set(), count, depth: 0 })
      if (problem !== undefined) return problem
    }
  }
  return undefined
}

interface Scope {
  readonly names: ReadonlySet<string>
  /** Names under which steps so far keep values. */
  readonly kept: Set<string>
  readonly count: { steps: number }
  readonly depth: number
}

function stepsError(steps: readonly StepDocument[], place: string, scope: Scope): string | undefined {
  for (const [index, step] of steps.entries()) {
    const here = `${place}[${index}]`
    if (++scope.count.steps > MOST_STEPS) return `${here}: the document has more than ${MOST_STEPS} steps.`
    const problem = 'steps' in step ? loopError(step.steps, here, scope) : stepError(step, here, scope)
    if (problem !== undefined) return problem
  }
  return undefined
}

function loopError(steps: readonly StepDocument[], here: string, scope: Scope): string | undefined {
  if (scope.depth >= DEEPEST_LOOPS) return `${here}: loops are nested deeper than ${DEEPEST_LOOPS}.`
  if (steps.length === 0) return `${here}.steps: expected at least one step, got none.`
  return stepsError(steps, `${here}.steps`, { ...scope, depth: scope.depth + 1 })
}

/** Names of descriptors in the lists of poll() and select(), with the field they stand in. */
function listedReferences(step: Extract<StepDocument, { call: string }>): (readonly [string, string | number])[] {
  if (step.call === 'poll') return step.fds.map(({ fd }, index) => [`fds[${index}].fd`, fd] as const)
  if (step.call !== 'select') return []
  return (['read', 'write', 'except'] as const).flatMap((set) => {
    return (step[set] ?? []).map((fd, index) => [`${set}[${index}]`, fd] as const)
  })
}

function stepError(step: StepDocument, here: string, { names, kept }: Scope): string | undefined {
  if (!('call' in step)) return undefined
  for (const [field, reference] of listedReferences(step)) {
    if (typeof reference !== 'string' || kept.has(reference)) continue
    return `${here}.${field}: no earlier step keeps a descriptor as ${shown(reference)}.`
  }
  for (const field of ['fd', 'to', 'target', 'pid'] as const) {
    const reference: unknown = Object.hasOwn(step, field)
      ? (step as Readonly<Record<string, unknown>>)[field]
      : undefined
    if (typeof reference !== 'string' || kept.has(reference)) continue
    const what = field === 'pid' ? 'a process' : field === 'to' && step.call !== 'dup2' ? 'an address' : 'a descriptor'
    return `${here}.${field}: no earlier step keeps ${what} as ${shown(reference)}.`
  }
  if (step.as !== undefined) kept.add(step.as)
  if (step.call === 'recvfrom' && step.from !== undefined) kept.add(step.from)
  const addresses: readonly (readonly [string, string])[] =
    step.call === 'connect' || step.call === 'sendto'
      ? [['address', step.address ?? '0.0.0.0']]
      : step.call === 'rawSend'
        ? [
            ['src', step.src],
            ['dst', step.dst],
          ]
        : []
  for (const [field, value] of addresses) {
    if (parseIpv4(value) === undefined && !names.has(value)) {
      return `${here}.${field}: ${shown(value)} is neither a host nor an IPv4 address.`
    }
  }
  return undefined
}
