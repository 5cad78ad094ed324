/** What a number of verdicts says: the score, between what bounds it lies for all mutants when only some were drawn, and folder by folder. */
import { whyEquivalent } from './equivalent'
import type { Verdict } from './court'

export interface Score {
  readonly killed: number
  readonly of: number
}

export function scoreOf(verdicts: readonly Verdict[]): Score {
  return { killed: verdicts.filter(isKilled).length, of: verdicts.length }
}

export function isKilled({ fate }: Verdict): boolean {
  return fate === 'failed' || fate === 'looped' || fate === 'crashed'
}

/** Wilson's interval for a share, at 95 %: [from, to] in percent. */
export function interval({ killed, of }: Score): readonly [number, number] {
  if (of === 0) return [0, 100]
  const z = 1.96
  const share = killed / of
  const middle = share + (z * z) / (2 * of)
  const half = z * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of))
  const scale = 100 / (1 + (z * z) / of)
  return [(middle - half) * scale, (middle + half) * scale]
}

export function percent({ killed, of }: Score): string {
  return of === 0 ? '–' : `${((100 * killed) / of).toFixed(1)} %`
}

/** Lines of the closing table. */
export function tableOf(verdicts: readonly Verdict[]): string[] {
  const folderOf = ({ mutant }: Verdict): string => mutant.file.split('/').slice(0, -1).join('/')
  return [...new Set(verdicts.map(folderOf))].toSorted().map((folder) => {
    const score = scoreOf(verdicts.filter((verdict) => folderOf(verdict) === folder))
    return `${folder.padEnd(24)} ${String(score.killed).padStart(5)} of ${String(score.of).padStart(5)} ${percent(score).padStart(8)}`
  })
}

/** A mutant that lives, for the list. */
export function survivorLine({ mutant, fate, reachedBy }: Verdict): string {
  const { file, line, column, from, to } = mutant
  const why = whyEquivalent(mutant)
  const note =
    why === undefined ? (fate === 'unreached' ? 'no test comes here' : `${reachedBy} tests`) : `equivalent: ${why}`
  return `${file}:${line}:${column}  ${shorten(from)}  →  ${shorten(to)}  (${note})`
}

function shorten(code: string): string {
  return code.length > 90 ? `${code.slice(0, 87)}...` : code
}
