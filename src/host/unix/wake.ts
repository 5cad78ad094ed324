/** Whom a change of a Unix socket wakes: its own readers and writers, and those who wait for room at somebody else's queue (Linux peer_wait). */
import { POLL_EVENTS as E } from '../../trace'
import type { HostIo } from '../io'
import { WAKE_ALL } from '../records'
import type { Host, Socket } from '../records'
import { settle } from '../sockets'

/** Keys of the wake-ups: sock_def_readable, unix_write_space. */
export const READABLE = E.IN | E.PRI | E.RDNORM | E.RDBAND
export const WRITABLE = E.OUT | E.WRNORM | E.WRBAND
export { WAKE_ALL }

/** Something happened to a socket that a thread may wait for; what follows comes from `recorder.cause`. */
export function rouse(host: Host, socket: Socket, key: number, io: HostIo): void {
  socket.changedBy = io.recorder.cause
  socket.woken = key === WAKE_ALL || socket.woken === WAKE_ALL ? WAKE_ALL : socket.woken | key
  settle(host, socket, io)
}

/** The queue of `socket` has room again: those who could not connect or send to it may try once more. */
export function rouseSenders(host: Host, socket: Socket, io: HostIo): void {
  for (const other of host.sockets.values()) {
    const { unix } = other
    if (unix === undefined || other === socket) continue
    if (unix.peer === socket.id || unix.waitsFor === socket.id) rouse(host, other, WRITABLE, io)
  }
}
