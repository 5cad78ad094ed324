/** A file's wake-up as those hear of it that wait for several: epolls by the events it is about, threads in poll() whenever one of theirs is ready. */
import { pollMayReturn } from '../calls/poll'
import type { HostIo } from '../io'
import type { Host } from '../records'
import { makeReady } from '../wake'
import { notifyWatchers } from './epoll'

/** `key` has event bits, or WAKE_ALL; 0 when nothing was said. */
export function wakePollers(host: Host, file: number, key: number, io: HostIo): void {
  if (key === 0) return
  notifyWatchers(host, file, key, io)
  for (const id of host.pollers) {
    const thread = host.threads.get(id)
    const process = thread === undefined ? undefined : host.processes.get(thread.pid)
    if (thread?.blocked === undefined || process === undefined || thread.wakesAt <= io.now) continue
    if (pollMayReturn(host, process, thread)) makeReady(host, thread, io.recorder.cause, io)
  }
}
