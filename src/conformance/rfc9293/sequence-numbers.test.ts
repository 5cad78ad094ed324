/** RFC 9293 3.4.1: initial sequence numbers. */
import { expect, test } from 'vitest'
import { createHost } from '../../host'
import type { Host } from '../../host'
import { initialSequence } from '../../host/isn'

const HERE = { address: 0x0a000001, port: 40_000 }
const THERE = { address: 0x0a000002, port: 80 }

function hostOf(seed: number): Host {
  return createHost({ name: 'h', address: '10.0.0.1', role: 'client', sysctl: {}, programs: [] }, 0, seed)
}

test('MUST-8, SHLD-1: for one four-tuple the initial sequence number follows a clock that never goes back', () => {
  const host = hostOf(1)
  const at = (micros: number): number => initialSequence(host, HERE, THERE, micros)
  const ticks = (from: number, to: number): number => (at(to) - at(from)) >>> 0
  // One tick in 4 µs or faster, and no wrap within a quarter of the space in a minute.
  expect(ticks(0, 1_000)).toBeGreaterThanOrEqual(250)
  expect(ticks(0, 2_000_000)).toBe(2 * ticks(0, 1_000_000))
  expect(ticks(0, 60_000_000)).toBeLessThan(2 ** 30)
})

test('MUST-9, SHLD-1: the other part depends on each of the four and on a secret', () => {
  const seen = new Set<number>()
  const wanted: number[] = []
  for (const seed of [1, 2]) {
    for (const local of [HERE, { ...HERE, port: 40_001 }, { ...HERE, address: 0x0a000009 }]) {
      for (const remote of [THERE, { ...THERE, port: 81 }, { ...THERE, address: 0x0a000003 }]) {
        const value = initialSequence(hostOf(seed), local, remote, 5_000_000)
        seen.add(value)
        wanted.push(value)
      }
    }
  }
  expect(seen.size).toBe(wanted.length)
  // Ports that follow each other say nothing of each other: the differences differ.
  const steps = new Set<number>()
  for (let port = 1; port <= 50; port++) {
    const one = initialSequence(hostOf(1), { ...HERE, port }, THERE, 0)
    const next = initialSequence(hostOf(1), { ...HERE, port: port + 1 }, THERE, 0)
    steps.add((next - one) >>> 0)
  }
  expect(steps.size).toBe(50)
})
