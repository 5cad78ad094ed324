/**
 * Where the lifelines stand. Two hosts: the client left, the server right, room beside them for what is written in the
 * gutters. More hosts: the one with the most links in the middle, its neighbours on both sides, theirs further out, so that most
 * arrows go between lifelines that stand side by side.
 */
import type { LinkView, SessionInfo } from '../../trace'

export interface Lane {
  readonly host: number
  readonly x: number
  readonly role: 'client' | 'server' | 'other'
  /** Which side its gutter is on; lifelines in the middle have none. */
  readonly gutter: 'left' | 'right' | 'none'
}

export interface LaneRoom {
  readonly lanes: readonly Lane[]
  /** Right edge of the numbers of the time axis. */
  readonly axisX: number
  /** True when there is room for words in the gutters. */
  readonly words: boolean
}

/** Width from which the gutters hold words. */
const LEAST_FOR_WORDS = 340
const WIDE = 520

/** A gutter as wide as the picture allows, between its least and its full width. */
function gutter(width: number, least: number, most: number): number {
  const share = Math.min(1, (width - LEAST_FOR_WORDS) / (WIDE - LEAST_FOR_WORDS))
  return least + (most - least) * share
}

/** Pixels of a digit of the axis, and beside its numbers. */
const DIGIT = 5.7
const AXIS_MARGIN = 6

/** Lays out the lifelines in `width` pixels, beside an axis whose numbers have up to `digits` characters. */
export function layLanes(
  hosts: SessionInfo['hosts'],
  links: readonly Pick<LinkView, 'a' | 'b'>[],
  width: number,
  digits = 5,
): LaneRoom {
  const words = width >= LEAST_FOR_WORDS
  const axisX = Math.max(28, Math.min(64, digits * DIGIT + AXIS_MARGIN))
  const left = words ? axisX + gutter(width, 58, 88) : axisX + 20
  const right = width - (words ? gutter(width, 93, 108) : 40)
  const order = hostOrder(hosts, links)
  const last = order.length - 1
  const lanes = order.map((host, place) => ({
    host,
    x: Math.round(last === 0 ? left : left + ((right - left) * place) / last),
    role: hosts[host].role,
    gutter: place === 0 ? ('left' as const) : place === last ? ('right' as const) : ('none' as const),
  }))
  return { lanes, axisX, words }
}

/** Hosts from left to right. */
export function hostOrder(hosts: SessionInfo['hosts'], links: readonly Pick<LinkView, 'a' | 'b'>[]): number[] {
  const all = hosts.map((_, host) => host)
  const byRole = all.toSorted((a, b) => side(hosts[a].role) - side(hosts[b].role) || a - b)
  if (all.length <= 2) return byRole
  const neighbours = all.map((host) =>
    links.filter(({ a, b }) => a === host || b === host).map((l) => (l.a === host ? l.b : l.a)),
  )
  const hub = byRole.reduce((best, host) => (neighbours[host].length > neighbours[best].length ? host : best))
  const order = [hub]
  const placed = new Set(order)
  const queue: { readonly host: number; readonly side: 'left' | 'right' | null }[] = [{ host: hub, side: null }]
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const around = byRole.filter((host) => neighbours[next.host].includes(host) && !placed.has(host))
    around.forEach((host, i) => {
      const to = next.side ?? (i * 2 < around.length ? 'left' : 'right')
      if (to === 'left') order.unshift(host)
      else order.push(host)
      placed.add(host)
      queue.push({ host, side: to })
    })
  }
  return [...order, ...byRole.filter((host) => !placed.has(host))]
}

function side(role: Lane['role']): number {
  return role === 'client' ? 0 : role === 'other' ? 1 : 2
}
