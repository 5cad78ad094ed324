/** RFC 9293 3.7, 3.9.1.2: how large segments are, when they leave, and PSH. */
import { describe, expect, test } from 'vitest'
import * as hosts from '../../testing/host-bench'
import { at, connected, craft, inject, pass, pattern, read, shut, tcpPair, write } from '../../testing/tcp-pair'
import type { PairOptions } from '../../testing/tcp-pair'
import { ack, senderBench, write as queue } from '../../testing/sender-bench'
import { connect, shutdownWrite } from '../../tcp'
import { ACK, PSH, SYN } from '../../wire'

/** The largest payload that `a` sent of so much data. */
function largest(options: PairOptions): number {
  const pair = connected(options)
  write(pair, 'a', pattern(0, 50_000))
  pass(pair, 1_000_000)
  return Math.max(...pair.log.map(({ segment }) => segment.payload.length))
}

describe('the maximum segment size', () => {
  test('MUST-14: is named by each SYN, and obeyed', () => {
    const pair = tcpPair({ configB: { maxSegment: 700 } })
    at(pair, 'a', connect)
    pass(pair, 100_000)
    expect(pair.log.slice(0, 2).map(({ segment }) => segment.options.mss)).toEqual([1_460, 700])
    write(pair, 'a', pattern(0, 5_000))
    pass(pair, 1_000_000)
    expect(Math.max(...pair.log.map(({ segment }) => segment.payload.length))).toBe(700 - 12)
  })

  test('MUST-15: is 536 where the peer names none', () => {
    const pair = tcpPair()
    at(pair, 'a', connect)
    inject(pair, 'a', craft(pair, 'a', { flags: SYN | ACK, seq: 0, ack: 1, window: 65_000 }))
    write(pair, 'a', pattern(0, 3_000))
    expect(Math.max(...pair.log.map(({ segment }) => segment.payload.length))).toBe(536)
  })

  test('MUST-16: is the least of what the peer takes and what IP carries, less the options of every segment', () => {
    expect(largest({ sysctl: { tcp_timestamps: 0 } })).toBe(1_460)
    expect(largest({})).toBe(1_448)
    expect(largest({ mtu: 1_000 })).toBe(1_000 - 40 - 12)
  })

  test('MUST-16: shrinks further by the SACK blocks that a segment carries', () => {
    const pair = connected()
    inject(pair, 'a', craft(pair, 'a', { flags: ACK, seq: 2_001, payload: pattern(0, 100) }))
    pair.log.length = 0
    write(pair, 'a', pattern(0, 10_000))
    const sizes = pair.log.map(({ segment }) => segment.payload.length)
    expect(sizes[0]).toBe(1_448 - 12)
  })

  test.each([
    [1_500, 1_460],
    [9_000, 8_960],
    [576, 536],
  ])('MUST-67, SHLD-5, MAY-3: with an MTU of %d the SYN says %d', (mtu, mss) => {
    const pair = tcpPair({ mtu })
    at(pair, 'a', connect)
    expect(pair.log[0].segment.options.mss).toBe(mss)
  })

  test('MUST-65: is named in no segment but the SYNs', () => {
    const pair = tcpPair()
    at(pair, 'a', connect)
    pass(pair, 50_000)
    write(pair, 'a', pattern(0, 20_000))
    pass(pair, 500_000)
    for (const end of ['a', 'b'] as const) shut(pair, end)
    pass(pair, 500_000)
    for (const { segment } of pair.log) expect(segment.options.mss === undefined).toBe((segment.flags & SYN) === 0)
  })

  test('SHLD-28: is what segments have where there is enough to send', () => {
    const pair = connected()
    write(pair, 'a', pattern(0, 14_480))
    pass(pair, 200_000)
    expect(pair.log.filter(({ from }) => from === 'a').map(({ segment }) => segment.payload.length)).toEqual(
      Array.from({ length: 10 }, () => 1_448),
    )
  })
})

describe('Nagle', () => {
  test('SHLD-7: a small segment waits while another is unacked; a full one does not', () => {
    const pair = connected()
    write(pair, 'a', pattern(0, 10))
    write(pair, 'a', pattern(10, 10))
    expect(pair.log).toHaveLength(1)
    write(pair, 'a', pattern(20, 1_448))
    expect(pair.log.map(({ segment }) => segment.payload.length)).toEqual([10, 1_448])
    pass(pair, 200_000)
    expect(read(pair, 'b')).toEqual(pattern(0, 1_468))
  })

  test('MUST-17: TCP_NODELAY switches it off for one connection, at any time', () => {
    const bench = hosts.createBench()
    const { client } = hosts.connected(bench)
    const small = (): number => {
      const before = bench.packets.length
      for (let i = 0; i < 3; i++) hosts.does(bench, hosts.CLIENT, { call: 'send', fd: client, bytes: 10 })
      return bench.packets.length - before
    }
    expect(small()).toBe(1)
    hosts.run(bench, 500_000)
    hosts.does(bench, hosts.CLIENT, { call: 'setsockopt', fd: client, option: 'TCP_NODELAY', value: 1 })
    expect(small()).toBe(3)
    hosts.run(bench, 500_000)
    hosts.does(bench, hosts.CLIENT, { call: 'setsockopt', fd: client, option: 'TCP_NODELAY', value: 0 })
    expect(small()).toBe(1)
  })
})

describe('PUSH', () => {
  test('MUST-60: though no call asks for it, what was written leaves without more being written', () => {
    for (const bytes of [1, 1_447, 1_448, 1_449, 50_000]) {
      const pair = connected()
      write(pair, 'a', pattern(0, bytes))
      pass(pair, 2_000_000)
      expect(read(pair, 'b')).toHaveLength(bytes)
    }
  })

  test('MUST-61: the last segment of what was written bears PSH', () => {
    const pair = connected()
    write(pair, 'a', pattern(0, 2_500))
    expect(pair.log.map(({ segment }) => segment.flags & PSH)).toEqual([0, PSH])
  })

  test('SHLD-27: writes that leave as one segment share one PSH', () => {
    const pair = connected()
    write(pair, 'a', pattern(0, 10))
    for (let i = 0; i < 5; i++) write(pair, 'a', pattern(10 + 10 * i, 10))
    pass(pair, 200_000)
    const sent = pair.log.filter(({ from }) => from === 'a')
    expect(sent.map(({ segment }) => [segment.payload.length, segment.flags & PSH])).toEqual([
      [10, PSH],
      [50, PSH],
    ])
  })

  test('MAY-16: MSG_MORE and TCP_CORK gather what more is written', () => {
    const more = senderBench()
    queue(more, 100, { more: true })
    expect(more.sent).toEqual([])
    queue(more, 100)
    expect(more.sent.map(({ length }) => length)).toEqual([200])

    const cork = senderBench({ config: { cork: true } })
    for (let i = 0; i < 10; i++) queue(cork, 150)
    expect(cork.sent.map(({ length }) => length)).toEqual([1_000])
    ack(cork, 1_001)
    expect(cork.sent).toHaveLength(1)
  })

  test('MAY-16: a FIN takes along what was gathered', () => {
    const pair = connected({ config: { cork: true } })
    write(pair, 'a', pattern(0, 100))
    expect(pair.log).toEqual([])
    at(pair, 'a', shutdownWrite)
    expect(pair.log.map(({ segment }) => [segment.payload.length, segment.flags & 1])).toEqual([[100, 1]])
  })
})
