/**
 * The differential fuzzer: what it writes holds on our host, whatever was drawn; on the real kernel some tens of conversations go as on ours. Skipped,
 * with the reason, where no kernel can be had.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { runScript } from '../../../src/packetdrill'
import { run } from '../../tools/process'
import { kernelUnavailable } from '../wire'
import { schedules, START_STATES } from './schedule'
import type { Schedule } from './schedule'
import { smaller } from './shrink'
import { transcribe } from './transcribe'

const missing = kernelUnavailable()
const FEATURES = { timestamps: true, sack: true, windowScale: true, mss: 1_000 }

test('a schedule becomes a script that holds on our host', () => {
  fc.assert(
    fc.property(schedules, (schedule) => {
      const played = runScript('fuzz.pkt', transcribe(schedule))
      expect([played.result, played.message]).toEqual(['pass', ''])
    }),
    { numRuns: 60 },
  )
})

test.each([
  ['SYN-SENT', 2],
  ['ESTABLISHED', 1],
  ['ESTABLISHED-ACTIVE', 1],
  ['FIN-WAIT-1', 4],
  ['FIN-WAIT-2', 5],
  ['CLOSE-WAIT', 8],
  ['CLOSING', 11],
] as const)('a conversation that begins in %s does', (start, state) => {
  expect(START_STATES).toContain(start)
  expect(transcribe({ start, features: FEATURES, steps: [] })).toContain(`assert tcpi_state == ${state},`)
})

test('smaller schedules are smaller, and in the end there are none', () => {
  let schedule: Schedule | undefined = fc.sample(schedules, { seed: 5, numRuns: 1 })[0]
  let rounds = 0
  while (schedule !== undefined && rounds++ < 500) schedule = smaller(schedule)[0]
  expect(schedule).toBeUndefined()
})

test.skipIf(missing !== undefined)(
  `the real kernel does as our host does${missing === undefined ? '' : ` (${missing})`}`,
  async () => {
    expect(await run('npm', ['run', '--silent', 'fuzz:kernel', '--', '--seed', '1', '--runs', '30'])).toBe(0)
  },
)
