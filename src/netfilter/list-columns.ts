/** A rule in the columns of `iptables -L -v -n`: what every rule has in columns of its own, the rest in words behind them. */
import { formatIpv4 } from '../wire'
import type { RuleColumns } from '../trace'
import { formatNatRange, formatPorts, protocolName } from './command/format'
import type { Match, Rule, Target } from './records'

type Head = 'target' | 'protocol' | 'in' | 'out' | 'source' | 'destination'

export function listColumns({ matches, target }: Pick<Rule, 'matches' | 'target'>): RuleColumns {
  const columns: Record<Head, string> = {
    target: targetName(target),
    protocol: 'all',
    in: '*',
    out: '*',
    source: '0.0.0.0/0',
    destination: '0.0.0.0/0',
  }
  const words: string[] = []
  for (const match of matches) {
    const bang = match.not ? '!' : ''
    switch (match.kind) {
      case 'protocol':
        columns.protocol = `${bang}${protocolName(match.protocol)}`
        break
      case 'in':
      case 'out':
        columns[match.kind] = `${bang}${match.name}`
        break
      case 'source':
      case 'destination':
        columns[match.kind] = `${bang}${formatIpv4(match.address)}${match.prefix === 32 ? '' : `/${match.prefix}`}`
        break
      default:
        words.push(matchWords(match))
    }
  }
  return {
    ...columns,
    extra: joined(matches, words, targetWords(target)),
    goto: target.kind === 'chain' && target.goto,
  }
}

/** One `tcp` stands before all that the module tcp looks at. */
function joined(matches: readonly Match[], words: readonly string[], target: string): string {
  const rest = matches.filter(({ kind }) => !HEAD_KINDS.includes(kind))
  let module = ''
  const parts = rest.map((match, i) => {
    const needs =
      match.kind === 'sport' || match.kind === 'dport' ? match.protocol : match.kind === 'flags' ? 'tcp' : ''
    const prefix = needs !== '' && needs !== module ? `${needs} ` : ''
    module = needs
    return `${prefix}${words[i]}`
  })
  return [...parts, target].filter((part) => part !== '').join(' ')
}

const HEAD_KINDS: readonly Match['kind'][] = ['protocol', 'in', 'out', 'source', 'destination']

function targetName(target: Target): string {
  switch (target.kind) {
    case 'none':
      return ''
    case 'chain':
      return target.name
    case 'NOTRACK':
      return 'CT'
    default:
      return target.kind
  }
}

function matchWords(match: Match): string {
  const bang = match.not ? '!' : ''
  switch (match.kind) {
    case 'sport':
    case 'dport': {
      const { low, high } = match.ports
      return `${match.kind === 'sport' ? 'spt' : 'dpt'}${low === high ? '' : 's'}:${bang}${formatPorts(match.ports)}`
    }
    case 'sports':
    case 'dports':
    case 'ports':
      return `multiport ${match.kind} ${bang}${match.list.map((ports) => formatPorts(ports)).join(',')}`
    case 'flags':
      return `flags:${bang}0x${hex(match.mask)}/0x${hex(match.comp)}`
    case 'icmpType':
      return icmpWords(match, bang)
    case 'state':
      return `${match.not ? '! ' : ''}${match.word === 'state' ? 'state' : 'ctstate'} ${match.states.join(',')}`
    case 'limit':
      return `limit: avg ${match.average} burst ${match.burst}`
    case 'nth':
      return `statistic mode nth ${bang}every ${match.every}${match.packet === 0 ? '' : ` packet ${match.packet}`}`
    case 'random':
      return `statistic mode random ${bang}probability ${match.probability.toFixed(11)}`
    case 'length':
      return `length ${bang}${formatPorts(match.range)}`
    case 'ttl-eq':
      return `TTL match TTL ${bang === '' ? '==' : '!='} ${match.range.low}`
    case 'ttl-lt':
      return `TTL match TTL < ${match.range.low}`
    case 'ttl-gt':
      return `TTL match TTL > ${match.range.low}`
    case 'comment':
      return `/* ${match.text} */`
    default:
      return ''
  }
}

function icmpWords({ type, code }: Extract<Match, { kind: 'icmpType' }>, bang: string): string {
  if (type === 255) return ''
  return code === -1 ? `${bang}icmptype ${type}` : `${bang}icmptype ${type} code ${code}`
}

function hex(value: number): string {
  return value.toString(16).toUpperCase().padStart(2, '0')
}

const LOG_SEQUENCE = 1
const LOG_OPTIONS = 2

function targetWords(target: Target): string {
  switch (target.kind) {
    case 'REJECT':
      return `reject-with ${target.with}`
    case 'LOG': {
      const flags = (target.sequence ? LOG_SEQUENCE : 0) + (target.options ? LOG_OPTIONS : 0)
      return `LOG flags ${flags} level ${target.level}${target.prefix === '' ? '' : ` prefix "${target.prefix}"`}`
    }
    case 'SNAT':
    case 'DNAT':
      return `to:${formatNatRange(target.range)}`
    case 'MASQUERADE':
      return target.range.ports === undefined ? '' : `masq ports: ${formatPorts(target.range.ports, '-')}`
    case 'REDIRECT':
      return target.range.ports === undefined ? '' : `redir ports ${formatPorts(target.range.ports, '-')}`
    case 'TCPMSS':
      return target.mss === 0 ? 'TCPMSS clamp to PMTU' : `TCPMSS set ${target.mss}`
    case 'NOTRACK':
      return 'NOTRACK'
    default:
      return ''
  }
}
