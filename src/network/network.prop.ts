/** Properties of the network under any traffic, chances, faults and orders. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { eventsOf, networkBench, runBench, sendPacket, twoHostSpec } from '../testing/network-harness'
import type { NetworkBench } from '../testing/network-harness'
import type { FaultSpec, LinkSettings, PacketOrder } from '../trace'
import { changeLink, orderPacket, setPlugged, viewInFlight, viewLinks } from '.'

const chance = fc.constantFrom(0, 0.1, 0.5, 1)

const settings: fc.Arbitrary<LinkSettings> = fc.record({
  rateBitsPerSecond: fc.constantFrom(0, 64_000, 1_000_000, 3_333_333, 1_000_000_000),
  delayMicros: fc.nat(50_000),
  jitterMicros: fc.constantFrom(0, 3, 20_000),
  queuePackets: fc.constantFrom(0, 1, 5, 100),
  loss: chance,
  reorder: chance,
  reorderMicros: fc.nat(30_000),
  duplicate: chance,
  corrupt: chance,
})

const faults: fc.Arbitrary<FaultSpec[]> = fc.array(
  fc.record({
    from: fc.nat(1),
    data: fc.boolean(),
    nth: fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 3 }),
    order: fc.constantFrom(
      'lose' as const,
      'delay' as const,
      'duplicate' as const,
      'corrupt' as const,
      'hold' as const,
    ),
    delayMicros: fc.nat(20_000),
  }),
  { maxLength: 3 },
)

type Deed =
  | { readonly do: 'send'; readonly from: number; readonly length: number }
  | { readonly do: 'wait'; readonly micros: number }
  | { readonly do: 'order'; readonly packet: number; readonly order: PacketOrder; readonly delay: number }
  | { readonly do: 'plug'; readonly connected: boolean }
  | { readonly do: 'change'; readonly settings: Partial<LinkSettings> }

const send: fc.Arbitrary<Deed> = fc.record({
  do: fc.constant('send' as const),
  from: fc.nat(1),
  length: fc.integer({ min: 40, max: 1500 }),
})
const wait: fc.Arbitrary<Deed> = fc.record({ do: fc.constant('wait' as const), micros: fc.nat(30_000) })
const order: fc.Arbitrary<Deed> = fc.record({
  do: fc.constant('order' as const),
  packet: fc.nat(30),
  order: fc.constantFrom('lose' as const, 'delay', 'duplicate', 'corrupt', 'hold', 'release'),
  delay: fc.nat(20_000),
})
const plug: fc.Arbitrary<Deed> = fc.record({ do: fc.constant('plug' as const), connected: fc.boolean() })
const change: fc.Arbitrary<Deed> = fc.record({ do: fc.constant('change' as const), settings })
const deeds = fc.array(fc.oneof({ weight: 4, arbitrary: send }, { weight: 2, arbitrary: wait }, order, plug, change), {
  maxLength: 60,
})

const HOUR = 3_600_000_000

function perform(bench: NetworkBench, deed: Deed): void {
  switch (deed.do) {
    case 'send':
      sendPacket(bench, deed.from, { length: deed.length })
      return
    case 'wait':
      runBench(bench, bench.io.now + deed.micros)
      return
    case 'order':
      orderPacket(bench.net, deed.packet, deed.order, deed.delay, bench.io)
      return
    case 'plug':
      setPlugged(bench.net, 0, deed.connected, bench.io)
      return
    case 'change':
      changeLink(bench.net, 0, 'both', deed.settings, bench.io)
  }
}

function ends(bench: NetworkBench): number[] {
  const done = [...eventsOf(bench, 'link/packetDelivered'), ...eventsOf(bench, 'link/packetLost')]
  return [...done.map((event) => event.args[0]), ...viewInFlight(bench.net, bench.io.now).map((p) => p.packet)]
}

test('no packet vanishes: each one is delivered once, lost once, or in flight', () => {
  fc.assert(
    fc.property(settings, faults, fc.nat(), deeds, (link, planned, seed, script) => {
      const bench = networkBench(twoHostSpec(link, seed, planned))
      for (const deed of script) {
        perform(bench, deed)
        const all = ends(bench).toSorted((a, b) => a - b)
        expect(all).toEqual(Array.from({ length: bench.nextPacket }, (_, id) => id))
      }
      runBench(bench, HOUR)
      for (const packet of viewInFlight(bench.net, HOUR)) expect(packet.held).toBe(true)
    }),
    { numRuns: 300 },
  )
})

test('what is seen of the network makes sense at every moment', () => {
  fc.assert(
    fc.property(settings, faults, deeds, (link, planned, script) => {
      const bench = networkBench(twoHostSpec(link, 1, planned))
      for (const deed of script) {
        perform(bench, deed)
        const { now } = bench.io
        for (const packet of viewInFlight(bench.net, now)) {
          expect(packet.progress).toBeGreaterThanOrEqual(0)
          expect(packet.progress).toBeLessThanOrEqual(1)
          if (packet.arrivesAt !== null) expect(packet.arrivesAt).toBeGreaterThanOrEqual(now)
        }
        for (const view of viewLinks(bench.net, now)) expect(view.aToB.waiting).toBeGreaterThanOrEqual(0)
      }
    }),
    { numRuns: 200 },
  )
})

test('the same traffic over the same seed gives the same events and arrivals', () => {
  fc.assert(
    fc.property(settings, faults, fc.nat(), deeds, (link, planned, seed, script) => {
      const runs = [0, 1].map(() => {
        const bench = networkBench(twoHostSpec(link, seed, planned))
        for (const deed of script) perform(bench, deed)
        runBench(bench, HOUR)
        return { events: bench.events, arrivals: bench.arrivals }
      })
      expect(runs[0]).toEqual(runs[1])
    }),
    { numRuns: 100 },
  )
})

test('without reordering, order is kept in each direction, whatever happens to rate and delay meanwhile', () => {
  const steady = fc.record({ do: fc.constant('change' as const), settings: settings.map(calm) })
  const script = fc.array(fc.oneof({ weight: 4, arbitrary: send }, { weight: 2, arbitrary: wait }, steady, plug), {
    maxLength: 60,
  })
  fc.assert(
    fc.property(settings.map(calm), fc.nat(), script, (link, seed, doings) => {
      const bench = networkBench(twoHostSpec(link, seed))
      for (const deed of doings) perform(bench, deed)
      runBench(bench, HOUR)
      for (const to of [0, 1]) {
        const arrived = bench.arrivals.filter((a) => a.to === to).map((a) => a.packet.id)
        expect(arrived).toEqual(arrived.toSorted((a, b) => a - b))
      }
    }),
    { numRuns: 200 },
  )
})

function calm(link: LinkSettings): LinkSettings {
  return { ...link, reorder: 0, duplicate: 0 }
}

test('the rate is obeyed: no stretch of arrivals carries more than the link can', () => {
  const rates = fc.constantFrom(9_600, 1_000_000, 3_333_333, 100_000_000)
  fc.assert(
    fc.property(
      rates,
      fc.constantFrom(1, 5, 100),
      fc.array(fc.oneof(send, wait), { maxLength: 80 }),
      (rate, queue, script) => {
        const bench = networkBench(twoHostSpec({ rateBitsPerSecond: rate, queuePackets: queue, loss: 0 }))
        for (const deed of script) perform(bench, deed)
        runBench(bench, HOUR)
        const arrived = bench.arrivals.filter((a) => a.to === 1)
        for (let first = 0; first < arrived.length; first++) {
          let bits = 0
          for (let last = first + 1; last < arrived.length; last++) {
            bits += arrived[last].packet.length * 8
            // A microsecond of slack: arrivals are whole microseconds.
            expect(arrived[last].at - arrived[first].at + 1).toBeGreaterThanOrEqual((bits / rate) * 1e6 - 1e-6)
          }
        }
      },
    ),
    { numRuns: 100 },
  )
})

test('a change of one chance leaves the draws of the others alone', () => {
  expect(lossesWith(0.5)).toEqual(lossesWith(0))
  expect(lossesWith(0).length).toBeGreaterThan(30)
  expect(lossesWith(0).length).toBeLessThan(90)
})

function lossesWith(corrupt: number): number[] {
  const bench = networkBench(twoHostSpec({ loss: 0.3, corrupt }, 5))
  for (let i = 0; i < 200; i++) sendPacket(bench, 0)
  runBench(bench, HOUR)
  return eventsOf(bench, 'link/packetLost').map((event) => event.args[0])
}
