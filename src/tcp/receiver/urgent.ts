/**
 * Urgent data on its way in: a pointer to one byte of the stream, which a program takes by itself (MSG_OOB), or finds where it was sent
 * (SO_OOBINLINE) with a mark before it. Covers RFC 9293 3.8.5 (MUST-30 to MUST-32) and 3.10.7.4 (sixth), RFC 6093; Linux tcp_urg,
 * tcp_check_urg, tcp_recv_urg, SIOCATMARK. Like every BSD, Linux takes the pointer as that of the byte behind the urgent one, unless tcp_stdurg
 * is set. Leaves out SIGURG.
 */
import { seqAdd, seqDiff, seqGt, seqLt } from '../../base'
import { segmentLength, SYN, URG } from '../../wire'
import type { TcpSegment } from '../../wire'
import type { TcpIo } from '../io'
import type { Tcb } from '../tcb'
import { freeRead } from './reassembly'

/** Looks at the URG bit of an acceptable segment, and whether the byte that was announced is in it. */
export function urgentArrives(tcb: Tcb, segment: TcpSegment, io: TcpIo): void {
  const { urgent } = tcb
  if ((segment.flags & URG) !== 0) takePointer(tcb, segment, io)
  if (urgent.state !== 'notYet') return
  const start = (segment.flags & SYN) === 0 ? segment.seq : seqAdd(segment.seq, 1)
  const place = seqDiff(urgent.seq, start)
  if (place < 0 || place >= segment.payload.length) return
  urgent.state = 'valid'
  urgent.byte = segment.payload[place]
  io.wake(tcb, 'data')
}

/** A pointer counts when it is to something new: an older urgent byte that nobody took stays in the stream, as data. */
function takePointer(tcb: Tcb, segment: TcpSegment, io: TcpIo): void {
  const { urgent, rcv } = tcb
  const { urgentPointer } = segment
  const behind = urgentPointer > 0 && io.sysctl.tcp_stdurg === 0 ? 1 : 0
  const seq = seqAdd(segment.seq, urgentPointer - behind)
  if (seqGt(rcv.copied, seq) || seqLt(seq, rcv.nxt)) return
  if (urgent.state !== 'none' && !seqGt(seq, urgent.seq)) return
  // The byte at the mark was taken, or given up: it must not turn up as data now that the mark moves.
  if (urgent.seq === rcv.copied && isSetApart(tcb) && rcv.copied !== rcv.nxt) {
    rcv.copied = seqAdd(rcv.copied, 1)
    freeRead(tcb)
  }
  urgent.state = 'notYet'
  urgent.seq = seq
  io.recorder.emit('tcp/urgentAnnounced', 'urgentPointer', seq, segmentLength(segment))
}

/** An urgent byte is not part of the stream: one is known of, and SO_OOBINLINE is off. */
export function isSetApart(tcb: Tcb): boolean {
  return tcb.urgent.state !== 'none' && !tcb.config.urgentInline
}

/** The next byte to be read is the urgent one (SIOCATMARK). */
export function atMark({ urgent, rcv }: Tcb): boolean {
  return urgent.state !== 'none' && urgent.seq === rcv.copied
}

/** The reader has gone past the mark: it is forgotten. */
export function forgetPassedMark({ urgent, rcv }: Tcb): void {
  if (urgent.state !== 'none' && seqGt(rcv.copied, urgent.seq)) urgent.state = 'none'
}

/** recv() with MSG_OOB: the byte; 'nothing' where there is none to take this way, 'notYet' where it is announced and has not come. */
export function takeUrgent(tcb: Tcb, peek: boolean): number | 'nothing' | 'notYet' {
  const { urgent } = tcb
  if (!isSetApart(tcb) || urgent.state === 'read') return 'nothing'
  if (urgent.state === 'notYet') return 'notYet'
  if (!peek) urgent.state = 'read'
  return urgent.byte
}
