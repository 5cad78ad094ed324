/**
 * The state of a connection and its one writer. Every change is an edge of trace/transitions.ts, is recorded, moves Linux's
 * state counters and wakes whoever waits. Also the ends that no peer asked for: an error, giving up. Linux: tcp_set_state,
 * tcp_done, tcp_write_err, tcp_write_queue_purge.
 */
import { assert } from '../base'
import { TCP_STATES, TRANSITION_INDEX, TRANSITIONS } from '../trace'
import type { Errno, RuleName, TcpState } from '../trace'
import type { TcpIo } from './io'
import { truesize } from './receiver/memory'
import type { Tcb } from './tcb'
import { stopAllTimers } from './timers'

const STATE_CODE: ReadonlyMap<TcpState, number> = new Map(TCP_STATES.map((state, code) => [state, code]))

/** Number of a state in a trace. */
function stateCode(state: TcpState): number {
  return STATE_CODE.get(state) ?? 0
}

/**
 * Moves the connection along an edge: `transitionId`, or the edge named after its two ends. A passive child is born in LISTEN, its
 * listener's state. Leaves no timer running in CLOSED and nothing to send there.
 */
export function setState(tcb: Tcb, to: TcpState, io: TcpIo, rule: RuleName, transitionId?: string): void {
  const from: TcpState = to === 'SYN-RECEIVED' && tcb.passive ? 'LISTEN' : tcb.state
  const id = transitionId ?? `${from}>${to}`
  const index = TRANSITION_INDEX.get(id)
  assert(index !== undefined, `there is no transition ${id}`)
  const edge = TRANSITIONS[index]
  const fits = edge.to === to && (edge.from === from || (edge.from === 'any' && from !== 'CLOSED'))
  assert(fits, `transition ${id} does not lead from ${from} to ${to}`)
  countChange(from, to, tcb.passive, io)
  tcb.state = to
  io.recorder.emit('tcp/stateChanged', rule, stateCode(from), stateCode(to), index)
  if (to === 'CLOSED' || to === 'LISTEN') endOfConnection(tcb)
  io.wake(tcb, 'state')
}

/** Records a pending error (SO_ERROR) for the user. */
export function setError(tcb: Tcb, errno: Errno, io: TcpIo, rule: RuleName = 'none'): void {
  tcb.error = errno
  io.recorder.emit('tcp/errorSet', rule, io.recorder.text(errno))
  io.wake(tcb, 'error')
}

/** A timer has lost patience with the peer: the connection ends with `errno`, or with what a router last said. */
export function giveUp(tcb: Tcb, errno: Errno, io: TcpIo): void {
  if (tcb.state === 'CLOSED') return
  setError(tcb, tcb.softError === '' ? errno : tcb.softError, io, 'gaveUp')
  setState(tcb, 'CLOSED', io, 'gaveUp', 'gave-up')
}

function endOfConnection(tcb: Tcb): void {
  stopAllTimers(tcb)
  tcb.sendShutdown = true
  tcb.receiveShutdown = true
  tcb.sendChunks = []
  tcb.sent = []
  tcb.snd.end = tcb.snd.nxt
  tcb.snd.buffers = []
  tcb.snd.unsentFrom = 0
  tcb.rtt.backoff = 0
  tcb.recovery.sackedOut = 0
  tcb.recovery.lostOut = 0
  tcb.recovery.retransOut = 0
  for (const island of tcb.outOfOrder) tcb.receive.memory -= truesize(island.bytes.length)
  tcb.outOfOrder = []
  tcb.receive.sackBlocks = []
  tcb.receive.dsack = undefined
  tcb.ack.pending = false
  tcb.ack.now = false
}

/** RFC 4022's counters, as tcp_set_state and tcp_done move them. */
function countChange(from: TcpState, to: TcpState, passive: boolean, io: TcpIo): void {
  if (to === 'ESTABLISHED') {
    io.count('CurrEstab')
    if (passive) io.count('PassiveOpens')
  }
  const wasOpen = from === 'ESTABLISHED' || from === 'CLOSE-WAIT'
  if (wasOpen && to !== 'CLOSE-WAIT') io.count('CurrEstab', -1)
  if (wasOpen && to === 'CLOSED') io.count('EstabResets')
  const wasOpening = from === 'SYN-SENT' || from === 'SYN-RECEIVED'
  if (wasOpening && (to === 'CLOSED' || to === 'LISTEN')) io.count('AttemptFails')
}

/** What is a connection here is only a request beside its listener on Linux (struct request_sock). */
export function isRequest(tcb: Tcb): boolean {
  return tcb.passive && tcb.state === 'SYN-RECEIVED'
}

/** Linux counts segments for sockets, and neither a request nor a TIME-WAIT is one any more. */
export function isCounted(tcb: Tcb): boolean {
  return !isRequest(tcb) && tcb.state !== 'TIME-WAIT'
}
