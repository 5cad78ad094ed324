/**
 * What a schema cannot see: names that refer to nothing, addresses that two hosts share, and totals that only add up over the
 * whole document. Each finding is one sentence with its place.
 */
import { parseIpv4 } from '../wire'
import { sysctlError } from '../trace'
import type { ScenarioDocument } from './document'
import { addressOf } from './defaults'
import { programsError, serverError } from './program-references'
import { shown } from './schema/primitives'

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
    const attached = action.do === 'attach' ? serverError(action.settings ?? {}, names, `${place}.settings`) : undefined
    if (attached !== undefined) return attached
    const problem = action.do === 'sysctl' ? sysctlError(action.name, action.value) : undefined
    if (problem !== undefined) return `${place}: ${problem}`
  }
  return undefined
}
