/**
 * Runs the code of `%{ ... }%` over the names of a tcp_info taken at that moment. Numbers are doubles (a tcp_info has nothing beyond
 * 2^53 that a script looks at); what a script assigns stays known to its later code.
 */
import { ERRNO } from '../trace'
import type { CodeExpression, CodeStatement } from './parse/code-syntax'

export type CodeValue = number | string | boolean | readonly CodeValue[]

export interface CodeScope {
  /** Assigned by the script. */
  readonly variables: Map<string, CodeValue>
  /** tcp_info fields and kernel constants. */
  readonly lookUp: (name: string) => CodeValue | undefined
  readonly print: (text: string) => void
}

/** Code that failed: an assertion, or a name that nobody knows. */
export class CodeFailure extends Error {
  override readonly name = 'CodeFailure'
  readonly line: number
  readonly unsupported: boolean

  constructor(line: number, message: string, unsupported = false) {
    super(message)
    this.line = line
    this.unsupported = unsupported
  }
}

/** Runs statements; throws a CodeFailure at the first that does not hold. */
export function runCode(statements: readonly CodeStatement[], scope: CodeScope): void {
  for (const statement of statements) {
    switch (statement.kind) {
      case 'assert':
        runAssert(statement, scope)
        break
      case 'assign':
        scope.variables.set(statement.name, evaluate(statement.value, scope, statement.line))
        break
      case 'print':
        scope.print(statement.values.map((value) => show(evaluate(value, scope, statement.line))).join(' '))
        break
      case 'evaluate':
        evaluate(statement.value, scope, statement.line)
        break
      case 'if':
        runCode(truthy(evaluate(statement.test, scope, statement.line)) ? statement.body : statement.otherwise, scope)
    }
  }
}

function runAssert(statement: CodeStatement & { kind: 'assert' }, scope: CodeScope): void {
  if (truthy(evaluate(statement.test, scope, statement.line))) return
  const names = [...namesIn(statement.test)].filter(
    (name) => scope.lookUp(name) !== undefined || scope.variables.has(name),
  )
  const values = names.map((name) => `${name} ${show(nameValue(name, scope, statement.line))}`)
  const message = statement.message === undefined ? '' : show(evaluate(statement.message, scope, statement.line))
  const got = values.length > 0 ? values.join(', ') : message
  throw new CodeFailure(statement.line, `expected ${write(statement.test)} got ${got}`)
}

function evaluate(expression: CodeExpression, scope: CodeScope, line: number): CodeValue {
  const value = (of: CodeExpression): CodeValue => evaluate(of, scope, line)
  switch (expression.kind) {
    case 'number':
    case 'text':
      return expression.value
    case 'name':
      return nameValue(expression.name, scope, line)
    case 'unary':
      return unary(expression.operator, value(expression.of))
    case 'binary':
      if (expression.operator === 'and' || expression.operator === 'or') {
        const left = value(expression.left)
        return truthy(left) === (expression.operator === 'and') ? value(expression.right) : left
      }
      return binary(expression.operator, value(expression.left), value(expression.right), line)
    case 'compare': {
      let left = value(expression.first)
      return expression.operators.every((operator, i) => {
        const right = value(expression.rest[i])
        const holds = compare(operator, left, right)
        left = right
        return holds
      })
    }
    case 'tuple':
      return expression.items.map(value)
    case 'choose':
      return truthy(value(expression.test)) ? value(expression.body) : value(expression.otherwise)
    case 'call':
      return callFunction(expression.name, expression.items.map(value), line)
  }
}

function nameValue(name: string, scope: CodeScope, line: number): CodeValue {
  if (name === 'True' || name === 'False') return name === 'True'
  if (name === 'None') return []
  const value = scope.variables.get(name) ?? scope.lookUp(name)
  if (value !== undefined) return value
  if (Object.hasOwn(ERRNO, name)) return ERRNO[name as keyof typeof ERRNO][0]
  throw new CodeFailure(line, `the code asks for "${name}", which is not known here`, true)
}

function unary(operator: string, of: CodeValue): CodeValue {
  if (operator === 'not') return !truthy(of)
  return operator === '-' ? -number(of) : operator === '~' ? ~number(of) : number(of)
}

function binary(operator: string, left: CodeValue, right: CodeValue, line: number): CodeValue {
  if (operator === '%' && typeof left === 'string') return formatText(left, Array.isArray(right) ? right : [right])
  if (operator === '+' && typeof left === 'string') return left + show(right)
  const a = number(left)
  const b = number(right)
  switch (operator) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '**':
      return a ** b
    case '/':
      return a / b
    case '//':
      return Math.floor(a / b)
    case '%':
      return a - b * Math.floor(a / b)
    // Flags may have bit 31 set, so bits are taken as unsigned.
    case '&':
      return (a & b) >>> 0
    case '|':
      return (a | b) >>> 0
    case '^':
      return (a ^ b) >>> 0
    case '<<':
      return a * 2 ** b
    case '>>':
      return Math.floor(a / 2 ** b)
    default:
      throw new CodeFailure(line, `the operator ${operator} is not known here`, true)
  }
}

function compare(operator: string, left: CodeValue, right: CodeValue): boolean {
  switch (operator) {
    case '==':
    case 'is':
      return same(left, right)
    case '!=':
      return !same(left, right)
    case '<':
      return left < right
    case '<=':
      return left <= right
    case '>':
      return left > right
    case '>=':
      return left >= right
    default:
      return typeof right === 'string'
        ? right.includes(show(left))
        : Array.isArray(right) && right.some((item: CodeValue) => same(left, item))
  }
}

function same(left: CodeValue, right: CodeValue): boolean {
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item: CodeValue, i) => same(item, right[i] as CodeValue))
  }
  return (typeof left === 'boolean' ? Number(left) : left) === (typeof right === 'boolean' ? Number(right) : right)
}

function callFunction(name: string, items: readonly CodeValue[], line: number): CodeValue {
  const numbers = items.map(number)
  switch (name) {
    case 'abs':
      return Math.abs(numbers[0])
    case 'min':
      return Math.min(...numbers)
    case 'max':
      return Math.max(...numbers)
    case 'int':
      return Math.trunc(numbers[0])
    case 'float':
      return numbers[0]
    case 'round':
      return Math.round(numbers[0])
    case 'str':
      return show(items[0])
    case 'len':
      return Array.isArray(items[0]) || typeof items[0] === 'string' ? items[0].length : 0
    case 'print':
      return items.map(show).join(' ')
    default:
      throw new CodeFailure(line, `the function ${name}() is not known here`, true)
  }
}

function number(value: CodeValue): number {
  return typeof value === 'number' ? value : Number(value)
}

function truthy(value: CodeValue): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value)
}

function show(value: CodeValue): string {
  return Array.isArray(value) ? `(${value.map(show).join(', ')})` : String(value)
}

/** Python's `text % values`, for d, i, u, s, f, x. */
function formatText(text: string, values: readonly CodeValue[]): string {
  let next = 0
  return text.replace(/%(?:[-+ 0#]*\d*(?:\.(\d+))?([diusfgxX])|%)/g, (all, digits?: string, letter?: string) => {
    if (letter === undefined) return all === '%%' ? '%' : all
    const value = values[next++] ?? ''
    if (letter === 'f') return number(value).toFixed(Number(digits ?? 6))
    if (letter === 'x' || letter === 'X') return number(value).toString(16)
    return letter === 's' || letter === 'g' ? show(value) : String(Math.trunc(number(value)))
  })
}

function namesIn(expression: CodeExpression, into = new Set<string>()): Set<string> {
  if (expression.kind === 'name') into.add(expression.name)
  for (const part of partsOf(expression)) namesIn(part, into)
  return into
}

function partsOf(expression: CodeExpression): readonly CodeExpression[] {
  switch (expression.kind) {
    case 'unary':
      return [expression.of]
    case 'binary':
      return [expression.left, expression.right]
    case 'compare':
      return [expression.first, ...expression.rest]
    case 'call':
    case 'tuple':
      return expression.items
    case 'choose':
      return [expression.test, expression.body, expression.otherwise]
    default:
      return []
  }
}

/** The expression as text again, for messages. */
function write(expression: CodeExpression): string {
  switch (expression.kind) {
    case 'number':
      return String(expression.value)
    case 'text':
      return `'${expression.value}'`
    case 'name':
      return expression.name
    case 'unary':
      return `${expression.operator}${expression.operator === 'not' ? ' ' : ''}${write(expression.of)}`
    case 'binary':
      return `(${write(expression.left)} ${expression.operator} ${write(expression.right)})`
    case 'compare':
      return expression.operators.reduce(
        (text, operator, i) => `${text} ${operator} ${write(expression.rest[i])}`,
        write(expression.first),
      )
    case 'tuple':
    case 'call':
      return `${expression.kind === 'call' ? expression.name : ''}(${expression.items.map(write).join(', ')})`
    case 'choose':
      return `${write(expression.body)} if ${write(expression.test)} else ${write(expression.otherwise)}`
  }
}
