/** Routers on the ladder: what they pass on, what they say by ICMP, what waits in them. */
import { expect, test } from 'vitest'
import { findScenario, toWorldSpec } from '../../scenario'
import { pictured } from '../../testing/pictured'
import type { Pictured } from '../../testing/pictured'
import { layLadder } from './layout'
import type { LadderPicture } from './picture'
import { createTimeScale, scaleGaps } from './time-scale'

const CLIENT = 0
const ROUTER = 1

function seen(id: string, until: number): Pictured & { readonly picture: LadderPicture } {
  const spec = toWorldSpec(findScenario(id)!)
  const shown = pictured(spec, until)
  const { snapshot, packets, moment, session } = shown
  const scale = createTimeScale(scaleGaps(null, packets.gaps, 0.004), moment.at, moment.at)
  const picture = layLadder({
    index: packets,
    trace: session.branch.trace,
    moment,
    scale,
    hosts: spec.hosts,
    links: snapshot.links,
    inFlight: snapshot.inFlight,
    width: 600,
    height: 2_000,
    top: 40,
    shift: 0,
    selectedPacket: -1,
  })
  return { ...shown, picture }
}

test('a packet that a router passes on is a second line, from the router, in the colour of who made it', () => {
  const { packets, picture } = seen('through-a-router', 35_000)
  const [first, second] = picture.lines
  const { rows } = packets
  expect([rows.from[second.packet], rows.to[second.packet], rows.origin[second.packet]]).toEqual([ROUTER, 2, CLIENT])
  expect([first.role, second.role]).toEqual(['client', 'client'])
  expect(second.points[0]).toBe(first.points[first.points.length - 2])
  // Its words stand once, where it was made.
  expect(picture.labels.filter(({ text }) => text === 'SYN')).toHaveLength(1)
})

test('ICMP is dotted, named beside the router, and the refused packet says why once', () => {
  const { picture } = seen('path-mtu-discovery', 300_000)
  const words = picture.lines.filter(({ kind }) => kind === 'icmp')
  expect(words).toHaveLength(10)
  expect(words[0].role).toBe('other')
  expect(picture.labels.filter(({ text }) => text === 'ICMP too long, mtu 1280').length).toBeGreaterThan(0)
  expect(picture.crosses.filter(({ word }) => word === 'tooLong').length).toBeLessThan(10)
})

test('what waits for a neighbour stands at its router until it is lost there', () => {
  const { packets, picture } = seen('host-unreachable', 3_500_000)
  const lane = picture.lanes.find(({ host }) => host === ROUTER)!
  const lost = picture.crosses.filter(({ packet }) => packets.rows.from[packet] === ROUTER)
  expect(lost.map(({ x, word }) => [x, word])).toContainEqual([lane.x, 'noNeighbour'])
  expect(picture.strips.some(({ x }) => Math.abs(x - lane.x) < 5)).toBe(true)
})
