/**
 * A command done to a host's tables: rules come and go, a policy changes, flows are forgotten. iptables(8), conntrack(8). The errors are sentences
 * with the kernel's reasons: no such chain, a chain in use, a number that no rule has.
 */
import { err, ok } from '../../base'
import type { Result } from '../../base'
import { BUILT_IN, TABLES } from '../records'
import type { Chain, Netfilter, Rule, TableName, Tuple } from '../records'
import { forgetFlow } from '../track/table'
import type { FirewallCommand, FlowFilter, RuleSpec } from './command'
import { formatRule } from './format'

/** Rules in one chain, and chains in one table: beyond that a page cannot show them. */
const MOST_RULES = 500
const MOST_CHAINS = 100

/** Does it; how many flows were forgotten, 0 for every other command. */
export function applyCommand(netfilter: Netfilter, command: FirewallCommand): Result<number> {
  switch (command.kind) {
    case 'nothing':
      return ok(0)
    case 'forgetFlows':
      return ok(forgetFlows(netfilter, command.filter))
    case 'newChain':
      return newChain(netfilter, command.table, command.chain)
    case 'flush':
    case 'zero':
    case 'deleteChain':
      return toChains(netfilter, command)
    default:
  }
  const chain = tableOf(netfilter, command.table).get(command.chain)
  if (chain === undefined)
    return err(`The table ${command.table} has no chain ${command.chain}: -N ${command.chain} makes one.`)
  if (command.kind === 'policy') {
    chain.policy = command.policy
    return ok(0)
  }
  const done = editRules(netfilter, chain, command)
  netfilter.tracking = needsTracking(netfilter)
  return done
}

/** A table, made with its built-in chains where nobody has touched it yet. */
export function tableOf(netfilter: Netfilter, name: TableName): Map<string, Chain> {
  const known = netfilter.tables.get(name)
  if (known !== undefined) return known
  const made = new Map<string, Chain>()
  for (const hook of BUILT_IN[name]) made.set(hook, createChain(hook, 'ACCEPT'))
  netfilter.tables.set(name, made)
  return made
}

function createChain(name: string, policy: Chain['policy']): Chain {
  return { name, policy, rules: [], packets: 0, bytes: 0 }
}

function createRule({ matches, target }: RuleSpec): Rule {
  const burst = matches.find((match) => match.kind === 'limit')
  const credit = burst === undefined ? 0 : burst.costMicros * burst.burst
  return { matches, target, packets: 0, bytes: 0, credit, creditAt: 0, turn: 0 }
}

type RuleCommand = Extract<FirewallCommand, { kind: 'append' | 'insert' | 'replace' | 'deleteAt' | 'deleteLike' }>

function editRules(netfilter: Netfilter, chain: Chain, command: RuleCommand): Result<number> {
  const { rules, name } = chain
  if (command.kind === 'deleteAt') {
    if (command.at > rules.length) return err(`${name} has ${rules.length} rules: there is no number ${command.at}.`)
    rules.splice(command.at - 1, 1)
    return ok(0)
  }
  if (command.kind === 'deleteLike') {
    const text = formatRule(command.rule)
    const at = rules.findIndex((rule) => formatRule(rule) === text)
    if (at === -1) return err(`${name} has no rule ${text}.`)
    rules.splice(at, 1)
    return ok(0)
  }
  const { target } = command.rule
  if (target.kind === 'chain') {
    const chains = tableOf(netfilter, command.table)
    if (!chains.has(target.name)) return err(`${target.name} is no target, and no chain of the table ${command.table}.`)
    if (target.name === name || reaches(chains, target.name, name))
      return err(`${target.name} would lead back to ${name}: a loop.`)
  }
  if (rules.length >= MOST_RULES) return err(`A chain holds at most ${MOST_RULES} rules here.`)
  const rule = createRule(command.rule)
  if (command.kind === 'append') {
    rules.push(rule)
    return ok(0)
  }
  const last = command.kind === 'insert' ? rules.length + 1 : rules.length
  if (command.at > last) return err(`${name} has ${rules.length} rules: there is no number ${command.at}.`)
  rules.splice(command.at - 1, command.kind === 'insert' ? 0 : 1, rule)
  return ok(0)
}

/** Whether a packet in chain `from` may come to chain `to`. */
function reaches(chains: ReadonlyMap<string, Chain>, from: string, to: string): boolean {
  const next = (chains.get(from)?.rules ?? []).flatMap(({ target }) => (target.kind === 'chain' ? [target.name] : []))
  return next.some((name) => name === to || reaches(chains, name, to))
}

function newChain(netfilter: Netfilter, table: TableName, name: string): Result<number> {
  const chains = tableOf(netfilter, table)
  if (chains.has(name)) return err(`The table ${table} has a chain ${name} already.`)
  if (chains.size >= MOST_CHAINS) return err(`A table holds at most ${MOST_CHAINS} chains here.`)
  chains.set(name, createChain(name, ''))
  return ok(0)
}

type ChainCommand = Extract<FirewallCommand, { kind: 'flush' | 'zero' | 'deleteChain' }>

function toChains(netfilter: Netfilter, { kind, table, chain: name }: ChainCommand): Result<number> {
  const chains = tableOf(netfilter, table)
  if (name !== '' && !chains.has(name)) return err(`The table ${table} has no chain ${name}.`)
  const meant = [...chains.values()].filter((chain) => name === '' || chain.name === name)
  for (const chain of meant) {
    if (kind === 'flush') chain.rules = []
    else if (kind === 'zero') clearCounters(chain)
    else if (chain.policy === '') {
      const error = inUse(chains, chain)
      if (error !== undefined) return err(error)
      chains.delete(chain.name)
    } else if (name !== '') return err(`${name} is built in and stays.`)
  }
  if (kind === 'flush') netfilter.tracking = needsTracking(netfilter)
  return ok(0)
}

function clearCounters(chain: Chain): void {
  chain.packets = 0
  chain.bytes = 0
  for (const rule of chain.rules) {
    rule.packets = 0
    rule.bytes = 0
  }
}

function inUse(chains: ReadonlyMap<string, Chain>, { name, rules }: Chain): string | undefined {
  if (rules.length > 0) return `${name} is not empty: -F ${name} empties it.`
  for (const chain of chains.values()) {
    if (chain.rules.some(({ target }) => target.kind === 'chain' && target.name === name)) {
      return `A rule in ${chain.name} jumps to ${name}.`
    }
  }
  return undefined
}

/** Rules of nat, and rules that ask for a state, make the kernel track connections (nf_ct_netns_get). */
function needsTracking({ tables }: Netfilter): boolean {
  return TABLES.some((name) =>
    [...(tables.get(name)?.values() ?? [])].some(({ rules }) =>
      rules.some(({ matches }) => name === 'nat' || matches.some(({ kind }) => kind === 'state')),
    ),
  )
}

function forgetFlows(netfilter: Netfilter, filter: FlowFilter): number {
  const meant = [...netfilter.flows.values()].filter(({ original }) => fits(original, filter))
  for (const flow of meant) forgetFlow(netfilter, flow)
  return meant.length
}

function fits(tuple: Tuple, filter: FlowFilter): boolean {
  return (
    (filter.protocol === undefined || filter.protocol === 0 || filter.protocol === tuple.protocol) &&
    (filter.src === undefined || filter.src === tuple.src) &&
    (filter.dst === undefined || filter.dst === tuple.dst) &&
    (filter.srcPort === undefined || filter.srcPort === tuple.srcPort) &&
    (filter.dstPort === undefined || filter.dstPort === tuple.dstPort)
  )
}
