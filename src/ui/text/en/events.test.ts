/** Every event that any built-in scenario records is told in whole sentences, in the list and as an answer. */
import { expect, test } from 'vitest'
import { SCENARIOS } from '../../../scenario'
import { picturedSession } from '../../../testing/pictured'
import { playScenario } from '../../../testing/scenario-run'
import { EVENT_TYPES } from '../../../trace'
import type { EventType, SessionInfo, TraceEvent } from '../../../trace'
import { LINUX_SYSCTL } from '../../../trace'
import { createTeller } from '../../../viz'
import type { Teller } from '../../../viz'
import { answers, states } from './answers'
import { events, nth } from './events'

type Say = (event: TraceEvent, teller: Teller) => string

const seen = new Set<EventType>()

test.each(SCENARIOS.map(({ id }) => id))('%s is told without a gap', (id) => {
  const { session, events: facts } = playScenario(id, 3_000_000)
  const { packets } = picturedSession(session)
  const info: SessionInfo = {
    scenario: id,
    title: '',
    summary: '',
    hint: '',
    watch: [],
    focus: 'states',
    seed: 1,
    hosts: session.spec.hosts.map((host) => ({ ...host, sysctl: LINUX_SYSCTL })),
  }
  const teller = createTeller(info, session.branch.trace, packets)
  const wrong: string[] = []
  for (const fact of facts.slice(0, 6_000)) {
    seen.add(fact.type)
    const short = (events[fact.type] as Say)(fact, teller)
    const answer = (answers[fact.type] as Say | undefined)?.(fact, teller)
    if (!isSound(short)) wrong.push(`${fact.type}: ${short}`)
    if (answer !== undefined && !(isSound(answer) && /[.?”)]$/.test(answer))) wrong.push(`${fact.type}: ${answer}`)
  }
  expect(wrong).toEqual([])
})

/** Begins like a sentence, has no holes, and every back quote has its partner. */
function isSound(sentence: string): boolean {
  if (!/^(cwnd |[A-Z`\d“‘])/.test(sentence)) return false
  return !/undefined|NaN|null|\s\s|\s[.,:](?!\.\.)/.test(sentence) && sentence.split('`').length % 2 === 1
}

test('the scenarios together show most kinds of events', () => {
  expect(seen.size).toBeGreaterThan(EVENT_TYPES.length * 0.6)
})

test('every state says what it means', () => {
  for (const meaning of Object.values(states)) expect(meaning).toMatch(/^[A-Z].*\.$/)
})

test('ordinals', () => {
  expect([1, 2, 3, 4, 11, 12, 13, 21, 112].map(nth)).toEqual([
    '1st',
    '2nd',
    '3rd',
    '4th',
    '11th',
    '12th',
    '13th',
    '21st',
    '112th',
  ])
})
