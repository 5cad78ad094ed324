/**
 * The options of a rule, as iptables(8) and iptables-extensions(8) have them: which module an option belongs to, whether `!` may stand before
 * it, and what it reads. A table, so that the parser's errors can name what would have been right.
 */
import { CT_STATES, REJECT_KINDS } from '../records'
import type { CtState, Match, NatRange, PortRange, RejectKind } from '../records'
import { readFlags, readIcmpType, readNatRange, readNet, readPorts, readProtocol, readRate, readWhole } from './values'

/** What is being put together. */
export interface Draft {
  /** -1: none was said. */
  protocol: number
  /** Modules asked for with -m, or implied by -p. */
  readonly modules: Set<string>
  readonly matches: Match[]
  /** The word after -j or -g. */
  targetName: string
  goto: boolean
  readonly target: TargetParts
}

/** What a target's options said. */
export interface TargetParts {
  rejectWith?: RejectKind
  prefix?: string
  level?: number
  sequence?: boolean
  options?: boolean
  range?: NatRange
  mss?: number
  notrack?: boolean
}

export interface Option {
  /** '' for an option that every rule has; `-j X` for one of a target. */
  readonly module: string
  /** Words that follow it. */
  readonly arity: 0 | 1 | 2
  readonly negatable: boolean
  /** What it wants, for the error: `a port such as 80 or 1000:2000`. */
  readonly wants: string
  /** False where the words cannot be read. */
  readonly read: (draft: Draft, words: readonly string[], not: boolean) => boolean
}

function option(module: string, wants: string, arity: 0 | 1 | 2, negatable: boolean, read: Option['read']): Option {
  return { module, wants, arity, negatable, read }
}

/** An option with one word that `reader` makes the rest of a match of. */
function matching<T extends object>(
  module: string,
  wants: string,
  reader: (word: string) => T | undefined,
  make: (value: T, not: boolean, draft: Draft) => Match,
  negatable = true,
): Option {
  return option(module, wants, 1, negatable, (draft, [word], not) => {
    const value = reader(word)
    if (value === undefined) return false
    draft.matches.push(make(value, not, draft))
    return true
  })
}

function target(name: string, wants: string, read: (parts: TargetParts, word: string) => boolean): Option {
  return option(`-j ${name}`, wants, 1, false, (draft, [word]) => read(draft.target, word))
}

const ADDRESS = 'an address such as 10.0.0.1 or 10.0.0.0/24'
const PORT = 'a port such as 80 or 1000:2000'
const PORTS = 'up to 15 ports such as 80,443,1000:2000'
const STATES = `states such as NEW,ESTABLISHED (of ${CT_STATES.join(', ')})`

const source = matching('', ADDRESS, readNet, (net, not) => ({ kind: 'source', ...net, not }))
const destination = matching('', ADDRESS, readNet, (net, not) => ({ kind: 'destination', ...net, not }))
const protocol = option('', 'tcp, udp, icmp, all or a number', 1, true, (draft, [word], not) => {
  const number = readProtocol(word)
  if (number === undefined) return false
  if (number === 0) return !not
  draft.matches.push({ kind: 'protocol', protocol: number, not })
  if (!not) {
    draft.protocol = number
    const module = ({ 1: 'icmp', 6: 'tcp', 17: 'udp' } as Readonly<Record<number, string>>)[number]
    if (module !== undefined) draft.modules.add(module)
  }
  return true
})
const readName = (word: string): { name: string } | undefined =>
  /^[\w.-]{1,15}\+?$/.test(word) ? { name: word } : undefined
const inInterface = matching('', 'an interface such as eth0 or eth+', readName, ({ name }, not) => ({
  kind: 'in',
  name,
  not,
}))
const outInterface = matching('', 'an interface such as eth0 or eth+', readName, ({ name }, not) => ({
  kind: 'out',
  name,
  not,
}))

function portOption(kind: 'sport' | 'dport'): Option {
  return matching('tcp|udp', PORT, readPorts, (ports, not, draft) => ({
    kind,
    protocol: draft.protocol === 17 ? 'udp' : 'tcp',
    ports,
    not,
  }))
}

function multiport(kind: 'sports' | 'dports' | 'ports'): Option {
  return matching('multiport', PORTS, readPortList, (value, not) => ({ kind, list: value, not }))
}

function readPortList(word: string): readonly PortRange[] | undefined {
  const ranges = word.split(',').map((part) => readPorts(part))
  const list = ranges.filter((range) => range !== undefined)
  return list.length === ranges.length && list.length <= 15 ? list : undefined
}

function states(module: 'conntrack' | 'state'): Option {
  const known = module === 'state' ? CT_STATES.slice(0, 5) : CT_STATES
  const read = (word: string): readonly CtState[] | undefined => {
    const list = word.split(',').map((name) => known.find((state) => state === name.toUpperCase()))
    const found = list.filter((state) => state !== undefined)
    return found.length === list.length ? found : undefined
  }
  return matching(module, STATES, read, (value, not) => ({ kind: 'state', word: module, states: value, not }))
}

/** The last match of one kind, to be completed by an option that follows. */
function amend<K extends Match['kind']>(
  draft: Draft,
  kind: K,
  change: (match: Extract<Match, { kind: K }>) => Match,
): boolean {
  const at = draft.matches.findLastIndex((candidate) => candidate.kind === kind)
  if (at === -1) return false
  draft.matches[at] = change(draft.matches[at] as Extract<Match, { kind: K }>)
  return true
}

const flags = option(
  'tcp',
  'two lists of flags: those to look at, and those of them that must be set',
  2,
  true,
  (draft, words, not) => {
    const mask = readFlags(words[0])
    const comp = readFlags(words[1])
    if (mask === undefined || comp === undefined) return false
    draft.matches.push({ kind: 'flags', mask, comp, not })
    return true
  },
)
const syn = option('tcp', 'no word', 0, true, (draft, _, not) => {
  const mask = readFlags('FIN,SYN,RST,ACK')
  const comp = readFlags('SYN')
  if (mask === undefined || comp === undefined) return false
  draft.matches.push({ kind: 'flags', mask, comp, not })
  return true
})
const LIMIT_BURST = 5
const limit = matching(
  'limit',
  'a rate such as 3/min',
  readRate,
  (rate) => ({ kind: 'limit', ...rate, burst: LIMIT_BURST, not: false }),
  false,
)
const burst = option('limit', 'a number from 1 to 10000', 1, false, (draft, [word]) => {
  const value = readWhole(word, 1, 10_000)
  if (value === undefined) return false
  const known = amend(draft, 'limit', (match) => ({ ...match, burst: value }))
  if (!known) draft.matches.push({ kind: 'limit', ...DEFAULT_RATE, burst: value, not: false })
  return true
})
const DEFAULT_RATE = { average: '3/hour', costMicros: 1_200_000_000 }
const mode = option('statistic', 'nth or random', 1, false, (draft, [word]) => {
  if (word === 'nth') draft.matches.push({ kind: 'nth', every: 1, packet: 0, not: false })
  else if (word === 'random') draft.matches.push({ kind: 'random', probability: 1, not: false })
  else return false
  return true
})
const every = option('statistic', 'a number from 1, after --mode nth', 1, true, (draft, [word], not) => {
  const value = readWhole(word, 1, 2_147_483_647)
  return value !== undefined && amend(draft, 'nth', (match) => ({ ...match, every: value, not }))
})
const packet = option('statistic', 'a number below that of --every', 1, false, (draft, [word]) => {
  const value = readWhole(word, 0, 2_147_483_646)
  return value !== undefined && amend(draft, 'nth', (match) => ({ ...match, packet: value })) && nthFits(draft)
})
const probability = option('statistic', 'a number from 0 to 1, after --mode random', 1, true, (draft, [word], not) => {
  const value = /^\d*\.?\d+$/.test(word) ? Number(word) : Number.NaN
  return value <= 1 && amend(draft, 'random', (match) => ({ ...match, probability: value, not }))
})

function nthFits(draft: Draft): boolean {
  return draft.matches.every((match) => match.kind !== 'nth' || match.packet < match.every)
}

function rangeOption(module: string, kind: 'length' | 'ttl-eq' | 'ttl-lt' | 'ttl-gt', most: number): Option {
  return matching(
    module,
    `a number from 0 to ${most}`,
    (word) => {
      const value = readPorts(word)
      return value === undefined || value.high > most ? undefined : value
    },
    (value, not) => ({ kind, range: value, not }),
  )
}

const comment = matching(
  'comment',
  'a text',
  (text) => (text.length <= 255 ? { text } : undefined),
  ({ text }) => ({ kind: 'comment', text, not: false }),
  false,
)
const icmpType = matching('icmp', 'an ICMP type such as echo-request or 3/4', readIcmpType, (value, not) => ({
  kind: 'icmpType',
  ...value,
  not,
}))

/** Every option that may stand in a rule, by its word. */
export const RULE_OPTIONS: Readonly<Record<string, Option>> = {
  '-s': source,
  '--source': source,
  '--src': source,
  '-d': destination,
  '--destination': destination,
  '--dst': destination,
  '-p': protocol,
  '--protocol': protocol,
  '--proto': protocol,
  '-i': inInterface,
  '--in-interface': inInterface,
  '-o': outInterface,
  '--out-interface': outInterface,
  '--sport': portOption('sport'),
  '--source-port': portOption('sport'),
  '--dport': portOption('dport'),
  '--destination-port': portOption('dport'),
  '--sports': multiport('sports'),
  '--dports': multiport('dports'),
  '--ports': multiport('ports'),
  '--tcp-flags': flags,
  '--syn': syn,
  '--icmp-type': icmpType,
  '--ctstate': states('conntrack'),
  '--state': states('state'),
  '--limit': limit,
  '--limit-burst': burst,
  '--mode': mode,
  '--every': every,
  '--packet': packet,
  '--probability': probability,
  '--length': rangeOption('length', 'length', 65_535),
  '--ttl-eq': rangeOption('ttl', 'ttl-eq', 255),
  '--ttl-lt': rangeOption('ttl', 'ttl-lt', 255),
  '--ttl-gt': rangeOption('ttl', 'ttl-gt', 255),
  '--comment': comment,
  '--reject-with': target('REJECT', REJECT_KINDS.join(', '), (parts, word) => {
    parts.rejectWith = REJECT_KINDS.find((kind) => kind === (REJECT_SHORT[word] ?? word))
    return parts.rejectWith !== undefined
  }),
  '--log-prefix': target('LOG', 'a text of at most 29 characters', (parts, word) => {
    parts.prefix = word
    return word.length <= 29
  }),
  '--log-level': target('LOG', 'a level from 0 to 7 or its name', (parts, word) => {
    const level = LOG_LEVELS.indexOf(word)
    parts.level = level === -1 ? readWhole(word, 0, 7) : level
    return parts.level !== undefined
  }),
  '--log-tcp-sequence': option('-j LOG', 'no word', 0, false, ({ target: parts }) => (parts.sequence = true)),
  '--log-tcp-options': option('-j LOG', 'no word', 0, false, ({ target: parts }) => (parts.options = true)),
  '--to-source': natTarget('SNAT', 'an address, a range, with a port or without: 10.0.0.1:1000-2000'),
  '--to-destination': natTarget('DNAT', 'an address, a range, with a port or without: 10.0.0.2:80'),
  '--to-ports': target('MASQUERADE|REDIRECT', 'a port such as 8080 or 1000-2000', (parts, word) => {
    const ports = readPorts(word, '-')
    parts.range = { low: 0, high: 0, ports }
    return ports !== undefined
  }),
  '--clamp-mss-to-pmtu': option('-j TCPMSS', 'no word', 0, false, ({ target: parts }) => {
    parts.mss = 0
    return true
  }),
  '--set-mss': target('TCPMSS', 'a number from 1 to 65495', (parts, word) => {
    parts.mss = readWhole(word, 1, 65_495)
    return parts.mss !== undefined
  }),
  '--notrack': option('-j CT', 'no word', 0, false, ({ target: parts }) => (parts.notrack = true)),
}

function natTarget(name: string, wants: string): Option {
  return target(name, wants, (parts, word) => {
    const read = readNatRange(word)
    parts.range = read
    return read !== undefined
  })
}

const REJECT_SHORT: Readonly<Record<string, string>> = {
  'net-unreach': 'icmp-net-unreachable',
  'host-unreach': 'icmp-host-unreachable',
  'proto-unreach': 'icmp-proto-unreachable',
  'port-unreach': 'icmp-port-unreachable',
  'net-prohib': 'icmp-net-prohibited',
  'host-prohib': 'icmp-host-prohibited',
  'admin-prohib': 'icmp-admin-prohibited',
  'tcp-rst': 'tcp-reset',
}

export const LOG_LEVELS: readonly string[] = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug']

/** Modules that -m may name. */
export const MODULES: readonly string[] = [
  'tcp',
  'udp',
  'icmp',
  'multiport',
  'conntrack',
  'state',
  'limit',
  'statistic',
  'length',
  'ttl',
  'comment',
]
