/** The send queue and what SO_SNDBUF means for it. */
import { describe, expect, test } from 'vitest'
import { seqAdd } from '../../base'
import { ack, pass, senderBench, write } from '../../testing/sender-bench'
import { PSH } from '../../wire'
import { isSendable, payloadAt, queuedBytes, sendCapacity, sendSpace } from './queue'

describe('SO_SNDBUF', () => {
  const config = { sndbuf: 20_000, sndbufLocked: true }

  test('holds less than its number of bytes, because bookkeeping is charged too; the last segment may run over', () => {
    const bench = senderBench({ config, window: 0 })
    expect(write(bench, 50_000)).toBe(11_000)
    expect(sendCapacity(bench.tcb)).toBe(11_000)
    expect(write(bench, 1)).toBe(0)
    expect(sendSpace(bench.tcb)).toBe(0)
  })

  test('is freed by ACKs, and a writer who found no room is woken when a third is free', () => {
    const bench = senderBench({ config })
    write(bench, 50_000)
    bench.wakes = 0
    pass(bench, 100_000)
    ack(bench, 3_001)
    expect(bench.wakes).toBe(0)
    expect(isSendable(bench.tcb)).toBe(false)
    ack(bench, 4_001)
    expect(bench.wakes).toBe(1)
    expect(isSendable(bench.tcb)).toBe(true)
    expect(queuedBytes(bench.tcb)).toBe(7_000)
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

  test('PSH stands where a write ended (MUST-61)', () => {
    const bench = senderBench({ config: { nodelay: true } })
    write(bench, 2_500)
    write(bench, 100)
    expect(bench.sent.map((one) => [one.seq, (one.flags & PSH) !== 0])).toEqual([
      [1, false],
      [1_001, false],
      [2_001, true],
      [2_501, true],
    ])
  })
})
