/**
 * The line in the header of one of our scripts that says what the real kernel made of it:
 * `// kernel: pass (Linux 6.18)`, `// kernel: differs (Linux 6.18): why`, `// kernel: not run: why`.
 */
import type { Played } from '../../../src/packetdrill'

const NOTE = /^\/\/ kernel: (pass|differs|not run)\b.*$/m

/** The kind of a script's note; undefined where it bears none. */
export function noteOf(text: string): 'pass' | 'differs' | 'not run' | undefined {
  return NOTE.exec(text)?.[1] as 'pass' | 'differs' | 'not run' | undefined
}

/** The script with its note as the run was. A reason that a person wrote why it does not pass stays until it does. */
export function withNote(text: string, played: Played, release: string): string {
  const kind = played.result === 'pass' ? 'pass' : played.result === 'fail' ? 'differs' : 'not run'
  const before = noteOf(text)
  if (kind !== 'pass' && before !== undefined && before !== 'pass') return text
  const linux = `Linux ${release.split('.').slice(0, 2).join('.')}`
  const line =
    kind === 'pass'
      ? `// kernel: pass (${linux})`
      : kind === 'differs'
        ? `// kernel: differs (${linux}): ${played.line}: ${played.message}`
        : `// kernel: not run: ${played.message}`
  if (NOTE.test(text)) return text.replace(NOTE, () => line)
  const lines = text.split('\n')
  const header = lines.findIndex((it) => !it.startsWith('//'))
  lines.splice(Math.max(0, header), 0, line)
  return lines.join('\n')
}
