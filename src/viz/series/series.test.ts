import { describe, expect, it } from 'vitest'
import { traceOf } from '../../testing/trace-of'
import { advanceSeries, createSeriesFold } from './samples'
import { lastAt, stepLines } from './steps'

const INFINITE = 0xffff_ffff
const same = (value: number): number => value
const plain = { x: same, at: same }

describe('congestion samples', () => {
  const trace = traceOf([
    {
      at: 10,
      type: 'tcp/sampled',
      socket: 1,
      cwnd: 10,
      ssthresh: INFINITE,
      flightBytes: 0,
      sndWnd: 64_240,
      phase: 'slowStart',
    },
    { at: 20, type: 'tcp/segmentSent', socket: 1, packet: 4, seq: 1, length: 1448, flags: 16, purpose: 'data' },
    { at: 25, type: 'tcp/sampled', socket: 2, cwnd: 3, ssthresh: 3, flightBytes: 0, sndWnd: 100, phase: 'slowStart' },
    { at: 30, type: 'link/packetLost', packet: 4, link: 0, reason: 'queueFull' },
    { at: 31, type: 'link/packetLost', packet: 99, link: 0, reason: 'queueFull' },
    { at: 40, type: 'tcp/caStateChanged', socket: 1, from: 'Open', to: 'Disorder' },
    { at: 50, type: 'tcp/caStateChanged', socket: 1, from: 'Disorder', to: 'Recovery' },
    {
      at: 51,
      type: 'tcp/segmentSent',
      socket: 1,
      packet: 5,
      seq: 1,
      length: 1448,
      flags: 16,
      purpose: 'fastRetransmit',
    },
    {
      at: 52,
      type: 'tcp/sampled',
      socket: 1,
      cwnd: 7,
      ssthresh: 7,
      flightBytes: 1448,
      sndWnd: 64_240,
      phase: 'recovery',
    },
  ])
  const fold = createSeriesFold()
  advanceSeries(fold, trace)

  it('keeps each connection by itself', () => {
    const samples = fold.samples.get(1)!
    expect(samples.count).toBe(2)
    expect(Array.from(samples.cwnd.subarray(0, 2))).toEqual([10, 7])
    expect(fold.samples.get(2)!.count).toBe(1)
  })

  it('knows since when the sender has been in each congestion-avoidance state', () => {
    expect(fold.caStates.get(1)).toEqual([
      { at: 40, event: 5, state: 'Disorder' },
      { at: 50, event: 6, state: 'Recovery' },
    ])
    expect(fold.caStates.get(2)).toBeUndefined()
  })

  it('reads an ssthresh that is not set as infinite', () => {
    expect(fold.samples.get(1)!.ssthresh[0]).toBe(Number.POSITIVE_INFINITY)
  })

  it('lays a lost packet to the connection that sent it, and one of nobody to none', () => {
    expect(fold.marks.get(1)!.map(({ at, kind }) => [at, kind])).toEqual([
      [30, 'lost'],
      [50, 'noticed'],
      [51, 'retransmitted'],
    ])
  })
})

describe('stepped lines', () => {
  const source = (at: number[], values: number[], most?: number) => ({
    at: Float64Array.from(at),
    values: Float64Array.from(values),
    count: at.length,
    most,
  })

  it('go level to each change and then up or down, and on to the end', () => {
    const [line] = stepLines(source([0, 10], [2, 4]), 20, plain, same)
    expect(line).toEqual([0, 2, 0, 2, 10, 2, 10, 4, 10, 4, 20, 4])
  })

  it('keep the peak of a column in which many samples fall', () => {
    const [line] = stepLines(source([0, 5.1, 5.2, 5.3], [2, 9, 1, 3]), 8, plain, same)
    const heights = line.filter((_, i) => i % 2 === 1)
    expect(Math.max(...heights)).toBe(9)
    expect(Math.min(...heights)).toBe(1)
    expect(line.slice(-2)).toEqual([8, 3])
  })

  it('have at most a few corners for each pixel, however many samples there are', () => {
    const many = Array.from({ length: 100_000 }, (_, i) => i)
    const lines = stepLines(
      source(
        many,
        many.map((i) => i % 17),
      ),
      100_000,
      { x: (at) => at / 200, at: (x) => x * 200 },
      same,
    )
    expect(lines.flat().length / 2).toBeLessThan(500 * 6 + 10)
  })

  it('leave out what is infinite or too high, and begin anew after it', () => {
    const lines = stepLines(source([0, 10, 20, 30], [Number.POSITIVE_INFINITY, 5, 90, 6], 50), 40, plain, same)
    expect(lines).toHaveLength(2)
    expect(lines[1].slice(-2)).toEqual([40, 6])
  })

  it('stop at the present', () => {
    const [line] = stepLines(source([0, 10, 20], [1, 2, 3]), 15, plain, same)
    expect(line.slice(-2)).toEqual([15, 2])
  })
})

describe('the last sample at a time', () => {
  const times = Float64Array.from([10, 20, 20, 30])
  it.each([
    [5, -1],
    [10, 0],
    [20, 2],
    [29, 2],
    [99, 3],
  ])('at %i is %i', (at, found) => {
    expect(lastAt(times, 4, at)).toBe(found)
  })
})
