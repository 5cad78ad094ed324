/** Tokens of the code in `%{ ... }%`: words, numbers, texts, signs and the newlines that end statements. */
import { ScriptError } from './scan'

export interface Token {
  readonly kind: 'word' | 'number' | 'text' | 'sign' | 'newline' | 'end'
  readonly text: string
  readonly line: number
  /** Blanks at the beginning of its line. */
  readonly indent: number
}

const PARTS =
  /(?<blank>[ \t\r]+|\\[ \t]*\n|#[^\n]*|\/\/[^\n]*(?=\n|$))|(?<newline>\n)|(?<number>0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)|(?<word>[A-Za-z_]\w*)|(?<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|(?<sign>\*\*|\/\/|<<|>>|[-+*&|/%<>=!]=|[-+*/%&|^~<>=(),:;[\].{}])/y

export function tokenize(path: string, text: string, firstLine: number): Token[] {
  const tokens: Token[] = []
  let at = 0
  let line = firstLine
  let depth = 0
  let indent = indentAt(text, 0)
  while (at < text.length) {
    PARTS.lastIndex = at
    const match = PARTS.exec(text)
    if (match === null) throw new ScriptError(path, line, `unexpected "${text[at]}" in the code`)
    const groups = match.groups ?? {}
    const start = at
    at += match[0].length
    if (groups['newline'] !== undefined) {
      if (depth === 0) tokens.push({ kind: 'newline', text: '\n', line, indent })
      indent = indentAt(text, at)
    } else if (groups['blank'] === undefined) {
      const kind = (['number', 'word', 'text', 'sign'] as const).find((name) => groups[name] !== undefined) ?? 'sign'
      tokens.push({ kind, text: kind === 'text' ? unquote(match[0]) : match[0], line, indent })
      if (kind === 'sign') depth += '([{'.includes(match[0]) ? 1 : ')]}'.includes(match[0]) ? -1 : 0
    }
    for (let i = text.indexOf('\n', start); i !== -1 && i < at; i = text.indexOf('\n', i + 1)) line++
  }
  tokens.push({ kind: 'end', text: '', line, indent: 0 })
  return tokens
}

function indentAt(text: string, at: number): number {
  return /^[ \t]*/.exec(text.slice(at, at + 200))?.[0].length ?? 0
}

function unquote(literal: string): string {
  return literal
    .slice(1, -1)
    .replace(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter === 't' ? '\t' : letter))
}
