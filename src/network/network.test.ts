import { describe, expect, test } from 'vitest'
import { deepCopy } from '../base'
import { eventsOf, networkBench, BARE_LINK, runBench, sendPacket, twoHostSpec } from '../testing/network-harness'
import type { NetworkBench } from '../testing/network-harness'
import { LOSS_REASONS, NO_LINK } from '../trace'
import type { FaultSpec } from '../trace'
import { ACK, decodePacket, SYN } from '../wire'
import { changeLink, orderPacket, setPlugged, viewInFlight, viewLinks } from '.'

const SECOND = 1_000_000

function bench(settings: Parameters<typeof twoHostSpec>[0] = {}, faults: readonly FaultSpec[] = []): NetworkBench {
  return networkBench(twoHostSpec(settings, 1, faults))
}

function arrivalTimes(b: NetworkBench): number[] {
  return b.arrivals.map((arrival) => arrival.at)
}

function lossReasons(b: NetworkBench): string[] {
  return eventsOf(b, 'link/packetLost').map((event) => LOSS_REASONS[event.args[2]])
}

describe('a link', () => {
  test('delays a packet by its serialisation time and the one-way delay', () => {
    const b = bench({ rateBitsPerSecond: 10_000_000, delayMicros: 20_000 })
    sendPacket(b, 0, { length: 1500 })
    runBench(b, SECOND)
    expect(arrivalTimes(b)).toEqual([21_200])
  })

  test('carries both directions at once', () => {
    const b = bench({ rateBitsPerSecond: 1_000_000 })
    sendPacket(b, 0, { length: 1000 })
    sendPacket(b, 1, { length: 1000 })
    runBench(b, SECOND)
    expect(b.arrivals.map(({ at, to }) => [at, to])).toEqual([
      [18_000, 1],
      [18_000, 0],
    ])
  })

  test('serialises packets one behind the other at its rate', () => {
    const b = bench({ rateBitsPerSecond: 10_000_000, delayMicros: 5_000 })
    for (let i = 0; i < 4; i++) sendPacket(b, 0, { length: 1500 })
    runBench(b, SECOND)
    expect(arrivalTimes(b)).toEqual([6_200, 7_400, 8_600, 9_800])
  })

  test('keeps its rate exactly where a packet takes a fraction of a microsecond', () => {
    const b = bench({ rateBitsPerSecond: 1_000_000_000, delayMicros: 0, queuePackets: 1_000 })
    for (let i = 0; i < 1_000; i++) sendPacket(b, 0, { length: 52 })
    runBench(b, SECOND)
    expect(arrivalTimes(b).at(-1)).toBe(416)
  })

  test('marks ECN-capable packets once its queue has grown to the threshold, and others not', () => {
    const b = bench({ rateBitsPerSecond: 10_000_000, markPackets: 2 })
    for (const tos of [2, 2, 2, 2, 0, 0x29, 3]) sendPacket(b, 0, { length: 1500, tos })
    runBench(b, SECOND)
    expect(b.arrivals.map(({ packet }) => packet.ip.tos)).toEqual([2, 2, 2, 3, 0, 0x2b, 3])
    expect(eventsOf(b, 'link/packetMarked').map(({ args }) => args[2])).toEqual([2, 4])
    expect(lossReasons(b)).toEqual([])
  })

  test('lets 100 wait while one is in service and loses the next at the tail, at once', () => {
    const b = bench({ rateBitsPerSecond: 10_000_000 })
    for (let i = 0; i < 102; i++) sendPacket(b, 0, { length: 1500 })
    expect(viewLinks(b.net, b.io.now)[0].aToB.waiting).toBe(100)
    expect(eventsOf(b, 'link/packetLost')).toMatchObject([{ at: 0, rule: 'dropTail', args: [101, 0, 2] }])
    runBench(b, 1_200)
    sendPacket(b, 0, { length: 1500 })
    runBench(b, SECOND)
    expect(b.arrivals).toHaveLength(102)
  })

  test('with a queue of 0 takes a packet only when idle', () => {
    const b = bench({ rateBitsPerSecond: 1_000_000, queuePackets: 0 })
    sendPacket(b, 0, { length: 125 })
    sendPacket(b, 0, { length: 125 })
    runBench(b, 1_000)
    sendPacket(b, 0, { length: 125 })
    runBench(b, SECOND)
    expect(arrivalTimes(b)).toEqual([11_000, 12_000])
  })

  test('without a rate has no queue', () => {
    const b = bench({ queuePackets: 0 })
    for (let i = 0; i < 50; i++) sendPacket(b, 0)
    runBench(b, SECOND)
    expect(new Set(arrivalTimes(b))).toEqual(new Set([10_000]))
  })

  test('says that a packet waits, and behind how many', () => {
    const b = bench({ rateBitsPerSecond: 1_000_000 })
    for (let i = 0; i < 3; i++) sendPacket(b, 0, { length: 125, sentEvent: 7 })
    expect(eventsOf(b, 'link/packetQueued')).toMatchObject([
      { args: [1, 0, 0], cause: 7, host: 0 },
      { args: [2, 0, 1], cause: 7, host: 0 },
    ])
  })

  test('loses by chance half-way, with the sending as cause', () => {
    const b = bench({ loss: 1 })
    sendPacket(b, 0, { sentEvent: 41 })
    expect(viewInFlight(b.net, 0)).toMatchObject([{ doomed: true, arrivesAt: 5_000 }])
    runBench(b, SECOND)
    expect(eventsOf(b, 'link/packetLost')).toMatchObject([{ at: 5_000, cause: 41, host: 0, rule: 'linkLoss' }])
    expect(b.arrivals).toEqual([])
  })

  test('reorders: a packet held back is passed by the next one', () => {
    const b = bench({ reorder: 1, reorderMicros: 5_000 })
    const first = sendPacket(b, 0)
    changeLink(b.net, 0, 'both', { reorder: 0 }, b.io)
    const second = sendPacket(b, 0)
    runBench(b, SECOND)
    expect(b.arrivals.map((a) => a.packet.id)).toEqual([second.id, first.id])
  })

  test('duplicates: the copy has its own number and the duplication as cause', () => {
    const b = bench({ duplicate: 1 })
    const { id } = sendPacket(b, 0, { sentEvent: 3 })
    runBench(b, SECOND)
    expect(b.arrivals.map((a) => a.packet.id)).toEqual([id, id + 1])
    const made = b.events.findIndex((event) => event.type === 'link/packetDuplicated')
    expect(b.events[made]).toMatchObject({ cause: 3, args: [id, 0, id + 1] })
    expect(b.arrivals[1].packet.sentEvent).toBe(made)
  })

  test('corrupts one bit, which the checksums find', () => {
    const b = bench({ corrupt: 1 })
    sendPacket(b, 0, { length: 100 })
    runBench(b, SECOND)
    const { damaged } = b.arrivals[0].packet
    expect(damaged).toHaveLength(100)
    expect(decodePacket(damaged ?? new Uint8Array()).ok).toBe(false)
  })

  test('with jitter keeps the order', () => {
    const b = bench({ jitterMicros: 20_000 })
    for (let i = 0; i < 50; i++) sendPacket(b, 0)
    runBench(b, SECOND)
    expect(b.arrivals.map((a) => a.packet.id)).toEqual(Array.from({ length: 50 }, (_, i) => i))
    expect(new Set(arrivalTimes(b)).size).toBeGreaterThan(2)
  })
})

describe('routing', () => {
  test('a packet to oneself arrives at once over no link', () => {
    const b = bench()
    sendPacket(b, 0, { dst: 0x0a000001 })
    sendPacket(b, 0, { dst: 0x7f000001 })
    runBench(b, 0)
    expect(b.arrivals.map(({ at, to }) => [at, to])).toEqual([
      [0, 0],
      [0, 0],
    ])
    expect(eventsOf(b, 'link/packetDelivered')[0]).toMatchObject({ rule: 'loopback', args: [0, NO_LINK, 0] })
  })

  test('an address that no host has goes to the far end of the first link', () => {
    const b = bench()
    sendPacket(b, 0, { dst: 0xc0000201 })
    runBench(b, SECOND)
    expect(b.arrivals).toMatchObject([{ to: 1 }])
  })

  test('each pair of hosts uses its own link', () => {
    const spec = twoHostSpec({})
    const host = (n: number) => ({ ...spec.hosts[0], name: `h${n}`, address: `10.0.0.${n}` })
    const b = networkBench({
      ...spec,
      hosts: [host(1), host(2), host(3)],
      links: [
        { a: 0, b: 1, aToB: BARE_LINK, bToA: BARE_LINK },
        { a: 2, b: 1, aToB: { ...BARE_LINK, delayMicros: 1 }, bToA: BARE_LINK },
      ],
    })
    sendPacket(b, 2, { dst: 0x0a000002 })
    sendPacket(b, 1, { dst: 0x0a000003 })
    sendPacket(b, 1, { dst: 0x0a000063 })
    runBench(b, SECOND)
    expect(b.arrivals.map((a) => a.to)).toEqual([1, 2, 0])
  })
})

describe('orders on a packet in flight', () => {
  test('lose: gone now, with the order as cause', () => {
    const b = bench()
    const { id } = sendPacket(b, 0)
    runBench(b, 4_000)
    b.io.recorder.cause = 99
    expect(orderPacket(b.net, id, 'lose', 0, b.io).ok).toBe(true)
    expect(eventsOf(b, 'link/packetLost')).toMatchObject([{ at: 4_000, cause: 99, args: [id, 0, 0] }])
    runBench(b, SECOND)
    expect(b.arrivals).toEqual([])
  })

  test('delay: later by that much, and what was behind it passes', () => {
    const b = bench()
    const first = sendPacket(b, 0)
    const second = sendPacket(b, 0)
    orderPacket(b.net, first.id, 'delay', 3_000, b.io)
    orderPacket(b.net, first.id, 'delay', 500, b.io)
    runBench(b, SECOND)
    expect(b.arrivals.map(({ at, packet }) => [at, packet.id])).toEqual([
      [10_000, second.id],
      [13_500, first.id],
    ])
  })

  test('hold and release: it arrives after what was left of its way', () => {
    const b = bench()
    const { id } = sendPacket(b, 0)
    runBench(b, 4_000)
    orderPacket(b.net, id, 'hold', 0, b.io)
    runBench(b, 500_000)
    expect(viewInFlight(b.net, b.io.now)).toMatchObject([{ held: true, arrivesAt: null, progress: 0.4 }])
    orderPacket(b.net, id, 'release', 0, b.io)
    runBench(b, 503_000)
    expect(viewInFlight(b.net, b.io.now)[0].progress).toBeCloseTo(0.7)
    runBench(b, SECOND)
    expect(arrivalTimes(b)).toEqual([506_000])
  })

  test('duplicate a held packet: the copy goes on', () => {
    const b = bench()
    const { id } = sendPacket(b, 0)
    orderPacket(b.net, id, 'hold', 0, b.io)
    runBench(b, 2_000)
    orderPacket(b.net, id, 'duplicate', 0, b.io)
    runBench(b, SECOND)
    expect(b.arrivals.map(({ at, packet }) => [at, packet.id])).toEqual([[12_000, id + 1]])
  })

  test('corrupt: the damage shows, and its delivery follows from it', () => {
    const b = bench()
    const { id } = sendPacket(b, 0)
    b.io.recorder.cause = 5
    orderPacket(b.net, id, 'corrupt', 0, b.io)
    expect(viewInFlight(b.net, 0)[0].corrupted).toBe(true)
    runBench(b, SECOND)
    expect(eventsOf(b, 'link/packetCorrupted')[0].cause).toBe(5)
    expect(eventsOf(b, 'link/packetDelivered')[0].cause).toBe(0)
    expect(b.arrivals[0].packet.damaged).toBeDefined()
  })

  test('are refused with a sentence when they make no sense', () => {
    const b = bench()
    const { id } = sendPacket(b, 0)
    const said = (order: Parameters<typeof orderPacket>[2], delay = 0, packet = id): string => {
      const result = orderPacket(b.net, packet, order, delay, b.io)
      return result.ok ? 'done' : result.error
    }
    expect(said('lose', 0, 12)).toBe('Packet 12 is no longer in flight.')
    expect(said('release')).toBe('Packet 0 is not held.')
    expect(said('delay', -5)).toMatch(/^A packet can be delayed by 1 µs to 24 h, not by -5 µs\.$/)
    expect(said('hold')).toBe('done')
    expect(said('hold')).toBe('Packet 0 is already held.')
    runBench(b, SECOND)
    expect(said('release')).toBe('done')
    runBench(b, 2 * SECOND)
    expect(said('lose')).toBe('Packet 0 is no longer in flight.')
  })
})

describe('faults of the scenario', () => {
  test('take the nth packet that matches, and no other', () => {
    const b = bench({}, [{ from: 0, data: true, nth: [2], order: 'lose' }])
    const sent = [40, 100, 40, 100, 100].map((length) => sendPacket(b, 0, { length }))
    runBench(b, SECOND)
    expect(b.arrivals.map((a) => a.packet.id)).toEqual([0, 1, 2, 4].map((i) => sent[i].id))
    expect(eventsOf(b, 'link/packetLost')).toMatchObject([{ at: 5_000, rule: 'scenarioFault', args: [3, 0, 3] }])
  })

  test('match by flags and sender', () => {
    const b = bench({}, [{ from: 1, flags: 'SA', nth: [1], order: 'lose' }])
    sendPacket(b, 0, { flags: SYN | ACK })
    sendPacket(b, 1, { flags: SYN })
    sendPacket(b, 1, { flags: SYN | ACK })
    runBench(b, SECOND)
    expect(b.arrivals.map((a) => a.packet.id)).toEqual([0, 1])
  })

  test('an empty list means every one', () => {
    const b = bench({}, [{ from: 0, nth: [], order: 'lose' }])
    for (let i = 0; i < 3; i++) sendPacket(b, 0)
    runBench(b, SECOND)
    expect(lossReasons(b)).toEqual(['fault', 'fault', 'fault'])
  })

  test('hold stops it until a person releases it; delay and duplicate do as they say', () => {
    const b = bench({}, [
      { from: 0, nth: [1], order: 'hold' },
      { from: 0, nth: [2], order: 'delay', delayMicros: 7_000 },
      { from: 0, nth: [3], order: 'duplicate' },
    ])
    for (let i = 0; i < 3; i++) sendPacket(b, 0)
    runBench(b, 30_000)
    expect(b.arrivals.map(({ at, packet }) => [at, packet.id])).toEqual([
      [10_000, 2],
      [10_000, 3],
      [17_000, 1],
    ])
    orderPacket(b.net, 0, 'release', 0, b.io)
    runBench(b, SECOND)
    expect(b.arrivals.at(-1)).toMatchObject({ at: 40_000, packet: { id: 0 } })
  })
})

describe('a link that changes', () => {
  test('a pulled cable loses what is on it and what comes after, until it is back', () => {
    const b = bench({ rateBitsPerSecond: 1_000_000 })
    sendPacket(b, 0, { length: 1000 })
    sendPacket(b, 1, { length: 1000 })
    runBench(b, 1_000)
    setPlugged(b.net, 0, false, b.io)
    sendPacket(b, 0)
    expect(lossReasons(b)).toEqual(['unplugged', 'unplugged', 'unplugged'])
    expect(viewInFlight(b.net, b.io.now)).toEqual([])
    expect(viewLinks(b.net, b.io.now)[0]).toMatchObject({ connected: false, aToB: { waiting: 0 } })
    setPlugged(b.net, 0, true, b.io)
    sendPacket(b, 0, { length: 125 })
    runBench(b, SECOND)
    expect(arrivalTimes(b)).toEqual([12_000])
  })

  test('a new rate holds for what waits, and nothing overtakes', () => {
    const b = bench({ rateBitsPerSecond: 1_000_000 })
    for (let i = 0; i < 4; i++) sendPacket(b, 0, { length: 1000 })
    runBench(b, 4_000)
    changeLink(b.net, 0, 'aToB', { rateBitsPerSecond: 8_000_000, delayMicros: 1_000 }, b.io)
    expect(viewLinks(b.net, b.io.now)[0].aToB).toMatchObject({ waiting: 3, rateBitsPerSecond: 8_000_000 })
    runBench(b, SECOND)
    expect(b.arrivals.map((a) => a.packet.id)).toEqual([0, 1, 2, 3])
    expect(arrivalTimes(b)).toEqual([18_000, 18_000, 18_000, 18_000])
    expect(viewLinks(b.net, 0)[0].bToA.rateBitsPerSecond).toBe(1_000_000)
  })

  test('refuses what is out of range and changes nothing', () => {
    const b = bench()
    const result = changeLink(b.net, 0, 'both', { delayMicros: 5, loss: 1.5 }, b.io)
    expect(result).toEqual({ ok: false, error: "A link's loss is a number from 0 to 1, not 1.5." })
    expect(changeLink(b.net, 3, 'both', {}, b.io)).toEqual({ ok: false, error: 'There is no link 3.' })
    expect(viewLinks(b.net, 0)[0].aToB.delayMicros).toBe(10_000)
    expect(b.events).toEqual([])
  })
})

test('the network is plain data: a copy goes on as the original does', () => {
  const settings = { rateBitsPerSecond: 2_000_000, loss: 0.2, reorder: 0.2, reorderMicros: 4_000, jitterMicros: 900 }
  const b = bench({ ...settings, duplicate: 0.2, corrupt: 0.2 })
  for (let i = 0; i < 40; i++) sendPacket(b, 0, { length: 400 })
  runBench(b, 20_000)
  const copy = bench()
  Object.assign(copy, {
    net: deepCopy(b.net),
    heap: deepCopy(b.heap),
    nextPacket: b.nextPacket,
    arrivals: [...b.arrivals],
  })
  copy.events.push(...b.events)
  copy.io.now = b.io.now
  expect(trafficAfter(copy)).toEqual(trafficAfter(b))
})

function trafficAfter(from: NetworkBench): unknown {
  for (let i = 0; i < 40; i++) {
    sendPacket(from, i % 2, { length: 40 + i })
    runBench(from, from.io.now + 1_500)
  }
  runBench(from, SECOND)
  return from.arrivals
}
