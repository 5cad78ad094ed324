/**
 * Runs programs between their system calls: loops, conditions, variables, buffers. A call may fail and the program goes on, as C does when
 * nobody looks at the result. The code itself is src/programs'.
 *
 * Whatever a document says, a dispatch is bounded in work and a host in what its buffers take; beyond that malloc() fails, and the next
 * call that gets the buffer fails with EFAULT.
 */
import { MICROS_PER_MS, utf8Bytes, utf8Text } from '../base'
import type { Micros } from '../base'
import { costOf, evaluate } from '../programs'
import type { Environment, Expr, Instruction } from '../programs'
import { ERRNO, POLL_EVENTS } from '../trace'
import type { Call, CallOutput, Errno, FdRef } from '../trace'
import type { Loop, Reported, Thread } from './records'

/** What a thread does next. */
export type Next =
  | { readonly next: 'call'; readonly call: Call }
  | { readonly next: 'sleep'; readonly micros: Micros }
  /** A new thread is to begin at `entry` with these variables; the program counter is behind it. */
  | {
      readonly next: 'thread'
      readonly entry: number
      readonly with: Readonly<Record<string, number>>
      readonly as: string
    }
  | { readonly next: 'message'; readonly text: string; readonly bytes: number; readonly around: number }
  | { readonly next: 'end' }

/** A loop without a call or a sleep in it must not stop the world: after so much work the thread waits a little. */
const WORK_PER_DISPATCH = 10_000
const YIELD_MICROS = 1
/** The longer a thread has been busy, the longer it waits: a program that never calls costs less and less. */
const LONGEST_YIELD_MICROS = 1_000
/** Bytes of one buffer, and of all buffers of one thread. */
const LARGEST_BUFFER = 65_536
const MOST_BUFFER_BYTES = 262_144
/** A sleep is at most so long: a day. */
const LONGEST_SLEEP_MS = 86_400_000
/** Bytes of a message that are shown. */
const SHOWN_BYTES = 48

const NOTHING = new Uint8Array(0)

/** Goes through what needs no call to the next call or sleep. The program counter is left at a call, and behind everything else. */
export function advance(thread: Thread, code: readonly Instruction[], now: Micros): Next {
  const env: Environment = { variables: thread.variables, buffers: thread.buffers, now, budget: WORK_PER_DISPATCH }
  for (; env.budget > 0; env.budget--) {
    if (thread.pc >= code.length) return { next: 'end' }
    const instruction = code[thread.pc]
    switch (instruction.op) {
      case 'call':
        thread.busy = 0
        return { next: 'call', call: computeCall(instruction, env) }
      case 'sleep':
      case 'sleepMs': {
        thread.pc++
        thread.busy = 0
        return { next: 'sleep', micros: instruction.op === 'sleep' ? instruction.micros : sleepOf(instruction.ms, env) }
      }
      case 'thread': {
        thread.pc++
        const values = instruction.values.map((value) => evaluate(value, env))
        const passed = instruction.parameters.map((name, index) => [name, values[index] ?? 0] as const)
        return { next: 'thread', entry: instruction.entry, with: Object.fromEntries(passed), as: instruction.as }
      }
      case 'message':
        thread.pc++
        return messageOf(thread, instruction, env)
      case 'return':
        return { next: 'end' }
      case 'loop':
      case 'while':
      case 'each':
      case 'again':
      case 'branch':
      case 'jump':
      case 'break':
      case 'continue':
        goTo(thread, code, instruction, env)
        break
      default:
        change(thread, instruction, env)
        thread.pc++
    }
  }
  thread.busy = Math.min(LONGEST_YIELD_MICROS, Math.max(YIELD_MICROS, thread.busy * 2))
  return { next: 'sleep', micros: thread.busy }
}

type Of<O extends Instruction['op']> = Extract<Instruction, { op: O }>

/** The call of an instruction, as the thread would make it now. */
export function nextCall(thread: Thread, instruction: Of<'call'>, now: Micros): Call {
  return computeCall(instruction, { variables: thread.variables, buffers: thread.buffers, now, budget: 0 })
}

function computeCall({ call, computed }: Of<'call'>, env: Environment): Call {
  if (computed.length === 0) return call
  const fields: Record<string, unknown> = { ...call }
  for (const { field, entry, value } of computed) {
    const result = evaluate(value, env)
    if (entry === -1) fields[field] = field === 'port' ? result & 0xffff : result
    else if (call.call === 'poll') {
      const fds = fields.fds as readonly object[]
      fields.fds = fds.map((it, index) => (index === entry ? { ...it, events: result } : it))
    }
  }
  return fields as unknown as Call
}

function sleepOf(ms: Expr, env: Environment): Micros {
  return Math.min(LONGEST_SLEEP_MS, Math.max(0, evaluate(ms, env))) * MICROS_PER_MS
}

function messageOf(thread: Thread, instruction: Of<'message'>, env: Environment): Next {
  const bytes = bufferOf(thread, instruction.buffer)
  const at = clamp(evaluate(instruction.at, env), bytes.length)
  const length = clamp(evaluate(instruction.bytes, env), bytes.length - at)
  const text = utf8Text(bytes.subarray(at, at + Math.min(length, SHOWN_BYTES)))
  return { next: 'message', text, bytes: length, around: Math.max(0, evaluate(instruction.around, env)) }
}

type Going = Of<'loop' | 'while' | 'each' | 'again' | 'branch' | 'jump' | 'break' | 'continue'>

/** Instructions that decide where to go on. */
function goTo(thread: Thread, code: readonly Instruction[], instruction: Going, env: Environment): void {
  switch (instruction.op) {
    case 'loop':
    case 'while':
    case 'each':
      enterLoop(thread, instruction, env)
      return
    case 'again':
      goRound(thread, code, env)
      return
    case 'branch':
      thread.pc = evaluate(instruction.test, env) === 0 ? instruction.otherwise : thread.pc + 1
      return
    case 'jump':
      thread.pc = instruction.to
      return
    case 'break':
      if (thread.loops.length > 0) leave(thread, code, thread.loops.length - 1)
      else thread.pc = code.length
      return
    case 'continue':
      if (thread.loops.length > 0) goRound(thread, code, env)
      else thread.pc++
  }
}

function enterLoop(thread: Thread, instruction: Of<'loop' | 'while' | 'each'>, env: Environment): void {
  const left = instruction.op === 'loop' ? instruction.times : instruction.op === 'each' ? thread.reported.length : 0
  const loop: Loop = { start: thread.pc, left, reported: instruction.op === 'each' ? thread.reported : [] }
  if (!nextRound(thread, loop, instruction, env)) {
    thread.pc = instruction.end
    return
  }
  thread.loops.push(loop)
  thread.pc++
}

/** Whether there is one more round; counts it, and gives `each` its descriptor. */
function nextRound(thread: Thread, loop: Loop, instruction: Instruction, env: Environment): boolean {
  if (instruction.op === 'while') return evaluate(instruction.test, env) !== 0
  if (loop.left <= 0) return false
  loop.left--
  if (instruction.op === 'each') {
    const { data, events } = loop.reported[loop.reported.length - 1 - loop.left]
    thread.variables[instruction.fd] = data
    thread.variables[instruction.events] = events
  }
  return true
}

/** The innermost loop goes round once more, or is over. */
function goRound(thread: Thread, code: readonly Instruction[], env: Environment): void {
  const depth = thread.loops.length - 1
  const loop = thread.loops[depth]
  if (nextRound(thread, loop, code[loop.start], env)) thread.pc = loop.start + 1
  else leave(thread, code, depth)
}

/** Leaves the loop at `depth` and those inside it. */
function leave(thread: Thread, code: readonly Instruction[], depth: number): void {
  const loop = code[thread.loops[depth].start]
  thread.loops.length = depth
  thread.pc = 'end' in loop ? loop.end : code.length
}

type Changing = Of<'set' | 'buffer' | 'storeNumber' | 'storeText' | 'fill' | 'move'>

/** Instructions that change a variable or a buffer. A write that does not fit is cut off at the buffer's end. */
function change(thread: Thread, instruction: Changing, env: Environment): void {
  switch (instruction.op) {
    case 'set':
      thread.variables[instruction.name] = evaluate(instruction.value, env)
      return
    case 'buffer':
      allocate(thread, instruction.name, evaluate(instruction.bytes, env), env)
      return
    case 'move': {
      const bytes = bufferOf(thread, instruction.buffer)
      const from = clamp(evaluate(instruction.from, env), bytes.length)
      write(
        thread,
        instruction.buffer,
        0,
        bytes.subarray(from, from + clamp(evaluate(instruction.bytes, env), bytes.length)),
        env,
      )
      return
    }
    case 'fill': {
      const length = clamp(evaluate(instruction.bytes, env), LARGEST_BUFFER)
      write(
        thread,
        instruction.buffer,
        evaluate(instruction.at, env),
        new Uint8Array(length).fill(evaluate(instruction.value, env)),
        env,
      )
      return
    }
    case 'storeNumber': {
      const value = evaluate(instruction.value, env)
      const word = Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value)
      write(thread, instruction.buffer, evaluate(instruction.at, env), word, env)
      return
    }
    case 'storeText': {
      const { value, text, as } = instruction
      const printed = utf8Bytes(value === undefined ? text : text.replace('%d', String(evaluate(value, env))))
      write(thread, instruction.buffer, evaluate(instruction.at, env), printed, env)
      if (as !== '') thread.variables[as] = printed.length
    }
  }
}

function allocate(thread: Thread, name: string, bytes: number, env: Environment): void {
  let taken = 0
  for (const [other, buffer] of Object.entries(thread.buffers)) if (other !== name) taken += buffer.length
  const granted = bytes >= 0 && bytes <= LARGEST_BUFFER && taken + bytes <= MOST_BUFFER_BYTES
  thread.buffers[name] = granted ? new Uint8Array(bytes) : NOTHING
  env.budget -= costOf(thread.buffers[name].length)
}

function write(thread: Thread, name: string, at: number, bytes: Uint8Array, env: Environment): void {
  storeBytes(thread, name, at, bytes)
  env.budget -= costOf(bufferOf(thread, name).length)
}

/** Puts bytes into a buffer. Byte arrays are never changed once made, so the buffer is a new one after it. */
export function storeBytes(thread: Thread, name: string, at: number, bytes: Uint8Array): void {
  const before = bufferOf(thread, name)
  if (at < 0 || at >= before.length || bytes.length === 0) return
  const after = before.slice()
  after.set(bytes.subarray(0, after.length - at), at)
  thread.buffers[name] = after
}

export function bufferOf(thread: Thread, name: string): Uint8Array {
  return Object.hasOwn(thread.buffers, name) ? thread.buffers[name] : NOTHING
}

function clamp(value: number, most: number): number {
  return Math.min(most, Math.max(0, value))
}

/** The answer of a call: its value, -1 with an errno; `kept` is what `as` keeps in place of the value. */
export interface Answer {
  readonly value: number
  readonly errno: Errno | ''
  readonly kept?: number
  readonly output?: CallOutput
}

/** The call at the program counter has returned: keeps what it returned, and leaves a loop that this ends. */
export function callReturned(thread: Thread, code: readonly Instruction[], answer: Answer): void {
  const instruction = code[thread.pc++]
  if (instruction.op !== 'call') return
  const { value, errno, output } = answer
  if (instruction.as !== '') thread.variables[instruction.as] = answer.kept ?? value
  if (errno !== '') thread.variables.errno = ERRNO[errno][0]
  if (output !== undefined) thread.reported = reportedBy(output)
  else if (instruction.call.call === 'epollWait' || instruction.call.call === 'select') thread.reported = []
  if (value < 0 || (value === 0 && instruction.call.call === 'recv')) leaveLoop(thread, code)
}

/** What a wait has told of descriptors; select's sets as the bits that stand for them. */
function reportedBy(output: CallOutput): readonly Reported[] {
  if (output.kind === 'events') return output.events.filter((it) => it.events !== 0)
  if (output.kind !== 'sets') return []
  const bits = new Map<number, number>()
  const sets = [
    [output.read, POLL_EVENTS.IN],
    [output.write, POLL_EVENTS.OUT],
    [output.except, POLL_EVENTS.PRI],
  ] as const
  for (const [fds, bit] of sets) for (const fd of fds) bits.set(fd, (bits.get(fd) ?? 0) | bit)
  return [...bits].map(([data, events]) => ({ data, events }))
}

/** Leaves the innermost loop that asked for it, and those inside it. */
function leaveLoop(thread: Thread, code: readonly Instruction[]): void {
  for (let depth = thread.loops.length - 1; depth >= 0; depth--) {
    const loop = code[thread.loops[depth].start]
    if (loop.op !== 'loop' || !loop.untilClosed) continue
    leave(thread, code, depth)
    return
  }
}

/** The number that a descriptor reference means in a thread; -1 for a name that nothing was kept under. */
export function resolveFd(thread: Thread, fd: FdRef): number {
  if (typeof fd === 'number') return fd
  return Object.hasOwn(thread.variables, fd) ? thread.variables[fd] : -1
}
