/** How ss spells states and well-known ports (iproute2's sstate_name; /etc/services). */
import type { TcpState } from '../../trace'

export const SS_STATES: Readonly<Record<TcpState, string>> = {
  CLOSED: 'UNCONN',
  LISTEN: 'LISTEN',
  'SYN-SENT': 'SYN-SENT',
  'SYN-RECEIVED': 'SYN-RECV',
  ESTABLISHED: 'ESTAB',
  'FIN-WAIT-1': 'FIN-WAIT-1',
  'FIN-WAIT-2': 'FIN-WAIT-2',
  'CLOSE-WAIT': 'CLOSE-WAIT',
  CLOSING: 'CLOSING',
  'LAST-ACK': 'LAST-ACK',
  'TIME-WAIT': 'TIME-WAIT',
}

/** States that ss leaves out unless it is asked for all: connections that are not there yet, and not there any more. */
export const UNLESS_ALL: readonly TcpState[] = ['LISTEN', 'CLOSED', 'TIME-WAIT', 'SYN-RECEIVED']

/** Of /etc/services, what the scenarios use. */
const SERVICES: Readonly<Record<number, string>> = {
  7: 'echo',
  9: 'discard',
  13: 'daytime',
  19: 'chargen',
  20: 'ftp-data',
  21: 'ftp',
  22: 'ssh',
  23: 'telnet',
  25: 'smtp',
  37: 'time',
  53: 'domain',
  80: 'http',
  110: 'pop3',
  111: 'sunrpc',
  119: 'nntp',
  123: 'ntp',
  143: 'imap2',
  179: 'bgp',
  443: 'https',
  993: 'imaps',
  995: 'pop3s',
  3306: 'mysql',
  5432: 'postgresql',
  6379: 'redis',
  8080: 'http-alt',
}

/** A port as ss prints it: `*` for none, by name unless numbers are asked for (-n). */
export function portText(port: number, numeric: boolean): string {
  if (port === 0) return '*'
  return numeric || !Object.hasOwn(SERVICES, port) ? String(port) : SERVICES[port]
}
