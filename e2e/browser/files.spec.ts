/** Sessions, captures and events in and out of the page as files. */
import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { findScenario, serializeScenario } from '../../src/scenario'
import { findTshark } from '../tools/find-tshark'
import { expect, test, Scope } from './page'

async function save(scope: Scope, format: string): Promise<{ readonly name: string; readonly path: string }> {
  const { page } = scope
  await page.getByRole('button', { name: 'Export' }).click()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('dialog', { name: 'Export' }).getByRole('button', { name: format }).click(),
  ])
  await expect(scope.notices).toContainText(`${download.suggestedFilename()} is saved.`)
  return { name: download.suggestedFilename(), path: await download.path() }
}

async function openFile(scope: Scope, name: string, content: Buffer | string): Promise<void> {
  await scope.page.getByRole('button', { name: /^Scenario / }).click()
  const file = { name, mimeType: 'application/json', buffer: Buffer.from(content) }
  await scope.page.getByLabel('Open a file…').setInputFiles(file)
}

async function loseTheSyn(scope: Scope): Promise<void> {
  const syn = scope.wire.getByRole('button', { name: 'SYN from client, in flight' })
  await scope.stepUntil(() => syn.isVisible())
  await syn.click()
  await scope.page.getByRole('button', { name: 'Lose', exact: true }).click()
  await expect(scope.wire.getByRole('button', { name: 'SYN from client, lost' })).toBeVisible()
}

test('a saved session opens elsewhere at the same place with the same hash', async ({ scope, browser }) => {
  await scope.open('three-way-handshake')
  await loseTheSyn(scope)
  for (let i = 0; i < 15; i++) await scope.stepOn()
  const here = await scope.place()
  const { name, path } = await save(scope, 'Session file')
  expect(name).toBe('three-way-handshake.tcpscope.json')

  const context = await browser.newContext()
  const other = new Scope(await context.newPage())
  await other.open('rto')
  await openFile(other, name, await readFile(path))
  await expect(other.page).toHaveTitle('Three-way handshake · TCPScope')
  await expect.poll(() => other.place()).toEqual(here)
  await other.stepBack()
  await other.stepOn()
  expect(await other.place()).toEqual(here)
  await context.close()
})

test('a scenario document opens from a file', async ({ scope, page }) => {
  const original = findScenario('half-close')
  if (original === undefined) throw new Error('half-close is gone')
  await scope.open()
  const own = { ...original, id: 'mine', title: 'My own half-close', seed: 77 }
  await openFile(scope, 'mine.json', serializeScenario(own))
  await expect(page).toHaveTitle('My own half-close · TCPScope')
  await scope.stepOn('state')
})

const RUBBISH: Readonly<Record<string, readonly [content: Buffer | string, sentence: RegExp]>> = {
  'an empty file': ['', /is not JSON/],
  'a picture': [Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 255]), /is not JSON/],
  'JSON of something else': ['{"name":"left-pad","version":"1.0.0"}', /\S{3}/],
  'a session of a later version': ['{"session":9}', /version 9; this TCPScope reads version 1/],
  'a file too large': [Buffer.alloc(9_000_000, 32), /larger than 8 MB and was not opened/],
}

test('a file that is none of ours is answered with one sentence, and the session stays', async ({ scope }) => {
  await scope.open('rto')
  await scope.stepOn()
  const here = await scope.place()
  for (const [name, [content, sentence]] of Object.entries(RUBBISH)) {
    // One file after the other, each with its own answer.
    // oxlint-disable-next-line no-await-in-loop
    await test.step(name, async () => {
      await openFile(scope, 'rubbish.json', content)
      await expect(scope.alerts).toHaveCount(1)
      await expect(scope.alerts).toContainText(sentence)
      await scope.alerts.getByRole('button', { name: 'Dismiss' }).click()
      await expect(scope.alerts).toHaveCount(0)
      expect(await scope.place()).toEqual(here)
    })
  }
})

test('a capture is one that Wireshark reads', async ({ scope }) => {
  await scope.open('three-way-handshake')
  await scope.stepUntil(() => scope.client.getByRole('button', { name: /ESTABLISHED/ }).isVisible())
  const { name, path } = await save(scope, 'Capture for Wireshark')
  expect(name).toBe('three-way-handshake.pcapng')
  const bytes = await readFile(path)
  // A section header block, its own length at both ends, little or big endian as its magic says.
  expect(bytes.readUInt32LE(0)).toBe(0x0a0d0d0a)
  expect([0x1a2b3c4d, 0x4d3c2b1a]).toContain(bytes.readUInt32LE(8))

  const tshark = await findTshark()
  if ('missing' in tshark) {
    test.info().annotations.push({ type: 'not checked', description: tshark.missing })
    return
  }
  const options = ['-o', 'tcp.check_checksum:TRUE', '-o', 'ip.check_checksum:TRUE']
  const fields = ['-T', 'fields', '-e', 'tcp.flags.str', '-e', 'tcp.checksum.status', '-e', '_ws.malformed']
  const lines = execFileSync(tshark.path, ['-r', path, ...options, ...fields], { encoding: 'utf8' })
    .trim()
    .split('\n')
  const rows = lines.map((line) => line.split('\t'))
  expect(rows.slice(0, 3).map(([flags]) => flags.replaceAll('·', ''))).toEqual(['S', 'AS', 'A'])
  const good = '1'
  for (const [, checksum, malformed = ''] of rows) expect([checksum, malformed]).toEqual([good, ''])
})

test('events are JSON, one a line, from the first to the present', async ({ scope }) => {
  await scope.open('three-way-handshake')
  await scope.stepUntil(() => scope.client.getByRole('button', { name: /ESTABLISHED/ }).isVisible())
  const { name, path } = await save(scope, 'Events (JSON lines)')
  expect(name).toBe('three-way-handshake.events.jsonl')
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n')
  const events = lines.map((line) => JSON.parse(line) as { readonly index: number; readonly type: string; at: number })
  expect(events.map(({ index }) => index)).toEqual(events.map((_, i) => i))
  expect(events.at(-1)?.at).toBeCloseTo(50_000, -4)
  expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['tcp/segmentSent', 'tcp/stateChanged']))
})
