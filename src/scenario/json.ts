/**
 * JSON from strangers: bounded in size and depth before it is parsed, checked against a schema after. Nothing here throws; every failure
 * is one sentence that says what and where.
 */
import * as v from 'valibot'
import { err, ok } from '../base'
import type { Result } from '../base'

/** Characters of a document or session file. */
export const LONGEST_TEXT = 4_194_304
/** Objects within lists within objects; a program's nested loops are the deepest that mean anything. */
const DEEPEST = 40

/** The value that `text` is JSON of. `what` begins the sentence: `The file`, `The link`. */
export function readJson(text: string, what: string): Result<unknown> {
  if (text.length > LONGEST_TEXT) return err(`${what} is too long: more than ${LONGEST_TEXT} characters.`)
  if (isTooDeep(text)) return err(`${what} is nested deeper than ${DEEPEST} levels.`)
  try {
    return ok(JSON.parse(text))
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0].slice(0, 120) : 'unknown reason'
    return err(`${what} is not JSON: ${reason}.`)
  }
}

/** True when brackets outside strings nest too deep. Runs over the text once. */
function isTooDeep(text: string): boolean {
  let depth = 0
  let inString = false
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (inString) {
      if (c === 0x5c) i++
      else if (c === 0x22) inString = false
    } else if (c === 0x22) inString = true
    else if (c === 0x5b || c === 0x7b) {
      if (++depth > DEEPEST) return true
    } else if (c === 0x5d || c === 0x7d) depth--
  }
  return false
}

/** `value` as the schema's type, or `hosts[0].name: expected ..., got ...`. `what` names the whole: `The scenario`. */
export function checkShape<T>(schema: v.GenericSchema<unknown, T>, value: unknown, what: string): Result<T> {
  const outcome = v.safeParse(schema, value, { abortEarly: true, abortPipeEarly: true })
  if (outcome.success) return ok(outcome.output)
  const [issue] = outcome.issues
  const place = pathText(issue.path?.map((item) => item.key) ?? [])
  return err(place === '' ? `${what}: ${issue.message}.` : `${place}: ${issue.message}.`)
}

/** `hosts[0].programs[1].steps` for a path of keys and places. */
export function pathText(path: readonly unknown[]): string {
  let out = ''
  for (const key of path) {
    if (typeof key === 'number') out += `[${key}]`
    else out += (out === '' ? '' : '.') + String(key).slice(0, 64)
  }
  return out
}
