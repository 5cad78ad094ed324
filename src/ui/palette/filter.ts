/** Which commands answer to what was typed: every word must occur; beginnings of words, and commands as a whole, come first. */

export interface Searchable {
  readonly title: string
  readonly group: string
}

/** The commands that match, best first; all of them, in their order, where nothing was typed. */
export function matching<T extends Searchable>(commands: readonly T[], typed: string): readonly T[] {
  const words = typed.toLocaleLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return commands
  return commands
    .map((command, place) => ({ command, place, score: scoreOf(command, words) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score || a.place - b.place)
    .map(({ command }) => command)
}

/** 0 where a word is missing. A word that begins the title counts most, then one that begins a word of it, then any place. */
function scoreOf({ title, group }: Searchable, words: readonly string[]): number {
  const name = title.toLocaleLowerCase()
  const whole = `${name} ${group.toLocaleLowerCase()}`
  let score = 0
  for (const word of words) {
    const at = whole.indexOf(word)
    if (at < 0) return 0
    if (name.startsWith(word)) score += 6
    else if (beginsAWord(name, word)) score += 4
    else score += name.includes(word) ? 2 : 1
  }
  return score + (name === words.join(' ') ? 10 : 0)
}

function beginsAWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1])) return true
  }
  return false
}
