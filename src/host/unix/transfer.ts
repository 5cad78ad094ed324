/**
 * Bytes and messages between Unix sockets: one write goes into the other end's queue at once, in order, and never gets lost. Linux unix_stream_sendmsg,
 * unix_stream_read_generic, unix_dgram_sendmsg, __unix_dgram_recvmsg. Left out: descriptors that travel with a message, credentials, MSG_OOB.
 */
import { utf8Bytes } from '../../base'
import type { CallOutput, Errno } from '../../trace'
import { formatReceived } from '../call-text'
import { failed, returned, takeError, wait } from '../calls/context'
import type { CallOf, Context, Outcome } from '../calls/context'
import { raiseBrokenPipe } from '../calls/send'
import { patternBytes } from '../pattern'
import type { Host, Socket } from '../records'
import { preview } from '../preview'
import { dissolve, giveBack, maySend } from './connect'
import { peerOf } from './create'
import { findByPath } from './names'
import { queueFull } from './readiness'
import type { UnixMessage, UnixState } from './records'
import { messageTruesize, streamPiece, streamTruesize } from './truesize'
import { READABLE, rouse, rouseSenders } from './wake'

/** What a datagram's sk_buff takes of the send buffer's limit. */
const OVERHEAD = 32

type Send = Context<CallOf<'send'> | CallOf<'sendto'>>
type Receive = Context<CallOf<'recv'> | CallOf<'recvfrom'>>

export function sendUnix(context: Send, unix: UnixState): Outcome {
  const { call } = context
  if (call.flags?.includes('MSG_OOB') === true) return failed('EOPNOTSUPP')
  return unix.type === 'stream' ? sendStream(context, unix) : sendMessage(context, unix)
}

function contents({ socket, call }: Send, from: number, length: number): Uint8Array {
  if (call.text === undefined) return patternBytes(socket.streamOffset, length)
  return utf8Bytes(call.text).slice(from, from + length)
}

function sendStream(context: Send, unix: UnixState): Outcome {
  const { host, socket, call, resumed, io } = context
  if (call.call === 'sendto' && (call.path ?? call.address) !== undefined) {
    return failed(unix.state === 'connected' ? 'EISCONN' : 'EOPNOTSUPP')
  }
  if (unix.peer === -1) return failed('ENOTCONN')
  const total = call.text === undefined ? (call.bytes ?? 0) : utf8Bytes(call.text).length
  let sent = resumed?.progress ?? 0
  while (sent < total) {
    const other = peerOf(host, unix)
    if (unix.sendShutdown || other?.unix === undefined || other.unix.receiveShutdown) {
      if (sent > 0) return returned(sent)
      raiseBrokenPipe(context)
      return failed('EPIPE')
    }
    if (unix.error !== '') return sent > 0 ? returned(sent) : failed(takeError(socket) || 'EPIPE')
    if (unix.wmem >= unix.sndbuf) {
      const { sendTimeoutMicros: timeoutMicros } = socket.options
      return wait(context, { reason: 'send buffer full', timeoutMicros, progress: sent })
    }
    const payload = contents(context, sent, Math.min(total - sent, streamPiece(unix.sndbuf)))
    deliver(host, socket, other, other.unix, payload, streamTruesize(payload.length), io)
    sent += payload.length
    if (call.text === undefined) socket.streamOffset += payload.length
  }
  return returned(sent)
}

function deliver(
  host: Host,
  socket: Socket,
  other: Socket,
  to: UnixState,
  payload: Uint8Array,
  truesize: number,
  io: Context['io'],
): void {
  const { recorder } = io
  if (socket.unix === undefined) return
  socket.unix.wmem += truesize
  to.queue.push({ from: socket.id, path: socket.unix.path, payload, truesize, at: io.now })
  const before = recorder.cause
  recorder.cause = recorder.emit('unix/sent', 'unixSend', other.id, payload.length, to.queue.length, socket.unix.wmem)
  rouse(host, other, READABLE, io)
  recorder.cause = before
}

function sendMessage(context: Send, unix: UnixState): Outcome {
  const { host, socket, call, io } = context
  unix.waitsFor = -1
  const other = destination(host, call, unix)
  if (typeof other === 'string') return failed(other)
  const length = call.text === undefined ? (call.bytes ?? 0) : utf8Bytes(call.text).length
  if (length > unix.sndbuf - OVERHEAD) return failed('EMSGSIZE')
  const errno = takeError(socket)
  if (errno !== '') return failed(errno)
  if (unix.sendShutdown) return failed('EPIPE')
  const { sendTimeoutMicros: timeoutMicros } = socket.options
  if (unix.wmem >= unix.sndbuf) return wait(context, { reason: 'send buffer full', timeoutMicros })
  const to = other?.unix
  if (other === undefined || to === undefined) {
    // The peer is gone: this is the call that finds out.
    dissolve(host, socket, unix, io)
    return failed('ECONNREFUSED')
  }
  if (!maySend(socket, to)) return failed('EPERM')
  if (to.receiveShutdown) return failed('EPIPE')
  if (other !== socket && to.peer !== socket.id && queueFull(to)) {
    const outcome = wait(context, { reason: 'receiver’s queue full', timeoutMicros })
    if (!outcome.done) unix.waitsFor = other.id
    return outcome
  }
  const payload = contents(context, 0, length)
  if (call.text === undefined) socket.streamOffset += length
  deliver(host, socket, other, to, payload, messageTruesize(length), io)
  return returned(length)
}

/** Where a message goes: to the path given, else to the peer; undefined where the peer is gone. */
function destination(host: Host, call: Send['call'], unix: UnixState): Socket | Errno | undefined {
  const path = call.call === 'sendto' ? call.path : undefined
  if (path !== undefined) return findByPath(host, path, 'dgram')
  return unix.peer === -1 ? 'ENOTCONN' : peerOf(host, unix)
}

export function recvUnix(context: Receive, unix: UnixState): Outcome {
  if (context.call.flags?.includes('MSG_OOB') === true) return failed(unix.type === 'stream' ? 'EINVAL' : 'EOPNOTSUPP')
  return unix.type === 'stream' ? recvStream(context, unix) : recvMessage(context, unix)
}

function recvStream(context: Receive, unix: UnixState): Outcome {
  const { host, socket, call, resumed, io } = context
  if (unix.state !== 'connected') return failed('EINVAL')
  const flags = call.flags ?? []
  const want = Math.max(0, call.bytes)
  if (flags.includes('MSG_PEEK')) {
    const waiting = unix.queue.reduce((sum, { payload }) => sum + payload.length, 0)
    if (waiting > 0) return returned(Math.min(want, waiting))
  }
  const lowat = Number(socket.optionsSet['SO_RCVLOWAT'] ?? 1)
  const target = Math.max(1, flags.includes('MSG_WAITALL') ? want : Math.min(lowat, want))
  const before = flags.includes('MSG_PEEK') ? 0 : (resumed?.progress ?? 0)
  const progress = before + takeBytes(host, unix, want - before, io)
  if (progress >= target || (want === 0 && unix.queue.length > 0)) return returned(progress)
  if (progress === 0) {
    const errno = takeError(socket)
    if (errno !== '') return failed(errno)
  }
  if (unix.receiveShutdown || unix.error !== '') return returned(progress)
  const { receiveTimeoutMicros: timeoutMicros } = socket.options
  return wait(context, { reason: 'receive buffer empty', timeoutMicros, progress, threshold: 1 })
}

/** Takes up to `most` bytes out of the queue, across the borders of writes, which a stream does not know. */
function takeBytes(host: Host, unix: UnixState, most: number, io: Context['io']): number {
  let taken = 0
  while (taken < most && unix.queue.length > 0) {
    const [first] = unix.queue
    const count = Math.min(most - taken, first.payload.length)
    taken += count
    first.payload = first.payload.subarray(count)
    if (first.payload.length > 0) break
    unix.queue.shift()
    giveBack(host, first.from, first.truesize, io)
  }
  return taken
}

function recvMessage(context: Receive, unix: UnixState): Outcome {
  const { host, socket, call, nonblock, io } = context
  const errno = takeError(socket)
  if (errno !== '') return failed(errno)
  const message = unix.queue.at(0)
  if (message === undefined) {
    if (unix.receiveShutdown && !nonblock) return returned(0)
    const { receiveTimeoutMicros: timeoutMicros } = socket.options
    return wait(context, { reason: 'receive buffer empty', timeoutMicros })
  }
  if (call.flags?.includes('MSG_PEEK') !== true) {
    unix.queue.shift()
    giveBack(host, message.from, message.truesize, io)
    rouseSenders(host, socket, io)
    const taken = Math.max(0, call.bytes)
    if (taken < message.payload.length) {
      io.recorder.emit('udp/datagramTruncated', 'datagramTruncated', message.payload.length, taken)
    }
  }
  return told(context, message)
}

function told({ call, fd }: Receive, { payload, path }: UnixMessage): Outcome {
  const copied = Math.min(Math.max(0, call.bytes), payload.length)
  const { length } = payload
  const output: Extract<CallOutput, { kind: 'datagram' }> = {
    kind: 'datagram',
    address: '',
    port: 0,
    path,
    length,
    copied,
    truncated: copied < length,
    preview: preview(payload, copied),
  }
  const value = call.flags?.includes('MSG_TRUNC') === true ? length : copied
  if (call.call === 'recv') return { done: true, value, errno: '', output }
  const text = formatReceived(call, fd, output.preview, path === '' ? 'no name' : JSON.stringify(path))
  return { done: true, value, errno: '', output, text }
}
