/** Packetdrill scripts: parse a text, play it on a host of ours in virtual time, say how it went. */
import { parseScript } from './parse/script'
import { createHostRun } from './run/create'
import { playScript } from './run/play'
import type { Played } from './run/play'
import type { Run } from './run/run'
import type { Script } from './syntax'

export { parseShell } from './parse/shell'
export { nextDeed, record, recordUntil, startRecording } from './record'
export type { Recording } from './record'
export { createRun } from './run/create'
export { failAt, unsupportedAt } from './run/failure'
export type { Played } from './run/play'
export { addSocket } from './run/run'
export type { Run } from './run/run'
export type { Answer, Made, SentPacket, UnderTest } from './run/under-test'
export { field as recordField, optionalNumber, showValue } from './run/values'
export type { CallLine, Script, ShellLine, Value } from './syntax'

/**
 * Parses and plays a script. `path` is only for messages. A script that does not parse fails at its line. `createRun` makes the machine that it is played
 * on: a host of ours in virtual time, if not given.
 */
export function runScript(path: string, text: string, createRun: (script: Script) => Run = createHostRun): Played {
  let parsed: ReturnType<typeof parseScript>
  try {
    parsed = parseScript(path, text)
  } catch (error) {
    // Such as brackets nested deeper than the parser's own stack.
    return notPlayed('fail', 0, `the script cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (parsed.ok) return playScript(createRun(parsed.value))
  const { unsupported, line, message } = parsed.error
  return notPlayed(unsupported ? 'unsupported' : 'fail', line, message.replace(`${path}:${line}: `, ''))
}

function notPlayed(result: Played['result'], line: number, message: string): Played {
  return { result, line, message, event: '', ladder: [], notes: [], untimely: [] }
}
