import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createEventHeap, deepCopy, peekTime, popEvent, pushEvent } from '.'
import type { HeapEvent } from '.'

function drain(heap: ReturnType<typeof createEventHeap>): number[] {
  const into: HeapEvent = { at: 0, kind: 0, a: 0, b: 0 }
  const out: number[] = []
  while (popEvent(heap, into)) out.push(into.a)
  return out
}

test('events come out by time, and at one time in the order in which they were put in', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 300 }), (times) => {
      const heap = createEventHeap(2)
      times.forEach((at, order) => {
        pushEvent(heap, at, 0, order, 0)
      })
      const expected = times.map((at, order) => ({ at, order })).toSorted((x, y) => x.at - y.at || x.order - y.order)
      expect(drain(heap)).toEqual(expected.map(({ order }) => order))
      expect(peekTime(heap)).toBe(Number.POSITIVE_INFINITY)
    }),
  )
})

test('pushes between pops keep the order', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer({ min: 0, max: 50 })), { maxLength: 200 }), (operations) => {
      const heap = createEventHeap()
      const model: { at: number; order: number }[] = []
      const into: HeapEvent = { at: 0, kind: 0, a: 0, b: 0 }
      operations.forEach((at, order) => {
        if (at !== null) {
          pushEvent(heap, at, 0, order, 0)
          model.push({ at, order })
          model.sort((x, y) => x.at - y.at || x.order - y.order)
        } else {
          const next = model.shift()
          expect(popEvent(heap, into)).toBe(next !== undefined)
          if (next !== undefined) expect(into.a).toBe(next.order)
        }
      })
    }),
  )
})

test('a copy of a heap goes on by itself', () => {
  const heap = createEventHeap()
  for (const at of [5, 1, 3]) pushEvent(heap, at, 0, at, 0)
  const copy = deepCopy(heap)
  expect(drain(heap)).toEqual([1, 3, 5])
  expect(drain(copy)).toEqual([1, 3, 5])
})

test('what happens to a copy of a heap does not happen to the heap', () => {
  const heap = createEventHeap()
  for (const kind of [1, 2, 3]) pushEvent(heap, kind, kind, 0, 0)
  const copy = deepCopy(heap)
  drain(copy)
  for (const kind of [7, 8, 9]) pushEvent(copy, kind, kind, 0, 0)
  const into: HeapEvent = { at: 0, kind: 0, a: 0, b: 0 }
  const kinds: number[] = []
  while (popEvent(heap, into)) kinds.push(into.kind)
  expect(kinds).toEqual([1, 2, 3])
})
