/** Broken and hostile links: one clear message, never a blank page or a hung tab. */
import { ENDLESS, GOOD_LINK, MARKUP, MARKUP_HOST, MARKUP_TITLE, REFUSED, WILD } from './hostile-links'
import { expect, test } from './page'
import type { Scope } from './page'

const FIRST = 'Three-way handshake · TCPScope'

/** The page does what it is for. */
async function works(scope: Scope): Promise<void> {
  await expect(scope.diagram).toBeVisible()
  await scope.stepOn()
  await scope.stepBack()
}

test.describe('a link that cannot be opened leaves one sentence and the first scenario', () => {
  for (const [kind, links] of Object.entries(REFUSED)) {
    test(kind, async ({ scope, page }) => {
      for (const { name, hash, sentence } of links) {
        // One link after the other, each in a page that has seen no other.
        // oxlint-disable-next-line no-await-in-loop
        await test.step(name, async () => {
          await page.goto('about:blank')
          await scope.open(hash)
          await expect(scope.alerts).toHaveCount(1)
          await expect(scope.alerts.getByRole('paragraph')).toHaveText(/^[^\n]{10,300}\.$/)
          await expect(scope.alerts).toContainText(sentence ?? '')
          await expect(page).toHaveTitle(FIRST)
          await works(scope)
          await scope.alerts.getByRole('button', { name: 'Dismiss' }).click()
          await expect(scope.alerts).toHaveCount(0)
        })
      }
    })
  }
})

test.describe('a link that asks for too much is opened as far as it goes', () => {
  for (const { name, hash, sentence } of WILD) {
    test(name, async ({ scope }) => {
      await scope.open(hash, 20_000)
      await expect(scope.alerts).toHaveCount(0)
      if (sentence !== null) await expect(scope.notices).toContainText(sentence)
      await expect(scope.diagram).toBeVisible()
      await scope.travel('ArrowRight').catch(() => scope.travel('ArrowLeft'))
    })
  }
})

test('a link that takes longer than anyone waits is given up, at first and in an open page', async ({
  scope,
  page,
}) => {
  // The million steps take seconds; the page's own clock is put on, so that its patience is over before they are.
  await page.clock.install()
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await page.goto(`./#${ENDLESS}`)
  await page.clock.fastForward(11_000)
  await expect(scope.alerts).toContainText('asks for more than a page can run')
  await expect(page).toHaveTitle(FIRST)
  await scope.alerts.getByRole('button', { name: 'Dismiss' }).click()
  for (let i = 0; i < 5; i++) await scope.stepOn()
  const here = await scope.place()
  await page.evaluate((pasted) => location.assign(`#${pasted}`), ENDLESS)
  await page.clock.fastForward(11_000)
  await expect(scope.alerts).toContainText('asks for more than a page can run')
  await expect.poll(() => scope.place()).toEqual(here)
  await works(scope)
})

test('an empty link opens the first scenario and has nothing to complain of', async ({ scope, page }) => {
  await page.goto('./#')
  await scope.ready()
  await expect(scope.alerts).toHaveCount(0)
  await expect(page).toHaveTitle(FIRST)
})

test('text in a link stays text', async ({ scope, page }) => {
  await scope.open(MARKUP)
  await expect(page).toHaveTitle(`${MARKUP_TITLE} · TCPScope`)
  await expect(page.getByRole('banner')).toContainText(MARKUP_TITLE)
  await expect(page.getByRole('region', { name: MARKUP_HOST })).toBeVisible()
  await expect(page.locator('img, b:has(img), iframe')).toHaveCount(0)
  expect(await page.evaluate(() => Reflect.get(window, 'owned'))).toBeUndefined()
})

test('a broken link pasted into an open page leaves the session as it was', async ({ scope, page }) => {
  await scope.open('rto')
  for (let i = 0; i < 5; i++) await scope.stepOn()
  const here = await scope.place()
  for (const hash of ['1.broken!', GOOD_LINK.slice(0, -5), 'nothing-of-the-kind']) {
    await page.evaluate((pasted) => location.assign(`#${pasted}`), hash)
    await expect(scope.alerts).toHaveCount(1)
    await scope.alerts.getByRole('button', { name: 'Dismiss' }).click()
    await expect(scope.alerts).toHaveCount(0)
    await expect(page).toHaveTitle('Retransmission timeout · TCPScope')
    expect(await scope.place()).toEqual(here)
  }
  await works(scope)
})

test('a link pasted into an open page opens, and the way back leads to the session before', async ({ scope, page }) => {
  await scope.open('rto')
  await page.evaluate((pasted) => location.assign(`#${pasted}`), GOOD_LINK)
  await expect(page).toHaveTitle(FIRST)
  await expect.poll(async () => (await scope.place()).step).toBe(9)
  await page.goBack()
  await expect(page).toHaveTitle('Retransmission timeout · TCPScope')
})
