/**
 * Calls of the script: each is made on the host by a thread of its own, and what it returns is compared. A call with `...b` in its
 * time may block and goes on beside the script; any other must return at once.
 */
import type { Micros } from '../../base'
import { ERRNO } from '../../trace'
import type { CallLine, ScriptEvent } from '../syntax'
import { failAt } from './failure'
import type { Answer, Made } from './under-test'
import { seconds, tell } from './run'
import type { Run } from './run'
import { toleranceAfter, verifyTimely } from './timing'

/** How long a blocked call is awaited beyond its time, to say when it returned. */
const LATE_MICROS = 60_000_000

export function runCall(run: Run, event: ScriptEvent, call: CallLine): void {
  // Both times of a call count from the same moment, though it may have to wait for the one before.
  const anchor = event.time.kind === 'absolute' ? 0 : run.finishedAt
  finishPending(run)
  const text = event.text.replace(/^[-+*~.\d\s]*(?=[a-z])/, '')
  const made = run.machine.perform(event.line, call)
  const verify = (answer: Answer): void => {
    tell(run, run.machine.now, showAnswer(text, answer))
    verifyAnswer(event, call, text, answer)
    answer.check?.()
  }
  if (call.until === undefined) {
    const answer = made.answer()
    if (answer === undefined) return failAt(event.line, text, 'a call that blocks')
    return verify(answer)
  }
  tell(run, run.machine.now, `${text} begins`)
  block(run, event, { call, text, made, verify, until: anchor + call.until })
  noteReturn(run)
  return undefined
}

interface Blocking {
  readonly call: CallLine
  readonly text: string
  readonly made: Made
  readonly verify: (answer: Answer) => void
  readonly until: Micros
}

function block(run: Run, event: ScriptEvent, { call, text, made, verify, until }: Blocking): void {
  run.pending = {
    line: event.line,
    call,
    text,
    until,
    toleranceMicros: toleranceAfter(run, Math.max(0, until - run.machine.now)),
    returned: () => (made.answer() === undefined ? undefined : (made.returnedAt?.() ?? run.machine.now)),
    verify: () => {
      const answer = made.answer()
      if (answer !== undefined) verify(answer)
    },
    returnedAt: undefined,
  }
}

/** Notices that the pending call has returned; called after everything that the host does. */
export function noteReturn(run: Run): void {
  const { pending } = run
  if (pending !== undefined && pending.returnedAt === undefined) pending.returnedAt = pending.returned()
}

/** Waits for the pending call, if there is one, and compares when it returned and what. */
export function finishPending(run: Run): void {
  const { pending } = run
  if (pending === undefined) return
  const { until, toleranceMicros, line, text } = pending
  const limit = Math.max(run.machine.now, until + toleranceMicros + LATE_MICROS)
  run.machine.awaitThat(limit, () => pending.returnedAt !== undefined)
  run.pending = undefined
  const at = pending.returnedAt
  if (at === undefined) return failAt(line, `${text} to return at ${seconds(until)}`, 'a call that is still blocked')
  verifyReturn(run, line, text, at, until, toleranceMicros)
  pending.verify()
}

function verifyReturn(run: Run, line: number, text: string, at: Micros, until: Micros, tolerance: Micros): void {
  verifyTimely(run, line, Math.abs(at - until) - tolerance, () => [
    `${text} to return at ${seconds(until)} (within ${tolerance / 1_000} ms)`,
    seconds(at),
  ])
}

function verifyAnswer(event: ScriptEvent, call: CallLine, text: string, answer: Answer): void {
  const wrongErrno = call.errno !== undefined && answer.errno !== call.errno
  const failed = answer.errno !== ''
  const wanted = call.result
  if (answer.kind === 'descriptor') {
    if (wanted === undefined || wanted >= 0 !== failed) return
    failAt(event.line, text, showResult(answer))
  }
  if (wrongErrno || (wanted !== undefined && wanted !== answer.value)) failAt(event.line, text, showResult(answer))
}

function showResult({ value, errno }: Answer): string {
  return errno === '' ? String(value) : `${value} ${errno} (${messageOf(errno)})`
}

function messageOf(errno: string): string {
  return Object.hasOwn(ERRNO, errno) ? ERRNO[errno as keyof typeof ERRNO][1] : errno
}

function showAnswer(text: string, answer: Answer): string {
  return `${text.replace(/\)\s*=\s*(?:-?\w+|\.\.\.).*$/, ')')} = ${showResult(answer)}`
}
