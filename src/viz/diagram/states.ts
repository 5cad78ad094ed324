/** The phases of a connection's life, by which the eleven states are tinted. */
import type { TcpState } from '../../trace'

export const PHASES = ['closed', 'opening', 'open', 'active', 'passive', 'waiting'] as const
export type Phase = (typeof PHASES)[number]

const PHASE_OF: Readonly<Record<TcpState, Phase>> = {
  CLOSED: 'closed',
  LISTEN: 'opening',
  'SYN-SENT': 'opening',
  'SYN-RECEIVED': 'opening',
  ESTABLISHED: 'open',
  'FIN-WAIT-1': 'active',
  'FIN-WAIT-2': 'active',
  CLOSING: 'active',
  'CLOSE-WAIT': 'passive',
  'LAST-ACK': 'passive',
  'TIME-WAIT': 'waiting',
}

export function phaseOf(state: TcpState): Phase {
  return PHASE_OF[state]
}
