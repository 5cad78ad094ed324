/** The record of a thread: made for a program, for a click, or as the copy that fork() leaves in the child. */
import type { Call } from '../../trace'
import type { HostIo } from '../io'
import { ENDED_THREADS } from '../records'
import type { Host, Thread } from '../records'
import { NEVER } from '../../base'

export function createThread(host: Host, pid: number, program: number, call: Call | undefined, io: HostIo): Thread {
  const thread: Thread = {
    id: io.newThreadId(),
    pid,
    program,
    state: 'ready',
    wakesAt: io.now,
    cause: io.recorder.cause,
    pc: 0,
    entry: 0,
    loops: [],
    variables: program === -1 ? {} : { ...host.programs[program].variables },
    buffers: {},
    reported: [],
    busy: 0,
    readFrom: -1,
    messages: [],
    call,
    blocked: undefined,
    history: [],
  }
  host.threads.set(thread.id, thread)
  return thread
}

/** A thread is over. The newest of those stay for a while, to be read. */
export function endThread(host: Host, thread: Thread): void {
  thread.state = 'ended'
  thread.wakesAt = NEVER
  let ended = 0
  for (const other of host.threads.values()) if (other.state === 'ended') ended++
  for (const other of host.threads.values()) {
    if (ended <= ENDED_THREADS) return
    if (other.state !== 'ended') continue
    host.threads.delete(other.id)
    ended--
  }
}

/** The threads of a process that have not ended, oldest first. */
export function liveThreads(host: Host, pid: number): Thread[] {
  return [...host.threads.values()].filter((thread) => thread.pid === pid && thread.state !== 'ended')
}
