/** A ready-made program that a person runs: at any moment, in a process of its own, undone by going back, and part of the link. */
import { expect, test } from 'vitest'
import { decodeLink, encodeLink, freshSession, SCENARIOS, toWorldSpec } from '../scenario'
import type { ScenarioDocument } from '../scenario'
import { statesOf } from '../testing/program-run'
import type { Action } from '../trace'
import { act, createSession, position, runUntil, seek, sessionHash } from './session'
import type { Session } from './session'
import { takeSnapshot } from './snapshot'

const EMPTY = SCENARIOS.find(({ id }) => id === 'empty')!
const run = (host: number, program: string, settings: Record<string, number | string> = {}): Action => ({
  kind: 'attach',
  host,
  program,
  settings,
})

function start(document: ScenarioDocument = EMPTY): Session {
  return createSession(toWorldSpec(document))
}

const names = (session: Session, host: number) => takeSnapshot(session).hosts[host].processes.map(({ name }) => name)

test('it runs in a process of its own, and the process ends with it', () => {
  const session = start()
  expect(act(session, run(1, 'echo-server')).ok).toBe(true)
  runUntil(session, 5_000)
  expect(act(session, run(0, 'echo-client', { server: '10.0.0.2', count: 1 })).ok).toBe(true)
  runUntil(session, 100_000)
  expect([names(session, 0), names(session, 1)]).toEqual([
    ['client', 'echo-client'],
    ['server', 'echo-server'],
  ])
  runUntil(session, 1_000_000)
  expect([names(session, 0), names(session, 1)]).toEqual([['client'], ['server']])
})

test('going back undoes it, and acting there instead leaves it on the other branch', () => {
  const session = start()
  act(session, run(1, 'never-accepts'))
  runUntil(session, 10_000)
  expect(statesOf({ session, events: [] }, 1)).toEqual(['LISTEN'])
  seek(session, { to: 'start' })
  expect(names(session, 1)).toEqual(['server'])
  act(session, run(1, 'never-closes'))
  expect(session.branches).toHaveLength(2)
  expect(names(session, 1)).toEqual(['server', 'never-closes'])
})

test('a link carries it with its settings, and opens to the same run', () => {
  const session = start()
  act(session, run(1, 'slow-reader', { size: 77 }))
  runUntil(session, 3_000)
  act(session, run(0, 'bulk-sender', { server: '10.0.0.2', size: 3_000 }))
  runUntil(session, 2_000_000)
  const { step, at } = position(session)
  const link = encodeLink({ ...freshSession(EMPTY), commands: session.branch.commands, position: { step, at } })
  const opened = decodeLink(link)
  if (!opened.ok) throw new Error(opened.error)
  const again = start(opened.value.document)
  again.branch.commands.push(...opened.value.commands)
  runUntil(again, opened.value.position.at)
  expect(sessionHash(again)).toBe(sessionHash(session))
})

test('what cannot be run is refused in a sentence and changes nothing', () => {
  const session = start()
  const refused = (action: Action): string => {
    const result = act(session, action)
    return result.ok ? '' : result.error
  }
  expect(refused(run(1, 'nginx'))).toBe('there is no ready-made program "nginx".')
  expect(refused(run(1, 'echo-server', { port: 99_999 }))).toBe(
    'port: expected a whole number from 1 to 65535, got 99999.',
  )
  act(session, { kind: 'crash', host: 1 })
  expect(refused(run(1, 'echo-server'))).toBe('server is switched off.')
  expect(names(session, 0)).toEqual(['client'])
})
