/** The picture of real runs: what is drawn, where, and what is left out. */
import { expect, test } from 'vitest'
import { NEVER } from '../../base'
import { act, createSession, runUntil } from '../../sim'
import { pictured, picturedSession } from '../../testing/pictured'
import type { Pictured } from '../../testing/pictured'
import { readingServer, sendingClient, twoHosts } from '../../testing/worlds'
import type { SessionInfo } from '../../trace'
import { LINUX_SYSCTL } from '../../trace'
import { noteAt, packetAt } from './hit'
import { placeLabels } from './labels'
import type { Wish } from './labels'
import { hostOrder, layLanes } from './lanes'
import { layLadder } from './layout'
import { createTimeScale, scaleGaps } from './time-scale'

const MS = 1_000
const CLIENT_X = 0
const SERVER_X = 1

const upload = (bytes: number, more: Parameters<typeof twoHosts>[0] = {}) =>
  twoHosts({ client: sendingClient(bytes), server: readingServer(), ...more })

/** Connects and waits. */
const caller = twoHosts({
  client: [
    { call: 'socket', as: 's' },
    { call: 'connect', fd: 's', address: '10.0.0.2', port: 80 },
    { call: 'recv', fd: 's', bytes: 10 },
  ],
  server: readingServer(),
})

function hostsOf(...roles: readonly SessionInfo['hosts'][number]['role'][]): SessionInfo['hosts'] {
  return roles.map((role, i) => ({ name: `host ${i}`, address: `10.0.0.${i + 1}`, role, sysctl: LINUX_SYSCTL }))
}

function lay(
  { packets, session, snapshot, moment }: Pictured,
  size: { width?: number; zoom?: number; packet?: number } = {},
) {
  const { width = 520, zoom = 0.005, packet = -1 } = size
  const scale = createTimeScale(
    scaleGaps(null, packets.gaps, zoom),
    moment.at,
    packets.underWay === 0 ? packets.busyAt : NEVER,
  )
  const height = 600
  const top = 40
  return layLadder({
    index: packets,
    trace: session.branch.trace,
    moment,
    scale,
    hosts: hostsOf('client', 'server'),
    links: snapshot.links,
    inFlight: snapshot.inFlight,
    width,
    height,
    top,
    shift: Math.max(-58, scale.pixels(moment.at) - (height - 64 - top)),
    selectedPacket: packet,
  })
}

test('the three segments of a handshake go to and fro between the lifelines', () => {
  const picture = lay(pictured(upload(0), 61 * MS))
  const [client, server] = picture.lanes.map(({ x }) => x)
  const ends = picture.lines.slice(0, 3).map(({ points }) => [points[0], points.at(-2)])
  expect(ends[0]).toEqual([client, server])
  expect(ends[1]).toEqual([server, client])
  expect(ends[2][0]).toBe(client)
  const texts = picture.labels.map(({ text }) => text)
  expect(texts).toEqual(expect.arrayContaining(['SYN', 'SYN,ACK', 'SYN-SENT', 'ESTABLISHED', 'connect() …']))
})

test('time runs down: a line ends below where it began, by its time on the way', () => {
  const picture = lay(pictured(upload(0), 61 * MS))
  const { points } = picture.lines[0]
  expect(points[3] - points[1]).toBeCloseTo(20.06 * MS * 0.005, 0)
})

test('what led to a segment is written above it, what came of it below', () => {
  const { labels } = lay(pictured(caller, 61 * MS))
  const heights = new Map(labels.filter(({ align }) => align === 'right').map(({ text, y }) => [text, y]))
  expect(heights.get('socket() = 3')).toBeLessThan(heights.get('connect() …') ?? 0)
  expect(heights.get('connect() …')).toBeLessThan(heights.get('SYN') ?? 0)
  expect(heights.get('connect() = 0')).toBeGreaterThan(heights.get('ESTABLISHED') ?? 0)
})

test('a packet under way is a bar on the now-line, and its hint heads for the other host', () => {
  const picture = lay(pictured(upload(0), 11 * MS))
  const [bar] = picture.bars
  expect(bar.y).toBeCloseTo(picture.nowY, 6)
  expect(bar.x).toBeGreaterThan(picture.lanes[CLIENT_X].x)
  expect(bar.x).toBeLessThan(picture.lanes[SERVER_X].x)
  expect(bar.ghostX).toBeGreaterThan(bar.x)
  expect(bar.ghostY).toBeGreaterThan(bar.y)
})

test('nothing that lies after the present is drawn', () => {
  const session = createSession(upload(20_000))
  runUntil(session, 500 * MS)
  const late = picturedSession(session)
  const moment = { event: 40, at: session.branch.trace.events.at[39] }
  const picture = lay({ ...late, moment, snapshot: { ...late.snapshot, inFlight: [] } })
  const { rows } = late.packets
  for (const { packet, fate } of picture.lines) {
    expect(rows.sentEvent[packet]).toBeLessThan(40)
    if (fate !== 'inFlight') expect(rows.endEvent[packet]).toBeLessThan(40)
  }
  expect(picture.lines.length).toBeGreaterThan(2)
})

test('a loss ends in a cross part of the way, and its number stands in the colour of loss', () => {
  const picture = lay(pictured(upload(3_000, { faults: [{ from: 0, data: true, nth: [2], order: 'lose' }] }), 90 * MS))
  expect(picture.crosses).toHaveLength(1)
  const [{ x, word, packet }] = picture.crosses
  expect(word).toBe('lost')
  expect(x).toBeGreaterThan(picture.lanes[CLIENT_X].x + 40)
  expect(x).toBeLessThan(picture.lanes[SERVER_X].x - 40)
  expect(picture.labels.find((label) => label.packet === packet)?.tone).toBe('loss')
})

test('segments that wait for the link stand in line below the now-line', () => {
  const picture = lay(pictured(upload(14_480), 43 * MS))
  const waiting = picture.bars.filter(({ queued }) => queued)
  expect(waiting.length).toBeGreaterThan(5)
  for (const bar of waiting) {
    expect(bar.x).toBe(picture.lanes[CLIENT_X].x)
    expect(bar.y).toBeGreaterThan(picture.nowY)
  }
  expect(picture.strips.length).toBeGreaterThan(0)
})

test('in a crowd the words of the gutters go first, then the heads, then the strokes thin out', () => {
  const run = pictured(upload(2_000_000), 900 * MS)
  const density = [0.2, 0.005, 0.001, 0.0004].map((zoom) => lay(run, { zoom }).density)
  expect(density[0]).toBe(0)
  expect(density.at(-1)).toBe(3)
  expect(density.toSorted((a, b) => a - b)).toEqual(density)
  expect(lay(run, { zoom: 0.001 }).labels.filter(({ tone }) => tone === 'plain')).toEqual([])
})

test('a held packet stands between the hosts as long as it is held', () => {
  const session = createSession(upload(0))
  runUntil(session, 11 * MS)
  act(session, { kind: 'packet', packet: 0, order: 'hold' })
  runUntil(session, 40 * MS)
  const picture = lay(picturedSession(session))
  const [line] = picture.lines
  expect(line.held).toBe(true)
  const { points } = line
  expect(points.at(-2)).toBeCloseTo(points.at(-4) ?? 0, 6)
  expect(points.at(-1)).toBeGreaterThan(points.at(-3) ?? 0)
  expect(picture.bars[0].ghostX).toBe(picture.bars[0].x)
})

test('a point on a line means its packet, a point on words their event, a point on nothing neither', () => {
  const picture = lay(pictured(upload(0), 61 * MS))
  const { points, packet } = picture.lines[1]
  expect(packetAt(picture, (points[0] + points[2]) / 2, (points[1] + points[3]) / 2 + 2)).toBe(packet)
  expect(packetAt(picture, 5, 590)).toBe(-1)
  const label = picture.labels.find(({ text }) => text === 'ESTABLISHED')
  expect(noteAt(picture, (label?.x ?? 0) - 10, label?.y ?? 0)).toBe(label?.event)
})

test('no two words in a gutter lie on top of each other', () => {
  const wish = (y: number, weight: number, event: number, slack: number): Wish => ({
    x: 100,
    y,
    align: 'right',
    text: `word ${event}`,
    below: '',
    tone: 'plain',
    phase: '',
    packet: -1,
    event,
    weight,
    slack,
  })
  const wishes = Array.from({ length: 60 }, (_, i) => wish(80 + ((i * 37) % 90), i % 5, i, (i % 3) * 20))
  const placed = placeLabels(wishes, 0, 400)
  expect(placed.length).toBeGreaterThan(6)
  for (let i = 1; i < placed.length; i++) expect(placed[i].y - placed[i - 1].y).toBeGreaterThanOrEqual(11.5)
  // The weightiest of those that want one place has it.
  expect(placeLabels([wish(50, 1, 1, 0), wish(50, 9, 2, 0)], 0, 400).map(({ event }) => event)).toEqual([2])
})

test('two hosts: client left, server right; with more the hub stands among its neighbours', () => {
  const links = [{ a: 0, b: 1 }]
  expect(hostOrder(hostsOf('server', 'client'), links)).toEqual([1, 0])
  const star = [0, 1, 2].map((a) => ({ a, b: 3 }))
  const order = hostOrder(hostsOf('client', 'client', 'other', 'server'), star)
  expect(order.indexOf(3)).toBeGreaterThan(0)
  expect(order.indexOf(3)).toBeLessThan(3)
  expect(order.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3])
})

test('lifelines keep apart and inside at every width of the panel', () => {
  for (let width = 200; width < 1_200; width += 17) {
    const { lanes } = layLanes(hostsOf('client', 'server', 'other'), [{ a: 0, b: 1 }], width)
    for (let i = 1; i < lanes.length; i++) expect(lanes[i].x - lanes[i - 1].x).toBeGreaterThan(30)
    expect(lanes[0].x).toBeGreaterThan(20)
    expect(lanes[2].x).toBeLessThan(width - 20)
  }
})
