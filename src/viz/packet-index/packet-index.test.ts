/** The packets of real runs, as rows: who, when, what became of them; and where each was at any moment. */
import { expect, test } from 'vitest'
import { NEVER } from '../../base'
import { act, createSession, runUntil } from '../../sim'
import { pictured, picturedSession } from '../../testing/pictured'
import { readingServer, sendingClient, twoHosts } from '../../testing/worlds'
import { createTrace, applyDelta, deltaSince, traceMark } from '../../trace'
import { ACK, SYN } from '../../wire'
import { createPacketIndex, fateAt, foldPackets, hasLeft, packetsBetween, wayOf, wiringOf } from '.'

const CLIENT = 0
const SERVER = 1
/** A full segment with its headers on 10 Mbit/s. */
const FULL_SEGMENT_MICROS = 1_200
const DELAY = 20_000

const upload = (bytes: number, faults: Parameters<typeof twoHosts>[0] = {}) =>
  twoHosts({ client: sendingClient(bytes), server: readingServer(), ...faults })

test('a packet goes from one host to the other, and is under way until it arrives', () => {
  const { packets, moment } = pictured(upload(0), 200_000)
  const { rows } = packets
  expect([rows.from[0], rows.to[0]]).toEqual([CLIENT, SERVER])
  expect([rows.from[1], rows.to[1]]).toEqual([SERVER, CLIENT])
  const before = { event: rows.endEvent[0], at: rows.endAt[0] - 1 }
  expect(fateAt(packets, 0, before)).toBe('inFlight')
  expect(fateAt(packets, 0, moment)).toBe('delivered')
  expect(hasLeft(packets, 1, before)).toBe(false)
})

test('sequence numbers count from the ISNs: a SYN is 0, its acknowledgement 1', () => {
  const { packets } = pictured(upload(3_000), 200_000)
  const { rows } = packets
  expect([rows.flags[0], rows.seq[0]]).toEqual([SYN, 0])
  expect([rows.flags[1], rows.seq[1], rows.ack[1]]).toEqual([SYN | ACK, 0, 1])
  const data = Array.from({ length: rows.count }, (_, p) => p).filter((p) => rows.length[p] > 0)
  expect(data.map((p) => rows.seq[p])).toEqual([1, 1_449, 2_897])
})

test('of segments sent at one instant each leaves when the one before is through', () => {
  const { packets } = pictured(upload(14_480), 100_000)
  const { rows } = packets
  const burst = Array.from({ length: rows.count }, (_, p) => p).filter((p) => rows.length[p] === 1_448)
  expect(new Set(burst.map((p) => rows.sentAt[p])).size).toBe(1)
  const gaps = burst.slice(1).map((p, i) => Math.round(rows.departsAt[p] - rows.departsAt[burst[i]]))
  expect(new Set(gaps)).toEqual(new Set([FULL_SEGMENT_MICROS]))
})

test('on a link without chance every packet arrives when the model says', () => {
  const { packets } = pictured(upload(200_000), 3_000_000)
  const { rows } = packets
  expect(rows.count).toBeGreaterThan(200)
  for (let p = 0; p < rows.count; p++) expect(rows.endAt[p]).toBe(rows.naturalAt[p])
})

test('a queue that is full takes nothing, and what follows is not counted behind it', () => {
  const { packets } = pictured(upload(100_000, { link: { queuePackets: 3 } }), 2_000_000)
  const { rows } = packets
  const lost = Array.from({ length: rows.count }, (_, p) => p).filter((p) => rows.fate[p] === 2)
  expect(lost.length).toBeGreaterThan(0)
  for (const p of lost) expect(wayOf(packets, p, { event: 1e9, at: 1e9 }).place.at(-1)).toBe(0)
  for (let p = 0; p < rows.count; p++) if (rows.fate[p] === 1) expect(rows.endAt[p]).toBe(rows.naturalAt[p])
})

test('a packet lost by chance is lost half-way', () => {
  const { packets, moment } = pictured(
    upload(1_000, { faults: [{ from: CLIENT, data: true, nth: [1], order: 'lose' }] }),
    100_000,
  )
  const { rows } = packets
  const lost = Array.from({ length: rows.count }, (_, p) => p).filter((p) => rows.fate[p] === 2)
  expect(lost).toHaveLength(1)
  const way = wayOf(packets, lost[0], moment)
  expect(way.fate).toBe('lost')
  // Half of the time after its last bit has left; the line begins with the first.
  expect(way.place.at(-1)).toBeGreaterThan(0.5)
  expect(way.place.at(-1)).toBeLessThan(0.55)
})

test('a packet under way is where the clock says, and never drawn as arrived', () => {
  const session = createSession(upload(0))
  runUntil(session, 1_000 + DELAY / 2)
  const { packets, moment, snapshot } = picturedSession(session)
  const way = wayOf(packets, 0, moment, snapshot.inFlight[0].arrivesAt ?? undefined)
  expect(way.place.at(-1)).toBeCloseTo(snapshot.inFlight[0].progress, 2)
  expect(wayOf(packets, 0, { event: moment.event, at: 1e7 }).place.at(-1)).toBeLessThan(1)
})

test('a packet held stands still, and goes on from there when it is released', () => {
  const session = createSession(upload(0))
  runUntil(session, 1_000 + DELAY / 2)
  act(session, { kind: 'packet', packet: 0, order: 'hold' })
  runUntil(session, 100_000)
  const held = picturedSession(session)
  const still = wayOf(held.packets, 0, held.moment)
  expect(still.held).toBe(true)
  expect(still.place.at(-1)).toBeCloseTo(still.place.at(-2) ?? -1, 6)
  expect(still.dueAt).toBe(NEVER)

  act(session, { kind: 'packet', packet: 0, order: 'release' })
  runUntil(session, 100_000 + DELAY)
  const { packets, moment } = picturedSession(session)
  const way = wayOf(packets, 0, moment)
  expect(way.fate).toBe('delivered')
  expect(way.place).toEqual([0, expect.closeTo(0.5, 1), expect.closeTo(0.5, 1), 1])
  // The line has no kink other than the stop: it lands exactly where the trace says it arrived.
  expect(way.at.at(-1)).toBe(packets.rows.endAt[0])
})

test('a delayed packet slows down where it was delayed', () => {
  const session = createSession(upload(0))
  runUntil(session, 1_000 + DELAY / 2)
  act(session, { kind: 'packet', packet: 0, order: 'delay', delayMicros: 30_000 })
  const { packets, moment } = picturedSession(session)
  expect(wayOf(packets, 0, moment).dueAt).toBe(packets.rows.naturalAt[0] + 30_000)
})

test('duplicate ACKs carry their number, and the segment sent again is known as such', () => {
  const { packets } = pictured(
    upload(60_000, { faults: [{ from: CLIENT, data: true, nth: [5], order: 'lose' }] }),
    1_000_000,
  )
  const { rows } = packets
  const numbers = Array.from(rows.duplicateAck.subarray(0, rows.count)).filter((n) => n > 0)
  expect(numbers.slice(0, 3)).toEqual([1, 2, 3])
  const again = Array.from({ length: rows.count }, (_, p) => p).filter((p) => rows.marks[p] & 1)
  expect(again).toHaveLength(1)
  const lost = Array.from({ length: rows.count }, (_, p) => p).find((p) => rows.fate[p] === 2) ?? -1
  expect(rows.seq[again[0]]).toBe(rows.seq[lost])
})

test('a second copy made by the link has a row of its own and the numbers of the first', () => {
  const { packets } = pictured(
    upload(1_000, { faults: [{ from: CLIENT, data: true, nth: [1], order: 'duplicate' }] }),
    200_000,
  )
  const { rows } = packets
  const copy = Array.from({ length: rows.count }, (_, p) => p).find((p) => rows.marks[p] & 4) ?? -1
  expect(copy).toBeGreaterThan(0)
  expect([rows.seq[copy], rows.length[copy], rows.to[copy]]).toEqual([1, 1_000, SERVER])
})

test('packets in a window of time are those that a look at every row finds', () => {
  const { packets } = pictured(upload(400_000, { link: { loss: 0.02 } }), 4_000_000)
  const { rows } = packets
  for (let from = 0; from < 4_000_000; from += 170_000) {
    const to = from + 90_000
    const naive = Array.from({ length: rows.count }, (_, p) => p).filter(
      (p) => rows.sentAt[p] <= to && rows.endAt[p] >= from,
    )
    expect(packetsBetween(packets, from, to)).toEqual(naive)
  }
})

test('of a crowd a regular sample is given, and losses are not lost from it', () => {
  const { packets } = pictured(upload(400_000, { link: { loss: 0.02 } }), 4_000_000)
  const { rows } = packets
  const sample = packetsBetween(packets, 0, 4_000_000, 60)
  expect(sample.length).toBeLessThan(rows.count / 2)
  for (let p = 0; p < rows.count; p++) if (rows.fate[p] === 2) expect(sample).toContain(p)
  // Stable: a wider window does not change which packets of the narrower one are shown by rule.
  expect(sample.filter((p) => p % 16 === 0).length).toBeGreaterThan(rows.count / 17)
})

test('a trace that arrives in pieces gives the same rows as one that arrives whole', () => {
  const whole = pictured(upload(80_000, { link: { loss: 0.03, duplicate: 0.02 } }), 2_000_000)
  const { spec, branch } = whole.session
  const wiring = wiringOf(whole.snapshot.hosts, spec.links)
  const trace = createTrace()
  const pieces = createPacketIndex(wiring, 10_000)
  const { timeline } = branch
  for (let step = 0; step <= timeline.steps; step += 7) {
    const until = { events: timeline.events[step], packets: timeline.packets[step], texts: timeline.texts[step] }
    applyDelta(trace, deltaSince(branch.trace, traceMark(trace), until))
    foldPackets(pieces, trace)
  }
  applyDelta(trace, deltaSince(branch.trace, traceMark(trace)))
  foldPackets(pieces, trace)
  const { count } = whole.packets.rows
  expect(pieces.rows.count).toBe(count)
  for (const column of ['departsAt', 'naturalAt', 'endAt', 'fate', 'seq', 'ack', 'marks', 'socket'] as const) {
    expect(pieces.rows[column].subarray(0, count)).toEqual(whole.packets.rows[column].subarray(0, count))
  }
  expect(pieces.gaps.count).toBe(whole.packets.gaps.count)
})
