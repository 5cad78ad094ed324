/**
 * The data receiver's half: what arrives is counted by its codepoint, and a mark is echoed. Covers RFC 3168 6.1.3 and RFC 9768 3.2.1, 3.2.2.5, 3.2.3;
 * Linux tcp_ecn_received_counters, tcp_data_ecn_check, tcp_ecn_accept_cwr, tcp_rcv_spurious_retrans.
 */
import type { Seq32 } from '../../base'
import { CE, CWR, ECT0, ECT1, NOT_ECT, segmentLength } from '../../wire'
import type { TcpSegment } from '../../wire'
import type { TcpIo } from '../io'
import { enterQuickAck } from '../receiver/ack'
import type { Tcb } from '../tcb'
import { OPTION_FAIL_SEND } from './state'

/** Linux keeps no more than this in mind of what no ACE field has told yet. */
const MOST_PENDING = 15
/** An option is due whenever a counter of bytes has passed a multiple of this: before its 24 bits can wrap twice (RFC 9768 3.2.3.3). */
const OPTION_EVERY = 2 ** 22
/** Quick ACKs that a mark calls for. */
const QUICK_ACKS = 2
/** Counters that an option needs, in order 1, to tell of a codepoint. */
const FIELD_NUMBER: Readonly<Record<number, number>> = { [NOT_ECT]: 0, [ECT1]: 1, [CE]: 2, [ECT0]: 3 }

/** Counts a segment with `payload` bytes by the codepoint that it came with: pure ACKs, too. */
export function countArrival(tcb: Tcb, payload: number, io: TcpIo): void {
  const { ecn } = tcb
  const field = ecn.arriving
  if (field !== NOT_ECT) {
    if (ecn.mode !== 'rfc3168') ecn.seen = true
    if (field === CE) {
      // What the device has merged counts as the segments that it was.
      const { gro_mss: merged } = io.sysctl
      const segments = merged > 0 ? Math.max(1, Math.ceil(payload / merged)) : 1
      ecn.receivedCe += segments
      ecn.receivedCePending = Math.min(ecn.receivedCePending + segments, MOST_PENDING)
      io.recorder.emit('tcp/markArrived', ecn.mode === 'accecn' ? 'accEcnMark' : 'ecnMark', ecn.receivedCe)
    }
    if (payload > 0) countBytes(tcb, field, payload)
  }
  const edge = ecn.lastArrived !== field
  if (!edge && field !== CE) return
  ecn.lastArrived = field
  if (ecn.mode !== 'accecn') return
  // A change is told at once (RFC 9768 3.2.2.5.1), and by two ACKs, so that the later shows which codepoint it was.
  if (edge) tcb.ack.now = true
  ecn.optionDemand = 2
}

function countBytes(tcb: Tcb, field: number, payload: number): void {
  const { ecn } = tcb
  const before = ecn.receivedBytes[field - 1]
  const after = (before + payload) >>> 0
  ecn.receivedBytes[field - 1] = after
  ecn.optionLeast = Math.max(ecn.optionLeast, FIELD_NUMBER[field] ?? 0)
  if (Math.floor(before / OPTION_EVERY) !== Math.floor(after / OPTION_EVERY)) {
    ecn.optionDemand = Math.max(ecn.optionDemand, 1)
  }
}

/** Data came: classic ECN echoes a mark from now on, and acknowledges quickly, since the sender's window may be very small. */
export function checkDataMark(tcb: Tcb): void {
  const { ecn } = tcb
  if (ecn.mode === 'disabled') return
  const { arriving } = ecn
  if (arriving === NOT_ECT) {
    // From an ECN-capable sender: a retransmission, probably (RFC 3168 6.1.5).
    if (ecn.seen) enterQuickAck(tcb, QUICK_ACKS)
    return
  }
  if (ecn.mode !== 'rfc3168') return
  if (arriving === CE && !ecn.demandCwr) {
    enterQuickAck(tcb, QUICK_ACKS)
    ecn.demandCwr = true
  }
  ecn.seen = true
}

/** The peer says, in whatever segment, that it has slowed down: no more echo; data is acked at once, as it may have room for one segment only. */
export function acceptCwr(tcb: Tcb, segment: TcpSegment): void {
  if (tcb.ecn.mode !== 'rfc3168' || (segment.flags & CWR) === 0) return
  tcb.ecn.demandCwr = false
  if (segmentLength(segment) > 0) tcb.ack.now = true
}

/**
 * Data up to `end` came again. When a DSACK that left together with an AccECN option has said so before, the ACKs with options seem to be lost on
 * their way: no more options (RFC 9768 3.2.3.2.2).
 */
export function noteSpuriousRetransmission(tcb: Tcb, end: Seq32): void {
  const { ecn } = tcb
  if (ecn.mode === 'accecn' && ecn.optionSentWithDuplicate && end === ecn.duplicateEnd) ecn.failures |= OPTION_FAIL_SEND
}
