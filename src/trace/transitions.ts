/**
 * Every legal change of state, once: the writer of the state asserts membership here, the diagram draws it, the
 * coverage meter counts it, the tests walk it and the explanations quote it.
 *
 * RFC 9293 figure 5 has the 22 edges with `figure: true` (the RST that may come in any state counts as one, note 3).
 * The others are changes that the RFC's text or Linux makes and the figure leaves out.
 */
import type { TcpState } from './states'

export interface Transition {
  readonly id: string
  /** 'any' stands for every state but CLOSED. */
  readonly from: TcpState | 'any'
  readonly to: TcpState
  /** What happens, in the RFC's words, as the figure's label above the line. */
  readonly trigger: string
  /** What is done, as the figure's label below the line. */
  readonly action: string
  /** A condition beside the trigger; empty where there is none. */
  readonly guard: string
  readonly rfc: string
  /** The Linux function that makes the change. */
  readonly linux: string
  readonly figure: boolean
}

function edge(
  from: TcpState | 'any',
  to: TcpState,
  trigger: string,
  action: string,
  rfc: string,
  linux: string,
  more: { readonly id?: string; readonly guard?: string; readonly figure?: boolean } = {},
): Transition {
  const id = more.id ?? `${from}>${to}`
  return { id, from, to, trigger, action, guard: more.guard ?? '', rfc, linux, figure: more.figure ?? true }
}

const beyondFigure = { figure: false }

export const TRANSITIONS: readonly Transition[] = [
  edge('CLOSED', 'LISTEN', 'passive OPEN', 'create TCB', 'RFC 9293 3.10.1', 'inet_csk_listen_start'),
  edge('LISTEN', 'CLOSED', 'CLOSE', 'delete TCB', 'RFC 9293 3.10.4', 'inet_csk_listen_stop'),
  edge('CLOSED', 'SYN-SENT', 'active OPEN', 'create TCB, snd SYN', 'RFC 9293 3.10.1', 'tcp_v4_connect'),
  edge('SYN-SENT', 'CLOSED', 'CLOSE', 'delete TCB', 'RFC 9293 3.10.4', 'tcp_close'),
  edge('LISTEN', 'SYN-RECEIVED', 'rcv SYN', 'snd SYN,ACK', 'RFC 9293 3.10.7.2', 'tcp_conn_request'),
  edge('LISTEN', 'SYN-SENT', 'SEND', 'snd SYN', 'RFC 9293 3.10.2', 'none: send() on a listener fails with EPIPE'),
  edge('SYN-RECEIVED', 'LISTEN', 'rcv RST', '', 'RFC 9293 3.10.7.4', 'tcp_check_req', {
    guard: 'after a passive OPEN',
  }),
  edge('SYN-SENT', 'SYN-RECEIVED', 'rcv SYN', 'snd SYN,ACK', 'RFC 9293 3.10.7.3', 'tcp_rcv_synsent_state_process'),
  edge('SYN-RECEIVED', 'ESTABLISHED', 'rcv ACK of SYN', '', 'RFC 9293 3.10.7.4', 'tcp_rcv_state_process'),
  edge('SYN-SENT', 'ESTABLISHED', 'rcv SYN,ACK', 'snd ACK', 'RFC 9293 3.10.7.3', 'tcp_finish_connect'),
  edge('SYN-RECEIVED', 'FIN-WAIT-1', 'CLOSE', 'snd FIN', 'RFC 9293 3.10.4', 'tcp_close_state'),
  edge('ESTABLISHED', 'FIN-WAIT-1', 'CLOSE', 'snd FIN', 'RFC 9293 3.10.4', 'tcp_close_state'),
  edge('ESTABLISHED', 'CLOSE-WAIT', 'rcv FIN', 'snd ACK', 'RFC 9293 3.10.7.4', 'tcp_fin'),
  edge('FIN-WAIT-1', 'FIN-WAIT-2', 'rcv ACK of FIN', '', 'RFC 9293 3.10.7.4', 'tcp_rcv_state_process'),
  edge('FIN-WAIT-1', 'CLOSING', 'rcv FIN', 'snd ACK', 'RFC 9293 3.10.7.4', 'tcp_fin'),
  edge('FIN-WAIT-1', 'TIME-WAIT', 'rcv FIN,ACK', 'snd ACK', 'RFC 9293 3.10.7.4', 'tcp_fin'),
  edge('FIN-WAIT-2', 'TIME-WAIT', 'rcv FIN', 'snd ACK', 'RFC 9293 3.10.7.4', 'tcp_fin'),
  edge('CLOSING', 'TIME-WAIT', 'rcv ACK of FIN', '', 'RFC 9293 3.10.7.4', 'tcp_time_wait'),
  edge('CLOSE-WAIT', 'LAST-ACK', 'CLOSE', 'snd FIN', 'RFC 9293 3.10.4', 'tcp_close_state'),
  edge('LAST-ACK', 'CLOSED', 'rcv ACK of FIN', 'delete TCB', 'RFC 9293 3.10.7.4', 'tcp_done'),
  edge('TIME-WAIT', 'CLOSED', '2MSL', 'delete TCB', 'RFC 9293 3.10.8', 'tw_timer_handler'),
  edge('any', 'CLOSED', 'RST', 'delete TCB', 'RFC 9293 3.10.7.4', 'tcp_reset', { id: 'reset' }),
  edge('any', 'CLOSED', 'ABORT', 'snd RST, delete TCB', 'RFC 9293 3.10.5', 'tcp_disconnect', {
    id: 'abort',
    figure: false,
  }),
  edge('any', 'CLOSED', 'timeout', 'delete TCB', 'RFC 9293 3.8.3', 'tcp_write_err', { id: 'gave-up', figure: false }),
  edge('FIN-WAIT-2', 'CLOSED', 'tcp_fin_timeout', 'delete TCB', 'none', 'tcp_time_wait', beyondFigure),
  edge('TIME-WAIT', 'SYN-RECEIVED', 'rcv SYN', 'snd SYN,ACK', 'RFC 9293 3.6.1', 'tcp_timewait_state_process', {
    guard: 'newer timestamp or higher sequence number',
    figure: false,
  }),
]

/** Place of a transition in TRANSITIONS, by its id. */
export const TRANSITION_INDEX: ReadonlyMap<string, number> = new Map(TRANSITIONS.map((t, i) => [t.id, i]))

/** The 22 edges of the figure. */
export const FIGURE_EDGES: readonly Transition[] = TRANSITIONS.filter((t) => t.figure)
