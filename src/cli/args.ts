/** Words of a command line into options, with sentences for what is wrong with them. */
import { parseArgs } from 'node:util'
import { parseDuration } from '../base'
import type { Micros } from '../base'
import { CommandError, orCommandError } from './command-error'

export interface Words {
  readonly positionals: readonly string[]
  readonly values: Readonly<Record<string, string | undefined>>
}

/** Reads `--name value` options, all of them texts, and what stands beside them. */
export function readWords(words: readonly string[], names: readonly string[]): Words {
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]))
  const { positionals, values } = orCommandError(() =>
    parseArgs({ args: [...words], options, allowPositionals: true, strict: true }),
  )
  return { positionals, values: values }
}

/** One of a list of words. */
export function readChoice<T extends string>(
  name: string,
  value: string | undefined,
  choices: readonly T[],
  fallback: T,
): T {
  if (value === undefined) return fallback
  const found = choices.find((choice) => choice === value)
  if (found === undefined) throw new CommandError(`--${name} is one of ${choices.join(', ')}, not "${value}".`)
  return found
}

/** A whole number from 1 to `most`. */
export function readCount(name: string, value: string | undefined, most: number): number | undefined {
  if (value === undefined) return undefined
  const number = Number(value)
  if (!/^\d+$/.test(value) || number < 1 || number > most) {
    throw new CommandError(`--${name} is a whole number from 1 to ${most}, not "${value}".`)
  }
  return number
}

/** A duration such as `5s` or `250ms`. */
export function readTime(name: string, value: string | undefined): Micros | undefined {
  if (value === undefined) return undefined
  const micros = /[a-zµ]/.test(value) ? parseDuration(value) : undefined
  if (micros === undefined) throw new CommandError(`--${name} is a time such as 5s, 250ms or 2h, not "${value}".`)
  return micros
}
