/** What the sender says about itself: the reason it waits for and the samples of its window, each once. */
import { describe, expect, test } from 'vitest'
import { CONGESTION_PHASES, WAIT_REASONS } from '../../trace'
import type { TcpState } from '../../trace'
import { ack, finish, pass, senderBench, write } from '../../testing/sender-bench'
import type { SenderBench } from '../../testing/sender-bench'
import { afterInput, waitReason } from './hold'

function reasons(bench: SenderBench): string[] {
  return bench.events
    .filter((event) => event.type === 'tcp/waiting')
    .map((event) => `${WAIT_REASONS[event.args[0]]} ${event.args[1]}`)
}

describe('tcp/waiting', () => {
  test('tells the story of a transfer, each change once', () => {
    const bench = senderBench({ window: 12_000, sysctl: { tcp_early_retrans: 0 } })
    afterInput(bench.tcb, bench.io)
    write(bench, 11_500)
    pass(bench, 100_000)
    ack(bench, 10_001, { window: 2_500 })
    write(bench, 5_000)
    pass(bench, 100_000)
    ack(bench, 12_501, { window: 0 })
    pass(bench, 50_000)
    ack(bench, 12_501, { window: 20_000 })
    pass(bench, 100_000)
    ack(bench, 16_501)
    expect(reasons(bench)).toEqual([
      'nothingToSend 0',
      'congestionWindow 1500',
      'nothingToSend 0',
      'peerWindow 4000',
      'persist 4000',
      'nothingToSend 0',
    ])
  })

  test('names the state where the state decides', () => {
    const expected: [TcpState, string][] = [
      ['CLOSED', 'closed'],
      ['SYN-SENT', 'handshake'],
      ['SYN-RECEIVED', 'handshake'],
      ['FIN-WAIT-2', 'peerClose'],
      ['TIME-WAIT', 'timeWait'],
    ]
    for (const [state, reason] of expected) {
      const { tcb, io } = senderBench({ state })
      expect(waitReason(tcb, io)).toBe(reason)
    }
  })

  test('a FIN that is out waits for its ACK, and a lost segment for its retransmission', () => {
    const bench = senderBench({ state: 'FIN-WAIT-1' })
    write(bench, 10_000)
    finish(bench)
    expect(bench.tcb.waiting).toMatchObject({ reason: 'congestionWindow', bytes: 1 })
    pass(bench, 100_000)
    ack(bench, 5_001)
    expect(bench.tcb.waiting).toMatchObject({ reason: 'finAck', bytes: 0 })
    ack(bench, 5_001, { sack: [[6_001, 10_002]] })
    expect(bench.tcb.waiting.reason).toBe('retransmission')
  })
})

test('since when the sender waits is kept while only the amount changes', () => {
  const bench = senderBench({ window: 12_000 })
  write(bench, 13_000)
  const { since } = bench.tcb.waiting
  expect(bench.tcb.waiting.reason).toBe('congestionWindow')
  pass(bench, 10_000)
  write(bench, 500)
  expect(bench.tcb.waiting).toMatchObject({ reason: 'congestionWindow', bytes: 3_500, since })
})

test('what Nagle holds is explained by Nagle, what the peer allows by its window', () => {
  const ruleOf = (bench: SenderBench) => bench.events.findLast((event) => event.type === 'tcp/waiting')?.rule
  const small = senderBench()
  write(small, 100)
  write(small, 100)
  expect(small.tcb.waiting.reason).toBe('nagle')
  expect(ruleOf(small)).toBe('nagle')
  const idle = senderBench()
  afterInput(idle.tcb, idle.io)
  expect(ruleOf(idle)).toBe('senderWaits')
})

describe('tcp/sampled', () => {
  test('speaks when the window of the peer alone has changed', () => {
    const bench = senderBench({ window: 12_000 })
    afterInput(bench.tcb, bench.io)
    const last = () => bench.events.findLast((event) => event.type === 'tcp/sampled')?.args[3]
    ack(bench, 1, { window: 15_000 })
    expect(last()).toBe(15_000)
  })

  test('speaks only when a number changed', () => {
    const bench = senderBench()
    afterInput(bench.tcb, bench.io)
    const count = () => bench.events.filter((event) => event.type === 'tcp/sampled').length
    expect(count()).toBe(1)
    afterInput(bench.tcb, bench.io)
    expect(count()).toBe(1)
    write(bench, 1_000)
    expect(count()).toBe(2)
  })

  test('shades slow start, congestion avoidance, recovery and loss', () => {
    const bench = senderBench({ sysctl: { tcp_early_retrans: 0 } })
    const phase = () => CONGESTION_PHASES[bench.events.findLast((event) => event.type === 'tcp/sampled')?.args[4] ?? -1]
    write(bench, 30_000)
    expect(phase()).toBe('slowStart')
    pass(bench, 100_000)
    ack(bench, 1, { sack: [[1_001, 5_001]] })
    expect(phase()).toBe('recovery')
    pass(bench, 100_000)
    ack(bench, (bench.tcb.recovery.highSeq - bench.tcb.iss) >>> 0)
    expect(phase()).toBe('congestionAvoidance')
    pass(bench, 1_000_000)
    expect(phase()).toBe('loss')
  })
})
