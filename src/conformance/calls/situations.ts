/** The situations that a socket can be in when a call comes, each with the moves that lead there; and the calls that are made in it. */
import type { Call } from '../../trace'
import { A, ADDRESS, B, CONNECTED, CUT, listening, wait } from './play'
import type { Move, Side } from './play'

export interface Situation {
  /** Short, for the head of a table. */
  readonly name: string
  /** Where the socket is: what `ss` says of it there, or why it says nothing. */
  readonly state: string
  readonly side: Side
  readonly fd: string
  readonly moves: readonly Move[]
}

const UDP = A({ call: 'socket', type: 'SOCK_DGRAM' }, 's')
const LISTENS: readonly Move[] = listening('B', 'l', 80)
const SERVER = { address: ADDRESS.B, port: 80 } as const
const nonblockingConnect = (port: number): Move[] => [
  A({ call: 'socket', nonblock: true }, 's'),
  A({ call: 'connect', fd: 's', ...SERVER, port }),
]
const END_S = A({ call: 'shutdown', fd: 's', how: 'SHUT_WR' })
const CLOSE_C = B({ call: 'close', fd: 'c' })
const RESET_C = [B({ call: 'setsockopt', fd: 'c', option: 'SO_LINGER', value: 0 }), CLOSE_C]
const TELL_ERROR = A({ call: 'getsockopt', fd: 's', option: 'SO_ERROR' })

const atA = (name: string, state: string, ...moves: readonly Move[]): Situation => ({
  name,
  state,
  side: 'A',
  fd: 's',
  moves,
})

export const SITUATIONS: readonly Situation[] = [
  atA('not open', 'no descriptor', ...LISTENS),
  atA('a pipe', 'no socket', ...LISTENS, A({ call: 'pipe' }, 's')),
  atA('UDP', 'UNCONN', ...LISTENS, UDP),
  atA('UDP, connected', 'ESTAB', ...LISTENS, UDP, A({ call: 'connect', fd: 's', ...SERVER })),
  atA(
    'UDP, refused by ICMP',
    'ESTAB, error pending',
    ...LISTENS,
    UDP,
    A({ call: 'connect', fd: 's', ...SERVER }),
    A({ call: 'send', fd: 's', bytes: 10 }),
  ),
  atA('unbound', 'CLOSED', ...LISTENS, A({ call: 'socket' }, 's')),
  atA('bound', 'CLOSED', ...LISTENS, A({ call: 'socket' }, 's'), A({ call: 'bind', fd: 's', port: 5000 })),
  { name: 'listening', state: 'LISTEN', side: 'B', fd: 'l', moves: LISTENS },
  {
    name: 'listening, a connection waits',
    state: 'LISTEN',
    side: 'B',
    fd: 'l',
    moves: [...LISTENS, A({ call: 'socket' }, 's'), A({ call: 'connect', fd: 's', ...SERVER })],
  },
  atA('connecting, non-blocking', 'SYN-SENT', ...LISTENS, CUT, ...nonblockingConnect(80)),
  atA('refused', 'CLOSED, error pending', ...LISTENS, ...nonblockingConnect(81)),
  atA('refused, error taken', 'CLOSED', ...LISTENS, ...nonblockingConnect(81), TELL_ERROR),
  atA('connected', 'ESTABLISHED', ...CONNECTED),
  atA('data to read', 'ESTABLISHED', ...CONNECTED, B({ call: 'send', fd: 'c', bytes: 100 })),
  atA(
    'send buffer full',
    'ESTABLISHED',
    ...CONNECTED,
    A({ call: 'setsockopt', fd: 's', option: 'SO_SNDBUF', value: 1 }),
    CUT,
    A({ call: 'send', fd: 's', bytes: 1_000_000, flags: ['MSG_DONTWAIT'] }),
    // The last buffer has room for a little more.
    A({ call: 'send', fd: 's', bytes: 1_000_000, flags: ['MSG_DONTWAIT'] }),
  ),
  atA('shut for reading', 'ESTABLISHED', ...CONNECTED, A({ call: 'shutdown', fd: 's', how: 'SHUT_RD' })),
  atA('shut for writing, unacknowledged', 'FIN-WAIT-1', ...CONNECTED, CUT, END_S),
  atA('shut for writing', 'FIN-WAIT-2', ...CONNECTED, END_S),
  atA('shut both ways', 'FIN-WAIT-2', ...CONNECTED, A({ call: 'shutdown', fd: 's', how: 'SHUT_RDWR' })),
  atA('closed by the peer', 'CLOSE-WAIT', ...CONNECTED, CLOSE_C),
  atA(
    'closed by the peer, data to read',
    'CLOSE-WAIT',
    ...CONNECTED,
    B({ call: 'send', fd: 'c', bytes: 100 }),
    CLOSE_C,
    // Until the FIN is acknowledged, which may be delayed.
    wait(100),
  ),
  atA(
    'both shut at once',
    'CLOSING',
    ...CONNECTED,
    { mute: 'A' },
    END_S,
    B({ call: 'shutdown', fd: 'c', how: 'SHUT_WR' }),
  ),
  atA('shut last, unacknowledged', 'LAST-ACK', ...CONNECTED, CLOSE_C, CUT, END_S),
  atA('shut last', 'CLOSED', ...CONNECTED, CLOSE_C, END_S),
  atA('shut first, then by the peer', 'TIME-WAIT', ...CONNECTED, END_S, CLOSE_C),
  atA('reset by the peer', 'CLOSED, error pending', ...CONNECTED, ...RESET_C),
  atA('reset, error taken', 'CLOSED', ...CONNECTED, ...RESET_C, TELL_ERROR),
  atA(
    'reset, data to read',
    'CLOSED, error pending',
    ...CONNECTED,
    B({ call: 'send', fd: 'c', bytes: 100 }),
    ...RESET_C,
  ),
  atA('reset in CLOSE-WAIT', 'CLOSED, error pending', ...CONNECTED, CLOSE_C, A({ call: 'send', fd: 's', bytes: 10 })),
  atA(
    'timed out',
    'CLOSED, error pending',
    ...CONNECTED,
    A({ call: 'setsockopt', fd: 's', option: 'TCP_USER_TIMEOUT', value: 300 }),
    CUT,
    A({ call: 'send', fd: 's', bytes: 10 }),
    wait(1_500),
  ),
]

/** Every bit that poll can tell. */
const ALL_BITS = 0x3fff

/** The calls of the table, made on descriptor `fd`. */
export const CALLS: Readonly<Record<string, (fd: string, side: Side) => Call>> = {
  bind: (fd) => ({ call: 'bind', fd, port: 5001 }),
  listen: (fd) => ({ call: 'listen', fd, backlog: 5 }),
  connect: (fd, side) => ({ call: 'connect', fd, address: ADDRESS[side === 'A' ? 'B' : 'A'], port: 80 }),
  'connect AF_UNSPEC': (fd) => ({ call: 'connect', fd, address: '0.0.0.0', port: 0, family: 'AF_UNSPEC' }),
  accept: (fd) => ({ call: 'accept', fd }),
  send: (fd) => ({ call: 'send', fd, bytes: 100, flags: ['MSG_NOSIGNAL'] }),
  'send, no bytes': (fd) => ({ call: 'send', fd, bytes: 0, flags: ['MSG_NOSIGNAL'] }),
  recv: (fd) => ({ call: 'recv', fd, bytes: 1000 }),
  'recv, no bytes': (fd) => ({ call: 'recv', fd, bytes: 0 }),
  'recv MSG_PEEK': (fd) => ({ call: 'recv', fd, bytes: 1000, flags: ['MSG_PEEK'] }),
  'recv MSG_OOB': (fd) => ({ call: 'recv', fd, bytes: 1, flags: ['MSG_OOB'] }),
  'shutdown SHUT_RD': (fd) => ({ call: 'shutdown', fd, how: 'SHUT_RD' }),
  'shutdown SHUT_WR': (fd) => ({ call: 'shutdown', fd, how: 'SHUT_WR' }),
  'shutdown SHUT_RDWR': (fd) => ({ call: 'shutdown', fd, how: 'SHUT_RDWR' }),
  close: (fd) => ({ call: 'close', fd }),
  'getsockopt SO_ERROR': (fd) => ({ call: 'getsockopt', fd, option: 'SO_ERROR' }),
  'setsockopt SO_KEEPALIVE': (fd) => ({ call: 'setsockopt', fd, option: 'SO_KEEPALIVE', value: 1 }),
  getsockname: (fd) => ({ call: 'getsockname', fd }),
  getpeername: (fd) => ({ call: 'getpeername', fd }),
  'fcntl O_NONBLOCK': (fd) => ({ call: 'fcntl', fd, nonblock: true }),
  poll: (fd) => ({ call: 'poll', fds: [{ fd, events: ALL_BITS }], timeoutMs: 0 }),
}
