/** The windowed maximum never forgets the best of its window, and forgets what is older. Linux lib/minmax.c. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { resetMax, runningMax, windowedMax } from './windowed'

const WINDOW = 10

test('is at most the true maximum of the window, at least its newest sample, and never older than the window', () => {
  const sample = fc.record({ wait: fc.integer({ min: 0, max: 4 }), value: fc.integer({ min: 0, max: 50 }) })
  fc.assert(
    fc.property(fc.array(sample, { minLength: 1, maxLength: 60 }), (samples) => {
      const own: Record<string, number> = {}
      resetMax(own, 'max', 0, 0)
      const seen = [{ at: 0, value: 0 }]
      let at = 0
      for (const { wait, value } of samples) {
        at += wait
        seen.push({ at, value })
        runningMax(own, 'max', WINDOW, at, value)
        const recent = seen.filter((one) => at - one.at <= WINDOW).map((one) => one.value)
        expect(windowedMax(own, 'max')).toBeLessThanOrEqual(Math.max(...recent))
        expect(windowedMax(own, 'max')).toBeGreaterThanOrEqual(value)
      }
    }),
  )
})

test('a rising sequence is followed at once, and a falling one after the window', () => {
  const own: Record<string, number> = {}
  resetMax(own, 'max', 0, 100)
  runningMax(own, 'max', WINDOW, 3, 40)
  runningMax(own, 'max', WINDOW, 6, 30)
  expect(windowedMax(own, 'max')).toBe(100)
  runningMax(own, 'max', WINDOW, 11, 20)
  expect(windowedMax(own, 'max')).toBe(40)
  runningMax(own, 'max', WINDOW, 12, 60)
  expect(windowedMax(own, 'max')).toBe(60)
})
