/** One engine: what the page runs is, to the bit, what the command line runs. The hash of all that happened says so. */
import { encodeLink, findScenario, freshSession } from '../../src/scenario'
import { tcpscope } from '../tools/tcpscope'
import { expect, test } from './page'

interface Summary {
  readonly steps: number
  readonly simulatedMicros: number
  readonly traceHash: string
}

async function inNode(source: string, until: string): Promise<Summary> {
  const { status, stdout, stderr } = await tcpscope('run', source, '--until', until, '--format', 'summary')
  expect(status, stderr).toBe(0)
  return JSON.parse(stdout) as Summary
}

const RUNS = [
  ['three-way-handshake', '5s'],
  ['simultaneous-close', '3s'],
  ['accept-queue-full', '3s'],
  ['syn-flood', '5s'],
  ['zero-window', '2500ms'],
  ['fast-retransmit', '2s'],
  ['corrupted-segment', '10s'],
  ['slow-start-cubic', '1500ms'],
  ['keepalive-dead-peer', '3h'],
] as const

for (const [id, until] of RUNS) {
  test(`${id}: the page and Node come to the same hash after ${until}`, async ({ scope }) => {
    const summary = await inNode(id, until)
    expect(summary.steps).toBeGreaterThan(10)
    const document = findScenario(id)
    if (document === undefined) throw new Error(`${id} is gone`)
    const position = { step: summary.steps, at: summary.simulatedMicros }
    await scope.open(encodeLink({ ...freshSession(document), position }))
    await expect.poll(() => scope.place()).toEqual({ step: summary.steps, hash: summary.traceHash })
    await expect(scope.notices).toHaveCount(0)
  })
}

test('a session made by hand runs in Node as it ran in the page', async ({ scope, page }) => {
  await scope.open('four-way-close')
  const syn = scope.wire.getByRole('button', { name: 'SYN from client, in flight' })
  await scope.stepUntil(() => syn.isVisible())
  await syn.click()
  await page.getByRole('button', { name: 'Duplicate', exact: true }).click()
  const timeWait = scope.client.getByRole('button', { name: /TIME-WAIT/ })
  await scope.stepUntil(() => timeWait.isVisible(), 'packet')
  // The end of TIME-WAIT is the last thing to happen.
  await scope.stepUntil(() => timeWait.isHidden(), 'state')
  const { hash, step } = await scope.place()
  await page.getByRole('button', { name: 'Share' }).click()
  const link = await page.getByLabel('Link to this session').inputValue()
  const summary = await inNode(link, '10min')
  expect({ hash: summary.traceHash, step: summary.steps }).toEqual({ hash, step })
})
