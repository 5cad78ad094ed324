/** shutdown(2) of a Unix socket, and its end: Linux unix_shutdown, unix_release_sock. There is nothing to wait for afterwards: no TIME-WAIT, no orphan. */
import { returned } from '../calls/context'
import type { CallOf, Context, Outcome } from '../calls/context'
import type { HostIo } from '../io'
import type { Host, Socket } from '../records'
import { freeSocket } from '../sockets'
import { giveBack } from './connect'
import { peerOf } from './create'
import { forgetName } from './names'
import type { UnixState } from './records'
import { rouse, rouseSenders, WAKE_ALL } from './wake'

/** What one end shuts, the other end of a stream sees from its side. A socket without a peer may be shut as well. */
export function shutdownUnix({ host, socket, call, io }: Context<CallOf<'shutdown'>>, unix: UnixState): Outcome {
  const read = call.how !== 'SHUT_WR'
  const write = call.how !== 'SHUT_RD'
  if (read) unix.receiveShutdown = true
  if (write) unix.sendShutdown = true
  const other = unix.type === 'stream' ? peerOf(host, unix) : undefined
  if (other?.unix !== undefined) {
    if (read) other.unix.sendShutdown = true
    if (write) other.unix.receiveShutdown = true
  }
  const event = io.recorder.emit('unix/shut', 'unixShutdown', other?.id ?? 0, io.recorder.text(call.how))
  const before = io.recorder.cause
  io.recorder.cause = event
  rouse(host, socket, WAKE_ALL, io)
  if (other !== undefined) rouse(host, other, WAKE_ALL, io)
  io.recorder.cause = before
  return returned(0)
}

/** No descriptor means the socket any more. Bytes that it did not read are an ECONNRESET to the other end of a stream. */
export function releaseUnix(host: Host, socket: Socket, unix: UnixState, io: HostIo, embryo = false): void {
  const { recorder } = io
  forgetName(host, socket, unix)
  const other = unix.type === 'stream' ? peerOf(host, unix) : undefined
  if (other?.unix !== undefined) {
    other.unix.receiveShutdown = true
    other.unix.sendShutdown = true
    const reset = embryo || unix.queue.length > 0
    if (reset) other.unix.error = 'ECONNRESET'
    const before = recorder.cause
    recorder.cause = recorder.emit('unix/closed', 'unixClosed', other.id, recorder.text(reset ? 'ECONNRESET' : ''))
    rouse(host, other, WAKE_ALL, io)
    recorder.cause = before
  }
  for (const { from, truesize } of unix.queue.splice(0)) giveBack(host, from, truesize, io)
  for (const id of unix.pending.splice(0)) {
    const child = host.sockets.get(id)
    if (child?.unix === undefined) continue
    releaseUnix(host, child, child.unix, io, true)
    freeSocket(host, child, 'otherSocketFreed', io)
  }
  rouseSenders(host, socket, io)
}
