/**
 * What a program does that is no system call of the socket layer and is seen all the same: it starts a thread (pthread_create, which is clone),
 * it takes bytes for a message; and the start of a ready-made program in a process of its own.
 */
import { err, ok } from '../base'
import type { Result } from '../base'
import { compileProgram } from '../programs'
import { ERRNO } from '../trace'
import type { ProgramSpec } from '../trace'
import type { HostIo } from './io'
import { createProcess } from './processes/create'
import { createThread } from './processes/thread'
import type { Next } from './program'
import { HISTORY } from './records'
import type { Host, Thread } from './records'

/** RLIMIT_NPROC, for all processes of a host together: beyond it clone() fails with EAGAIN. */
const MOST_THREADS = 1_024
/** Programs of a host, attached ones included. */
const MOST_PROGRAMS = 512

/** pthread_create; returns the event. The new thread shares the descriptors and nothing of the variables but the settings. */
export function startFunction(host: Host, thread: Thread, step: Extract<Next, { next: 'thread' }>, io: HostIo): number {
  const { recorder } = io
  let live = 0
  for (const { state } of host.threads.values()) if (state !== 'ended') live++
  const granted = live < MOST_THREADS
  if (step.as !== '') thread.variables[step.as] = granted ? 0 : ERRNO.EAGAIN[0]
  const name = host.programs[thread.program].entries.find(({ at }) => at === step.entry)?.name ?? ''
  if (!granted) return recorder.emit('host/threadStarted', 'threadStarts', thread.id, 0, recorder.text(name))
  const child = createThread(host, thread.pid, thread.program, undefined, io)
  child.pc = step.entry
  child.entry = step.entry
  Object.assign(child.variables, step.with)
  const event = recorder.emit('host/threadStarted', 'threadStarts', thread.id, child.id, recorder.text(name))
  child.cause = event
  io.scheduleThread(host.index, child.id, io.now)
  return event
}

/** The program holds a message in its hands; returns the event, which belongs to the socket that was read last. */
export function noteMessage(thread: Thread, step: Extract<Next, { next: 'message' }>, io: HostIo): number {
  const { recorder } = io
  const { bytes, around, text } = step
  recorder.socket = thread.readFrom
  thread.messages.push({ text, bytes, at: io.now })
  if (thread.messages.length > HISTORY) thread.messages.shift()
  return recorder.emit('host/messageHandled', 'messageHandled', thread.id, bytes, around, recorder.text(text))
}

/** Starts a program now, in a process of its own, which ends when the program does. */
export function hostAttach(host: Host, spec: ProgramSpec, io: HostIo): Result<void> {
  if (!host.up) return err(`${host.name} is switched off.`)
  if (host.programs.length >= MOST_PROGRAMS) return err(`${host.name} has run ${MOST_PROGRAMS} programs already.`)
  host.programs = [...host.programs, compileProgram(spec)]
  const process = createProcess(host, spec.name, false)
  io.recorder.cause = io.recorder.emit('host/programStarted', 'programStarts', process.pid, io.recorder.text(spec.name))
  const thread = createThread(host, process.pid, host.programs.length - 1, undefined, io)
  io.scheduleThread(host.index, thread.id, io.now)
  return ok(undefined)
}
