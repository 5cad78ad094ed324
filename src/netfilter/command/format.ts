/** A rule as a line again: what iptables-save prints, so that what is on the screen can be typed. */
import { formatIpv4, FIN, SYN, RST, ACK, PSH, URG } from '../../wire'
import type { Match, NatRange, PortRange, Target } from '../records'
import type { RuleSpec } from './command'
import { FLAG_BITS, PROTOCOLS } from './values'
import { quoted } from './words'

/** `-s 10.0.0.0/24 -p tcp -m tcp --dport 80 -j DROP`: everything behind `-A INPUT`. */
export function formatRule({ matches, target }: RuleSpec): string {
  const words: string[] = []
  let module = ''
  for (const match of matches) {
    const [needs, text] = formatMatch(match)
    if (needs !== '' && needs !== module) words.push(`-m ${needs}`)
    module = needs === '' ? module : needs
    words.push(`${match.not ? '! ' : ''}${text}`)
  }
  return [...words, ...formatTarget(target)].join(' ')
}

/** The name of a protocol, or its number. */
export function protocolName(protocol: number): string {
  return Object.keys(PROTOCOLS).find((name) => PROTOCOLS[name] === protocol) ?? String(protocol)
}

/** `80`, `1000:2000`. */
export function formatPorts({ low, high }: PortRange, between = ':'): string {
  return low === high ? String(low) : `${low}${between}${high}`
}

/** `SYN,ACK`; NONE, for none. */
export function formatFlagList(bits: number): string {
  if (bits === (FIN | SYN | RST | PSH | ACK | URG)) return 'FIN,SYN,RST,PSH,ACK,URG'
  const names = Object.keys(FLAG_BITS).filter((name) => (bits & FLAG_BITS[name]) !== 0)
  return names.length === 0 ? 'NONE' : names.join(',')
}

/** Which module it needs, and its words. */
function formatMatch(match: Match): readonly [module: string, words: string] {
  switch (match.kind) {
    case 'source':
      return ['', `-s ${formatIpv4(match.address)}/${match.prefix}`]
    case 'destination':
      return ['', `-d ${formatIpv4(match.address)}/${match.prefix}`]
    case 'in':
      return ['', `-i ${match.name}`]
    case 'out':
      return ['', `-o ${match.name}`]
    case 'protocol':
      return ['', `-p ${protocolName(match.protocol)}`]
    case 'sport':
    case 'dport':
      return [match.protocol, `--${match.kind} ${formatPorts(match.ports)}`]
    case 'sports':
    case 'dports':
    case 'ports':
      return ['multiport', `--${match.kind} ${match.list.map((ports) => formatPorts(ports)).join(',')}`]
    case 'flags':
      return ['tcp', `--tcp-flags ${formatFlagList(match.mask)} ${formatFlagList(match.comp)}`]
    case 'icmpType':
      return ['icmp', `--icmp-type ${icmpWord(match.type, match.code)}`]
    case 'state':
      return [match.word, `--${match.word === 'state' ? 'state' : 'ctstate'} ${match.states.join(',')}`]
    case 'limit':
      return ['limit', `--limit ${match.average}${match.burst === 5 ? '' : ` --limit-burst ${match.burst}`}`]
    case 'nth':
      return ['statistic', `--mode nth ${match.not ? '! ' : ''}--every ${match.every} --packet ${match.packet}`]
    case 'random':
      return ['statistic', `--mode random --probability ${match.probability.toFixed(11)}`]
    case 'length':
      return ['length', `--length ${formatPorts(match.range)}`]
    case 'ttl-eq':
    case 'ttl-lt':
    case 'ttl-gt':
      return ['ttl', `--${match.kind} ${match.range.low}`]
    case 'comment':
      return ['comment', `--comment ${quoted(match.text)}`]
  }
}

function icmpWord(type: number, code: number): string {
  if (type === 255) return 'any'
  return code === -1 ? String(type) : `${type}/${code}`
}

function formatTarget(target: Target): string[] {
  switch (target.kind) {
    case 'none':
      return []
    case 'chain':
      return [target.goto ? '-g' : '-j', target.name]
    case 'REJECT':
      return ['-j REJECT', `--reject-with ${target.with}`]
    case 'LOG':
      return [
        '-j LOG',
        ...(target.prefix === '' ? [] : [`--log-prefix "${target.prefix}"`]),
        ...(target.level === 4 ? [] : [`--log-level ${target.level}`]),
        ...(target.sequence ? ['--log-tcp-sequence'] : []),
        ...(target.options ? ['--log-tcp-options'] : []),
      ]
    case 'SNAT':
      return ['-j SNAT', `--to-source ${formatNatRange(target.range)}`]
    case 'DNAT':
      return ['-j DNAT', `--to-destination ${formatNatRange(target.range)}`]
    case 'MASQUERADE':
    case 'REDIRECT': {
      const { ports } = target.range
      return [`-j ${target.kind}`, ...(ports === undefined ? [] : [`--to-ports ${formatPorts(ports, '-')}`])]
    }
    case 'TCPMSS':
      return ['-j TCPMSS', target.mss === 0 ? '--clamp-mss-to-pmtu' : `--set-mss ${target.mss}`]
    case 'NOTRACK':
      return ['-j CT --notrack']
    default:
      return [`-j ${target.kind}`]
  }
}

/** `10.0.0.2:80`, `1.2.3.4-1.2.3.9:100-200`. */
export function formatNatRange({ low, high, ports }: NatRange): string {
  const addresses = low === 0 ? '' : low === high ? formatIpv4(low) : `${formatIpv4(low)}-${formatIpv4(high)}`
  return ports === undefined ? addresses : `${addresses}:${formatPorts(ports, '-')}`
}
