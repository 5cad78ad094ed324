/** What Linux does with Unix sockets, as asked of a 6.18 kernel; e2e/kernel/udp asks again. */
import { describe, expect, test } from 'vitest'
import {
  call,
  CLIENT,
  createBench,
  does,
  eventsOf,
  lastCall,
  run,
  said,
  socketAt,
  valueOf,
} from '../../testing/host-bench'
import type { HostBench } from '../../testing/host-bench'
import { POLL_EVENTS as E } from '../../trace'
import type { SocketOption, SocketType } from '../../trace'
import { messageTruesize, streamPiece, streamTruesize } from './truesize'

const ALL = 0x3fff
const OUT = E.OUT | E.WRNORM | E.WRBAND
const IN = E.IN | E.RDNORM
/** What a reader sees whose writer is through, and one whose peer is gone. */
const ENDED = OUT | IN | E.RDHUP
const OVER = ENDED | E.HUP

function unix(bench: HostBench, type: SocketType = 'SOCK_STREAM', path?: string): number {
  const fd = valueOf(bench, call(bench, CLIENT, { call: 'socket', domain: 'AF_UNIX', type, nonblock: true }))
  if (path !== undefined) expect(bind(bench, fd, path)).toBe('= 0')
  return fd
}

const bind = (bench: HostBench, fd: number, path: string): string =>
  does(bench, CLIENT, { call: 'bind', fd, port: 0, path })
const connect = (bench: HostBench, fd: number, path: string): string =>
  does(bench, CLIENT, { call: 'connect', fd, address: '0.0.0.0', port: 0, path })
const listen = (bench: HostBench, fd: number, backlog: number): string =>
  does(bench, CLIENT, { call: 'listen', fd, backlog })
const accept = (bench: HostBench, fd: number): string => does(bench, CLIENT, { call: 'accept', fd, nonblock: true })
const send = (bench: HostBench, fd: number, text: string): string => does(bench, CLIENT, { call: 'send', fd, text })
const sendBytes = (bench: HostBench, fd: number, bytes: number): string =>
  does(bench, CLIENT, { call: 'send', fd, bytes })
const sendTo = (bench: HostBench, fd: number, path: string): string =>
  does(bench, CLIENT, { call: 'sendto', fd, text: 'x', path })
const recv = (bench: HostBench, fd: number, bytes = 100): string => does(bench, CLIENT, { call: 'recv', fd, bytes })
const shut = (bench: HostBench, fd: number, how: 'SHUT_RD' | 'SHUT_WR' | 'SHUT_RDWR'): string =>
  does(bench, CLIENT, { call: 'shutdown', fd, how })
const close = (bench: HostBench, fd: number): string => does(bench, CLIENT, { call: 'close', fd })
const unlink = (bench: HostBench, path: string): string => does(bench, CLIENT, { call: 'unlink', path })

function poll(bench: HostBench, fd: number): number {
  const made = call(bench, CLIENT, { call: 'poll', fds: [{ fd, events: ALL }], timeoutMs: 0 })
  const output = lastCall(bench, made).returned?.output
  return output?.kind === 'events' ? output.events[0].events : -1
}

function option(bench: HostBench, fd: number, name: SocketOption): string {
  const { call: text, returned } = lastCall(bench, call(bench, CLIENT, { call: 'getsockopt', fd, option: name }))
  return returned?.errno || (/\[(.*)\]/.exec(text)?.[1] ?? '?')
}

function pair(bench: HostBench, type: SocketType = 'SOCK_STREAM'): [number, number] {
  const { returned } = lastCall(bench, call(bench, CLIENT, { call: 'socketpair', type, nonblock: true }))
  if (returned?.output?.kind !== 'descriptors') throw new Error('no descriptors')
  return [returned.output.fds[0], returned.output.fds[1]]
}

function addressOf(bench: HostBench, fd: number, which: 'getsockname' | 'getpeername'): string {
  const { returned } = lastCall(bench, call(bench, CLIENT, { call: which, fd }))
  return returned?.output?.kind === 'address' ? returned.output.address : (returned?.errno ?? '')
}

describe('a Unix socket that was just made', () => {
  test('for a stream is hung up and not connected', () => {
    const bench = createBench()
    const fd = unix(bench)
    expect(poll(bench, fd)).toBe(OUT | E.HUP)
    expect([send(bench, fd, 'x'), recv(bench, fd), listen(bench, fd, 1), accept(bench, fd)]).toEqual([
      '= -1 ENOTCONN',
      '= -1 EINVAL',
      '= -1 EINVAL',
      '= -1 EINVAL',
    ])
    expect([addressOf(bench, fd, 'getsockname'), addressOf(bench, fd, 'getpeername')]).toEqual(['', 'ENOTCONN'])
    expect([shut(bench, fd, 'SHUT_RDWR'), poll(bench, fd)]).toEqual(['= 0', OVER])
  })

  test('for datagrams can be written to poll(), though it has nobody to write to', () => {
    const bench = createBench()
    const fd = unix(bench, 'SOCK_DGRAM')
    expect(poll(bench, fd)).toBe(OUT)
    expect([send(bench, fd, 'x'), recv(bench, fd), listen(bench, fd, 1), accept(bench, fd)]).toEqual([
      '= -1 ENOTCONN',
      '= -1 EAGAIN',
      '= -1 EOPNOTSUPP',
      '= -1 EOPNOTSUPP',
    ])
  })

  test('has the options of socket(7), and none of TCP', () => {
    const bench = createBench()
    const fd = unix(bench)
    expect(
      (['SO_TYPE', 'SO_SNDBUF', 'SO_RCVBUF', 'SO_REUSEADDR', 'TCP_NODELAY'] as const).map((it) =>
        option(bench, fd, it),
      ),
    ).toEqual(['1', '212992', '212992', '0', 'EOPNOTSUPP'])
    expect(does(bench, CLIENT, { call: 'setsockopt', fd, option: 'TCP_NODELAY', value: 1 })).toBe('= -1 EOPNOTSUPP')
    does(bench, CLIENT, { call: 'setsockopt', fd, option: 'SO_SNDBUF', value: 1 })
    expect(option(bench, fd, 'SO_SNDBUF')).toBe('4608')
  })

  test('takes no Internet address, and an Internet socket no path', () => {
    const bench = createBench()
    const fd = unix(bench)
    expect(does(bench, CLIENT, { call: 'bind', fd, port: 80 })).toBe('= -1 EINVAL')
    expect(does(bench, CLIENT, { call: 'connect', fd, address: '10.0.0.2', port: 80 })).toBe('= -1 EINVAL')
    for (const type of ['SOCK_STREAM', 'SOCK_DGRAM'] as const) {
      const inet = valueOf(bench, call(bench, CLIENT, { call: 'socket', type }))
      expect([bind(bench, inet, '/tmp/x'), connect(bench, inet, '/tmp/x')]).toEqual([
        '= -1 EAFNOSUPPORT',
        '= -1 EAFNOSUPPORT',
      ])
    }
  })
})

describe('a path', () => {
  test('belongs to one socket, and outlives it until somebody unlinks it', () => {
    const bench = createBench()
    const fd = unix(bench, 'SOCK_STREAM', '/tmp/s')
    expect(bind(bench, unix(bench), '/tmp/s')).toBe('= -1 EADDRINUSE')
    expect(bind(bench, fd, '/tmp/other')).toBe('= -1 EINVAL')
    expect(bind(bench, unix(bench), '/nodir/s')).toBe('= -1 ENOENT')
    close(bench, fd)
    expect(bind(bench, unix(bench), '/tmp/s')).toBe('= -1 EADDRINUSE')
    expect(connect(bench, unix(bench), '/tmp/s')).toBe('= -1 ECONNREFUSED')
    expect([unlink(bench, '/tmp/s'), unlink(bench, '/tmp/s')]).toEqual(['= 0', '= -1 ENOENT'])
    expect(connect(bench, unix(bench), '/tmp/s')).toBe('= -1 ENOENT')
    expect(bind(bench, unix(bench), '/tmp/s')).toBe('= 0')
  })

  test('with a leading @ is no file: the name goes with the socket', () => {
    const bench = createBench()
    const fd = unix(bench, 'SOCK_STREAM', '@echo')
    expect(bind(bench, unix(bench), '@echo')).toBe('= -1 EADDRINUSE')
    close(bench, fd)
    expect(connect(bench, unix(bench), '@echo')).toBe('= -1 ECONNREFUSED')
    expect(bind(bench, unix(bench), '@echo')).toBe('= 0')
  })

  test('of a socket that does not listen refuses; of another type it is EPROTOTYPE', () => {
    const bench = createBench()
    unix(bench, 'SOCK_STREAM', '/tmp/stream')
    unix(bench, 'SOCK_DGRAM', '/tmp/dgram')
    expect(connect(bench, unix(bench), '/tmp/stream')).toBe('= -1 ECONNREFUSED')
    expect(connect(bench, unix(bench), '/tmp/dgram')).toBe('= -1 EPROTOTYPE')
    expect(connect(bench, unix(bench, 'SOCK_DGRAM'), '/tmp/stream')).toBe('= -1 EPROTOTYPE')
    expect(sendTo(bench, unix(bench, 'SOCK_DGRAM'), '/tmp/stream')).toBe('= -1 EPROTOTYPE')
  })
})

describe('a stream', () => {
  test('is connected before accept(), and no packet was sent: what is written waits for it', () => {
    const bench = createBench()
    const server = unix(bench, 'SOCK_STREAM', '/tmp/s')
    expect([listen(bench, server, 2), poll(bench, server)]).toEqual(['= 0', 0])
    const client = unix(bench)
    expect([connect(bench, client, '/tmp/s'), poll(bench, client), poll(bench, server)]).toEqual(['= 0', OUT, IN])
    expect(send(bench, client, 'hello')).toBe('= 5')
    const conn = valueOf(bench, call(bench, CLIENT, { call: 'accept', fd: server, nonblock: true }))
    expect(poll(bench, conn)).toBe(OUT | IN)
    expect([addressOf(bench, conn, 'getsockname'), addressOf(bench, conn, 'getpeername')]).toEqual(['/tmp/s', ''])
    expect([addressOf(bench, client, 'getsockname'), addressOf(bench, client, 'getpeername')]).toEqual(['', '/tmp/s'])
    expect(recv(bench, conn)).toBe('= 5')
    expect([connect(bench, client, '/tmp/s'), listen(bench, client, 1), connect(bench, server, '/tmp/s')]).toEqual([
      '= -1 EISCONN',
      '= -1 EINVAL',
      '= -1 EINVAL',
    ])
    expect([send(bench, server, 'x'), recv(bench, server)]).toEqual(['= -1 ENOTCONN', '= -1 EINVAL'])
    expect(bench.packets).toEqual([])
    expect(socketAt(bench, CLIENT, conn).unix).toMatchObject({ path: '/tmp/s', state: 'connected' })
  })

  test('waits with connect() while the listener’s queue is full, one more than the backlog; a call that must not wait says EAGAIN', () => {
    const bench = createBench()
    const server = unix(bench, 'SOCK_STREAM', '/tmp/s')
    listen(bench, server, 2)
    expect([1, 2, 3, 4].map(() => connect(bench, unix(bench), '/tmp/s'))).toEqual(['= 0', '= 0', '= 0', '= -1 EAGAIN'])
    const fd = unix(bench)
    does(bench, CLIENT, { call: 'fcntl', fd, nonblock: false })
    const waiting = call(bench, CLIENT, { call: 'connect', fd, address: '0.0.0.0', port: 0, path: '/tmp/s' })
    expect(said(bench, waiting)).toBe('blocked: listener’s queue full')
    accept(bench, server)
    run(bench, 0)
    expect(said(bench, waiting)).toBe('= 0')
    does(bench, CLIENT, { call: 'setsockopt', fd: server, option: 'SO_RCVBUF', value: 1 })
    const late = unix(bench)
    does(bench, CLIENT, { call: 'fcntl', fd: late, nonblock: false })
    does(bench, CLIENT, { call: 'setsockopt', fd: late, option: 'SO_SNDTIMEO', value: 50 })
    const patient = call(bench, CLIENT, { call: 'connect', fd: late, address: '0.0.0.0', port: 0, path: '/tmp/s' })
    run(bench, 60_000)
    expect(said(bench, patient)).toBe('= -1 EAGAIN')
  })

  test('has no borders: what was written in two pieces is read in one, and looked at in one', () => {
    const bench = createBench()
    const [a, b] = pair(bench)
    expect([send(bench, a, 'abc'), send(bench, a, 'def')]).toEqual(['= 3', '= 3'])
    expect(does(bench, CLIENT, { call: 'recv', fd: b, bytes: 10, flags: ['MSG_PEEK'] })).toBe('= 6')
    expect([recv(bench, b, 4), recv(bench, b, 10), recv(bench, b, 10)]).toEqual(['= 4', '= 2', '= -1 EAGAIN'])
    expect([send(bench, a, ''), poll(bench, b)]).toEqual(['= 0', OUT])
  })

  test('ends at shutdown() for the other end as well, at once', () => {
    const bench = createBench()
    const [a, b] = pair(bench)
    shut(bench, a, 'SHUT_WR')
    expect([
      poll(bench, a),
      poll(bench, b),
      recv(bench, b),
      send(bench, a, 'x'),
      send(bench, b, 'y'),
      recv(bench, a),
    ]).toEqual([OUT, ENDED, '= 0', '= -1 EPIPE', '= 1', '= 1'])
    const [c, d] = pair(bench)
    shut(bench, c, 'SHUT_RD')
    expect([poll(bench, c), poll(bench, d), send(bench, d, 'x'), recv(bench, c), send(bench, c, 'x')]).toEqual([
      ENDED,
      OUT,
      '= -1 EPIPE',
      '= 0',
      '= 1',
    ])
  })

  test('whose other end was closed is read to its end, then 0; writing is EPIPE with SIGPIPE', () => {
    const bench = createBench()
    const [a, b] = pair(bench)
    send(bench, a, 'left')
    close(bench, a)
    expect([poll(bench, b), recv(bench, b), recv(bench, b)]).toEqual([OVER, '= 4', '= 0'])
    expect(send(bench, b, 'x')).toBe('= -1 EPIPE')
    expect(eventsOf(bench, 'host/signalled').map(({ fields }) => fields.signal)).toContain('SIGPIPE')
    expect(addressOf(bench, b, 'getpeername')).toBe('')
  })

  test('whose other end left bytes unread gets ECONNRESET, once', () => {
    const bench = createBench()
    const [a, b] = pair(bench)
    send(bench, b, 'unread')
    close(bench, a)
    expect(poll(bench, b)).toBe(OVER | E.ERR)
    expect([send(bench, b, 'x'), recv(bench, b), recv(bench, b)]).toEqual(['= -1 EPIPE', '= -1 ECONNRESET', '= 0'])
  })

  test('that nobody accepted is reset when its listener is closed; one whose client is gone can still be read', () => {
    const bench = createBench()
    const server = unix(bench, 'SOCK_STREAM', '/tmp/s')
    listen(bench, server, 5)
    const gone = unix(bench)
    connect(bench, gone, '/tmp/s')
    send(bench, gone, 'q')
    close(bench, gone)
    const conn = valueOf(bench, call(bench, CLIENT, { call: 'accept', fd: server, nonblock: true }))
    expect([recv(bench, conn), recv(bench, conn)]).toEqual(['= 1', '= 0'])
    const client = unix(bench)
    connect(bench, client, '/tmp/s')
    close(bench, server)
    expect(poll(bench, client)).toBe(OVER | E.ERR)
    expect([recv(bench, client), recv(bench, client), send(bench, client, 'x')]).toEqual([
      '= -1 ECONNRESET',
      '= 0',
      '= -1 EPIPE',
    ])
  })

  test('refuses after shutdown() of its listener, which accept() goes on to empty', () => {
    const bench = createBench()
    const server = unix(bench, 'SOCK_STREAM', '/tmp/s')
    listen(bench, server, 5)
    connect(bench, unix(bench), '/tmp/s')
    expect([shut(bench, server, 'SHUT_RDWR'), poll(bench, server)]).toEqual(['= 0', IN | E.RDHUP | E.HUP])
    expect(connect(bench, unix(bench), '/tmp/s')).toBe('= -1 ECONNREFUSED')
    expect(accept(bench, server)).toMatch(/^= \d/)
    expect(accept(bench, server)).toBe('= -1 EAGAIN')
    does(bench, CLIENT, { call: 'fcntl', fd: server, nonblock: false })
    expect(accept(bench, server)).toBe('= -1 EINVAL')
  })

  test('leaves nothing behind: no TIME-WAIT, and the numbers are free', () => {
    const bench = createBench()
    const [a, b] = pair(bench)
    close(bench, a)
    close(bench, b)
    expect(bench.hosts[CLIENT].sockets.size).toBe(0)
  })
})

describe('memory of what nobody has read is the sender’s', () => {
  test('charged as a 6.18 kernel charges it', () => {
    const stream = [
      1, 192, 193, 704, 705, 1728, 1729, 3776, 3777, 4096, 7872, 7873, 15_000, 16_065, 20_000, 32_448, 33_000, 36_544,
    ]
    expect(stream.map(streamTruesize)).toEqual([
      768, 768, 1280, 1280, 2304, 2304, 4352, 4352, 4864, 4864, 8448, 8960, 16_640, 17_152, 20_736, 33_024, 34_048,
      37_120,
    ])
    const messages = [
      0, 192, 255, 704, 1728, 3776, 3777, 7873, 16_000, 16_065, 20_000, 32_448, 32_449, 65_000, 100_000, 212_000,
    ]
    expect(messages.map(messageTruesize)).toEqual([
      768, 768, 1280, 1280, 2304, 4352, 8448, 16_640, 16_640, 20_736, 20_736, 33_024, 37_120, 65_792, 102_656, 332_032,
    ])
    expect(streamPiece(212_992)).toBe(36_544)
  })

  test('so many small writes fit the send buffer, and one large one is cut to what fits', () => {
    for (const [bytes, writes] of [
      [1, 278],
      [1000, 93],
    ]) {
      const bench = createBench()
      const [a] = pair(bench)
      let count = 0
      while (sendBytes(bench, a, bytes) === `= ${bytes}`) count++
      expect(count).toBe(writes)
      expect(poll(bench, a)).toBe(0)
    }
    const bench = createBench()
    expect(sendBytes(bench, pair(bench)[0], 1_000_000)).toBe('= 219264')
    const [small] = pair(bench)
    does(bench, CLIENT, { call: 'setsockopt', fd: small, option: 'SO_SNDBUF', value: 1 })
    expect([sendBytes(bench, small, 10_000), sendBytes(bench, small, 1)]).toEqual(['= 4480', '= -1 EAGAIN'])
  })

  test('a writer that waits goes on when a quarter of it is left', () => {
    const bench = createBench()
    const [a, b] = pair(bench)
    while (sendBytes(bench, a, 1000) === '= 1000') continue
    does(bench, CLIENT, { call: 'fcntl', fd: a, nonblock: false })
    const waiting = call(bench, CLIENT, { call: 'send', fd: a, bytes: 1000 })
    expect(said(bench, waiting)).toBe('blocked: send buffer full')
    let reads = 0
    while (bench.hosts[CLIENT].threads.get(waiting.thread)?.blocked !== undefined) {
      recv(bench, b, 1000)
      reads++
    }
    expect(reads).toBe(70)
    const answers = eventsOf(bench, 'host/returned').filter(({ fields }) => fields.thread === waiting.thread)
    expect(answers.map(({ fields }) => fields.value)).toEqual([1000])
  })
})

describe('datagrams', () => {
  test('keep their borders and say from which path they come', () => {
    const bench = createBench()
    const server = unix(bench, 'SOCK_DGRAM', '/tmp/s')
    const client = unix(bench, 'SOCK_DGRAM', '/tmp/c')
    expect(does(bench, CLIENT, { call: 'sendto', fd: client, text: '0123456789', path: '/tmp/s' })).toBe('= 10')
    sendTo(bench, unix(bench, 'SOCK_DGRAM'), '/tmp/s')
    const output = (bytes: number): unknown =>
      lastCall(bench, call(bench, CLIENT, { call: 'recvfrom', fd: server, bytes })).returned?.output
    expect(output(4)).toMatchObject({ path: '/tmp/c', length: 10, copied: 4, truncated: true, preview: '0123' })
    expect(output(4)).toMatchObject({ path: '', length: 1, truncated: false })
    expect(recv(bench, server)).toBe('= -1 EAGAIN')
    expect([sendTo(bench, client, '/tmp/nobody')]).toEqual(['= -1 ENOENT'])
    expect(sendBytes(bench, client, 1)).toBe('= -1 ENOTCONN')
  })

  test('are never lost: beyond max_dgram_qlen the sender waits, and poll() of one that is connected says so', () => {
    const bench = createBench()
    const server = unix(bench, 'SOCK_DGRAM', '/tmp/s')
    const client = unix(bench, 'SOCK_DGRAM')
    let sent = 0
    while (sendTo(bench, client, '/tmp/s') === '= 1') sent++
    expect([sent, sendTo(bench, client, '/tmp/s'), poll(bench, client)]).toEqual([11, '= -1 EAGAIN', OUT])
    connect(bench, client, '/tmp/s')
    expect(poll(bench, client)).toBe(0)
    does(bench, CLIENT, { call: 'fcntl', fd: client, nonblock: false })
    const waiting = call(bench, CLIENT, { call: 'send', fd: client, text: 'x' })
    expect(said(bench, waiting)).toBe('blocked: receiver’s queue full')
    recv(bench, server)
    run(bench, 0)
    expect(said(bench, waiting)).toBe('= 1')
  })

  test('of more than the send buffer are EMSGSIZE', () => {
    const bench = createBench()
    expect(sendBytes(bench, pair(bench, 'SOCK_DGRAM')[0], 212_960)).toBe('= 212960')
    expect(sendBytes(bench, pair(bench, 'SOCK_DGRAM')[0], 212_961)).toBe('= -1 EMSGSIZE')
  })

  test('to a socket that is connected elsewhere are EPERM', () => {
    const bench = createBench()
    unix(bench, 'SOCK_DGRAM', '/tmp/o')
    const taken = unix(bench, 'SOCK_DGRAM', '/tmp/t')
    connect(bench, taken, '/tmp/o')
    const other = unix(bench, 'SOCK_DGRAM')
    expect([sendTo(bench, other, '/tmp/t'), connect(bench, other, '/tmp/t')]).toEqual(['= -1 EPERM', '= -1 EPERM'])
  })

  test('to a peer that is gone are ECONNREFUSED once, and the peer is forgotten', () => {
    const bench = createBench()
    const [a, b] = pair(bench, 'SOCK_DGRAM')
    close(bench, a)
    expect(poll(bench, b)).toBe(OUT)
    expect([send(bench, b, 'x'), send(bench, b, 'x'), addressOf(bench, b, 'getpeername')]).toEqual([
      '= -1 ECONNREFUSED',
      '= -1 ENOTCONN',
      'ENOTCONN',
    ])
  })

  test('are told of SHUT_RD by EPIPE and of SHUT_WR not at all', () => {
    const bench = createBench()
    const [a, b] = pair(bench, 'SOCK_DGRAM')
    shut(bench, a, 'SHUT_WR')
    expect([
      poll(bench, a),
      poll(bench, b),
      send(bench, a, 'x'),
      recv(bench, b),
      send(bench, b, 'x'),
      recv(bench, a),
    ]).toEqual([OUT, OUT, '= -1 EPIPE', '= -1 EAGAIN', '= 1', '= 1'])
    const [c, d] = pair(bench, 'SOCK_DGRAM')
    shut(bench, c, 'SHUT_RD')
    expect([poll(bench, c), poll(bench, d), send(bench, d, 'x'), recv(bench, c)]).toEqual([
      ENDED,
      OUT,
      '= -1 EPIPE',
      '= -1 EAGAIN',
    ])
  })

  test('have no peer after AF_UNSPEC, whose own peer may still write to them', () => {
    const bench = createBench()
    const [a, b] = pair(bench, 'SOCK_DGRAM')
    const undo = { call: 'connect', fd: a, address: '0.0.0.0', port: 0, family: 'AF_UNSPEC' } as const
    expect([does(bench, CLIENT, undo), send(bench, a, 'x'), send(bench, b, 'x'), recv(bench, a)]).toEqual([
      '= 0',
      '= -1 ENOTCONN',
      '= 1',
      '= 1',
    ])
    const [stream] = pair(bench)
    expect(does(bench, CLIENT, { ...undo, fd: stream })).toBe('= -1 EINVAL')
  })
})
