/** Programs of a document as the engine has them: hosts' names as addresses, durations in µs, ready-made programs by their id. */
import { findProgram, programSpec } from '../programs'
import type { ProgramSettings } from '../programs'
import type { ProgramSpec, Step, StepCall } from '../trace'
import type { HostDocument, ProgramDocument, StepDocument } from './document'
import { micros } from './units'

export function toProgram(
  program: ProgramDocument,
  host: HostDocument,
  addresses: ReadonlyMap<string, string>,
): ProgramSpec {
  const startMicros = micros(program.start, 0)
  const own = program.process === undefined ? {} : { process: program.process }
  if ('use' in program) {
    const spec = programSpec(
      program.use,
      toSettings(program.use, program.with ?? {}, host.name, addresses),
      startMicros,
    )
    // The schema has refused what could be wrong with it.
    return spec.ok ? { ...spec.value, ...own } : { name: program.use, startMicros, steps: [] }
  }
  const { name, variables, functions = {} } = program
  const steps = (list: readonly StepDocument[]): Step[] => list.map((step) => toStep(step, addresses))
  const inner = Object.entries(functions).map(([label, it]) => {
    return [label, { parameters: it.parameters, steps: steps(it.steps) }] as const
  })
  return {
    name,
    startMicros,
    steps: steps(program.steps),
    ...own,
    ...(variables === undefined ? {} : { variables }),
    ...(inner.length === 0 ? {} : { functions: Object.fromEntries(inner) }),
  }
}

/** Settings of a ready-made program: a client's server by its address, the first other host where none is named. */
export function toSettings(
  id: string,
  settings: Readonly<Record<string, number | string>>,
  host: string,
  addresses: ReadonlyMap<string, string>,
): ProgramSettings {
  if (findProgram(id)?.role !== 'client') return settings
  const others = [...addresses].filter(([name]) => name !== host)
  const server = String(settings.server ?? others.at(0)?.[0] ?? host)
  return { ...settings, server: addresses.get(server) ?? server }
}

function toStep(step: StepDocument, addresses: ReadonlyMap<string, string>): Step {
  const inner = (steps: readonly StepDocument[]): Step[] => steps.map((it) => toStep(it, addresses))
  if ('call' in step) return resolveAddresses(step, addresses)
  if ('sleep' in step) return { sleepMicros: micros(step.sleep, 0) }
  if ('steps' in step) return { ...step, steps: inner(step.steps) }
  if (!('if' in step)) return step
  const taken = { if: step.if, do: inner(step.do) }
  return step.else === undefined ? taken : { ...taken, else: inner(step.else) }
}

function resolveAddresses<T extends StepCall>(call: T, addresses: ReadonlyMap<string, string>): T {
  const resolved = (name: string): string => addresses.get(name) ?? name
  if (call.call === 'connect') return { ...call, address: resolved(call.address) }
  if (call.call === 'sendto' && call.address !== undefined) return { ...call, address: resolved(call.address) }
  if (call.call === 'rawSend') return { ...call, src: resolved(call.src), dst: resolved(call.dst) }
  return call
}
