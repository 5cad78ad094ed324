import { describe, expect, it } from 'vitest'
import { appendEvent, traceOf } from '../../testing/trace-of'
import { placeOf, timeAt, timeAxis } from './axis'
import type { GapFold } from './gaps'
import { advanceTimeline, createTimelineFold } from './marks'
import type { BlockTrack, WaitTrack } from './marks'
import { waitStrip } from './strip'

const NEVER = Number.POSITIVE_INFINITY

function silences(...gaps: readonly (readonly [number, number])[]): GapFold {
  const longest = gaps.map(([from, to]) => ({ from, to })).toSorted((a, b) => b.to - b.from - (a.to - a.from))
  return { seen: gaps.length, quietSince: NEVER, longest }
}

describe('the time axis', () => {
  it('is linear where nothing is silent for long', () => {
    const axis = timeAxis(silences(), 160_000, 100, 900)
    expect(axis.breaks).toEqual([])
    const quarter = placeOf(axis, 40_000) - placeOf(axis, 0)
    expect(placeOf(axis, 80_000) - placeOf(axis, 40_000)).toBeCloseTo(quarter, 6)
  })

  it('begins at its left end and leaves the present inside its right end', () => {
    const axis = timeAxis(silences(), 176_400, 96, 926)
    expect(placeOf(axis, 0)).toBe(96)
    expect(placeOf(axis, 176_400)).toBeLessThanOrEqual(926)
    expect(axis.endAt).toBeGreaterThan(176_400)
  })

  it('folds a minute of TIME-WAIT after a short talk, and says how long it was', () => {
    const axis = timeAxis(silences([150_000, 60_130_000]), 60_130_000, 0, 1_000)
    expect(axis.breaks).toHaveLength(1)
    expect(axis.breaks[0].label).toBe('59.98 s')
    expect(placeOf(axis, 150_000)).toBeGreaterThan(500)
  })

  it('folds the silence that lasts now, when nothing is under way', () => {
    const axis = timeAxis({ seen: 0, quietSince: 100_000, longest: [] }, 7_200_000_000, 0, 1_000)
    expect(axis.breaks).toHaveLength(1)
  })

  it('keeps a pause that is not much longer than the rest at its true length', () => {
    expect(timeAxis(silences([50_000, 250_000]), 300_000, 0, 1_000).breaks).toEqual([])
  })

  it('gives a longer silence more room than a shorter one', () => {
    const { breaks } = timeAxis(silences([10_000, 1_010_000], [1_020_000, 33_020_000]), 33_030_000, 0, 1_000)
    expect(breaks[1].x1 - breaks[1].x0).toBeGreaterThan(breaks[0].x1 - breaks[0].x0)
  })

  it('finds the time at the place of a time, in and out of folds', () => {
    const axis = timeAxis(silences([150_000, 60_130_000]), 60_200_000, 96, 926)
    for (const at of [0, 75_000, 150_000, 30_000_000, 60_130_000, 60_190_000]) {
      expect(timeAt(axis, placeOf(axis, at))).toBeCloseTo(at, 3)
    }
  })

  it('writes ticks that do not overlap', () => {
    const { ticks } = timeAxis(silences([150_000, 60_130_000]), 60_200_000, 96, 926)
    for (let i = 1; i < ticks.length; i++) expect(ticks[i].x - ticks[i - 1].x).toBeGreaterThan(25)
  })
})

describe('marks of the timeline', () => {
  it('marks state changes, losses at their sender, retransmissions, resets and acts', () => {
    const trace = traceOf([
      { at: 0, type: 'user/acted', host: 0, action: 'client: connect' },
      { at: 1, type: 'tcp/stateChanged', host: 0, socket: 1, from: 'CLOSED', to: 'SYN-SENT', transition: 2 },
      { at: 2, type: 'tcp/segmentSent', host: 0, socket: 1, packet: 0, seq: 0, length: 0, flags: 2, purpose: 'syn' },
      { at: 9, type: 'link/packetLost', packet: 0, link: 0, reason: 'random' },
      {
        at: 1_000,
        type: 'tcp/segmentSent',
        host: 0,
        socket: 1,
        packet: 1,
        seq: 0,
        length: 0,
        flags: 2,
        purpose: 'timeoutRetransmit',
      },
      { at: 1_020, type: 'tcp/segmentSent', host: 1, packet: 2, seq: 0, length: 0, flags: 4, purpose: 'reset' },
    ])
    const fold = createTimelineFold()
    advanceTimeline(fold, trace)
    expect([...fold.marks.values()].map(({ kind, host, at }) => [kind, host, ...at])).toEqual([
      ['action', 0, 0],
      ['state', 0, 1],
      ['loss', 0, 9],
      ['retransmission', 0, 1_000],
      ['reset', 1, 1_020],
    ])
  })

  it('takes in only what a trace grew by', () => {
    const trace = traceOf([{ at: 0, type: 'user/acted', action: 'a' }])
    const fold = createTimelineFold()
    advanceTimeline(fold, trace)
    appendEvent(trace, { at: 5, type: 'user/acted', action: 'b' })
    advanceTimeline(fold, trace)
    advanceTimeline(fold, trace)
    expect(fold.marks.get('action/-1')?.at).toEqual([0, 5])
  })
})

describe('calls that a program is blocked in', () => {
  const blocked = (at: number, thread: number, call: string) =>
    ({ at, type: 'host/blocked', host: 0, thread, fd: 3, call, reason: '' }) as const
  const returned = (at: number, thread: number) =>
    ({ at, type: 'host/returned', host: 0, thread, fd: 3, call: '', value: 0, errno: '' }) as const

  it('are told one at a time, the latest first, and the older one again when it returned', () => {
    const fold = createTimelineFold()
    advanceTimeline(
      fold,
      traceOf([
        blocked(0, 1, 'accept(3)'),
        blocked(10, 2, 'recv(4)'),
        returned(20, 2),
        returned(30, 1),
        returned(40, 9),
      ]),
    )
    const { at, call } = fold.blocks.get(0)!
    expect(at.map((time, i) => [time, call[i]])).toEqual([
      [0, 'accept(3)'],
      [10, 'recv(4)'],
      [20, 'accept(3)'],
      [30, ''],
    ])
  })
})

describe('the wait strip', () => {
  const waits: WaitTrack = {
    host: 0,
    at: [0, 30, 50, 80],
    reason: ['handshake', 'nothingToSend', 'congestionWindow', 'nothingToSend'],
    event: [1, 2, 3, 4],
  }
  const strip = (blocks?: BlockTrack, least = 1) =>
    waitStrip(waits, blocks, 100, least).map(({ from, to, what }) => [from, to, what])

  it('covers the run from the first wait to the end, one reason at a time', () => {
    expect(strip()).toEqual([
      [0, 30, 'handshake'],
      [30, 50, 'nothingToSend'],
      [50, 80, 'congestionWindow'],
      [80, 100, 'nothingToSend'],
    ])
  })

  it('shows a blocked call where the sender has nothing to send, and nowhere else', () => {
    expect(strip({ at: [40, 90], call: ['recv(3, 4096 B)', ''], event: [7, -1] })).toEqual([
      [0, 30, 'handshake'],
      [30, 40, 'nothingToSend'],
      [40, 50, 'blocked'],
      [50, 80, 'congestionWindow'],
      [80, 90, 'blocked'],
      [90, 100, 'nothingToSend'],
    ])
  })

  it('shows a call that still blocks up to the end, also before there is a connection', () => {
    const blocks: BlockTrack = { at: [10], call: ['accept(3)'], event: [7] }
    expect(waitStrip(undefined, blocks, 60, 1)).toEqual([
      { from: 10, to: 60, what: 'blocked', call: 'accept(3)', event: 7 },
    ])
  })

  it('has no more spans than pixels, however often a reason changes', () => {
    const at = Array.from({ length: 100_000 }, (_, i) => i)
    const often: WaitTrack = {
      host: 0,
      at,
      reason: at.map((i) => (i % 2 === 0 ? 'congestionWindow' : 'nothingToSend')),
      event: at,
    }
    expect(waitStrip(often, undefined, 100_000, 125).length).toBeLessThanOrEqual(800)
  })
})
