/** What a system call works with, and what can come of it. */
import { MICROS_PER_MS, NEVER } from '../../base'
import type { Micros } from '../../base'
import type { Call, CallOutput, Errno } from '../../trace'
import type { HostIo } from '../io'
import type { Blocked, BlockReason, Host, OpenFile, Process, Socket, Thread } from '../records'

export type CallOf<N extends Call['call']> = Extract<Call, { call: N }>

/** A call, when it is made and each time it goes on after waiting. */
export interface Asking<C extends Call = Call> {
  readonly host: Host
  readonly io: HostIo
  readonly process: Process
  readonly thread: Thread
  readonly call: C
  /** What it remembers of having waited; undefined the first time. */
  readonly resumed: Blocked | undefined
}

/** A call on an open file of any kind. */
export interface FileContext<C extends Call = Call> extends Asking<C> {
  readonly fd: number
  readonly file: OpenFile
  /** O_NONBLOCK, or MSG_DONTWAIT. */
  readonly nonblock: boolean
}

/** A call on a socket. */
export interface Context<C extends Call = Call> extends FileContext<C> {
  readonly socket: Socket
}

export type Outcome =
  /** Returned. `value` is -1 with an errno. `kept` is what `as` keeps in place of the value. */
  | {
      readonly done: true
      readonly value: number
      readonly errno: Errno | ''
      readonly kept?: number
      text?: string
      readonly output?: CallOutput
      /** Thread of a child that fork() made, which goes on once its parent has. */
      readonly child?: number
    }
  | {
      readonly done: false
      readonly reason: BlockReason
      readonly deadline: Micros
      readonly progress: number
      readonly threshold: number
    }

export function returned(value: number): Outcome {
  return { done: true, value, errno: '' }
}

export function failed(errno: Errno): Outcome {
  return { done: true, value: -1, errno }
}

export interface Wait {
  readonly reason: BlockReason
  /** SO_RCVTIMEO or SO_SNDTIMEO; 0 for ever. */
  readonly timeoutMicros: Micros
  /** What a call that must not wait returns. */
  readonly nonblockErrno?: Errno
  readonly timeoutErrno?: Errno
  /** Bytes moved so far: with some, the call returns them instead of an error. */
  readonly progress?: number
  readonly threshold?: number
}

/** The call can go no further: it waits, unless it may not, its time is over or a signal came. */
export function wait(context: Context, options: Wait): Outcome {
  const { resumed, io, nonblock } = context
  const { progress = 0, threshold = 1, timeoutMicros, nonblockErrno = 'EAGAIN', timeoutErrno = 'EAGAIN' } = options
  const stop = (errno: Errno): Outcome => (progress > 0 ? returned(progress) : failed(errno))
  if (nonblock) return stop(nonblockErrno)
  const deadline = resumed?.deadline ?? (timeoutMicros > 0 ? io.now + timeoutMicros : NEVER)
  if (deadline <= io.now) return stop(timeoutErrno)
  if (resumed?.interrupted === true) return stop('EINTR')
  return { done: false, reason: options.reason, deadline, progress, threshold }
}

/** Waits for whatever of several things comes first; 0 when `timeoutMs` are over, which may be none, or negative for ever. */
export function waitForAny({ resumed, io }: Asking, timeoutMs: number): Outcome {
  const deadline = resumed?.deadline ?? (timeoutMs < 0 ? NEVER : io.now + timeoutMs * MICROS_PER_MS)
  if (deadline <= io.now) return returned(0)
  if (resumed?.interrupted === true) return failed('EINTR')
  return { done: false, reason: 'nothing ready', deadline, progress: 0, threshold: 0 }
}

/** Takes the pending error of a socket, as SO_ERROR does; '' for none. */
export function takeError({ tcb, udp, unix }: Socket): Errno | '' {
  const other = udp ?? unix
  if (other !== undefined) {
    const { error } = other
    other.error = ''
    return error
  }
  if (tcb === undefined) return ''
  const { error } = tcb
  tcb.error = ''
  return error
}
