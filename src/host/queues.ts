/** A listener's two queues: who enters, who leaves, and the events that say so (inet_connection_sock.c). */
import type { HostIo } from './io'
import { acceptQueueRoom, synQueueRoom } from './admit'
import type { Host, Socket } from './records'

export function enterSynQueue(host: Host, parent: Socket, child: Socket, io: HostIo): void {
  const { listener } = parent
  if (listener === undefined) return
  listener.synQueue.set(child.id, { since: io.now })
  child.queue = 'syn'
  emitFor(parent, io, () => {
    io.recorder.emit('host/synQueued', 'synQueue', child.id, listener.synQueue.size, synQueueRoom(host, listener))
  })
}

export function leaveSynQueue(host: Host, child: Socket, reason: string, io: HostIo): void {
  child.queue = 'none'
  const parent = host.sockets.get(child.parent)
  const listener = parent?.listener
  if (parent === undefined || listener === undefined || !listener.synQueue.delete(child.id)) return
  emitFor(parent, io, () => {
    const length = listener.synQueue.size
    io.recorder.emit('host/synQueueLeft', 'synQueueLeft', child.id, length, io.recorder.text(reason))
  })
}

/** Returns the listener, whose accept() may go on now. */
export function enterAcceptQueue(host: Host, child: Socket, io: HostIo): Socket | undefined {
  const parent = host.sockets.get(child.parent)
  const listener = parent?.listener
  if (parent === undefined || listener === undefined) return undefined
  listener.acceptQueue.set(child.id, { since: io.now })
  child.queue = 'accept'
  emitFor(parent, io, () => {
    const event = io.recorder.emit(
      'host/acceptQueued',
      'acceptQueue',
      child.id,
      listener.acceptQueue.size,
      acceptQueueRoom(host, listener),
    )
    parent.changedBy = event
  })
  return parent
}

/** 4.4BSD forgets a connection that is reset before accept(). */
export function leaveAcceptQueue(host: Host, child: Socket, reason: string, io: HostIo): void {
  child.queue = 'none'
  const parent = host.sockets.get(child.parent)
  const listener = parent?.listener
  if (parent === undefined || listener === undefined || !listener.acceptQueue.delete(child.id)) return
  emitFor(parent, io, () => {
    const length = listener.acceptQueue.size
    io.recorder.emit('host/acceptQueueLeft', 'acceptQueueLeft', child.id, length, io.recorder.text(reason))
  })
}

/** Queue events are the listener's. */
function emitFor(socket: Socket, { recorder }: HostIo, emit: () => void): void {
  const before = recorder.socket
  recorder.socket = socket.id
  emit()
  recorder.socket = before
}
