/**
 * A priority queue of (time, kind, two integers), ordered by time and then by order of insertion. It is a binary
 * heap over parallel typed arrays, because a heap of objects is several times slower and costs the collector; and
 * because typed arrays copy with the world in one call each.
 */
import type { Micros } from './micros'

export interface EventHeap {
  size: number
  nextOrder: number
  at: Float64Array
  order: Float64Array
  /** Not a Uint8Array: copies share those. */
  kind: Uint16Array
  a: Int32Array
  b: Int32Array
}

/** What popEvent fills in; one record is reused so that the inner loop allocates nothing. */
export interface HeapEvent {
  at: Micros
  kind: number
  a: number
  b: number
}

export function createEventHeap(capacity = 64): EventHeap {
  return {
    size: 0,
    nextOrder: 0,
    at: new Float64Array(capacity),
    order: new Float64Array(capacity),
    kind: new Uint16Array(capacity),
    a: new Int32Array(capacity),
    b: new Int32Array(capacity),
  }
}

/** Adds an event; equal times come out in the order in which they were added. */
export function pushEvent(heap: EventHeap, at: Micros, kind: number, a: number, b: number): void {
  if (heap.size === heap.at.length) grow(heap)
  const order = heap.nextOrder++
  let i = heap.size++
  while (i > 0) {
    const parent = (i - 1) >> 1
    if (heap.at[parent] <= at) break
    moveEntry(heap, parent, i)
    i = parent
  }
  heap.at[i] = at
  heap.order[i] = order
  heap.kind[i] = kind
  heap.a[i] = a
  heap.b[i] = b
}

/** Time of the earliest event, Infinity when there is none. */
export function peekTime(heap: EventHeap): Micros {
  return heap.size === 0 ? Number.POSITIVE_INFINITY : heap.at[0]
}

/** Copies the earliest event into `into` without removing it; false when there is none. */
export function peekEvent(heap: EventHeap, into: HeapEvent): boolean {
  if (heap.size === 0) return false
  into.at = heap.at[0]
  into.kind = heap.kind[0]
  into.a = heap.a[0]
  into.b = heap.b[0]
  return true
}

/** Removes the earliest event into `into`; false when there is none. */
export function popEvent(heap: EventHeap, into: HeapEvent): boolean {
  if (!peekEvent(heap, into)) return false
  const last = --heap.size
  if (last > 0) siftDown(heap, last)
  return true
}

function siftDown(heap: EventHeap, from: number): void {
  const at = heap.at[from]
  const order = heap.order[from]
  let i = 0
  for (;;) {
    let child = 2 * i + 1
    if (child >= heap.size) break
    if (child + 1 < heap.size && before(heap, child + 1, heap.at[child], heap.order[child])) child++
    if (!before(heap, child, at, order)) break
    moveEntry(heap, child, i)
    i = child
  }
  moveEntry(heap, from, i)
}

function before(heap: EventHeap, i: number, at: number, order: number): boolean {
  return heap.at[i] < at || (heap.at[i] === at && heap.order[i] < order)
}

function moveEntry(heap: EventHeap, from: number, to: number): void {
  heap.at[to] = heap.at[from]
  heap.order[to] = heap.order[from]
  heap.kind[to] = heap.kind[from]
  heap.a[to] = heap.a[from]
  heap.b[to] = heap.b[from]
}

function grow(heap: EventHeap): void {
  const capacity = heap.at.length * 2
  heap.at = widen(heap.at, new Float64Array(capacity))
  heap.order = widen(heap.order, new Float64Array(capacity))
  heap.kind = widen(heap.kind, new Uint16Array(capacity))
  heap.a = widen(heap.a, new Int32Array(capacity))
  heap.b = widen(heap.b, new Int32Array(capacity))
}

function widen<T extends { set(source: T): void }>(from: T, to: T): T {
  to.set(from)
  return to
}
