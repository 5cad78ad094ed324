/**
 * The arithmetic of programs: integers, variables, C's operators with C's precedence, and a few functions that look into a buffer.
 * Decides what a text means and how it is written; evaluate.ts works it out. Left out: assignment, shifts, ?:, anything with a pointer.
 */
import { err, ok } from '../base'
import type { Result } from '../base'
import { ERRNO, POLL_EVENTS } from '../trace'
import type { Expression } from '../trace'

export type BinaryOperator =
  | '||'
  | '&&'
  | '|'
  | '&'
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'

export type Expr =
  | { readonly kind: 'number'; readonly value: number; readonly text: string }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'not' | 'minus'; readonly of: Expr }
  | { readonly kind: 'binary'; readonly operator: BinaryOperator; readonly left: Expr; readonly right: Expr }
  /** One byte of a buffer. */
  | { readonly kind: 'byte'; readonly buffer: string; readonly at: Expr }
  /** Four bytes of a buffer, in network byte order or in the machine's (little-endian). */
  | { readonly kind: 'ntohl' | 'word'; readonly buffer: string; readonly at: Expr }
  /** Place of a byte in [from, to) of a buffer; -1 for none. */
  | { readonly kind: 'find'; readonly buffer: string; readonly byte: Expr; readonly from: Expr; readonly to: Expr }
  /** Whether a text stands at a place of a buffer. */
  | { readonly kind: 'same'; readonly buffer: string; readonly at: Expr; readonly text: string }
  /** Milliseconds of the monotonic clock. */
  | { readonly kind: 'clock' }
  | { readonly kind: 'min' | 'max'; readonly left: Expr; readonly right: Expr }

/** Characters of one expression. */
const LONGEST = 160
/** Operators and functions within one another. */
const DEEPEST = 24

/** Binary operators by how tightly they bind, loosest first; C's order, without its trap of & below ==. */
const LEVELS: readonly (readonly BinaryOperator[])[] = [
  ['||'],
  ['&&'],
  ['==', '!='],
  ['<', '<=', '>', '>='],
  ['|'],
  ['&'],
  ['+', '-'],
  ['*', '/', '%'],
]

const CONSTANTS: ReadonlyMap<string, number> = new Map([
  ...Object.entries(ERRNO).map(([name, [number]]) => [name, number] as const),
  ...Object.entries(POLL_EVENTS).map(([name, bit]) => [`POLL${name}`, bit] as const),
  ...Object.entries(POLL_EVENTS).map(([name, bit]) => [`EPOLL${name}`, bit] as const),
])
const FUNCTIONS = ['ntohl', 'word', 'find', 'same', 'now_ms', 'min', 'max'] as const

/** Whether a name means something already, so that no variable may have it. */
export function isReserved(name: string): boolean {
  return CONSTANTS.has(name) || (FUNCTIONS as readonly string[]).includes(name)
}

/** Reads an expression. The error says what is wrong and at which character, without a full stop. */
export function parseExpression(source: Expression): Result<Expr> {
  if (typeof source === 'number') return ok({ kind: 'number', value: source, text: String(source) })
  if (source.length > LONGEST) return err(`an expression has at most ${LONGEST} characters`)
  const reader: Reader = { source, at: 0, depth: 0, problem: '' }
  const expr = readLevel(reader, 0)
  skipSpace(reader)
  if (reader.problem === '' && reader.at < source.length)
    fail(reader, `${shown(source[reader.at])} does not belong here`)
  return reader.problem === '' ? ok(expr) : err(reader.problem)
}

interface Reader {
  readonly source: string
  at: number
  depth: number
  /** The first thing wrong; '' for nothing. */
  problem: string
}

const ZERO: Expr = { kind: 'number', value: 0, text: '0' }

function readLevel(reader: Reader, level: number): Expr {
  if (level === LEVELS.length) return readUnary(reader)
  let left = readLevel(reader, level + 1)
  for (;;) {
    const operator = takeOperator(reader, LEVELS[level])
    if (operator === undefined || reader.problem !== '') return left
    left = { kind: 'binary', operator, left, right: readLevel(reader, level + 1) }
  }
}

function readUnary(reader: Reader): Expr {
  skipSpace(reader)
  if (++reader.depth > DEEPEST) {
    fail(reader, `an expression is nested at most ${DEEPEST} deep`)
    return ZERO
  }
  const c = reader.source[reader.at]
  let out: Expr
  if (c === '!' || c === '-') {
    reader.at++
    out = { kind: c === '!' ? 'not' : 'minus', of: readUnary(reader) }
  } else if (c === '(') {
    reader.at++
    out = readLevel(reader, 0)
    expect(reader, ')')
  } else out = readPrimary(reader)
  reader.depth--
  return out
}

function readPrimary(reader: Reader): Expr {
  const number = match(reader, /(?:0x[0-9a-fA-F]{1,8}|\d{1,12})(?![\w.])/y)
  if (number !== undefined) return { kind: 'number', value: Number(number), text: number }
  const character = match(reader, /'(?:\\[nrt0\\']|[^'\\\n])'/y)
  if (character !== undefined) return { kind: 'number', value: characterOf(character), text: character }
  const name = match(reader, /[A-Za-z_]\w{0,31}(?!\w)/y)
  if (name === undefined) {
    fail(
      reader,
      reader.at >= reader.source.length ? 'it ends too early' : `${shown(reader.source[reader.at])} is not a value`,
    )
    return ZERO
  }
  const constant = CONSTANTS.get(name)
  if (constant !== undefined) return { kind: 'number', value: constant, text: name }
  skipSpace(reader)
  if (reader.source[reader.at] === '[') {
    reader.at++
    const at = readLevel(reader, 0)
    expect(reader, ']')
    return { kind: 'byte', buffer: name, at }
  }
  if (reader.source[reader.at] !== '(') return { kind: 'name', name }
  reader.at++
  const call = readCall(reader, name)
  expect(reader, ')')
  return call
}

function readCall(reader: Reader, name: string): Expr {
  switch (name) {
    case 'now_ms':
      return { kind: 'clock' }
    case 'min':
    case 'max': {
      const left = readLevel(reader, 0)
      return { kind: name, left, right: readNext(reader) }
    }
    case 'ntohl':
    case 'word': {
      const buffer = readName(reader)
      return { kind: name, buffer, at: readNext(reader) }
    }
    case 'find': {
      const buffer = readName(reader)
      const byte = readNext(reader)
      const from = readNext(reader)
      return { kind: 'find', buffer, byte, from, to: readNext(reader) }
    }
    case 'same': {
      const buffer = readName(reader)
      const at = readNext(reader)
      expect(reader, ',')
      const text = match(reader, /"[^"\\\n]{1,32}"/y)
      if (text === undefined) fail(reader, 'a text such as "PING" belongs here')
      return { kind: 'same', buffer, at, text: text?.slice(1, -1) ?? '' }
    }
    default:
      fail(reader, `there is no function ${name}; there are ${FUNCTIONS.join(', ')}`)
      return ZERO
  }
}

function readNext(reader: Reader): Expr {
  expect(reader, ',')
  return readLevel(reader, 0)
}

function readName(reader: Reader): string {
  const name = match(reader, /[A-Za-z_]\w{0,31}(?!\w)/y)
  if (name === undefined) fail(reader, "a buffer's name belongs here")
  return name ?? ''
}

function takeOperator(reader: Reader, operators: readonly BinaryOperator[]): BinaryOperator | undefined {
  skipSpace(reader)
  const { source, at } = reader
  // Longest first: `<` is no `<=`, `&` is no `&&`.
  const found = operators
    .filter((operator) => source.startsWith(operator, at))
    .toSorted((a, b) => b.length - a.length)
    .at(0)
  if (
    found === undefined ||
    (found.length === 1 && (source[at + 1] === '=' || source[at + 1] === found) && '<>&|'.includes(found))
  ) {
    return undefined
  }
  reader.at += found.length
  return found
}

function expect(reader: Reader, token: string): void {
  skipSpace(reader)
  if (reader.source[reader.at] === token) reader.at++
  else fail(reader, `${token} is missing`)
}

function match(reader: Reader, pattern: RegExp): string | undefined {
  skipSpace(reader)
  pattern.lastIndex = reader.at
  const found = pattern.exec(reader.source)?.[0]
  if (found !== undefined) reader.at += found.length
  return found
}

function skipSpace(reader: Reader): void {
  while (reader.source[reader.at] === ' ') reader.at++
}

function fail(reader: Reader, problem: string): void {
  if (reader.problem === '') reader.problem = `${problem} (character ${reader.at + 1} of ${shown(reader.source)})`
  reader.at = reader.source.length
}

function shown(text: string): string {
  const json = JSON.stringify(text)
  return json.length > 48 ? `${json.slice(0, 45)}..."` : json
}

const ESCAPES: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, 0: 0, '\\': 92, "'": 39 }

/** The code of a character literal, quotes included. */
function characterOf(literal: string): number {
  return literal[1] === '\\' ? ESCAPES[literal[2]] : literal.charCodeAt(1)
}

/** Calls `visit` with every part of an expression, itself included. */
export function visitExpr(expr: Expr, visit: (part: Expr) => void): void {
  visit(expr)
  switch (expr.kind) {
    case 'not':
    case 'minus':
      visitExpr(expr.of, visit)
      return
    case 'binary':
    case 'min':
    case 'max':
      visitExpr(expr.left, visit)
      visitExpr(expr.right, visit)
      return
    case 'byte':
    case 'ntohl':
    case 'word':
    case 'same':
      visitExpr(expr.at, visit)
      return
    case 'find':
      visitExpr(expr.byte, visit)
      visitExpr(expr.from, visit)
      visitExpr(expr.to, visit)
      return
    default:
  }
}

/** The expression as C would write it. */
export function formatExpr(expr: Expr, outer = 0): string {
  switch (expr.kind) {
    case 'number':
      return expr.text
    case 'name':
      return expr.name
    case 'not':
    case 'minus':
      return `${expr.kind === 'not' ? '!' : '-'}${formatExpr(expr.of, LEVELS.length)}`
    case 'binary': {
      const level = LEVELS.findIndex((operators) => operators.includes(expr.operator))
      const text = `${formatExpr(expr.left, level)} ${expr.operator} ${formatExpr(expr.right, level + 1)}`
      // C's own precedence puts & and | below the comparisons.
      return level < outer || ((expr.operator === '&' || expr.operator === '|') && outer > 0) ? `(${text})` : text
    }
    case 'byte':
      return `${expr.buffer}[${formatExpr(expr.at)}]`
    case 'ntohl':
      return `ntohl(*(u32 *)${formatPointer(expr.buffer, expr.at)})`
    case 'word':
      return `*(u32 *)${formatPointer(expr.buffer, expr.at)}`
    case 'find':
      return `find(${expr.buffer}, ${formatExpr(expr.byte)}, ${formatExpr(expr.from)}, ${formatExpr(expr.to)})`
    case 'same':
      return `!memcmp(${formatPlace(expr.buffer, expr.at)}, ${JSON.stringify(expr.text)}, ${expr.text.length})`
    case 'clock':
      return 'now_ms()'
    case 'min':
    case 'max':
      return `${expr.kind}(${formatExpr(expr.left)}, ${formatExpr(expr.right)})`
  }
}

/** `buf`, `buf + 4`: an argument of a call. */
export function formatPlace(buffer: string, at: Expr | undefined): string {
  return at === undefined || (at.kind === 'number' && at.value === 0) ? buffer : `${buffer} + ${formatExpr(at, 6)}`
}

/** The same where an operator stands before it. */
export function formatPointer(buffer: string, at: Expr): string {
  const place = formatPlace(buffer, at)
  return place === buffer ? buffer : `(${place})`
}
