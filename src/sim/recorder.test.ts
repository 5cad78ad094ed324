/** The hash says whether two runs are the same, so it has to notice every difference. */
import { expect, test } from 'vitest'
import { createTrace } from '../trace'
import { createRecorder, traceHash } from './recorder'
import type { TraceRecorder } from './recorder'

function hashOf(record: (recorder: TraceRecorder) => void): string {
  const recorder = createRecorder(createTrace())
  record(recorder)
  return traceHash(recorder.state)
}

const plain = (recorder: TraceRecorder): void => {
  recorder.emit('tcp/sampled', 'none', 1, 2, 3, 4, 5)
}

test('the hash differs when anything that an event says differs', () => {
  const others: ((recorder: TraceRecorder) => void)[] = [
    () => undefined,
    (r) => r.emit('tcp/waiting', 'none', 1, 2, 3, 4, 5),
    (r) => r.emit('tcp/sampled', 'fastRetransmit', 1, 2, 3, 4, 5),
    ...[0, 1, 2, 3, 4].map((field) => (r: TraceRecorder) => {
      const args = [1, 2, 3, 4, 5].map((value, i) => (i === field ? value + 1 : value))
      r.emit('tcp/sampled', 'none', ...args)
    }),
    (r) => plain(Object.assign(r, { now: 1 })),
    (r) => plain(Object.assign(r, { now: 2 ** 32 })),
    (r) => plain(Object.assign(r, { host: 1 })),
    (r) => plain(Object.assign(r, { socket: 1 })),
    (r) => plain(Object.assign(r, { cause: 1 })),
    (r) => {
      plain(r)
      plain(r)
    },
    (r) => {
      r.text('said')
      plain(r)
    },
    (r) => {
      r.packet(0, Uint8Array.of(1, 2, 3, 4), 4, new Uint8Array(0))
      plain(r)
    },
    (r) => {
      r.packet(0, Uint8Array.of(1, 2, 3, 5), 4, new Uint8Array(0))
      plain(r)
    },
  ]
  const hashes = [hashOf(plain), ...others.map(hashOf)]
  expect(new Set(hashes).size).toBe(hashes.length)
})

test('a text counts by what it says, not by when it was first said', () => {
  const later = (recorder: TraceRecorder): void => {
    recorder.trace.texts.push('said on another branch')
    recorder.attach(recorder.trace)
    recorder.text('said')
  }
  expect(hashOf(later)).toBe(hashOf((recorder) => recorder.text('said')))
})

test('a replay appends nothing to the trace and comes to the same hash', () => {
  const trace = createTrace()
  const first = createRecorder(trace)
  plain(first)
  first.packet(0, Uint8Array.of(1, 2, 3, 4), 4, new Uint8Array(7))
  const again = createRecorder(trace)
  plain(again)
  again.packet(0, Uint8Array.of(1, 2, 3, 4), 4, new Uint8Array(7))
  expect(traceHash(again.state)).toBe(traceHash(first.state))
  expect([trace.events.count, trace.packets.count]).toEqual([1, 1])
})
