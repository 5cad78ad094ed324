/** A call that the script has made, and the way from the host's thread to its answer. */
import type { Micros } from '../../base'
import type { Call, CallOutput } from '../../trace'
import type { CallLine, Value } from '../syntax'
import { makeCall } from './machine'
import type { HostRun as Run } from './run'
import type { Answer, Made } from './under-test'
import { valueNumber } from './values'

export type { Answer, Made } from './under-test'

export type Perform = (run: Run, line: number, call: CallLine) => Made

/** Makes one call of the host and answers with what it returned. */
export function made(
  run: Run,
  call: Call,
  check?: (answer: Answer, text: string, output: CallOutput | undefined) => void,
): Made {
  const id = makeCall(run.machine, call)
  let known: Answer | undefined
  let at: Micros | undefined
  const answer = (): Answer | undefined => {
    if (known !== undefined) return known
    const thread = run.machine.host.threads.get(id)
    const last = thread?.history.at(-1)
    if (last === undefined || last.returned === null) return undefined
    const { value, errno, output } = last.returned
    const plain: Answer = { kind: 'value', value, errno }
    at = last.returned.at
    known = check === undefined ? plain : { ...plain, check: () => check(plain, last.call, output) }
    return known
  }
  const output = (): CallOutput | undefined => run.machine.host.threads.get(id)?.history.at(-1)?.returned?.output
  return { answer, returnedAt: () => at, output }
}

/** An answer that needs no call of the host. */
export function immediate(value: number, errno = '', check?: () => void): Made {
  const answer: Answer = check === undefined ? { kind: 'value', value, errno } : { kind: 'value', value, errno, check }
  return { answer: () => answer }
}

/** The host's descriptor for a script's; a number that the script got from nowhere stays as it is. */
export function liveFd(run: Run, line: number, value: Value | undefined): number {
  const script = valueNumber(line, value)
  return run.descriptors.get(script) ?? script
}
