/**
 * A few hundred simulated runs, each drawn from its seed (`npm run sim -- --seeds 5000` for more). The invariants hold after every step, and once
 * the network is whole again everything comes to its end. Seeds that once failed stand below by what they found.
 */
import { describe, expect, test } from 'vitest'
import { drawRun } from './draw'
import { simulate } from './run'

const BLOCKS = 8
const SEEDS_PER_BLOCK = 40

/** Failures of some seeds, with the command that shows each again. */
function failures(from: number, count: number): string[] {
  const failed: string[] = []
  for (let seed = from; seed < from + count; seed++) {
    const { failure, steps } = simulate(seed)
    if (failure !== undefined) failed.push(`step ${steps}: ${failure} (npm run sim -- --seed ${seed})`)
  }
  return failed
}

describe('whatever befalls the packets, nothing is lost, doubled or left behind', () => {
  for (let block = 0; block < BLOCKS; block++) {
    const from = 1 + block * SEEDS_PER_BLOCK
    test(`seeds ${from} to ${from + SEEDS_PER_BLOCK - 1}`, () => {
      expect(failures(from, SEEDS_PER_BLOCK)).toEqual([])
    })
  }
})

test('a seed is the same run every time', () => {
  const [one, other] = [simulate(7), simulate(7)]
  expect({ steps: one.steps, micros: one.micros }).toEqual({ steps: other.steps, micros: other.micros })
  expect(drawRun(7)).toEqual(drawRun(7))
})

test('most runs are held to full delivery, and all kinds of flows are among them', () => {
  const runs = Array.from({ length: 300 }, (_, seed) => drawRun(seed))
  expect(runs.filter(({ promises }) => promises).length).toBeGreaterThan(200)
  const names = new Set(runs.flatMap(({ flows }) => flows.map(({ name }) => name)))
  expect([...names].toSorted()).toEqual([
    'bothEnd',
    'clientResets',
    'leavesUnread',
    'lingers',
    'pingPong',
    'request',
    'serverEnds',
  ])
})
