/**
 * The queue in front of one direction of a link, without an event for each packet that leaves it: service times follow from
 * the rate alone, so they are known when a packet enters. One packet is in service and `queuePackets` may wait, as
 * in Linux's tbf over pfifo; the next one is lost at the tail.
 */
import type { Micros } from '../base'
import type { Direction } from './network'

/** µs that the bits of a packet take; 0 on a link without a rate. */
export function transmitMicros(direction: Direction, bytes: number): number {
  const rate = direction.settings.rateBitsPerSecond
  return rate > 0 ? (bytes * 8_000_000) / rate : 0
}

/** How many packets wait at `now`, the one in service not counted. Changes nothing. */
export function waitingAt(direction: Direction, now: Micros): number {
  const { starts, head, count } = direction.waiting
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >> 1
    if (starts[(head + middle) % starts.length] > now) high = middle
    else low = middle + 1
  }
  return count - low
}

/** Forgets packets that have entered service by `now`. */
export function serve(direction: Direction, now: Micros): void {
  const { waiting } = direction
  while (waiting.count > 0 && waiting.starts[waiting.head] <= now) {
    waiting.head = (waiting.head + 1) % waiting.starts.length
    waiting.count--
  }
}

/** True when a packet that comes now finds the transmitter busy and every place in the queue taken. */
export function isFull(direction: Direction, now: Micros): boolean {
  return direction.busyUntil > now && direction.waiting.count >= direction.settings.queuePackets
}

/** Takes a packet in; returns when its first bit goes out. The caller served the queue up to `now` and asked isFull. */
export function enqueue(direction: Direction, now: Micros, micros: number): number {
  const start = Math.max(now, direction.busyUntil)
  direction.busyUntil = start + micros
  if (start > now) push(direction.waiting, start)
  return start
}

/** Forgets everything that waits, as when the cable is pulled. */
export function clearQueue(direction: Direction, now: Micros): void {
  direction.waiting.head = 0
  direction.waiting.count = 0
  direction.busyUntil = now
  direction.lastArrival = now
}

function push(waiting: Direction['waiting'], start: number): void {
  if (waiting.count === waiting.starts.length) grow(waiting)
  waiting.starts[(waiting.head + waiting.count) % waiting.starts.length] = start
  waiting.count++
}

function grow(waiting: Direction['waiting']): void {
  const { starts, head, count } = waiting
  const wider = new Float64Array(starts.length * 2)
  for (let i = 0; i < count; i++) wider[i] = starts[(head + i) % starts.length]
  waiting.starts = wider
  waiting.head = 0
}
