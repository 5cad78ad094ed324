/**
 * What a rule does, once all its words were read: the target with its options, and where it may stand. The kernel's checks (xt_target's table,
 * hooks and protocol), told as sentences.
 */
import { err, ok } from '../../base'
import type { Result } from '../../base'
import type { Match, NatRange, TableName, Target } from '../records'
import type { RuleSpec } from './command'
import type { Draft, TargetParts } from './rule-options'

const TCP = 6
const LOG_LEVEL_WARNING = 4
const ANYTHING: NatRange = { low: 0, high: 0, ports: undefined }

/** Where targets that are not for everywhere may stand; user chains of the table are taken on trust. */
const PLACES: Readonly<Record<string, { readonly table: TableName; readonly chains: readonly string[] }>> = {
  REJECT: { table: 'filter', chains: ['INPUT', 'FORWARD', 'OUTPUT'] },
  SNAT: { table: 'nat', chains: ['POSTROUTING', 'INPUT'] },
  MASQUERADE: { table: 'nat', chains: ['POSTROUTING'] },
  DNAT: { table: 'nat', chains: ['PREROUTING', 'OUTPUT'] },
  REDIRECT: { table: 'nat', chains: ['PREROUTING', 'OUTPUT'] },
  TCPMSS: { table: 'mangle', chains: ['FORWARD', 'OUTPUT', 'POSTROUTING'] },
  NOTRACK: { table: 'raw', chains: ['PREROUTING', 'OUTPUT'] },
  CT: { table: 'raw', chains: ['PREROUTING', 'OUTPUT'] },
}
const BUILT_IN_CHAINS: readonly string[] = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING']

/** The rule that `draft` describes; the error is one sentence. */
export function finishRule(draft: Draft, table: TableName, chain: string): Result<RuleSpec> {
  const misplaced = interfaceError(draft.matches, chain) ?? placeError(draft.targetName, table, chain)
  if (misplaced !== undefined) return err(misplaced)
  const target = targetOf(draft, table)
  if (!target.ok) return target
  const matches = HEAD_ORDER.flatMap((kind) => draft.matches.filter((match) => match.kind === kind)).concat(
    draft.matches.filter((match) => !HEAD_ORDER.includes(match.kind)),
  )
  return ok({ matches, target: target.value })
}

/** These are fields of the rule itself and come first, in this order, wherever a person writes them. */
const HEAD_ORDER: readonly Match['kind'][] = ['source', 'destination', 'in', 'out', 'protocol']

function interfaceError(matches: readonly Match[], chain: string): string | undefined {
  const comesIn = chain === 'INPUT' || chain === 'PREROUTING'
  const goesOut = chain === 'OUTPUT' || chain === 'POSTROUTING'
  if (comesIn && matches.some(({ kind }) => kind === 'out'))
    return `-o cannot be used in ${chain}: there no packet has a way out yet.`
  if (goesOut && matches.some(({ kind }) => kind === 'in')) return `-i cannot be used in ${chain}.`
  return undefined
}

function placeError(name: string, table: TableName, chain: string): string | undefined {
  if (name === 'DROP' && table === 'nat')
    return 'The table nat is not for filtering: DROP belongs into the table filter.'
  if (!Object.hasOwn(PLACES, name)) return undefined
  const { table: wanted, chains } = PLACES[name]
  if (table !== wanted) return `${name} belongs into the table ${wanted}: write -t ${wanted}.`
  if (BUILT_IN_CHAINS.includes(chain) && !chains.includes(chain))
    return `${name} may stand in ${chains.join(', ')}, not in ${chain}.`
  return undefined
}

function targetOf(draft: Draft, table: TableName): Result<Target> {
  const { targetName: name, target: parts, goto } = draft
  if (goto) return ok({ kind: 'chain', name, goto: true })
  const said = parts.range ?? ANYTHING
  switch (name) {
    case '':
      return ok({ kind: 'none' })
    case 'ACCEPT':
    case 'DROP':
    case 'RETURN':
    case 'NOTRACK':
      return ok({ kind: name })
    case 'CT':
      return parts.notrack === true ? ok({ kind: 'NOTRACK' }) : err('-j CT needs --notrack here.')
    case 'REJECT':
      if (parts.rejectWith === 'tcp-reset' && draft.protocol !== TCP)
        return err('--reject-with tcp-reset needs -p tcp.')
      return ok({ kind: 'REJECT', with: parts.rejectWith ?? 'icmp-port-unreachable' })
    case 'LOG':
      return ok(logOf(parts))
    case 'MASQUERADE':
    case 'REDIRECT':
      return portsNeedProtocol(said, draft) ?? ok({ kind: name, range: said })
    case 'SNAT':
    case 'DNAT':
      if (parts.range === undefined)
        return err(`-j ${name} needs ${name === 'SNAT' ? '--to-source' : '--to-destination'}.`)
      return portsNeedProtocol(said, draft) ?? ok({ kind: name, range: said })
    case 'TCPMSS':
      if (parts.mss === undefined) return err('-j TCPMSS needs --clamp-mss-to-pmtu or --set-mss.')
      if (!looksAtSyn(draft.matches))
        return err('-j TCPMSS needs -p tcp --tcp-flags SYN,RST SYN: only a SYN has an MSS.')
      return ok({ kind: 'TCPMSS', mss: parts.mss })
    default:
      return BUILT_IN_CHAINS.includes(name)
        ? err(`A rule cannot jump to ${name} of the table ${table}: built-in chains are the kernel's to call.`)
        : ok({ kind: 'chain', name, goto: false })
  }
}

function logOf({ prefix = '', level = LOG_LEVEL_WARNING, sequence = false, options = false }: TargetParts): Target {
  return { kind: 'LOG', prefix, level, sequence, options }
}

function portsNeedProtocol({ ports }: NatRange, { protocol }: Draft): Result<Target> | undefined {
  if (ports === undefined || protocol === TCP || protocol === 17) return undefined
  return err('A port in NAT needs -p tcp or -p udp.')
}

const SYN = 0x02
const SYN_OR_RST = 0x06

function looksAtSyn(matches: readonly Match[]): boolean {
  return matches.some(
    (match) => match.kind === 'flags' && !match.not && (match.mask & SYN_OR_RST) !== 0 && (match.comp & SYN) !== 0,
  )
}
