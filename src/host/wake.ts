/**
 * Blocked threads: whether what a thread waits for has come, and letting it go on. A woken thread makes its call again in a
 * dispatch of its own; if someone else was quicker it goes on waiting.
 */
import { isReadable, isWritable, readableBytes } from '../tcp'
import type { HostIo } from './io'
import type { Blocked, Host, Socket, Thread } from './records'
import { unixMayProceed } from './unix/readiness'

/** Lets every thread that waits for `socket` and may proceed go on, in order of arrival. */
export function wakeWaiters(host: Host, socket: Socket, io: HostIo): void {
  if (socket.waiters.length === 0) return
  const cause = socket.changedBy === -1 ? io.recorder.cause : socket.changedBy
  let connections = socket.listener?.acceptQueue.size ?? 0
  // So does each datagram.
  let datagrams = socket.udp?.queue.length ?? 0
  const single = socket.udp !== undefined && socket.udp.error === '' && !socket.udp.receiveShutdown
  for (const id of socket.waiters) {
    const thread = host.threads.get(id)
    if (thread?.blocked === undefined) continue
    const waitsForConnection = thread.blocked.reason === 'accept queue empty' && socket.listener !== undefined
    // Each connection wakes one thread (WQ_FLAG_EXCLUSIVE).
    if (waitsForConnection && connections-- <= 0) continue
    if (single && datagrams-- <= 0) continue
    if (thread.wakesAt > io.now && mayProceed(host, thread.blocked, socket)) makeReady(host, thread, cause, io)
  }
}

/** Schedules a thread for now. */
export function makeReady(host: Host, thread: Thread, cause: number, io: HostIo): void {
  thread.wakesAt = io.now
  thread.cause = cause
  io.scheduleThread(host.index, thread.id, io.now)
}

function mayProceed(host: Host, blocked: Blocked, { tcb, listener, udp, unix }: Socket): boolean {
  if (unix !== undefined) return unixMayProceed(blocked, unix)
  const { reason, threshold } = blocked
  if (udp !== undefined) return udp.queue.length > 0 || udp.error !== '' || udp.receiveShutdown
  if (reason === 'accept queue empty') return listener === undefined || listener.acceptQueue.size > 0
  if (tcb === undefined || tcb.error !== '' || tcb.state === 'CLOSED' || tcb.state === 'TIME-WAIT') return true
  switch (reason) {
    case 'receive buffer empty':
      return (
        tcb.finReceived || tcb.receiveShutdown || readableBytes(tcb) >= threshold || (threshold > 1 && isReadable(tcb))
      )
    case 'send buffer full':
      return tcb.sendShutdown || isWritable(tcb, host.sysctl)
    case 'handshake not finished':
      return tcb.state !== 'SYN-SENT' && tcb.state !== 'SYN-RECEIVED'
    default:
      return tcb.state !== 'FIN-WAIT-1' && tcb.state !== 'CLOSING' && tcb.state !== 'LAST-ACK'
  }
}
