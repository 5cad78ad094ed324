/** Processes, shared descriptors and epoll by hand: forked, closed, signalled, watched, and told why. */
import AxeBuilder from '@axe-core/playwright'
import { expect, test } from './page'
import type { Scope } from './page'

/** Plays a scenario to a moment in virtual time at which a text stands in the server's panel. */
async function playUntil(scope: Scope, text: RegExp): Promise<void> {
  await scope.stepUntil(async () => text.test((await scope.server.textContent()) ?? ''), 'event', 120)
}

async function choose(scope: Scope, menu: RegExp, item: string): Promise<void> {
  await scope.server.getByRole('button', { name: menu }).click()
  await scope.page.getByRole('dialog').getByRole('button', { name: item, exact: true }).click()
}

test('a fork is a process of its own, whose descriptors refer to the same open files', async ({ scope, page }) => {
  const { server } = scope
  await scope.open('empty')
  await server.getByRole('button', { name: 'socket()' }).click()
  await choose(scope, /power and settings/, 'fork()')
  await expect(server.getByRole('rowheader').or(server.locator('th')).filter({ hasText: 'fork of 1000' })).toBeVisible()
  await expect(server.getByText('×2')).toHaveCount(2)
  await expect(server.getByTitle(/^One open file, fd 3 of 1000, fd 3 of 1001\./)).toHaveCount(2)

  await scope.call(server, 'close')
  await expect(server.getByText('×2')).toHaveCount(0)
  const { violations } = await new AxeBuilder({ page }).include('section[aria-label="server"]').analyze()
  expect(violations.map(({ id }) => id)).toEqual([])

  await choose(scope, /^Process 1001/, 'SIGKILL')
  await expect(server.getByText('killed by SIGKILL: a zombie')).toBeVisible()
  await choose(scope, /^Process 1000/, 'waitpid(-1, WNOHANG)')
  await expect(server.getByText('a zombie')).toHaveCount(0)
  await expect(server.getByText('No sockets.')).toBeVisible()
})

test('an epoll shows what it watches, what holds of it and what is in its ready list', async ({ scope }) => {
  const { server } = scope
  await scope.open('epoll-edge-and-level')
  await playUntil(scope, /1 of 1 ready|0 of 1 ready/)
  await server.getByRole('button', { name: 'Show epoll, fd 5' }).last().click()
  const epoll = server.getByRole('region', { name: 'epoll, fd 5' })
  await expect(epoll.getByRole('table', { name: 'Interest list' })).toContainText('IN')
  await expect(epoll).toContainText('Ready list')
})

test('each bit of poll() says why it is set or not', async ({ scope, page }) => {
  const { server } = scope
  await scope.open('empty')
  await server.getByRole('button', { name: 'socket()' }).click()
  await server.getByRole('button', { name: /^Why each bit of poll\(\)/ }).click()
  await expect(server.getByText('not connected')).toBeVisible()
  await expect(server.getByText('nothing to read')).toBeVisible()
  const { violations } = await new AxeBuilder({ page }).include('section[aria-label="server"]').analyze()
  expect(violations.map(({ id }) => id)).toEqual([])
})

test('an epoll is made, told what to watch and waited on by hand', async ({ scope, page }) => {
  const { server } = scope
  await scope.open('empty')
  await server.getByRole('button', { name: 'socket()' }).click()
  await choose(scope, /power and settings/, 'epoll_create1()')
  await server.getByRole('button', { name: 'Show epoll, fd 4' }).click()
  const epoll = server.getByRole('region', { name: 'epoll, fd 4' })
  await expect(epoll).toContainText('It watches nothing yet.')
  await epoll.getByRole('button', { name: 'EPOLL_CTL_ADD' }).click()
  const form = page.getByRole('dialog', { name: 'EPOLL_CTL_ADD' })
  await form.getByLabel('EPOLLET').check()
  await form.getByRole('button', { name: 'EPOLL_CTL_ADD' }).click()
  await expect(epoll.getByRole('table', { name: 'Interest list' })).toContainText('IN ET')
  await expect(epoll.getByRole('table', { name: 'Interest list' })).toContainText('HUP')
  await epoll.getByRole('button', { name: 'epoll_wait', exact: true }).click()
  await expect(epoll).toContainText('empty')
  await epoll.getByRole('button', { name: 'epoll_wait', exact: true }).click()
  await expect(epoll).toContainText('1 in epoll_wait')
})
