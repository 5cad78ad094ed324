/** poll(2): Linux do_sys_poll. A descriptor that is not open answers POLLNVAL; a negative one is passed over. */
import { parsePollEvents, POLL_EVENTS as E } from '../../trace'
import type { EventMask } from '../../trace'
import { fileOf } from '../descriptors'
import { resolveFd } from '../program'
import { ALWAYS, pollFile } from '../readiness/poll'
import type { Host, Process, Thread } from '../records'
import { waitForAny } from './context'
import type { Asking, CallOf, Outcome } from './context'
import { selectMayReturn } from './select'

export function poll(context: Asking<CallOf<'poll'>>): Outcome {
  const { host, process, thread, call } = context
  const events = call.fds.map(({ fd, events: asked }) => ({
    data: resolveFd(thread, fd),
    events: found(host, process, resolveFd(thread, fd), asked),
  }))
  const ready = events.filter((it) => it.events !== 0).length
  const output = { kind: 'events', events } as const
  if (ready > 0) return { done: true, value: ready, errno: '', output }
  const outcome = waitForAny(context, call.timeoutMs)
  if (!outcome.done) host.pollers.add(thread.id)
  return outcome.done ? { ...outcome, output } : outcome
}

/** Whether a thread that is blocked in poll() or select() would find something. */
export function pollMayReturn(host: Host, process: Process, thread: Thread): boolean {
  const { call } = thread
  if (call?.call === 'select') return selectMayReturn(host, process, thread, call)
  return call?.call === 'poll' && call.fds.some((it) => found(host, process, resolveFd(thread, it.fd), it.events) !== 0)
}

function found(host: Host, process: Process, fd: number, events: EventMask): number {
  if (fd < 0) return 0
  const asked = parsePollEvents(events) ?? 0
  const file = fileOf(host, process, fd)
  return file === undefined ? E.NVAL : pollFile(host, file) & (asked | ALWAYS | E.NVAL)
}
