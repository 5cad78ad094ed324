/**
 * A packet goes through a chain: rule by rule, into chains of the user's and back, until one decides or the policy does. Linux ipt_do_table. Counters
 * count as iptables shows them: a rule all packets that it matched, a policy those that nothing else decided.
 */
import type { AnyPacket } from '../../wire'
import type { Chain, Netfilter, Rule, TableName } from '../records'
import { ruleMatches } from './match'
import type { Place } from './match'

/** The rule that decided, and where it stands; `number` 0 is the chain's policy. */
export interface Decision {
  readonly table: TableName
  readonly chain: Chain
  readonly number: number
  readonly rule: Rule | undefined
  readonly packet: AnyPacket
}

/** What a target that does not decide makes of the packet: the same one, or another with the same number. */
export type Aside = (rule: Rule, chain: Chain, number: number, packet: AnyPacket) => AnyPacket

/** Takes `packet` through the chain `name`; undefined where nobody has touched the table. `aside` is called for LOG, TCPMSS and NOTRACK. */
export function traverse(
  netfilter: Netfilter,
  table: TableName,
  name: string,
  packet: AnyPacket,
  place: Place,
  now: number,
  aside: Aside,
): Decision | undefined {
  const chains = netfilter.tables.get(table)
  const base = chains?.get(name)
  if (chains === undefined || base === undefined) return undefined
  let chain = base
  let at = 0
  let carried = packet
  const callers: { readonly chain: Chain; readonly at: number }[] = []
  for (;;) {
    if (at >= chain.rules.length) {
      const caller = callers.pop()
      if (caller === undefined) return byPolicy(table, base, carried)
      chain = caller.chain
      at = caller.at
      continue
    }
    const rule = chain.rules[at++]
    if (!ruleMatches(netfilter, rule, carried, place, now)) continue
    rule.packets++
    rule.bytes += carried.length
    const { target } = rule
    switch (target.kind) {
      case 'none':
        break
      case 'LOG':
      case 'TCPMSS':
      case 'NOTRACK':
        carried = aside(rule, chain, at, carried)
        break
      case 'RETURN':
        at = chain.rules.length
        break
      case 'chain': {
        const next = chains.get(target.name)
        if (next === undefined) break
        if (!target.goto) callers.push({ chain, at })
        chain = next
        at = 0
        break
      }
      default:
        return { table, chain, number: at, rule, packet: carried }
    }
  }
}

function byPolicy(table: TableName, chain: Chain, packet: AnyPacket): Decision {
  chain.packets++
  chain.bytes += packet.length
  return { table, chain, number: 0, rule: undefined, packet }
}
