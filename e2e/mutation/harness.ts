/**
 * Stands in for `vitest` in the bundle of the judges: it collects the tests of many files in one process, so that they can be run again for
 * each mutant without loading anything anew. Only what our tests use is here: describe, test, their `each`, and vitest's own `expect`.
 * Also the two functions that stryker's instrumenter calls: is this mutant the active one, and which mutants does this test reach.
 */
import { ASYMMETRIC_MATCHERS_OBJECT, chai, GLOBAL_EXPECT, setState } from '@vitest/expect'
import { JestAsymmetricMatchers, JestChaiExpect, JestExtend } from '@vitest/expect'
import fc from 'fast-check'

export interface CollectedTest {
  readonly file: string
  readonly name: string
  readonly run: () => unknown
}

type Body = (...row: unknown[]) => unknown

/** Every test of the bundle, in order of collection. */
export const collected: CollectedTest[] = []
/** How often a mutant's place was passed, by mutant. */
export type Reached = Uint32Array

const MOST_MUTANTS = 32_768

const titles: string[] = []
/** The mutant that is in force. While the modules load it may come from the environment: some code runs only then. */
let active: string | undefined = process.env.MUTANT
/** What the stack's modules pass while they load; not what test files do before their tests. */
export const atLoad: Reached = new Uint32Array(MOST_MUTANTS)
let reached: Reached | undefined = atLoad
let hits = 0
/** Places passed so far. */
let passes = 0
let hitLimit = Number.POSITIVE_INFINITY

/** The file whose tests are collected; the bundle calls these before and after the text of each. */
let currentFile = ''
export function enterFile(file: string): void {
  currentFile = file
  reached = undefined
}
export function leaveFile(): void {
  reached = atLoad
}

/** From here on the places passed are counted in `into`, or not counted. */
export function countInto(into: Reached | undefined): void {
  reached = into
}

/** Puts a mutant in force for one test; more than `limit` passes through it count as a loop without end, and throw. */
export function activate(mutant: string | undefined, limit: number): void {
  active = mutant
  hits = 0
  hitLimit = limit
}

/** Called by instrumented code, under the name that stryker gives it. */
// oxlint-disable-next-line func-style
export function stryMutAct_9fa48(id: string): boolean {
  if (id !== active) return false
  if (++hits > hitLimit) throw new Error('the mutant loops')
  return true
}

/** Called by instrumented code with every mutant of the place that is passed. */
export function stryCov_9fa48(...ids: string[]): void {
  passes++
  if (reached === undefined) return
  for (const id of ids) reached[Number(id)]++
}

function add(title: string, body: Body, row: readonly unknown[]): void {
  const name = [...titles, fill(title, row)].join(' > ')
  collected.push({ file: currentFile, name, run: () => body(...row) })
}

/** The title of a row, with its first words in the places of %s and its like. */
function fill(title: string, row: readonly unknown[]): string {
  let next = 0
  return title.replaceAll(/%[sdijo]/g, () => {
    const value = row[next++]
    return typeof value === 'string' ? value : JSON.stringify(value)
  })
}

function within(title: string, body: Body, row: readonly unknown[]): void {
  const outermost = titles.length === 0
  const [first, before] = [collected.length, passes]
  titles.push(fill(title, row))
  body(...row)
  titles.pop()
  if (!outermost || passes === before) return
  // The body itself drives the stack, for its tests to look at the result: each of them has it done anew, under the mutant.
  for (let i = first; i < collected.length; i++) {
    const again = (): unknown => {
      const length = collected.length
      titles.push('')
      body(...row)
      titles.pop()
      return collected.splice(length)[i - first].run()
    }
    collected[i] = { ...collected[i], run: again }
  }
}

/** A test's options may stand between its title and its body. */
type Rest = readonly [Body] | readonly [Body, number] | readonly [object, Body]
function bodyOf([first, second]: Rest): Body {
  return typeof first === 'function' ? (first as Body) : (second as Body)
}

type Place = typeof add
function ofRows(place: Place) {
  return (rows: readonly unknown[]) =>
    (title: string, ...rest: Rest) => {
      for (const row of rows) place(title, bodyOf(rest), Array.isArray(row) ? row : [row])
    }
}

export const test = Object.assign(
  (title: string, ...rest: Rest) => {
    add(title, bodyOf(rest), [])
  },
  { each: ofRows(add) },
)
export const describe = Object.assign(
  (title: string, body: Body) => {
    within(title, body, [])
  },
  { each: ofRows(within) },
)

chai.use(JestExtend)
chai.use(JestChaiExpect)
chai.use(JestAsymmetricMatchers)
export const expect = Object.assign(
  (value: unknown, message?: string) => chai.expect(value, message),
  chai.expect,
  Reflect.get(globalThis, ASYMMETRIC_MATCHERS_OBJECT),
)
Reflect.set(globalThis, GLOBAL_EXPECT, expect)
setState({ assertionCalls: 0, isExpectingAssertions: false }, expect)

// The same inputs for every mutant, and no search for a smaller one: a property that fails has judged.
fc.configureGlobal({ seed: 3, endOnFailure: true })
