/**
 * Finds a Chromium for the browser tests. In this order: the variable TCPSCOPE_BROWSER (obeyed or an error), Playwright's own
 * download, an installed Chrome or Edge, names on PATH; then, since a test run without a browser proves nothing, installs one:
 * Playwright's, else Debian's package as root. A candidate counts only if it opens a page.
 */
import { existsSync } from 'node:fs'
import { chromium } from '@playwright/test'
import { installPackages, mayInstallPackages, onPath, run } from './process'

export const LAUNCH_ARGS = [
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
]

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge']
const PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** Path of a browser that works; throws one sentence when there is none. */
export async function findBrowser(): Promise<string> {
  const wanted = process.env['TCPSCOPE_BROWSER']
  if (wanted !== undefined && wanted !== '') {
    if (await opensPage(wanted)) return wanted
    throw new Error(`TCPSCOPE_BROWSER names ${wanted}, which does not open a page.`)
  }
  const found = await firstWorking(candidates())
  if (found !== undefined) return found
  console.log('No browser found: installing one.')
  if ((await run('npx', ['playwright', 'install', 'chromium'])) === 0) {
    const own = await firstWorking([chromium.executablePath()])
    if (own !== undefined) return own
  }
  if (mayInstallPackages() && (await installPackages('chromium'))) {
    const packaged = await firstWorking(candidates())
    if (packaged !== undefined) return packaged
  }
  throw new Error('No Chromium, Chrome or Edge works here and none could be installed; set TCPSCOPE_BROWSER to one.')
}

function candidates(): string[] {
  const paths = NAMES.map(onPath).filter((path) => path !== undefined)
  return [chromium.executablePath(), ...paths, ...PLACES].filter((path) => existsSync(path))
}

async function firstWorking(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if (await opensPage(path)) return path
  return undefined
}

async function opensPage(executablePath: string): Promise<boolean> {
  if (!existsSync(executablePath)) return false
  try {
    const browser = await chromium.launch({ executablePath, args: LAUNCH_ARGS, timeout: 30_000 })
    const page = await browser.newPage()
    await page.goto('data:text/html,<title>works</title>')
    const title = await page.title()
    await browser.close()
    return title === 'works'
  } catch {
    return false
  }
}
