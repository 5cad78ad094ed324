/** The arithmetic of mutation testing: what a sample says of the whole, and that a seed draws the same again. */
import { expect, test } from 'vitest'
import { interval, percent, scoreOf } from './figures'
import { draw } from './sample'
import type { Verdict } from './court'

const mutant = { id: '1', file: 'src/tcp/rtt.ts', line: 1, column: 1, kind: '', text: '', from: '', to: '' }
const verdict = (fate: Verdict['fate']): Verdict => ({ mutant, fate, killer: '', why: '', reachedBy: 1 })

test('a mutant is killed by a failing test, by running out of time and by taking the process down, and not by being out of reach', () => {
  const fates = ['failed', 'looped', 'crashed', 'survived', 'unreached'] as const
  expect(scoreOf(fates.map(verdict))).toEqual({ killed: 3, of: 5 })
  expect(percent({ killed: 3, of: 5 })).toBe('60.0 %')
})

test("Wilson's interval at 95 %: 340 of 400 are between 81.2 and 88.2 %, and none of ten is no proof of nothing", () => {
  const [low, high] = interval({ killed: 340, of: 400 })
  expect(low).toBeCloseTo(81.17, 1)
  expect(high).toBeCloseTo(88.17, 1)
  expect(interval({ killed: 0, of: 10 })[1]).toBeCloseTo(27.8, 1)
})

test('a seed draws the same, another seed something else, and nothing twice', () => {
  const all = Array.from({ length: 100 }, (_, i) => i)
  const drawn = draw(all, 20, 5)
  expect(draw(all, 20, 5)).toEqual(drawn)
  expect(draw(all, 20, 6)).not.toEqual(drawn)
  expect(new Set(drawn).size).toBe(20)
  expect(draw(all, 1000, 1).toSorted((a, b) => a - b)).toEqual(all)
})
