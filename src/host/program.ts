/**
 * Programs: the nested steps of a scenario as flat code, and the part of running them that is not a system call (loops,
 * sleep, variables). A call may fail and the program goes on, as C does when nobody looks at the result.
 */
import { NEVER } from '../base'
import type { Micros } from '../base'
import type { Call, FdRef, ProgramSpec, Step } from '../trace'
import type { Instruction, Program, Thread } from './records'

export function compileProgram(spec: ProgramSpec): Program {
  const code: Instruction[] = []
  compileSteps(spec.steps, code)
  return { name: spec.name, startMicros: spec.startMicros, code, process: spec.process ?? '' }
}

function compileSteps(steps: readonly Step[], code: Instruction[]): void {
  for (const step of steps) {
    if ('call' in step) {
      code.push({ op: 'call', call: step, as: step.as ?? '' })
    } else if ('sleepMicros' in step) {
      code.push({ op: 'sleep', micros: step.sleepMicros })
    } else {
      const start = code.length
      const times = step.repeat === 'forever' ? NEVER : step.repeat
      code.push({ op: 'again', start })
      compileSteps(step.steps, code)
      code.push({ op: 'again', start })
      code[start] = { op: 'loop', times, untilClosed: step.untilClosed === true, end: code.length }
    }
  }
}

/** What a thread does next. */
export type Next =
  | { readonly next: 'call'; readonly call: Call }
  | { readonly next: 'sleep'; readonly micros: Micros }
  | { readonly next: 'end' }

/** A loop without a call or a sleep in it must not stop the world: after so many instructions the thread yields. */
const INSTRUCTIONS_PER_DISPATCH = 10_000
const YIELD_MICROS = 1

/** Goes through loops to the next call or sleep. The program counter is left at a call and after a sleep. */
export function advance(thread: Thread, code: readonly Instruction[]): Next {
  for (let i = 0; i < INSTRUCTIONS_PER_DISPATCH; i++) {
    if (thread.pc >= code.length) return { next: 'end' }
    const instruction = code[thread.pc]
    switch (instruction.op) {
      case 'call':
        return { next: 'call', call: instruction.call }
      case 'sleep':
        thread.pc++
        return { next: 'sleep', micros: instruction.micros }
      case 'loop':
        if (instruction.times > 0) {
          thread.loops.push({ start: thread.pc, left: instruction.times - 1 })
          thread.pc++
        } else {
          thread.pc = instruction.end
        }
        break
      case 'again':
        goRound(thread, instruction.start)
    }
  }
  return { next: 'sleep', micros: YIELD_MICROS }
}

function goRound(thread: Thread, start: number): void {
  const loop = thread.loops[thread.loops.length - 1]
  if (loop.left > 0) {
    loop.left--
    thread.pc = start + 1
  } else {
    thread.loops.pop()
    thread.pc++
  }
}

/** The call at the program counter returned `value`, -1 for an error: keeps it, and leaves a loop that this ends. */
export function callReturned(thread: Thread, code: readonly Instruction[], value: number, kept: number): void {
  const instruction = code[thread.pc++]
  if (instruction.op !== 'call') return
  if (instruction.as !== '') thread.variables[instruction.as] = kept
  if (value < 0 || (value === 0 && instruction.call.call === 'recv')) leaveLoop(thread, code)
}

/** Leaves the innermost loop that asked for it, and those inside it. */
function leaveLoop(thread: Thread, code: readonly Instruction[]): void {
  for (let depth = thread.loops.length - 1; depth >= 0; depth--) {
    const loop = code[thread.loops[depth].start]
    if (loop.op !== 'loop' || !loop.untilClosed) continue
    thread.loops.length = depth
    thread.pc = loop.end
    return
  }
}

/** The number that a descriptor reference means in a thread; -1 for a name that nothing was kept under. */
export function resolveFd(thread: Thread, fd: FdRef): number {
  if (typeof fd === 'number') return fd
  return Object.hasOwn(thread.variables, fd) ? thread.variables[fd] : -1
}
