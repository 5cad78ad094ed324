/** What Linux does with datagrams, as asked of a 6.18 kernel over loopback; e2e/kernel/udp asks again. */
import { describe, expect, test } from 'vitest'
import {
  ADDRESSES,
  call,
  CLIENT,
  counter,
  createBench,
  does,
  eventsOf,
  inject,
  lastCall,
  run,
  said,
  SERVER,
  socketAt,
  valueOf,
} from '../../testing/host-bench'
import type { HostBench } from '../../testing/host-bench'
import { POLL_EVENTS as E } from '../../trace'
import type { Call, SocketOption } from '../../trace'
import { encodeUdp } from '../../wire'
import { datagramTruesize } from './truesize'

const ALL = 0x3fff

function udp(bench: HostBench, host: number, port?: number, address?: string): number {
  const fd = valueOf(bench, call(bench, host, { call: 'socket', type: 'SOCK_DGRAM', nonblock: true }))
  if (port !== undefined)
    expect(does(bench, host, { call: 'bind', fd, port, ...(address === undefined ? {} : { address }) })).toBe('= 0')
  return fd
}

function sendTo(
  bench: HostBench,
  host: number,
  fd: number,
  port: number,
  text: string,
  address: string = ADDRESSES[1 - host],
): string {
  const answer = does(bench, host, { call: 'sendto', fd, text, address, port })
  run(bench, 3 * bench.delayMicros)
  return answer
}

function receive(bench: HostBench, host: number, fd: number, bytes = 100, flags: string[] = []): string {
  const made = call(bench, host, { call: 'recvfrom', fd, bytes, flags })
  const { returned } = lastCall(bench, made)
  if (returned?.output?.kind !== 'datagram') return said(bench, made)
  const { preview, address, truncated } = returned.output
  return `${returned.value} ${preview} from ${address}${truncated ? ' cut' : ''}`
}

function connectTo(
  bench: HostBench,
  host: number,
  fd: number,
  port: number,
  address: string = ADDRESSES[1 - host],
): string {
  return does(bench, host, { call: 'connect', fd, address, port })
}

function poll(bench: HostBench, host: number, fd: number): number {
  const made = call(bench, host, { call: 'poll', fds: [{ fd, events: ALL }], timeoutMs: 0 })
  const output = lastCall(bench, made).returned?.output
  return output?.kind === 'events' ? output.events[0].events : -1
}

function option(bench: HostBench, host: number, fd: number, name: SocketOption): number | string {
  const made = call(bench, host, { call: 'getsockopt', fd, option: name })
  const { call: text, returned } = lastCall(bench, made)
  return returned?.errno || (/\[(.*)\]/.exec(text)?.[1] ?? '?')
}

function set(bench: HostBench, host: number, fd: number, name: SocketOption, value: number): string {
  return does(bench, host, { call: 'setsockopt', fd, option: name, value })
}

const WRITABLE = E.OUT | E.WRNORM | E.WRBAND

describe('a datagram', () => {
  test('reaches the socket that is bound to its port, with its border and its sender', () => {
    const bench = createBench()
    const [client, server] = [udp(bench, CLIENT), udp(bench, SERVER, 53)]
    expect(sendTo(bench, CLIENT, client, 53, 'hello')).toBe('= 5')
    sendTo(bench, CLIENT, client, 53, 'you')
    expect(poll(bench, SERVER, server)).toBe(WRITABLE | E.IN | E.RDNORM)
    expect(receive(bench, SERVER, server)).toBe('5 hello from 10.0.0.1')
    expect(receive(bench, SERVER, server)).toBe('3 you from 10.0.0.1')
    expect(receive(bench, SERVER, server)).toBe('= -1 EAGAIN')
    expect([counter(bench, CLIENT, 'UdpOutDatagrams'), counter(bench, SERVER, 'UdpInDatagrams')]).toEqual([2, 2])
  })

  test('is cut by a short read, and the rest is gone; MSG_TRUNC tells how long it was, MSG_PEEK leaves it', () => {
    const bench = createBench()
    const [client, server] = [udp(bench, CLIENT), udp(bench, SERVER, 53)]
    sendTo(bench, CLIENT, client, 53, '0123456789')
    sendTo(bench, CLIENT, client, 53, 'abcdef')
    expect(receive(bench, SERVER, server, 4, ['MSG_PEEK'])).toBe('4 0123 from 10.0.0.1 cut')
    expect(receive(bench, SERVER, server, 4)).toBe('4 0123 from 10.0.0.1 cut')
    expect(receive(bench, SERVER, server, 4, ['MSG_TRUNC', 'MSG_PEEK'])).toBe('6 abcd from 10.0.0.1 cut')
    expect(receive(bench, SERVER, server, 4, ['MSG_TRUNC'])).toBe('6 abcd from 10.0.0.1 cut')
    expect(eventsOf(bench, 'udp/datagramTruncated').map(({ fields }) => fields)).toEqual([
      { length: 10, taken: 4 },
      { length: 6, taken: 4 },
    ])
  })

  test('without data is no end of anything: recv() returns 0 and goes on; recv() of 0 bytes takes one away', () => {
    const bench = createBench()
    const [client, server] = [udp(bench, CLIENT), udp(bench, SERVER, 53)]
    sendTo(bench, CLIENT, client, 53, '')
    sendTo(bench, CLIENT, client, 53, 'lost')
    sendTo(bench, CLIENT, client, 53, 'next')
    expect(poll(bench, SERVER, server) & E.IN).toBe(E.IN)
    expect(receive(bench, SERVER, server)).toBe('0  from 10.0.0.1')
    expect(receive(bench, SERVER, server, 0)).toBe('0  from 10.0.0.1 cut')
    expect(receive(bench, SERVER, server)).toBe('4 next from 10.0.0.1')
  })

  test('of more than 65507 bytes is EMSGSIZE', () => {
    const bench = createBench()
    const fd = udp(bench, CLIENT)
    const send = (bytes: number): string =>
      does(bench, CLIENT, { call: 'sendto', fd, bytes, address: '127.0.0.1', port: 9 })
    expect([send(65_507), send(65_508), send(65_536), send(1_000_000)]).toEqual([
      '= 65507',
      '= -1 EMSGSIZE',
      '= -1 EMSGSIZE',
      '= -1 EMSGSIZE',
    ])
  })

  test('that lost a bit is dropped and counted, unless it has no checksum', () => {
    const bench = createBench()
    const server = udp(bench, SERVER, 53)
    const ip = { src: 0x0a000001, dst: 0x0a000002, ttl: 64, identification: 0, tos: 0, dontFragment: true }
    for (const checksummed of [true, false]) {
      const datagram = { srcPort: 9, dstPort: 53, checksummed, payload: Uint8Array.of(65, 66) }
      const damaged = encodeUdp(ip, datagram)
      damaged[28] ^= 2
      inject(bench, SERVER, { ip, udp: datagram, damaged, length: 30 })
    }
    expect(receive(bench, SERVER, server)).toBe('2 CB from 10.0.0.1')
    expect(receive(bench, SERVER, server)).toBe('= -1 EAGAIN')
    expect([counter(bench, SERVER, 'UdpInCsumErrors'), counter(bench, SERVER, 'UdpInErrors')]).toEqual([1, 1])
  })

  test('is put together from what MSG_MORE kept back', () => {
    const bench = createBench()
    const [client, server] = [udp(bench, CLIENT), udp(bench, SERVER, 53)]
    const address = ADDRESSES[SERVER]
    does(bench, CLIENT, { call: 'sendto', fd: client, text: 'ab', flags: ['MSG_MORE'], address, port: 53 })
    run(bench, 20_000)
    expect(receive(bench, SERVER, server)).toBe('= -1 EAGAIN')
    sendTo(bench, CLIENT, client, 53, 'cd')
    expect(receive(bench, SERVER, server)).toBe('4 abcd from 10.0.0.1')
  })
})

describe('a socket without a peer', () => {
  test('has no default destination, no peer and no port before it sends', () => {
    const bench = createBench()
    const fd = udp(bench, CLIENT)
    expect(poll(bench, CLIENT, fd)).toBe(WRITABLE)
    expect(socketAt(bench, CLIENT, fd).local).toBe('0.0.0.0:0')
    const calls: readonly Call[] = [
      { call: 'getpeername', fd },
      { call: 'listen', fd, backlog: 5 },
      { call: 'accept', fd },
      { call: 'recv', fd, bytes: 1 },
      { call: 'send', fd, bytes: 1 },
      { call: 'sendto', fd, bytes: 1, address: '10.0.0.2', port: 0 },
      { call: 'sendto', fd, bytes: 1, address: '10.0.0.2', port: 9, flags: ['MSG_OOB'] },
      { call: 'sendto', fd, bytes: 1, address: '255.255.255.255', port: 9 },
      { call: 'bind', fd, port: 99 },
    ]
    expect(calls.map((it) => `${it.call} ${does(bench, CLIENT, it)}`)).toEqual([
      'getpeername = -1 ENOTCONN',
      'listen = -1 EOPNOTSUPP',
      'accept = -1 EOPNOTSUPP',
      'recv = -1 EAGAIN',
      'send = -1 EDESTADDRREQ',
      'sendto = -1 EINVAL',
      'sendto = -1 EOPNOTSUPP',
      'sendto = -1 EACCES',
      // The first send has bound it.
      'bind = -1 EINVAL',
    ])
    expect(socketAt(bench, CLIENT, fd).local).toMatch(/^0\.0\.0\.0:\d{5}$/)
  })

  test('hears nothing of a port that nobody has, unless IP_RECVERR asks for it', () => {
    const bench = createBench()
    const fd = udp(bench, CLIENT)
    expect(sendTo(bench, CLIENT, fd, 9, 'x')).toBe('= 1')
    expect([poll(bench, CLIENT, fd), option(bench, CLIENT, fd, 'SO_ERROR')]).toEqual([WRITABLE, '0'])
    expect([counter(bench, SERVER, 'UdpNoPorts'), counter(bench, CLIENT, 'IcmpInMsgs')]).toEqual([1, 1])
    set(bench, CLIENT, fd, 'IP_RECVERR', 1)
    sendTo(bench, CLIENT, fd, 9, 'abc')
    expect(poll(bench, CLIENT, fd)).toBe(WRITABLE | E.ERR)
    expect(receive(bench, CLIENT, fd)).toBe('= -1 ECONNREFUSED')
    // The error is told, its entry in the queue is not read yet.
    expect(poll(bench, CLIENT, fd)).toBe(WRITABLE | E.ERR)
    const made = call(bench, CLIENT, { call: 'recvfrom', fd, bytes: 100, flags: ['MSG_ERRQUEUE'] })
    expect(lastCall(bench, made).returned).toMatchObject({
      value: 3,
      output: { kind: 'report', errno: 111, origin: 2, code: 3 },
    })
    expect(poll(bench, CLIENT, fd)).toBe(WRITABLE)
    expect(receive(bench, CLIENT, fd, 100, ['MSG_ERRQUEUE'])).toBe('= -1 EAGAIN')
  })
})

describe('a connected socket', () => {
  test('is told by its next call that nobody has the port, once, whichever call it is', () => {
    const bench = createBench()
    const fd = udp(bench, CLIENT)
    expect(connectTo(bench, CLIENT, fd, 9)).toBe('= 0')
    const send = (): string => does(bench, CLIENT, { call: 'send', fd, text: 'x' })
    const refused = (): void => {
      expect(send()).toBe('= 1')
      run(bench, 30_000)
    }
    refused()
    expect(poll(bench, CLIENT, fd)).toBe(WRITABLE | E.ERR)
    expect([send(), send()]).toEqual(['= -1 ECONNREFUSED', '= 1'])
    run(bench, 30_000)
    expect([receive(bench, CLIENT, fd), receive(bench, CLIENT, fd)]).toEqual(['= -1 ECONNREFUSED', '= -1 EAGAIN'])
    refused()
    expect([option(bench, CLIENT, fd, 'SO_ERROR'), option(bench, CLIENT, fd, 'SO_ERROR')]).toEqual([
      'ECONNREFUSED',
      '0',
    ])
    refused()
    expect(connectTo(bench, CLIENT, fd, 10)).toBe('= 0')
    expect(option(bench, CLIENT, fd, 'SO_ERROR')).toBe('ECONNREFUSED')
  })

  test('wakes a blocked recv() with the error', () => {
    const bench = createBench()
    const fd = udp(bench, CLIENT)
    connectTo(bench, CLIENT, fd, 9)
    does(bench, CLIENT, { call: 'fcntl', fd, nonblock: false })
    const waiting = call(bench, CLIENT, { call: 'recv', fd, bytes: 10 })
    expect(said(bench, waiting)).toBe('blocked: receive buffer empty')
    does(bench, CLIENT, { call: 'send', fd, text: 'x' })
    run(bench, 30_000)
    expect(said(bench, waiting)).toBe('= -1 ECONNREFUSED')
  })

  test('takes datagrams of its peer only; what was queued before stays; sendto() may still go elsewhere', () => {
    const bench = createBench()
    const [a, b, c] = [udp(bench, CLIENT, 1), udp(bench, SERVER, 2), udp(bench, SERVER, 3)]
    sendTo(bench, SERVER, c, 1, 'old')
    connectTo(bench, CLIENT, a, 2)
    expect(receive(bench, CLIENT, a)).toBe('3 old from 10.0.0.2')
    sendTo(bench, SERVER, c, 1, 'foreign')
    expect(receive(bench, CLIENT, a)).toBe('= -1 EAGAIN')
    sendTo(bench, SERVER, b, 1, 'peer')
    expect(receive(bench, CLIENT, a)).toBe('4 peer from 10.0.0.2')
    sendTo(bench, CLIENT, a, 3, 'there')
    expect(receive(bench, SERVER, c)).toBe('5 there from 10.0.0.1')
  })

  test('is undone by AF_UNSPEC: what bind() named stays, what was chosen for it goes', () => {
    const bench = createBench()
    const names = (fd: number): string[] => {
      const { local, remote } = socketAt(bench, CLIENT, fd)
      return [local, remote]
    }
    const undo = (fd: number): string =>
      does(bench, CLIENT, { call: 'connect', fd, address: '0.0.0.0', port: 0, family: 'AF_UNSPEC' })
    const chosen = udp(bench, CLIENT)
    connectTo(bench, CLIENT, chosen, 9)
    expect(names(chosen)).toEqual([expect.stringMatching(/^10\.0\.0\.1:\d{5}$/), '10.0.0.2:9'])
    expect(undo(chosen)).toBe('= 0')
    expect(names(chosen)).toEqual(['0.0.0.0:0', '0.0.0.0:0'])
    const wild = udp(bench, CLIENT, 77)
    connectTo(bench, CLIENT, wild, 9)
    expect(names(wild)[0]).toBe('10.0.0.1:77')
    undo(wild)
    expect(names(wild)).toEqual(['0.0.0.0:77', '0.0.0.0:0'])
    const named = udp(bench, CLIENT, 0, '10.0.0.1')
    connectTo(bench, CLIENT, named, 9)
    undo(named)
    expect(names(named)).toEqual(['10.0.0.1:0', '0.0.0.0:0'])
    expect(does(bench, CLIENT, { call: 'send', fd: named, text: 'x' })).toBe('= -1 EDESTADDRREQ')
  })

  test('may be shut: sending is EPIPE without a signal, reading returns 0 where it would wait', () => {
    const bench = createBench()
    const fd = udp(bench, CLIENT)
    const shut = (how: 'SHUT_RD' | 'SHUT_WR' | 'SHUT_RDWR', which = fd): string =>
      does(bench, CLIENT, { call: 'shutdown', fd: which, how })
    connectTo(bench, CLIENT, fd, 9)
    expect([shut('SHUT_WR'), poll(bench, CLIENT, fd)]).toEqual(['= 0', WRITABLE])
    expect(does(bench, CLIENT, { call: 'send', fd, text: 'x' })).toBe('= -1 EPIPE')
    expect(eventsOf(bench, 'host/signalled')).toEqual([])
    expect(shut('SHUT_RD')).toBe('= 0')
    expect(poll(bench, CLIENT, fd)).toBe(WRITABLE | E.IN | E.RDNORM | E.RDHUP | E.HUP)
    expect(receive(bench, CLIENT, fd)).toBe('= -1 EAGAIN')
    does(bench, CLIENT, { call: 'fcntl', fd, nonblock: false })
    expect(receive(bench, CLIENT, fd)).toBe('= 0')
    // Without a peer it says so, and shuts all the same, which ends a read that waits.
    const bare = udp(bench, CLIENT, 5)
    does(bench, CLIENT, { call: 'fcntl', fd: bare, nonblock: false })
    const waiting = call(bench, CLIENT, { call: 'recv', fd: bare, bytes: 10 })
    expect(shut('SHUT_RDWR', bare)).toBe('= -1 ENOTCONN')
    expect(said(bench, waiting)).toBe('= 0')
    expect(socketAt(bench, CLIENT, bare).shutdown).toBe('SHUT_RDWR')
  })
})

describe('two sockets on one port', () => {
  const SOCKOPTS = ['', 'SO_REUSEADDR', 'SO_REUSEPORT'] as const

  test.each([
    ['', ['EADDRINUSE', 'EADDRINUSE', 'EADDRINUSE']],
    ['SO_REUSEADDR', ['EADDRINUSE', '', 'EADDRINUSE']],
    ['SO_REUSEPORT', ['EADDRINUSE', 'EADDRINUSE', '']],
  ] as const)(
    'the first with %j: bind() of the second without, with SO_REUSEADDR, with SO_REUSEPORT',
    (first, errnos) => {
      const outcomes = SOCKOPTS.map((second) => {
        const bench = createBench()
        const [a, b] = [udp(bench, SERVER), udp(bench, SERVER)]
        if (first !== '') set(bench, SERVER, a, first, 1)
        if (second !== '') set(bench, SERVER, b, second, 1)
        does(bench, SERVER, { call: 'bind', fd: a, port: 53 })
        return does(bench, SERVER, { call: 'bind', fd: b, port: 53 })
          .slice(2)
          .replace(/^0$|^-1 /, '')
      })
      expect(outcomes).toEqual(errnos)
    },
  )

  test('TCP’s ports are others', () => {
    const bench = createBench()
    const tcp = valueOf(bench, call(bench, SERVER, { call: 'socket' }))
    expect(does(bench, SERVER, { call: 'bind', fd: tcp, port: 53 })).toBe('= 0')
    udp(bench, SERVER, 53)
  })

  function shared(first: string, second: string): { bench: HostBench; a: number; b: number; from: number } {
    const bench = createBench()
    const [a, b] = [first, second].map((address) => {
      const fd = udp(bench, SERVER)
      set(bench, SERVER, fd, 'SO_REUSEADDR', 1)
      does(bench, SERVER, { call: 'bind', fd, port: 53, address })
      return fd
    })
    return { bench, a, b, from: udp(bench, CLIENT, 7) }
  }

  test('the one bound last gets all; one bound to the address before one bound to any', () => {
    for (const [first, second, wins] of [
      ['10.0.0.2', '10.0.0.2', 1],
      ['0.0.0.0', '10.0.0.2', 1],
      ['10.0.0.2', '0.0.0.0', 0],
    ] as const) {
      const { bench, a, b, from } = shared(first, second)
      sendTo(bench, CLIENT, from, 53, 'm')
      expect([a, b].map((fd) => receive(bench, SERVER, fd))[wins], `${first} then ${second}`).toBe('1 m from 10.0.0.1')
    }
  })

  test('one descriptor for each client: the connected one gets its peer’s datagrams, the other all else', () => {
    const { bench, a, b, from } = shared('0.0.0.0', '0.0.0.0')
    connectTo(bench, SERVER, a, 7)
    sendTo(bench, CLIENT, from, 53, 'mine')
    sendTo(bench, CLIENT, udp(bench, CLIENT, 8), 53, 'other')
    expect(receive(bench, SERVER, a)).toBe('4 mine from 10.0.0.1')
    expect(receive(bench, SERVER, b)).toBe('5 other from 10.0.0.1')
  })

  test('a group with SO_REUSEPORT shares the senders, and each keeps its own', () => {
    const bench = createBench()
    const group = [0, 1, 2].map(() => {
      const fd = udp(bench, SERVER)
      set(bench, SERVER, fd, 'SO_REUSEPORT', 1)
      does(bench, SERVER, { call: 'bind', fd, port: 53 })
      return fd
    })
    for (let port = 1; port <= 20; port++) {
      const from = udp(bench, CLIENT, port)
      sendTo(bench, CLIENT, from, 53, 'x')
      sendTo(bench, CLIENT, from, 53, 'y')
    }
    const lengths = group.map((fd) => socketAt(bench, SERVER, fd).udp?.queueLength ?? 0)
    expect(lengths.reduce((sum, it) => sum + it, 0)).toBe(40)
    expect(lengths.every((it) => it > 0 && it % 2 === 0)).toBe(true)
  })
})

describe('the receive buffer', () => {
  test('charges memory and not bytes, as a 6.18 kernel does', () => {
    const edges = [0, 197, 198, 645, 646, 1669, 1670, 3717, 3718, 7813, 7814, 16_004, 16_005, 65_507]
    expect(edges.map(datagramTruesize)).toEqual([
      832, 832, 1280, 1280, 2304, 2304, 4352, 4352, 8448, 8448, 16_640, 16_640, 16_837, 66_339,
    ])
  })

  test.each([
    [1, 2304, 2],
    [2304, 4608, 5],
    [4096, 8192, 9],
    [10_000, 20_000, 24],
  ])(
    'of SO_RCVBUF %i holds %i bytes, which are %i small datagrams; the rest is dropped and nobody told',
    (given, doubled, fit) => {
      const bench = createBench()
      const [client, server] = [udp(bench, CLIENT), udp(bench, SERVER, 53)]
      set(bench, SERVER, server, 'SO_RCVBUF', given)
      expect(option(bench, SERVER, server, 'SO_RCVBUF')).toBe(String(doubled))
      for (let i = 0; i < fit + 3; i++)
        does(bench, CLIENT, { call: 'sendto', fd: client, bytes: 10, address: '10.0.0.2', port: 53 })
      run(bench, 30_000)
      expect(socketAt(bench, SERVER, server).udp).toMatchObject({ queueLength: fit, drops: 3, rmem: fit * 832 })
      expect(['UdpRcvbufErrors', 'UdpInErrors'].map((name) => counter(bench, SERVER, name))).toEqual([3, 3])
      expect(eventsOf(bench, 'udp/datagramDropped').map(({ fields }) => fields.reason)).toEqual(
        Array(3).fill('receiveBufferFull'),
      )
      expect(bench.others.filter(({ packet }) => packet.icmp !== undefined)).toEqual([])
    },
  )

  test('takes one datagram, however long, when it is empty', () => {
    const bench = createBench()
    const [client, server] = [udp(bench, SERVER), udp(bench, SERVER, 53)]
    set(bench, SERVER, server, 'SO_RCVBUF', 1)
    for (let i = 0; i < 2; i++)
      does(bench, SERVER, { call: 'sendto', fd: client, bytes: 9000, address: '127.0.0.1', port: 53 })
    run(bench, 0)
    expect(socketAt(bench, SERVER, server).udp).toMatchObject({ queueLength: 1, drops: 1, rmem: 16_640 })
  })

  test('gets the memory of what was read back in lots', () => {
    const bench = createBench()
    const [client, server] = [udp(bench, CLIENT), udp(bench, SERVER, 53)]
    set(bench, SERVER, server, 'SO_RCVBUF', 4096)
    for (let i = 0; i < 6; i++) sendTo(bench, CLIENT, client, 53, 'x')
    const charged = [0, 1, 2, 3, 4, 5].map(() => {
      receive(bench, SERVER, server)
      const view = socketAt(bench, SERVER, server).udp
      return [view?.rmem, (view?.rmem ?? 0) - (view?.read ?? 0)]
    })
    expect(charged).toEqual([
      [4992, 4160],
      [4992, 3328],
      [2496, 2496],
      [2496, 1664],
      [2496, 832],
      [0, 0],
    ])
  })
})

test('options are those of udp(7) and ip(7): TCP’s are unknown, in two words', () => {
  const bench = createBench()
  const fd = udp(bench, CLIENT)
  const names = [
    'SO_TYPE',
    'SO_SNDBUF',
    'SO_RCVBUF',
    'SO_BROADCAST',
    'SO_RCVLOWAT',
    'IP_MTU_DISCOVER',
    'IP_MTU',
    'IP_RECVERR',
    'SO_NO_CHECK',
    'TCP_NODELAY',
  ] as const
  expect(names.map((name) => option(bench, CLIENT, fd, name))).toEqual([
    '2',
    '212992',
    '212992',
    '0',
    '1',
    '1',
    'ENOTCONN',
    '0',
    '0',
    'EOPNOTSUPP',
  ])
  expect(set(bench, CLIENT, fd, 'TCP_NODELAY', 1)).toBe('= -1 ENOPROTOOPT')
  set(bench, CLIENT, fd, 'SO_SNDBUF', 1)
  set(bench, CLIENT, fd, 'IP_TOS', 255)
  expect([option(bench, CLIENT, fd, 'SO_SNDBUF'), option(bench, CLIENT, fd, 'IP_TOS')]).toEqual(['4608', '255'])
  connectTo(bench, CLIENT, fd, 9, '127.0.0.1')
  expect(option(bench, CLIENT, fd, 'IP_MTU')).toBe('65535')
})

test('close() frees the port at once; there is nothing to wait for', () => {
  const bench = createBench()
  const fd = udp(bench, SERVER, 53)
  expect(does(bench, SERVER, { call: 'close', fd })).toBe('= 0')
  udp(bench, SERVER, 53)
  expect(eventsOf(bench, 'host/socketFreed')).toHaveLength(1)
})

test('each datagram wakes one of the threads that wait', () => {
  const bench = createBench()
  const [client, server] = [udp(bench, CLIENT), udp(bench, SERVER, 53)]
  does(bench, SERVER, { call: 'fcntl', fd: server, nonblock: false })
  const waiting = [0, 1].map(() => call(bench, SERVER, { call: 'recv', fd: server, bytes: 10 }))
  sendTo(bench, CLIENT, client, 53, 'one')
  expect(waiting.map((it) => said(bench, it))).toEqual(['= 3', 'blocked: receive buffer empty'])
  sendTo(bench, CLIENT, client, 53, 'three')
  expect(said(bench, waiting[1])).toBe('= 5')
})
