/**
 * iproute2's ip, as far as a host here has what it shows: `ip -br addr`, `ip route`, `ip route get ADDRESS`, `ip neigh`. What it says is iproute2's; left out are
 * link-layer addresses, IPv6 and every command that changes something.
 */
import { err, ok } from '../base'
import type { Result } from '../base'
import type { HostReport, IpView, TextLine } from '../trace'
import { formatIpv4, parseIpv4 } from '../wire'
import { line } from './line'

type Route = IpView['routes'][number]
const WHOLE = 32
const NAME_WIDTH = 16
const STATE_WIDTH = 14

/** What `ip` with these words prints. */
export function ipLines(words: readonly string[], { ip, at }: HostReport): Result<readonly TextLine[]> {
  const [object, verb, address, ...more] = words.filter((word) => word !== '-br' && word !== '-4')
  if (more.length > 0 || ip === undefined) return err(KNOWN)
  if (isShort(object, 'addr', 1) && isShow(verb)) return ok(addressLines(ip, words.includes('-br')))
  if (isShort(object, 'neigh', 1) && isShow(verb)) return ok(neighbourLines(ip))
  if (!isShort(object, 'route', 1)) return err(KNOWN)
  if (isShow(verb) && address === undefined) return ok(routeLines(ip))
  const target = verb === 'get' ? parseIpv4(address ?? '') : undefined
  return target === undefined ? err(KNOWN) : routeTo(ip, target, at)
}

const KNOWN = 'ip: only "addr", "route", "route get ADDRESS" and "neigh" are known here.'

/** `r`, `ro`, `route`: any beginning will do. */
function isShort(word: string | undefined, whole: string, least: number): boolean {
  return word !== undefined && word.length >= least && whole.startsWith(word)
}

function isShow(verb: string | undefined): boolean {
  return verb === undefined || isShort(verb, 'show', 2) || isShort(verb, 'list', 1)
}

function addressLines({ interfaces }: IpView, brief: boolean): TextLine[] {
  if (brief) {
    return interfaces.map(({ name, address, prefixLength }) =>
      line(
        `${name.padEnd(NAME_WIDTH)} ${(name === 'lo' ? 'UNKNOWN' : 'UP').padEnd(STATE_WIDTH)} ${address}/${prefixLength} `,
        name,
      ),
    )
  }
  return interfaces.flatMap(({ name, address, prefixLength, mtu }, index) => {
    const flags = name === 'lo' ? 'LOOPBACK,UP,LOWER_UP' : 'UP,LOWER_UP'
    const state = name === 'lo' ? 'UNKNOWN' : 'UP'
    return [
      line(`${index + 1}: ${name}: <${flags}> mtu ${mtu} state ${state}`, `${name} link`),
      line(`    inet ${address}/${prefixLength} scope ${name === 'lo' ? 'host' : 'global'} ${name}`, `${name} inet`),
    ]
  })
}

/** In the order of the table's tree: the default route, then by network. */
function routeLines(ip: IpView): TextLine[] {
  return ip.routes
    .toSorted((a, b) => a.network - b.network || a.prefixLength - b.prefixLength)
    .map((route) => line(routeText(ip, route), `route ${route.network}/${route.prefixLength}`))
}

function routeText({ interfaces }: IpView, route: Route): string {
  const { network, prefixLength, type, via, interface: name, mtu } = route
  const to =
    prefixLength === 0 ? 'default' : `${formatIpv4(network)}${prefixLength === WHOLE ? '' : `/${prefixLength}`}`
  if (type !== 'unicast') return `${type} ${to} `
  const out = interfaces.find((it) => it.name === name)
  const own = out !== undefined && out.prefixLength === prefixLength && prefixLength < WHOLE
  const how =
    via !== ''
      ? `via ${via} dev ${name} `
      : own
        ? `dev ${name} proto kernel scope link src ${out.address} `
        : `dev ${name} scope link `
  return `${to} ${how}${mtu === 0 ? '' : `mtu ${mtu} `}`
}

function neighbourLines({ neighbours }: IpView): TextLine[] {
  return neighbours.map(({ address, interface: name, state }) =>
    line(`${address} dev ${name} ${state} `, `neigh ${address}`),
  )
}

/** `ip route get`: the line that is taken, with what was learned of the path. */
function routeTo(ip: IpView, target: number, at: number): Result<readonly TextLine[]> {
  const text = formatIpv4(target)
  if (target >>> 24 === 127 || ip.interfaces.some(({ address }) => address === text)) {
    return ok([line(`local ${text} dev lo src ${text} uid 0 `), line('    cache <local> ')])
  }
  const route = ip.routes.find(({ network, prefixLength }) => masked(target, prefixLength) === network)
  if (route === undefined) return err('RTNETLINK answers: Network is unreachable')
  if (route.type !== 'unicast') return err(`RTNETLINK answers: ${REFUSALS[route.type]}`)
  const source = ip.interfaces.find(({ name }) => name === route.interface)?.address ?? ''
  const hop = route.via === '' ? '' : `via ${route.via} `
  const learned = ip.exceptions.find(({ address }) => address === text)
  const expires = learned === undefined ? 0 : Math.floor(((learned.expiresAt ?? at) - at) / 1_000_000)
  const cache =
    learned === undefined
      ? '    cache '
      : `    cache expires ${expires}sec mtu ${learned.locked ? 'lock ' : ''}${learned.mtu} `
  return ok([line(`${text} ${hop}dev ${route.interface} src ${source} uid 0 `), line(cache)])
}

const REFUSALS = {
  unreachable: 'No route to host',
  prohibit: 'Permission denied',
  blackhole: 'Invalid argument',
} as const

function masked(address: number, prefixLength: number): number {
  return prefixLength === 0 ? 0 : (address & (-1 << (WHOLE - prefixLength))) >>> 0
}
