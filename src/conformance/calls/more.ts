/** Descriptors that share an open file, waiting for several at once, datagrams, and connect() undone: dup(2), select(2), epoll(7), udp(7). Asked of Linux. */
import { POLL_EVENTS as E } from '../../trace'
import { A, ADDRESS, B, again, close, CONNECTED, listening, look, toServer, wait } from './play'
import type { Move, Told } from './play'

const give = (bytes: number): Move => B({ call: 'send', fd: 'c', bytes, flags: ['MSG_NOSIGNAL'] })
const recv = (fd: string, bytes: number, ...flags: readonly string[]): Move => A({ call: 'recv', fd, bytes, flags })
const error = (fd: string): Move => A({ call: 'getsockopt', fd, option: 'SO_ERROR' })
const unspec = (fd: string): Move => A({ call: 'connect', fd, address: '0.0.0.0', port: 0, family: 'AF_UNSPEC' })
const select = (timeoutMs: number, as?: string): Move =>
  A({ call: 'select', read: ['s'], write: ['s'], except: ['s'], timeoutMs }, as)
const epollWait = (timeoutMs = 0): Move => A({ call: 'epollWait', fd: 'e', most: 4, timeoutMs })
const watch = (events: number, op: 'EPOLL_CTL_ADD' | 'EPOLL_CTL_MOD' | 'EPOLL_CTL_DEL' = 'EPOLL_CTL_ADD'): Move =>
  A({ call: 'epollCtl', fd: 'e', op, target: 's', events, data: 1 })
const EPOLL = A({ call: 'epollCreate' }, 'e')

export const SHARED_FILES: readonly Told[] = [
  {
    name: 'dup: the FIN leaves with the last descriptor, shutdown acts for all at once',
    moves: [
      ...CONNECTED,
      [A({ call: 'dup', fd: 's' }, 't'), '= fd'],
      [close('A', 's'), '= 0'],
      [look('A'), 'ESTAB A:E B:80'],
      [A({ call: 'send', fd: 't', bytes: 5 }), '= 5'],
      [A({ call: 'dup', fd: 't' }, 'u'), '= fd'],
      [A({ call: 'shutdown', fd: 'u', how: 'SHUT_WR' }), '= 0'],
      [A({ call: 'send', fd: 't', bytes: 5, flags: ['MSG_NOSIGNAL'] }), '= -1 EPIPE'],
      [close('A', 'u'), '= 0'],
      [close('A', 't'), '= 0'],
      [look('A'), 'FIN-WAIT-2 A:E B:80'],
    ],
  },
  {
    name: 'dup: O_NONBLOCK belongs to the open file, so it holds for both descriptors',
    moves: [
      ...CONNECTED,
      A({ call: 'dup', fd: 's' }, 't'),
      [A({ call: 'fcntl', fd: 's', nonblock: true }), '= 0'],
      [recv('t', 1), '= -1 EAGAIN'],
      [A({ call: 'dup', fd: 'nothing' }), '= -1 EBADF'],
    ],
  },
]

export const READINESS: readonly Told[] = [
  {
    name: 'select: a connection is writable, readable with bytes or FIN, never exceptional without urgent data',
    moves: [
      ...CONNECTED,
      [select(0), '= 1 read 0, write 1, except 0'],
      give(1),
      [select(0), '= 2 read 1, write 1, except 0'],
      recv('s', 10),
      B({ call: 'send', fd: 'c', bytes: 1, flags: ['MSG_OOB'] }),
      [select(0), '= 2 read 0, write 1, except 1'],
      recv('s', 1, 'MSG_OOB'),
      close('B', 'c'),
      [select(0), '= 2 read 1, write 1, except 0'],
      close('A', 's'),
      [select(0), '= -1 EBADF'],
    ],
  },
  {
    name: 'poll with a time limit returns 0 when it is over, and at once when bytes come',
    moves: [
      ...CONNECTED,
      [A({ call: 'poll', fds: [{ fd: 's', events: E.IN }], timeoutMs: 200 }, 'p'), 'blocked'],
      wait(400),
      [again('A', 'p'), '= 0 -'],
      [A({ call: 'poll', fds: [{ fd: 's', events: E.IN }], timeoutMs: 5_000 }, 'q'), 'blocked'],
      give(1),
      [again('A', 'q'), '= 1 IN'],
    ],
  },
  {
    name: 'epoll level triggered: told again as long as it is so',
    moves: [
      ...CONNECTED,
      EPOLL,
      [watch(E.IN), '= 0'],
      [watch(E.IN), '= -1 EEXIST'],
      [epollWait(), '= 0'],
      give(10),
      [epollWait(), '= 1 IN'],
      [recv('s', 4), '= 4'],
      [epollWait(), '= 1 IN'],
      [recv('s', 10), '= 6'],
      [epollWait(), '= 0'],
      [watch(0, 'EPOLL_CTL_DEL'), '= 0'],
      [watch(0, 'EPOLL_CTL_DEL'), '= -1 ENOENT'],
    ],
  },
  {
    name: 'epoll edge triggered: told once, and again when more comes',
    moves: [
      ...CONNECTED,
      EPOLL,
      [watch(E.IN | E.ET), '= 0'],
      give(10),
      [epollWait(), '= 1 IN'],
      [recv('s', 4), '= 4'],
      [epollWait(), '= 0'],
      give(1),
      [epollWait(), '= 1 IN'],
      [epollWait(), '= 0'],
    ],
  },
  {
    name: 'epoll one shot: told once, until EPOLL_CTL_MOD asks again',
    moves: [
      ...CONNECTED,
      EPOLL,
      watch(E.IN | E.ONESHOT),
      give(10),
      [epollWait(), '= 1 IN'],
      give(10),
      [epollWait(), '= 0'],
      [watch(E.IN | E.ONESHOT, 'EPOLL_CTL_MOD'), '= 0'],
      [epollWait(), '= 1 IN'],
    ],
  },
  {
    name: 'epoll: HUP and ERR are told unasked, and a closed descriptor leaves the list',
    moves: [
      ...CONNECTED,
      EPOLL,
      watch(E.RDHUP),
      B({ call: 'setsockopt', fd: 'c', option: 'SO_LINGER', value: 0 }),
      close('B', 'c'),
      [epollWait(), '= 1 ERR|HUP|RDHUP'],
      close('A', 's'),
      [epollWait(), '= 0'],
      [A({ call: 'epollCtl', fd: 'e', op: 'EPOLL_CTL_ADD', target: 'e', events: E.IN, data: 1 }), '= -1 EINVAL'],
      [A({ call: 'epollWait', fd: 'e', most: 0, timeoutMs: 0 }), '= -1 EINVAL'],
    ],
  },
]

const udp = (name: string): Move => A({ call: 'socket', type: 'SOCK_DGRAM' }, name)
const sendto = (fd: string, bytes: number, port: number): Move =>
  A({ call: 'sendto', fd, bytes, address: ADDRESS.B, port })
const atB = (name: string, port: number): Move[] => [
  B({ call: 'socket', type: 'SOCK_DGRAM' }, name),
  B({ call: 'bind', fd: name, port }),
]

export const DATAGRAMS: readonly Told[] = [
  {
    name: 'UDP without a peer: EDESTADDRREQ; too long EMSGSIZE; out of band EOPNOTSUPP; shutdown ENOTCONN',
    moves: [
      udp('s'),
      [A({ call: 'send', fd: 's', bytes: 10 }), '= -1 EDESTADDRREQ'],
      [sendto('s', 65_508, 53), '= -1 EMSGSIZE'],
      [A({ call: 'sendto', fd: 's', bytes: 1, address: ADDRESS.B, port: 53, flags: ['MSG_OOB'] }), '= -1 EOPNOTSUPP'],
      [A({ call: 'sendto', fd: 's', bytes: 1, address: ADDRESS.B, port: 0 }), '= -1 EINVAL'],
      [A({ call: 'shutdown', fd: 's', how: 'SHUT_WR' }), '= -1 ENOTCONN'],
    ],
  },
  {
    name: 'UDP: one recv for one datagram, the rest of it lost; MSG_TRUNC tells its length; an empty one is 0 bytes',
    moves: [
      ...atB('d', 53),
      udp('s'),
      [sendto('s', 100, 53), '= 100'],
      [sendto('s', 50, 53), '= 50'],
      [sendto('s', 0, 53), '= 0'],
      [B({ call: 'recv', fd: 'd', bytes: 10 }), '= 10'],
      [B({ call: 'recv', fd: 'd', bytes: 10, flags: ['MSG_TRUNC'] }), '= 50'],
      [B({ call: 'recv', fd: 'd', bytes: 10 }), '= 0'],
      [B({ call: 'recv', fd: 'd', bytes: 10, flags: ['MSG_DONTWAIT'] }), '= -1 EAGAIN'],
    ],
  },
  {
    name: 'UDP to a closed port: a connected socket hears ECONNREFUSED by ICMP, once, another does not',
    moves: [
      udp('s'),
      [sendto('s', 10, 54), '= 10'],
      [A({ call: 'recv', fd: 's', bytes: 10, flags: ['MSG_DONTWAIT'] }), '= -1 EAGAIN'],
      [A({ call: 'connect', fd: 's', address: ADDRESS.B, port: 54 }), '= 0'],
      [A({ call: 'send', fd: 's', bytes: 10 }), '= 10'],
      [A({ call: 'send', fd: 's', bytes: 10 }), '= -1 ECONNREFUSED'],
      [A({ call: 'send', fd: 's', bytes: 10 }), '= 10'],
      [error('s'), '= 0 [ECONNREFUSED]'],
      [error('s'), '= 0 [0]'],
      [unspec('s'), '= 0'],
      [A({ call: 'getpeername', fd: 's' }), '= -1 ENOTCONN'],
    ],
  },
  {
    name: 'UDP: a connected socket hears its peer alone; sendto elsewhere is allowed',
    moves: [
      ...atB('d', 53),
      ...atB('f', 54),
      udp('s'),
      A({ call: 'bind', fd: 's', port: 5000 }),
      [A({ call: 'connect', fd: 's', address: ADDRESS.B, port: 53 }), '= 0'],
      [sendto('s', 10, 54), '= 10'],
      [B({ call: 'recv', fd: 'f', bytes: 100 }), '= 10'],
      [B({ call: 'sendto', fd: 'f', bytes: 10, address: ADDRESS.A, port: 5000 }), '= 10'],
      [A({ call: 'recv', fd: 's', bytes: 100, flags: ['MSG_DONTWAIT'] }), '= -1 EAGAIN'],
      [B({ call: 'sendto', fd: 'd', bytes: 20, address: ADDRESS.A, port: 5000 }), '= 20'],
      [A({ call: 'recv', fd: 's', bytes: 100 }), '= 20'],
    ],
  },
]

export const DISSOLVED: readonly Told[] = [
  {
    name: 'connect with AF_UNSPEC: the peer hears a RST, SO_ERROR tells ECONNRESET, and the socket may connect again',
    moves: [
      ...CONNECTED,
      [unspec('s'), '= 0'],
      [look('A'), 'nothing'],
      [B({ call: 'recv', fd: 'c', bytes: 10 }), '= -1 ECONNRESET'],
      [error('s'), '= 0 [ECONNRESET]'],
      [A({ call: 'getsockname', fd: 's' }), '= 0 0.0.0.0:E'],
      [recv('s', 10), '= -1 ENOTCONN'],
      [A({ call: 'send', fd: 's', bytes: 1, flags: ['MSG_NOSIGNAL'] }), '= -1 EPIPE'],
      [toServer('s'), '= 0'],
      [A({ call: 'send', fd: 's', bytes: 1 }), '= 1'],
    ],
  },
  {
    name: 'connect with AF_UNSPEC ends a listener, which may then connect from its port',
    moves: [
      ...listening('B', 'l', 80),
      ...listening('A', 's', 5000),
      [unspec('s'), '= 0'],
      [look('A'), 'nothing'],
      [toServer('s'), '= 0'],
      [look('A'), 'ESTAB A:5000 B:80'],
    ],
  },
]
