/**
 * The parser of `%{ ... }%`: statements of a small part of Python. Statements end at a newline or `;`; a line goes on after a backslash and inside
 * brackets; `#` begins a comment. `if`, `elif` and `else` take their bodies by indentation or on the same line.
 */
import type { CodeExpression, CodeStatement } from './code-syntax'
import { isText, peek, takeToken, wrong } from './code-cursor'
import type { TokenCursor } from './code-cursor'
import { parseExpression, parseExpressionList } from './code-expression'
import { tokenize } from './code-tokens'
import type { Token } from './code-tokens'

/** Parses the text between `%{` and `}%`, which begins in line `line` of the file. */
export function parseCode(path: string, text: string, line: number): CodeStatement[] {
  const cursor: TokenCursor = { path, tokens: tokenize(path, text, line), at: 0 }
  const statements: CodeStatement[] = []
  while (peek(cursor).kind !== 'end') {
    if (peek(cursor).kind === 'newline' || isText(cursor, ';')) cursor.at++
    else statements.push(parseStatement(cursor))
  }
  return statements
}

function parseStatement(cursor: TokenCursor): CodeStatement {
  const { line, indent } = peek(cursor)
  if (takeToken(cursor, 'if')) return parseIf(cursor, line, indent)
  return parseSimple(cursor)
}

function parseSimple(cursor: TokenCursor): CodeStatement {
  const token = peek(cursor)
  const { line } = token
  if (takeToken(cursor, 'assert')) {
    const test = parseExpression(cursor)
    const message = takeToken(cursor, ',') ? parseExpression(cursor) : undefined
    endStatement(cursor)
    return { kind: 'assert', line, test, message }
  }
  if (takeToken(cursor, 'print')) {
    const values = isEnd(cursor) ? [] : parseExpressionList(cursor)
    endStatement(cursor)
    return { kind: 'print', line, values }
  }
  if (takeToken(cursor, 'pass')) {
    endStatement(cursor)
    return { kind: 'print', line, values: [] }
  }
  const assigned = parseAssignment(cursor, token)
  const statement: CodeStatement = assigned ?? { kind: 'evaluate', line, value: parseExpression(cursor) }
  endStatement(cursor)
  return statement
}

function parseAssignment(cursor: TokenCursor, token: Token): CodeStatement | undefined {
  const next = cursor.tokens[cursor.at + 1]
  if (token.kind !== 'word' || next.kind !== 'sign') return undefined
  const match = /^([-+*&|/%]?)=$/.exec(next.text)
  if (match === null) return undefined
  cursor.at += 2
  const name: CodeExpression = { kind: 'name', name: token.text }
  const value = parseExpression(cursor)
  const whole: CodeExpression =
    match[1] === '' ? value : { kind: 'binary', operator: match[1], left: name, right: value }
  return { kind: 'assign', line: token.line, name: token.text, value: whole }
}

/** `if` and `elif` are taken already. */
function parseIf(cursor: TokenCursor, line: number, indent: number): CodeStatement {
  const test = parseExpression(cursor)
  const body = parseBody(cursor, indent)
  const before = cursor.at
  while (peek(cursor).kind === 'newline') cursor.at++
  const { line: nextLine, indent: nextIndent } = peek(cursor)
  if (nextIndent === indent) {
    if (takeToken(cursor, 'elif')) {
      return { kind: 'if', line, test, body, otherwise: [parseIf(cursor, nextLine, indent)] }
    }
    if (takeToken(cursor, 'else')) return { kind: 'if', line, test, body, otherwise: parseBody(cursor, indent) }
  }
  cursor.at = before
  return { kind: 'if', line, test, body, otherwise: [] }
}

function parseBody(cursor: TokenCursor, indent: number): CodeStatement[] {
  if (!takeToken(cursor, ':')) wrong(cursor, '":"')
  const body: CodeStatement[] = []
  if (peek(cursor).kind !== 'newline') {
    // On one line: everything up to its end.
    const { line } = peek(cursor)
    while (peek(cursor).kind !== 'end' && peek(cursor).line === line && peek(cursor).kind !== 'newline') {
      body.push(parseSimple(cursor))
    }
    return body
  }
  for (;;) {
    while (peek(cursor).kind === 'newline') cursor.at++
    if (peek(cursor).kind === 'end' || peek(cursor).indent <= indent) return body
    body.push(parseStatement(cursor))
  }
}

function isEnd(cursor: TokenCursor): boolean {
  const { kind } = peek(cursor)
  return kind === 'newline' || kind === 'end' || isText(cursor, ';')
}

function endStatement(cursor: TokenCursor): void {
  if (!isEnd(cursor)) wrong(cursor, 'the end of the statement')
  while (isText(cursor, ';')) cursor.at++
}
