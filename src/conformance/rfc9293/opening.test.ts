/** RFC 9293 3.5, 3.9.1.1, 3.9.2.3: opens, addresses, and SYNs that nobody may send. */
import { describe, expect, test } from 'vitest'
import {
  ADDRESSES,
  call,
  CLIENT,
  connected,
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
  view,
} from '../../testing/host-bench'
import type { HostBench } from '../../testing/host-bench'
import { seq32 } from '../../base'
import { ACK, NO_OPTIONS, parseIpv4, RST, SYN } from '../../wire'
import type { Packet } from '../../wire'

const CLIENT_PORT = 5_000

/** A bare segment from `src` to the server's port 80. */
function stray(src: string, dst: string, flags: number, seq = 0, ack = 0): Omit<Packet, 'id' | 'sentEvent'> {
  return {
    ip: { src: parseIpv4(src)!, dst: parseIpv4(dst)!, ttl: 64, identification: 0, tos: 0, dontFragment: true },
    segment: {
      srcPort: CLIENT_PORT,
      dstPort: 80,
      seq: seq32(seq),
      ack: seq32(ack),
      flags,
      window: 1_000,
      urgentPointer: 0,
      options: NO_OPTIONS,
      payload: new Uint8Array(0),
    },
    damaged: undefined,
    length: 40,
  }
}

function socket(bench: HostBench, host: number): number {
  return valueOf(bench, call(bench, host, { call: 'socket' }))
}

test('MUST-11: a RST in SYN-RECEIVED returns a passive open to LISTEN, and refuses an active one', () => {
  const passive = createBench()
  const listener = listenOn80(passive)
  inject(passive, SERVER, stray(ADDRESSES[CLIENT], ADDRESSES[SERVER], SYN, 100))
  expect(view(passive, SERVER).sockets.map(({ state }) => state)).toEqual(['LISTEN', 'SYN-RECEIVED'])
  inject(passive, SERVER, stray(ADDRESSES[CLIENT], ADDRESSES[SERVER], RST, 101))
  expect(states(passive, SERVER)).toEqual(['LISTEN'])
  expect(does(passive, SERVER, { call: 'accept', fd: listener })).toBe('blocked: accept queue empty')

  // The client itself opens from port 80, and the stray SYN crosses its own.
  const active = createBench()
  const fd = socket(active, SERVER)
  does(active, SERVER, { call: 'bind', fd, port: 80 })
  active.lose = () => true
  const made = call(active, SERVER, { call: 'connect', fd, address: ADDRESSES[CLIENT], port: CLIENT_PORT })
  inject(active, SERVER, stray(ADDRESSES[CLIENT], ADDRESSES[SERVER], SYN, 100))
  expect(states(active, SERVER)).toEqual(['SYN-RECEIVED'])
  inject(active, SERVER, stray(ADDRESSES[CLIENT], ADDRESSES[SERVER], RST, 101))
  expect(said(active, made)).toMatch(/^= -1 ECONN/)
})

test('MUST-41: a second listen on the port fails and leaves the first and its connections alone', () => {
  const bench = createBench()
  const { server } = connected(bench)
  const before = view(bench, SERVER).sockets
  const fd = socket(bench, SERVER)
  expect(does(bench, SERVER, { call: 'bind', fd, port: 80 })).toBe('= -1 EADDRINUSE')
  expect(view(bench, SERVER).sockets.slice(0, before.length)).toEqual(before)
  expect(socketAt(bench, SERVER, server).state).toBe('ESTABLISHED')
})

test('MUST-42: with SO_REUSEADDR a port is listened on while another of its connections is in SYN-SENT', () => {
  const bench = createBench()
  bench.lose = () => true
  const [opener, listener] = [socket(bench, SERVER), socket(bench, SERVER)]
  for (const fd of [opener, listener]) {
    does(bench, SERVER, { call: 'setsockopt', fd, option: 'SO_REUSEADDR', value: 1 })
    expect(does(bench, SERVER, { call: 'bind', fd, port: 80 })).toBe('= 0')
  }
  call(bench, SERVER, { call: 'connect', fd: opener, address: ADDRESSES[CLIENT], port: 9 })
  expect(does(bench, SERVER, { call: 'listen', fd: listener, backlog: 5 })).toBe('= 0')
  expect(states(bench, SERVER)).toEqual(['SYN-SENT', 'LISTEN'])
})

test('MUST-43: bind() names the local address of an open', () => {
  const bench = createBench()
  const fd = socket(bench, SERVER)
  expect(does(bench, SERVER, { call: 'bind', fd, address: ADDRESSES[SERVER], port: 80 })).toBe('= 0')
  does(bench, SERVER, { call: 'listen', fd, backlog: 5 })
  expect(socketAt(bench, SERVER, fd).local).toBe('10.0.0.2:80')
  connectTo80(bench)
  run(bench, 50_000)
  expect(states(bench, SERVER)).toContain('ESTABLISHED')
  expect(does(bench, SERVER, { call: 'bind', fd: socket(bench, SERVER), address: '10.9.9.9', port: 81 })).toBe(
    '= -1 EADDRNOTAVAIL',
  )
})

test('MUST-44, MUST-45: without bind() the first SYN bears the address of the interface, and so does all that follows', () => {
  const bench = createBench()
  const { client } = connected(bench)
  does(bench, CLIENT, { call: 'send', fd: client, bytes: 5_000 })
  run(bench, 500_000)
  does(bench, CLIENT, { call: 'close', fd: client })
  run(bench, 500_000)
  const sources = new Set(bench.packets.filter(({ from }) => from === CLIENT).map(({ packet }) => packet.ip.src))
  expect([...sources]).toEqual([parseIpv4(ADDRESSES[CLIENT])])
})

test('MUST-46: connect() to a broadcast or multicast address fails', () => {
  for (const address of ['255.255.255.255', '224.0.0.1', '239.1.2.3']) {
    const bench = createBench()
    const fd = socket(bench, CLIENT)
    expect(does(bench, CLIENT, { call: 'connect', fd, address, port: 80 })).toBe('= -1 ENETUNREACH')
    expect(bench.packets).toEqual([])
  }
})

describe('a SYN is ignored without an answer', () => {
  test.each(['255.255.255.255', '224.0.0.1', '10.0.0.255'])('MUST-57: when it was sent to %s', (dst) => {
    const bench = createBench()
    listenOn80(bench)
    inject(bench, SERVER, stray(ADDRESSES[CLIENT], dst, SYN))
    expect(bench.packets).toEqual([])
    expect(states(bench, SERVER)).toEqual(['LISTEN'])
  })

  test.each(['255.255.255.255', '224.0.0.1', '0.0.0.0', '0.1.2.3', '127.0.0.1'])(
    'MUST-63: when it comes from %s',
    (src) => {
      const bench = createBench()
      listenOn80(bench)
      inject(bench, SERVER, stray(src, ADDRESSES[SERVER], SYN))
      expect(bench.packets).toEqual([])
      expect(states(bench, SERVER)).toEqual(['LISTEN'])
      expect(eventsOf(bench, 'host/packetDropped', SERVER).at(-1)).toMatchObject({
        fields: { reason: 'martianSource' },
        rule: 'martianSource',
      })
      expect(counter(bench, SERVER, 'InSegs')).toBe(0)
    },
  )

  test('MUST-63: though an ordinary stranger is answered', () => {
    const bench = createBench()
    listenOn80(bench)
    inject(bench, SERVER, stray('192.168.7.7', ADDRESSES[SERVER], SYN))
    expect(bench.packets.map(({ packet }) => packet.segment.flags)).toEqual([SYN | ACK])
  })
})
