/**
 * Programs as data: what a thread does between its calls. A program is steps; src/programs compiles them to flat code and writes the
 * same code as C-like text; src/host/program.ts runs it.
 *
 * Values are integers. A thread has variables (what `as` keeps, what `set` computes, and `errno`) and buffers of bytes by name.
 */
import type { Micros } from '../base'
import type { Call, FdRef } from './calls'

/**
 * An integer, or arithmetic in C's words: `want - got`, `n < 0 && errno == EAGAIN`, `ntohl(buf, 0) + 4`, `find(buf, '\n', 0, have)`. The names of errno
 * values and of poll's bits are constants.
 */
export type Expression = number | string

/** Fields of a call that a program may compute. */
export type ComputedField = 'bytes' | 'port' | 'at' | 'backlog' | 'events' | 'data' | 'most' | 'timeoutMs'

type Computable<C> = {
  [K in keyof C]: K extends ComputedField
    ? C[K] | Expression
    : K extends 'fds'
      ? readonly { readonly fd: FdRef; readonly events: Expression }[]
      : C[K]
}

/** A call as a program makes it, with fields that are computed when it is made. */
export type StepCall = Call extends infer C ? (C extends unknown ? Computable<C> : never) : never

/** One step of a program. */
export type Step =
  /** Makes a call; `as` keeps the returned value (a descriptor, a count) under a name. */
  | (StepCall & { readonly as?: string })
  | { readonly sleepMicros: number }
  /** Sleeps for a computed number of milliseconds. */
  | { readonly sleepMs: Expression }
  /**
   * Runs `steps` again and again: `repeat` times, or for ever. With `untilClosed`, leaves the loop when a recv in it
   * returned 0 or any call in it failed.
   */
  | { readonly repeat: number | 'forever'; readonly untilClosed?: boolean; readonly steps: readonly Step[] }
  | { readonly while: Expression; readonly steps: readonly Step[] }
  | { readonly if: Expression; readonly do: readonly Step[]; readonly else?: readonly Step[] }
  /** Leaves the innermost loop, or goes on with its next round. */
  | { readonly break: true }
  | { readonly continue: true }
  /** Ends the thread; from the first steps of a program that has a process of its own, the process. */
  | { readonly return: Expression }
  | { readonly set: string; readonly to: Expression }
  /** Makes a buffer of so many zero bytes. */
  | { readonly buffer: string; readonly bytes: Expression }
  /** Writes a number in network byte order into a buffer. */
  | { readonly store: string; readonly at: Expression; readonly htonl: Expression }
  /** sprintf: `%d` stands for `value`; `as` keeps the length. */
  | {
      readonly store: string
      readonly at: Expression
      readonly text: string
      readonly value?: Expression
      readonly as?: string
    }
  /** memset: `bytes` bytes of the value `fill`. */
  | { readonly store: string; readonly at: Expression; readonly fill: Expression; readonly bytes: Expression }
  /** memmove to the start of the buffer. */
  | { readonly move: string; readonly from: Expression; readonly bytes: Expression }
  /** Once for each descriptor that the last poll(), select() or epoll_wait() reported, with its bits. */
  | { readonly each: { readonly fd: string; readonly events: string }; readonly steps: readonly Step[] }
  /** pthread_create: starts a function of the program in a thread of its own; `as` keeps 0, or the errno. */
  | { readonly thread: string; readonly with?: readonly Expression[]; readonly as?: string }
  /** What the program takes for one message; `around` counts the bytes of the stream that only frame it. */
  | { readonly message: string; readonly at: Expression; readonly bytes: Expression; readonly around?: Expression }
  /** A line of the text that does nothing. */
  | { readonly comment: string }

/** Steps that `thread` starts, with the names of what it passes. */
export interface FunctionSpec {
  readonly parameters: readonly string[]
  readonly steps: readonly Step[]
}

export interface ProgramSpec {
  readonly name: string
  readonly startMicros: Micros
  readonly steps: readonly Step[]
  /** What every thread of it begins with, by name: its settings. */
  readonly variables?: Readonly<Record<string, number>>
  readonly functions?: Readonly<Record<string, FunctionSpec>>
  /** The process it runs in, which ends with its last program; without a name, the host's own, which a person shares. */
  readonly process?: string
}
