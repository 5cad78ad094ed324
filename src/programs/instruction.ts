/** A program without nesting: instructions that a thread's program counter walks through, and the lines of text that they were written as. */
import type { Micros } from '../base'
import type { Call } from '../trace'
import type { Expr } from './expression'

/** One line of the C-like text. */
export interface CodeLine {
  /** Levels of nesting. */
  readonly indent: number
  readonly text: string
}

/** A field of a call that is computed when the call is made: `field`, or `events` of one of poll's descriptors. */
export interface Computed {
  readonly field: string
  /** Place in the list `fds`; -1 for a field of the call itself. */
  readonly entry: number
  readonly value: Expr
}

/** `line` is the instruction's place in the text; `end` is the instruction after a loop. */
export type Instruction = { readonly line: number } & (
  | { readonly op: 'call'; readonly call: Call; readonly as: string; readonly computed: readonly Computed[] }
  | { readonly op: 'sleep'; readonly micros: Micros }
  | { readonly op: 'sleepMs'; readonly ms: Expr }
  | { readonly op: 'loop'; readonly times: number; readonly untilClosed: boolean; readonly end: number }
  | { readonly op: 'while'; readonly test: Expr; readonly end: number }
  | { readonly op: 'each'; readonly fd: string; readonly events: string; readonly end: number }
  /** The end of a loop's body: another round, or out. */
  | { readonly op: 'again'; readonly start: number }
  /** Goes on at `otherwise` if the test is 0. */
  | { readonly op: 'branch'; readonly test: Expr; readonly otherwise: number }
  | { readonly op: 'jump'; readonly to: number }
  | { readonly op: 'break' }
  | { readonly op: 'continue' }
  | { readonly op: 'return'; readonly value: Expr }
  | { readonly op: 'set'; readonly name: string; readonly value: Expr }
  | { readonly op: 'buffer'; readonly name: string; readonly bytes: Expr }
  | { readonly op: 'storeNumber'; readonly buffer: string; readonly at: Expr; readonly value: Expr }
  | {
      readonly op: 'storeText'
      readonly buffer: string
      readonly at: Expr
      readonly text: string
      readonly value: Expr | undefined
      readonly as: string
    }
  | { readonly op: 'fill'; readonly buffer: string; readonly at: Expr; readonly value: Expr; readonly bytes: Expr }
  | { readonly op: 'move'; readonly buffer: string; readonly from: Expr; readonly bytes: Expr }
  | {
      readonly op: 'thread'
      readonly entry: number
      readonly parameters: readonly string[]
      readonly values: readonly Expr[]
      readonly as: string
    }
  | {
      readonly op: 'message'
      readonly buffer: string
      readonly at: Expr
      readonly bytes: Expr
      readonly around: Expr
    }
)

/** A compiled program: what runs and what is read are made in one go from the same steps. */
export interface Program {
  readonly name: string
  readonly startMicros: Micros
  readonly code: readonly Instruction[]
  readonly lines: readonly CodeLine[]
  /** What each of its threads begins with. */
  readonly variables: Readonly<Record<string, number>>
  /** Name of the process it runs in; '' for the host's own. */
  readonly process: string
  /** The function that begins at an instruction, for threads of its own; the first steps are `main`. */
  readonly entries: readonly { readonly at: number; readonly name: string }[]
}
