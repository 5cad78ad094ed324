/** A peer that sends anything at all: nothing throws, the state moves along the table, what is kept stays bounded. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { assert, seq32, seqGe, seqLe } from '../base'
import { at, connected, craft, inject, pass, pattern, shut, tcpPair, write } from '../testing/tcp-pair'
import type { Pair, PairOptions } from '../testing/tcp-pair'
import { ACK, AE, CWR, ECE, FIN, PSH, RST, SYN, URG } from '../wire'
import { connect, shutdownWrite } from './calls'
import { viewTcb } from './view'

const near = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.integer({ min: -70_000, max: 140_000 }),
  fc.integer({ min: 0, max: 0xffff_ffff }),
)

const segmentFields = fc.record({
  flags: fc
    .uniqueArray(fc.constantFrom(ACK, ACK, ACK, FIN, SYN, RST, PSH, URG, ECE, CWR, AE), { maxLength: 5 })
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
  codepoint: fc.constantFrom(0, 0, 1, 2, 3),
  accEcn: fc.option(
    fc.record({
      order: fc.constantFrom<0 | 1>(0, 1),
      counters: fc.array(fc.integer({ min: 0, max: 0xff_ffff }), { maxLength: 3 }),
    }),
    { nil: undefined },
  ),
  wait: fc.constantFrom(0, 0, 1_000, 50_000, 3_000_000),
})
type Hostile = typeof segmentFields extends fc.Arbitrary<infer T> ? T : never

/** Every kind of ECN, at both ends. */
const ecnSettings = fc.record({
  tcp_ecn: fc.constantFrom(0, 1, 3),
  tcp_congestion_control: fc.constantFrom('cubic', 'dctcp'),
  tcp_ecn_option: fc.constantFrom(0, 1, 2),
})

/** Where the victim stands when the attack begins. */
const STARTS: Readonly<Record<string, (options: PairOptions) => Pair>> = {
  'SYN-SENT': (options) => {
    const pair = tcpPair(options)
    at(pair, 'a', connect)
    return pair
  },
  ESTABLISHED: (options) => connected(options),
  sending: (options) => {
    const pair = connected(options)
    write(pair, 'a', pattern(0, 16_000))
    return pair
  },
  orphaned: (options) => {
    const pair = connected(options)
    shut(pair, 'a')
    return pair
  },
  'FIN-WAIT-2': (options) => {
    const pair = connected(options)
    at(pair, 'a', shutdownWrite)
    pass(pair, 50_000)
    return pair
  },
  'TIME-WAIT': (options) => {
    const pair = connected(options)
    shut(pair, 'a')
    pass(pair, 50_000)
    shut(pair, 'b')
    pass(pair, 50_000)
    return pair
  },
}

test.each(Object.keys(STARTS))('%s survives any segments', { timeout: 60_000 }, (name) => {
  fc.assert(
    fc.property(fc.array(segmentFields, { maxLength: 40 }), ecnSettings, (segments, sysctl) => {
      const pair = STARTS[name]({ sysctl })
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
    accEcn: one.accEcn,
    sack: one.sack.map(([start, end]) => ({ start: place(start), end: place(end) })),
    timestamps:
      one.timestamp === null
        ? undefined
        : { value: (tcb.timestamps.recent + one.timestamp[0]) >>> 0, echo: (1_500 + one.timestamp[1]) >>> 0 },
  }
  const segment = { ...told, seq: seq32(tcb.rcv.nxt + one.seq), ack: seq32(tcb.snd.una + one.ack), options }
  inject(pair, 'a', segment, one.codepoint)
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
