/** The state diagram: all of the figure is drawn, nothing else is, and what was walked is known at every moment. */
import { expect, test } from 'vitest'
import { pictured } from '../../testing/pictured'
import { readingServer, sendingClient, twoHosts } from '../../testing/worlds'
import { EVENT_CODE, FIGURE_EDGES, TCP_STATES, TRANSITIONS } from '../../trace'
import {
  DIAGRAM_HEIGHT,
  DIAGRAM_WIDTH,
  figureMeter,
  labelLines,
  lastChange,
  layTokens,
  NODES,
  nodeOf,
  ROUTES,
  statesHeld,
  walksUntil,
} from '.'

const visit = twoHosts({ client: sendingClient(2_000), server: readingServer() })

test('every edge of the figure has a route, every route is an edge of the figure', () => {
  // A reset may come in any state: one line of words and no route.
  const drawn = FIGURE_EDGES.filter(({ from }) => from !== 'any').map(({ id }) => id)
  expect(Object.keys(ROUTES).toSorted()).toEqual(drawn.toSorted())
})

test('every state has its place, and a closed connection one of its own', () => {
  for (const state of TCP_STATES) expect(nodeOf(state, false).state).toBe(state)
  expect(nodeOf('CLOSED', true)).not.toBe(nodeOf('CLOSED', false))
})

/** The first and last point of a path of absolute and relative commands, as far as routes use them. */
function pathEnds(path: string): [number, number][] {
  const numbers = (text: string): number[] => (text.match(/-?\d+(\.\d+)?/g) ?? []).map(Number)
  const commands = path.match(/[MHVCq][^MHVCq]*/g) ?? []
  let [x, y] = [0, 0]
  const points: [number, number][] = []
  for (const command of commands) {
    const values = numbers(command.slice(1))
    if (command[0] === 'H') [x] = values
    else if (command[0] === 'V') [y] = values
    else if (command[0] === 'q') [x, y] = [x + values[2], y + values[3]]
    else [x, y] = values.slice(-2)
    points.push([x, y])
  }
  return [points[0], points[points.length - 1]]
}

test('each edge leaves the state it comes from and ends at the state it goes to', () => {
  for (const { id, from, to } of FIGURE_EDGES) {
    const route = ROUTES[id]
    if (route === undefined || from === 'any') continue
    const near = ([x, y]: [number, number], state: string): boolean =>
      NODES.some(
        (node) =>
          node.state === state &&
          x > node.x - 9 &&
          x < node.x + node.width + 9 &&
          y > node.y - 9 &&
          y < node.y + node.height + 9,
      )
    const [start, end] = pathEnds(route.path)
    expect([id, near(start, from), near(end, to)]).toEqual([id, true, true])
  }
})

test('labels say trigger and action of the transition, and stand inside the drawing', () => {
  for (const { id, trigger, action } of FIGURE_EDGES) {
    const route = ROUTES[id]
    if (route === undefined) continue
    const { label } = route
    const words = (lines: readonly string[]): string => lines.join(' ')
    expect(words(label.trigger)).toBe(trigger)
    if (label.action.length > 0) expect(action.startsWith(words(label.action).replace(/,$/, ''))).toBe(true)
    for (const { y } of labelLines(label)) {
      expect(y).toBeGreaterThan(8)
      expect(y).toBeLessThan(DIAGRAM_HEIGHT)
    }
    expect(label.x).toBeLessThan(DIAGRAM_WIDTH)
  }
})

test('seats for tokens do not overlap', () => {
  for (const { seats } of NODES) {
    for (const [i, [x, y]] of seats.entries()) {
      for (const [ox, oy] of seats.slice(i + 1)) expect(Math.hypot(x - ox, y - oy)).toBeGreaterThanOrEqual(19)
    }
  }
})

test('a whole connection walks twelve edges of the figure, and no more is known at each moment than had happened', () => {
  const { walks, session, moment } = pictured(visit, 70_000_000)
  const all = walksUntil(walks, moment.event)
  const { walked, of } = figureMeter(all)
  expect(of).toBe(22)
  expect(walked).toBe(12)
  const { events } = session.branch.trace
  let before = 0
  for (let event = 0; event <= events.count; event++) {
    const meter = figureMeter(walksUntil(walks, event)).walked
    expect(meter - before).toBeLessThanOrEqual(1)
    before = meter
    const last = lastChange(walks, event)
    if (last >= 0) {
      expect(last).toBeLessThan(event)
      expect(events.type[last]).toBe(EVENT_CODE['tcp/stateChanged'])
    }
  }
  expect(before).toBe(walked)
})

test('edges that no figure has are known but not counted', () => {
  const { walks, moment } = pictured(
    twoHosts({
      client: [
        { call: 'socket', as: 's' },
        { call: 'connect', fd: 's', address: '10.0.0.2', port: 80 },
        { call: 'setsockopt', fd: 's', option: 'SO_LINGER', value: 0 },
        { call: 'close', fd: 's' },
      ],
      server: readingServer(),
    }),
    1_000_000,
  )
  const walked = walksUntil(walks, moment.event).filter(({ times }) => times > 0)
  expect(walked.map(({ transition }) => transition.id)).toEqual(expect.arrayContaining(['abort', 'reset']))
  expect(figureMeter(walked).walked).toBe(walked.filter(({ transition }) => transition.figure).length)
  expect(walked.some(({ transition }) => !transition.figure)).toBe(true)
})

test('each socket has a token in its state, with the number of its descriptor', () => {
  const { snapshot } = pictured(visit, 62_000)
  const tokens = layTokens(snapshot, () => false)
  expect(new Set(tokens.map(({ role, state, text }) => `${role} ${state} ${text}`))).toEqual(
    new Set(['client FIN-WAIT-1 3', 'server ESTABLISHED 4', 'server LISTEN 3']),
  )
  expect(statesHeld(snapshot)).toContainEqual({ state: 'LISTEN', host: 1, count: 1 })
})

test('where sockets are too many to stand apart, one token for each host counts them', () => {
  const { snapshot } = pictured(
    twoHosts({
      client: [
        {
          repeat: 9,
          steps: [
            { call: 'socket', as: 's' },
            { call: 'connect', fd: 's', address: '10.0.0.2', port: 80 },
          ],
        },
      ],
      server: [
        { call: 'socket', as: 'l' },
        { call: 'bind', fd: 'l', port: 80 },
        { call: 'listen', fd: 'l', backlog: 20 },
      ],
    }),
    1_000_000,
  )
  const tokens = layTokens(snapshot, () => false).filter(({ state }) => state === 'ESTABLISHED')
  expect(tokens.map(({ role, count }) => [role, count])).toEqual([
    ['client', 9],
    ['server', 9],
  ])
})

test('the table and the drawing agree on how many edges there are', () => {
  expect(TRANSITIONS.filter(({ figure }) => figure)).toHaveLength(22)
})
