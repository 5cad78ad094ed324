/**
 * Signals: signal(7), kill(2). A signal to a process goes to its oldest thread; what comes of it is the process's choice: nothing, its end, or a handler.
 * A handler that runs while its thread is blocked ends the call with EINTR or with what it has done so far; with SA_RESTART the call goes on by
 * itself, but not poll(), select(), epoll_wait() and sleep, and not a call with a time limit of SO_RCVTIMEO or SO_SNDTIMEO.
 *
 * Left out: masks, queues of signals, stop signals, alternate stacks. A handler does nothing but to count, in a variable of its thread that has the
 * signal's name, so that a program can look at it.
 */
import { NEVER } from '../../base'
import { SIGNALS } from '../../trace'
import type { SignalName } from '../../trace'
import type { HostIo } from '../io'
import type { Host, Process, Thread } from '../records'
import { makeReady } from '../wake'
import { endProcess } from './end'
import { liveThreads } from './thread'

/** Sends a signal to a process, or to one thread of it. The caller has told of its being sent. */
export function deliverSignal(host: Host, process: Process, signal: SignalName, io: HostIo, to?: Thread): void {
  if (process.ended !== '') return
  const { recorder } = io
  const thread = to ?? liveThreads(host, process.pid).at(0)
  const chosen = signal === 'SIGKILL' ? undefined : process.signals[signal]
  const action = chosen?.action ?? 'SIG_DFL'
  const ends = action === 'SIG_DFL' && SIGNALS[signal][1] === 'terminate'
  const restart = chosen?.restart === true
  const told = ends
    ? 'ends the process'
    : action === 'handler'
      ? restart
        ? 'handler, SA_RESTART'
        : 'handler'
      : 'ignored'
  const [name, what] = [recorder.text(signal), recorder.text(told)]
  const event = recorder.emit('host/signalDelivered', 'signalDelivered', process.pid, thread?.id ?? 0, name, what)
  if (ends) {
    const before = recorder.cause
    recorder.cause = event
    terminate(host, process, `killed by ${signal}`, io)
    recorder.cause = before
  } else if (action === 'handler' && thread !== undefined) {
    runHandler(host, thread, signal, restart, event, io)
  }
}

/** Ends a process, and tells a parent that wants to hear of it. */
export function terminate(host: Host, process: Process, how: string, io: HostIo): void {
  if (process.ended !== '') return
  const parent = host.processes.get(process.parent)
  endProcess(host, process, how, io)
  if (parent?.signals.SIGCHLD?.action === 'handler') deliverSignal(host, parent, 'SIGCHLD', io)
}

function runHandler(host: Host, thread: Thread, signal: SignalName, restart: boolean, event: number, io: HostIo): void {
  thread.variables[signal] = (thread.variables[signal] ?? 0) + 1
  const { blocked, state } = thread
  if (blocked === undefined) {
    // nanosleep() is not restarted: the program goes on early.
    if (state === 'sleeping') makeReady(host, thread, event, io)
    return
  }
  if (restart && restarts(thread)) {
    io.recorder.emit('host/callRestarted', 'callRestarts', thread.id, blocked.fd, io.recorder.text(blocked.text))
    return
  }
  blocked.interrupted = true
  makeReady(host, thread, event, io)
}

/** Whether SA_RESTART helps the call that a thread is in. */
function restarts({ blocked, call }: Thread): boolean {
  if (blocked === undefined || call === undefined) return false
  if (call.call === 'poll' || call.call === 'select' || call.call === 'epollWait' || blocked.deadline !== NEVER)
    return false
  // connect() counts no bytes: begun anew it waits for the handshake that goes on.
  return blocked.progress === 0 || call.call === 'connect'
}
