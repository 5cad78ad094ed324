/**
 * Fourth step of RFC 9293 3.10.7.4: a SYN on a connection that has one. Never believed, whatever its number: the peer is asked, and if it
 * truly began anew it will answer the challenge with RST (RFC 5961 4.2). Linux tcp_validate_incoming (syn_challenge).
 */
import { seqAdd } from '../../base'
import { ACK, segmentLength } from '../../wire'
import type { TcpSegment } from '../../wire'
import type { TcpIo } from '../io'
import type { Tcb } from '../tcb'
import { challenge } from './drop'

export function synArrives(tcb: Tcb, packet: number, io: TcpIo, reflects = false): void {
  io.count('TCPSYNChallenge')
  challenge(tcb, packet, 'unexpectedSyn', 'synChallenged', io, reflects)
}

/** The SYN,ACK of a simultaneous open: it repeats the SYN that we know and acks ours (RFC 9293 3.5, figure 7). */
export function synIsExpected(tcb: Tcb, segment: TcpSegment): boolean {
  return (
    tcb.state === 'SYN-RECEIVED' &&
    !tcb.passive &&
    (segment.flags & ACK) !== 0 &&
    segmentLength(segment) === 1 &&
    seqAdd(segment.seq, 1) === tcb.rcv.nxt &&
    segment.ack === tcb.snd.nxt
  )
}
