/**
 * Plays of datagram and Unix sockets, whose answers a 6.18 kernel gave: what each call returns, what poll() says, what memory is charged. UDP goes from A to
 * B and back, Unix sockets stay on B.
 */
import type { SocketOption, SocketType } from '../../trace'
import { A, again, ADDRESS, B, close, counted, on, wait } from './play'
import type { Move, Side, Told } from './play'

/** All bits that poll() knows. */
const ALL = 0x3fff
const READY = 'OUT|WRNORM|WRBAND'
const READABLE = 'IN|OUT|RDNORM|WRNORM|WRBAND'

type Says = readonly [move: Move, says: string]

const other = (side: Side): string => ADDRESS[side === 'A' ? 'B' : 'A']
const socket = (side: Side, name: string, type: SocketType = 'SOCK_DGRAM'): Move =>
  on(side)({ call: 'socket', type, nonblock: true }, name)
const bind = (side: Side, fd: string, port: number, address = '0.0.0.0'): Move =>
  on(side)({ call: 'bind', fd, port, address })
const bound = (side: Side, name: string, port: number, address = '0.0.0.0'): Move[] => [
  socket(side, name),
  bind(side, name, port, address),
]
const to = (side: Side, fd: string, port: number, text = 'x', address = other(side)): Move =>
  on(side)({ call: 'sendto', fd, text, address, port })
const from = (side: Side, fd: string, bytes = 100, ...flags: string[]): Move =>
  on(side)({ call: 'recvfrom', fd, bytes, flags })
const send = (side: Side, fd: string, text = 'x'): Move => on(side)({ call: 'send', fd, text })
const recv = (side: Side, fd: string, bytes = 100): Move => on(side)({ call: 'recv', fd, bytes })
const connect = (side: Side, fd: string, port: number, address = other(side)): Move =>
  on(side)({ call: 'connect', fd, address, port })
const unspec = (side: Side, fd: string): Move =>
  on(side)({ call: 'connect', fd, address: '0.0.0.0', port: 0, family: 'AF_UNSPEC' })
const name = (side: Side, fd: string): Move => on(side)({ call: 'getsockname', fd })
const peer = (side: Side, fd: string): Move => on(side)({ call: 'getpeername', fd })
const poll = (side: Side, fd: string): Move => on(side)({ call: 'poll', fds: [{ fd, events: ALL }], timeoutMs: 0 })
const set = (side: Side, fd: string, option: SocketOption, value: number): Move =>
  on(side)({ call: 'setsockopt', fd, option, value })
const get = (side: Side, fd: string, option: SocketOption): Move => on(side)({ call: 'getsockopt', fd, option })
const shut = (side: Side, fd: string, how: 'SHUT_RD' | 'SHUT_WR' | 'SHUT_RDWR'): Move =>
  on(side)({ call: 'shutdown', fd, how })
const memory = (side: Side, fd: string): Move => ({ on: side, memory: fd })
const blocking = (side: Side, fd: string): Move => on(side)({ call: 'fcntl', fd, nonblock: false })

const UDP: readonly Told[] = [
  {
    name: 'UDP: a datagram has borders, and a sender',
    moves: [
      ...bound('B', 's', 53),
      ...bound('A', 'c', 77),
      [to('A', 'c', 53, 'hello'), '= 5'],
      [to('A', 'c', 53, 'you'), '= 3'],
      [poll('B', 's'), `= 1 ${READABLE}`],
      [from('B', 's'), '= 5 "hello" from 10.0.0.1:77'],
      [from('B', 's'), '= 3 "you" from 10.0.0.1:77'],
      [from('B', 's'), '= -1 EAGAIN'],
      [counted('B', 'UdpInDatagrams'), '2'],
      [counted('A', 'UdpOutDatagrams'), '2'],
    ],
  },
  {
    name: 'UDP: short reads, MSG_PEEK, MSG_TRUNC, no bytes',
    moves: [
      ...bound('B', 's', 53),
      socket('A', 'c'),
      ...['0123456789', 'abcdef', '', 'gone', 'last'].map((text) => to('A', 'c', 53, text)),
      [from('B', 's', 4, 'MSG_PEEK'), '= 4 "0123" cut from 10.0.0.1:E'],
      [from('B', 's', 4), '= 4 "0123" cut from 10.0.0.1:E'],
      [from('B', 's', 4, 'MSG_TRUNC', 'MSG_PEEK'), '= 6 "abcd" cut from 10.0.0.1:E'],
      [from('B', 's', 4, 'MSG_TRUNC'), '= 6 "abcd" cut from 10.0.0.1:E'],
      [from('B', 's'), '= 0 "" from 10.0.0.1:E'],
      [from('B', 's', 0), '= 0 "" cut from 10.0.0.1:E'],
      [from('B', 's'), '= 4 "last" from 10.0.0.1:E'],
    ],
  },
  {
    name: 'UDP: a socket without a peer',
    moves: [
      socket('A', 's'),
      [poll('A', 's'), `= 1 ${READY}`],
      [name('A', 's'), '= 0 0.0.0.0:0'],
      [peer('A', 's'), '= -1 ENOTCONN'],
      [A({ call: 'listen', fd: 's', backlog: 1 }), '= -1 EOPNOTSUPP'],
      [A({ call: 'accept', fd: 's' }), '= -1 EOPNOTSUPP'],
      [recv('A', 's'), '= -1 EAGAIN'],
      [send('A', 's'), '= -1 EDESTADDRREQ'],
      [name('A', 's'), '= 0 0.0.0.0:E'],
      [bind('A', 's', 99), '= -1 EINVAL'],
      [to('A', 's', 0), '= -1 EINVAL'],
      [A({ call: 'sendto', fd: 's', text: 'x', address: ADDRESS.B, port: 9, flags: ['MSG_OOB'] }), '= -1 EOPNOTSUPP'],
      [shut('A', 's', 'SHUT_WR'), '= -1 ENOTCONN'],
      [to('A', 's', 9), '= -1 EPIPE'],
      [bind('A', 'nothing', 9), '= -1 EBADF'],
    ],
  },
  {
    name: 'UDP: sizes',
    moves: [
      socket('A', 's'),
      ...(
        [
          [65_507, '= 65507'],
          [65_508, '= -1 EMSGSIZE'],
          [65_535, '= -1 EMSGSIZE'],
          [65_536, '= -1 EMSGSIZE'],
        ] as const
      ).map(([bytes, says]): Says => [A({ call: 'sendto', fd: 's', bytes, address: '127.0.0.1', port: 9 }), says]),
      set('A', 's', 'IP_MTU_DISCOVER', 2),
      [A({ call: 'sendto', fd: 's', bytes: 1_472, address: ADDRESS.B, port: 9 }), '= 1472'],
      [A({ call: 'sendto', fd: 's', bytes: 1_473, address: ADDRESS.B, port: 9 }), '= -1 EMSGSIZE'],
    ],
  },
  {
    name: 'UDP: an unconnected socket hears of no closed port',
    moves: [
      socket('A', 's'),
      [to('A', 's', 9), '= 1'],
      [poll('A', 's'), `= 1 ${READY}`],
      [get('A', 's', 'SO_ERROR'), '= 0 [0]'],
      [counted('B', 'UdpNoPorts'), '1'],
      set('A', 's', 'IP_RECVERR', 1),
      [to('A', 's', 9, 'abc'), '= 3'],
      [poll('A', 's'), `= 1 OUT|ERR|WRNORM|WRBAND`],
      [from('A', 's'), '= -1 ECONNREFUSED'],
      [poll('A', 's'), `= 1 OUT|ERR|WRNORM|WRBAND`],
      [from('A', 's', 100, 'MSG_ERRQUEUE'), '= 3 error 111 origin 2 code 3'],
      [poll('A', 's'), `= 1 ${READY}`],
      [from('A', 's', 100, 'MSG_ERRQUEUE'), '= -1 EAGAIN'],
      [to('A', 's', 9, 'abc'), '= 3'],
      [from('A', 's', 100, 'MSG_ERRQUEUE'), '= 3 error 111 origin 2 code 3'],
      [get('A', 's', 'SO_ERROR'), '= 0 [0]'],
    ],
  },
  {
    name: 'UDP: a connected socket is told, once, by whichever call is next',
    moves: [
      socket('A', 's'),
      [connect('A', 's', 9), '= 0'],
      [name('A', 's'), '= 0 10.0.0.1:E'],
      [peer('A', 's'), '= 0 10.0.0.2:9'],
      [send('A', 's'), '= 1'],
      [poll('A', 's'), `= 1 OUT|ERR|WRNORM|WRBAND`],
      [send('A', 's'), '= -1 ECONNREFUSED'],
      [send('A', 's'), '= 1'],
      [recv('A', 's'), '= -1 ECONNREFUSED'],
      [recv('A', 's'), '= -1 EAGAIN'],
      send('A', 's'),
      [get('A', 's', 'SO_ERROR'), '= 0 [ECONNREFUSED]'],
      [get('A', 's', 'SO_ERROR'), '= 0 [0]'],
      send('A', 's'),
      [connect('A', 's', 10), '= 0'],
      [get('A', 's', 'SO_ERROR'), '= 0 [ECONNREFUSED]'],
      send('A', 's'),
      [unspec('A', 's'), '= 0'],
      [get('A', 's', 'SO_ERROR'), '= 0 [ECONNREFUSED]'],
      [name('A', 's'), '= 0 0.0.0.0:0'],
      [peer('A', 's'), '= -1 ENOTCONN'],
    ],
  },
  {
    name: 'UDP: an error wakes a recv() that waits',
    moves: [
      A({ call: 'socket', type: 'SOCK_DGRAM' }, 's'),
      connect('A', 's', 9),
      [A({ call: 'recv', fd: 's', bytes: 10 }, 'waiting'), 'blocked'],
      send('A', 's'),
      [again('A', 'waiting'), '= -1 ECONNREFUSED'],
    ],
  },
  {
    name: 'UDP: whom a connected socket hears',
    moves: [
      ...bound('A', 'a', 1001),
      ...bound('B', 'b', 1002),
      ...bound('B', 'c', 1003),
      to('B', 'c', 1001, 'old'),
      connect('A', 'a', 1002),
      [from('A', 'a'), '= 3 "old" from 10.0.0.2:1003'],
      [to('B', 'c', 1001, 'foreign'), '= 7'],
      [from('A', 'a'), '= -1 EAGAIN'],
      [to('B', 'b', 1001, 'peer'), '= 4'],
      [from('A', 'a'), '= 4 "peer" from 10.0.0.2:1002'],
      [to('A', 'a', 1003, 'there'), '= 5'],
      [from('B', 'c'), '= 5 "there" from 10.0.0.1:1001'],
    ],
  },
  {
    name: 'UDP: what AF_UNSPEC leaves',
    moves: [
      ...bound('A', 'wild', 1077),
      connect('A', 'wild', 9),
      [name('A', 'wild'), '= 0 10.0.0.1:1077'],
      unspec('A', 'wild'),
      [name('A', 'wild'), '= 0 0.0.0.0:1077'],
      ...bound('A', 'named', 0, ADDRESS.A),
      connect('A', 'named', 9),
      unspec('A', 'named'),
      [name('A', 'named'), '= 0 10.0.0.1:0'],
      [send('A', 'named'), '= -1 EDESTADDRREQ'],
      socket('A', 'fresh'),
      [unspec('A', 'fresh'), '= 0'],
      [connect('A', 'fresh', 9, '0.0.0.0'), '= 0'],
      [peer('A', 'fresh'), '= 0 127.0.0.1:9'],
    ],
  },
  {
    name: 'UDP: shutdown',
    moves: [
      socket('A', 's'),
      connect('A', 's', 9),
      [shut('A', 's', 'SHUT_WR'), '= 0'],
      [poll('A', 's'), `= 1 ${READY}`],
      [send('A', 's'), '= -1 EPIPE'],
      [shut('A', 's', 'SHUT_RD'), '= 0'],
      [poll('A', 's'), '= 1 IN|OUT|HUP|RDNORM|WRNORM|WRBAND|RDHUP'],
      [recv('A', 's'), '= -1 EAGAIN'],
      blocking('A', 's'),
      [recv('A', 's'), '= 0'],
      A({ call: 'socket', type: 'SOCK_DGRAM' }, 'bare'),
      [A({ call: 'recv', fd: 'bare', bytes: 10 }, 'waiting'), 'blocked'],
      [shut('A', 'bare', 'SHUT_RDWR'), '= -1 ENOTCONN'],
      [again('A', 'waiting'), '= 0'],
      [poll('A', 'bare'), '= 1 IN|OUT|HUP|RDNORM|WRNORM|WRBAND|RDHUP'],
    ],
  },
  ...(
    [
      ['SO_RCVBUF 1', 1, 2, 2304],
      ['SO_RCVBUF 2304', 2304, 5, 4608],
      ['SO_RCVBUF 4096', 4096, 9, 8192],
    ] as const
  ).map(([text, given, fit, doubled]): Told => ({
    name: `UDP: what a receive buffer of ${text} holds`,
    moves: [
      socket('B', 's'),
      set('B', 's', 'SO_RCVBUF', given),
      [get('B', 's', 'SO_RCVBUF'), `= 0 [${doubled}]`],
      bind('B', 's', 53),
      socket('A', 'c'),
      ...Array.from({ length: fit + 2 }, () => to('A', 'c', 53, '0123456789')),
      [memory('B', 's'), `r${fit * 832} w0 d2`],
      [counted('B', 'UdpRcvbufErrors'), '2'],
      [counted('B', 'UdpInErrors'), '2'],
    ],
  })),
  {
    name: 'UDP: memory of what was read comes back in lots',
    moves: [
      socket('B', 's'),
      set('B', 's', 'SO_RCVBUF', 4096),
      bind('B', 's', 53),
      socket('A', 'c'),
      ...Array.from({ length: 6 }, () => to('A', 'c', 53)),
      ...[4992, 4992, 2496, 2496, 2496, 0].flatMap((charged): (Move | Says)[] => [
        recv('B', 's'),
        [memory('B', 's'), `r${charged} w0 d0`],
      ]),
    ],
  },
  {
    name: 'UDP: what a datagram is charged',
    moves: [
      ...bound('B', 's', 53),
      socket('B', 'c'),
      ...(
        [
          [0, 832],
          [197, 832],
          [198, 1280],
          [646, 2304],
          [1670, 4352],
          [3718, 8448],
          [7814, 16_640],
          [16_005, 16_837],
          [65_507, 66_339],
        ] as const
      ).flatMap(([bytes, charged]): (Move | Says)[] => [
        B({ call: 'sendto', fd: 'c', bytes, address: '127.0.0.1', port: 53 }),
        [memory('B', 's'), `r${charged} w0 d0`],
        recv('B', 's'),
      ]),
    ],
  },
  {
    name: 'UDP: one datagram is taken however long, another is not',
    moves: [
      socket('B', 's'),
      set('B', 's', 'SO_RCVBUF', 1),
      bind('B', 's', 53),
      socket('B', 'c'),
      ...[1, 2].map(() => B({ call: 'sendto', fd: 'c', bytes: 9_000, address: '127.0.0.1', port: 53 })),
      [memory('B', 's'), 'r16640 w0 d1'],
    ],
  },
  ...(['', 'SO_REUSEADDR', 'SO_REUSEPORT'] as const).flatMap((first) =>
    (['', 'SO_REUSEADDR', 'SO_REUSEPORT'] as const).map((second): Told => ({
      name: `UDP: a port held with ${first || 'nothing'}, asked for with ${second || 'nothing'}`,
      moves: [
        socket('B', 'a'),
        socket('B', 'b'),
        ...(first === '' ? [] : [set('B', 'a', first, 1)]),
        ...(second === '' ? [] : [set('B', 'b', second, 1)]),
        bind('B', 'a', 53),
        [bind('B', 'b', 53), first !== '' && first === second ? '= 0' : '= -1 EADDRINUSE'],
      ],
    })),
  ),
  {
    name: 'UDP: which of several sockets on a port gets a datagram',
    moves: [
      ...['any', 'last', 'exact', 'client'].flatMap((it) => [socket('B', it), set('B', it, 'SO_REUSEADDR', 1)]),
      bind('B', 'any', 53),
      bind('B', 'last', 53),
      ...bound('A', 'c', 1007),
      ...bound('A', 'd', 1008),
      to('A', 'c', 53, 'one'),
      [from('B', 'any'), '= -1 EAGAIN'],
      [from('B', 'last'), '= 3 "one" from 10.0.0.1:1007'],
      bind('B', 'exact', 53, ADDRESS.B),
      to('A', 'c', 53, 'two'),
      [from('B', 'exact'), '= 3 "two" from 10.0.0.1:1007'],
      bind('B', 'client', 53),
      connect('B', 'client', 1007),
      to('A', 'c', 53, 'three'),
      to('A', 'd', 53, 'four'),
      [from('B', 'client'), '= 5 "three" from 10.0.0.1:1007'],
      [from('B', 'exact'), '= 4 "four" from 10.0.0.1:1008'],
    ],
  },
  {
    name: 'UDP: options',
    moves: [
      socket('A', 's'),
      ...(
        [
          ['SO_TYPE', '= 0 [2]'],
          ['SO_SNDBUF', '= 0 [212992]'],
          ['SO_RCVBUF', '= 0 [212992]'],
          ['SO_BROADCAST', '= 0 [0]'],
          ['SO_NO_CHECK', '= 0 [0]'],
          ['SO_RCVLOWAT', '= 0 [1]'],
          ['IP_MTU_DISCOVER', '= 0 [1]'],
          ['IP_RECVERR', '= 0 [0]'],
          ['IP_MTU', '= -1 ENOTCONN'],
          ['TCP_NODELAY', '= -1 EOPNOTSUPP'],
        ] as const
      ).map(([option, says]): Says => [get('A', 's', option), says]),
      [set('A', 's', 'TCP_NODELAY', 1), '= -1 ENOPROTOOPT'],
      [set('A', 's', 'SO_SNDBUF', 1), '= 0'],
      [get('A', 's', 'SO_SNDBUF'), '= 0 [4608]'],
      [set('A', 's', 'IP_TOS', 255), '= 0'],
      [get('A', 's', 'IP_TOS'), '= 0 [255]'],
      connect('A', 's', 9),
      [get('A', 's', 'IP_MTU'), '= 0 [1500]'],
      connect('A', 's', 9, '127.0.0.1'),
      [get('A', 's', 'IP_MTU'), '= 0 [65535]'],
    ],
  },
  {
    name: 'UDP: SO_RCVTIMEO, MSG_MORE and a path',
    moves: [
      A({ call: 'socket', type: 'SOCK_DGRAM' }, 's'),
      set('A', 's', 'SO_RCVTIMEO', 100),
      [A({ call: 'recv', fd: 's', bytes: 10 }, 'waiting'), 'blocked'],
      wait(150),
      [again('A', 'waiting'), '= -1 EAGAIN'],
      ...bound('B', 'b', 53),
      [A({ call: 'sendto', fd: 's', text: 'ab', flags: ['MSG_MORE'], address: ADDRESS.B, port: 53 }), '= 2'],
      [recv('B', 'b'), '= -1 EAGAIN'],
      [to('A', 's', 53, 'cd'), '= 2'],
      [recv('B', 'b'), '= 4'],
      [A({ call: 'bind', fd: 's', port: 0, path: '/tmp/x' }), '= -1 EAFNOSUPPORT'],
      [A({ call: 'connect', fd: 's', address: '0.0.0.0', port: 0, path: '/tmp/x' }), '= -1 EAFNOSUPPORT'],
      [A({ call: 'sendto', fd: 's', text: 'x', path: '/tmp/x' }), '= -1 EAFNOSUPPORT'],
      close('A', 's'),
      [recv('A', 's'), '= -1 EBADF'],
    ],
  },
]

const unix = (fd: string, type: SocketType = 'SOCK_STREAM'): Move =>
  B({ call: 'socket', domain: 'AF_UNIX', type, nonblock: true }, fd)
const bindPath = (fd: string, path: string): Move => B({ call: 'bind', fd, port: 0, path })
const connectPath = (fd: string, path: string): Move => B({ call: 'connect', fd, address: '0.0.0.0', port: 0, path })
const toPath = (fd: string, path: string, text = 'x'): Move => B({ call: 'sendto', fd, text, path })
const listen = (fd: string, backlog: number): Move => B({ call: 'listen', fd, backlog })
const accept = (fd: string, as?: string): Move => B({ call: 'accept', fd, nonblock: true }, as)
const pair = (first: string, type: SocketType = 'SOCK_STREAM'): Move =>
  B({ call: 'socketpair', type, nonblock: true }, first)
/** The second of a pair. */
const mate = (first: string): string => `${first}+`
const unlink = (path: string): Move => B({ call: 'unlink', path })
const server = (fd: string, path: string, backlog: number): Move[] => [
  unix(fd),
  bindPath(fd, path),
  listen(fd, backlog),
]
const OVER = '= 1 IN|OUT|HUP|RDNORM|WRNORM|WRBAND|RDHUP'
const RESET = '= 1 IN|OUT|ERR|HUP|RDNORM|WRNORM|WRBAND|RDHUP'
const ENDED = '= 1 IN|OUT|RDNORM|WRNORM|WRBAND|RDHUP'
const WRITE = `= 1 ${READY}`

const UNIX: readonly Told[] = [
  {
    name: 'Unix: sockets that were just made',
    moves: [
      unix('s'),
      [poll('B', 's'), '= 1 OUT|HUP|WRNORM|WRBAND'],
      [send('B', 's'), '= -1 ENOTCONN'],
      [recv('B', 's'), '= -1 EINVAL'],
      [listen('s', 1), '= -1 EINVAL'],
      [accept('s'), '= -1 EINVAL'],
      [name('B', 's'), '= 0 -'],
      [peer('B', 's'), '= -1 ENOTCONN'],
      [toPath('s', '/tmp/none'), '= -1 EOPNOTSUPP'],
      [shut('B', 's', 'SHUT_RDWR'), '= 0'],
      [poll('B', 's'), OVER],
      unix('d', 'SOCK_DGRAM'),
      [poll('B', 'd'), WRITE],
      [send('B', 'd'), '= -1 ENOTCONN'],
      [recv('B', 'd'), '= -1 EAGAIN'],
      [listen('d', 1), '= -1 EOPNOTSUPP'],
      [accept('d'), '= -1 EOPNOTSUPP'],
      [get('B', 'd', 'SO_TYPE'), '= 0 [2]'],
      [get('B', 'd', 'SO_SNDBUF'), '= 0 [212992]'],
      [get('B', 'd', 'TCP_NODELAY'), '= -1 EOPNOTSUPP'],
      [set('B', 'd', 'TCP_NODELAY', 1), '= -1 EOPNOTSUPP'],
      [bind('B', 's', 80), '= -1 EINVAL'],
      [connect('B', 's', 80), '= -1 EINVAL'],
    ],
  },
  {
    name: 'Unix: a path outlives its socket',
    moves: [
      unix('s'),
      [bindPath('s', '/tmp/s'), '= 0'],
      unix('t'),
      [bindPath('t', '/tmp/s'), '= -1 EADDRINUSE'],
      [bindPath('s', '/tmp/other'), '= -1 EINVAL'],
      [bindPath('t', '/nodir/s'), '= -1 ENOENT'],
      [connectPath('t', '/tmp/s'), '= -1 ECONNREFUSED'],
      close('B', 's'),
      [bindPath('t', '/tmp/s'), '= -1 EADDRINUSE'],
      [connectPath('t', '/tmp/s'), '= -1 ECONNREFUSED'],
      [unlink('/tmp/s'), '= 0'],
      [unlink('/tmp/s'), '= -1 ENOENT'],
      [connectPath('t', '/tmp/s'), '= -1 ENOENT'],
      [bindPath('t', '/tmp/s'), '= 0'],
      [name('B', 't'), '= 0 /tmp/s'],
      unix('a'),
      [bindPath('a', '@name'), '= 0'],
      unix('b'),
      [bindPath('b', '@name'), '= -1 EADDRINUSE'],
      close('B', 'a'),
      [connectPath('b', '@name'), '= -1 ECONNREFUSED'],
      [bindPath('b', '@name'), '= 0'],
    ],
  },
  {
    name: 'Unix: types do not mix',
    moves: [
      ...server('l', '/tmp/l', 5),
      unix('d', 'SOCK_DGRAM'),
      bindPath('d', '/tmp/d'),
      unix('s'),
      [connectPath('s', '/tmp/d'), '= -1 EPROTOTYPE'],
      unix('e', 'SOCK_DGRAM'),
      [connectPath('e', '/tmp/l'), '= -1 EPROTOTYPE'],
      [toPath('e', '/tmp/l'), '= -1 EPROTOTYPE'],
    ],
  },
  {
    name: 'Unix: a connection before accept()',
    moves: [
      ...server('l', '/tmp/l', 2),
      [poll('B', 'l'), '= 0 -'],
      unix('s'),
      [connectPath('s', '/tmp/l'), '= 0'],
      [poll('B', 's'), WRITE],
      [poll('B', 'l'), '= 1 IN|RDNORM'],
      [send('B', 's', 'hello'), '= 5'],
      [accept('l', 'c'), '= fd'],
      [poll('B', 'c'), `= 1 ${READABLE}`],
      [name('B', 'c'), '= 0 /tmp/l'],
      [peer('B', 'c'), '= 0 -'],
      [peer('B', 's'), '= 0 /tmp/l'],
      [recv('B', 'c'), '= 5'],
      [connectPath('s', '/tmp/l'), '= -1 EISCONN'],
      [listen('s', 1), '= -1 EINVAL'],
      [connectPath('l', '/tmp/l'), '= -1 EINVAL'],
      [send('B', 'l'), '= -1 ENOTCONN'],
      [recv('B', 'l'), '= -1 EINVAL'],
      [toPath('s', '/tmp/l'), '= -1 EISCONN'],
      [bindPath('s', '/tmp/s'), '= 0'],
    ],
  },
  {
    name: 'Unix: a full backlog',
    moves: [
      ...server('l', '/tmp/l', 2),
      ...['1', '2', '3'].flatMap((it): (Move | Says)[] => [unix(it), [connectPath(it, '/tmp/l'), '= 0']]),
      unix('4'),
      [connectPath('4', '/tmp/l'), '= -1 EAGAIN'],
      blocking('B', '4'),
      [B({ call: 'connect', fd: '4', address: '0.0.0.0', port: 0, path: '/tmp/l' }, 'waiting'), 'blocked'],
      accept('l', 'c'),
      [again('B', 'waiting'), '= 0'],
      B({ call: 'socket', domain: 'AF_UNIX' }, '5'),
      set('B', '5', 'SO_SNDTIMEO', 100),
      [B({ call: 'connect', fd: '5', address: '0.0.0.0', port: 0, path: '/tmp/l' }, 'patient'), 'blocked'],
      wait(150),
      [again('B', 'patient'), '= -1 EAGAIN'],
    ],
  },
  {
    name: 'Unix: a stream ends',
    moves: [
      pair('a'),
      [send('B', 'a', 'abc'), '= 3'],
      [send('B', 'a', 'def'), '= 3'],
      [B({ call: 'recv', fd: mate('a'), bytes: 10, flags: ['MSG_PEEK'] }), '= 6'],
      [recv('B', mate('a'), 4), '= 4'],
      [recv('B', mate('a'), 10), '= 2'],
      [recv('B', mate('a'), 10), '= -1 EAGAIN'],
      [send('B', 'a', ''), '= 0'],
      [poll('B', mate('a')), WRITE],
      [shut('B', 'a', 'SHUT_WR'), '= 0'],
      [poll('B', 'a'), WRITE],
      [poll('B', mate('a')), ENDED],
      [recv('B', mate('a')), '= 0'],
      [send('B', 'a'), '= -1 EPIPE'],
      [send('B', mate('a')), '= 1'],
      [recv('B', 'a'), '= 1'],
      pair('r'),
      [shut('B', 'r', 'SHUT_RD'), '= 0'],
      [poll('B', 'r'), ENDED],
      [poll('B', mate('r')), WRITE],
      [send('B', mate('r')), '= -1 EPIPE'],
      [recv('B', 'r'), '= 0'],
      pair('c'),
      send('B', 'c', 'left'),
      close('B', 'c'),
      [poll('B', mate('c')), OVER],
      [recv('B', mate('c')), '= 4'],
      [recv('B', mate('c')), '= 0'],
      [send('B', mate('c')), '= -1 EPIPE'],
      pair('u'),
      send('B', mate('u'), 'unread'),
      close('B', 'u'),
      [poll('B', mate('u')), RESET],
      [send('B', mate('u')), '= -1 EPIPE'],
      [recv('B', mate('u')), '= -1 ECONNRESET'],
      [recv('B', mate('u')), '= 0'],
    ],
  },
  {
    name: 'Unix: a listener that goes away',
    moves: [
      ...server('l', '/tmp/l', 5),
      unix('s'),
      connectPath('s', '/tmp/l'),
      close('B', 'l'),
      [poll('B', 's'), RESET],
      [recv('B', 's'), '= -1 ECONNRESET'],
      [recv('B', 's'), '= 0'],
      ...server('m', '/tmp/m', 5),
      unix('t'),
      connectPath('t', '/tmp/m'),
      [shut('B', 'm', 'SHUT_RDWR'), '= 0'],
      [poll('B', 'm'), '= 1 IN|HUP|RDNORM|RDHUP'],
      unix('v'),
      [connectPath('v', '/tmp/m'), '= -1 ECONNREFUSED'],
      [accept('m', 'c'), '= fd'],
      [accept('m'), '= -1 EAGAIN'],
      blocking('B', 'm'),
      [B({ call: 'accept', fd: 'm' }), '= -1 EINVAL'],
    ],
  },
  {
    name: 'Unix: what is charged, and to whom',
    moves: [
      ...(
        [
          [1, 768],
          [193, 1280],
          [705, 2304],
          [1729, 4352],
          [3777, 4864],
          [7872, 8448],
          [7873, 8960],
          [20_000, 20_736],
          [33_000, 34_048],
          [40_000, 41_472],
        ] as const
      ).flatMap(([bytes, charged], i): (Move | Says)[] => [
        pair(`s${i}`),
        B({ call: 'send', fd: `s${i}`, bytes }),
        [memory('B', `s${i}`), `r0 w${charged} d0`],
      ]),
      ...(
        [
          [0, 768],
          [3777, 8448],
          [7873, 16_640],
          [16_065, 20_736],
          [32_449, 37_120],
          [100_000, 102_656],
          [212_960, 332_032],
        ] as const
      ).flatMap(([bytes, charged], i): (Move | Says)[] => [
        pair(`d${i}`, 'SOCK_DGRAM'),
        B({ call: 'send', fd: `d${i}`, bytes }),
        [memory('B', `d${i}`), `r0 w${charged} d0`],
      ]),
      pair('big'),
      [B({ call: 'send', fd: 'big', bytes: 1_000_000 }), '= 219264'],
      [poll('B', 'big'), '= 0 -'],
      pair('small'),
      set('B', 'small', 'SO_SNDBUF', 1),
      [B({ call: 'send', fd: 'small', bytes: 10_000 }), '= 4480'],
      [B({ call: 'send', fd: 'small', bytes: 1 }), '= -1 EAGAIN'],
      pair('long', 'SOCK_DGRAM'),
      [B({ call: 'send', fd: 'long', bytes: 212_961 }), '= -1 EMSGSIZE'],
    ],
  },
  {
    name: 'Unix: datagrams wait for their receiver',
    moves: [
      unix('s', 'SOCK_DGRAM'),
      bindPath('s', '/tmp/s'),
      unix('c', 'SOCK_DGRAM'),
      ...Array.from({ length: 11 }, (): Says => [toPath('c', '/tmp/s'), '= 1']),
      [toPath('c', '/tmp/s'), '= -1 EAGAIN'],
      [poll('B', 'c'), WRITE],
      [connectPath('c', '/tmp/s'), '= 0'],
      [poll('B', 'c'), '= 0 -'],
      blocking('B', 'c'),
      [B({ call: 'send', fd: 'c', text: 'x' }, 'waiting'), 'blocked'],
      recv('B', 's'),
      [again('B', 'waiting'), '= 1'],
    ],
  },
  {
    name: 'Unix: datagrams, their names, and peers that are gone',
    moves: [
      unix('s', 'SOCK_DGRAM'),
      bindPath('s', '/tmp/s'),
      unix('c', 'SOCK_DGRAM'),
      bindPath('c', '/tmp/c'),
      [toPath('c', '/tmp/s', '0123456789'), '= 10'],
      [from('B', 's', 4), '= 4 "0123" cut from /tmp/c'],
      unix('n', 'SOCK_DGRAM'),
      toPath('n', '/tmp/s', ''),
      [from('B', 's', 4), '= 0 "" from -'],
      [toPath('n', '/tmp/nobody'), '= -1 ENOENT'],
      connectPath('c', '/tmp/s'),
      [toPath('n', '/tmp/c'), '= -1 EPERM'],
      [connectPath('n', '/tmp/c'), '= -1 EPERM'],
      close('B', 's'),
      [poll('B', 'c'), WRITE],
      [send('B', 'c'), '= -1 ECONNREFUSED'],
      [send('B', 'c'), '= -1 ENOTCONN'],
      [peer('B', 'c'), '= -1 ENOTCONN'],
      pair('a', 'SOCK_DGRAM'),
      shut('B', 'a', 'SHUT_WR'),
      [poll('B', mate('a')), WRITE],
      [send('B', 'a'), '= -1 EPIPE'],
      [recv('B', mate('a')), '= -1 EAGAIN'],
      [send('B', mate('a')), '= 1'],
      pair('r', 'SOCK_DGRAM'),
      shut('B', 'r', 'SHUT_RD'),
      [poll('B', 'r'), ENDED],
      [send('B', mate('r')), '= -1 EPIPE'],
      [recv('B', 'r'), '= -1 EAGAIN'],
      pair('u', 'SOCK_DGRAM'),
      [unspec('B', 'u'), '= 0'],
      [send('B', 'u'), '= -1 ENOTCONN'],
      [send('B', mate('u')), '= 1'],
      pair('st'),
      [unspec('B', 'st'), '= -1 EINVAL'],
    ],
  },
]

export const DATAGRAM_PLAYS: readonly Told[] = [...UDP, ...UNIX]
