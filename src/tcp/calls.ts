/**
 * User calls on one connection (RFC 9293 3.10.1 to 3.10.5): what they do to the TCB. Which call is allowed when, blocking, errno and
 * descriptors are the host's. Linux tcp_v4_connect, tcp_sendmsg, tcp_recvmsg, tcp_shutdown, __tcp_close, tcp_disconnect.
 */
import type { TcpSegment } from '../wire'
import type { RuleName } from '../trace'
import { chooseAlgorithm } from './congestion'
import { answerRequest, askForEcn } from './ecn/handshake'
import { finWait2Timeout, startFinWait2 } from './input/after-close'
import { learnSyn } from './input/negotiate'
import type { TcpIo } from './io'
import { keepaliveChanged } from './keepalive'
import { TIMESTAMPS_LENGTH } from './options'
import { initialMssEstimate } from './receiver/autotune'
import { ackAfterRead, takeBytes } from './receiver/read'
import { discardUnread } from './receiver/reassembly'
import { initialWindow } from './receiver/window'
import { afterInput } from './sender/hold'
import { pacingChanged } from './sender/pacing'
import { refreshPath } from './sender/mss'
import { writeBytes } from './sender/write'
import type { WriteOptions } from './sender/write'
import { queueFin, sendReset, sendSyn, sendSynAck, transmitPending } from './sender/transmit'
import { setError, setState } from './state'
import type { Tcb } from './tcb'

const NOTHING = new Uint8Array(0)

/** Active OPEN: CLOSED to SYN-SENT. */
export function connect(tcb: Tcb, io: TcpIo): void {
  tcb.receive.mssEstimate = initialMssEstimate(tcb)
  initialWindow(tcb, tcb.rmss, io.sysctl.tcp_window_scaling !== 0, io.sysctl)
  io.count('ActiveOpens')
  setState(tcb, 'SYN-SENT', io, 'activeOpen')
  askForEcn(tcb, io)
  sendSyn(tcb, io)
  afterInput(tcb, io)
}

/**
 * A listener's new child takes the SYN that it was made for: LISTEN to SYN-RECEIVED. The host has recorded the SYN's arrival. `codepoint`: ECN bits of its
 * IP header.
 */
export function acceptSyn(tcb: Tcb, syn: TcpSegment, io: TcpIo, codepoint = 0): void {
  tcb.ecn.arriving = codepoint
  answerRequest(tcb, syn, io)
  learnSyn(tcb, syn, io)
  const { timestamps, windowScale } = tcb.negotiated
  initialWindow(tcb, tcb.rmss - (timestamps ? TIMESTAMPS_LENGTH : 0), windowScale, io.sysctl)
  setState(tcb, 'SYN-RECEIVED', io, 'synReceivedInListen')
  sendSynAck(tcb, io)
  afterInput(tcb, io)
}

/** Queues as many of `bytes`, which must never change, as there is room for and sends what may go. Returns how many: 0 for no room. */
export function send(tcb: Tcb, bytes: Uint8Array, io: TcpIo, options?: WriteOptions): number {
  if (tcb.sendShutdown || !takesData(tcb)) return 0
  refreshPath(tcb, io)
  const count = writeBytes(tcb, bytes, io, options)
  afterInput(tcb, io)
  return count
}

/** Up to `maxBytes` of what has arrived in order, or a copy of it with `peek`. May tell the peer that its window is open again. */
export function receive(tcb: Tcb, maxBytes: number, peek: boolean, io: TcpIo): Uint8Array {
  if (maxBytes <= 0) return NOTHING
  const bytes = takeBytes(tcb, maxBytes, peek, io)
  if (!peek && bytes.length > 0) afterInput(tcb, io)
  return bytes
}

/** SHUT_WR: a FIN after all that is queued. In SYN-SENT Linux gives the connection up altogether. */
export function shutdownWrite(tcb: Tcb, io: TcpIo): void {
  if (tcb.state === 'SYN-SENT') {
    disconnectUnanswered(tcb, io)
    return
  }
  if (tcb.sendShutdown) return
  tcb.sendShutdown = true
  // In SYN-RECEIVED the FIN has to wait for ESTABLISHED.
  if (tcb.state !== 'SYN-RECEIVED') finish(tcb, io, 'shutdownCall')
  io.wake(tcb, 'state')
  afterInput(tcb, io)
}

/** SHUT_RD: readers are told that the end has come. Linux goes on taking data that arrives all the same, until the FIN is sent. */
export function shutdownRead(tcb: Tcb, io: TcpIo): void {
  if (tcb.state === 'SYN-SENT') {
    disconnectUnanswered(tcb, io)
    return
  }
  tcb.receiveShutdown = true
  io.wake(tcb, 'state')
}

/**
 * CLOSE: nobody holds the connection any more, and it ends by itself: with RST where bytes were never read (SHLD-3), with FIN otherwise.
 * FIN-WAIT-2 gets a time limit.
 */
export function close(tcb: Tcb, io: TcpIo): void {
  const unread = discardUnread(tcb)
  tcb.orphaned = true
  tcb.sendShutdown = true
  tcb.receiveShutdown = true
  if (tcb.state === 'CLOSED' || tcb.state === 'LISTEN' || tcb.state === 'TIME-WAIT') return
  if (unread > 0) {
    io.count('TCPAbortOnClose')
    sendReset(tcb, io)
    setState(tcb, 'CLOSED', io, 'closeWithUnreadData', 'abort')
  } else if (tcb.state === 'SYN-SENT') setState(tcb, 'CLOSED', io, 'closeCall')
  else if (tcb.state === 'FIN-WAIT-2') startFinWait2(tcb, finWait2Timeout(tcb), io)
  else finish(tcb, io, 'closeCall')
  afterInput(tcb, io)
}

/** ABORT: RST where the peer has a connection to lose, and CLOSED at once. A TIME-WAIT stays: it is not the user's any more. */
export function abort(tcb: Tcb, io: TcpIo): void {
  tcb.orphaned = true
  tcb.sendShutdown = true
  tcb.receiveShutdown = true
  discardUnread(tcb)
  if (tcb.state === 'CLOSED' || tcb.state === 'LISTEN' || tcb.state === 'TIME-WAIT') return
  if (tcb.state === 'SYN-SENT') setState(tcb, 'CLOSED', io, 'abortCall')
  else {
    if (peerMustKnow(tcb)) sendReset(tcb, io)
    setState(tcb, 'CLOSED', io, 'abortCall', 'abort')
  }
  afterInput(tcb, io)
}

/** What an option lets out: nothing, segments that Nagle's algorithm lets go, or short ones too. */
export type Push = 'nothing' | 'full' | 'all'

/** A socket option that TCP obeys was set in `tcb.config`. `push`: what waits and may go now, once. */
export function configChanged(tcb: Tcb, io: TcpIo, push: Push = 'nothing'): void {
  if (push === 'all') tcb.snd.pushOnce = true
  const { congestion } = tcb.config
  if (congestion !== tcb.congestion.algorithm) chooseAlgorithm(tcb, congestion, io)
  pacingChanged(tcb)
  keepaliveChanged(tcb, io)
  if (push !== 'nothing') transmitPending(tcb, io)
  afterInput(tcb, io)
}

/** TCP_QUICKACK: 0 lets ACKs wait for company, 1 sends what is owed and ends the waiting; Linux lets traffic change it back. */
export function setQuickAck(tcb: Tcb, value: number, io: TcpIo): void {
  if (value === 0) {
    tcb.ack.pingpong = 1
    return
  }
  tcb.ack.pingpong = 0
  if ((tcb.state !== 'ESTABLISHED' && tcb.state !== 'CLOSE-WAIT') || !tcb.ack.pending) return
  tcb.ack.pushed = true
  ackAfterRead(tcb, 1, io)
  if (value % 2 === 0) tcb.ack.pingpong = 1
  afterInput(tcb, io)
}

/** The states in which bytes may be queued; before ESTABLISHED they wait. */
function takesData(tcb: Tcb): boolean {
  switch (tcb.state) {
    case 'SYN-SENT':
    case 'SYN-RECEIVED':
    case 'ESTABLISHED':
    case 'CLOSE-WAIT':
      return true
    default:
      return false
  }
}

/** Sends FIN from the states that have not sent one (Linux tcp_close_state). */
function finish(tcb: Tcb, io: TcpIo, rule: RuleName): void {
  if (tcb.state === 'CLOSE-WAIT') setState(tcb, 'LAST-ACK', io, rule)
  else if (tcb.state === 'ESTABLISHED' || tcb.state === 'SYN-RECEIVED') setState(tcb, 'FIN-WAIT-1', io, rule)
  else return
  queueFin(tcb, io)
}

function disconnectUnanswered(tcb: Tcb, io: TcpIo): void {
  setError(tcb, 'ECONNRESET', io, 'shutdownCall')
  setState(tcb, 'CLOSED', io, 'shutdownCall')
  afterInput(tcb, io)
}

/** Linux tcp_need_reset: not once both sides have said that they are done, unless our FIN is still to be sent. */
function peerMustKnow(tcb: Tcb): boolean {
  if (tcb.state === 'CLOSING' || tcb.state === 'LAST-ACK') return tcb.snd.nxt !== tcb.snd.end
  return true
}
