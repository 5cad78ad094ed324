/**
 * The end of a process: Linux do_exit, wait(2). Its threads stop where they are, its descriptors close from the lowest up, its children become init's,
 * and it stays as a zombie until its parent has asked how it ended.
 */
import { dropDescriptor, release } from '../calls/close'
import type { HostIo } from '../io'
import { INIT_PID } from '../records'
import type { Host, Process, Thread } from '../records'
import { makeReady } from '../wake'

/** Ends a running process; `how` says how: `exited 0`, `killed by SIGPIPE`. Its parent's SIGCHLD is the caller's (signals.ts). */
export function endProcess(host: Host, process: Process, how: string, io: HostIo): void {
  process.ended = how
  const { recorder } = io
  const parent = host.processes.get(process.parent)
  const zombie = parent !== undefined && parent.ended === '' && parent.signals.SIGCHLD?.action !== 'SIG_IGN'
  const before = [recorder.socket, recorder.cause] as const
  recorder.socket = -1
  recorder.cause = recorder.emit('host/processEnded', 'processEnds', process.pid, recorder.text(how), zombie ? 1 : 0)
  for (const thread of host.threads.values()) if (thread.pid === process.pid) stopThread(host, thread, io)
  for (const [fd, id] of [...process.descriptors].toSorted(([a], [b]) => a - b)) {
    const file = host.files.get(id)
    if (file !== undefined) dropDescriptor(host, process, fd, file, io)
  }
  adoptChildren(host, process)
  if (zombie) wakeParent(host, parent, io)
  else host.processes.delete(process.pid)
  recorder.socket = before[0]
  recorder.cause = before[1]
}

/** A thread is no more, and waits for nothing. */
function stopThread(host: Host, thread: Thread, io: HostIo): void {
  host.threads.delete(thread.id)
  host.pollers.delete(thread.id)
  const { blocked } = thread
  if (blocked === undefined) return
  const socket = host.sockets.get(blocked.socket)
  if (socket !== undefined) socket.waiters = socket.waiters.filter((id) => id !== thread.id)
  const file = host.files.get(blocked.file)
  if (file === undefined) return
  if (file.special?.kind === 'epoll') {
    file.special.epoll.waiters = file.special.epoll.waiters.filter((id) => id !== thread.id)
  }
  if (--file.references > 0) return
  io.recorder.socket = file.socket
  release(host, file, io)
}

/** Children without a parent are init's, which asks for zombies at once. */
function adoptChildren(host: Host, { pid }: Process): void {
  for (const child of host.processes.values()) {
    if (child.parent !== pid) continue
    child.parent = INIT_PID
    if (child.ended !== '') host.processes.delete(child.pid)
  }
}

function wakeParent(host: Host, parent: Process, io: HostIo): void {
  for (const thread of host.threads.values()) {
    if (thread.pid === parent.pid && thread.blocked?.reason === 'no child has ended') {
      makeReady(host, thread, io.recorder.cause, io)
    }
  }
}
