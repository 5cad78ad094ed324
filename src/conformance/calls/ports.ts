/**
 * Local ports that the system chooses, and connections that may or may not have the same ends as another: ip(7), tcp(7), the sysctls ip_local_port_range,
 * tcp_tw_reuse, tcp_max_tw_buckets. Each play was asked of Linux.
 */
import { A, ADDRESS, B, again, bound, close, counted, listening, look, toServer, wait } from './play'
import type { Move, Told } from './play'

const NONE = '= -1 EADDRNOTAVAIL'
const IN_USE = '= -1 EADDRINUSE'
const ONE_PORT = { ip_local_port_range: [40_000, 40_000] } as const
const reuse = (fd: string, option: 'SO_REUSEADDR' | 'SO_REUSEPORT' = 'SO_REUSEADDR'): Move =>
  A({ call: 'setsockopt', fd, option, value: 1 })
const reuseB = (fd: string, option: 'SO_REUSEADDR' | 'SO_REUSEPORT'): Move =>
  B({ call: 'setsockopt', fd, option, value: 1 })
const nameOf = (fd: string): Move => A({ call: 'getsockname', fd })
const socket = (name: string): Move => A({ call: 'socket' }, name)

/** A connects by `fd`, closes first, and B closes: the one port of A is in TIME-WAIT. */
const timeWaitAt40000 = (fd: string): Move[] => [
  socket(fd),
  toServer(fd),
  B({ call: 'accept', fd: 'l' }, `${fd}-child`),
  close('A', fd),
  close('B', `${fd}-child`),
]

export const CHOSEN_PORTS: readonly Told[] = [
  {
    name: 'bind to port 0, listen and connect without bind take a port of the range',
    moves: [
      ...listening('B', 'l', 80),
      ...bound('A', 'b', 0),
      [nameOf('b'), '= 0 0.0.0.0:E'],
      socket('n'),
      [A({ call: 'listen', fd: 'n', backlog: 1 }), '= 0'],
      [nameOf('n'), '= 0 0.0.0.0:E'],
      socket('s'),
      [nameOf('s'), '= 0 0.0.0.0:0'],
      [toServer('s'), '= 0'],
      [nameOf('s'), '= 0 10.0.0.1:E'],
    ],
  },
  {
    name: 'the range used up by bind: EADDRINUSE for bind and listen, EADDRNOTAVAIL for connect',
    sysctl: { A: ONE_PORT },
    moves: [
      ...listening('B', 'l', 80),
      ...bound('A', 'b', 0),
      socket('n'),
      [A({ call: 'bind', fd: 'n', port: 0 }), IN_USE],
      [A({ call: 'listen', fd: 'n', backlog: 1 }), IN_USE],
      [toServer('n'), NONE],
      [close('A', 'b'), '= 0'],
      [toServer('n'), '= 0'],
    ],
  },
  {
    name: 'the range used up by connect: another peer shares the port, the same peer is EADDRNOTAVAIL, bind EADDRINUSE',
    sysctl: { A: ONE_PORT },
    moves: [
      ...listening('B', 'l', 80),
      ...listening('B', 'm', 81),
      socket('s'),
      [toServer('s'), '= 0'],
      socket('t'),
      [toServer('t'), NONE],
      [toServer('t', 81), '= 0'],
      socket('b'),
      [A({ call: 'bind', fd: 'b', port: 0 }), IN_USE],
      [A({ call: 'bind', fd: 'b', port: 40_000 }), IN_USE],
      // SO_REUSEADDR helps against neither of the two, which have it not.
      reuse('b'),
      [A({ call: 'bind', fd: 'b', port: 40_000 }), IN_USE],
      [look('A'), 'ESTAB A:E B:80, ESTAB A:E B:81'],
    ],
  },
  {
    name: 'bind to port 0 finds no port that somebody has, SO_REUSEADDR or not',
    sysctl: { A: ONE_PORT },
    moves: [
      socket('b'),
      reuse('b'),
      [A({ call: 'bind', fd: 'b', port: 0 }), '= 0'],
      socket('c'),
      reuse('c'),
      [A({ call: 'bind', fd: 'c', port: 0 }), IN_USE],
      [A({ call: 'bind', fd: 'c', port: 40_000 }), '= 0'],
    ],
  },
  {
    name: 'two connections from one bound port to one peer: the second is EADDRNOTAVAIL',
    moves: [
      ...listening('B', 'l', 80),
      ...listening('B', 'm', 81),
      socket('s'),
      reuse('s'),
      A({ call: 'bind', fd: 's', port: 5000 }),
      socket('t'),
      reuse('t'),
      [A({ call: 'bind', fd: 't', port: 5000 }), '= 0'],
      [toServer('s'), '= 0'],
      [toServer('t'), NONE],
      [toServer('t', 81), '= 0'],
      [look('A'), 'ESTAB A:5000 B:80, ESTAB A:5000 B:81'],
    ],
  },
  {
    name: 'a socket that connects to itself: one connection, both ends of it one socket',
    moves: [
      ...bound('A', 's', 5000, '127.0.0.1'),
      [A({ call: 'connect', fd: 's', address: '127.0.0.1', port: 5000 }), '= 0'],
      [look('A'), 'ESTAB 127.0.0.1:5000 127.0.0.1:5000'],
      [A({ call: 'getpeername', fd: 's' }), '= 0 127.0.0.1:5000'],
      [A({ call: 'send', fd: 's', bytes: 5 }), '= 5'],
      [A({ call: 'recv', fd: 's', bytes: 10 }), '= 5'],
      [A({ call: 'shutdown', fd: 's', how: 'SHUT_WR' }), '= 0'],
      [A({ call: 'recv', fd: 's', bytes: 10 }), '= 0'],
      [close('A', 's'), '= 0'],
      look('A'),
    ],
  },
  {
    name: 'a client whose range holds the port of the server that is away connects to itself',
    sysctl: { A: ONE_PORT },
    moves: [
      socket('s'),
      [A({ call: 'connect', fd: 's', address: '127.0.0.1', port: 40_000 }), '= 0'],
      [look('A'), 'ESTAB 127.0.0.1:E 127.0.0.1:E'],
      // And the server cannot come back.
      socket('server'),
      reuse('server'),
      [A({ call: 'bind', fd: 'server', port: 40_000 }), IN_USE],
    ],
  },
]

const reuseMode = (tcp_tw_reuse: number, tcp_timestamps: number, milliseconds: number, says: string): Told => ({
  name: `tcp_tw_reuse ${tcp_tw_reuse}${tcp_timestamps === 0 ? ' without timestamps' : ''}, connect ${milliseconds} ms after the last connection: ${says.slice(2)}`,
  sysctl: { A: { ...ONE_PORT, tcp_tw_reuse, tcp_timestamps } },
  moves: [
    ...listening('B', 'l', 80),
    ...timeWaitAt40000('s'),
    [look('A'), 'TIME-WAIT A:E B:80'],
    wait(milliseconds),
    socket('t'),
    [toServer('t'), says],
    [look('A'), says === '= 0' ? 'ESTAB A:E B:80' : 'TIME-WAIT A:E B:80'],
  ],
})

export const TIME_WAITS: readonly Told[] = [
  reuseMode(0, 1, 1_500, NONE),
  reuseMode(1, 1, 300, NONE),
  reuseMode(1, 1, 1_500, '= 0'),
  reuseMode(1, 0, 1_500, NONE),
  // 2 is for connections over loopback alone.
  reuseMode(2, 1, 1_500, NONE),
  {
    name: 'tcp_tw_reuse 2 over loopback: connect takes over the port',
    sysctl: { A: { ...ONE_PORT, tcp_tw_reuse: 2 } },
    moves: [
      ...listening('A', 'l', 80),
      socket('s'),
      A({ call: 'connect', fd: 's', address: '127.0.0.1', port: 80 }),
      A({ call: 'accept', fd: 'l' }, 'c'),
      close('A', 's'),
      close('A', 'c'),
      [look('A'), 'LISTEN *:80 *:*, TIME-WAIT 127.0.0.1:E 127.0.0.1:80'],
      wait(1_500),
      socket('t'),
      [A({ call: 'connect', fd: 't', address: '127.0.0.1', port: 80 }), '= 0'],
    ],
  },
  {
    name: 'a port in TIME-WAIT is free for a connection to another peer',
    sysctl: { A: { ...ONE_PORT, tcp_tw_reuse: 0 } },
    moves: [
      ...listening('B', 'l', 80),
      ...listening('B', 'm', 81),
      ...timeWaitAt40000('s'),
      socket('t'),
      [toServer('t', 81), '= 0'],
      [look('A'), 'ESTAB A:E B:81, TIME-WAIT A:E B:80'],
    ],
  },
  {
    name: 'tcp_max_tw_buckets 0: a connection that is over is forgotten, and TCPTimeWaitOverflow counts it',
    sysctl: { A: { ...ONE_PORT, tcp_max_tw_buckets: 0 } },
    moves: [
      ...listening('B', 'l', 80),
      ...timeWaitAt40000('s'),
      [look('A'), 'nothing'],
      [counted('A', 'TCPTimeWaitOverflow'), '1'],
      socket('t'),
      [toServer('t'), '= 0'],
    ],
  },
  {
    name: 'a new SYN from the same port ends a TIME-WAIT at the server and begins a connection',
    moves: [
      ...listening('B', 'l', 80),
      socket('s'),
      reuse('s'),
      A({ call: 'bind', fd: 's', port: 5000 }),
      toServer('s'),
      B({ call: 'accept', fd: 'l' }, 'c'),
      close('B', 'c'),
      close('A', 's'),
      [look('B'), 'LISTEN *:80 *:*, TIME-WAIT B:80 A:5000'],
      socket('t'),
      reuse('t'),
      [A({ call: 'bind', fd: 't', port: 5000 }), '= 0'],
      [toServer('t'), '= 0'],
      [look('B'), 'ESTAB B:80 A:5000, LISTEN *:80 *:*'],
    ],
  },
  {
    name: 'without timestamps a new SYN needs a higher sequence number, which the clock of the ISN gives it',
    sysctl: { A: { tcp_timestamps: 0 }, B: { tcp_timestamps: 0 } },
    moves: [
      ...listening('B', 'l', 80),
      socket('s'),
      reuse('s'),
      A({ call: 'bind', fd: 's', port: 5000 }),
      toServer('s'),
      B({ call: 'accept', fd: 'l' }, 'c'),
      close('B', 'c'),
      close('A', 's'),
      [look('B'), 'LISTEN *:80 *:*, TIME-WAIT B:80 A:5000'],
      socket('t'),
      reuse('t'),
      A({ call: 'bind', fd: 't', port: 5000 }),
      [toServer('t'), '= 0'],
      [look('B'), 'ESTAB B:80 A:5000, LISTEN *:80 *:*'],
    ],
  },
]

const worker = (fd: string): Move[] => [
  B({ call: 'socket' }, fd),
  reuseB(fd, 'SO_REUSEPORT'),
  B({ call: 'bind', fd, port: 80 }),
  B({ call: 'listen', fd, backlog: 5 }),
]

export const SHARED_PORTS: readonly Told[] = [
  {
    name: 'SO_REUSEPORT: the queue of a listener that closes is reset though another listens at the port',
    moves: [
      ...worker('l'),
      socket('s'),
      [toServer('s'), '= 0'],
      ...worker('m'),
      [look('B'), 'ESTAB B:80 A:E, LISTEN *:80 *:*, LISTEN *:80 *:*'],
      [close('B', 'l'), '= 0'],
      [A({ call: 'recv', fd: 's', bytes: 1 }), '= -1 ECONNRESET'],
      [look('B'), 'LISTEN *:80 *:*'],
      socket('t'),
      [toServer('t'), '= 0'],
      [B({ call: 'accept', fd: 'm' }, 'c'), '= fd'],
    ],
  },
  {
    name: 'a listener at an address is preferred to one at every address',
    moves: [
      ...bound('B', 'a', 80, ADDRESS.B),
      B({ call: 'setsockopt', fd: 'a', option: 'SO_REUSEADDR', value: 1 }),
      B({ call: 'socket' }, 'any'),
      reuseB('any', 'SO_REUSEADDR'),
      [B({ call: 'bind', fd: 'any', port: 80 }), '= 0'],
      [B({ call: 'listen', fd: 'any', backlog: 5 }), '= 0'],
      [B({ call: 'listen', fd: 'a', backlog: 5 }), IN_USE],
    ],
  },
  {
    name: 'SO_REUSEPORT at an address and at every address: the address is preferred',
    moves: [
      ...worker('any'),
      B({ call: 'socket' }, 'a'),
      reuseB('a', 'SO_REUSEPORT'),
      [B({ call: 'bind', fd: 'a', address: ADDRESS.B, port: 80 }), '= 0'],
      [B({ call: 'listen', fd: 'a', backlog: 5 }), '= 0'],
      B({ call: 'accept', fd: 'any' }, 'waits'),
      socket('s'),
      [toServer('s'), '= 0'],
      [B({ call: 'accept', fd: 'a' }, 'c'), '= fd'],
      [again('B', 'waits'), 'blocked'],
    ],
  },
]
