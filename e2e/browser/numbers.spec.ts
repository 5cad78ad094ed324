/** Linux's numbers of a connection and of a host, as the page tells them: they move with the clock, both ways. */
import { expect, test } from './page'

test('tcp_info of both ends follows the clock, forwards and back', async ({ scope, page }) => {
  await scope.open('three-way-handshake')
  await page.getByRole('tab', { name: 'tcp_info' }).click()
  await page.getByLabel('Find').fill('state')
  const open = page.getByRole('listitem').filter({ hasText: /^stateclient 1server 1$/ })
  await scope.stepUntil(() => open.isVisible())
  await scope.travel('Home')
  await expect(page.getByRole('listitem').filter({ hasText: /^state/ })).toHaveCount(0)
})

test('the counters of nstat are found by their name', async ({ scope, page }) => {
  await scope.open('syn-lost')
  await page.getByRole('tab', { name: 'tcp_info' }).click()
  await page.getByLabel('Find').fill('retranssegs')
  const counter = page.getByRole('listitem').filter({ hasText: /^RetransSegs/ })
  await scope.stepUntil(() => counter.isVisible())
  await expect(counter).toHaveText(/client 1/)
})
