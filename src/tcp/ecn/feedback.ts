/**
 * The data sender's half of AccECN: how many of our packets arrived marked, out of a counter of three bits and, where the peer sends it, an option
 * that counts bytes. Covers RFC 9768 3.2.2.5.2, 3.2.3.2 and appendix A; Linux tcp_accecn_process, tcp_accecn_process_option, tcp_update_ecn_bytes.
 * Classic feedback is one flag and needs no file.
 */
import { CE, ECT0, ECT1 } from '../../wire'
import type { AccEcnOption, TcpSegment } from '../../wire'
import type { TcpIo } from '../io'
import { CONGESTION_ECHOED, FORWARD_PROGRESS, SYN_ACKED } from '../recovery/verdict'
import type { AckFacts } from '../recovery/verdict'
import type { Tcb } from '../tcb'
import { noteOption } from './handshake'
import { ACE_FAIL_RECV, ACE_MASK, ACE_START, aceOf, OPTION_FAIL_RECV, OPTION_NOT_SEEN, OPTION_ZEROED } from './state'

/** Marks that the next ACK would have to tell at once, lest the counter wraps unseen (TCP_ACCECN_ACE_MAX_DELTA). */
const MOST_UNTOLD = 6
/** After so many bytes a first option comes too late: its counters may have wrapped. */
const TOO_LATE = 2 ** 23 - 1
/** Average of acked segments, in 64ths with weight 1/64; above 4 segments an ACK is taken to stand for several that were thinned out. */
const AVERAGE_ONE = 64
const THINNED = 4 * AVERAGE_ONE
const COUNTER_MASK = 0xff_ffff
/** Codepoints of an option's counters, and what each begins with. */
const FIELDS = [
  [ECT0, CE, ECT1],
  [ECT1, CE, ECT0],
] as const
const START: Readonly<Record<number, number>> = { [ECT0]: 1, [ECT1]: 1, [CE]: 0 }

/**
 * Reads the feedback of one ACK, which delivered `packets` segments with `bytes` of payload. Sets CONGESTION_ECHOED and returns how many marks are new.
 * `clockMoved`: its timestamp is newer than all before, so it is no reordered ACK.
 */
export function readFeedback(
  tcb: Tcb,
  segment: TcpSegment,
  facts: AckFacts,
  packets: number,
  clockMoved: boolean,
  io: TcpIo,
): number {
  const { ecn } = tcb
  if (ecn.mode !== 'accecn') return 0
  const marks = newMarks(tcb, segment, facts, packets, clockMoved)
  if (marks <= 0) return 0
  ecn.deliveredCe += marks
  facts.flags |= CONGESTION_ECHOED
  io.count('TCPDeliveredCE', marks)
  io.recorder.emit('tcp/congestionEchoed', 'accEcnFeedback', marks, ecn.deliveredCe)
  return marks
}

function newMarks(tcb: Tcb, segment: TcpSegment, facts: AckFacts, packets: number, clockMoved: boolean): number {
  const { ecn } = tcb
  if ((facts.flags & FORWARD_PROGRESS) === 0 && !clockMoved) return 0
  const markedBefore = ecn.deliveredBytes[CE - 1]
  const byOption = readOption(tcb, segment.options.accEcn, facts.deliveredBytes)
  // Linux does not see the SYN,ACK of a passive open in its queue.
  if (packets > 0 && !(tcb.passive && (facts.flags & SYN_ACKED) !== 0)) {
    const { ackedAverage } = ecn
    ecn.ackedAverage =
      ackedAverage === 0
        ? packets * AVERAGE_ONE
        : Math.min((ackedAverage * 64 - ackedAverage + packets * AVERAGE_ONE) >> 6, 0xffff)
  }
  // The handshake uses the field for something else; and a path that clears it says nothing with it (RFC 9768 3.2.2.4).
  if ((facts.flags & SYN_ACKED) !== 0 || (ecn.failures & ACE_FAIL_RECV) !== 0) return 0
  if (ecn.receivedCePending >= MOST_UNTOLD) tcb.ack.now = true
  const delta = (aceOf(segment.flags) - ACE_START - ecn.deliveredCe) & ACE_MASK
  if (packets <= ACE_MASK) return delta
  return withWraps(tcb, delta, packets, facts.deliveredBytes, byOption ? ecn.deliveredBytes[CE - 1] - markedBefore : -1)
}

/** More segments were acked than the counter can tell: it may have wrapped. `marked`: bytes by the option, -1 where it does not help. */
function withWraps(tcb: Tcb, delta: number, packets: number, bytes: number, marked: number): number {
  const safe = packets - ((packets - delta) & ACE_MASK)
  if (marked < 0) return tcb.ecn.ackedAverage > THINNED ? delta : safe
  if (marked === 0) return delta
  const { caState } = tcb.recovery
  if (packets >= 2 * (ACE_MASK + 1) && (tcb.negotiated.sack || caState === 'Open' || caState === 'CWR')) {
    if (bytes <= marked) return safe
    const estimated = Math.ceil((marked * packets) / bytes)
    return Math.min(safe, delta + (estimated & ~ACE_MASK))
  }
  if (marked > delta * tcb.mssNow) return safe
  return marked < (safe * tcb.mssNow) / 2 ? delta : safe
}

/** Takes over the option's counters, or lets the one that moved last go on without it. Whether they can be relied upon. */
function readOption(tcb: Tcb, option: AccEcnOption | undefined, bytes: number): boolean {
  const { ecn } = tcb
  if ((ecn.failures & OPTION_FAIL_RECV) !== 0) return false
  if (option === undefined) {
    if (ecn.optionSeen === OPTION_NOT_SEEN) {
      if (tcb.totals.bytesSent >= TOO_LATE) {
        ecn.optionSeen = OPTION_ZEROED
        ecn.failures |= OPTION_FAIL_RECV
      }
      return false
    }
    if (ecn.estimate === 0) return false
    ecn.deliveredBytes[ecn.estimate - 1] += bytes
    return true
  }
  noteOption(tcb, option)
  return (ecn.failures & OPTION_FAIL_RECV) === 0 && takeCounters(tcb, option)
}

function takeCounters(tcb: Tcb, { order, counters }: AccEcnOption): boolean {
  const { ecn } = tcb
  const expected = ecn.estimate
  let reliable = expected !== 0
  let ambiguous = false
  let changed = false
  counters.forEach((counter, i) => {
    const field = FIELDS[order][i]
    const known = ecn.deliveredBytes[field - 1]
    const distance = (counter - START[field] - known) & COUNTER_MASK
    const delta = (distance << 8) >> 8
    ecn.deliveredBytes[field - 1] = (known + delta) >>> 0
    if (delta < 0) ambiguous = true
    if (delta === 0 || field === expected) return
    if (changed) ambiguous = true
    else ecn.estimate = field
    changed = true
  })
  if (ambiguous) {
    ecn.estimate = 0
    reliable = false
  }
  return reliable
}
