/** The page fits: from a phone to a wide screen nothing is cut off and nothing scrolls sideways; what is chosen is remembered. */
import type { Page } from '@playwright/test'
import { expect, test } from './page'
import type { Scope } from './page'

const SIZES = [
  { width: 390, height: 844 },
  { width: 768, height: 1024 },
  { width: 1024, height: 768 },
  { width: 1440, height: 900 },
  { width: 1920, height: 1080 },
] as const

/** Controls and headings that lie outside the window, though nothing between them and it scrolls. */
function outside(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const scrolls = (element: Element | null): boolean => {
      for (let up = element; up !== null && up !== document.body; up = up.parentElement) {
        const { overflowX, overflowY } = getComputedStyle(up)
        if (/auto|scroll/.test(overflowX + overflowY)) return true
      }
      return false
    }
    return [...document.querySelectorAll('button, input, select, h1, h2, h3, [role=tab]')]
      .filter(
        (element) => element.checkVisibility() && element.closest('[popover], dialog, [role=toolbar], svg') === null,
      )
      .filter((element) => {
        const { left, right, top, bottom, width, height } = element.getBoundingClientRect()
        if (width <= 1 || height <= 1 || scrolls(element.parentElement)) return false
        return left < -1 || top < -1 || right > innerWidth + 1 || bottom > innerHeight + 1
      })
      .map((element) => `${element.tagName} ${element.getAttribute('aria-label') ?? element.textContent}`)
  })
}

/** Boxes that scroll sideways, and text that is cut off with its whole nowhere to be read. */
function cut(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('body *')]
      .filter((box) => box.checkVisibility() && box.closest('[popover], dialog, svg') === null)
      .filter((box) => box.clientWidth > 1 && box.scrollWidth > box.clientWidth + 1)
      .filter((box) => getComputedStyle(box).overflowX !== 'visible' && box.closest('[title]') === null)
      .map((box) => `${box.tagName} ${box.scrollWidth} > ${box.clientWidth}: ${box.textContent?.slice(0, 60)}`),
  )
}

async function steps(scope: Scope, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await scope.stepOn('packet')
}

for (const size of SIZES) {
  test(`fits into ${size.width} × ${size.height}`, async ({ scope, page }) => {
    await page.setViewportSize(size)
    await scope.open('fast-retransmit')
    await steps(scope, 12)
    const sideways = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement
      return scrollWidth - clientWidth
    })
    expect(sideways).toBe(0)
    expect(await outside(page)).toEqual([])
    expect(await cut(page)).toEqual([])
    await expect(scope.wire.or(scope.diagram).first()).toBeVisible()
    await expect(scope.transport).toBeInViewport({ ratio: 1 })
  })
}

test('a phone shows one hero at a time, under tabs, with the transport at the thumb', async ({ scope, page }) => {
  await page.setViewportSize(SIZES[0])
  await scope.open('three-way-handshake')
  await steps(scope, 3)
  const views = page.getByRole('tablist', { name: 'Views' })
  await expect(views.getByRole('tab')).toHaveText(['Wire', 'States', 'Hosts', 'Graphs', 'ss', 'NAT', 'Why'])
  const seen = {
    Wire: scope.wire,
    States: scope.diagram,
    Hosts: scope.client,
    Graphs: page.getByRole('img', { name: /^Congestion graph/ }),
    NAT: page.getByRole('region', { name: 'Rules' }),
    Why: page.getByRole('region', { name: /^Why/ }),
  }
  for (const [tab, hero] of Object.entries(seen)) {
    await views.getByRole('tab', { name: tab }).click()
    await expect(hero).toBeVisible()
    for (const other of Object.values(seen)) if (other !== hero) await expect(other).toBeHidden()
    await expect(scope.transport).toBeInViewport({ ratio: 1 })
  }
})

test('the targets of a thumb are as large as a thumb', async ({ scope, page }) => {
  await page.setViewportSize(SIZES[0])
  await scope.open('three-way-handshake')
  const buttons = scope.transport.getByRole('button')
  for (const button of await buttons.all()) {
    const box = await button.boundingBox()
    expect(
      Math.min(box?.width ?? 0, box?.height ?? 0),
      (await button.getAttribute('aria-label')) ?? '',
    ).toBeGreaterThan(39)
  }
})

test('a phone operates: a packet is lost under the thumb', async ({ scope, page }) => {
  await page.setViewportSize(SIZES[0])
  await scope.open('three-way-handshake')
  const syn = scope.wire.getByRole('button', { name: 'SYN from client, in flight' })
  await scope.stepUntil(() => syn.isVisible(), 'packet')
  await syn.click()
  await page.getByRole('button', { name: 'Lose', exact: true }).click()
  await expect(scope.wire.getByRole('button', { name: 'SYN from client, lost' })).toBeVisible()
})

test('embedded, it shows the heroes and the transport alone', async ({ scope, page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await page.setViewportSize({ width: 960, height: 540 })
  await page.goto('./?embed#three-way-handshake')
  await scope.ready()
  await steps(scope, 2)
  await expect(scope.wire).toBeVisible()
  await expect(scope.diagram).toBeVisible()
  await expect(scope.transport).toBeInViewport({ ratio: 1 })
  await expect(page.getByRole('banner')).toHaveCount(0)
  await expect(page.getByRole('tablist')).toHaveCount(0)
  await expect(scope.client).toHaveCount(0)
  expect(await outside(page)).toEqual([])
})

test('embedded in a narrow column it still fits', async ({ scope, page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await page.setViewportSize({ width: 360, height: 480 })
  await page.goto('./?embed#three-way-handshake')
  await scope.ready()
  await expect(scope.wire).toBeVisible()
  await expect(scope.transport).toBeInViewport({ ratio: 1 })
  expect(await outside(page)).toEqual([])
})

test('one key gives the room to states, queues, congestion or everything, and it is remembered', async ({
  scope,
  page,
}) => {
  await scope.open('three-way-handshake')
  const layout = page.getByRole('dialog', { name: 'What gets the room' })
  const widths: number[] = []
  for (const [i, name] of ['States', 'Queues', 'Congestion', 'Everything'].entries()) {
    await page.keyboard.press(String(i + 1))
    await page.getByRole('button', { name: 'Layout' }).click()
    await expect(layout.getByRole('button', { name })).toHaveAttribute('aria-current', 'true')
    await page.keyboard.press('Escape')
    widths.push((await scope.diagram.boundingBox())?.width ?? 0)
  }
  expect(widths[0]).toBeGreaterThan(widths[1])
  expect(widths[0]).toBeGreaterThan(widths[3])
})

test('the theme changes by button and by key, is dark or light to the eye, and stays', async ({ scope, page }) => {
  await page.emulateMedia({ colorScheme: 'light' })
  await scope.open('three-way-handshake')
  const ground = (): Promise<number> =>
    page.evaluate(() => Number(/\d+/.exec(getComputedStyle(document.body).backgroundColor)?.[0]))
  expect(await ground()).toBeGreaterThan(200)
  await page.getByRole('button', { name: 'Theme: Dark' }).click()
  await expect.poll(ground).toBeLessThan(60)
  await page.reload()
  await scope.ready()
  expect(await ground()).toBeLessThan(60)
  await page.keyboard.press('t')
  await expect.poll(ground).toBeGreaterThan(200)
})

test('panels are moved by keyboard, and stay where they were put', async ({ scope, page }) => {
  await scope.open('three-way-handshake')
  const width = async (): Promise<number> => Math.round((await scope.client.boundingBox())?.width ?? 0)
  const before = await width()
  const handle = page.getByRole('separator').first()
  await handle.focus()
  for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowRight')
  await expect.poll(width).not.toBe(before)
  const after = await width()
  await page.reload()
  await scope.ready()
  await expect.poll(width).toBe(after)
})
