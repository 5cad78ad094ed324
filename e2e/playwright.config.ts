/**
 * Browser tests run against the built page, served as `npm start` serves it. Started through `npm run e2e:browser`. With TCPSCOPE_SERVED=1 the
 * page is taken from a server that already runs on TCPSCOPE_PORT.
 */
import { defineConfig } from '@playwright/test'
import { LAUNCH_ARGS } from './tools/find-browser'

const port = Number(process.env['TCPSCOPE_PORT'] ?? 4273)
const executablePath = process.env['TCPSCOPE_BROWSER']

export default defineConfig({
  testDir: './browser',
  outputDir: '../test-results',
  fullyParallel: true,
  workers: 2,
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 10_000 },
  reporter: [['list'], ['json', { outputFile: '../.cache/browser.json' }]],
  use: {
    baseURL: `http://127.0.0.1:${port}/`,
    viewport: { width: 1440, height: 900 },
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: { args: LAUNCH_ARGS, ...(executablePath === undefined ? {} : { executablePath }) },
  },
  ...(process.env['TCPSCOPE_SERVED'] === '1'
    ? {}
    : {
        webServer: {
          command: `npx vite preview --port ${port} --strictPort`,
          cwd: '..',
          url: `http://127.0.0.1:${port}/`,
          reuseExistingServer: false,
        },
      }),
})
