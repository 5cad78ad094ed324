/**
 * The state matrix on a real Linux kernel: each cell of src/conformance/matrix, put to the kernel over a TUN device, comes out as the oracle says; our
 * own host is held to the same oracle by src/conformance/matrix/matrix.test.ts.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { allCells, tellOutcome } from '../../src/conformance/matrix/cells'
import type { Outcome } from '../../src/conformance/matrix/cells'
import { expected, predicted } from '../../src/conformance/matrix/oracle'
import { kernelUnavailable, namespaceFlags } from './wire'

const LIMIT_SECONDS = 120

interface Answer extends Outcome {
  readonly id: string
  readonly before: string
  /** Right edge of the window that the kernel offered. */
  readonly edge: number
}

function askKernel(cells: ReturnType<typeof allCells>): Answer[] {
  const script = fileURLToPath(new URL('./matrix.py', import.meta.url))
  const command = ['-k', '5', String(LIMIT_SECONDS), 'unshare', ...namespaceFlags(), 'python3', script]
  const { stdout, stderr } = spawnSync('timeout', command, {
    input: JSON.stringify(cells),
    encoding: 'utf8',
    maxBuffer: 64 * 2 ** 20,
  })
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout) as Answer[]
}

const reason = kernelUnavailable()
const name = 'one segment into every state of a real kernel'

describe.skipIf(reason !== undefined)(reason === undefined ? name : `${name} (skipped: ${reason})`, () => {
  test('comes out as the oracle says, in every cell', { timeout: (LIMIT_SECONDS + 30) * 1_000 }, () => {
    const cells = allCells()
    const answers = new Map(askKernel(cells).map((answer) => [answer.id, answer]))
    const wrong = compare(cells, answers)
    // A busy machine may miss a moment: what differs is asked once more, alone.
    const again = cells.filter(({ id }) => wrong.has(id))
    const still = again.length === 0 ? wrong : compare(again, new Map(askKernel(again).map((one) => [one.id, one])))
    expect([...still.values()]).toEqual([])
    console.log(`state matrix on the kernel: ${cells.length} cells, ${again.length} asked twice`)
  })
})

function compare(cells: ReturnType<typeof allCells>, answers: ReadonlyMap<string, Answer>): Map<string, string> {
  const wrong = new Map<string, string>()
  for (const cell of cells) {
    const found = answers.get(cell.id)
    const start = cell.start.split(' ')[0]
    if (found?.before !== start) {
      wrong.set(cell.id, `${cell.id}: the kernel was never brought to ${start}`)
      continue
    }
    const [is, ought] = [found, expected(cell, found.edge)].map(tellOutcome)
    const fast = predicted(cell, found.edge)
    if (is !== ought && (fast === undefined || is !== tellOutcome(fast)))
      wrong.set(cell.id, `${cell.id}: ${is}, and not ${ought}`)
  }
  return wrong
}
