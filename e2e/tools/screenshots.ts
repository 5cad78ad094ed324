/**
 * Makes the README's pictures from the real page: `npm run screenshots` after a build. Nothing is drawn for the picture; the session is
 * taken to a moment that shows much, and photographed.
 */
import { chromium } from '@playwright/test'
import type { Page } from '@playwright/test'
import { preview } from 'vite'
import { findBrowser, LAUNCH_ARGS } from './find-browser'

const PICTURES = [
  { name: 'stage-light', theme: 'light', width: 1440, height: 900 },
  { name: 'stage-dark', theme: 'dark', width: 1440, height: 900 },
  { name: 'phone-light', theme: 'light', width: 390, height: 844 },
] as const

const server = await preview({ preview: { port: 4274, host: '127.0.0.1' }, logLevel: 'error' })
const browser = await chromium.launch({ executablePath: await findBrowser(), args: LAUNCH_ARGS })
for (const { name, theme, width, height } of PICTURES) {
  const page = await browser.newPage({
    viewport: { width, height },
    deviceScaleFactor: 1.5,
    colorScheme: theme,
    reducedMotion: 'reduce',
  })
  await page.goto('http://127.0.0.1:4274/#fast-retransmit')
  await toRetransmission(page)
  await page.screenshot({ path: `public/screenshots/${name}.png` })
  await page.close()
  console.log(`public/screenshots/${name}.png`)
}
await browser.close()
await server.close()

/** Steps on until the retransmission is under way, and selects it. */
async function toRetransmission(page: Page): Promise<void> {
  const again = page.getByRole('button', { name: /sent again from client, in flight/ }).first()
  await page.getByTitle(/trace hash [0-9a-f]{16}/).waitFor()
  for (let i = 0; i < 400 && !(await again.isVisible()); i++) {
    await page.keyboard.press('Shift+ArrowRight')
    await page.evaluate(() => new Promise(requestAnimationFrame))
  }
  for (let i = 0; i < 6; i++) {
    await page.keyboard.press('Shift+ArrowRight')
    await page.evaluate(() => new Promise(requestAnimationFrame))
  }
  await again.click()
  await page.mouse.move(0, 0)
}
