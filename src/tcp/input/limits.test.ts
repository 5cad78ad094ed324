/** How often an answer to what should not have come may leave (tcp_oow_rate_limited, tcp_send_challenge_ack; RFC 5961 7). */
import { describe, expect, test } from 'vitest'
import { senderBench } from '../../testing/sender-bench'
import type { BenchOptions, SenderBench } from '../../testing/sender-bench'
import { ACK, ECT0, FIN, NO_OPTIONS, NOT_ECT, RST, SYN } from '../../wire'
import type { TcpSegment } from '../../wire'
import { challenge, isOutOfWindowLimited, refuse } from './drop'

const MS = 1_000

function segment(flags: number, length = 0): TcpSegment {
  const rest = { srcPort: 2_000, dstPort: 1_000, seq: 7, ack: 9, window: 0, urgentPointer: 0 } as TcpSegment
  return { ...rest, flags, payload: new Uint8Array(length), options: NO_OPTIONS }
}

describe('answers to segments out of the window', () => {
  const limited = (bench: SenderBench, what = segment(ACK)): boolean =>
    isOutOfWindowLimited(bench.tcb, what, 'TCPACKSkippedSeq', bench.io)

  test('leave once in tcp_invalid_ratelimit, 500 ms; those in between are counted', () => {
    const bench = senderBench()
    expect(limited(bench)).toBe(false)
    bench.io.now += 500 * MS - 1
    expect(limited(bench)).toBe(true)
    expect(bench.counters).toEqual({ TCPACKSkippedSeq: 1 })
    bench.io.now += 1
    expect(limited(bench)).toBe(false)
    // Those that were held back do not put the next one off.
    bench.io.now += 400 * MS
    expect(limited(bench)).toBe(true)
    bench.io.now += 100 * MS
    expect(limited(bench)).toBe(false)
  })

  test('always leave for data or FIN: they start no loop of ACKs; a SYN does', () => {
    const bench = senderBench()
    expect(limited(bench)).toBe(false)
    expect(limited(bench, segment(ACK, 1))).toBe(false)
    expect(limited(bench, segment(ACK | FIN))).toBe(false)
    expect(limited(bench, segment(SYN))).toBe(true)
    expect(limited(bench, segment(SYN | ACK, 10))).toBe(true)
  })
})

describe('challenge ACKs', () => {
  function send(bench: SenderBench): boolean {
    const before = bench.sent.length
    challenge(bench.tcb, 5, 'invalidReset', 'resetChallenged', bench.io)
    return bench.sent.length > before
  }
  const free: BenchOptions = { sysctl: { tcp_invalid_ratelimit: 0 } }

  test('leave as often as tcp_challenge_ack_limit says in a second', () => {
    const bench = senderBench({ sysctl: { tcp_invalid_ratelimit: 0, tcp_challenge_ack_limit: 2 } })
    expect([send(bench), send(bench), send(bench)]).toEqual([true, true, false])
    bench.io.now += 999_999
    expect(send(bench)).toBe(false)
    bench.io.now += 1
    expect([send(bench), send(bench), send(bench)]).toEqual([true, true, false])
    expect(bench.counters).toMatchObject({ TCPChallengeACK: 4 })
  })

  test('are unlimited with the limit that Linux has by default', () => {
    const bench = senderBench(free)
    expect(Array.from({ length: 2_000 }, () => send(bench)).every(Boolean)).toBe(true)
    expect(bench.tcb.ack.challengeCount).toBe(0)
  })

  test('share the limit of other answers on the connection, and say why one did not leave', () => {
    const bench = senderBench()
    expect([send(bench), send(bench)]).toEqual([true, false])
    expect(bench.counters).toMatchObject({ TCPChallengeACK: 1, TCPACKSkippedChallenge: 1 })
    expect(bench.events.filter(({ type }) => type === 'tcp/segmentDropped').map(({ rule }) => rule)).toEqual([
      'resetChallenged',
      'challengeAckLimit',
    ])
    expect(bench.sent[0]).toMatchObject({ purpose: 'challengeAck', flags: ACK })
  })
})

describe('a RST in answer', () => {
  test('is not ECN-capable, whatever the connection is, and never answers a RST', () => {
    const bench = senderBench()
    bench.tcb.ecn.codepoint = ECT0
    const seen: number[] = []
    const transmit = bench.io.transmit.bind(bench.io)
    bench.io.transmit = (tcb, ...rest) => {
      seen.push(tcb.ecn.codepoint)
      return transmit(tcb, ...rest)
    }
    refuse(bench.tcb, segment(ACK), bench.io)
    refuse(bench.tcb, segment(RST), bench.io)
    expect(seen).toEqual([NOT_ECT])
    expect(bench.tcb.ecn.codepoint).toBe(ECT0)
    expect(bench.counters).toEqual({ OutRsts: 1 })
  })
})
