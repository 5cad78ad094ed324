/** A printed line as words with the blanks between them, and which of them are not what they were. Pure. */
import type { TextLine } from '../../trace'

export interface Word {
  readonly text: string
  readonly changed: boolean
}

/** Blanks and words, in turn. */
function cut(text: string): string[] {
  return text.match(/\s+|\S+/g) ?? []
}

/** The words of a line; against what the same line said before, those that differ are changed. A line that is new is changed as a whole. */
export function wordsOf(line: TextLine, before: ReadonlyMap<string, string> | undefined): Word[] {
  const words = cut(line.text)
  if (before === undefined || line.key === '') return words.map((text) => ({ text, changed: false }))
  const old = before.get(line.key)
  if (old === undefined) return words.map((text) => ({ text, changed: text.trim() !== '' }))
  const same = wordsKept(old, line.text)
  return words.map((text) => ({ text, changed: text.trim() !== '' && !same(text) }))
}

/** Says of each word in turn whether the old line has it at its place; where words were added or taken away, whether it has it at all. */
function wordsKept(old: string, text: string): (word: string) => boolean {
  const [olds, news] = [old, text].map((line) => line.trim().split(/\s+/))
  if (olds.length !== news.length) {
    const known = new Set(olds)
    return (word) => known.has(word)
  }
  let at = 0
  return (word) => word.trim() === '' || olds[at++] === word
}

/** The lines that a run printed, by what they are about. */
export function byKey(lines: readonly TextLine[]): ReadonlyMap<string, string> {
  return new Map(lines.filter(({ key }) => key !== '').map(({ key, text }) => [key, text]))
}

/** Terms of an output that the glossary may know: words of the headers, and names before a colon. */
export function termsOf(lines: readonly TextLine[]): string[] {
  const terms = new Set<string>()
  for (const { text, header } of lines) {
    // "Local Address:Port" is one word of ss's.
    const joined = text.replaceAll(/(Local|Peer) Address:Port/g, ' $1_Address:Port ')
    for (const word of joined.split(/\s+/)) {
      if (header) terms.add(word)
      else if (/^[a-z_]+:/.test(word)) terms.add(`${word.split(':')[0]}:`)
      else if (/^[A-Za-z]{2,}$|^[A-Z]+-/.test(word)) terms.add(word)
      const nested = /^skmem:\((.*)\)$/.exec(word)?.[1].split(',') ?? []
      for (const part of nested) terms.add(`skmem ${part.replace(/\d+$/, '')}`)
    }
  }
  return [...terms]
}
