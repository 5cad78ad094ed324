/** Opening, sharing and saving sessions: from a built-in, a file or a link to a session of the engine, and back. */
import { err, ok } from '../base'
import type { Result } from '../base'
import {
  decodeLink,
  encodeLink,
  findScenario,
  freshSession,
  parseSession,
  serializeSession,
  toWorldSpec,
} from '../scenario'
import type { ScenarioDocument, SessionDocument } from '../scenario'
import { position, replaySession } from '../sim'
import type { Session } from '../sim'
import type { SessionInfo, SessionSource } from '../trace'

export interface OpenSession {
  readonly document: ScenarioDocument
  readonly session: Session
  readonly info: SessionInfo
  /** A sentence for the person who opened it; '' for none. */
  readonly notice: string
}

/** The session that a source holds, standing where the source says. The error is one sentence. */
export function openSession(source: SessionSource): Result<OpenSession> {
  const read = readSource(source)
  if (!read.ok) return read
  const { document, commands, position: at, notice } = read.value
  const spec = toWorldSpec(document)
  const { session, lostCommands, reached } = replaySession(spec, commands, at)
  return ok({ document, session, info: infoOf(document, session), notice: noticeOf(notice, lostCommands, reached) })
}

/** The part of a link after `#` that opens this session again: the branch that is shown, where it stands. */
export function shareSession(open: OpenSession): string {
  return encodeLink(sessionDocument(open))
}

/** The same as a file. */
export function saveSession(open: OpenSession): string {
  return serializeSession(sessionDocument(open))
}

function sessionDocument({ document, session }: OpenSession): SessionDocument {
  const { step, at } = position(session)
  return { document, commands: session.branch.commands, position: { step, at }, notice: '' }
}

function readSource(source: SessionSource): Result<SessionDocument> {
  switch (source.kind) {
    case 'scenario': {
      const document = findScenario(source.id)
      return document === undefined ? err(`There is no scenario "${source.id}".`) : ok(freshSession(document))
    }
    case 'link':
      return decodeLink(source.hash)
    case 'document':
      return parseSession(source.text)
  }
}

function noticeOf(notice: string, lostCommands: number, reached: boolean): string {
  const parts = [notice]
  if (lostCommands > 0) parts.push(`${lostCommands} of its commands had no place in this run and were left out.`)
  else if (!reached) parts.push('The position that it asks for was not reached; it stands as near as the run goes.')
  return parts.filter((part) => part !== '').join(' ')
}

function infoOf(document: ScenarioDocument, session: Session): SessionInfo {
  return {
    scenario: document.id,
    title: document.title,
    summary: document.summary ?? '',
    hint: document.hint ?? '',
    watch: document.watch ?? [],
    focus: document.focus ?? 'states',
    seed: session.spec.seed,
    hosts: session.spec.hosts.map(({ name, address, role }) => ({ name, address, role })),
  }
}
