/**
 * `npm run bench:page [-- --packets 1000,10000] [--json]`: how the built page bears long sessions, in a real Chromium. For traces of about 1 000, 10 000 and
 * 100 000 packets: frame times while playing, panning, zooming and scrubbing, the time from a click to its picture, from a seek to its picture, memory;
 * and once the start. Absolute times are this machine's; compare two runs of one machine, made back to back. Build first.
 */
import { parseArgs } from 'node:util'
import { chromium } from '@playwright/test'
import type { Page } from '@playwright/test'
import { preview } from 'vite'
import { findWorkload } from '../../src/scenario'
import { findBrowser, LAUNCH_ARGS } from '../tools/find-browser'
import { measureStart } from './start'
import { summary } from './summary'
import type { Summary } from './summary'

/** Packets with their ACKs that a hundred kilobytes of a bulk transfer make. */
const PACKETS_PER_BYTE = 1.5 / 1_448
const PORT = 4_276

interface Figures {
  /** As asked for. */
  readonly packets: number
  readonly steps: number
  readonly frames: Readonly<Record<'playing' | 'panning' | 'zooming' | 'scrubbing', Summary>>
  readonly clickMs: Summary
  readonly seekMs: Summary
  readonly heapMiB: number
}

const { values } = parseArgs({
  options: { packets: { type: 'string', default: '1000,10000,100000' }, json: { type: 'boolean', default: false } },
})
const sizes = values.packets.split(',').map(Number)
if (!sizes.every((size) => Number.isInteger(size) && size >= 100 && size <= 1_000_000)) {
  console.error(
    `--packets is a list of whole numbers from 100 to 1000000, such as 1000,10000; not "${values.packets}".`,
  )
  process.exit(2)
}

const server = await preview({ preview: { port: PORT, host: '127.0.0.1', strictPort: true }, logLevel: 'error' })
const browser = await chromium.launch({ executablePath: await findBrowser(), args: LAUNCH_ARGS })
const address = `http://127.0.0.1:${PORT}/`
const start = await measureStart(browser, address)
if (!values.json)
  console.log(`start: ${start.firstPictureMs} ms to the first picture, ${start.transferredKiB} KiB transferred`)
const all: Figures[] = []
for (const size of sizes) {
  // One after the other: they share the machine.
  // oxlint-disable-next-line no-await-in-loop
  const figures = await measure(size)
  all.push(figures)
  if (!values.json) print(figures)
}
if (values.json) console.log(JSON.stringify({ start, traces: all }))
await browser.close()
await server.close()

async function measure(size: number): Promise<Figures> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await page.goto(address)
  await page.getByTitle(/trace hash [0-9a-f]{16}/).waitFor()
  await openTransfer(page, Math.ceil(size / PACKETS_PER_BYTE))
  const playing = await framesWhile(page, () => playToEnd(page))
  const steps = await stepsOf(page)
  const wire = page.getByRole('region', { name: 'The wire' })
  const box = await wire.boundingBox()
  if (box === null) throw new Error('the wire has no place on the page')
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  const panning = await framesWhile(page, () => wheel(page, 60, -40, false))
  const zooming = await framesWhile(page, async () => {
    await wheel(page, 20, -120, true)
    await wheel(page, 20, 120, true)
  })
  const scrubbing = await framesWhile(page, () => scrub(page, 40))
  const seekMs = await seekTimes(page, 15)
  const clickMs = await clickTimes(page, 15)
  const heapMiB = await heapOf(page)
  await page.close()
  return { packets: size, steps, frames: { playing, panning, zooming, scrubbing }, clickMs, seekMs, heapMiB }
}

/** Opens a bulk transfer of so many bytes as a file, the way a person would. */
async function openTransfer(page: Page, bytes: number): Promise<void> {
  const document = findWorkload('bulk', { bytes })
  await page.getByRole('button', { name: /^Scenario/ }).click()
  await page.locator('input[type=file]').setInputFiles({
    name: 'bulk.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify(document)),
  })
  await page.getByRole('button', { name: /One flow of/ }).waitFor()
}

/** Plays as fast as the page allows until nothing is left to happen. */
async function playToEnd(page: Page): Promise<void> {
  await page.getByRole('slider', { name: 'Speed' }).press('End')
  await page.getByRole('button', { name: 'Play', exact: true }).click()
  await page.getByRole('button', { name: 'Play', exact: true }).waitFor({ timeout: 600_000 })
}

async function stepsOf(page: Page): Promise<number> {
  const title = await page.getByTitle(/trace hash [0-9a-f]{16}/).getAttribute('title')
  return Number(/Step (\d+)/.exec(title ?? '')?.[1] ?? 0)
}

/** Times between frames, ms, while something is done. */
async function framesWhile(page: Page, work: () => Promise<void>): Promise<Summary> {
  await page.evaluate(() => {
    const times: number[] = []
    let last = performance.now()
    const each = (now: number): void => {
      times.push(now - last)
      last = now
      if (Reflect.get(window, 'benchFrames') === times) requestAnimationFrame(each)
    }
    Reflect.set(window, 'benchFrames', times)
    requestAnimationFrame(each)
  })
  await work()
  const times = await page.evaluate(() => {
    const taken = Reflect.get(window, 'benchFrames') as number[]
    Reflect.set(window, 'benchFrames', undefined)
    return taken.slice(2)
  })
  return summary(times)
}

/** Turns the wheel; each turn waits for a frame, as a hand does. */
async function wheel(page: Page, turns: number, by: number, zoom: boolean): Promise<void> {
  if (zoom) await page.keyboard.down('Control')
  for (let i = 0; i < turns; i++) {
    // A hand turns the wheel once after the other.
    // oxlint-disable-next-line no-await-in-loop
    await page.mouse.wheel(0, by)
    // oxlint-disable-next-line no-await-in-loop
    await page.evaluate(() => new Promise(requestAnimationFrame))
  }
  if (zoom) await page.keyboard.up('Control')
}

/** Draws the scrubber along its whole length, back and forth. */
async function scrub(page: Page, moves: number): Promise<void> {
  const slider = page.getByRole('slider', { name: 'Position in time' })
  const box = await slider.boundingBox()
  if (box === null) throw new Error('the scrubber has no place on the page')
  const at = (share: number): [number, number] => [box.x + 10 + share * (box.width - 20), box.y + box.height / 2]
  await page.mouse.move(...at(1))
  await page.mouse.down()
  for (let i = 1; i <= moves; i++) {
    const share = Math.abs(1 - (2 * i) / moves)
    // oxlint-disable-next-line no-await-in-loop
    await page.mouse.move(...at(share))
    // oxlint-disable-next-line no-await-in-loop
    await page.evaluate(() => new Promise(requestAnimationFrame))
  }
  await page.mouse.up()
}

/** From asking for a place to the clock that shows it, ms. */
async function seekTimes(page: Page, count: number): Promise<Summary> {
  const times: number[] = []
  for (let i = 0; i < count; i++) {
    // Places all over the run, in an order that is no order.
    const share = ((i * 7) % count) / count
    // oxlint-disable-next-line no-await-in-loop
    times.push(await page.evaluate(seekOnce, share))
  }
  return summary(times)
}

/** In the page: sets the scrubber, and resolves when the clock's title has changed and was drawn. */
function seekOnce(share: number): Promise<number> {
  const slider = document.querySelector<HTMLInputElement>('input[aria-label="Position in time"]')
  const clock = document.querySelector('[title*="trace hash"]')
  if (slider === null || clock === null) return Promise.reject(new Error('no scrubber or no clock'))
  const began = performance.now()
  const before = clock.getAttribute('title')
  const value = String(Math.round(Number(slider.max) * (0.05 + share * 0.85)))
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(slider, value)
  slider.dispatchEvent(new Event('input', { bubbles: true }))
  return new Promise((resolve) => {
    const look = (): void => {
      if (clock.getAttribute('title') === before && performance.now() - began < 5_000) requestAnimationFrame(look)
      else requestAnimationFrame(() => resolve(performance.now() - began))
    }
    look()
  })
}

/** From a press of "back one packet" to the clock that shows it, ms. */
async function clickTimes(page: Page, count: number): Promise<Summary> {
  const times: number[] = []
  for (let i = 0; i < count; i++) {
    // oxlint-disable-next-line no-await-in-loop
    times.push(await page.evaluate(clickOnce))
  }
  return summary(times)
}

function clickOnce(): Promise<number> {
  const button = document.querySelector<HTMLButtonElement>('button[aria-label="Back one packet"]')
  const clock = document.querySelector('[title*="trace hash"]')
  if (button === null || clock === null) return Promise.reject(new Error('no step button or no clock'))
  const began = performance.now()
  const before = clock.getAttribute('title')
  button.click()
  return new Promise((resolve) => {
    const look = (): void => {
      if (clock.getAttribute('title') === before && performance.now() - began < 5_000) requestAnimationFrame(look)
      else requestAnimationFrame(() => resolve(performance.now() - began))
    }
    look()
  })
}

async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  return Math.round(usedSize / 1_048_576)
}

function print({ packets, steps, frames, clickMs, seekMs, heapMiB }: Figures): void {
  const line = (name: string, { p50, p95, max, count }: Summary): void => {
    console.log(`  ${name.padEnd(10)} p50 ${p50} ms  p95 ${p95} ms  max ${max} ms  (${count})`)
  }
  console.log(`${packets} packets (${steps} steps), ${heapMiB} MiB of the page's heap`)
  for (const [name, figures] of Object.entries(frames)) line(name, figures)
  line('click', clickMs)
  line('seek', seekMs)
}
