/** The listener's two queues: Linux's limits, what happens beyond them, and what is counted. */
import { expect, test } from 'vitest'
import { seq32 } from '../base'
import {
  ADDRESSES,
  call,
  CLIENT,
  connectTo80,
  counter,
  createBench,
  does,
  eventsOf,
  inject,
  listenOn80,
  run,
  said,
  SERVER,
  socketAt,
  states,
  valueOf,
  wire,
} from '../testing/host-bench'
import type { HostBench } from '../testing/host-bench'
import { ACK, NO_OPTIONS, parseIpv4, RST, SYN } from '../wire'
import type { TcpOptions } from '../wire'

const SECOND = 1_000_000
const queues = (bench: HostBench, fd: number): { syn: number; accept: number } => {
  const listener = socketAt(bench, SERVER, fd).listener!
  return { syn: listener.synQueueLength, accept: listener.acceptQueueLength }
}

/** A segment to the server's port 80 from an address that nobody answers at. */
function forged(
  bench: HostBench,
  n: number,
  more: { flags?: number; seq?: number; ack?: number; options?: TcpOptions } = {},
): void {
  const { flags = SYN, seq = 1_000, ack = 0, options = NO_OPTIONS } = more
  inject(bench, SERVER, {
    ip: {
      src: parseIpv4('192.0.2.1')!,
      dst: parseIpv4(ADDRESSES[SERVER])!,
      ttl: 64,
      identification: 0,
      tos: 0,
      dontFragment: true,
    },
    segment: {
      srcPort: 10_000 + n,
      dstPort: 80,
      seq: seq32(seq),
      ack: seq32(ack),
      flags,
      window: 65_535,
      urgentPointer: 0,
      options,
      payload: new Uint8Array(0),
    },
    damaged: undefined,
    length: 40,
  })
}

const silent = (bench: HostBench): void => {
  bench.lose = ({ ip }) => ip.dst === parseIpv4('192.0.2.1')
}

test('a connection goes through the SYN queue into the accept queue, and accept takes it out', () => {
  const bench = createBench()
  const fd = listenOn80(bench)
  connectTo80(bench)
  run(bench, 10_000)
  expect(queues(bench, fd)).toEqual({ syn: 1, accept: 0 })
  run(bench, 20_000)
  expect(queues(bench, fd)).toEqual({ syn: 0, accept: 1 })
  does(bench, SERVER, { call: 'accept', fd })
  expect(queues(bench, fd)).toEqual({ syn: 0, accept: 0 })
  const story = bench.events
    .filter(({ type }) => /queue|accepted/i.test(type))
    .map(({ type, fields }) => [type, fields['length']])
  expect(story).toEqual([
    ['host/synQueued', 1],
    ['host/synQueueLeft', 0],
    ['host/acceptQueued', 1],
    ['host/accepted', 0],
  ])
})

test("backlog + 1 connections fit into the accept queue; the next one's SYN is dropped and counted", () => {
  const bench = createBench()
  const fd = listenOn80(bench, 2)
  for (let i = 0; i < 3; i++) {
    connectTo80(bench)
    run(bench, 50_000)
  }
  expect(queues(bench, fd)).toEqual({ syn: 0, accept: 3 })
  const late = connectTo80(bench)
  run(bench, 50_000)
  expect(queues(bench, fd)).toEqual({ syn: 0, accept: 3 })
  expect(said(bench, late.made)).toMatch(/^blocked/)
  expect(counter(bench, SERVER, 'ListenOverflows')).toBe(1)
  expect(counter(bench, SERVER, 'ListenDrops')).toBe(1)
  expect(socketAt(bench, SERVER, fd).listener!.drops).toEqual({ acceptQueueFull: 1 })
  expect(eventsOf(bench, 'host/packetDropped').at(-1)!.fields).toMatchObject({ reason: 'acceptQueueFull' })
  // Room is made: the retransmitted SYN gets in.
  does(bench, SERVER, { call: 'accept', fd })
  run(bench, 3 * SECOND)
  expect(said(bench, late.made)).toBe('= 0')
})

test('somaxconn bounds the accept queue whatever the backlog says', () => {
  const bench = createBench({ server: { somaxconn: 1 } })
  const fd = listenOn80(bench, 100)
  for (let i = 0; i < 4; i++) connectTo80(bench)
  run(bench, 25_000)
  expect(queues(bench, fd).accept).toBeLessThanOrEqual(2)
})

test('a final ACK that finds the accept queue full is ignored: the client is connected, the server is not', () => {
  const bench = createBench()
  const fd = listenOn80(bench, 1)
  connectTo80(bench)
  run(bench, 50_000)
  // Two handshakes at once: both SYNs pass while there is room for one more.
  const clients = [connectTo80(bench), connectTo80(bench)]
  run(bench, 50_000)
  expect(clients.map(({ made }) => said(bench, made))).toEqual(['= 0', '= 0'])
  expect(queues(bench, fd)).toEqual({ syn: 1, accept: 2 })
  expect(counter(bench, SERVER, 'ListenOverflows')).toBe(1)
  // The SYN,ACK is sent again, and once there is room its ACK is taken.
  does(bench, SERVER, { call: 'accept', fd })
  run(bench, 2 * SECOND)
  expect(queues(bench, fd)).toEqual({ syn: 0, accept: 2 })
})

test('with tcp_abort_on_overflow the final ACK is answered with a reset', () => {
  const bench = createBench({ server: { tcp_abort_on_overflow: 1 } })
  const fd = listenOn80(bench, 1)
  connectTo80(bench)
  run(bench, 50_000)
  const clients = [connectTo80(bench), connectTo80(bench)]
  run(bench, 50_000)
  expect(queues(bench, fd)).toEqual({ syn: 0, accept: 2 })
  expect(socketAt(bench, CLIENT, clients[1].fd)).toMatchObject({ state: 'CLOSED', error: 'ECONNRESET' })
  expect(counter(bench, SERVER, 'OutRsts')).toBe(1)
})

test('a SYN flood without cookies: the SYN queue takes backlog + 1, the rest is dropped and counted', () => {
  const bench = createBench({ server: { tcp_syncookies: 0 } })
  const fd = listenOn80(bench, 4)
  silent(bench)
  for (let n = 0; n < 10; n++) forged(bench, n)
  expect(queues(bench, fd).syn).toBe(5)
  expect(counter(bench, SERVER, 'TCPReqQFullDrop')).toBe(5)
  expect(counter(bench, SERVER, 'ListenDrops')).toBe(5)
  expect(socketAt(bench, SERVER, fd).listener!.drops).toEqual({ synQueueFull: 5 })
  const good = connectTo80(bench)
  run(bench, 900_000)
  expect(said(bench, good.made)).toMatch(/^blocked/)
})

test('without cookies the last quarter of tcp_max_syn_backlog is kept for peers that are known', () => {
  const bench = createBench({ server: { tcp_syncookies: 0, tcp_max_syn_backlog: 8 } })
  const fd = listenOn80(bench, 100)
  silent(bench)
  for (let n = 0; n < 20; n++) forged(bench, n)
  expect(queues(bench, fd).syn).toBe(7)
  expect(counter(bench, SERVER, 'ListenDrops')).toBe(13)
  expect(socketAt(bench, SERVER, fd).listener!.synQueueLimit).toBe(7)
})

test('a handshake that nobody finishes leaves the SYN queue after tcp_synack_retries', () => {
  const bench = createBench({ server: { tcp_synack_retries: 2 } })
  const fd = listenOn80(bench)
  silent(bench)
  forged(bench, 1)
  run(bench, 6 * SECOND)
  expect(socketAt(bench, SERVER, fd).listener!.synQueue).toMatchObject([
    { remote: '192.0.2.1:10001', since: 0, retries: 2 },
  ])
  run(bench, 2 * SECOND)
  expect(queues(bench, fd).syn).toBe(0)
  expect(wire(bench)).toEqual(['server SYN,ACK', 'server SYN,ACK', 'server SYN,ACK'])
  expect(eventsOf(bench, 'host/synQueueLeft')[0].fields).toMatchObject({ reason: 'handshake timed out' })
  expect(states(bench, SERVER)).toEqual(['LISTEN'])
})

test('a reset takes a handshake out of the SYN queue', () => {
  const bench = createBench()
  const fd = listenOn80(bench)
  silent(bench)
  forged(bench, 1, { seq: 1_000 })
  forged(bench, 1, { flags: RST, seq: 1_001 })
  expect(queues(bench, fd).syn).toBe(0)
  expect(eventsOf(bench, 'host/synQueueLeft')[0].fields).toMatchObject({ reason: 'reset' })
  expect(eventsOf(bench, 'host/socketFreed')).toHaveLength(1)
})

test('a listener answers an ACK with a reset, and ignores RST and SYN,FIN', () => {
  const bench = createBench()
  listenOn80(bench)
  forged(bench, 1, { flags: ACK, ack: 77 })
  expect(bench.packets.map(({ packet }) => [packet.segment.flags, packet.segment.seq])).toEqual([[RST, 77]])
  forged(bench, 1, { flags: RST })
  forged(bench, 1, { flags: SYN | 1 })
  expect(bench.packets).toHaveLength(1)
  expect(states(bench, SERVER)).toEqual(['LISTEN'])
})

test('with cookies a full SYN queue still lets honest clients in, options and all', () => {
  const bench = createBench({ server: { tcp_syncookies: 1 } })
  const fd = listenOn80(bench, 2)
  silent(bench)
  for (let n = 0; n < 6; n++) forged(bench, n)
  expect(queues(bench, fd).syn).toBe(3)
  expect(counter(bench, SERVER, 'TCPReqQFullDoCookies')).toBe(3)
  expect(counter(bench, SERVER, 'SyncookiesSent')).toBe(3)
  const good = connectTo80(bench)
  run(bench, 50_000)
  expect(said(bench, good.made)).toBe('= 0')
  expect(counter(bench, SERVER, 'SyncookiesRecv')).toBe(1)
  expect(queues(bench, fd)).toEqual({ syn: 3, accept: 1 })
  const server = valueOf(bench, call(bench, SERVER, { call: 'accept', fd }))
  const { tcb } = socketAt(bench, SERVER, server)
  expect(tcb!.options).toEqual({ sack: true, timestamps: true, windowScale: true })
  expect(tcb!.snd.wscale).toBe(socketAt(bench, CLIENT, good.fd).tcb!.rcv.wscale)
  // The listener forgot when its SYN,ACK left; the timestamp, low bits apart, still measures the round trip.
  expect(tcb!.rtt.srttMicros).toBeGreaterThanOrEqual(20_000)
  does(bench, CLIENT, { call: 'send', fd: good.fd, bytes: 5_000 })
  run(bench, 500_000)
  expect(does(bench, SERVER, { call: 'recv', fd: server, bytes: 10_000 })).toBe('= 5000')
})

test('a cookie without timestamps gives up window scale and SACK, and keeps the MSS', () => {
  const bench = createBench({ server: { tcp_syncookies: 2 }, client: { tcp_timestamps: 0 } })
  const fd = listenOn80(bench)
  connectTo80(bench)
  run(bench, 50_000)
  const synAck = bench.packets[1].packet.segment
  expect(synAck.options).toMatchObject({ windowScale: undefined, sackPermitted: false, timestamps: undefined })
  const server = valueOf(bench, call(bench, SERVER, { call: 'accept', fd }))
  expect(socketAt(bench, SERVER, server).tcb).toMatchObject({
    smss: 1_460,
    options: { sack: false, timestamps: false, windowScale: false },
  })
})

test('a made-up or aged cookie is refused with a reset', () => {
  const bench = createBench({ server: { tcp_syncookies: 2 } })
  listenOn80(bench)
  silent(bench)
  forged(bench, 1, { seq: 1_000 })
  const cookie = bench.packets[0].packet.segment.seq
  forged(bench, 2, { flags: ACK, seq: 1_001, ack: cookie + 1 })
  expect(wire(bench).at(-1)).toBe('server RST')
  expect(counter(bench, SERVER, 'SyncookiesFailed')).toBe(1)
  run(bench, 130 * SECOND)
  forged(bench, 1, { flags: ACK, seq: 1_001, ack: cookie + 1 })
  expect(wire(bench).at(-1)).toBe('server RST')
  expect(states(bench, SERVER)).toEqual(['LISTEN'])
})

test('a genuine cookie makes a connection of which the listener remembered nothing', () => {
  const bench = createBench({ server: { tcp_syncookies: 2 } })
  const fd = listenOn80(bench)
  silent(bench)
  forged(bench, 1, { seq: 1_000 })
  expect(states(bench, SERVER)).toEqual(['LISTEN'])
  const cookie = bench.packets[0].packet.segment.seq
  run(bench, 60 * SECOND)
  forged(bench, 1, { flags: ACK, seq: 1_001, ack: cookie + 1 })
  expect(states(bench, SERVER)).toEqual(['LISTEN', 'ESTABLISHED'])
  expect(queues(bench, fd)).toEqual({ syn: 0, accept: 1 })
})

test('a connection that is reset in the accept queue stays there; accept gives it, and recv tells', () => {
  const bench = createBench()
  const fd = listenOn80(bench)
  const client = connectTo80(bench)
  run(bench, 50_000)
  does(bench, CLIENT, { call: 'setsockopt', fd: client.fd, option: 'SO_LINGER', value: 0 })
  does(bench, CLIENT, { call: 'close', fd: client.fd })
  run(bench, 50_000)
  expect(queues(bench, fd).accept).toBe(1)
  expect(does(bench, SERVER, { call: 'accept', fd })).toBe('= 4')
  expect(does(bench, SERVER, { call: 'recv', fd: 4, bytes: 1 })).toBe('= -1 ECONNRESET')
})

test('listeners that share a port by SO_REUSEPORT share the connections', () => {
  const bench = createBench()
  const fds = [1, 2].map(() => {
    const fd = valueOf(bench, call(bench, SERVER, { call: 'socket' }))
    does(bench, SERVER, { call: 'setsockopt', fd, option: 'SO_REUSEPORT', value: 1 })
    does(bench, SERVER, { call: 'bind', fd, port: 80 })
    expect(does(bench, SERVER, { call: 'listen', fd, backlog: 50 })).toBe('= 0')
    return fd
  })
  for (let i = 0; i < 20; i++) connectTo80(bench)
  run(bench, 50_000)
  const shares = fds.map((fd) => queues(bench, fd).accept)
  expect(shares[0] + shares[1]).toBe(20)
  expect(Math.min(...shares)).toBeGreaterThan(0)
})
