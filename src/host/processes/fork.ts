/**
 * fork(2): a process with the same descriptors, which name the same open files (dup_fd), and the same signal actions. The child gets a copy of the
 * thread that forked, and of no other. In a program it goes on after the call, which returns 0 there; of a call by hand it has
 * nothing left to do, and a person goes on in the child with clicks.
 */
import { deepCopy } from '../../base'
import type { HostIo } from '../io'
import { callReturned } from '../program'
import type { Host, Process, Thread } from '../records'
import { makeReady } from '../wake'
import { createProcess } from './create'
import { createThread, endThread } from './thread'

/** Makes the child; its thread has the call's answer and waits to be let go, so that the parent goes first as on Linux. */
export function fork(host: Host, parent: Process, thread: Thread, io: HostIo): { child: Process; copy: Thread } {
  const made = createProcess(host, parent.name, parent.interactive && thread.program === -1)
  const child: Process = {
    ...made,
    parent: parent.pid,
    descriptors: new Map(parent.descriptors),
    noneFreeBelow: parent.noneFreeBelow,
    signals: { ...parent.signals },
  }
  host.processes.set(child.pid, child)
  for (const id of child.descriptors.values()) {
    const file = host.files.get(id)
    if (file !== undefined) file.references++
  }
  io.recorder.emit('host/processForked', 'processForked', parent.pid, child.pid, child.descriptors.size)
  const copy = createThread(host, child.pid, thread.program, thread.call, io)
  const { pc, entry, loops, variables, history, buffers, reported, readFrom, messages } = deepCopy(thread)
  const same = {
    pc,
    entry,
    loops,
    variables,
    buffers,
    reported,
    readFrom,
    messages,
    history: history.slice(-1),
  } satisfies Partial<Thread>
  Object.assign(copy, same)
  return { child, copy }
}

/** The copy takes its way, with 0 from fork(). */
export function goAsChild(host: Host, copy: Thread, io: HostIo): void {
  const { recorder } = io
  const event = recorder.emit(
    'host/returned',
    'processForked',
    copy.id,
    -1,
    recorder.text('fork()'),
    0,
    recorder.text(''),
  )
  const last = copy.history.length - 1
  if (last >= 0) {
    copy.history[last] = { ...copy.history[last], at: io.now, event, returned: { value: 0, errno: '', at: io.now } }
  }
  if (copy.program === -1) {
    endThread(host, copy)
    return
  }
  callReturned(copy, host.programs[copy.program].code, { value: 0, errno: '' })
  makeReady(host, copy, event, io)
}
