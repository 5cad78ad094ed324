import { describe, expect, it } from 'vitest'
import { createRecorder, createWorld, dispatchNext } from '../../sim'
import { readingServer, twoHosts } from '../../testing/worlds'
import { createTrace } from '../../trace'
import type { Trace } from '../../trace'
import { rateColumns } from './rates'
import { advancePath, createPathFold } from './rtt'
import { advanceSequence, createSequenceFold, SENT_AGAIN, SENT_FIN, SENT_SYN } from './sequence'

const BYTES = 40_000

/** A client sends 40 000 bytes and closes; the second data segment is lost once. */
function transfer(): Trace {
  const trace = createTrace()
  const world = createWorld(
    twoHosts({
      link: { rateBitsPerSecond: 10_000_000, delayMicros: 10_000, queuePackets: 100 },
      client: [
        { call: 'socket', as: 's' },
        { call: 'connect', fd: 's', address: '10.0.0.2', port: 80 },
        { call: 'send', fd: 's', bytes: BYTES },
        { call: 'close', fd: 's' },
      ],
      server: readingServer(),
      faults: [{ from: 0, data: true, nth: [2], order: 'lose' }],
    }),
    createRecorder(trace),
  )
  while (dispatchNext(world)) continue
  return trace
}

const trace = transfer()
const sequence = createSequenceFold()
advanceSequence(sequence, trace)
const path = createPathFold()
advancePath(path, trace)
const [[client, picture]] = [...sequence.pictures]

describe('the time-sequence picture', () => {
  it('counts from the ISN: the SYN is 0, the bytes follow, the FIN ends it', () => {
    const { sent } = picture
    expect([sent.from[0], sent.to[0], sent.kind[0]]).toEqual([0, 1, SENT_SYN])
    expect(picture.most).toBe(BYTES + 2)
    const fin = sent.kind.findIndex((kind) => kind & SENT_FIN)
    expect(sent.to[fin]).toBe(BYTES + 2)
  })

  it('tells what was sent again from what was sent first', () => {
    const again = picture.sent.kind.flatMap((kind, i) => (kind & SENT_AGAIN ? [i] : []))
    expect(again).toHaveLength(1)
    const [i] = again
    const first = picture.sent.from.indexOf(picture.sent.from[i])
    expect(first).toBeLessThan(i)
    expect(picture.sent.to[first]).toBe(picture.sent.to[i])
  })

  it('has the islands of every SACK until the hole is filled', () => {
    const hole = picture.sent.to[picture.sent.kind.findIndex((kind) => kind & SENT_AGAIN)]
    expect(picture.islands.from.length).toBeGreaterThan(3)
    expect(picture.islands.from.every((from) => from === hole)).toBe(true)
  })

  it('never moves SND.UNA or the window edge back, and ends with all acknowledged', () => {
    const { ack, edge } = picture.acks
    for (let i = 1; i < ack.length; i++) {
      expect(ack[i]).toBeGreaterThanOrEqual(ack[i - 1])
      expect(edge[i]).toBeGreaterThanOrEqual(edge[i - 1])
    }
    expect(ack.at(-1)).toBe(BYTES + 2)
    // The peer's window is scaled: 65535 and more from the first data on.
    expect(edge[0]).toBeGreaterThan(60_000)
  })

  it('is the same however often the trace was looked at while it grew', () => {
    const stepwise = createSequenceFold()
    const { events } = trace
    const count = events.count
    for (let seen = 0; seen < count; seen += 7) {
      events.count = Math.min(count, seen)
      advanceSequence(stepwise, trace)
    }
    events.count = count
    advanceSequence(stepwise, trace)
    expect(stepwise.pictures.get(client)).toEqual(picture)
  })
})

describe('round trips and rates', () => {
  const own = path.pictures.get(client)!

  it('has a sample for the handshake, then some from ACKs, none below the way there and back', () => {
    expect(own.samples.sample.length).toBeGreaterThan(2)
    for (const sample of own.samples.sample) expect(sample).toBeGreaterThanOrEqual(20_000)
  })

  it('counts what was sent again as sent but not as acknowledged', () => {
    const again = picture.sent.kind.findIndex((kind) => kind & SENT_AGAIN)
    const extra = picture.sent.to[again] - picture.sent.from[again]
    expect(own.sent.bytes.at(-1)).toBe(BYTES + extra)
    // The SYN and the FIN are acknowledged as a byte each.
    expect(own.acknowledged.bytes.at(-1)! - BYTES).toBeLessThanOrEqual(2)
  })

  it('spreads every byte over the columns: rates times widths are the total again', () => {
    const time = { x: (at: number) => at / 1_000, at: (x: number) => x * 1_000 }
    const columns = rateColumns(own.sent, { x0: 0, x1: 2_000, width: 7, end: 1_500_000 }, time)
    const bits = columns.reduce((sum, { x0, x1, bitsPerSecond }) => sum + (bitsPerSecond * (x1 - x0)) / 1_000, 0)
    expect(bits / 8).toBeCloseTo(own.sent.bytes.at(-1)!, 3)
    expect(columns.at(-1)!.x1).toBe(1_500)
  })
})
