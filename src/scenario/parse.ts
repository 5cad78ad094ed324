/** A scenario document in and out of text. */
import { err, ok } from '../base'
import type { Result } from '../base'
import type { ScenarioDocument } from './document'
import { checkShape, readJson } from './json'
import { referenceError } from './references'
import { scenarioSchema } from './schema/scenario'

/** The document that `text` holds, or one sentence on the first thing wrong with it and where. */
export function parseScenario(text: string): Result<ScenarioDocument> {
  const json = readJson(text, 'The scenario')
  return json.ok ? checkScenario(json.value) : json
}

/** The same for JSON that is parsed already. */
export function checkScenario(value: unknown): Result<ScenarioDocument> {
  const future = newerVersion(value)
  if (future !== undefined) return err(future)
  const shape = checkShape(scenarioSchema, value, 'The scenario')
  if (!shape.ok) return shape
  const problem = referenceError(shape.value)
  return problem === undefined ? ok(shape.value) : err(problem)
}

function newerVersion(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('version' in value)) return undefined
  const { version } = value
  if (typeof version !== 'number' || !(version > 1)) return undefined
  return `The scenario is of version ${version}, made for a newer TCPScope; this one reads version 1.`
}

/** The document as a file for people: indented JSON, ending in a line feed. */
export function serializeScenario(document: ScenarioDocument): string {
  return `${JSON.stringify(document, null, 2)}\n`
}
