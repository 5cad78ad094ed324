/**
 * Writing: bytes of the user are put into buffers, and what fills one is sent at once. Decides where PSH goes: at the end of a write (not with
 * MSG_MORE), and within a long one after each half of the largest window, so that the peer never sits on data while we wait for its window
 * (RFC 9293 3.9.1.2, MUST-61). Linux tcp_sendmsg_locked, tcp_push, tcp_mark_push, forced_push. Leaves out autocorking, which
 * waits for a device that holds packets back.
 */
import { seqAdd, seqGt } from '../../base'
import { algorithmOf, restartAfterIdle } from '../congestion'
import type { TcpIo } from '../io'
import { markWritten } from '../reports'
import type { SendBuffer, Tcb } from '../tcb'
import { NAGLE_CORK, NAGLE_PUSH, nagleMode } from './burst'
import { chronoStart } from './chrono'
import { effectiveMss } from './mss'
import {
  addBuffer,
  appendBytes,
  bufferGoal,
  chargedBytes,
  notsentLowat,
  tailLength,
  unsentBytes,
  unsentHead,
  unsentTail,
} from './queue'
import { checkAppLimited } from './rate'
import { pushWith } from './transmit'

export interface WriteOptions {
  /** MSG_MORE: there is more to come, so a part of a segment waits. */
  readonly more?: boolean
  /** MSG_EOR: what is written later must not share a buffer with this. */
  readonly endOfRecord?: boolean
  /** MSG_OOB: its last byte is urgent. */
  readonly urgent?: boolean
  /** Only a part of what one call writes; the rest follows at once. */
  readonly continues?: boolean
}

/** Queues and sends as much of `bytes`, which must never change, as there is room for. Returns how many. */
export function writeBytes(tcb: Tcb, bytes: Uint8Array, io: TcpIo, options: WriteOptions = {}): number {
  checkAppLimited(tcb)
  const mss = effectiveMss(tcb, io)
  const goal = bufferGoal(tcb, mss)
  let taken = 0
  while (taken < bytes.length) {
    const buffer = bufferWithRoom(tcb, goal, io)
    if (buffer === undefined) break
    const count = Math.min(goal - tailLength(tcb), bytes.length - taken)
    if (taken === 0) buffer.push = false
    appendBytes(tcb, bytes.subarray(taken, taken + count))
    taken += count
    if (taken === bytes.length || tailLength(tcb) < goal) continue
    if (forcedPush(tcb)) {
      markPush(tcb, buffer)
      pushWith(tcb, NAGLE_PUSH, io)
    } else if (buffer === unsentHead(tcb)) {
      pushWith(tcb, NAGLE_PUSH, io, 1)
    }
  }
  if (taken < bytes.length) {
    tcb.snd.noSpace = true
    if (taken > 0) push(tcb, options.urgent === true, false, NAGLE_PUSH, io)
  } else if (options.continues !== true) {
    const tail = unsentTail(tcb)
    if (tail !== undefined && options.endOfRecord === true) tail.endOfRecord = true
    if (bytes.length > 0) markWritten(tcb)
    push(tcb, options.urgent === true, options.more === true, nagleMode(tcb), io)
  }
  return taken
}

/** The last buffer if it takes more, or a new one if SO_SNDBUF allows. */
function bufferWithRoom(tcb: Tcb, goal: number, io: TcpIo): SendBuffer | undefined {
  const tail = unsentTail(tcb)
  if (tail !== undefined && !tail.endOfRecord && tailLength(tcb) < goal) return tail
  if (chargedBytes(tcb) >= tcb.config.sndbuf || unsentBytes(tcb) >= notsentLowat(tcb, io.sysctl)) return undefined
  restartAfterIdle(tcb, algorithmOf(tcb), io)
  if (unsentHead(tcb) === undefined) chronoStart(tcb, 'busy', io)
  return addBuffer(tcb)
}

function push(tcb: Tcb, urgent: boolean, more: boolean, mode: number, io: TcpIo): void {
  const tail = unsentTail(tcb)
  if (tail === undefined) return
  if (!more || forcedPush(tcb)) markPush(tcb, tail)
  if (urgent) tcb.snd.up = tcb.snd.end
  pushWith(tcb, more ? NAGLE_CORK : mode, io)
}

function forcedPush(tcb: Tcb): boolean {
  return seqGt(tcb.snd.end, seqAdd(tcb.snd.pushed, tcb.snd.maxWnd >> 1))
}

function markPush(tcb: Tcb, buffer: SendBuffer): void {
  buffer.push = true
  tcb.snd.pushed = tcb.snd.end
}
