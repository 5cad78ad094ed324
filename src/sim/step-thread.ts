/** "Step this program": the world goes on until one thread has made its next call and the call has returned or blocks. */
import { EVENT_CODE, eventArg } from '../trace'
import type { Session } from './session'
import { stepForward } from './session'

/** A thread that waits for ever must not be waited for: the request ends here, and a person may ask again. */
const MOST_STEPS = 100_000

/**
 * Runs until `thread` makes a call, or is over. False when nothing more can happen before that. Steps that the branch has seen already
 * are gone through again like any others.
 */
export function stepThread(session: Session, thread: number): boolean {
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    const { hosts, recorder } = session.world.state
    if (!hosts.some((host) => host.threads.has(thread) && host.threads.get(thread)?.state !== 'ended')) return steps > 0
    const before = recorder.events
    if (!stepForward(session)) return false
    if (called(session, thread, before)) return true
  }
  return true
}

/** Whether the thread entered a call since event `from`. Columns of the trace hold it, in the past as at the end. */
function called(session: Session, thread: number, from: number): boolean {
  const { events } = session.branch.trace
  const to = session.world.state.recorder.events
  for (let index = from; index < to; index++) {
    if (events.type[index] === EVENT_CODE['host/called'] && eventArg(events, index, 0) === thread) return true
  }
  return false
}
