/** What poll says of a Unix socket, and why: Linux unix_poll, unix_dgram_poll, unix_writable; and when a thread that waits for one may go on. */
import type { Readiness } from '../../trace'
import type { Blocked, Host, Socket } from '../records'
import type { UnixState } from './records'

/** A quarter of the send buffer is in use at most. */
export function mayWrite({ state, wmem, sndbuf }: UnixState): boolean {
  return state !== 'listening' && wmem * 4 <= sndbuf
}

/** The queue is longer than its limit (unix_recvq_full): one more fits than the limit says. */
export function queueFull({ queue, backlog }: UnixState): boolean {
  return queue.length > backlog
}

/** A wake-up for room means something only to a socket that has threads or epolls. */
export function sendersWait({ waiters, file }: Socket): boolean {
  return waiters.length > 0 || file !== 0
}

export function unixReadiness(host: Host, socket: Socket, unix: UnixState): Readiness {
  const { type, state, queue, pending, error, receiveShutdown, sendShutdown } = unix
  const listening = state === 'listening'
  const waits = listening ? pending.length > 0 : queue.length > 0
  const both = receiveShutdown && sendShutdown
  return {
    IN: waits ? COMES[kindOf(unix)] : receiveShutdown ? 'receiveEnded' : NONE[kindOf(unix)],
    OUT: mayWrite(unix) && !peerFull(host, socket, unix) ? 'datagramRoom' : 'datagramNoRoom',
    RDHUP: receiveShutdown ? 'readShut' : 'open',
    HUP: both ? 'bothEnded' : type === 'stream' && state === 'closed' ? 'closed' : 'open',
    ERR: error === '' ? 'noError' : 'pendingError',
    PRI: 'notHere',
  }
}

const COMES = { listener: 'connectionsWait', stream: 'bytes', dgram: 'datagramsWait' } as const
const NONE = { listener: 'noConnection', stream: 'noBytes', dgram: 'noDatagram' } as const

function kindOf({ state, type }: UnixState): keyof typeof COMES {
  return state === 'listening' ? 'listener' : type
}

/** The peer of a datagram socket takes no more; two that are connected to each other have no such limit. */
function peerFull(host: Host, socket: Socket, { type, peer }: UnixState): boolean {
  const other = type === 'dgram' ? host.sockets.get(peer)?.unix : undefined
  return other !== undefined && other.peer !== socket.id && queueFull(other)
}

/** Whether what a thread waits for at `socket` has come. */
export function unixMayProceed({ reason, threshold }: Blocked, unix: UnixState): boolean {
  const { queue, pending, error, receiveShutdown, sendShutdown } = unix
  switch (reason) {
    case 'accept queue empty':
      return pending.length > 0 || receiveShutdown
    case 'receive buffer empty': {
      const bytes = queue.reduce((sum, { payload }) => sum + payload.length, 0)
      return error !== '' || receiveShutdown || (unix.type === 'dgram' ? queue.length > 0 : bytes >= threshold)
    }
    case 'send buffer full':
      return error !== '' || sendShutdown || mayWrite(unix)
    default:
      return true
  }
}
