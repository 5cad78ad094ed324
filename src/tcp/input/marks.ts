/**
 * Data came with or without a mark: what a receiver does at once. Classic ECN begins to echo (RFC 3168 6.1.3); one whose algorithm wants to tell marked
 * bytes from others (DCTCP, RFC 8257 3.2) acknowledges at every change. Linux tcp_data_ecn_check, dctcp_ece_ack_update.
 */
import { CE, NOT_ECT } from '../../wire'
import { algorithmOf } from '../congestion'
import { checkDataMark } from '../ecn/receive'
import type { TcpIo } from '../io'
import { sendAck } from '../sender/transmit'
import type { Tcb } from '../tcb'
import { isArmed } from '../timers'

/** Called for each segment with data that is kept. */
export function marksArrive(tcb: Tcb, io: TcpIo): void {
  const { ecn } = tcb
  if (ecn.mode !== 'disabled' && ecn.arriving !== NOT_ECT && algorithmOf(tcb).echoesEachChange === true) {
    echoChange(tcb, ecn.arriving === CE, io)
  }
  checkDataMark(tcb)
}

/** A delayed ACK leaves first, with the old state of the mark and for what came under it. */
function echoChange(tcb: Tcb, marked: boolean, io: TcpIo): void {
  const { ecn } = tcb
  if (ecn.markState !== marked) {
    if (isArmed(tcb, 'delayedAck')) {
      ecn.demandCwr = ecn.markState
      sendAck(tcb, io, 'ack', false, ecn.priorNext)
    }
    tcb.ack.now = true
  }
  ecn.priorNext = tcb.rcv.nxt
  ecn.markState = marked
  ecn.demandCwr = marked
}
