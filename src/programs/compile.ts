/**
 * Nested steps as flat code, and as the C-like text that a person reads. Both are made in the same pass, so an instruction knows its
 * line and no text stands beside the code that it describes. An expression that cannot be read is 0: the schema refuses it before.
 */
import { formatDuration, NEVER } from '../base'
import type { Call, Expression, ProgramSpec, Step } from '../trace'
import { expressionText, formatStepCall } from './call-text'
import { formatPlace, formatPointer, parseExpression } from './expression'
import type { Expr } from './expression'
import type { CodeLine, Computed, Instruction, Program } from './instruction'

interface Compiler {
  readonly code: Instruction[]
  readonly lines: CodeLine[]
  indent: number
  /** Names that the text has declared. */
  declared: Set<string>
  /** Calls of `thread`: its instruction, to be given the entry of the function once that is known. */
  readonly threads: { readonly at: number; readonly name: string }[]
  readonly spec: ProgramSpec
}

/** Fields that may hold an expression (trace/program.ts ComputedField). */
export const COMPUTED_FIELDS: readonly string[] = [
  'bytes',
  'port',
  'at',
  'backlog',
  'events',
  'data',
  'most',
  'timeoutMs',
]

export function compileProgram(spec: ProgramSpec): Program {
  const { name, startMicros, steps, functions = {}, variables = {} } = spec
  const compiler: Compiler = { code: [], lines: [], indent: 0, declared: new Set(), threads: [], spec }
  const { code, lines } = compiler
  const wrapped = Object.keys(functions).length > 0
  const entries: { at: number; name: string }[] = []
  for (const [variable, value] of Object.entries(variables)) line(compiler, `const int ${variable} = ${value};`)
  if (Object.keys(variables).length > 0) line(compiler, '')
  // The first steps are the first code, though a function stands above them in the text, as in C.
  if (wrapped) open(compiler, 'int main(void) {')
  entries.push({ at: 0, name: 'main' })
  begin(compiler)
  compileSteps(compiler, steps)
  if (wrapped) close(compiler)
  code.push({ line: Math.max(0, lines.length - 1), op: 'return', value: ZERO })
  for (const [label, { parameters, steps: body }] of Object.entries(functions)) {
    line(compiler, '')
    open(compiler, `void ${label}(${parameters.map((parameter) => `int ${parameter}`).join(', ')}) {`)
    entries.push({ at: code.length, name: label })
    begin(compiler)
    for (const parameter of parameters) compiler.declared.add(parameter)
    compileSteps(compiler, body)
    close(compiler)
    code.push({ line: lines.length - 1, op: 'return', value: ZERO })
  }
  for (const { at, name: label } of compiler.threads) {
    const instruction = code[at]
    const entry = entries.find((it) => it.name === label)?.at ?? code.length
    if (instruction.op === 'thread') code[at] = { ...instruction, entry }
  }
  return { name, startMicros, code, lines, variables, process: spec.process ?? '', entries }
}

const ZERO: Expr = { kind: 'number', value: 0, text: '0' }

/** What a function has not declared itself is unknown in it, but for the program's settings. */
function begin(compiler: Compiler): void {
  compiler.declared = new Set(Object.keys(compiler.spec.variables ?? {}))
}

function line(compiler: Compiler, text: string): number {
  compiler.lines.push({ indent: compiler.indent, text })
  return compiler.lines.length - 1
}

function open(compiler: Compiler, text: string): number {
  const at = line(compiler, text)
  compiler.indent++
  return at
}

function close(compiler: Compiler, text = '}'): number {
  compiler.indent--
  return line(compiler, text)
}

function read(source: Expression): Expr {
  const expr = parseExpression(source)
  return expr.ok ? expr.value : ZERO
}

function compileSteps(compiler: Compiler, steps: readonly Step[]): void {
  for (const step of steps) compileStep(compiler, step)
}

function compileStep(compiler: Compiler, step: Step): void {
  if ('call' in step) compileCall(compiler, step)
  else if ('steps' in step) compileLoop(compiler, step)
  else if ('if' in step) compileIf(compiler, step)
  else if ('buffer' in step || 'store' in step || 'move' in step || 'message' in step) compileBytes(compiler, step)
  else compileSimple(compiler, step)
}

type CallStep = Extract<Step, { call: string }>

function compileCall(compiler: Compiler, step: CallStep): void {
  const { as = '', ...call } = step
  const at = line(compiler, `${assign(compiler, as)}${formatStepCall(call)};`)
  const computed: Computed[] = []
  const fields: Record<string, unknown> = { ...call }
  for (const field of COMPUTED_FIELDS) {
    const value = fields[field]
    if (typeof value !== 'string') continue
    computed.push({ field, entry: -1, value: read(value) })
    fields[field] = 0
  }
  if (call.call === 'poll') {
    fields.fds = call.fds.map((it, entry) => {
      if (typeof it.events === 'string') computed.push({ field: 'events', entry, value: read(it.events) })
      return typeof it.events === 'string' ? { ...it, events: 0 } : it
    })
  }
  compiler.code.push({ line: at, op: 'call', call: fields as unknown as Call, as, computed })
}

/** `int n = ` the first time, `n = ` after that, nothing for no name. */
function assign(compiler: Compiler, name: string): string {
  if (name === '') return ''
  const known = compiler.declared.has(name)
  compiler.declared.add(name)
  return `${known ? '' : 'int '}${name} = `
}

type LoopStep = Extract<Step, { steps: readonly Step[] }>

function compileLoop(compiler: Compiler, step: LoopStep): void {
  const { code } = compiler
  const start = code.length
  const at = open(compiler, loopHead(compiler, step))
  code.push({ line: at, op: 'again', start })
  compileSteps(compiler, step.steps)
  code.push({ line: at, op: 'again', start })
  const end = code.length
  if ('repeat' in step) {
    const times = step.repeat === 'forever' ? NEVER : step.repeat
    code[start] = { line: at, op: 'loop', times, untilClosed: step.untilClosed === true, end }
  } else if ('while' in step) code[start] = { line: at, op: 'while', test: read(step.while), end }
  else code[start] = { line: at, op: 'each', fd: step.each.fd, events: step.each.events, end }
  close(compiler)
}

function loopHead(compiler: Compiler, step: LoopStep): string {
  if ('while' in step) return `while (${expressionText(step.while)}) {`
  if ('each' in step) {
    compiler.declared.add(step.each.fd).add(step.each.events)
    return `for each (int ${step.each.fd}, ${step.each.events} in events) {`
  }
  const head = step.repeat === 'forever' ? 'for (;;) {' : `for (int i = 0; i < ${step.repeat}; i++) {`
  return step.untilClosed === true ? `${head}  // until recv() returns 0 or a call fails` : head
}

function compileIf(compiler: Compiler, step: Extract<Step, { if: Expression }>): void {
  const { code } = compiler
  const short = shortBody(step)
  if (short !== undefined) {
    const at = line(compiler, `if (${expressionText(step.if)}) ${short[0]}`)
    code.push({ line: at, op: 'branch', test: read(step.if), otherwise: code.length + 2 }, { line: at, ...short[1] })
    return
  }
  const at = open(compiler, `if (${expressionText(step.if)}) {`)
  const branch = code.length
  const test = read(step.if)
  code.push({ line: at, op: 'branch', test, otherwise: 0 })
  compileSteps(compiler, step.do)
  let otherwise = code.length
  if (step.else !== undefined && step.else.length > 0) {
    const jump = code.length
    code.push({ line: at, op: 'jump', to: 0 })
    otherwise = code.length
    const elseLine = close(compiler, '} else {')
    compiler.indent++
    compileSteps(compiler, step.else)
    code[jump] = { line: elseLine, op: 'jump', to: code.length }
  }
  code[branch] = { line: at, op: 'branch', test, otherwise }
  close(compiler)
}

/** A body of one word, which stands on the line of its condition. */
function shortBody({ do: body, else: other }: Extract<Step, { if: Expression }>) {
  if (body.length !== 1 || (other !== undefined && other.length > 0)) return undefined
  const [only] = body
  if ('break' in only) return ['break;', { op: 'break' }] as const
  if ('continue' in only) return ['continue;', { op: 'continue' }] as const
  if (!('return' in only)) return undefined
  return [`return ${expressionText(only.return)};`, { op: 'return', value: read(only.return) }] as const
}

type BytesStep = Extract<Step, { buffer: string } | { store: string } | { move: string } | { message: string }>

function compileBytes(compiler: Compiler, step: BytesStep): void {
  const { code } = compiler
  if ('buffer' in step) {
    const at = line(compiler, `char ${step.buffer}[${expressionText(step.bytes)}];`)
    code.push({ line: at, op: 'buffer', name: step.buffer, bytes: read(step.bytes) })
  } else if ('move' in step) {
    const from = read(step.from)
    const text = `memmove(${step.move}, ${formatPlace(step.move, from)}, ${expressionText(step.bytes)});`
    code.push({ line: line(compiler, text), op: 'move', buffer: step.move, from, bytes: read(step.bytes) })
  } else if ('message' in step) {
    const at = read(step.at)
    const text = `handle_message(${formatPlace(step.message, at)}, ${expressionText(step.bytes)});`
    const [bytes, around] = [read(step.bytes), read(step.around ?? 0)]
    code.push({ line: line(compiler, text), op: 'message', buffer: step.message, at, bytes, around })
  } else compileStore(compiler, step)
}

function compileStore(compiler: Compiler, step: Extract<Step, { store: string }>): void {
  const { code } = compiler
  const buffer = step.store
  const at = read(step.at)
  if ('htonl' in step) {
    const text = `*(u32 *)${formatPointer(buffer, at)} = htonl(${expressionText(step.htonl)});`
    code.push({ line: line(compiler, text), op: 'storeNumber', buffer, at, value: read(step.htonl) })
  } else if ('fill' in step) {
    const text = `memset(${formatPlace(buffer, at)}, ${expressionText(step.fill)}, ${expressionText(step.bytes)});`
    code.push({ line: line(compiler, text), op: 'fill', buffer, at, value: read(step.fill), bytes: read(step.bytes) })
  } else {
    const { text: format, value, as = '' } = step
    const more = value === undefined ? '' : `, ${expressionText(value)}`
    const text = `${assign(compiler, as)}sprintf(${formatPlace(buffer, at)}, ${JSON.stringify(format)}${more});`
    const printed = value === undefined ? undefined : read(value)
    code.push({ line: line(compiler, text), op: 'storeText', buffer, at, text: format, value: printed, as })
  }
}

type SimpleStep = Exclude<Step, CallStep | LoopStep | BytesStep | { if: Expression }>

function compileSimple(compiler: Compiler, step: SimpleStep): void {
  const { code } = compiler
  if ('comment' in step) line(compiler, `// ${step.comment}`)
  else if ('sleepMicros' in step) {
    const at = line(compiler, `sleep(${formatDuration(step.sleepMicros)});`)
    code.push({ line: at, op: 'sleep', micros: step.sleepMicros })
  } else if ('sleepMs' in step) {
    code.push({
      line: line(compiler, `sleep_ms(${expressionText(step.sleepMs)});`),
      op: 'sleepMs',
      ms: read(step.sleepMs),
    })
  } else if ('break' in step) code.push({ line: line(compiler, 'break;'), op: 'break' })
  else if ('continue' in step) code.push({ line: line(compiler, 'continue;'), op: 'continue' })
  else if ('return' in step) {
    code.push({
      line: line(compiler, `return ${expressionText(step.return)};`),
      op: 'return',
      value: read(step.return),
    })
  } else if ('set' in step) {
    const at = line(compiler, `${assign(compiler, step.set)}${expressionText(step.to)};`)
    code.push({ line: at, op: 'set', name: step.set, value: read(step.to) })
  } else compileThread(compiler, step)
}

function compileThread(compiler: Compiler, step: Extract<Step, { thread: string }>): void {
  const passed = step.with ?? []
  const as = step.as ?? ''
  const at = line(
    compiler,
    `${assign(compiler, as)}pthread_create(${[step.thread, ...passed.map(expressionText)].join(', ')});`,
  )
  const parameters = compiler.spec.functions?.[step.thread]?.parameters ?? []
  compiler.threads.push({ at: compiler.code.length, name: step.thread })
  const values = passed.map(read)
  compiler.code.push({ line: at, op: 'thread', entry: 0, parameters, values, as })
}
