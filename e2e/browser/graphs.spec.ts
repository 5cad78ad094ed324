/** The graphs say what the run did, share one stretch of time, and lead to the events behind their points. */
import { expect, test } from './page'

test('the time-sequence graph counts what was sent, and sent again, up to the present', async ({ scope, page }) => {
  await scope.open('fast-retransmit')
  await page.getByRole('tab', { name: 'Sequence' }).click()
  await expect(page.getByText('No connection has sent anything yet.')).toBeVisible()
  const again = page.getByRole('img', { name: /Time-sequence graph\. .*\d+ segments .* were sent, 1 of them again/ })
  await scope.stepUntil(() => again.isVisible(), 'packet')
  await scope.press('Back one packet')
  await expect(page.getByRole('img', { name: /Time-sequence graph\. .* 0 of them again/ })).toBeVisible()
})

test('a stretch that one graph shows is the stretch of all, until the whole run is asked for', async ({
  scope,
  page,
}) => {
  await scope.open('fast-retransmit')
  await page.getByRole('tab', { name: 'Sequence' }).click()
  const graph = page.getByRole('img', { name: /Time-sequence graph.*acknowledged up to [1-9]/ })
  await scope.stepUntil(() => graph.isVisible(), 'packet')
  await page.getByRole('button', { name: 'Zoom in', exact: true }).click()
  await page.getByRole('tab', { name: 'RTT & RTO' }).click()
  const whole = page.getByRole('button', { name: 'Whole run' })
  await expect(whole).toBeVisible()
  await whole.click()
  await expect(whole).toBeHidden()
  await expect(page.getByRole('button', { name: 'Zoom out', exact: true })).toBeDisabled()
})

test('the wheel zooms at the pointer and a click on a sample explains it', async ({ scope, page }) => {
  await scope.open('fast-retransmit')
  await page.getByRole('tab', { name: 'RTT & RTO' }).click()
  const graph = page.getByRole('img', { name: /Round-trip graph\. Now: last sample [\d.]+ ms/ })
  await scope.stepUntil(() => graph.isVisible(), 'packet')
  await graph.hover({ position: { x: 200, y: 60 } })
  await page.mouse.wheel(0, -400)
  await expect(page.getByRole('button', { name: 'Whole run' })).toBeVisible()
  await page.getByRole('button', { name: 'Whole run' }).click()
  const box = await graph.boundingBox()
  if (box === null) throw new Error('the graph has no place on the page')
  const why = page.getByRole('region', { name: 'Why' })
  for (let x = box.width - 24; x > 96; x -= 8) {
    // One try after the other, from the present back, until a sample is under the pointer.
    // oxlint-disable-next-line no-await-in-loop
    await graph.click({ position: { x, y: 60 } })
    // oxlint-disable-next-line no-await-in-loop
    if (await why.getByText('tcp/rttMeasured').isVisible()) return
  }
  throw new Error('no sample was found under the pointer')
})

test('throughput tells what was sent from what was acknowledged', async ({ scope, page }) => {
  await scope.open('fast-retransmit')
  await page.getByRole('tab', { name: 'Throughput' }).click()
  const graph = page.getByRole('img', {
    name: /Throughput graph\. [1-9]\d* bytes of payload were sent, \d+ acknowledged/,
  })
  await scope.stepUntil(() => graph.isVisible(), 'packet')
})
