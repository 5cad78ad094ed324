/** What ss and netstat would print, on the page: they follow the clock, say what changed, and lead to the socket that a row is about. */
import { expect, test } from './page'

test('ss shows the accept queue filling, step by step, with what changed', async ({ scope, page }) => {
  await scope.open('accept-queue-full')
  await page.getByRole('tab', { name: 'ss & netstat' }).click()
  const output = page.getByRole('region', { name: 'Output of ss -tan on server' })
  await expect(output).toContainText(/State\s+Recv-Q Send-Q Local Address:Port/)
  await scope.stepUntil(() => output.getByRole('button', { name: /^LISTEN\s+3\s+2\s/ }).isVisible())
  await expect(output.locator('mark').first()).toBeVisible()
  await expect(output.getByText(/\d+ lines? changed/)).toBeVisible()
  // A row leads to its socket, and the panel's socket has its row marked.
  const row = output.getByRole('button', { name: /^ESTAB\s/ }).first()
  const remote = /10\.0\.0\.1:\d+/.exec((await row.textContent()) ?? '')?.[0] ?? 'none'
  await row.click()
  const panel = page.getByRole('region', { name: /server/i }).first()
  await expect(panel.getByText(remote).first()).toBeVisible()
  await scope.travel('Home')
  await expect(output.getByRole('button')).toHaveCount(0)
})

test('any command can be typed, and one that is not known is answered as a shell would', async ({ scope, page }) => {
  await scope.open('accept-queue-full')
  await page.getByRole('tab', { name: 'ss & netstat' }).click()
  await page.getByRole('radio', { name: 'client' }).check()
  const command = page.getByRole('textbox', { name: 'Command' })
  await command.fill('netstat -s')
  await command.press('Enter')
  await expect(page.getByRole('region', { name: 'Output of netstat -s on client' })).toContainText(
    'active connection openings',
  )
  await command.fill('lsof')
  await command.press('Enter')
  await expect(page.getByText(/^lsof: command not found/)).toBeVisible()
  await page.getByRole('combobox', { name: 'Common commands' }).selectOption('cat /proc/net/tcp')
  await page.getByText('What the words mean').click()
  await expect(page.getByText(/^When it fires, in hundredths of a second/)).toBeVisible()
})
