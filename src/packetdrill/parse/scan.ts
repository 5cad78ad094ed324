/**
 * A cursor over a script's text. The language has no lines (a newline is a blank, but for the options at the top) and its tokens depend
 * on what they stand in (`.1` is a time, `.` are flags), so each parser takes from here what it expects next.
 */

/** A script that does not parse. `message` has file, line and what was expected. */
export class ScriptError extends Error {
  override readonly name = 'ScriptError'
  readonly line: number

  constructor(path: string, line: number, message: string) {
    super(`${path}:${line}: ${message}`)
    this.line = line
  }
}

export interface Scanner {
  readonly path: string
  readonly text: string
  at: number
  /** Where the last token ended: the blanks behind it may have been passed already. */
  tokenEnd: number
}

const BLANK = /(?:\s+|\/\/[^\n]*|#[^\n]*|\/\*[^]*?\*\/)+/y

export function skipBlank(scanner: Scanner): void {
  BLANK.lastIndex = scanner.at
  const match = BLANK.exec(scanner.text)
  if (match !== null) scanner.at += match[0].length
}

/** Takes what `pattern` (sticky) matches after blanks; undefined, and the cursor unmoved past them, where it does not. */
export function take(scanner: Scanner, pattern: RegExp): RegExpExecArray | undefined {
  skipBlank(scanner)
  pattern.lastIndex = scanner.at
  const match = pattern.exec(scanner.text)
  if (match === null) return undefined
  scanner.at += match[0].length
  scanner.tokenEnd = scanner.at
  return match
}

export function expect(scanner: Scanner, pattern: RegExp, what: string): RegExpExecArray {
  return take(scanner, pattern) ?? fail(scanner, `expected ${what}, found ${found(scanner)}`)
}

/** Takes these very characters, if they come next. */
export function takeText(scanner: Scanner, text: string): boolean {
  skipBlank(scanner)
  if (!scanner.text.startsWith(text, scanner.at)) return false
  scanner.at += text.length
  scanner.tokenEnd = scanner.at
  return true
}

export function expectText(scanner: Scanner, text: string): void {
  if (!takeText(scanner, text)) fail(scanner, `expected "${text}", found ${found(scanner)}`)
}

/** Whether nothing but blanks is left. */
export function atEnd(scanner: Scanner): boolean {
  skipBlank(scanner)
  return scanner.at >= scanner.text.length
}

export function lineAt(scanner: Scanner, at = scanner.at): number {
  let line = 1
  for (let i = scanner.text.indexOf('\n'); i !== -1 && i < at; i = scanner.text.indexOf('\n', i + 1)) line++
  return line
}

export function fail(scanner: Scanner, message: string): never {
  throw new ScriptError(scanner.path, lineAt(scanner), message)
}

/** What stands at the cursor, for messages. */
function found(scanner: Scanner): string {
  const rest = scanner.text
    .slice(scanner.at, scanner.at + 80)
    .split('\n')[0]
    .trim()
  return rest === '' ? 'the end of the line' : `"${rest.slice(0, 40)}"`
}

const INTEGER = /0[xX][0-9a-fA-F]+|\d+/y

/** An unsigned integer, decimal or hexadecimal. */
export function expectInteger(scanner: Scanner, what: string): number {
  return Number(expect(scanner, INTEGER, what)[0])
}
