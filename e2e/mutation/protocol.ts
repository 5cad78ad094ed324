/** What is said between the court and a judge, which is a process of its own. */

export interface JudgedTest {
  readonly file: string
  readonly name: string
  readonly micros: number
}

/** What one test may take of a mutant: passes through its place, and microseconds of processor time. */
export interface Limit {
  readonly test: number
  readonly hits: number
  readonly micros: number
}

export type Question =
  /** Learn: `into` gets a Uint32Array, tests by mutants, of how often each place was passed. */
  | { readonly kind: 'learn'; readonly into: string; readonly mutants: number }
  | { readonly kind: 'judge'; readonly mutant: string; readonly limits: readonly Limit[] }

export type Answer =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'learnt'
      readonly tests: readonly JudgedTest[]
      readonly failed: readonly string[]
      readonly atLoad: readonly string[]
    }
  | { readonly kind: 'judged'; readonly killer: number | undefined; readonly why: string }

export function nameOf({ file, name }: { readonly file: string; readonly name: string }): string {
  return `${file}: ${name}`
}

/** What ends the process when a test has used up its time. */
export const OUT_OF_TIME = 'SIGUSR2'
