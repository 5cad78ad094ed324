/**
 * The mutants of src/tcp: stryker's instrumenter puts every small change that it knows into the sources, each behind a switch. Words are left
 * alone: a test that repeats a rule's sentence letter by letter would prove nothing, and of the names that decide something the types know.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Instrumenter } from '@stryker-mutator/instrumenter'

export interface Mutant {
  /** A number, as text: stryker's name of the switch. */
  readonly id: string
  /** Relative to the repository's root. */
  readonly file: string
  /** From 1. */
  readonly line: number
  readonly column: number
  readonly kind: string
  /** The whole line, trimmed: with `from` and `to` it names the mutant as long as the line stands. */
  readonly text: string
  readonly from: string
  readonly to: string
}

export interface Instrumented {
  readonly mutants: readonly Mutant[]
  /** Numbers given, to words too. */
  readonly ids: number
  /** Source text with all switches, by file. */
  readonly sources: ReadonlyMap<string, string>
}

const silent = {
  isTraceEnabled: () => false,
  isDebugEnabled: () => false,
  isInfoEnabled: () => false,
  isWarnEnabled: () => false,
  isErrorEnabled: () => false,
  isFatalEnabled: () => false,
  trace: () => {},
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  fatal: () => {},
}

export async function instrument(root: string): Promise<Instrumented> {
  const names = readdirSync(join(root, 'src/tcp'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !/\.(test|prop)\.ts$/.test(name))
    .map((name) => `src/tcp/${name}`)
    .toSorted()
  const originals = new Map(names.map((name) => [name, readFileSync(join(root, name), 'utf8')]))
  const files = names.map((name) => ({ name, content: originals.get(name) ?? '', mutate: true }))
  const options = { plugins: null, excludedMutations: ['StringLiteral'], ignorers: [], noHeader: true }
  const result = await new Instrumenter(silent).instrument(files, options)
  const shown = result.mutants.filter(({ status }) => status !== 'Ignored')
  const mutants = shown.map(({ id, fileName, location: { start, end }, mutatorName, replacement }) => {
    const lines = (originals.get(fileName) ?? '').split('\n').slice(start.line, end.line + 1)
    const last = lines.length - 1
    const cut = lines.map((line, i) => line.slice(i === 0 ? start.column : 0, i === last ? end.column : undefined))
    return {
      id,
      file: fileName,
      line: start.line + 1,
      column: start.column + 1,
      kind: mutatorName,
      text: lines[0].trim(),
      from: onOneLine(cut.join('\n')),
      to: onOneLine(replacement),
    }
  })
  return {
    mutants,
    ids: result.mutants.length,
    sources: new Map(result.files.map(({ name, content }) => [name, content])),
  }
}

function onOneLine(code: string): string {
  return code.replaceAll(/\s+/g, ' ').trim()
}
