/** The titles of all unit and property tests, read from their sources: what the tables of src/conformance are checked against. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { KnownTest } from '../conformance'

const SOURCES = fileURLToPath(new URL('..', import.meta.url))
/** Tests of the tables themselves: their titles are examples. */
const NOT_SHOWN = 'conformance.test.ts'
/** The title of `test(...)` and `test.each(...)(...)`, in any quotes; and titles that a table hands to `test.each`. */
const TITLE = /(?:\btest(?:\.each\([^]*?\))?\(|\n\s*\[)\s*(['"`])((?:\\.|(?!\1).)+)\1/g

/** Every test under src/, file relative to it, none of them run. */
export function testsInSources(): KnownTest[] {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
  const tests = files.filter((name) => /\.(test|prop)\.tsx?$/.test(name) && !name.endsWith(NOT_SHOWN))
  return tests.toSorted().flatMap((file) =>
    [...readFileSync(join(SOURCES, file), 'utf8').matchAll(TITLE)].map((match) => ({
      file: `src/${file}`,
      title: match[2].replaceAll(/\\(.)/g, '$1'),
      passed: undefined,
    })),
  )
}
