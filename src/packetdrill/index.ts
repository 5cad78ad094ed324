/** Packetdrill scripts: parse a text, play it on a host of ours in virtual time, say how it went. */
import { parseScript } from './parse/script'
import { playScript } from './run/play'
import type { Played } from './run/play'

export type { Played } from './run/play'

/** Parses and plays a script. `path` is only for messages. A script that does not parse fails at its line. */
export function runScript(path: string, text: string): Played {
  const parsed = parseScript(path, text)
  if (parsed.ok) return playScript(parsed.value)
  const { unsupported, line, message } = parsed.error
  const plain = message.replace(`${path}:${line}: `, '')
  return { result: unsupported ? 'unsupported' : 'fail', line, message: plain, event: '', ladder: [], notes: [] }
}
