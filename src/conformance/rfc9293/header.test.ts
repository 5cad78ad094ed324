/** RFC 9293 3.1: the header, its checksum, and options. Segments come to a host as raw bytes, as from any stranger. */
import { describe, expect, test } from 'vitest'
import {
  ADDRESSES,
  call,
  CLIENT,
  connected,
  counter,
  createBench,
  does,
  inject,
  run,
  SERVER,
  socketAt,
} from '../../testing/host-bench'
import type { HostBench } from '../../testing/host-bench'
import { senderBench, write } from '../../testing/sender-bench'
import { ACK, encodePacket, NO_OPTIONS, parseIpv4, SYN } from '../../wire'
import type { TcpSegment } from '../../wire'
import { walkOptions } from '../../wire/options'

/** The sum of RFC 1071 over 16-bit words: 0xffff where the checksum within is right. Not the stack's own. */
function onesSum(bytes: readonly number[]): number {
  let sum = 0
  for (let i = 0; i < bytes.length; i += 2) sum += (bytes[i] << 8) | (bytes[i + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16)
  return sum
}

function tcpSum(packet: Uint8Array): number {
  const length = packet.length - 20
  const pseudo = [...packet.subarray(12, 20), 0, 6, length >> 8, length & 255]
  return onesSum([...pseudo, ...packet.subarray(20)])
}

/** A packet from the client's address with these option bytes, written by hand; its checksums are right. */
function rawPacket(segment: TcpSegment, options: readonly number[], padding: readonly number[] = []): Uint8Array {
  const bare = encodePacket(
    {
      src: parseIpv4(ADDRESSES[CLIENT])!,
      dst: parseIpv4(ADDRESSES[SERVER])!,
      ttl: 64,
      identification: 1,
      tos: 0,
      dontFragment: true,
    },
    { ...segment, options: NO_OPTIONS },
  )
  const all = [...options, ...padding]
  while (all.length % 4 !== 0) all.push(1)
  const out = Uint8Array.from([...bare.subarray(0, 40), ...all, ...bare.subarray(40)])
  out[2] = out.length >> 8
  out[3] = out.length & 255
  out[32] = ((20 + all.length) / 4) << 4
  for (const [at, sum] of [
    [10, () => onesSum([...out.subarray(0, 20)])],
    [36, () => tcpSum(out)],
  ] as const) {
    out[at] = out[at + 1] = 0
    const value = 0xffff - sum()
    out[at] = value >> 8
    out[at + 1] = value & 255
  }
  return out
}

function arrives(bench: HostBench, segment: TcpSegment, bytes: Uint8Array): void {
  const ip = {
    src: parseIpv4(ADDRESSES[CLIENT])!,
    dst: parseIpv4(ADDRESSES[SERVER])!,
    ttl: 64,
    identification: 1,
    tos: 0,
    dontFragment: true,
  }
  inject(bench, SERVER, { ip, segment, damaged: bytes, length: bytes.length })
}

/** A connection, and the next segment of ten bytes that its client would send. */
function conversation(): { bench: HostBench; server: number; next: TcpSegment } {
  const bench = createBench()
  const { client, server } = connected(bench)
  does(bench, CLIENT, { call: 'send', fd: client, bytes: 10 })
  const next = bench.packets.at(-1)!.packet.segment
  bench.heap.size = 0
  return { bench, server, next }
}

test('MUST-1: a window of 65535 is that much, not a negative number', () => {
  const bench = senderBench({ window: 65_535 })
  bench.tcb.congestion.cwnd = 100
  write(bench, 100_000)
  expect(bench.sent.reduce((sum, { length }) => sum + length, 0)).toBe(65_535)
})

test('MUST-2: every packet that leaves bears a checksum that an independent sum finds right', () => {
  const bench = createBench()
  const { client } = connected(bench)
  does(bench, CLIENT, { call: 'send', fd: client, bytes: 3_001 })
  does(bench, CLIENT, { call: 'close', fd: client })
  run(bench, 1_000_000)
  expect(bench.packets.length).toBeGreaterThan(8)
  for (const { packet } of bench.packets) expect(tcpSum(encodePacket(packet.ip, packet.segment))).toBe(0xffff)
})

test('MUST-3: a segment whose checksum is wrong might never have come', () => {
  const { bench, server, next } = conversation()
  const bytes = rawPacket(next, [])
  bytes[bytes.length - 1] ^= 1
  arrives(bench, next, bytes)
  expect(counter(bench, SERVER, 'InCsumErrors')).toBe(1)
  expect(does(bench, SERVER, { call: 'recv', fd: server, bytes: 10, flags: ['MSG_DONTWAIT'] })).toBe('= -1 EAGAIN')
})

describe('options of a segment with data', () => {
  const TIMESTAMPS = (segment: TcpSegment): number[] => {
    const { value, echo } = segment.options.timestamps!
    const word = (n: number): number[] => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255]
    return [8, 10, ...word(value), ...word(echo)]
  }
  const LISTS: readonly (readonly [string, (stamps: number[]) => number[]])[] = [
    [
      'MUST-4, MUST-69: no-operation, an MSS, the end of the list, and zeros behind it',
      (t) => [1, 2, 4, 5, 180, ...t, 0, 0, 0],
    ],
    ['MUST-5: timestamps and SACK outside of a SYN', (t) => [...t, 5, 10, 0, 0, 0, 9, 0, 0, 0, 19]],
    ['MUST-6: kinds that nobody knows', (t) => [254, 5, 1, 2, 3, ...t, 79, 2]],
    ['MUST-7: a length of zero', (t) => [...t, 77, 0, 9, 9]],
    ['MUST-7: a length of one', (t) => [...t, 77, 1, 9, 9]],
    ['MUST-7: a length that runs out of the header', (t) => [...t, 77, 60, 9, 9]],
    ['MUST-7: a known option of a length that it never has', (t) => [2, 3, 5, ...t]],
    ['MUST-64: an option that begins at an odd octet', (t) => [1, ...t]],
  ]
  test.each(LISTS)('%s: the segment is taken all the same', (_, list) => {
    const { bench, server, next } = conversation()
    arrives(bench, next, rawPacket(next, list(TIMESTAMPS(next))))
    expect(does(bench, SERVER, { call: 'recv', fd: server, bytes: 100, flags: ['MSG_DONTWAIT'] })).toBe('= 10')
    expect(socketAt(bench, SERVER, server).state).toBe('ESTABLISHED')
  })

  test('MUST-4: the MSS of a SYN is found behind any other option', () => {
    const bench = createBench()
    const fd = does(bench, SERVER, { call: 'socket' })
    expect(fd).toBe('= 3')
    does(bench, SERVER, { call: 'bind', fd: 3, port: 80 })
    does(bench, SERVER, { call: 'listen', fd: 3, backlog: 5 })
    const syn: TcpSegment = { ...conversation().next, flags: SYN, window: 60_000, payload: new Uint8Array(0) }
    arrives(bench, syn, rawPacket(syn, [1, 254, 3, 9, 1, 2, 4, 1, 244, 0]))
    const ack = { ...syn, flags: ACK, seq: bench.packets.at(-1)!.packet.segment.ack }
    const first = bench.packets.at(-1)!.packet.segment
    arrives(bench, ack, rawPacket({ ...ack, ack: ((first.seq + 1) >>> 0) as typeof ack.ack }, []))
    call(bench, SERVER, { call: 'accept', fd: 3 })
    does(bench, SERVER, { call: 'send', fd: 4, bytes: 1_000 })
    expect(bench.packets.at(-1)!.packet.segment.payload).toHaveLength(500)
  })
})

test('MUST-68, MUST-69: what we send has a length on every option, is padded by no-operations and never runs past an end', () => {
  const bench = createBench()
  const { client } = connected(bench)
  does(bench, CLIENT, { call: 'send', fd: client, bytes: 30_000 })
  let lost = 0
  bench.lose = ({ segment }) => segment.payload.length > 0 && lost++ === 3
  run(bench, 2_000_000)
  const kinds = new Set<number>()
  for (const { packet } of bench.packets) {
    const bytes = encodePacket(packet.ip, packet.segment)
    const end = 20 + (bytes[32] >> 4) * 4
    for (const option of walkOptions(bytes, 40, end)) {
      kinds.add(option.kind)
      if (option.kind > 1) expect(bytes[option.start + 1]).toBe(option.length)
    }
  }
  expect([...kinds].toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 8])
})

test('MUST-50: a packet with IP options is read over them', () => {
  const { bench, server, next } = conversation()
  const plain = rawPacket(next, [])
  const bytes = Uint8Array.from([...plain.subarray(0, 20), 1, 1, 1, 0, ...plain.subarray(20)])
  bytes[0] = 0x46
  bytes[2] = bytes.length >> 8
  bytes[3] = bytes.length & 255
  bytes[10] = bytes[11] = 0
  const sum = 0xffff - onesSum([...bytes.subarray(0, 24)])
  bytes[10] = sum >> 8
  bytes[11] = sum & 255
  arrives(bench, next, bytes)
  expect(does(bench, SERVER, { call: 'recv', fd: server, bytes: 100, flags: ['MSG_DONTWAIT'] })).toBe('= 10')
})

test('REC-1: with a scale of 14 the window is counted beyond 16 bits, up to a gigabyte', () => {
  const bench = senderBench({ window: 65_535 * 2 ** 14 })
  bench.tcb.congestion.cwnd = 1_000_000
  write(bench, 2_000_000)
  expect(bench.tcb.snd.wnd).toBe(1_073_725_440)
  expect(bench.sent.reduce((sum, { length }) => sum + length, 0)).toBe(2_000_000)
})
