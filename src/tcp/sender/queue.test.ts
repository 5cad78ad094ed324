/** The send queue and what SO_SNDBUF means for it. */
import { describe, expect, test } from 'vitest'
import { seqAdd } from '../../base'
import { ack, pass, senderBench, write } from '../../testing/sender-bench'
import { LINUX_SYSCTL } from '../../trace'
import { PSH } from '../../wire'
import { chargedBytes, isSendable, payloadAt, queuedBytes, sendSpace } from './queue'

describe('SO_SNDBUF', () => {
  const config = { sndbuf: 20_000, sndbufLocked: true }

  test('is charged for each buffer too; one buffer, of half the peer’s largest window, may run over', () => {
    const bench = senderBench({ config, window: 8_000 })
    // Four buffers of 4000 bytes, of which the last began at 12000 + 3 * 1280 < 20000.
    expect(write(bench, 50_000)).toBe(16_000)
    // The two that are sent left in bursts of two segments, and are four now.
    expect(chargedBytes(bench.tcb)).toBe(16_000 + 6 * 1_280)
    expect(sendSpace(bench.tcb)).toBe(0)
    expect(write(bench, 1)).toBe(0)
  })

  test('what was sent of a buffer makes room in it for more', () => {
    const bench = senderBench({ config: { sndbuf: 10_000, sndbufLocked: true }, window: 20_000 })
    // The first buffer takes 10000 bytes, of which the window of three segments takes 3000: there is room for so much again.
    bench.tcb.congestion.cwnd = 3
    expect(write(bench, 50_000)).toBe(13_000)
  })

  test('is freed by ACKs, and a writer who found no room is woken when a third is free', () => {
    const bench = senderBench({ config, window: 8_000 })
    write(bench, 50_000)
    bench.wakes = 0
    pass(bench, 100_000)
    ack(bench, 4_001)
    expect(bench.wakes).toBe(0)
    expect(isSendable(bench.tcb, LINUX_SYSCTL)).toBe(false)
    ack(bench, 8_001)
    expect(bench.wakes).toBe(1)
    expect(isSendable(bench.tcb, LINUX_SYSCTL)).toBe(true)
    expect(queuedBytes(bench.tcb)).toBe(8_000)
  })

  test('left alone grows with the congestion window, up to tcp_wmem', () => {
    const bench = senderBench({ config: { sndbuf: 16_384, sndbufLocked: false }, mss: 1_448 })
    // 2 * 10 segments of 4096 + 256 bytes: what Linux shows as tb87040.
    expect(bench.tcb.config.sndbuf).toBe(87_040)
  })
})

describe('bytes', () => {
  test('come out as they went in, across writes of every size', () => {
    const bench = senderBench({ window: 0 })
    for (const size of [1, 7, 1_000, 3, 2_500, 999]) write(bench, size)
    const from = seqAdd(bench.tcb.iss, 5)
    const expected = Uint8Array.from({ length: 4_000 }, (_, i) => (5 + i) % 251)
    expect(payloadAt(bench.tcb, from, 4_000)).toEqual(expected)
    expect(payloadAt(bench.tcb, seqAdd(bench.tcb.iss, 300), 100)).toEqual(
      Uint8Array.from({ length: 100 }, (_, i) => (300 + i) % 251),
    )
  })

  test('are copied when queued: the caller may reuse its buffer', () => {
    const bench = senderBench()
    write(bench, 10)
    const [sent] = bench.sent
    expect(sent.segment.payload).not.toBe(bench.tcb.sendChunks[0].bytes)
    expect(sent.segment.payload.buffer).toBe(bench.tcb.sendChunks[0].bytes.buffer)
  })

  test('PSH stands where a write ended (MUST-61), and at the end of each burst', () => {
    const bench = senderBench({ config: { nodelay: true } })
    write(bench, 2_500)
    write(bench, 100)
    expect(bench.sent.map((one) => [one.seq, (one.flags & PSH) !== 0])).toEqual([
      [1, false],
      [1_001, true],
      [2_001, true],
      [2_501, true],
    ])
  })
})
