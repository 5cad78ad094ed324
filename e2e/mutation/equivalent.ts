/**
 * Mutants that no test can kill, each with the reason: the change makes no difference that a segment, a call, an event or the page could
 * show. A mutant is named by its file, the line's text and the change, so that the name lasts as long as the line.
 */
import type { Mutant } from './mutants'

export interface Equivalent {
  readonly file: string
  /** The line as it stands, trimmed. */
  readonly text: string
  readonly from: string
  readonly to: string
  readonly why: string
}

export const EQUIVALENT: readonly Equivalent[] = [
  {
    file: 'src/tcp/receiver/autotune.ts',
    text: 'const lower = clamp < receive.windowClamp',
    from: 'clamp < receive.windowClamp',
    to: 'clamp <= receive.windowClamp',
    why: 'the same clamp was sent away on the line before',
  },
]

export function whyEquivalent({ file, text, from, to }: Mutant): string | undefined {
  const same = (one: Equivalent): boolean =>
    one.file === file && one.text === text && one.from === from && one.to === to
  return EQUIVALENT.find(same)?.why
}
