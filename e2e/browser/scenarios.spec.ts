/** Every built-in scenario opens and moves; and what a lesson is about can be seen, not only computed. */
import { SCENARIOS } from '../../src/scenario'
import { expect, test } from './page'
import type { Scope } from './page'

/** Opens a scenario from the list, lets it play by itself, takes the next change of state by hand. */
async function opensAndMoves(scope: Scope, title: string, empty: boolean): Promise<void> {
  await scope.pick(title)
  if (empty) return
  await expect.poll(() => scope.stepOf()).toBeGreaterThan(2)
  await scope.stepOn('state')
  await expect(scope.transport.getByRole('button', { name: 'Play', exact: true })).toBeVisible()
  await expect(scope.diagram.getByRole('group', { name: /^TCP state diagram/ })).toBeVisible()
}

const QUARTERS = [0, 1, 2, 3].map((part) => SCENARIOS.filter((_, i) => i % 4 === part))

for (const [number, part] of QUARTERS.entries()) {
  test(`every scenario opens from the list, plays and steps (part ${number + 1} of 4)`, async ({ scope, page }) => {
    await page.goto('./')
    await scope.ready()
    for (const { id, title } of part) {
      // In one page, one after the other, as a person walks through the list.
      // oxlint-disable-next-line no-await-in-loop
      await test.step(title, () => opensAndMoves(scope, title, id === 'empty'))
    }
    await expect(scope.alerts).toHaveCount(0)
  })
}

test('accept queue full: the queue fills, and what is turned away is counted as Linux counts it', async ({ scope }) => {
  const { server, page } = scope
  await scope.open('accept-queue-full')
  await scope.stepUntil(() => server.getByText(/^Dropped/).isVisible(), 'packet')
  await expect(server.getByRole('img', { name: 'Accept queue: 3 of 3 places taken' })).toBeVisible()
  await expect(server.getByText('3 / 3')).toBeVisible()
  await server.getByRole('button', { name: 'server: power and settings' }).click()
  const counters = page.getByRole('dialog', { name: 'server: power and settings' })
  await expect(counters.getByText('ListenOverflows')).toBeVisible()
})

test('zero window: the sender says that it waits for the persist timer, until the program reads', async ({ scope }) => {
  await scope.open('zero-window')
  const persist = scope.client.getByText('the persist timer')
  await scope.stepUntil(() => persist.isVisible(), 'packet')
  await expect(scope.client.getByText('The window is zero.')).toBeVisible()
  await expect(scope.client.getByText('Persist timer').first()).toBeVisible()
  await scope.stepUntil(() => persist.isHidden(), 'packet')
})

test('fast retransmit: the table tells which segment was lost and which was sent again', async ({ scope, page }) => {
  await scope.open('fast-retransmit')
  await scope.wire.getByRole('button', { name: 'As a table' }).click()
  const rows = scope.wire.getByRole('region', { name: 'Packets in view' }).getByRole('row')
  const again = rows.filter({ hasText: 'sent again' })
  await scope.stepUntil(() => again.first().isVisible(), 'packet', 120)
  const name = /data \d+/.exec((await again.first().textContent()) ?? '')?.[0] ?? ''
  const first = rows.filter({ has: page.getByRole('button', { name, exact: true }) })
  await expect(first.first()).toContainText('lost')
  await again.first().getByRole('button').click()
  const why = page.getByRole('region', { name: /^Why/ })
  await expect(why).toContainText(/three duplicate ACKs|selective ACKs|sent after it was acknowledged/)
})

test('keepalive: two hours, eleven minutes and fifteen seconds are a few presses', async ({ scope }) => {
  await scope.open('keepalive-dead-peer')
  const clock = scope.transport.getByRole('timer')
  await scope.stepUntil(async () => /2 h 11 min 15/.test((await clock.textContent()) ?? ''), 'packet', 30)
  await scope.stepUntil(
    () =>
      scope.diagram
        .getByText(/→ CLOSED$/)
        .first()
        .isVisible(),
    'state',
    2,
  )
})

test('TIME-WAIT: its minute is one press', async ({ scope }) => {
  await scope.open('four-way-close')
  await scope.stepUntil(() => scope.client.getByRole('button', { name: /TIME-WAIT/ }).isVisible(), 'state')
  await scope.stepOn('state')
  await scope.stepUntil(() => scope.client.getByRole('button', { name: /TIME-WAIT/ }).isHidden(), 'state', 3)
  await expect(scope.transport.getByRole('timer')).toContainText(/1 min/)
})

test('Nagle: the second small write waits, and its sender says for what', async ({ scope }) => {
  await scope.open('nagle-delayed-ack')
  await scope.stepUntil(() => scope.client.getByText('Nagle', { exact: true }).isVisible(), 'packet')
  await expect(scope.client.getByText(/less than a full segment/)).toBeVisible()
})

test('connect timeout: the call that blocked returns ETIMEDOUT', async ({ scope }) => {
  await scope.open('connect-timeout')
  await scope.stepUntil(() => scope.client.getByText('-1 ETIMEDOUT').isVisible())
  await expect(scope.transport.getByRole('timer')).toContainText('2 min 11')
})
