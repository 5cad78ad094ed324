/**
 * Agreeing on ECN: what our SYN asks for, what we answer to a SYN, what a SYN,ACK and the third ACK mean, and giving it up where the path does not let
 * it through. Covers RFC 3168 6.1.1 and RFC 9768 3.1 (tables 2 and 4), 3.2.2; Linux tcp_ecn_send_syn, tcp_ecn_create_request, tcp_ecn_make_synack,
 * tcp_ecn_rcv_synack, tcp_ecn_rcv_syn, tcp_accecn_third_ack, tcp_ecn_openreq_child. Leaves out the ECN feature of routes.
 */
import { AE, CE, CWR, ECE, ECT0, ECT1, NOT_ECT, segmentLength } from '../../wire'
import type { SendPurpose } from '../../trace'
import type { AccEcnOption, TcpSegment } from '../../wire'
import { algorithmOf } from '../congestion'
import type { TcpIo } from '../io'
import type { Tcb } from '../tcb'
import { countArrival } from './receive'
import {
  ACE_FAIL_RECV,
  ACE_FAIL_SEND,
  aceFlags,
  aceOf,
  OPTION_COUNTERS,
  OPTION_EMPTY,
  OPTION_FAIL_RECV,
  OPTION_ZEROED,
} from './state'
import type { EcnMode } from './state'

/** How a SYN,ACK or a third ACK says with which codepoint the peer's SYN arrived (RFC 9768 table 2), by codepoint. */
const REFLECTED_ACE = [0b010, 0b011, 0b100, 0b110] as const
/** The other way round, by ACE; the numbers that no server of today sends are taken as Linux takes them. */
const REFLECTED_CODEPOINT = [ECT0, ECT1, NOT_ECT, ECT1, ECT0, ECT1, CE, ECT1] as const
/** tcp_ecn from here on agrees to AccECN. */
const AGREES_TO_ACC_ECN = 3
/** Both flags of a classic request. */
const CLASSIC = ECE | CWR

/** An active open begins: what its SYN will ask for (RFC 3168 6.1.1, RFC 9768 3.1.1). */
export function askForEcn(tcb: Tcb, io: TcpIo): void {
  const { ecn } = tcb
  const needed = algorithmOf(tcb).needsEcn === true
  const setting = io.sysctl.tcp_ecn
  ecn.codepoint = needed ? ECT0 : ecn.codepoint
  ecn.sentOnSyn = ecn.codepoint
  if (setting === 3) ecn.mode = 'pending'
  else ecn.mode = setting === 1 || setting === 4 || needed ? 'rfc3168' : 'disabled'
}

/** The ECN flags of our SYN. One that is sent again gives up: at once with classic ECN, the second time with AccECN (RFC 9768 3.1.4.1). */
export function synFlags(tcb: Tcb, purpose: SendPurpose, io: TcpIo): number {
  const { mode } = tcb.ecn
  if (mode === 'disabled') return 0
  const again = purpose !== 'syn' && (mode === 'rfc3168' || tcb.recovery.timeouts > 1)
  if (again && io.sysctl.tcp_ecn_fallback !== 0) return 0
  return mode === 'pending' ? AE | CWR | ECE : CLASSIC
}

/** A SYN came to a listener: what we agree to. A classic request must not be ECN-capable itself (RFC 3168 6.1.1). */
export function answerRequest(tcb: Tcb, syn: TcpSegment, io: TcpIo): void {
  const { ecn } = tcb
  const needed = algorithmOf(tcb).needsEcn === true
  const ace = aceOf(syn.flags)
  ecn.sentOnSyn = ecn.codepoint
  if (ace !== 0 && ace !== 3 && io.sysctl.tcp_ecn >= AGREES_TO_ACC_ECN) {
    ecn.asked = 'accecn'
    ecn.arrivedOnSyn = ecn.arriving
    return
  }
  if ((syn.flags & CLASSIC) !== CLASSIC) return
  const allowed = (ecn.arriving === NOT_ECT || (syn.flags & AE) !== 0) && io.sysctl.tcp_ecn !== 0
  if (allowed || needed) ecn.asked = 'rfc3168'
}

/** The SYN of a passive open came again: what the latest one met on its way is what we feed back (RFC 9768 3.1.5). */
export function requestCameAgain(tcb: Tcb, syn: TcpSegment): void {
  const { ecn } = tcb
  if (ecn.asked !== 'accecn') return
  ecn.arrivedOnSyn = ecn.arriving
  if (aceOf(syn.flags) === 0) ecn.failures |= ACE_FAIL_RECV
}

/**
 * The ECN flags of our SYN,ACK. One of a passive open that went unanswered twice does without (RFC 9768 3.1.4.2), and then nothing that we send may be
 * ECN-capable (3.1.5).
 */
export function synAckFlags(tcb: Tcb, purpose: SendPurpose): number {
  const { ecn } = tcb
  if (!tcb.passive) {
    if (ecn.mode === 'accecn') {
      ecn.sentOnSyn = ecn.codepoint
      return reflectedFlags(ecn.arrivedOnSyn)
    }
    return ecn.mode === 'rfc3168' ? ECE : 0
  }
  if (ecn.asked === 'rfc3168') return ECE
  if (ecn.asked === 'none') return 0
  const retransmits = tcb.sent.length === 0 ? 0 : tcb.sent[0].retransmits
  const timeouts = tcb.recovery.timeouts - (purpose === 'timeoutRetransmit' ? 1 : 0)
  if (retransmits === 0 || timeouts === 0) return reflectedFlags(ecn.arrivedOnSyn)
  ecn.failures |= ACE_FAIL_SEND
  return 0
}

/** The ACE field that says with which codepoint a SYN or SYN,ACK arrived. */
export function reflectedFlags(codepoint: number): number {
  return aceFlags(REFLECTED_ACE[codepoint & 3])
}

/** The answer to our SYN (RFC 9768 3.1.2, table 2). What is reserved there is read as Linux reads it: an answer of AccECN. */
export function readSynAck(tcb: Tcb, segment: TcpSegment, io: TcpIo): void {
  const { ecn } = tcb
  if (ecn.mode === 'disabled') return
  const ace = aceOf(segment.flags)
  if (ace === 0 || ace === 7) settle(tcb, 'disabled', io)
  else if (ace === 1) settle(tcb, 'rfc3168', io)
  else if (ace !== ACE_RESERVED || ecn.mode === 'pending') {
    // Linux takes such an answer to a classic request, too: the peer speaks AccECN.
    settle(tcb, 'accecn', io)
    ecn.arrivedOnSyn = ecn.arriving
    if (noteOption(tcb, segment.options.accEcn)) ecn.optionDemand = 2
    if (ecn.arriving !== CE) return
    // 5 is reserved: as if our SYN had arrived unchanged.
    if (ace === ACE_RESERVED || feedbackIsValid(tcb, ace, io)) {
      ecn.receivedCe++
      ecn.receivedCePending++
    }
  }
}

const ACE_RESERVED = 5

/** The peer's SYN crossed ours (simultaneous open). */
export function readCrossingSyn(tcb: Tcb, segment: TcpSegment, io: TcpIo): void {
  const { ecn } = tcb
  const ace = aceOf(segment.flags)
  if (ecn.mode === 'pending') {
    if (ace === 0 || ace === 3) ecn.mode = 'rfc3168'
    else {
      ecn.arrivedOnSyn = ecn.arriving
      ecn.lastArrived = ecn.arriving
      settle(tcb, 'accecn', io)
    }
  }
  if (ecn.mode === 'rfc3168') settle(tcb, (segment.flags & CLASSIC) === CLASSIC ? 'rfc3168' : 'disabled', io)
}

/** The segment that completes a passive open has come: the connection takes over what was agreed. */
export function passiveOpened(tcb: Tcb, segment: TcpSegment, io: TcpIo): void {
  const { ecn } = tcb
  if (ecn.asked === 'none') return
  settle(tcb, ecn.asked, io)
  if (ecn.mode !== 'accecn') return
  readThirdAck(tcb, segment, io)
  noteOption(tcb, segment.options.accEcn)
  ecn.lastArrived = ecn.arrivedOnSyn
  ecn.optionDemand = 1
  countArrival(tcb, segment.payload.length, io)
}

/** What the first segment after the SYNs says about our SYN,ACK (RFC 9768 3.2.2.1, table 4). */
export function readThirdAck(tcb: Tcb, segment: TcpSegment, io: TcpIo): void {
  const { ecn } = tcb
  const ace = aceOf(segment.flags)
  const plain = segment.options.sack.length === 0
  if (ace === 0) {
    if (plain) ecn.failures |= ACE_FAIL_RECV
    return
  }
  // 1, 5 and 7 are unused but legal.
  if (ace === 1 || ace === ACE_RESERVED || ace === 7 || !plain || segmentLength(segment) > 0) return
  if (feedbackIsValid(tcb, ace, io) && REFLECTED_CODEPOINT[ace] === CE && ecn.deliveredCe === 0) ecn.deliveredCe++
}

/** Notes what the peer's option shows, until counters were seen. Returns whether there was something to learn. */
export function noteOption(tcb: Tcb, option: AccEcnOption | undefined): boolean {
  const { ecn } = tcb
  if (option === undefined || ecn.optionSeen >= OPTION_COUNTERS) return false
  const [first, , third] = option.counters
  if (first === undefined) ecn.optionSeen = OPTION_EMPTY
  // The counters of both ECT codepoints begin with 1: a middlebox has zeroed them (RFC 9768 3.2.3.2.4).
  else ecn.optionSeen = first === 0 || third === 0 ? OPTION_ZEROED : OPTION_COUNTERS
  if (ecn.optionSeen === OPTION_ZEROED) ecn.failures |= OPTION_FAIL_RECV
  return true
}

/** A SYN or SYN,ACK came to a living AccECN connection: the challenge ACK will feed back how it arrived. */
export function synOnConnection(tcb: Tcb, segment: TcpSegment): void {
  const { ecn } = tcb
  ecn.arrivedOnSyn = ecn.arriving
  if (noteOption(tcb, segment.options.accEcn)) ecn.optionDemand = Math.max(ecn.optionDemand, 1)
}

/** Whether the codepoint that we sent can have become the one that the peer saw; if not, the path mangles it (RFC 9768 3.2.2.3). */
function feedbackIsValid(tcb: Tcb, ace: number, io: TcpIo): boolean {
  if (io.sysctl.tcp_ecn_fallback === 0) return true
  const { ecn } = tcb
  const sent = ecn.sentOnSyn
  const arrived = REFLECTED_CODEPOINT[ace]
  if (arrived === sent || (sent !== NOT_ECT && sent !== CE && arrived !== NOT_ECT)) return true
  ecn.failures |= ACE_FAIL_RECV
  return false
}

function settle(tcb: Tcb, mode: EcnMode, io: TcpIo): void {
  tcb.ecn.mode = mode
  const { recorder } = io
  recorder.emit('tcp/ecnAgreed', mode === 'accecn' ? 'accEcnAgreed' : 'ecnAgreed', recorder.text(mode))
}
