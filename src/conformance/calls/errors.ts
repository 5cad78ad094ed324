/**
 * How calls fail, and how the end of a connection is told: connect(2), recv(2), send(2), shutdown(2), close(2), socket(7). Each play was asked of Linux.
 */
import { A, ADDRESS, B, again, bound, close, CONNECTED, CUT, listening, look, toServer, wait } from './play'
import type { Move, Told } from './play'

const WHOLE: Move = { network: 'whole' }
const ALL_BITS = 0x3fff
const socket = (name: string, nonblock = false): Move =>
  A(nonblock ? { call: 'socket', nonblock } : { call: 'socket' }, name)
const poll = (fd: string): Move => A({ call: 'poll', fds: [{ fd, events: ALL_BITS }], timeoutMs: 0 })
const error = (fd: string): Move => A({ call: 'getsockopt', fd, option: 'SO_ERROR' })
const recv = (bytes: number, ...flags: readonly string[]): Move => A({ call: 'recv', fd: 's', bytes, flags })
const blockedRecv = A({ call: 'recv', fd: 's', bytes: 10 }, 'waits')
const send = (bytes: number): Move => A({ call: 'send', fd: 's', bytes, flags: ['MSG_NOSIGNAL'] })
const give = (bytes: number): Move => B({ call: 'send', fd: 'c', bytes, flags: ['MSG_NOSIGNAL'] })
const shut = (how: 'SHUT_RD' | 'SHUT_WR' | 'SHUT_RDWR'): Move => A({ call: 'shutdown', fd: 's', how })
const set = (option: 'SO_LINGER' | 'SO_RCVTIMEO' | 'SO_SNDTIMEO' | 'TCP_SYNCNT' | 'SO_SNDBUF', value: number): Move =>
  A({ call: 'setsockopt', fd: 's', option, value })
const RESET: readonly Move[] = [B({ call: 'setsockopt', fd: 'c', option: 'SO_LINGER', value: 0 }), close('B', 'c')]
const FULL: readonly Move[] = [set('SO_SNDBUF', 1), CUT, A({ call: 'send', fd: 's', bytes: 10_000_000 }, 'waits')]

export const CONNECTING: readonly Told[] = [
  {
    name: 'connect that is refused leaves the socket as it was: the next one may succeed',
    moves: [
      ...listening('B', 'l', 80),
      socket('s'),
      [toServer('s', 81), '= -1 ECONNREFUSED'],
      [error('s'), '= 0 [0]'],
      [toServer('s'), '= 0'],
      [toServer('s'), '= -1 EISCONN'],
    ],
  },
  {
    name: 'connect that nobody answers is ETIMEDOUT after tcp_syn_retries',
    moves: [
      CUT,
      socket('s'),
      set('TCP_SYNCNT', 1),
      [A({ call: 'connect', fd: 's', address: ADDRESS.B, port: 80 }, 'waits'), 'blocked'],
      [look('A'), 'SYN-SENT A:E B:80'],
      wait(3_500),
      [again('A', 'waits'), '= -1 ETIMEDOUT'],
      [look('A'), 'nothing'],
      [error('s'), '= 0 [0]'],
    ],
  },
  {
    name: 'non-blocking connect: EINPROGRESS, EALREADY, poll says OUT, SO_ERROR is 0, and connect then says 0 and EISCONN',
    moves: [
      ...listening('B', 'l', 80),
      CUT,
      socket('s', true),
      [toServer('s'), '= -1 EINPROGRESS'],
      [poll('s'), '= 0 -'],
      [toServer('s'), '= -1 EALREADY'],
      [error('s'), '= 0 [0]'],
      WHOLE,
      wait(1_500),
      [poll('s'), '= 1 OUT|WRNORM'],
      [error('s'), '= 0 [0]'],
      [toServer('s'), '= 0'],
      [toServer('s'), '= -1 EISCONN'],
    ],
  },
  {
    name: 'non-blocking connect that is refused: poll says ERR, SO_ERROR tells it once, the next connect is ECONNABORTED, the one after may succeed',
    moves: [
      ...listening('B', 'l', 80),
      socket('s', true),
      [toServer('s', 81), '= -1 EINPROGRESS'],
      [poll('s'), '= 1 IN|OUT|ERR|HUP|RDNORM|WRNORM|RDHUP'],
      [error('s'), '= 0 [ECONNREFUSED]'],
      [error('s'), '= 0 [0]'],
      [poll('s'), '= 1 IN|OUT|HUP|RDNORM|WRNORM|RDHUP'],
      [toServer('s'), '= -1 ECONNABORTED'],
      [toServer('s'), '= -1 EINPROGRESS'],
      [toServer('s'), '= 0'],
    ],
  },
  {
    name: 'SO_SNDTIMEO ends the wait of connect with EINPROGRESS, and the handshake goes on',
    moves: [
      ...listening('B', 'l', 80),
      CUT,
      socket('s'),
      set('SO_SNDTIMEO', 200),
      A({ call: 'connect', fd: 's', address: ADDRESS.B, port: 80 }, 'waits'),
      wait(400),
      [again('A', 'waits'), '= -1 EINPROGRESS'],
      [look('A'), 'SYN-SENT A:E B:80'],
      WHOLE,
      wait(1_500),
      [look('A'), 'ESTAB A:E B:80'],
    ],
  },
  {
    name: 'shutdown by another thread ends a connect that waits',
    moves: [
      CUT,
      socket('s'),
      A({ call: 'connect', fd: 's', address: ADDRESS.B, port: 80 }, 'waits'),
      [shut('SHUT_WR'), '= 0'],
      [again('A', 'waits'), '= -1 ECONNRESET'],
      [look('A'), 'nothing'],
    ],
  },
  {
    name: 'addresses that are nobody else: bind EADDRNOTAVAIL, connect to multicast and broadcast ENETUNREACH, to 0.0.0.0 oneself',
    moves: [
      socket('s'),
      [A({ call: 'bind', fd: 's', address: '10.0.0.9', port: 0 }), '= -1 EADDRNOTAVAIL'],
      [A({ call: 'bind', fd: 's', address: '192.0.2.1', port: 0 }), '= -1 EADDRNOTAVAIL'],
      [A({ call: 'connect', fd: 's', address: '224.0.0.1', port: 80 }), '= -1 ENETUNREACH'],
      [A({ call: 'connect', fd: 's', address: '255.255.255.255', port: 80 }), '= -1 ENETUNREACH'],
      [A({ call: 'connect', fd: 's', address: '0.0.0.0', port: 80 }), '= -1 ECONNREFUSED'],
      ...listening('A', 'l', 80),
      [A({ call: 'connect', fd: 's', address: '0.0.0.0', port: 80 }), '= 0'],
    ],
  },
  {
    name: 'a port that bind named stays after connect was refused; one that connect chose is given back, though getsockname still tells it',
    moves: [
      ...bound('A', 's', 5000),
      [toServer('s', 81), '= -1 ECONNREFUSED'],
      [A({ call: 'getsockname', fd: 's' }), '= 0 0.0.0.0:5000'],
      socket('t'),
      [toServer('t', 81), '= -1 ECONNREFUSED'],
      [A({ call: 'getsockname', fd: 't' }), '= 0 0.0.0.0:E'],
      [A({ call: 'bind', fd: 't', port: 5001 }), '= 0'],
    ],
  },
]

export const ENDING_PLAYS: readonly Told[] = [
  {
    name: 'FIN after bytes: recv returns the bytes, then 0, and 0 again',
    moves: [
      ...CONNECTED,
      give(100),
      close('B', 'c'),
      [recv(60), '= 60'],
      [recv(60), '= 40'],
      [recv(60), '= 0'],
      [recv(60), '= 0'],
    ],
  },
  {
    name: 'RST with bytes unread: recv returns them, then ECONNRESET once, then 0',
    moves: [
      ...CONNECTED,
      give(100),
      ...RESET,
      [recv(60), '= 60'],
      [recv(60), '= 40'],
      [recv(60), '= -1 ECONNRESET'],
      [recv(60), '= 0'],
    ],
  },
  {
    name: 'send after a reset: ECONNRESET once, then EPIPE',
    moves: [...CONNECTED, ...RESET, [send(10), '= -1 ECONNRESET'], [send(10), '= -1 EPIPE'], [recv(10), '= 0']],
  },
  {
    name: 'send to a peer that has closed: the first succeeds and brings a reset, the second is EPIPE',
    moves: [
      ...CONNECTED,
      close('B', 'c'),
      [send(10), '= 10'],
      [send(10), '= -1 EPIPE'],
      [error('s'), '= 0 [0]'],
      [recv(10), '= 0'],
    ],
  },
  {
    name: 'close with bytes unread sends RST, which the peer hears as ECONNRESET',
    moves: [
      ...CONNECTED,
      give(100),
      [close('A', 's'), '= 0'],
      [look('A'), 'nothing'],
      [B({ call: 'recv', fd: 'c', bytes: 10 }), '= -1 ECONNRESET'],
    ],
  },
  {
    name: 'bytes that arrive after close bring a reset to their sender',
    moves: [
      ...CONNECTED,
      close('A', 's'),
      [look('A'), 'FIN-WAIT-2 A:E B:80'],
      [give(10), '= 10'],
      [look('A'), 'nothing'],
      [B({ call: 'send', fd: 'c', bytes: 10, flags: ['MSG_NOSIGNAL'] }), '= -1 EPIPE'],
    ],
  },
  {
    name: 'SO_LINGER of 0 s: close sends RST and leaves nothing',
    moves: [...CONNECTED, set('SO_LINGER', 0), [close('A', 's'), '= 0'], [look('A'), 'nothing']],
  },
  {
    name: 'SO_LINGER: close waits for the acknowledgement of the FIN, no longer than it was told',
    moves: [
      ...CONNECTED,
      set('SO_LINGER', 1),
      CUT,
      [A({ call: 'close', fd: 's' }, 'waits'), 'blocked'],
      wait(1_200),
      [again('A', 'waits'), '= 0'],
      [look('A'), 'FIN-WAIT-1 A:E B:80'],
    ],
  },
  {
    name: 'after SHUT_RD recv returns 0, and what arrives later can be read all the same',
    moves: [
      ...CONNECTED,
      shut('SHUT_RD'),
      [recv(10), '= 0'],
      [give(10), '= 10'],
      [recv(10), '= 10'],
      [recv(10), '= 0'],
    ],
  },
  {
    name: 'after SHUT_WR the peer reads 0 and can go on sending',
    moves: [
      ...CONNECTED,
      shut('SHUT_WR'),
      [B({ call: 'recv', fd: 'c', bytes: 10 }), '= 0'],
      [give(10), '= 10'],
      [recv(10), '= 10'],
      [send(10), '= -1 EPIPE'],
      [shut('SHUT_WR'), '= 0'],
    ],
  },
]

export const WAITING: readonly Told[] = [
  {
    name: 'shutdown for reading by another thread ends a recv that waits with 0',
    moves: [...CONNECTED, [blockedRecv, 'blocked'], shut('SHUT_RD'), [again('A', 'waits'), '= 0']],
  },
  {
    name: 'close by another thread does not end a recv that waits: the connection lives until it returns',
    moves: [
      ...CONNECTED,
      blockedRecv,
      [close('A', 's'), '= 0'],
      [again('A', 'waits'), 'blocked'],
      [look('A'), 'ESTAB A:E B:80'],
      give(4),
      [again('A', 'waits'), '= 4'],
      [look('A'), 'FIN-WAIT-2 A:E B:80'],
    ],
  },
  {
    name: 'close by another thread does not end an accept that waits: the listener lives until it returns',
    moves: [
      ...listening('B', 'l', 80),
      B({ call: 'accept', fd: 'l' }, 'waits'),
      close('B', 'l'),
      [look('B'), 'LISTEN *:80 *:*'],
      socket('s'),
      [toServer('s'), '= 0'],
      [again('B', 'waits'), '= fd'],
      [look('B'), 'ESTAB B:80 A:E'],
    ],
  },
  {
    name: 'shutdown for reading ends an accept that waits with EINVAL',
    moves: [
      ...listening('B', 'l', 80),
      B({ call: 'accept', fd: 'l' }, 'waits'),
      [B({ call: 'shutdown', fd: 'l', how: 'SHUT_RD' }), '= 0'],
      [again('B', 'waits'), '= -1 EINVAL'],
      [look('B'), 'nothing'],
    ],
  },
  {
    name: 'a reset ends a recv that waits with ECONNRESET',
    moves: [...CONNECTED, blockedRecv, ...RESET, [again('A', 'waits'), '= -1 ECONNRESET']],
  },
  {
    name: 'the FIN ends a recv that waits with 0',
    moves: [...CONNECTED, blockedRecv, close('B', 'c'), [again('A', 'waits'), '= 0']],
  },
  {
    name: 'MSG_WAITALL waits for all of it, and the FIN ends the wait with what there is',
    moves: [
      ...CONNECTED,
      A({ call: 'recv', fd: 's', bytes: 10, flags: ['MSG_WAITALL'] }, 'waits'),
      give(4),
      [again('A', 'waits'), 'blocked'],
      give(6),
      [again('A', 'waits'), '= 10'],
      A({ call: 'recv', fd: 's', bytes: 10, flags: ['MSG_WAITALL'] }, 'short'),
      give(4),
      close('B', 'c'),
      [again('A', 'short'), '= 4'],
    ],
  },
  {
    name: 'SO_RCVTIMEO ends a recv and an accept that wait with EAGAIN',
    moves: [
      ...CONNECTED,
      set('SO_RCVTIMEO', 200),
      A({ call: 'recv', fd: 's', bytes: 10 }, 'waits'),
      B({ call: 'setsockopt', fd: 'l', option: 'SO_RCVTIMEO', value: 200 }),
      B({ call: 'accept', fd: 'l' }, 'accepts'),
      wait(400),
      [again('A', 'waits'), '= -1 EAGAIN'],
      [again('B', 'accepts'), '= -1 EAGAIN'],
    ],
  },
  {
    name: 'shutdown for writing by another thread ends a send that waits with what was taken',
    moves: [...CONNECTED, ...FULL, shut('SHUT_WR'), again('A', 'waits'), [send(1), '= -1 EPIPE']],
  },
  {
    name: 'MSG_DONTWAIT and O_NONBLOCK: EAGAIN where a call would wait',
    moves: [
      ...CONNECTED,
      [recv(10, 'MSG_DONTWAIT'), '= -1 EAGAIN'],
      B({ call: 'fcntl', fd: 'l', nonblock: true }),
      [B({ call: 'accept', fd: 'l' }), '= -1 EAGAIN'],
      [A({ call: 'fcntl', fd: 's', nonblock: true }), '= 0'],
      [recv(10), '= -1 EAGAIN'],
      [recv(10, 'MSG_PEEK'), '= -1 EAGAIN'],
      [recv(10, 'MSG_WAITALL'), '= -1 EAGAIN'],
      give(4),
      [recv(10, 'MSG_WAITALL'), '= 4'],
    ],
  },
  {
    name: 'a buffer that is nowhere is EFAULT, but only where bytes are copied',
    moves: [
      ...CONNECTED,
      [A({ call: 'send', fd: 's', bytes: 10, badAddress: true }), '= -1 EFAULT'],
      [A({ call: 'recv', fd: 's', bytes: 10, badAddress: true, flags: ['MSG_DONTWAIT'] }), '= -1 EAGAIN'],
      give(4),
      [A({ call: 'recv', fd: 's', bytes: 10, badAddress: true }), '= -1 EFAULT'],
      [recv(10), '= 4'],
    ],
  },
]
