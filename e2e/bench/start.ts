/** How long the page takes to its first picture, and how much it fetches for that: with an empty cache, as a first visitor has it. */
import type { Browser } from '@playwright/test'

export interface Start {
  readonly firstPictureMs: number
  readonly transferredKiB: number
}

export async function measureStart(browser: Browser, address: string): Promise<Start> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  let bytes = 0
  await session.send('Network.enable')
  session.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength
  })
  const began = Date.now()
  await page.goto(address)
  await page.getByTitle(/trace hash [0-9a-f]{16}/).waitFor()
  const firstPictureMs = Date.now() - began
  await page.waitForLoadState('networkidle')
  await context.close()
  return { firstPictureMs, transferredKiB: Math.round(bytes / 1_024) }
}
