/**
 * What an ACK says about a tail loss probe (RFC 8985 7.4.2): nothing lost, or a loss that the probe repaired and that still asks for a reduction.
 * The probe itself is in sender/probe.ts. Linux: tcp_process_tlp_ack.
 */
import { seqGt, seqLt } from '../../base'
import type { TcpIo } from '../io'
import type { Tcb } from '../tcb'
import { endReduction, setCaState, startReduction, tryKeepOpen } from './reduction'
import { DATA_SACKED, NOT_DUPLICATE, PROBE_DUPLICATED, UNA_ADVANCED } from './verdict'
import type { AckFacts } from './verdict'

export function readProbeAck(tcb: Tcb, facts: AckFacts, io: TcpIo): void {
  const { recovery } = tcb
  const probe = recovery.tlpHighSeq
  if (probe === undefined || seqLt(facts.ack, probe)) return
  if (!recovery.tlpRetrans || (facts.flags & PROBE_DUPLICATED) !== 0) {
    recovery.tlpHighSeq = undefined
  } else if (seqGt(facts.ack, probe)) {
    // No duplicate was reported and later data is acked: the probe filled a hole.
    startReduction(tcb, io)
    setCaState(tcb, 'CWR', io)
    endReduction(tcb, io)
    tryKeepOpen(tcb, io)
    io.count('TCPLossProbeRecovery')
  } else if ((facts.flags & (UNA_ADVANCED | NOT_DUPLICATE | DATA_SACKED)) === 0) {
    recovery.tlpHighSeq = undefined
  }
}
