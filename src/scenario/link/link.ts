/**
 * A session as the part of a link after `#`. Two forms:
 *
 * - `three-way-handshake`: a built-in scenario as it is, at its beginning. Short enough to type.
 * - `1.` and compressed JSON: the document (or a built-in's id with the fields that differ), commands, position.
 *
 * The number before the point is the version of the format and of its dictionary. Decoding trusts nothing: bounded length, bounded
 * unpacking, every field checked, one sentence for whatever is wrong; it never throws.
 */
import * as v from 'valibot'
import { err, hashText, ok } from '../../base'
import type { Result } from '../../base'
import type { ScenarioDocument, SessionDocument } from '../document'
import { checkShape, readJson } from '../json'
import { findScenario } from '../library'
import { checkScenario } from '../parse'
import { commandsSchema, positionSchema } from '../schema/action'
import { leaf, list, record, text } from '../schema/primitives'
import { checkSession, freshSession, START } from '../session'
import { LONGEST_LINK, squeeze, unsqueeze } from './squeeze'

/** Where the whole document goes into a link; `of`, `with` and `print` stand for it where it is a built-in's. */
interface LinkPayload {
  readonly document?: unknown
  /** A built-in's id. */
  readonly of?: string
  /** Its top-level fields that differ; null for one that was taken out. */
  readonly with?: Readonly<Record<string, unknown>>
  /** Hash of the built-in as it was, to notice that it has changed since. */
  readonly print?: number
  /** [step, at, action] for each. */
  readonly commands?: readonly (readonly unknown[])[]
  /** [step, at]. */
  readonly position?: readonly number[]
}

const anyObject = leaf<Readonly<Record<string, unknown>>>('an object', (value) => {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
})
const payloadSchema: v.GenericSchema<unknown, LinkPayload> = record({
  document: v.optional(v.unknown()),
  of: v.optional(text(64)),
  with: v.optional(anyObject),
  print: v.optional(leaf<number>('a number', (value) => typeof value === 'number')),
  commands: v.optional(list(list(v.unknown(), 3), 10_000)),
  position: v.optional(
    list(
      leaf<number>('a number', (value) => typeof value === 'number'),
      2,
    ),
  ),
})

/** The hash of a link to this session, without `#`. */
export function encodeLink(session: SessionDocument): string {
  const { document, commands, position } = session
  const builtIn = findScenario(document.id)
  const changes = builtIn === undefined ? undefined : difference(builtIn, document)
  const atStart = position.step === 0 && position.at === 0
  if (changes !== undefined && isEmpty(changes) && commands.length === 0 && atStart) return document.id
  const payload: LinkPayload = {
    ...(changes === undefined ? { document } : { of: document.id, with: isEmpty(changes) ? undefined : changes }),
    print: builtIn === undefined ? undefined : fingerprint(builtIn),
    commands: commands.length === 0 ? undefined : commands.map(({ step, at, action }) => [step, at, action]),
    position: atStart ? undefined : [position.step, position.at],
  }
  return `1.${squeeze(JSON.stringify(payload))}`
}

/** The session that a link carries; `hash` with or without `#`. The error is one sentence for the person who opened it. */
export function decodeLink(hash: string): Result<SessionDocument> {
  if (hash.length > LONGEST_LINK) return err('The link is too long to be one of ours.')
  const body = hash.replace(/^#/, '').trim()
  if (body === '') return err('The link is empty.')
  const point = body.indexOf('.')
  if (point === -1) return openById(body)
  const version = body.slice(0, point)
  if (version !== '1') {
    if (!/^\d{1,4}$/.test(version)) return err('The link does not begin as a TCPScope link does.')
    return err(`The link is of version ${version}; this TCPScope reads version 1.`)
  }
  const json = unsqueeze(body.slice(point + 1))
  if (!json.ok) return json
  const value = readJson(json.value, 'The link')
  if (!value.ok) return value
  const payload = checkShape(payloadSchema, value.value, 'The link')
  return payload.ok ? openPayload(payload.value) : payload
}

function openById(id: string): Result<SessionDocument> {
  const document = findScenario(id)
  if (document !== undefined) return ok(freshSession(document))
  const shown = id.length > 40 ? `${id.slice(0, 40)}…` : id
  return err(`The link names no scenario that is here: ${JSON.stringify(shown)}.`)
}

function openPayload(payload: LinkPayload): Result<SessionDocument> {
  const document = payload.of === undefined ? checkScenario(payload.document) : openBuiltIn(payload.of, payload.with)
  if (!document.ok) return document
  const commands = checkShape(commandsSchema, (payload.commands ?? []).map(toCommand), 'The commands')
  if (!commands.ok) return err(`commands${commands.error}`)
  const [step, at] = payload.position ?? []
  const position = payload.position === undefined ? ok(START) : checkShape(positionSchema, { step, at }, 'The position')
  if (!position.ok) return err(`position.${position.error}`)
  return checkSession({
    document: document.value,
    commands: commands.value,
    position: position.value,
    notice: noticeFor(payload),
  })
}

function openBuiltIn(id: string, changes: Readonly<Record<string, unknown>> = {}): Result<ScenarioDocument> {
  const builtIn = findScenario(id)
  if (builtIn === undefined) return err(`The link is of the scenario ${JSON.stringify(id)}, which is not here.`)
  const merged = Object.entries({ ...builtIn, ...changes }).filter(([, value]) => value !== null)
  return checkScenario(Object.fromEntries(merged))
}

function toCommand([step, at, action]: readonly unknown[]): unknown {
  return { step, at, action }
}

function noticeFor(payload: LinkPayload): string {
  const builtIn = payload.of === undefined ? undefined : findScenario(payload.of)
  if (builtIn === undefined || payload.print === undefined || payload.print === fingerprint(builtIn)) return ''
  return 'This scenario has changed since the link was made; what happens may differ from what was shared.'
}

function fingerprint(document: ScenarioDocument): number {
  return hashText(JSON.stringify(document))
}

/** Top-level fields of `document` that are not as in `base`; null for those that it lacks. */
function difference(base: ScenarioDocument, document: ScenarioDocument): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  const before: Readonly<Record<string, unknown>> = { ...base }
  const after: Readonly<Record<string, unknown>> = { ...document }
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (JSON.stringify(before[key]) !== JSON.stringify(after[key])) out[key] = after[key] ?? null
  }
  return out
}

function isEmpty(fields: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(fields).length === 0
}
