/** Finds a browser, then runs Playwright with it; arguments go to Playwright. */
import { findBrowser } from './find-browser'
import { plainEnvironment, run } from './process'

const browser = await findBrowser()
console.log(`Browser: ${browser}`)
process.exitCode = await run(
  'npx',
  ['playwright', 'test', '--config', 'e2e/playwright.config.ts', ...process.argv.slice(2)],
  {
    ...plainEnvironment(),
    TCPSCOPE_BROWSER: browser,
  },
)
