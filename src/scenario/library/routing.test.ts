/** What the scenarios about the way between hosts promise in their `watch` lines. */
import { describe, expect, test } from 'vitest'
import { eventsOfType, playScenario, returnedCalls } from '../../testing/scenario-run'
import type { ScenarioRun } from '../../testing/scenario-run'
import { packetHeader } from '../../trace'
import { decodeHeaders } from '../../wire'

const CLIENT = 0
const ROUTER = 1
const connected = (run: ScenarioRun, host = CLIENT): string =>
  returnedCalls(run, host)
    .find((call) => call.startsWith('connect'))
    ?.replace(/^.*= /, '') ?? 'blocked'
const said = (run: ScenarioRun, host?: number): string[] =>
  eventsOfType(run, 'host/icmpSent', host).map(({ message }) => message)
const received = (run: ScenarioRun, host: number): number =>
  eventsOfType(run, 'tcp/dataAccepted', host).reduce((sum, { bytes }) => sum + bytes, 0)

describe('through-a-router', () => {
  const run = playScenario('through-a-router')

  test('every packet leaves the router 10 ms later, one hop older, and the router keeps nothing of it', () => {
    const { trace } = run.session.branch
    const forwarded = eventsOfType(run, 'host/packetForwarded', ROUTER)
    expect(forwarded.length).toBeGreaterThan(10)
    for (const { packet, from, at } of forwarded) {
      expect(packetHeader(trace.packets, packet)[8]).toBe(packetHeader(trace.packets, from)[8] - 1)
      const wait = at - trace.packets.sentAt[from]
      expect(wait).toBeGreaterThan(10_000)
    }
    expect(run.session.world.state.hosts[ROUTER].sockets.size).toBe(0)
    expect(received(run, 2)).toBe(6_000)
  })

  test('the client has a default route', () => {
    const { table } = run.session.world.state.hosts[CLIENT].ip.config
    expect(table.at(-1)).toMatchObject({ prefixLength: 0, via: 0xc0a80101 })
  })
})

describe('path-mtu-discovery', () => {
  const run = playScenario('path-mtu-discovery')

  test('"hello" passes, ten full segments do not, and the next ones fit without a timeout', () => {
    expect(said(run)).toEqual(Array.from({ length: 10 }, () => 'unreachable frag_needed mtu 1280'))
    expect(eventsOfType(run, 'tcp/pathMtuChanged')).toMatchObject([{ mtu: 1_280, mss: 1_228 }])
    expect(eventsOfType(run, 'tcp/timerFired', CLIENT).filter(({ timer }) => timer === 'retransmit')).toEqual([])
    expect(received(run, 3)).toBe(20_005)
  })

  test('cwnd never falls', () => {
    expect(Math.min(...eventsOfType(run, 'tcp/sampled', CLIENT).map(({ cwnd }) => cwnd))).toBeGreaterThanOrEqual(10)
  })

  test('the client remembers it for 10 minutes', () => {
    const [[, route]] = run.session.world.state.hosts[CLIENT].routes
    expect(route.mtu).toBe(1_280)
    expect(Math.round((route.expiresAt - run.session.world.state.now) / 60_000_000)).toBe(10)
  })
})

describe('path-mtu-black-hole', () => {
  const run = playScenario('path-mtu-black-hole')

  test('the handshake and five bytes arrive, nothing longer ever does, and nobody says why', () => {
    expect(connected(run)).toBe('0')
    expect(received(run, 3)).toBe(5)
    expect(said(run)).toEqual([])
    const timeouts = eventsOfType(run, 'tcp/timerFired', CLIENT).filter(({ timer }) => timer === 'retransmit')
    expect(timeouts.length).toBeGreaterThan(4)
    expect(timeouts[3].afterMillis).toBeGreaterThan(1.9 * timeouts[2].afterMillis)
  })
})

test('mtu-probing: three timeouts in vain, the fourth shrinks the segments to 1024 bytes, and all arrives', () => {
  const run = playScenario('mtu-probing')
  const [changed] = eventsOfType(run, 'tcp/pathMtuChanged', CLIENT)
  const timeouts = eventsOfType(run, 'tcp/timerFired', CLIENT).filter(({ timer }) => timer === 'retransmit')
  expect(changed.mss).toBe(1_024)
  expect(timeouts.filter(({ at }) => at <= changed.at)).toHaveLength(4)
  expect(Math.round(changed.at / 1_000_000)).toBe(4)
  expect([received(run, 3), said(run).length]).toEqual([60_005, 0])
})

test('mss-clamping: both ends are offered 1240, segments carry 1228, nothing is refused', () => {
  const run = playScenario('mss-clamping')
  const { trace } = run.session.branch
  const offers = eventsOfType(run, 'host/packetForwarded', ROUTER).flatMap(({ packet }) => {
    const decoded = decodeHeaders(packetHeader(trace.packets, packet), trace.packets.payloadLength[packet])
    return decoded.ok ? [decoded.value.segment.options.mss ?? 0] : []
  })
  expect(offers.filter((mss) => mss > 0)).toEqual([1_240, 1_240])
  const [first] = eventsOfType(run, 'tcp/segmentSent', CLIENT).filter(({ length }) => length > 100)
  expect([first.length, received(run, 3), said(run).length]).toEqual([1_228, 20_005, 0])
  expect(eventsOfType(run, 'host/packetDropped')).toEqual([])
})

test('host-unreachable: the router asks three times and says so for each of three SYNs; EHOSTUNREACH after 3 s', () => {
  const run = playScenario('host-unreachable')
  expect(
    eventsOfType(run, 'host/neighbourAsked', ROUTER)
      .slice(0, 3)
      .map(({ at, attempt }) => [Math.round(at / 1_000_000), attempt]),
  ).toEqual([
    [0, 1],
    [1, 2],
    [2, 3],
  ])
  expect(said(run, ROUTER)).toEqual(Array.from({ length: 3 }, () => 'unreachable host_unreachable'))
  expect(connected(run)).toBe('-1 EHOSTUNREACH')
  const [failed] = eventsOfType(run, 'host/returned', CLIENT).filter(({ errno }) => errno === 'EHOSTUNREACH')
  expect(failed.at).toBeGreaterThan(3_000_000)
  expect(failed.at).toBeLessThan(3_100_000)
})

test('no-route: the client is told by the router after 20 ms, the loner by itself at once', () => {
  const run = playScenario('no-route')
  expect([connected(run, CLIENT), connected(run, 2)]).toEqual(['-1 ENETUNREACH', '-1 ENETUNREACH'])
  const at = (host: number): number =>
    eventsOfType(run, 'host/returned', host).find(({ errno }) => errno === 'ENETUNREACH')?.at ?? -1
  expect([Math.round(at(CLIENT) / 1_000), at(2)]).toEqual([30, 10_000])
  expect(eventsOfType(run, 'tcp/segmentSent', 2)).toEqual([])
})

test('routing-loop: one SYN makes 63 more, then "time exceeded" and EHOSTUNREACH', () => {
  const run = playScenario('routing-loop')
  expect(eventsOfType(run, 'tcp/segmentSent', CLIENT)).toHaveLength(1)
  expect(eventsOfType(run, 'host/packetForwarded').filter(({ cause }) => cause >= 0).length).toBeGreaterThan(60)
  expect(said(run)).toEqual(['ttl_exceeded'])
  expect(connected(run)).toBe('-1 EHOSTUNREACH')
})

test('gone-three-ways: only the rebooted server answers, with a reset', () => {
  const run = playScenario('gone-three-ways')
  const sends = returnedCalls(run, CLIENT).filter((call) => call.startsWith('send') && call.includes(' -1 '))
  expect(sends.map((call) => call.replace(/^.*-1 /, ''))).toEqual(['ECONNRESET'])
  expect(eventsOfType(run, 'tcp/errorSet', CLIENT).map(({ errno }) => errno)).toEqual(['ECONNRESET'])
  const states = [...run.session.world.state.hosts[CLIENT].sockets.values()].map(({ tcb }) => tcb?.state)
  expect(states.filter((state) => state === 'ESTABLISHED')).toHaveLength(2)
})
