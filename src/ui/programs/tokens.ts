/** The words of a line of program text by their kind, so that they can be set apart quietly. Pure. */
export type TokenKind = 'plain' | 'word' | 'call' | 'text' | 'number' | 'comment'

export interface Token {
  readonly kind: TokenKind
  readonly text: string
}

const WORDS = new Set([
  'for',
  'each',
  'in',
  'while',
  'if',
  'else',
  'break',
  'continue',
  'return',
  'int',
  'char',
  'const',
  'void',
  'u32',
])
const TOKEN = /(\/\/.*$)|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(\b\d[\w.]*\b)|([A-Za-z_]\w*)/gu

export function tokensOf(line: string): readonly Token[] {
  const out: Token[] = []
  let at = 0
  for (const match of line.matchAll(TOKEN)) {
    if (match.index > at) out.push({ kind: 'plain', text: line.slice(at, match.index) })
    at = match.index + match[0].length
    out.push({ kind: kindOf(match, line[at]), text: match[0] })
  }
  if (at < line.length) out.push({ kind: 'plain', text: line.slice(at) })
  return out
}

function kindOf([text, comment, quoted, number]: RegExpMatchArray, next: string | undefined): TokenKind {
  if (comment !== undefined) return 'comment'
  if (quoted !== undefined) return 'text'
  if (number !== undefined) return 'number'
  if (WORDS.has(text)) return 'word'
  return next === '(' ? 'call' : 'plain'
}
