/** Framed messages arrive exactly as they were sent, however the network and the reader cut up the stream. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { messagesOf, runPrograms } from '../testing/program-run'

test('framing programs deliver exactly the messages sent, in any segmentation, over a lossy link', () => {
  fc.assert(
    fc.property(
      fc.record({
        kind: fc.constantFrom('length', 'line'),
        seed: fc.integer({ min: 1, max: 1e6 }),
        size: fc.integer({ min: 1, max: 4_096 }),
        count: fc.integer({ min: 1, max: 60 }),
        interval: fc.constantFrom(0, 0, 1, 7),
        loss: fc.constantFrom(0, 0.02, 0.15),
        reorder: fc.constantFrom(0, 0.2),
        duplicate: fc.constantFrom(0, 0.1),
      }),
      ({ kind, seed, size, count, interval, loss, reorder, duplicate }) => {
        const run = runPrograms({
          seed,
          server: [[`${kind}-reader`, { size }]],
          client: [[`${kind}-sender`, { count, interval }]],
          link: { loss, reorder, reorderMicros: 5_000, duplicate, delayMicros: 2_000 },
          untilMicros: 300_000_000,
        })
        expect(messagesOf(run)).toEqual(Array.from({ length: count }, (_, i) => `message ${i + 1}`))
      },
    ),
    { numRuns: 40 },
  )
})
