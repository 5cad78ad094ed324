/** A cursor over the tokens of `%{ ... }%`. */
import type { Token } from './code-tokens'
import { ScriptError } from './scan'

export interface TokenCursor {
  readonly path: string
  readonly tokens: readonly Token[]
  at: number
}

export function peek(cursor: TokenCursor): Token {
  return cursor.tokens[cursor.at]
}

export function isText(cursor: TokenCursor, text: string): boolean {
  const token = peek(cursor)
  return token.kind !== 'text' && token.text === text
}

export function takeToken(cursor: TokenCursor, text: string): boolean {
  if (!isText(cursor, text)) return false
  cursor.at++
  return true
}

export function wrong(cursor: TokenCursor, expected: string): never {
  const token = peek(cursor)
  const shown = token.kind === 'end' || token.kind === 'newline' ? 'the end of the line' : `"${token.text}"`
  throw new ScriptError(cursor.path, token.line, `expected ${expected} in the code, found ${shown}`)
}
