/**
 * What a schema cannot see in programs: names that nothing was kept under, functions that are not there, loops that are left from outside, and
 * bounds that only add up over a whole program. Each finding is one sentence with its place.
 */
import { parseExpression, visitExpr } from '../programs'
import type { Expression } from '../trace'
import { parseIpv4 } from '../wire'
import type { FunctionDocument, ScenarioDocument, StepDocument, WrittenProgram } from './document'
import { shown } from './schema/primitives'
import { MOST_STEPS } from './schema/step'

/** Loops and conditions within one another. */
const DEEPEST_LOOPS = 8
/** Bytes of all buffers of one program. */
const MOST_BUFFER_BYTES = 262_144

/** What steps may refer to. `variables` and `buffers` grow from step to step. */
interface Scope {
  readonly hosts: ReadonlySet<string>
  readonly variables: Set<string>
  readonly buffers: Set<string>
  readonly functions: Readonly<Record<string, FunctionDocument>>
  readonly count: { steps: number; bufferBytes: number }
  readonly depth: number
  readonly inLoop: boolean
}

export function programsError(document: ScenarioDocument): string | undefined {
  const hosts = new Set(document.hosts.map((host) => host.name))
  const count = { steps: 0, bufferBytes: 0 }
  for (const [h, host] of document.hosts.entries()) {
    for (const [p, program] of (host.programs ?? []).entries()) {
      const place = `hosts[${h}].programs[${p}]`
      const problem =
        'use' in program
          ? serverError(program.with ?? {}, hosts, `${place}.with`)
          : programError(program, place, hosts, count)
      if (problem !== undefined) return problem
    }
  }
  return undefined
}

/** A client's server must be a host or an address. */
export function serverError(
  settings: Readonly<Record<string, number | string>>,
  hosts: ReadonlySet<string>,
  place: string,
): string | undefined {
  const { server } = settings
  if (typeof server !== 'string' || parseIpv4(server) !== undefined || hosts.has(server)) return undefined
  return `${place}.server: ${shown(server)} is neither a host nor an IPv4 address.`
}

function programError(
  program: WrittenProgram,
  place: string,
  hosts: ReadonlySet<string>,
  count: Scope['count'],
): string | undefined {
  const functions = program.functions ?? {}
  count.bufferBytes = 0
  const settings = Object.keys(program.variables ?? {})
  const scope = (parameters: readonly string[]): Scope => {
    const variables = new Set(['errno', ...settings, ...parameters])
    return { hosts, variables, buffers: new Set(), functions, count, depth: 0, inLoop: false }
  }
  const problem = stepsError(program.steps, `${place}.steps`, scope([]))
  if (problem !== undefined) return problem
  for (const [name, { parameters, steps }] of Object.entries(functions)) {
    const inner = stepsError(steps, `${place}.functions.${name}.steps`, scope(parameters))
    if (inner !== undefined) return inner
  }
  return undefined
}

function stepsError(steps: readonly StepDocument[], place: string, scope: Scope): string | undefined {
  for (const [index, step] of steps.entries()) {
    const here = `${place}[${index}]`
    if (++scope.count.steps > MOST_STEPS) return `${here}: the document has more than ${MOST_STEPS} steps.`
    const problem = stepError(step, here, scope)
    if (problem !== undefined) return problem
  }
  return undefined
}

function stepError(step: StepDocument, here: string, scope: Scope): string | undefined {
  if ('call' in step) return callError(step, here, scope)
  if ('steps' in step) return loopError(step, here, scope)
  if ('if' in step) {
    if (scope.depth >= DEEPEST_LOOPS) return `${here}: conditions are nested deeper than ${DEEPEST_LOOPS}.`
    const inner = { ...scope, depth: scope.depth + 1 }
    return (
      expressionsError(step, ['if'], here, scope) ??
      stepsError(step.do, `${here}.do`, inner) ??
      stepsError(step.else ?? [], `${here}.else`, inner)
    )
  }
  if (('break' in step || 'continue' in step) && !scope.inLoop) return `${here}: there is no loop around it.`
  const problem =
    expressionsError(step, EXPRESSIONS, here, scope) ??
    buffersError(step, here, scope) ??
    threadError(step, here, scope)
  if (problem !== undefined) return problem
  if ('set' in step) scope.variables.add(step.set)
  if ('as' in step && step.as !== undefined) scope.variables.add(step.as)
  return undefined
}

type LoopStep = Extract<StepDocument, { steps: readonly StepDocument[] }>

function loopError(step: LoopStep, here: string, scope: Scope): string | undefined {
  if (scope.depth >= DEEPEST_LOOPS) return `${here}: loops are nested deeper than ${DEEPEST_LOOPS}.`
  if (step.steps.length === 0) return `${here}.steps: expected at least one step, got none.`
  const problem = expressionsError(step, ['while'], here, scope)
  if (problem !== undefined) return problem
  if ('each' in step) scope.variables.add(step.each.fd).add(step.each.events)
  return stepsError(step.steps, `${here}.steps`, { ...scope, depth: scope.depth + 1, inLoop: true })
}

/** Fields of a step that hold expressions. */
const EXPRESSIONS = ['to', 'at', 'htonl', 'value', 'fill', 'bytes', 'from', 'around', 'return', 'sleepMs', 'with']
/** Fields of a call that a step may compute. */
const CALL_EXPRESSIONS = ['bytes', 'port', 'at', 'backlog', 'events', 'data', 'most', 'timeoutMs']

function expressionsError(
  step: object,
  fields: readonly string[],
  here: string,
  scope: Pick<Scope, 'variables' | 'buffers'>,
): string | undefined {
  for (const field of fields) {
    const value: unknown = Reflect.get(step, field)
    const several = Array.isArray(value) ? (value as readonly Expression[]) : [value as Expression]
    for (const source of several) {
      const problem = expressionError(source, scope)
      if (problem !== undefined) return `${here}.${field}: ${problem}.`
    }
  }
  return undefined
}

/** The first name in an expression that means nothing yet. */
function expressionError(
  source: Expression | undefined,
  { variables, buffers }: Pick<Scope, 'variables' | 'buffers'>,
): string | undefined {
  if (typeof source !== 'string') return undefined
  const expr = parseExpression(source)
  if (!expr.ok) return expr.error
  let problem: string | undefined
  visitExpr(expr.value, (part) => {
    if (part.kind === 'name' && !variables.has(part.name))
      problem ??= `no earlier step keeps a value as ${shown(part.name)}`
    if ('buffer' in part && !buffers.has(part.buffer))
      problem ??= `no earlier step makes a buffer ${shown(part.buffer)}`
  })
  return problem
}

/** Steps that work on a buffer; what makes one adds it. */
function buffersError(step: StepDocument, here: string, { buffers, count }: Scope): string | undefined {
  if ('buffer' in step) {
    if (!buffers.has(step.buffer)) count.bufferBytes += Number(step.bytes)
    if (count.bufferBytes > MOST_BUFFER_BYTES)
      return `${here}: the buffers of a program have at most ${MOST_BUFFER_BYTES} bytes together.`
    buffers.add(step.buffer)
    return undefined
  }
  for (const field of ['store', 'move', 'message'] as const) {
    const name: unknown = Reflect.get(step, field)
    if (typeof name === 'string' && !buffers.has(name))
      return `${here}.${field}: no earlier step makes a buffer ${shown(name)}.`
  }
  return undefined
}

function threadError(step: StepDocument, here: string, { functions }: Scope): string | undefined {
  if (!('thread' in step)) return undefined
  if (!Object.hasOwn(functions, step.thread))
    return `${here}.thread: the program has no function ${shown(step.thread)}.`
  const { parameters } = functions[step.thread]
  const given = step.with?.length ?? 0
  if (given === parameters.length) return undefined
  return `${here}.with: ${step.thread} has ${parameters.length} parameters, got ${given}.`
}

type CallStep = Extract<StepDocument, { call: string }>

/** Names of descriptors in the lists of poll() and select(), with the field they stand in. */
function listedReferences(step: CallStep): (readonly [string, string | number])[] {
  if (step.call === 'poll') return step.fds.map(({ fd }, index) => [`fds[${index}].fd`, fd] as const)
  if (step.call !== 'select') return []
  return (['read', 'write', 'except'] as const).flatMap((set) => {
    return (step[set] ?? []).map((fd, index) => [`${set}[${index}]`, fd] as const)
  })
}

function callError(step: CallStep, here: string, scope: Scope): string | undefined {
  const { hosts, variables, buffers } = scope
  const places = listedReferences(step)
  const named = (['fd', 'to', 'pid', 'target'] as const).map((field) => [field, Reflect.get(step, field)] as const)
  for (const [field, reference] of [...places, ...named]) {
    if (typeof reference !== 'string' || variables.has(reference)) continue
    const what = field === 'pid' ? 'a process' : field === 'to' && step.call !== 'dup2' ? 'an address' : 'a descriptor'
    return `${here}.${field}: no earlier step keeps ${what} as ${shown(reference)}.`
  }
  const polled =
    step.call === 'poll'
      ? step.fds.map((it, index) => expressionsError(it, ['events'], `${here}.fds[${index}]`, scope))
      : []
  const problem = expressionsError(step, CALL_EXPRESSIONS, here, scope) ?? polled.find((it) => it !== undefined)
  if (problem !== undefined) return problem
  const buffer = step.call === 'recv' ? step.into : step.call === 'send' ? step.from : undefined
  if (buffer !== undefined && !buffers.has(buffer)) {
    return `${here}.${step.call === 'recv' ? 'into' : 'from'}: no earlier step makes a buffer ${shown(buffer)}.`
  }
  if (step.as !== undefined) variables.add(step.as)
  if (step.call === 'socketpair')
    for (const name of [step.first, step.second]) if (name !== undefined) variables.add(name)
  if (step.call === 'recvfrom' && step.from !== undefined) variables.add(step.from)
  const addresses: readonly (readonly [string, string])[] =
    step.call === 'connect' || step.call === 'sendto'
      ? [['address', step.address ?? '0.0.0.0']]
      : step.call === 'rawSend'
        ? [
            ['src', step.src],
            ['dst', step.dst],
          ]
        : []
  for (const [field, value] of addresses) {
    if (parseIpv4(value) === undefined && !hosts.has(value)) {
      return `${here}.${field}: ${shown(value)} is neither a host nor an IPv4 address.`
    }
  }
  return undefined
}
