/** The page as a person meets it: what they can find by role and name, and where the session stands. */
import { expect, test as base } from '@playwright/test'
import type { Locator, Page } from '@playwright/test'

/** A step takes milliseconds, so it is looked for often. */
const OFTEN = { intervals: [10, 20, 40, 80, 150] }

export interface Place {
  readonly step: number
  readonly hash: string
}

export class Scope {
  readonly page: Page
  readonly client: Locator
  readonly server: Locator
  readonly transport: Locator
  readonly diagram: Locator
  readonly wire: Locator
  /** What a test brings about on purpose and the browser therefore complains of. */
  readonly expected: RegExp[] = []

  constructor(page: Page) {
    this.page = page
    this.client = page.getByRole('region', { name: 'client', exact: true })
    this.server = page.getByRole('region', { name: 'server', exact: true })
    this.transport = page.getByRole('region', { name: 'Transport' })
    this.diagram = page.getByRole('region', { name: 'State diagram' })
    this.wire = page.getByRole('region', { name: 'The wire' })
  }

  /** Opens the part of an address after `#`, paused: autoplay is off for who prefers reduced motion. */
  async open(hash = '', timeout?: number): Promise<void> {
    await this.page.emulateMedia({ reducedMotion: 'reduce' })
    await this.page.goto(hash === '' ? './' : `./#${hash}`)
    await this.ready(timeout)
  }

  /** The engine has shown its first picture. */
  async ready(timeout?: number): Promise<void> {
    await expect(this.transport.getByTitle(/trace hash [0-9a-f]{16}/)).toBeVisible({ timeout })
  }

  async press(name: string): Promise<void> {
    await this.transport.getByRole('button', { name, exact: true }).click()
  }

  /** Where the session stands: the clock's title says it, for two people to compare. Waits while a session is being opened. */
  async place(): Promise<Place> {
    const title = await this.transport.getByTitle(/trace hash [0-9a-f]{16}/).getAttribute('title')
    const match = /Step (\d+), trace hash ([0-9a-f]{16})/.exec(title ?? '')
    if (match === null) throw new Error(`the clock does not say where the session stands: ${title}`)
    return { step: Number(match[1]), hash: match[2] }
  }

  async stepOf(): Promise<number> {
    return (await this.place()).step
  }

  /** Steps on until the text of a place on the page is as wanted; fails after `most` steps. */
  async stepUntil(
    seen: () => Promise<boolean>,
    unit: 'event' | 'packet' | 'state' = 'event',
    most = 80,
  ): Promise<void> {
    for (let i = 0; i < most; i++) {
      // One step after the other is what stepping means.
      // oxlint-disable-next-line no-await-in-loop
      if (await seen()) return
      // oxlint-disable-next-line no-await-in-loop
      await this.stepOn(unit)
    }
    throw new Error(`not seen after ${most} steps`)
  }

  /** One step on, waited for. At the end of a run there is nothing to wait for. */
  async stepOn(unit: 'event' | 'packet' | 'state' = 'event'): Promise<void> {
    const { step } = await this.place()
    await this.press(unit === 'state' ? 'On one state change' : `On one ${unit}`)
    await expect.poll(() => this.stepOf(), OFTEN).toBeGreaterThan(step)
  }

  async stepBack(unit: 'event' | 'packet' | 'state' = 'event'): Promise<void> {
    const { step } = await this.place()
    await this.press(unit === 'state' ? 'Back one state change' : `Back one ${unit}`)
    await expect.poll(() => this.stepOf(), OFTEN).toBeLessThan(step)
  }

  /** A key of the page that goes somewhere in time. */
  async travel(key: string): Promise<void> {
    const before = await this.place()
    await this.page.keyboard.press(key)
    await expect.poll(() => this.place(), OFTEN).not.toEqual(before)
  }

  /** Opens a scenario from the list by its title. */
  async pick(title: string): Promise<void> {
    await this.page.getByRole('button', { name: /^(Scenario|TCPScope) / }).click()
    const list = this.page.getByRole('dialog', { name: 'Scenarios' })
    // The title, then the summary: another title may begin with this one.
    await list
      .getByRole('button', { name: new RegExp(`^${title.replaceAll(/\W/g, String.raw`\$&`)}\\s*[A-Z]`) })
      .click()
    await expect(this.page).toHaveTitle(`${title} · TCPScope`)
    await this.ready()
  }

  /** What a call of the shown descriptor returned last. */
  returned(host: Locator, call: string): Locator {
    return host
      .getByRole('list', { name: 'Calls' })
      .getByRole('listitem')
      .filter({ has: this.page.getByRole('button', { name: call, exact: true }) })
      .getByRole('status')
  }

  /** The page's failures, one alert each. */
  get alerts(): Locator {
    return this.page.getByRole('region', { name: 'Messages' }).getByRole('alert')
  }

  /** The page's notices. */
  get notices(): Locator {
    return this.page.getByRole('region', { name: 'Messages' }).getByRole('status')
  }

  /** Lists every call, not only those that a socket in its state is likely to want. */
  async showAllCalls(host: Locator): Promise<void> {
    await host.getByRole('button', { name: 'All calls' }).click()
  }

  /** Makes a system call of the descriptor that a host shows. */
  async call(host: Locator, name: string): Promise<void> {
    await host.getByRole('list', { name: 'Calls' }).getByRole('button', { name, exact: true }).click()
  }
}

export const test = base.extend<{ scope: Scope }>({
  scope: async ({ page }, use) => {
    const problems: string[] = []
    page.on('pageerror', (error) => problems.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text())
    })
    page.on('request', (request) => {
      const { protocol, host } = new URL(request.url())
      if (protocol.startsWith('http') && !host.startsWith('127.0.0.1')) problems.push(`asked ${request.url()}`)
    })
    const scope = new Scope(page)
    await use(scope)
    const unexpected = problems.filter((problem) => !scope.expected.some((pattern) => pattern.test(problem)))
    expect(unexpected, 'no error on the console, no request to anyone else').toEqual([])
  },
})

export { expect }
