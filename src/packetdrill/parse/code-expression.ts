/** Expressions of the code in `%{ ... }%`, by Python's precedence: from `a if b else c` down to names and numbers. */
import type { CodeExpression } from './code-syntax'
import { isText, peek, takeToken, wrong } from './code-cursor'
import type { TokenCursor } from './code-cursor'

/** Binary operators, loosest first. Comparisons stand between `not` and `|`. */
const LEVELS: readonly (readonly string[])[] = [['|'], ['^'], ['&'], ['<<', '>>'], ['+', '-'], ['*', '/', '//', '%']]
const COMPARISONS: readonly string[] = ['==', '!=', '<=', '>=', '<', '>', 'in', 'is']

export function parseExpressionList(cursor: TokenCursor): CodeExpression[] {
  const items = [parseExpression(cursor)]
  while (takeToken(cursor, ',')) items.push(parseExpression(cursor))
  return items
}

export function parseExpression(cursor: TokenCursor): CodeExpression {
  const body = parseOr(cursor)
  if (!takeToken(cursor, 'if')) return body
  const test = parseOr(cursor)
  if (!takeToken(cursor, 'else')) wrong(cursor, '"else"')
  return { kind: 'choose', test, body, otherwise: parseExpression(cursor) }
}

function parseOr(cursor: TokenCursor): CodeExpression {
  let left = parseAnd(cursor)
  while (takeToken(cursor, 'or')) left = { kind: 'binary', operator: 'or', left, right: parseAnd(cursor) }
  return left
}

function parseAnd(cursor: TokenCursor): CodeExpression {
  let left = parseNot(cursor)
  while (takeToken(cursor, 'and')) left = { kind: 'binary', operator: 'and', left, right: parseNot(cursor) }
  return left
}

function parseNot(cursor: TokenCursor): CodeExpression {
  if (takeToken(cursor, 'not')) return { kind: 'unary', operator: 'not', of: parseNot(cursor) }
  const first = parseBinary(cursor, 0)
  const operators: string[] = []
  const rest: CodeExpression[] = []
  for (;;) {
    const operator = COMPARISONS.find((sign) => isText(cursor, sign))
    if (operator === undefined) break
    cursor.at++
    operators.push(operator)
    rest.push(parseBinary(cursor, 0))
  }
  return operators.length === 0 ? first : { kind: 'compare', first, operators, rest }
}

function parseBinary(cursor: TokenCursor, level: number): CodeExpression {
  if (level === LEVELS.length) return parseUnary(cursor)
  let left = parseBinary(cursor, level + 1)
  for (;;) {
    const operator = LEVELS[level].find((sign) => isText(cursor, sign))
    if (operator === undefined) return left
    cursor.at++
    left = { kind: 'binary', operator, left, right: parseBinary(cursor, level + 1) }
  }
}

function parseUnary(cursor: TokenCursor): CodeExpression {
  for (const operator of ['-', '+', '~']) {
    if (takeToken(cursor, operator)) return { kind: 'unary', operator, of: parseUnary(cursor) }
  }
  const base = parseAtom(cursor)
  if (!takeToken(cursor, '**')) return base
  return { kind: 'binary', operator: '**', left: base, right: parseUnary(cursor) }
}

function parseAtom(cursor: TokenCursor): CodeExpression {
  const token = peek(cursor)
  if (token.kind === 'number') {
    cursor.at++
    return { kind: 'number', value: Number(token.text) }
  }
  if (token.kind === 'text') {
    cursor.at++
    return { kind: 'text', value: token.text }
  }
  if (takeToken(cursor, '(')) return parseTuple(cursor)
  if (token.kind !== 'word') return wrong(cursor, 'an expression')
  cursor.at++
  if (!takeToken(cursor, '(')) return { kind: 'name', name: token.text }
  const items = isText(cursor, ')') ? [] : parseExpressionList(cursor)
  if (!takeToken(cursor, ')')) wrong(cursor, '")"')
  return { kind: 'call', name: token.text, items }
}

/** `(a)` is a, `(a, b)` and `(a,)` are tuples. The opening bracket is taken. */
function parseTuple(cursor: TokenCursor): CodeExpression {
  const items: CodeExpression[] = []
  let comma = false
  while (!takeToken(cursor, ')')) {
    items.push(parseExpression(cursor))
    if (takeToken(cursor, ',')) comma = true
    else if (!isText(cursor, ')')) wrong(cursor, '")"')
  }
  return items.length === 1 && !comma ? items[0] : { kind: 'tuple', items }
}
