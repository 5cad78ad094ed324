/** Timers: the world asks when a socket is next due, and says when that moment has come. */
import { NEVER } from '../base'
import type { Micros } from '../base'
import { nextDeadline, timersExpire } from '../tcp'
import type { Tcb } from '../tcp'
import { TIMER_KINDS } from '../trace'
import type { HostIo } from './io'
import type { Host } from './records'
import { scheduleDeadline, settle } from './sockets'
import { tcpIo } from './tcp-io'

/** When a socket's next timer runs out; NEVER when it has none or is gone. */
export function hostSocketDeadline(host: Host, id: number): Micros {
  const tcb = host.sockets.get(id)?.tcb
  return tcb === undefined ? NEVER : nextDeadline(tcb)
}

/**
 * Fires the timers of a socket that have run out. False when none has, because its deadline moved: then the world is asked again for
 * the new one. A socket has at most one entry that matters in the world's queue, the one at `scheduledAt`, which is never later
 * than its deadline.
 */
export function hostSocketDue(host: Host, id: number, io: HostIo): boolean {
  const socket = host.sockets.get(id)
  if (socket?.tcb === undefined) return false
  const deadline = nextDeadline(socket.tcb)
  if (deadline > io.now) {
    if (socket.scheduledAt < deadline) socket.scheduledAt = NEVER
    scheduleDeadline(host, socket, io)
    return false
  }
  socket.scheduledAt = NEVER
  io.recorder.socket = id
  io.recorder.cause = armedBy(socket.tcb, deadline)
  timersExpire(socket.tcb, tcpIo(host, io))
  settle(host, socket, io)
  return true
}

/** The event that armed the timer which is due. */
function armedBy(tcb: Tcb, deadline: Micros): number {
  const kind = TIMER_KINDS.find((name) => tcb.timers[name].deadline === deadline)
  return kind === undefined ? -1 : tcb.timers[kind].armedBy
}
