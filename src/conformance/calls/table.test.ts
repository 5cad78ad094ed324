/** Every call in every situation: each cell of the table is a test of that name on a host of ours. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { eventWords, playOnHosts } from '../../testing/call-play'
import { merged } from './play'
import { CALLS, SITUATIONS } from './situations'
import { cells, DEPARTURES, documented, outcome, ROWS } from './table'
import type { Departure } from './table'

const all = cells()
const rowOf = (call: string, situation: string) =>
  ROWS.filter((row) => row.call === call && row.situations.includes(situation))

test('the table has a row for every call in every situation, and only one', () => {
  for (const { call, situation } of all)
    expect(rowOf(call, situation.name), `${call}: ${situation.name}`).toHaveLength(1)
  const known = new Set(SITUATIONS.map(({ name }) => name))
  for (const { call, situations } of ROWS) {
    expect(CALLS).toHaveProperty([call])
    expect(
      situations.filter((name) => !known.has(name)),
      call,
    ).toEqual([])
  }
})

describe.each(Object.keys(CALLS))('%s', (call) => {
  test.each(all.filter((cell) => cell.call === call).map((cell) => [cell.play.name, cell] as const))(
    '%s',
    (name, cell) => {
      const answers = playOnHosts(cell.play)
      const [row] = rowOf(cell.call, cell.situation.name)
      const departure: Partial<Departure> = DEPARTURES[name] ?? {}
      const { ours: says = row.says, after = row.after } = departure
      expect(outcome(answers)).toEqual({ says, sends: row.sends, after })
      expect(inOrder(eventWords(answers.at(-2)!.events), row.events), 'the events').toBe(row.events)
    },
  )
})

/** Those of `found` that `wanted` asks for, in their order: other events may come between. */
function inOrder(found: readonly string[], wanted: string): string {
  const asked = wanted === '' ? [] : wanted.split(', ')
  let at = 0
  for (const word of found) if (word === asked[at]) at++
  return asked.slice(0, at).join(', ')
}

test('ARCHITECTURE.md has the table as it is (npm run calls:table writes it)', () => {
  const text = readFileSync('ARCHITECTURE.md', 'utf8')
  expect(documented(text)).toBe(text)
})

test('segments of data that follow each other count as one, whoever cut them', () => {
  expect(merged(['SYN', 'ACK', 'ACK 10', 'PSH,ACK 5', 'FIN,ACK'])).toEqual(['SYN', 'ACK', 'PSH,ACK 15', 'FIN,ACK'])
})
