/**
 * What an outgoing packet bears: the codepoint of its IP header, and ECE and CWR, or the ACE field that AccECN makes of them. Covers RFC 3168 6.1.2 to 6.1.5
 * and RFC 9768 3.2.1, 3.2.2; Linux tcp_ecn_send, tcp_accecn_set_ace.
 */
import { seqLt } from '../../base'
import type { Seq32 } from '../../base'
import type { SendPurpose } from '../../trace'
import { ACK, CWR, ECE, ECT0, NOT_ECT, SYN } from '../../wire'
import { algorithmOf } from '../congestion'
import type { TcpIo } from '../io'
import type { Tcb } from '../tcb'
import { isWaitingRecord } from '../waiting-record'
import { synAckFlags, synFlags } from './handshake'
import { ACE_BITS, ACE_FAIL_RECV, ACE_FAIL_SEND, aceFlags, ACE_START } from './state'

/**
 * The ECN flags of a segment that is about to leave; sets `ecn.codepoint` to what its IP header bears. Flags that are in `flags` already are the
 * feedback on a SYN,ACK, and stay.
 */
export function ecnFlags(
  tcb: Tcb,
  seq: Seq32,
  flags: number,
  payload: number,
  purpose: SendPurpose,
  io: TcpIo,
): number {
  if ((flags & SYN) !== 0) return (flags & ACK) !== 0 ? synAckFlags(tcb, purpose) : synFlags(tcb, purpose, io)
  const { ecn } = tcb
  if (isWaitingRecord(tcb)) return 0
  if (ecn.mode === 'accecn') {
    ecn.codepoint = (ecn.failures & (ACE_FAIL_RECV | ACE_FAIL_SEND)) === 0 ? ECT0 : NOT_ECT
    if ((flags & ACE_BITS) !== 0) return 0
    ecn.receivedCePending = 0
    return aceFlags(ecn.receivedCe + ACE_START)
  }
  return ecn.mode === 'rfc3168' ? classicFlags(tcb, seq, payload) : 0
}

/** Only data that is sent for the first time is ECN-capable: of anything else a mark would go unheard (RFC 3168 6.1.4, 6.1.5). */
function classicFlags(tcb: Tcb, seq: Seq32, payload: number): number {
  const { ecn } = tcb
  let bits = ecn.demandCwr ? ECE : 0
  if (payload > 0 && !seqLt(seq, tcb.snd.nxt)) {
    ecn.codepoint = ECT0
    if (ecn.queueCwr) bits |= CWR
    ecn.queueCwr = false
  } else if (algorithmOf(tcb).needsEcn !== true) {
    ecn.codepoint = NOT_ECT
  }
  return bits
}
