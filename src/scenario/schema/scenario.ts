/** The schema of a scenario document, version 1: shape and ranges. What refers to what is checked in ../references.ts. */
import * as v from 'valibot'
import { ROUTE_TYPES, SIGNAL_NAMES, sysctlError } from '../../trace'
import type {
  FaultDocument,
  HostDocument,
  LinkDocument,
  LinkSettingsDocument,
  RouteDocument,
  ScenarioDocument,
  TimedActionDocument,
} from '../document'
import { handCall } from './call'
import { firewallLine, firewallLines } from './firewall'
import {
  chance,
  duration,
  flag,
  ipv4,
  ipv4Prefix,
  leaf,
  line,
  linkDelay,
  list,
  matching,
  oneOf,
  rate,
  record,
  tagged,
  whole,
} from './primitives'
import { program, programSettings, readyMade } from './step'

export const MOST_HOSTS = 16
export const MOST_LINKS = 64
export const MOST_ROUTES = 256

const hostName = line(32)
/** A host's name or an IPv4 address. */
const hostOrAddress = line(64)
const listedLink = v.optional(whole('a link', 0, MOST_LINKS - 1))

const sysctls = v.custom<Readonly<Record<string, number | string | readonly number[]>>>(
  (value) => sysctlProblem(value) === undefined,
  (issue) => sysctlProblem(issue.input) ?? '',
)

function sysctlProblem(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'expected an object of sysctls'
  for (const [name, setting] of Object.entries(value)) {
    const problem = sysctlError(name.slice(0, 64), setting)
    if (problem !== undefined) return problem.replace(/\.$/, '')
  }
  return undefined
}

const route: v.GenericSchema<unknown, RouteDocument> = record({
  to: hostOrAddress,
  via: v.optional(hostOrAddress),
  link: listedLink,
  type: v.optional(oneOf(...ROUTE_TYPES)),
  mtu: v.optional(whole('a number of bytes', 68, 65_535)),
})

const host: v.GenericSchema<unknown, HostDocument> = record({
  name: hostName,
  address: v.optional(ipv4),
  role: v.optional(oneOf('client', 'server', 'other', 'router')),
  sysctl: v.optional(sysctls),
  programs: v.optional(list(program, 256)),
  sigpipe: v.optional(oneOf('default', 'ignore')),
  routes: v.optional(list(route, MOST_ROUTES)),
  firewall: v.optional(firewallLines),
})

const linkSettings: v.GenericSchema<unknown, LinkSettingsDocument> = record({
  rate: v.optional(rate),
  delay: v.optional(linkDelay),
  jitter: v.optional(linkDelay),
  queue: v.optional(whole('a number of packets', 0, 100_000)),
  mark: v.optional(whole('a number of packets', 0, 100_000)),
  mtu: v.optional(whole('a number of bytes', 0, 65_535)),
  blackHole: v.optional(flag),
  loss: v.optional(chance),
  reorder: v.optional(chance),
  reorderDelay: v.optional(linkDelay),
  duplicate: v.optional(chance),
  corrupt: v.optional(chance),
})

const link: v.GenericSchema<unknown, LinkDocument> = record({
  a: hostName,
  b: hostName,
  both: v.optional(linkSettings),
  aToB: v.optional(linkSettings),
  bToA: v.optional(linkSettings),
  aAddress: v.optional(ipv4Prefix),
  bAddress: v.optional(ipv4Prefix),
  arp: v.optional(flag),
})

const fault: v.GenericSchema<unknown, FaultDocument> = record({
  from: hostName,
  flags: v.optional(matching('flag letters of S, A, F, R and P', /^[SAFRP]{0,5}$/)),
  data: v.optional(flag),
  nth: v.optional(list(whole('a place', 1, 1_000_000_000), 1_000)),
  order: oneOf('lose', 'delay', 'duplicate', 'corrupt', 'hold'),
  delay: v.optional(linkDelay),
})

const pid = whole('the number of a process', 1, 1_000_000)

const timedActions: Readonly<Record<TimedActionDocument['do'], v.GenericSchema<unknown, TimedActionDocument>>> = {
  unplug: record({ at: duration, do: oneOf('unplug'), link: listedLink }),
  plug: record({ at: duration, do: oneOf('plug'), link: listedLink }),
  change: record({
    at: duration,
    do: oneOf('change'),
    link: listedLink,
    direction: v.optional(oneOf('aToB', 'bToA', 'both')),
    settings: linkSettings,
  }),
  crash: record({ at: duration, do: oneOf('crash'), host: hostName }),
  restart: record({ at: duration, do: oneOf('restart'), host: hostName }),
  sysctl: record({
    at: duration,
    do: oneOf('sysctl'),
    host: hostName,
    name: line(64),
    value: leaf<number | string>(
      'a number or a name',
      (value) => typeof value === 'number' || typeof value === 'string',
    ),
  }),
  call: record({ at: duration, do: oneOf('call'), host: hostName, call: handCall, pid: v.optional(pid) }),
  signal: record({
    at: duration,
    do: oneOf('signal'),
    host: hostName,
    signal: oneOf(...SIGNAL_NAMES),
    pid: v.optional(pid),
  }),
  firewall: record({ at: duration, do: oneOf('firewall'), host: hostName, line: firewallLine }),
  attach: readyMade(
    record({
      at: duration,
      do: oneOf('attach'),
      host: hostName,
      program: line(64),
      settings: v.optional(programSettings),
    }),
    (value) => [value.program, value.settings ?? {}],
  ),
}

export const scenarioSchema: v.GenericSchema<unknown, ScenarioDocument> = record({
  version: leaf<1>('version 1', (value) => value === 1),
  id: matching('an id of lower-case words joined by hyphens', /^(?=.{1,64}$)[a-z0-9]+(?:-[a-z0-9]+)*$/),
  title: line(120),
  summary: v.optional(line(600)),
  hint: v.optional(line(300)),
  watch: v.optional(list(line(300), 12)),
  focus: v.optional(oneOf('states', 'queues', 'congestion', 'everything')),
  seed: v.optional(whole('a seed', 0, Number.MAX_SAFE_INTEGER)),
  until: v.optional(duration),
  hosts: list(host, MOST_HOSTS),
  links: v.optional(list(link, MOST_LINKS)),
  faults: v.optional(list(fault, 1_000)),
  actions: v.optional(list(tagged<TimedActionDocument>('do', timedActions), 1_000)),
})
