/** `scenarios`: what is built in, one line each. */
import { SCENARIOS } from '../scenario'
import { readWords } from './args'
import { CommandError } from './command-error'

export function scenariosCommand(words: readonly string[]): void {
  const { positionals } = readWords(words, [])
  if (positionals.length > 0) throw new CommandError(`scenarios takes no words, but was given "${positionals[0]}".`)
  const width = Math.max(...SCENARIOS.map(({ id }) => id.length))
  process.stdout.write(SCENARIOS.map(({ id, title }) => `${id.padEnd(width)}  ${title}\n`).join(''))
}
