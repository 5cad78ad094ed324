/** For everyone: axe finds nothing wherever one may be, everything is reached by keyboard, every picture has words. */
import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, test } from './page'
import type { Scope } from './page'

const DESK = { width: 1440, height: 900 }
const TABLET = { width: 1024, height: 768 }
const PHONE = { width: 390, height: 844 }
const THEMES = ['light', 'dark'] as const
type Theme = (typeof THEMES)[number]

/** What axe has against the page as it stands, or against one part of it: rule, then where. */
async function faults(page: Page, part?: string): Promise<string[]> {
  const axe = new AxeBuilder({ page })
  const { violations } = await (part === undefined ? axe : axe.include(part)).analyze()
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary?.split('\n')[1]?.trim() ?? ''}`),
  )
}

/** A session with something in every panel: data in flight, a loss, both queues, a selection with its why. */
async function fullSession(scope: Scope, size: { width: number; height: number }, theme: Theme): Promise<void> {
  const { page } = scope
  await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
  await page.setViewportSize(size)
  await page.goto('./#fast-retransmit')
  await scope.ready()
  const packet = scope.transport.getByRole('button', { name: 'On one packet' })
  for (let i = 0; i < 14; i++) {
    const { step } = await scope.place()
    await packet.click()
    await expect.poll(() => scope.stepOf(), { intervals: [10, 20, 40] }).toBeGreaterThan(step)
  }
}

async function selectAPacket(scope: Scope): Promise<void> {
  await scope.wire
    .getByRole('button', { name: /from (client|server), / })
    .last()
    .click()
}

async function eachTab(scope: Scope, list: string): Promise<void> {
  const tabs = await scope.page.getByRole('tablist', { name: list }).getByRole('tab').all()
  for (const tab of tabs) {
    await test.step((await tab.textContent()) ?? '', async () => {
      await tab.click()
      await expect(scope.page.getByText('Loading…')).toHaveCount(0)
      expect(await faults(scope.page, '[role=tabpanel]')).toEqual([])
    })
  }
}

async function eachMenu(scope: Scope, names: readonly (string | RegExp)[]): Promise<void> {
  const { page } = scope
  for (const name of names) {
    await test.step(String(name), async () => {
      await page.getByRole('button', { name }).first().click()
      await expect(page.getByRole('dialog')).toBeVisible()
      expect(await faults(page, ':is(:popover-open, dialog[open])')).toEqual([])
      await page.keyboard.press('Escape')
      await expect(page.getByRole('dialog')).toBeHidden()
    })
  }
}

for (const theme of THEMES) {
  test(`axe finds nothing on the desk, ${theme}`, async ({ scope, page }) => {
    const clean = async (): Promise<void> => expect(await faults(page)).toEqual([])
    await fullSession(scope, DESK, theme)
    await clean()
    await selectAPacket(scope)
    await eachTab(scope, 'Details')
    await scope.wire.getByRole('button', { name: 'As a table' }).click()
    await clean()
    const menus = [/^Scenario /, /^Branch /, 'Link', 'Layout', 'Share', 'Export', 'Keys and help', /^client: power/]
    await eachMenu(scope, menus)
    await eachMenu(scope, [/^Arguments of send/, /^Arguments of setsockopt/])
  })

  test(`axe finds nothing on a tablet, ${theme}`, async ({ scope, page }) => {
    await fullSession(scope, TABLET, theme)
    await selectAPacket(scope)
    expect(await faults(page)).toEqual([])
    await eachTab(scope, 'Details')
  })

  test(`axe finds nothing on a phone, ${theme}`, async ({ scope, page }) => {
    await fullSession(scope, PHONE, theme)
    await selectAPacket(scope)
    expect(await faults(page)).toEqual([])
    await eachTab(scope, 'Views')
    await eachMenu(scope, [/^TCPScope /, 'Share', 'Menu', /^speed/])
  })

  test(`axe finds nothing in queues, messages and the embedded page, ${theme}`, async ({ scope, page }) => {
    const clean = async (): Promise<void> => expect(await faults(page)).toEqual([])
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
    await page.goto('./#syn-flood')
    await scope.ready()
    await scope.stepUntil(() => scope.server.getByText(/^Dropped/).isVisible(), 'packet')
    await page.evaluate(() => location.assign('#1.broken'))
    await expect(scope.alerts).toHaveCount(1)
    await clean()
    await page.goto('./?embed#three-way-handshake')
    await scope.ready()
    for (let i = 0; i < 6; i++) await scope.stepOn('packet')
    await clean()
  })
}

/** Presses Tab until what is focused has this name; fails when a round through the page did not come by. */
async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  const wanted = page.getByRole('button', { name, exact: typeof name === 'string' })
  for (let i = 0; i < 120; i++) {
    await page.keyboard.press('Tab')
    const focused = wanted.and(page.locator(':focus'))
    if ((await focused.count()) > 0) return
  }
  throw new Error(`${String(name)} is not reached by Tab`)
}

test('by keyboard alone: step to a packet, lose it, see it lost and why', async ({ scope, page }) => {
  await scope.open('three-way-handshake')
  const syn = scope.wire.getByRole('button', { name: 'SYN from client, in flight' })
  while (!(await syn.isVisible())) await scope.travel('ArrowRight')
  await tabTo(page, 'SYN from client, in flight')
  await page.keyboard.press('Enter')
  await tabTo(page, 'Lose')
  await page.keyboard.press('Enter')
  await expect(scope.wire.getByRole('button', { name: 'SYN from client, lost' })).toBeVisible()
  await expect(page.getByRole('region', { name: /^Why/ })).toContainText(/SYN/)
  await scope.travel('Shift+ArrowRight')
  await scope.travel('Alt+ArrowLeft')
  await scope.travel('End')
  await scope.travel('Home')
  expect(await scope.stepOf()).toBe(0)
})

test('by keyboard alone: a menu opens, is walked, chosen from and left; the focus comes back', async ({
  scope,
  page,
}) => {
  await scope.open('three-way-handshake')
  await tabTo(page, /^Scenario /)
  await page.keyboard.press('Enter')
  const list = page.getByRole('dialog', { name: 'Scenarios' })
  await expect(list).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(list).toBeHidden()
  await expect(page.getByRole('button', { name: /^Scenario / })).toBeFocused()
  await page.keyboard.press('Enter')
  const refused = list.getByRole('button', { name: /^Connection refused/ })
  await expect(refused).toBeVisible()
  // A menu takes the focus when it is placed; who walks it before that is set back to its top.
  await expect(list.locator(':focus')).toHaveCount(1)
  for (let i = 0; i < 40 && (await refused.and(page.locator(':focus')).count()) === 0; i++) {
    await page.keyboard.press('ArrowDown')
  }
  await page.keyboard.press('Enter')
  await expect(page).toHaveTitle('Connection refused · TCPScope')
})

test('by keyboard alone: a call is made', async ({ scope, page }) => {
  await scope.open('empty')
  await tabTo(page, 'socket()')
  await page.keyboard.press('Enter')
  await tabTo(page, 'connect')
  await page.keyboard.press(' ')
  await expect(scope.returned(scope.client, 'connect')).toContainText('blocked')
})

test('everything in the page that can be pressed has a name', async ({ scope, page }) => {
  await fullSession(scope, DESK, 'light')
  const nameless = await page
    .getByRole('button')
    .or(page.getByRole('tab'))
    .or(page.getByRole('slider'))
    .evaluateAll((controls) =>
      controls
        .filter((control) => (control.getAttribute('aria-label') ?? control.textContent ?? '').trim() === '')
        .map((control) => control.outerHTML.slice(0, 120)),
    )
  expect(nameless).toEqual([])
})

test('a step is told to those who listen: the time and what happened', async ({ scope, page }) => {
  await scope.open('three-way-handshake')
  const told = page.locator('[aria-live=polite]')
  await scope.stepUntil(() => scope.client.getByRole('button', { name: /SYN-SENT/ }).isVisible())
  await scope.stepOn('packet')
  await expect(told).toContainText(/^\d+(\.\d+)? ms\. .*SYN/)
})

test('the ladder is also a table, the diagram also a list', async ({ scope }) => {
  await scope.open('three-way-handshake')
  await scope.stepUntil(() => scope.client.getByRole('button', { name: /ESTABLISHED/ }).isVisible(), 'packet')
  await scope.wire.getByRole('button', { name: 'As a table' }).click()
  const table = scope.wire.getByRole('table')
  await expect(table.getByRole('columnheader')).toHaveText(['sent', 'from', 'segment', 'what became of it', 'when'])
  await expect(table.getByRole('row').nth(1)).toContainText(/client\s*SYN\s*arrived/)
  await expect(table.getByRole('row').nth(2)).toContainText(/server\s*SYN,ACK\s*arrived/)
  const list = scope.diagram.getByRole('list', { name: 'The state diagram as a list' })
  const inState = (state: string) => list.locator(':scope > li').filter({ hasText: new RegExp(`^${state} `) })
  await expect(inState('ESTABLISHED')).toContainText('client has a socket in ESTABLISHED.')
  await expect(inState('SYN-RECEIVED')).toContainText('server has a socket in SYN-RECEIVED.')
  await expect(list.getByText(/^SYN-SENT to ESTABLISHED: .*walked once/)).toBeAttached()
  await expect(list.getByText(/^ESTABLISHED to FIN-WAIT-1: .*not walked/)).toBeAttached()
  await expect(scope.diagram.getByRole('group', { name: /client has a socket in ESTABLISHED/ })).toBeVisible()
  await expect(scope.diagram.getByRole('button', { name: /^ESTABLISHED, 1 socket/ })).toBeVisible()
  await expect(scope.diagram.getByRole('button', { name: /^SYN-SENT to ESTABLISHED: .*walked once/ })).toBeVisible()
})

test('who wants less motion gets none: nothing plays by itself, nothing is animated', async ({ scope, page }) => {
  await scope.open('three-way-handshake')
  await expect(scope.transport.getByRole('button', { name: 'Play', exact: true })).toBeVisible()
  expect(await scope.stepOf()).toBe(0)
  for (let i = 0; i < 8; i++) await scope.stepOn()
  const moving = await page.evaluate(() =>
    document
      .getAnimations()
      .filter((animation) => Number(animation.effect?.getComputedTiming().duration ?? 0) > 10)
      .map(
        ({ id, effect }) => `${id} ${effect instanceof KeyframeEffect ? effect.target?.outerHTML.slice(0, 80) : ''}`,
      ),
  )
  expect(moving).toEqual([])
})
