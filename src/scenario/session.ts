/**
 * A session file: the document, what a person did and where they stand, as JSON. Opening accepts a bare scenario document as well,
 * so that "open" needs no question of which it is.
 */
import * as v from 'valibot'
import { err, ok } from '../base'
import type { Result } from '../base'
import type { Action, Command } from '../trace'
import type { ScenarioDocument, SessionDocument } from './document'
import { checkShape, readJson } from './json'
import { checkScenario } from './parse'
import { commandsSchema, positionSchema } from './schema/action'
import { leaf, record } from './schema/primitives'

export const START = { step: 0, at: 0 } as const

/** A session that stands at its beginning. */
export function freshSession(document: ScenarioDocument): SessionDocument {
  return { document, commands: [], position: START, notice: '' }
}

const fileSchema = record({
  session: leaf<1>('version 1', (value) => value === 1),
  document: v.unknown(),
  commands: commandsSchema,
  position: positionSchema,
})

export function serializeSession(session: SessionDocument): string {
  const { document, commands, position } = session
  return `${JSON.stringify({ session: 1, document, commands, position }, null, 1)}\n`
}

/** A session file or a scenario document. The error is one sentence. */
export function parseSession(text: string): Result<SessionDocument> {
  const json = readJson(text, 'The file')
  if (!json.ok) return json
  const { value } = json
  const isSession = typeof value === 'object' && value !== null && 'session' in value
  if (!isSession) {
    const document = checkScenario(value)
    return document.ok ? ok(freshSession(document.value)) : document
  }
  if (typeof value.session === 'number' && value.session > 1) {
    return err(`The file is a session of version ${value.session}; this TCPScope reads version 1.`)
  }
  const file = checkShape(fileSchema, value, 'The file')
  if (!file.ok) return file
  const document = checkScenario(file.value.document)
  if (!document.ok) return document
  const { commands, position } = file.value
  return checkSession({ document: document.value, commands, position, notice: '' })
}

/** The session, if its commands are in order and speak of hosts and links that the document has. */
export function checkSession(session: SessionDocument): Result<SessionDocument> {
  const { document, commands } = session
  const hosts = document.hosts.length
  const links = document.links?.length ?? Math.min(1, hosts - 1)
  let before: Command = { step: -1, at: 0, action: { kind: 'crash', host: 0 } }
  for (const [index, command] of commands.entries()) {
    const place = `commands[${index}]`
    if (command.step <= before.step || command.at < before.at) {
      return err(`${place}: a command cannot come before the one it follows.`)
    }
    const problem = actionError(command.action, hosts, links)
    if (problem !== undefined) return err(`${place}: ${problem}`)
    before = command
  }
  return ok(session)
}

function actionError(action: Action, hosts: number, links: number): string | undefined {
  if ('host' in action && action.host >= hosts) return `there is no host ${action.host}.`
  if ('link' in action && action.link >= links) return `there is no link ${action.link}.`
  return undefined
}
