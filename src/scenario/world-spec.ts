/** From a document to what the engine builds a world from: every default filled in, names resolved, times in µs. */
import type { Action, FaultSpec, HostSpec, LinkSettings, LinkSpec, RouteSpec, TimedAction, WorldSpec } from '../trace'
import { DEFAULT_LINK, DEFAULT_SEED, addressOf, defaultRole } from './defaults'
import type {
  FaultDocument,
  HostDocument,
  LinkDocument,
  LinkSettingsDocument,
  RouteDocument,
  ScenarioDocument,
  TimedActionDocument,
} from './document'
import { toProgram, toSettings } from './program-spec'
import { bitsPerSecond, micros } from './units'

/** The process that a scenario's calls by hand belong to: the host's own. */
const HAND_PID = 1_000

/** The world that a valid document describes. */
export function toWorldSpec(document: ScenarioDocument): WorldSpec {
  const names = new Map(document.hosts.map((host, index) => [host.name, index]))
  const addresses = new Map(document.hosts.map((host, index) => [host.name, addressOf(document, host, index)]))
  const index = (name: string): number => names.get(name) ?? 0
  return {
    scenario: document.id,
    seed: document.seed ?? DEFAULT_SEED,
    hosts: document.hosts.map((host, place) => toHost(document, host, place, addresses)),
    links: (document.links ?? ordinaryLinks(document.hosts)).map((link) => toLink(link, index)),
    faults: (document.faults ?? []).map((fault) => toFault(fault, index)),
    actions: (document.actions ?? []).map((action) => toTimedAction(action, index, addresses)),
  }
}

function ordinaryLinks(hosts: readonly HostDocument[]): LinkDocument[] {
  return hosts.length < 2 ? [] : [{ a: hosts[0].name, b: hosts[1].name }]
}

function toHost(
  document: ScenarioDocument,
  host: HostDocument,
  place: number,
  addresses: ReadonlyMap<string, string>,
): HostSpec {
  const { routes } = host
  return {
    name: host.name,
    address: addressOf(document, host, place),
    role: host.role === 'router' ? 'other' : (host.role ?? defaultRole(place)),
    sysctl: { ...(host.role === 'router' ? { ip_forward: 1 } : {}), ...host.sysctl },
    programs: (host.programs ?? []).map((program) => toProgram(program, host, addresses)),
    ...(host.sigpipe === undefined ? {} : { sigpipe: host.sigpipe }),
    ...(routes === undefined ? {} : { routes: routes.map((route) => toRoute(document, host.name, route, addresses)) }),
    ...(host.firewall === undefined ? {} : { firewall: host.firewall }),
  }
}

/** A route with its names resolved; a neighbour's name is its address on the link that they share. */
function toRoute(
  { links = [] }: ScenarioDocument,
  own: string,
  { to, via, link, type = 'unicast', mtu }: RouteDocument,
  addresses: ReadonlyMap<string, string>,
): RouteSpec {
  const place = link ?? links.findIndex(({ a, b }) => (a === own && b === via) || (b === own && a === via))
  const shared = links[place]
  const address = shared === undefined ? undefined : shared.a === via ? shared.aAddress : shared.bAddress
  const isName = via !== undefined && addresses.has(via)
  const hop = isName ? (address?.split('/')[0] ?? addresses.get(via)) : via
  const target = to === 'default' ? '0.0.0.0/0' : (addresses.get(to) ?? to)
  return {
    to: target.includes('/') ? target : `${target}/32`,
    type,
    ...(hop === undefined ? {} : { via: hop }),
    ...(place === -1 || (link === undefined && !isName) ? {} : { link: place }),
    ...(mtu === undefined ? {} : { mtu }),
  }
}

function toLink(link: LinkDocument, index: (name: string) => number): LinkSpec {
  const both = { ...DEFAULT_LINK, ...toLinkChanges(link.both ?? {}) }
  return {
    a: index(link.a),
    b: index(link.b),
    aToB: { ...both, ...toLinkChanges(link.aToB ?? {}) },
    bToA: { ...both, ...toLinkChanges(link.bToA ?? {}) },
    ...(link.aAddress === undefined ? {} : { aAddress: link.aAddress }),
    ...(link.bAddress === undefined ? {} : { bAddress: link.bAddress }),
    ...(link.arp === undefined ? {} : { arp: link.arp }),
  }
}

/** The engine's names for the settings that are there. */
function toLinkChanges(settings: LinkSettingsDocument): Partial<LinkSettings> {
  const { rate, delay, jitter, queue, mark, loss, reorder, reorderDelay, duplicate, corrupt, mtu, blackHole } = settings
  const all: Readonly<Record<keyof LinkSettings, number | undefined>> = {
    rateBitsPerSecond: rate === undefined ? undefined : bitsPerSecond(rate, 0),
    delayMicros: delay === undefined ? undefined : micros(delay, 0),
    jitterMicros: jitter === undefined ? undefined : micros(jitter, 0),
    queuePackets: queue,
    loss,
    reorder,
    reorderMicros: reorderDelay === undefined ? undefined : micros(reorderDelay, 0),
    duplicate,
    corrupt,
    markPackets: mark,
    mtuBytes: mtu,
    icmpSilent: blackHole === undefined ? undefined : Number(blackHole),
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

function toFault(fault: FaultDocument, index: (name: string) => number): FaultSpec {
  return {
    from: index(fault.from),
    flags: fault.flags,
    data: fault.data,
    nth: fault.nth ?? [],
    order: fault.order,
    delayMicros: micros(fault.delay, 0),
  }
}

function toTimedAction(
  timed: TimedActionDocument,
  index: (name: string) => number,
  addresses: ReadonlyMap<string, string>,
): TimedAction {
  return { at: micros(timed.at, 0), action: toAction(timed, index, addresses) }
}

function toAction(
  timed: TimedActionDocument,
  index: (name: string) => number,
  addresses: ReadonlyMap<string, string>,
): Action {
  switch (timed.do) {
    case 'unplug':
    case 'plug':
      return { kind: 'plug', link: timed.link ?? 0, connected: timed.do === 'plug' }
    case 'change':
      return {
        kind: 'link',
        link: timed.link ?? 0,
        direction: timed.direction ?? 'both',
        settings: toLinkChanges(timed.settings),
      }
    case 'crash':
    case 'restart':
      return { kind: timed.do, host: index(timed.host) }
    case 'sysctl':
      return { kind: 'sysctl', host: index(timed.host), name: timed.name, value: timed.value }
    case 'attach': {
      const settings = toSettings(timed.program, timed.settings ?? {}, timed.host, addresses)
      return { kind: 'attach', host: index(timed.host), program: timed.program, settings }
    }
    case 'signal':
      return { kind: 'signal', host: index(timed.host), pid: timed.pid ?? HAND_PID, signal: timed.signal }
    case 'firewall':
      return { kind: 'firewall', host: index(timed.host), line: timed.line }
    default:
      return { kind: 'call', host: index(timed.host), pid: timed.pid ?? HAND_PID, call: timed.call }
  }
}
