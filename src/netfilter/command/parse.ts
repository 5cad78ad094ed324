/**
 * Lines in the field's own words: what a person types after `iptables` or `conntrack`, and the lines of iptables-save. iptables(8),
 * iptables-extensions(8), iptables-restore(8), conntrack(8). As strict as they are about order (`-p tcp` before `--dport`, `-m conntrack` before
 * `--ctstate`), because that is what a person has to learn; every error is one sentence that names the word.
 */
import { err, ok } from '../../base'
import type { Result } from '../../base'
import { parseIpv4 } from '../../wire'
import { BUILT_IN, TABLES } from '../records'
import type { TableName } from '../records'
import type { FirewallCommand, FlowFilter, RuleSpec } from './command'
import { MODULES, RULE_OPTIONS } from './rule-options'
import type { Draft } from './rule-options'
import { finishRule } from './rule-target'
import { readPort, readProtocol, readWhole } from './values'
import { splitWords } from './words'

/** The longest line. */
export const MOST_LINE = 512

const CHAIN_NAME = /^[A-Za-z0-9_][\w.-]{0,28}$/

const VERBS: Readonly<Record<string, string>> = {
  '-A': 'append',
  '--append': 'append',
  '-I': 'insert',
  '--insert': 'insert',
  '-R': 'replace',
  '--replace': 'replace',
  '-D': 'delete',
  '--delete': 'delete',
  '-P': 'policy',
  '--policy': 'policy',
  '-N': 'newChain',
  '--new-chain': 'newChain',
  '-X': 'deleteChain',
  '--delete-chain': 'deleteChain',
  '-F': 'flush',
  '--flush': 'flush',
  '-Z': 'zero',
  '--zero': 'zero',
}

/**
 * Reads one line; `iptables` at its beginning may be left out, `conntrack` may not. `table` is the one in force where the line names none (the last
 * `*nat` of a list).
 */
export function parseCommand(line: string, table: TableName = 'filter'): Result<FirewallCommand> {
  if (line.length > MOST_LINE) return err(`A line has at most ${MOST_LINE} characters.`)
  const trimmed = line.trim()
  if (trimmed === '' || trimmed.startsWith('#') || trimmed === 'COMMIT') return ok({ kind: 'nothing' })
  const split = splitWords(trimmed)
  if (!split.ok) return split
  const words = split.value
  if (words[0] === 'conntrack') return parseConntrack(words.slice(1))
  if (words[0] === 'iptables' || words[0] === 'sudo') return parseCommand(trimmed.slice(words[0].length), table)
  if (words[0].startsWith(':')) return parseChainLine(words, table)
  return parseIptables(words, table)
}

/** Reads the lines of a document or of iptables-save, in order: `*nat` says which table the following are about. */
export function parseCommands(lines: readonly string[]): Result<FirewallCommand[]> {
  const commands: FirewallCommand[] = []
  let table: TableName = 'filter'
  for (const [i, line] of lines.entries()) {
    const trimmed = line.trim()
    if (trimmed.startsWith('*')) {
      const named = tableNamed(trimmed.slice(1))
      if (named === undefined) return err(`line ${i + 1}: There is no table ${trimmed.slice(1)}.`)
      table = named
      commands.push({ kind: 'nothing' })
      continue
    }
    const command = parseCommand(trimmed, table)
    if (!command.ok) return err(`line ${i + 1}: ${command.error}`)
    commands.push(command.value)
  }
  return ok(commands)
}

function tableNamed(word: string): TableName | undefined {
  return TABLES.find((name) => name === word)
}

/** `:INPUT DROP [0:0]`, `:web - [0:0]`. */
function parseChainLine(words: readonly string[], table: TableName): Result<FirewallCommand> {
  const chain = words[0].slice(1)
  const policy = words.length > 1 ? words[1] : '-'
  return policy === '-' ? parseNewChain(chain, table) : parsePolicy(chain, policy, table)
}

function parseIptables(words: readonly string[], inForce: TableName): Result<FirewallCommand> {
  let table = inForce
  let verb = ''
  let chain = ''
  let at = -1
  let policy = ''
  const rest: string[] = []
  for (let i = 0; i < words.length; i++) {
    const word = words[i]
    if (word === '-t' || word === '--table') {
      const named = tableNamed(words[++i] ?? '')
      if (named === undefined) return err(`-t needs a table: ${TABLES.join(', ')}; not ${shownWord(words[i])}.`)
      table = named
    } else if (Object.hasOwn(VERBS, word)) {
      if (verb !== '') return err(`A line does one thing: it cannot have ${word} as well.`)
      verb = VERBS[word]
      if (isName(words[i + 1])) chain = words[++i]
      const number = verb === 'policy' ? undefined : readWhole(words[i + 1] ?? '', 0, 65_535)
      if (chain !== '' && number !== undefined) {
        at = number
        i++
      }
      if (verb === 'policy') policy = words[++i] ?? ''
    } else if (word === '-w' || word === '-n' || word === '-v') continue
    else rest.push(word)
  }
  if (verb === '') {
    return err(`${shownWord(words[0])} does nothing: a line begins with -A, -I, -D, -R, -P, -N, -X, -F or -Z.`)
  }
  return finish(verb, { table, chain, at, policy, rest })
}

interface Parts {
  readonly table: TableName
  readonly chain: string
  /** -1 where no number was given. */
  readonly at: number
  readonly policy: string
  readonly rest: readonly string[]
}

function finish(verb: string, { table, chain, at, policy, rest }: Parts): Result<FirewallCommand> {
  const namesAll = verb === 'flush' || verb === 'zero' || verb === 'deleteChain'
  if (chain === '' && !namesAll) return err('Which chain? INPUT, OUTPUT, FORWARD, or one of your own.')
  const isBuiltIn = chain === chain.toUpperCase() && ALL_BUILT_IN.has(chain)
  if (isBuiltIn && !BUILT_IN[table].some((name) => name === chain)) {
    return err(`The table ${table} has no chain ${chain}: it has ${BUILT_IN[table].join(', ')}.`)
  }
  switch (verb) {
    case 'policy':
      return parsePolicy(chain, policy, table)
    case 'newChain':
      return parseNewChain(chain, table)
    case 'flush':
    case 'zero':
    case 'deleteChain':
      if (rest.length > 0) return err(`${rest[0]} does not belong here.`)
      return ok({ kind: verb, table, chain })
    case 'delete':
      if (at === 0) return err('Rules are counted from 1.')
      if (at > 0)
        return rest.length > 0 ? err(`${rest[0]} does not belong here.`) : ok({ kind: 'deleteAt', table, chain, at })
      break
    default:
  }
  if (verb === 'replace' && at < 1) return err('-R needs the number of the rule, counted from 1.')
  if (at === 0) return err('Rules are counted from 1.')
  const rule = parseRule(rest, table, chain)
  if (!rule.ok) return rule
  if (verb === 'append') return ok({ kind: 'append', table, chain, rule: rule.value })
  if (verb === 'delete') return ok({ kind: 'deleteLike', table, chain, rule: rule.value })
  return ok({ kind: verb === 'replace' ? 'replace' : 'insert', table, chain, at: Math.max(1, at), rule: rule.value })
}

const ALL_BUILT_IN: ReadonlySet<string> = new Set(Object.values(BUILT_IN).flat())

function parsePolicy(chain: string, word: string, table: TableName): Result<FirewallCommand> {
  if (!BUILT_IN[table].some((name) => name === chain)) {
    return err(`Only a built-in chain has a policy; ${chain} is none of the table ${table}.`)
  }
  if (word !== 'ACCEPT' && word !== 'DROP') return err(`A policy is ACCEPT or DROP, not ${shownWord(word)}.`)
  return ok({ kind: 'policy', table, chain, policy: word })
}

function parseNewChain(chain: string, table: TableName): Result<FirewallCommand> {
  if (!CHAIN_NAME.test(chain)) return err(`${shownWord(chain)} cannot be the name of a chain.`)
  if (ALL_BUILT_IN.has(chain)) return err(`${chain} is there already.`)
  return ok({ kind: 'newChain', table, chain })
}

function parseRule(words: readonly string[], table: TableName, chain: string): Result<RuleSpec> {
  const draft: Draft = { protocol: -1, modules: new Set(), matches: [], targetName: '', goto: false, target: {} }
  let not = false
  for (let i = 0; i < words.length; i++) {
    const word = words[i]
    if (word === '!') {
      if (not) return err('Two ! in a row cancel out: leave both away.')
      not = true
      continue
    }
    const taken = takeOption(draft, words, i, not)
    if (!taken.ok) return taken
    i += taken.value
    not = false
  }
  if (not) return err('A ! stands at the end, with nothing to turn round.')
  return finishRule(draft, table, chain)
}

/** Reads the option at `i`; how many words it took besides itself. */
function takeOption(draft: Draft, words: readonly string[], i: number, not: boolean): Result<number> {
  const word = words[i]
  const next: string | undefined = words[i + 1]
  if (word === '-m' || word === '--match') {
    if (!MODULES.includes(next)) return err(`-m needs a module: ${MODULES.join(', ')}; not ${shownWord(next)}.`)
    draft.modules.add(next)
    return ok(1)
  }
  if (word === '-j' || word === '--jump' || word === '-g' || word === '--goto') {
    if (!isName(next)) return err(`${word} needs a target, such as ACCEPT or DROP.`)
    if (draft.targetName !== '') return err(`A rule has one target: ${draft.targetName} is there already.`)
    draft.targetName = next
    draft.goto = word === '-g' || word === '--goto'
    return ok(1)
  }
  if (!Object.hasOwn(RULE_OPTIONS, word)) return err(`${shownWord(word)} is no option that is known here.`)
  const known = RULE_OPTIONS[word]
  const missing = missingModule(draft, known.module)
  if (missing !== undefined) return err(`${word} needs ${missing} before it.`)
  if (not && !known.negatable) return err(`${word} cannot be turned round with !.`)
  const values = words.slice(i + 1, i + 1 + known.arity)
  if (values.length < known.arity) return err(`${word} needs ${known.wants}.`)
  if (!known.read(draft, values, not))
    return err(`${word} needs ${known.wants}; not ${values.map(shownWord).join(' ')}.`)
  return ok(known.arity)
}

function missingModule(draft: Draft, module: string): string | undefined {
  if (module === '') return undefined
  if (module.startsWith('-j ')) {
    const names = module.slice(3).split('|')
    return names.includes(draft.targetName) ? undefined : `-j ${names.join(' or ')}`
  }
  const names = module.split('|')
  if (names.some((name) => draft.modules.has(name))) return undefined
  return names.every((name) => name === 'tcp' || name === 'udp' || name === 'icmp')
    ? `-p ${names.join(' or ')}`
    : `-m ${names.join(' or ')}`
}

function isName(word: string | undefined): word is string {
  return word !== undefined && CHAIN_NAME.test(word)
}

function shownWord(word: string | undefined): string {
  if (word === undefined || word === '') return 'nothing'
  return word.length > 32 ? `${word.slice(0, 32)}…` : word
}

const FLOW_OPTIONS: Readonly<Record<string, readonly [keyof FlowFilter, (word: string) => number | undefined]>> = {
  '-p': ['protocol', readProtocol],
  '-s': ['src', parseIpv4],
  '--orig-src': ['src', parseIpv4],
  '-d': ['dst', parseIpv4],
  '--orig-dst': ['dst', parseIpv4],
  '--sport': ['srcPort', readPort],
  '--orig-port-src': ['srcPort', readPort],
  '--dport': ['dstPort', readPort],
  '--orig-port-dst': ['dstPort', readPort],
}

/** `conntrack -F`, `conntrack -D -p tcp -s 10.0.0.1 --dport 80`. */
function parseConntrack(words: readonly string[]): Result<FirewallCommand> {
  if (words[0] === '-F' && words.length === 1) return ok({ kind: 'forgetFlows', filter: {} })
  if (words[0] !== '-D') return err('conntrack does -F (forget all) or -D (forget those that match) here.')
  const filter: { -readonly [K in keyof FlowFilter]: number } = {}
  for (let i = 1; i < words.length; i += 2) {
    const word = words[i]
    if (!Object.hasOwn(FLOW_OPTIONS, word)) return err(`${shownWord(word)} is no option of conntrack -D here.`)
    const [field, read] = FLOW_OPTIONS[word]
    const value = read(words[i + 1] ?? '')
    if (value === undefined) return err(`${word} cannot be ${shownWord(words[i + 1])}.`)
    filter[field] = value
  }
  return ok({ kind: 'forgetFlows', filter })
}
