/** A peer that sends anything at all: nothing throws, the state moves along the table, what is kept stays bounded. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { assert, seq32, seqGe, seqLe } from '../base'
import { at, connected, craft, inject, pass, pattern, shut, tcpPair, write } from '../testing/tcp-pair'
import type { Pair } from '../testing/tcp-pair'
import { ACK, FIN, PSH, RST, SYN, URG } from '../wire'
import { connect, shutdownWrite } from './calls'
import { viewTcb } from './view'

const near = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.integer({ min: -70_000, max: 140_000 }),
  fc.integer({ min: 0, max: 0xffff_ffff }),
)

const segment = fc.record({
  flags: fc
    .uniqueArray(fc.constantFrom(ACK, ACK, ACK, FIN, SYN, RST, PSH, URG), { maxLength: 4 })
    .map((bits) => bits.reduce((all, bit) => all | bit, 0)),
  seq: near,
  ack: near,
  window: fc.constantFrom(0, 1, 500, 65_535),
  payload: fc.constantFrom(0, 1, 500, 1_448, 9_000),
  sack: fc.array(fc.tuple(near, near), { maxLength: 4 }),
  timestamp: fc.option(fc.tuple(near, near)),
  mss: fc.option(fc.integer({ min: 0, max: 65_535 }), { nil: undefined }),
  windowScale: fc.option(fc.integer({ min: 0, max: 14 }), { nil: undefined }),
  sackPermitted: fc.boolean(),
  wait: fc.constantFrom(0, 0, 1_000, 50_000, 3_000_000),
})
type Hostile = typeof segment extends fc.Arbitrary<infer T> ? T : never

/** Where the victim stands when the attack begins. */
const STARTS: Readonly<Record<string, () => Pair>> = {
  'SYN-SENT': () => {
    const pair = tcpPair()
    at(pair, 'a', connect)
    return pair
  },
  ESTABLISHED: () => connected(),
  sending: () => {
    const pair = connected()
    write(pair, 'a', pattern(0, 16_000))
    return pair
  },
  orphaned: () => {
    const pair = connected()
    shut(pair, 'a')
    return pair
  },
  'FIN-WAIT-2': () => {
    const pair = connected()
    at(pair, 'a', shutdownWrite)
    pass(pair, 50_000)
    return pair
  },
  'TIME-WAIT': () => {
    const pair = connected()
    shut(pair, 'a')
    pass(pair, 50_000)
    shut(pair, 'b')
    pass(pair, 50_000)
    return pair
  },
}

test.each(Object.keys(STARTS))('%s survives any segments', { timeout: 60_000 }, (name) => {
  fc.assert(
    fc.property(fc.array(segment, { maxLength: 40 }), (segments) => {
      const pair = STARTS[name]()
      pair.wire = () => []
      pair.flying.clear()
      for (const one of segments) {
        attack(pair, one)
        pair.now += one.wait
        while (pair.a.tcb.state !== 'CLOSED' && dueNow(pair)) pass(pair, 0)
        check(pair)
      }
    }),
    { numRuns: 150, interruptAfterTimeLimit: 15_000 },
  )
})

function dueNow(pair: Pair): boolean {
  return Object.values(pair.a.tcb.timers).some((timer) => timer.deadline <= pair.now)
}

function attack(pair: Pair, one: Hostile): void {
  const { tcb } = pair.a
  const place = (relative: number) => seq32(tcb.iss + relative)
  const told = craft(pair, 'a', { flags: one.flags, window: one.window, payload: pattern(0, one.payload) })
  const options = {
    mss: one.mss,
    windowScale: one.windowScale,
    sackPermitted: one.sackPermitted,
    accEcn: undefined,
    sack: one.sack.map(([start, end]) => ({ start: place(start), end: place(end) })),
    timestamps:
      one.timestamp === null
        ? undefined
        : { value: (tcb.timestamps.recent + one.timestamp[0]) >>> 0, echo: (1_500 + one.timestamp[1]) >>> 0 },
  }
  inject(pair, 'a', { ...told, seq: seq32(tcb.rcv.nxt + one.seq), ack: seq32(tcb.snd.una + one.ack), options })
}

function check(pair: Pair): void {
  const { tcb } = pair.a
  assert(seqLe(tcb.snd.una, tcb.snd.nxt) && seqLe(tcb.snd.nxt, tcb.snd.end), 'SND.UNA =< SND.NXT =< end')
  assert(seqGe(tcb.rcv.nxt, tcb.rcv.copied), 'nothing is read before it came')
  assert(tcb.receive.memory >= 0 && tcb.receive.memory < 20_000_000, 'memory is bounded')
  assert(tcb.outOfOrder.length < 10_000 && tcb.receive.sackBlocks.length <= 4, 'lists are bounded')
  assert(tcb.mssNow > 0 && tcb.congestion.cwnd >= 1, 'something can be sent')
  assert(tcb.rtt.rto > 0 && tcb.rtt.rto <= 120_000_000, 'the RTO is sane')
  expect(() => viewTcb(tcb, pair.now)).not.toThrow()
}
