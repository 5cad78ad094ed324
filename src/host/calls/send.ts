/**
 * send(2) on a stream: Linux tcp_sendmsg_locked, sk_stream_wait_connect, sk_stream_wait_memory, sk_stream_error. Copies what fits and waits for
 * room for the rest. Left out: pages that MSG_ZEROCOPY really shares.
 */
import { utf8Bytes } from '../../base'
import { markWritten, markZeroCopy, send as sendBytes } from '../../tcp'
import type { Tcb } from '../../tcp'
import { patternBytes } from '../pattern'
import { bufferOf } from '../program'
import { deliverSignal } from '../processes/signals'
import { callState, settle } from '../sockets'
import { tcpIo } from '../tcp-io'
import { failed, returned, takeError, wait } from './context'
import type { CallOf, Context, Outcome } from './context'

/** At most so much is copied in one piece. */
const PIECE_BYTES = 65_536

type Send = Context<CallOf<'send'>>

export function send(context: Send): Outcome {
  const { socket, call, resumed } = context
  const { tcb } = socket
  const progress = resumed?.progress ?? 0
  const timeoutMicros = socket.options.sendTimeoutMicros
  const state = callState(socket)
  if (state === 'SYN-SENT' || state === 'SYN-RECEIVED') {
    const outcome = wait(context, { reason: 'handshake not finished', timeoutMicros })
    if (tcb !== undefined) tcb.writerWaits = !outcome.done
    return outcome
  }
  const open = tcb !== undefined && (state === 'ESTABLISHED' || state === 'CLOSE-WAIT')
  if (!open || tcb.error !== '' || tcb.sendShutdown) return progress > 0 ? returned(progress) : broken(context)
  const text = contentOf(context)
  if (text === 'outside' || (call.badAddress === true && (call.bytes ?? 0) > 0)) return failed('EFAULT')
  const total = text?.length ?? call.bytes ?? 0
  const sent = progress + copyIn(context, tcb, text, progress, total)
  if (sent < total) {
    // Linux sk_stream_wait_memory sets SOCK_NOSPACE; an ACK that frees room may then also grow the buffer.
    tcb.snd.noSpace = true
    const outcome = wait(context, { reason: 'send buffer full', timeoutMicros, progress: sent })
    if (!outcome.done || sent === 0) return outcome
    markWritten(tcb)
    noteZeroCopy(context, tcb, sent)
    return outcome
  }
  noteZeroCopy(context, tcb, sent)
  return returned(sent)
}

/** Bytes of a text or of a program's buffer; undefined for the pattern. */
function contentOf({ call, thread }: Send): Uint8Array | undefined | 'outside' {
  if (call.from === undefined) return call.text === undefined ? undefined : utf8Bytes(call.text)
  const buffer = bufferOf(thread, call.from)
  const [at, bytes] = [call.at ?? 0, call.bytes ?? 0]
  return at < 0 || bytes < 0 || at + bytes > buffer.length ? 'outside' : buffer.subarray(at, at + bytes)
}

/** MSG_ZEROCOPY is a hint: without SO_ZEROCOPY it means nothing. */
function noteZeroCopy({ socket, call }: Send, tcb: Tcb, sent: number): void {
  if (sent > 0 && socket.options.zeroCopy && call.flags?.includes('MSG_ZEROCOPY') === true) markZeroCopy(tcb)
}

/** Queues as much as there is room for; TCP sends what it may. Returns the number of bytes taken. */
function copyIn(context: Send, tcb: Tcb, text: Uint8Array | undefined, from: number, total: number): number {
  const { host, socket, io, call } = context
  const more = call.flags?.includes('MSG_MORE') === true
  const endOfRecord = call.flags?.includes('MSG_EOR') === true
  let at = from
  while (at < total) {
    const length = Math.min(total - at, PIECE_BYTES)
    const bytes = text === undefined ? patternBytes(socket.streamOffset, length) : text.slice(at, at + length)
    const urgent = call.flags?.includes('MSG_OOB') === true
    const continues = at + length < total
    const taken = sendBytes(tcb, bytes, tcpIo(host, io), { more, endOfRecord, urgent, continues })
    at += taken
    socket.streamOffset += taken
    if (taken < length) break
  }
  settle(host, socket, io)
  return at - from
}

/** A pending error is told once; after that, and after SHUT_WR, it is EPIPE with a signal. */
function broken({ host, process, socket, call, thread, io }: Send): Outcome {
  const errno = takeError(socket)
  if (errno !== '' && errno !== 'EPIPE') return failed(errno)
  raiseBrokenPipe({ host, process, call, thread, io })
  return failed('EPIPE')
}

/** Nobody reads any more: SIGPIPE, unless the call says that it minds not. */
export function raiseBrokenPipe({
  host,
  process,
  call,
  thread,
  io,
}: Pick<Context<CallOf<'send'> | CallOf<'sendto'>>, 'host' | 'process' | 'call' | 'thread' | 'io'>): void {
  if (call.flags?.includes('MSG_NOSIGNAL') === true) return
  io.recorder.emit('host/signalled', 'brokenPipe', thread.id, io.recorder.text('SIGPIPE'))
  deliverSignal(host, process, 'SIGPIPE', io, thread)
}
