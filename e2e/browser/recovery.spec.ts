/** What breaks does not take the session with it. The faults are put into the worker's own script on its way to the page. */
import type { Page } from '@playwright/test'
import { expect, test } from './page'

/** Adds lines to the end of the worker's script. */
async function appendToWorker(page: Page, lines: string): Promise<void> {
  await page.route(/worker-[^/]*\.js$/, async (route) => {
    const response = await route.fetch()
    await route.fulfill({ response, body: `${await response.text()}\n${lines}` })
  })
}

/** The engine gets a request that it cannot make sense of, in place of "back one state change". */
const POISON = `{ const receive = self.onmessage; self.onmessage = (event) => {
  const { data } = event;
  receive(data.type === 'stepBy' && data.unit === 'state' && data.direction === -1
    ? { data: { id: data.id, type: 'seek', target: null } } : event);
} }`

test('an engine that broke is started again where it stood, says so, and gives the session as a file', async ({
  scope,
  page,
}) => {
  await appendToWorker(page, POISON)
  await scope.open('syn-lost')
  await scope.stepUntil(async () => (await scope.stepOf()) >= 9)
  const before = await scope.place()
  await scope.press('Back one state change')
  const note = page.getByRole('alert').filter({ hasText: 'started again' })
  await expect(note).toBeVisible()
  await expect.poll(() => scope.place()).toEqual(before)
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    note.getByRole('button', { name: 'Save session' }).click(),
  ])
  expect(file.suggestedFilename()).toMatch(/tcpscope\.json$/)
  await note.getByRole('button', { name: 'Dismiss' }).click()
  await expect(note).toBeHidden()
  await scope.stepOn()
})

test('a worker that ends by itself is replaced, and the session is there from its beginning', async ({
  scope,
  page,
}) => {
  const lost = `{ const receive = self.onmessage; self.onmessage = (event) => {
    if (event.data.type === 'stepBy' && event.data.unit === 'state') setTimeout(() => { throw new Error('out of memory') });
    else receive(event);
  } }`
  await appendToWorker(page, lost)
  await scope.open('syn-lost')
  await scope.stepOn()
  await scope.press('On one state change')
  await expect(page.getByRole('alert').filter({ hasText: 'ended by itself' })).toBeVisible()
  await expect.poll(() => scope.stepOf()).toBe(0)
  await scope.stepOn()
})

test('a panel that cannot be fetched fails alone, and the session goes on', async ({ scope, page }) => {
  scope.expected.push(/dynamically imported module/, /net::ERR_FAILED/)
  await page.route(/inspector-[^/]*\.js$/, (route) => route.abort())
  await scope.open('three-way-handshake')
  await page.getByRole('tab', { name: 'Packet' }).click()
  const problem = page.getByRole('alert').filter({ hasText: 'This panel could not be drawn' })
  await expect(problem.getByRole('button', { name: 'Save session' })).toBeVisible()
  await scope.stepOn()
  await page.getByRole('tab', { name: 'Congestion' }).click()
  await expect(problem).toBeHidden()
})
