/**
 * When a segment carries an AccECN option and how much of it fits. Covers RFC 9768 3.2.3; Linux tcp_established_options, tcp_synack_options,
 * tcp_options_fit_accecn, tcp_accecn_option_beacon_check. We always use order 1, since ECT(0) is what classic senders use.
 */
import { accEcnLength, NO_OPTIONS } from '../../wire'
import type { AccEcnOption, TcpOptions } from '../../wire'
import type { TcpIo } from '../io'
import type { Tcb } from '../tcb'
import { isWaitingRecord } from '../waiting-record'
import { OPTION_FAIL_SEND, OPTION_NOT_SEEN } from './state'

/** Values of tcp_ecn_option. */
const FULL = 2
const PERSIST = 3
const MOST_FIELDS = 3
const SACK_BLOCK = 8
/** Blocks that are not given up for the option. */
const BLOCKS_KEPT = 2
/** Codepoints less one in the order of the option: ECT(1), CE, ECT(0); and what the counters begin with. */
const ORDER = [0, 2, 1] as const
const START = [1, 0, 1] as const

/** Counters and SACK blocks of a segment. */
export interface Fit {
  readonly fields: number
  readonly blocks: number
}

/** Whether segments after the handshake carry the option at present, where there is room: not before the peer has shown that it does. */
export function wantsOption(tcb: Tcb, { sysctl, now }: TcpIo): boolean {
  const { ecn, rtt } = tcb
  const setting = sysctl.tcp_ecn_option
  if (ecn.mode !== 'accecn' || setting === 0 || ecn.optionSeen === OPTION_NOT_SEEN || isWaitingRecord(tcb)) return false
  if (setting < PERSIST && (ecn.failures & OPTION_FAIL_SEND) !== 0) return false
  if (setting >= FULL || ecn.optionDemand > 0) return true
  const beacon = sysctl.tcp_ecn_option_beacon
  return beacon > 0 && (now - ecn.optionSentAt) * beacon >= rtt.srtt
}

/** What fits into `room` bytes behind `blocks` SACK blocks; the third and fourth of them give way if they must. Undefined: no option. */
export function fitOption(tcb: Tcb, room: number, blocks: number): Fit | undefined {
  const least = tcb.ecn.optionLeast
  const padding = { ...NO_OPTIONS, sack: { length: blocks } }
  let left = room
  let kept = blocks
  for (let fields = MOST_FIELDS; fields >= least;) {
    if (left >= accEcnLength(fields, padding)) return { fields, blocks: kept }
    if (fields === least && kept > BLOCKS_KEPT && least > 0) {
      kept--
      left += SACK_BLOCK
      fields = MOST_FIELDS
    } else fields--
  }
  return undefined
}

/** The option with `fields` of our counters; it counts as sent. */
export function takeOption(tcb: Tcb, fields: number, io: TcpIo): AccEcnOption {
  const { ecn } = tcb
  ecn.optionLeast = 0
  ecn.optionSentAt = io.now
  ecn.optionSentWithDuplicate = tcb.receive.dsack !== undefined
  if (ecn.optionDemand > 0) ecn.optionDemand--
  return {
    order: 1,
    counters: ORDER.slice(0, fields).map((place, i) => (ecn.receivedBytes[place] + START[i]) & 0xff_ffff),
  }
}

/** The option of a SYN,ACK: counters at their start, as many as fit beside the others. Only the first SYN,ACK has it (RFC 9768 3.2.3.2.1). */
export function synAckOption(tcb: Tcb, room: number, others: TcpOptions, { sysctl }: TcpIo): AccEcnOption | undefined {
  const { ecn } = tcb
  const first = tcb.passive
    ? ecn.asked === 'accecn' && tcb.sent.length === 0
    : ecn.mode === 'accecn' && tcb.recovery.timeouts < 2
  if (!first || sysctl.tcp_ecn_option === 0) return undefined
  for (let fields = MOST_FIELDS; fields >= 0; fields--) {
    if (room >= accEcnLength(fields, others)) return { order: 1, counters: START.slice(0, fields) }
  }
  return undefined
}
