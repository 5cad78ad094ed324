/** The rule table: every behaviour that an event can quote, once. Rooms keep their rules in a file each. */
import { HOST_RULES } from './host'
import { IP_RULES } from './ip'
import { NETFILTER_RULES } from './netfilter'
import { NETWORK_RULES } from './network'
import type { Rule } from './rule'
import { SENDER_RULES } from './sender'
import { TCP_RULES } from './tcp'
import { UDP_RULES } from './udp'

const ALL = {
  none: { rfc: 'none', linux: 'none' },
  ...TCP_RULES,
  ...HOST_RULES,
  ...NETWORK_RULES,
  ...SENDER_RULES,
  ...UDP_RULES,
  ...IP_RULES,
  ...NETFILTER_RULES,
} as const

export type RuleName = keyof typeof ALL
export const RULES: Readonly<Record<RuleName, Rule>> = ALL

/** Rule names by their number in the `rule` column. */
export const RULE_NAMES: readonly RuleName[] = Object.keys(ALL) as RuleName[]

export const RULE_CODE: Readonly<Record<RuleName, number>> = Object.fromEntries(
  RULE_NAMES.map((name, code) => [name, code]),
) as Record<RuleName, number>
export type { Rule } from './rule'
