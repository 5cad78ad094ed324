/**
 * What a segment does to the state that conntrack keeps of a connection: by direction, by its strongest flag, by the state so far. It is not the
 * machine of RFC 9293: it sits between the two and guesses what both are in. Linux tcp_conntracks (nf_conntrack_proto_tcp.c); held to the real
 * kernel's answers by e2e/kernel/conntrack.test.ts.
 */
import { ACK, FIN, RST, SYN } from '../../wire'
import type { Direction, SegmentKind, TcpCtState } from '../records'

/** A new state; or: let it pass and believe nothing; or: it cannot belong to this connection. */
export type NextState = TcpCtState | 'ignore' | 'invalid'

type Row = Readonly<Partial<Record<TcpCtState, NextState>>> & { readonly otherwise: NextState }

/** FIN, RST and a bare nothing mean the same from either side. */
const EITHER: Readonly<Record<'fin' | 'rst' | 'none', Row>> = {
  fin: {
    SYN_RECV: 'FIN_WAIT',
    ESTABLISHED: 'FIN_WAIT',
    FIN_WAIT: 'LAST_ACK',
    CLOSE_WAIT: 'LAST_ACK',
    LAST_ACK: 'LAST_ACK',
    TIME_WAIT: 'TIME_WAIT',
    CLOSE: 'CLOSE',
    otherwise: 'invalid',
  },
  rst: { NONE: 'invalid', otherwise: 'CLOSE' },
  none: { otherwise: 'invalid' },
}

/** An ACK once the connection is under way. */
const ACK_UNDER_WAY = {
  ESTABLISHED: 'ESTABLISHED',
  FIN_WAIT: 'CLOSE_WAIT',
  CLOSE_WAIT: 'CLOSE_WAIT',
  LAST_ACK: 'TIME_WAIT',
  TIME_WAIT: 'TIME_WAIT',
  CLOSE: 'CLOSE',
} as const

const ORIGINAL: Readonly<Record<SegmentKind, Row>> = {
  ...EITHER,
  syn: {
    NONE: 'SYN_SENT',
    SYN_SENT: 'SYN_SENT',
    TIME_WAIT: 'SYN_SENT',
    CLOSE: 'SYN_SENT',
    SYN_SENT2: 'SYN_SENT2',
    otherwise: 'ignore',
  },
  synAck: { SYN_RECV: 'SYN_RECV', SYN_SENT2: 'SYN_RECV', otherwise: 'invalid' },
  ack: { ...ACK_UNDER_WAY, NONE: 'ESTABLISHED', SYN_RECV: 'ESTABLISHED', otherwise: 'invalid' },
}

const REPLY: Readonly<Record<SegmentKind, Row>> = {
  ...EITHER,
  syn: { SYN_SENT: 'SYN_SENT2', SYN_SENT2: 'SYN_SENT2', TIME_WAIT: 'SYN_SENT', otherwise: 'invalid' },
  synAck: { NONE: 'invalid', SYN_SENT: 'SYN_RECV', SYN_SENT2: 'SYN_RECV', otherwise: 'ignore' },
  ack: { ...ACK_UNDER_WAY, SYN_RECV: 'SYN_RECV', SYN_SENT: 'ignore', SYN_SENT2: 'ignore', otherwise: 'invalid' },
}

export function nextState(direction: Direction, kind: SegmentKind, state: TcpCtState): NextState {
  const row = (direction === 0 ? ORIGINAL : REPLY)[kind]
  return row[state] ?? row.otherwise
}

/** Which flags may stand together (tcp_valid_flags); PSH, URG, ECE and CWR change nothing. Everything else is INVALID, whatever the connection. */
const SENSIBLE: readonly number[] = [SYN, SYN | ACK, RST, RST | ACK, FIN | ACK, ACK]

export function areSensible(flags: number): boolean {
  return SENSIBLE.includes(flags & (SYN | ACK | RST | FIN))
}

/** RST counts for most, then SYN, FIN, ACK. */
export function segmentKind(flags: number): SegmentKind {
  if (flags & RST) return 'rst'
  if (flags & SYN) return flags & ACK ? 'synAck' : 'syn'
  if (flags & FIN) return 'fin'
  return flags & ACK ? 'ack' : 'none'
}
