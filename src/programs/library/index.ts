/**
 * The ready-made programs, in the order in which they are offered. Their ids stand in links and in scenarios: what an id means does
 * not change.
 */
import { err, ok } from '../../base'
import type { Micros, Result } from '../../base'
import type { FunctionSpec, ProgramSpec, Step } from '../../trace'
import { clients } from './clients'
import { SERVER } from './entry'
import type { LibraryProgram } from './entry'
import { faulty } from './faulty'
import { framing } from './framing'
import { servers } from './servers'

export type { LibraryProgram, Parameter } from './entry'

export const PROGRAMS: readonly LibraryProgram[] = [...servers, ...faulty, ...clients, ...framing]

const BY_ID: ReadonlyMap<string, LibraryProgram> = new Map(PROGRAMS.map((program) => [program.id, program]))

export function findProgram(id: string): LibraryProgram | undefined {
  return BY_ID.get(id)
}

/** What a person chose: numbers by the names of the program's settings, and `server` as an IPv4 address. */
export type ProgramSettings = Readonly<Record<string, number | string>>

/** The ready-made program with its settings filled in. The error is one sentence. */
export function programSpec(id: string, settings: ProgramSettings, startMicros: Micros): Result<ProgramSpec> {
  const problem = settingsError(id, settings)
  const program = findProgram(id)
  if (problem !== undefined || program === undefined) return err(`${problem ?? ''}.`)
  const variables = Object.fromEntries(
    program.parameters.map(({ name, initial }) => [name, Number(settings[name] ?? initial)]),
  )
  const address = String(settings[SERVER] ?? '127.0.0.1')
  const functions = Object.entries(program.functions ?? {}).map(([name, { parameters, steps }]) => {
    return [name, { parameters, steps: steps.map((step) => withAddress(step, address)) }] as const
  })
  return ok({
    name: program.id,
    startMicros,
    steps: program.steps.map((step) => withAddress(step, address)),
    variables,
    ...(functions.length === 0 ? {} : { functions: Object.fromEntries<FunctionSpec>(functions) }),
  })
}

/** What is wrong with the settings for a ready-made program, as a sentence without its full stop; undefined when nothing is. */
export function settingsError(id: string, settings: ProgramSettings): string | undefined {
  const program = findProgram(id)
  if (program === undefined) return `there is no ready-made program ${JSON.stringify(id.slice(0, 40))}`
  for (const [name, value] of Object.entries(settings)) {
    if (name === SERVER && program.role === 'client') {
      if (typeof value !== 'string') return `${name}: expected an address, got ${value}`
      continue
    }
    const parameter = program.parameters.find((it) => it.name === name)
    if (parameter === undefined) return `${id} has no setting ${JSON.stringify(name.slice(0, 40))}`
    const { least, most } = parameter
    if (!Number.isInteger(value) || Number(value) < least || Number(value) > most) {
      return `${name}: expected a whole number from ${least} to ${most}, got ${JSON.stringify(value)}`
    }
  }
  return undefined
}

/** The step with the server's address in place of the word that stands for it. */
function withAddress(step: Step, address: string): Step {
  if ('call' in step) return step.call === 'connect' && step.address === SERVER ? { ...step, address } : step
  const inner = (steps: readonly Step[]): Step[] => steps.map((it) => withAddress(it, address))
  if ('steps' in step) return { ...step, steps: inner(step.steps) }
  if (!('if' in step)) return step
  return { ...step, do: inner(step.do), ...(step.else === undefined ? {} : { else: inner(step.else) }) }
}
