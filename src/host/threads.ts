/**
 * Threads: who makes which call when. A program is a thread, and so is each click, so that a person can go on while an accept()
 * blocks. One dispatch is at most one system call; after it the thread asks for its next dispatch at the same instant.
 * A blocked call holds on to its open file, as on Linux: closing the descriptor meanwhile does not end it.
 */
import { err, NEVER, ok } from '../base'
import type { Micros, Result } from '../base'
import type { Call, CallView, SignalName } from '../trace'
import { formatCall } from './call-text'
import { makeCall, release, resumeCall } from './calls'
import type { Outcome } from './calls'
import { fileOf } from './descriptors'
import type { HostIo } from './io'
import { createProcess, processNamed } from './processes/create'
import { goAsChild } from './processes/fork'
import { deliverSignal, terminate } from './processes/signals'
import { createThread, endThread, liveThreads } from './processes/thread'
import { advance, callReturned, resolveFd } from './program'
import { noteMessage, startFunction } from './spawn'
import { FIRST_PID, HISTORY } from './records'
import type { Host, Process, Thread } from './records'
import { makeReady } from './wake'

/** Starts every program of the host at its time, in order. */
export function startPrograms(host: Host, io: HostIo): void {
  host.programs.forEach((program, index) => {
    const pid = program.process === '' ? FIRST_PID : processNamed(host, program.process).pid
    const thread = createThread(host, pid, index, undefined, io)
    thread.wakesAt = Math.max(io.now, program.startMicros)
    io.scheduleThread(host.index, thread.id, thread.wakesAt)
  })
}

/** A person's click: a new thread of process `pid` that makes this one call, in a dispatch of its own at this instant. */
export function hostCall(host: Host, pid: number, call: Call, io: HostIo): Result<void> {
  if (!host.up) return err(`${host.name} is switched off.`)
  if (host.processes.get(pid)?.ended !== '') return err(`${host.name} has no process ${pid}.`)
  const thread = createThread(host, pid, -1, call, io)
  io.scheduleThread(host.index, thread.id, io.now)
  return ok(undefined)
}

/** A signal to a thread that is blocked in a call, which returns EINTR or what it has done so far. */
export function hostInterrupt(host: Host, id: number, io: HostIo): Result<void> {
  const thread = host.threads.get(id)
  if (thread?.blocked === undefined) return err(`${host.name} has no blocked thread ${id}.`)
  thread.blocked.interrupted = true
  io.recorder.socket = thread.blocked.socket
  const event = io.recorder.emit('host/signalled', 'systemCall', id, io.recorder.text('SIGUSR1'))
  makeReady(host, thread, event, io)
  return ok(undefined)
}

/** A signal to a process, as `kill` in a shell of that host sends it. */
export function hostSignal(host: Host, pid: number, signal: SignalName, io: HostIo): Result<void> {
  const process = host.processes.get(pid)
  if (process === undefined || process.ended !== '') return err(`${host.name} has no process ${pid}.`)
  const thread = liveThreads(host, pid).at(0)?.id ?? 0
  io.recorder.cause = io.recorder.emit('host/signalled', 'signalSent', thread, io.recorder.text(signal))
  deliverSignal(host, process, signal, io)
  return ok(undefined)
}

/** One more process for a person to work in. */
export function hostSpawn(host: Host): Result<void> {
  if (!host.up) return err(`${host.name} is switched off.`)
  createProcess(host, host.name, true)
  return ok(undefined)
}

/** When a thread may next run; NEVER while it waits for something other than time, and for one that has ended. */
export function hostThreadWakes(host: Host, id: number): Micros {
  return host.threads.get(id)?.wakesAt ?? NEVER
}

/** Lets a thread take its turn. False for an entry that means nothing any more. */
export function hostThreadDue(host: Host, id: number, io: HostIo): boolean {
  const thread = host.threads.get(id)
  if (thread === undefined || thread.wakesAt > io.now) return false
  const process = host.processes.get(thread.pid)
  if (process === undefined) return false
  io.recorder.cause = thread.cause
  thread.wakesAt = NEVER
  if (thread.blocked !== undefined) goOn(host, process, thread, io)
  else takeStep(host, process, thread, io)
  return true
}

function takeStep(host: Host, process: Process, thread: Thread, io: HostIo): void {
  thread.state = 'ready'
  if (thread.program === -1) {
    if (thread.call !== undefined) enterCall(host, process, thread, thread.call, io)
    return
  }
  const step = advance(thread, host.programs[thread.program].code, io.now)
  if (step.next === 'call') {
    enterCall(host, process, thread, step.call, io)
  } else if (step.next === 'sleep') {
    thread.state = 'sleeping'
    thread.wakesAt = io.now + step.micros
    io.scheduleThread(host.index, thread.id, thread.wakesAt)
  } else if (step.next === 'thread') {
    makeReady(host, thread, startFunction(host, thread, step, io), io)
  } else if (step.next === 'message') {
    makeReady(host, thread, noteMessage(thread, step, io), io)
  } else {
    const { name } = host.programs[thread.program]
    io.recorder.emit('host/programEnded', 'programEnds', thread.id, io.recorder.text(name))
    endThread(host, thread)
    if (!process.interactive && isOver(host, process, thread)) terminate(host, process, 'exited 0', io)
  }
}

/** main() has come back, which takes the threads that it started with it; or there is nobody left. */
function isOver(host: Host, { pid }: Process, ended: Thread): boolean {
  const others = liveThreads(host, pid)
  return others.length === 0 || (ended.entry === 0 && others.every(({ program }) => program === ended.program))
}

function enterCall(host: Host, process: Process, thread: Thread, call: Call, io: HostIo): void {
  const { recorder } = io
  const fd = 'fd' in call ? resolveFd(thread, call.fd) : -1
  const text = formatCall(call, fd, (name) => resolveFd(thread, name))
  const file = fileOf(host, process, fd)
  recorder.socket = file?.socket ?? -1
  const event = recorder.emit('host/called', 'systemCall', thread.id, fd, recorder.text(text), process.pid)
  recorder.cause = event
  thread.call = call
  remember(thread, { fd, call: text, name: call.call, at: io.now, returned: null, event })
  const outcome = makeCall(host, process, thread, call, fd, io)
  // exit(), or a signal that ends the process: nobody is left to return to.
  if (!host.threads.has(thread.id)) return
  if (outcome.done) {
    leaveCall(host, thread, fd, text, outcome, io)
    return
  }
  const { reason, deadline, progress, threshold } = outcome
  // The file of a lingering close() is gone; all others are held.
  const held = file !== undefined && host.files.has(file.id) ? file : undefined
  if (held !== undefined) held.references++
  const socket = recorder.socket
  const since = io.now
  const rest = { reason, deadline, progress, threshold, since, event, interrupted: false }
  thread.blocked = { fd, text, file: held?.id ?? 0, socket, ...rest }
  thread.state = 'blocked'
  host.sockets.get(socket)?.waiters.push(thread.id)
  recorder.emit('host/blocked', 'callBlocks', thread.id, fd, recorder.text(text), recorder.text(reason))
  awaitDeadline(host, thread, deadline, io)
}

/** A blocked thread was woken: what it waits for has come, its time is over, or a signal. */
function goOn(host: Host, process: Process, thread: Thread, io: HostIo): void {
  const { blocked, call } = thread
  if (blocked === undefined || call === undefined) return
  const { fd, text } = blocked
  io.recorder.socket = blocked.socket
  const outcome = resumeCall(host, process, thread, call, io)
  if (!host.threads.has(thread.id)) return
  if (!outcome.done) {
    blocked.reason = outcome.reason
    blocked.progress = outcome.progress
    blocked.threshold = outcome.threshold
    awaitDeadline(host, thread, blocked.deadline, io)
    return
  }
  thread.blocked = undefined
  const socket = host.sockets.get(blocked.socket)
  if (socket !== undefined) socket.waiters = socket.waiters.filter((id) => id !== thread.id)
  host.pollers.delete(thread.id)
  leaveCall(host, thread, fd, text, outcome, io)
  const file = host.files.get(blocked.file)
  if (file === undefined || --file.references > 0) return
  io.recorder.socket = file.socket
  release(host, file, io)
}

function awaitDeadline(host: Host, thread: Thread, deadline: Micros, io: HostIo): void {
  thread.wakesAt = deadline
  if (deadline !== NEVER) io.scheduleThread(host.index, thread.id, deadline)
}

function leaveCall(
  host: Host,
  thread: Thread,
  fd: number,
  text: string,
  outcome: Extract<Outcome, { done: true }>,
  io: HostIo,
): void {
  const { recorder } = io
  const { value, errno } = outcome
  const answered = outcome.text ?? text
  const [call, name] = [recorder.text(answered), recorder.text(errno)]
  const event = recorder.emit('host/returned', 'systemCall', thread.id, fd, call, value, name)
  const last = thread.history.length - 1
  const { output } = outcome
  const came = { value, errno, at: io.now, ...(output === undefined ? {} : { output }) }
  thread.history[last] = { ...thread.history[last], call: answered, returned: came }
  thread.state = 'ready'
  const child = outcome.child === undefined ? undefined : host.threads.get(outcome.child)
  if (thread.program === -1) {
    endThread(host, thread)
  } else {
    callReturned(thread, host.programs[thread.program].code, outcome)
    makeReady(host, thread, event, io)
  }
  if (child !== undefined) goAsChild(host, child, io)
}

function remember(thread: Thread, view: CallView): void {
  thread.history.push(view)
  if (thread.history.length > HISTORY) thread.history.shift()
}
