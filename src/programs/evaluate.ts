/**
 * Works an expression out. Results are whole numbers that fit a double exactly; what C leaves undefined (division by 0, a place outside
 * a buffer, a variable that nothing was kept under) is 0 here, so that nothing a document says can stop the engine.
 */
import { MICROS_PER_MS } from '../base'
import type { Micros } from '../base'
import type { Expr } from './expression'

export interface Environment {
  readonly variables: Readonly<Record<string, number>>
  readonly buffers: Readonly<Record<string, Uint8Array>>
  readonly now: Micros
  /** Counts down with the work done; whoever runs a program bounds it. */
  budget: number
}

/** Bytes that cost as much as one instruction. */
const BYTES_PER_UNIT = 256

export function evaluate(expr: Expr, env: Environment): number {
  switch (expr.kind) {
    case 'number':
      return expr.value
    case 'name':
      return Object.hasOwn(env.variables, expr.name) ? env.variables[expr.name] : 0
    case 'not':
      return evaluate(expr.of, env) === 0 ? 1 : 0
    case 'minus':
      return 0 - evaluate(expr.of, env)
    case 'binary':
      return binary(expr, env)
    case 'clock':
      return Math.floor(env.now / MICROS_PER_MS)
    case 'min':
      return Math.min(evaluate(expr.left, env), evaluate(expr.right, env))
    case 'max':
      return Math.max(evaluate(expr.left, env), evaluate(expr.right, env))
    default:
      return lookInto(expr, env)
  }
}

function binary(expr: Extract<Expr, { kind: 'binary' }>, env: Environment): number {
  const left = evaluate(expr.left, env)
  if (expr.operator === '&&' && left === 0) return 0
  if (expr.operator === '||' && left !== 0) return 1
  const right = evaluate(expr.right, env)
  switch (expr.operator) {
    case '&&':
    case '||':
      return Number(right !== 0)
    case '==':
      return Number(left === right)
    case '!=':
      return Number(left !== right)
    case '<':
      return Number(left < right)
    case '<=':
      return Number(left <= right)
    case '>':
      return Number(left > right)
    case '>=':
      return Number(left >= right)
    case '|':
      return (left | right) >>> 0
    case '&':
      return (left & right) >>> 0
    case '+':
      return whole(left + right)
    case '-':
      return whole(left - right)
    case '*':
      return whole(left * right)
    case '/':
      return right === 0 ? 0 : whole(Math.trunc(left / right))
    case '%':
      return right === 0 ? 0 : whole(left % right)
  }
}

/** Beyond 2^53 sums are no longer exact; nothing that a program counts gets there. The + 0 makes -0 into 0. */
function whole(value: number): number {
  return Math.min(Number.MAX_SAFE_INTEGER, Math.max(Number.MIN_SAFE_INTEGER, value)) + 0
}

type Look = Extract<Expr, { buffer: string }>

function lookInto(expr: Look, env: Environment): number {
  const bytes = Object.hasOwn(env.buffers, expr.buffer) ? env.buffers[expr.buffer] : undefined
  if (bytes === undefined) return expr.kind === 'find' ? -1 : 0
  if (expr.kind === 'find') return find(bytes, expr, env)
  const at = evaluate(expr.at, env)
  const byte = (offset: number): number => bytes.at(at < 0 ? bytes.length : at + offset) ?? 0
  switch (expr.kind) {
    case 'byte':
      return byte(0)
    case 'ntohl':
      return ((byte(0) << 24) | (byte(1) << 16) | (byte(2) << 8) | byte(3)) >>> 0
    case 'word':
      return ((byte(3) << 24) | (byte(2) << 16) | (byte(1) << 8) | byte(0)) >>> 0
    case 'same':
      for (let i = 0; i < expr.text.length; i++) if (byte(i) !== expr.text.charCodeAt(i)) return 0
      return 1
  }
}

function find(bytes: Uint8Array, expr: Extract<Expr, { kind: 'find' }>, env: Environment): number {
  const wanted = evaluate(expr.byte, env)
  const from = Math.max(0, evaluate(expr.from, env))
  const to = Math.min(bytes.length, evaluate(expr.to, env))
  const found = bytes.subarray(0, Math.max(0, to)).indexOf(wanted, from)
  env.budget -= Math.max(0, (found === -1 ? to : found) - from) / BYTES_PER_UNIT
  return found
}

/** What writing or moving so many bytes costs. */
export function costOf(bytes: number): number {
  return bytes / BYTES_PER_UNIT
}
