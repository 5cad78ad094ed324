/** The eleven states, spelled as RFC 9293 3.3.2 spells them. A state's number in a trace is its place in this list. */
export const TCP_STATES = [
  'CLOSED',
  'LISTEN',
  'SYN-SENT',
  'SYN-RECEIVED',
  'ESTABLISHED',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'CLOSE-WAIT',
  'CLOSING',
  'LAST-ACK',
  'TIME-WAIT',
] as const

export type TcpState = (typeof TCP_STATES)[number]
