/** The note in the header of each of our scripts: what the real kernel made of it. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { Played } from '../../../src/packetdrill'
import { noteOf, withNote } from './note'

const folder = fileURLToPath(new URL('../../packetdrill', import.meta.url))
const scripts = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.pkt'))
const RUN: Played = { result: 'pass', line: 0, message: '', event: '', ladder: [], notes: [], untimely: [] }
const FAILED: Played = { ...RUN, result: 'fail', line: 7, message: 'expected F got R' }

test('every script of ours says what the real kernel made of it (npm run kernel:packetdrill -- --note)', () => {
  const without = scripts.filter((name) => noteOf(readFileSync(join(folder, name), 'utf8')) === undefined)
  expect(without).toEqual([])
})

test('a note stands at the end of the header, and takes the place of an older one', () => {
  const text = '// What it shows.\n// More of it.\n0 socket(...) = 3\n'
  const noted = '// What it shows.\n// More of it.\n// kernel: pass (Linux 6.18)\n0 socket(...) = 3\n'
  expect(withNote(text, RUN, '6.18.44-x')).toBe(noted)
  expect(withNote(noted.replace('6.18', '6.1'), RUN, '6.18.44-x')).toBe(noted)
  expect(withNote(noted, FAILED, '6.18.0')).toContain('\n// kernel: differs (Linux 6.18): 7: expected F got R\n')
})

test('the reason that a person wrote stays until the script passes', () => {
  const text = '// What it shows.\n// kernel: differs (Linux 6.18): 7.x does it otherwise\n0 close(3) = 0\n'
  expect(withNote(text, FAILED, '6.18.44')).toBe(text)
  const unplayed = text.replace('differs (Linux 6.18)', 'not run')
  expect(withNote(unplayed, FAILED, '6.18.44')).toBe(unplayed)
  expect(withNote(text, RUN, '7.3.0')).toContain('// kernel: pass (Linux 7.3)')
})
