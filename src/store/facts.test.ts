import { describe, expect, it } from 'vitest'
import { appendEvent, traceOf } from '../testing/trace-of'
import { createTrace, deltaSince, traceMark } from '../trace'
import type { FrameMessage, Snapshot, Trace } from '../trace'
import { readChoices } from './choices'
import { afterFrame, noFacts } from './facts'

const NOTHING = { events: 0, packets: 0, texts: 0 }

function snapshotAt(at: number, event: number): Snapshot {
  return { position: { step: event, event, at }, traceHash: '', hosts: [], links: [], inFlight: [], nextAt: null }
}

function frame(trace: Trace, since: typeof NOTHING, more: Partial<FrameMessage> = {}): FrameMessage {
  return {
    type: 'frame',
    epoch: 1,
    branch: 0,
    branches: [],
    playing: true,
    speed: 0.01,
    snapshot: snapshotAt(0, trace.events.count),
    delta: deltaSince(trace, since),
    dispatchEnds: Uint32Array.from([trace.events.count]),
    end: { step: 1, event: trace.events.count, at: 0 },
    skippedMicros: 0,
    commands: [],
    idle: false,
    ...more,
  }
}

describe('frames from the worker', () => {
  it('grow the trace in place and say that it grew', () => {
    const trace = traceOf([{ at: 1, type: 'user/acted', action: 'a' }])
    const first = { ...noFacts(), ...afterFrame(noFacts(), frame(trace, NOTHING)) }
    const mark = traceMark(trace)
    appendEvent(trace, { at: 2, type: 'user/acted', action: 'b' })
    const second = { ...first, ...afterFrame(first, frame(trace, mark)) }
    expect(second.trace).toBe(first.trace)
    expect(second.trace.events.count).toBe(2)
    expect(second.traceVersion).toBe(first.traceVersion + 1)
    expect(Array.from(second.dispatchEnds.events.subarray(0, second.dispatchEnds.count))).toEqual([1, 2])
  })

  it('do not count as growth when nothing was added', () => {
    const trace = traceOf([{ at: 1, type: 'user/acted', action: 'a' }])
    const first = { ...noFacts(), ...afterFrame(noFacts(), frame(trace, NOTHING)) }
    const second = afterFrame(first, frame(trace, traceMark(trace), { dispatchEnds: new Uint32Array() }))
    expect(second.traceVersion).toBe(first.traceVersion)
  })

  it('of a new epoch begin a trace from nothing', () => {
    const old = traceOf([{ at: 1, type: 'user/acted', action: 'a' }])
    const first = { ...noFacts(), ...afterFrame(noFacts(), frame(old, NOTHING)) }
    const second = { ...first, ...afterFrame(first, frame(createTrace(), NOTHING, { epoch: 2 })) }
    expect(second.trace).not.toBe(first.trace)
    expect(second.trace.events.count).toBe(0)
  })

  it('keep a jump over idle time on show until the clock has left the place', () => {
    const trace = createTrace()
    const jumped = { skippedMicros: 59_800_000, snapshot: snapshotAt(60_000_000, 0) }
    const first = { ...noFacts(), ...afterFrame(noFacts(), frame(trace, NOTHING, jumped)) }
    expect(first.skipped).toEqual({ micros: 59_800_000, at: 60_000_000 })
    const soon = { ...first, ...afterFrame(first, frame(trace, NOTHING, { snapshot: snapshotAt(60_005_000, 0) })) }
    expect(soon.skipped).toEqual(first.skipped)
    const later = afterFrame(soon, frame(trace, NOTHING, { snapshot: snapshotAt(60_020_000, 0) }))
    expect(later.skipped).toBeNull()
  })
})

describe('kept choices', () => {
  const keep = (text: string | null) => ({ getItem: () => text, setItem: () => undefined })

  it('are read back', () => {
    const choices = readChoices(keep('{"theme":"dark","layout":{"preset":"queues","tab":"events"}}'))
    expect(choices.theme).toBe('dark')
    expect(choices.layout).toMatchObject({ preset: 'queues', tab: 'events', phoneTab: 'wire' })
  })

  it.each([null, '', '{', 'null', '7', '{"theme":"pink","layout":7}'])('fall back to the first ones for %j', (text) => {
    expect(readChoices(keep(text))).toMatchObject({ theme: 'system', locale: 'en', layout: { preset: 'everything' } })
  })
})
