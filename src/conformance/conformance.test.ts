/** The tables of conformance cannot rot: every row is held by a test that exists, or explained. */
import { describe, expect, test } from 'vitest'
import { testsInSources } from '../testing/known-tests'
import { CLAUSES, judge, RFC9293 } from '.'
import type { KnownTest, Requirement } from '.'

const known = testsInSources()

function faults(rows: readonly Requirement[]): string[] {
  return judge(rows, known).flatMap(({ requirement, fault }) =>
    fault === '' ? [] : [`${requirement.id} (${requirement.section}): ${fault}`],
  )
}

test('each requirement of RFC 9293 is held by a test that bears its id, or explained', () => {
  expect(faults(RFC9293)).toEqual([])
})

test('each clause of the other RFCs names tests that exist, or says why not', () => {
  expect(faults(CLAUSES)).toEqual([])
})

test('all 119 ids are there, once', () => {
  const ids = [
    ...Array.from({ length: 69 }, (_, i) => `MUST-${i + 1}`),
    ...Array.from({ length: 31 }, (_, i) => `SHLD-${i + 1}`),
    ...Array.from({ length: 18 }, (_, i) => `MAY-${i + 1}`),
    'REC-1',
  ]
  expect(RFC9293.map(({ id }) => id)).toEqual(ids)
})

describe('a row is at fault', () => {
  const row: Requirement = { id: 'MUST-1', section: '3.1', says: '', stand: { kind: 'held' } }
  const judged = (stand: Requirement['stand'], ...tests: KnownTest[]): string =>
    judge([{ ...row, stand }], tests)[0].fault
  const bearing: KnownTest = { file: 'a', title: 'MUST-1: so', passed: undefined }

  test('when no test bears its id: a longer id is another', () => {
    expect(judged({ kind: 'held' })).toBe('neither held by a test nor explained')
    expect(judged({ kind: 'held' }, { ...bearing, title: 'MUST-13: so' })).toContain('neither')
    expect(judged({ kind: 'held' }, bearing)).toBe('')
  })

  test('when its test fails', () => {
    expect(judged({ kind: 'held' }, { ...bearing, passed: false })).toBe('"MUST-1: so" fails')
  })

  test('when a test that it names is not there', () => {
    expect(judged({ kind: 'heldBy', titles: ['so', 'or so'] }, { ...bearing, title: 'so' })).toBe(
      'no test is called "or so"',
    )
  })

  test('when what it excuses is held after all', () => {
    expect(judged({ kind: 'deviates', reason: '' }, bearing)).toContain('said not to be held')
  })
})
