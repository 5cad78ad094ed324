/** A command line cut into words, with double and single quotes as a shell reads them; no escapes, no variables. */
import { err, ok } from '../../base'
import type { Result } from '../../base'

/** `a "b c"` is two words. The error is one sentence. */
export function splitWords(line: string): Result<string[]> {
  const words: string[] = []
  const pattern = /\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+))/y
  while (line.slice(pattern.lastIndex).trim() !== '') {
    const match = pattern.exec(line)
    if (match === null) return err('A quotation mark is opened and not closed.')
    words.push(match[1] ?? match[2] ?? match[3])
  }
  return ok(words)
}

/** A word as it may stand in a line again: in quotes where it has to. */
export function quoted(word: string): string {
  return /^[\w.:/-]+$/.test(word) ? word : `"${word}"`
}
