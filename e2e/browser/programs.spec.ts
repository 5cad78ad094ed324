/** Ready-made programs on the page: run with a click, read with the line that runs lit, stepped, stopped; and the stream that they cut into messages. */
import { expect, test } from './page'

test('a program is run on a host with one click, read while it waits, and stopped', async ({ scope, page }) => {
  await scope.open('empty')
  await page.getByRole('tab', { name: 'Programs' }).click()
  const server = page.getByRole('region', { name: 'Programs of server' })
  await expect(server).toContainText('No program runs here.')
  await server.getByRole('button', { name: 'Run a program…' }).click()
  await page.getByRole('button', { name: /^epoll loop One thread/ }).click()
  const program = server.getByRole('region', { name: 'epoll-server' })
  await expect(program.locator('[aria-current=step]')).toContainText(
    /epoll_wait\(ep, events, 16, -1\);blocked for .*: nothing ready/,
  )
  await expect(program.getByLabel('Variables')).toContainText('listener')
  await program.getByRole('button', { name: 'Stop' }).click()
  await expect(program).toHaveCount(0)
})

test('a program is stepped from call to call, and the line of the call that blocks is lit', async ({ scope, page }) => {
  await scope.open('iterative-server')
  await page.getByRole('tab', { name: 'Programs' }).click()
  const program = page.getByRole('region', { name: 'iterative-server' })
  // socket, setsockopt, bind, listen, accept.
  for (let i = 0; i < 5; i++) {
    const before = await scope.stepOf()
    await program.getByRole('button', { name: 'Step' }).click()
    await expect.poll(() => scope.stepOf()).toBeGreaterThan(before)
  }
  await expect(program.locator('[aria-current=step]')).toContainText(
    /accept\(listener, NULL, NULL\);blocked for .*: accept queue empty/,
  )
})

test('the settings of a program are its variables, and its text shows them before it runs', async ({ scope, page }) => {
  await scope.open('empty')
  await page.getByRole('tab', { name: 'Programs' }).click()
  await page.getByRole('region', { name: 'Programs of server' }).getByRole('button', { name: 'Run a program…' }).click()
  await page.getByRole('button', { name: 'Slow reader: settings and text' }).click()
  await page.getByRole('spinbutton', { name: 'size, B' }).fill('77')
  await expect(page.getByLabel('Text of Slow reader')).toContainText('const int size = 77;')
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await expect(page.getByRole('list', { name: 'Text of slow-reader' })).toContainText('const int size = 77;')
})

test('messages that stick and split are seen over the segments that brought them', async ({ scope, page }) => {
  await scope.open('sticky-packets')
  await page.getByRole('tab', { name: 'Programs' }).click()
  const stream = page.getByRole('figure').filter({ hasText: 'The stream, cut in three ways' })
  await scope.stepUntil(
    () => stream.getByRole('button', { name: /^Taken for one message of \d+ B: message 2message 3/ }).isVisible(),
    'packet',
  )
  await expect(stream.getByRole('button', { name: /^One send\(\) of \d+ B$/ }).first()).toBeVisible()
  await expect(stream.getByRole('button', { name: /^A segment brought \d+ B$/ })).toHaveCount(2)
})

test('each thread of a forking server is told apart in the one text that all of them run', async ({ scope, page }) => {
  await scope.open('fork-per-client')
  await page.getByRole('tab', { name: 'Programs' }).click()
  const program = page.getByRole('region', { name: 'fork-server' })
  const threads = program.getByRole('combobox', { name: 'Threads of fork-server' })
  await scope.stepUntil(async () => (await threads.getByRole('option').count()) === 3, 'packet')
  await threads.selectOption({ index: 0 })
  await expect(program.locator('[aria-current=step]')).toContainText('accept(listener')
})
