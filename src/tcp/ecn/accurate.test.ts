/** Accurate ECN between two ends (RFC 9768): handshake, the ACE field, the option, and a path that spoils them. */
import { expect, test } from 'vitest'
import { at, connected, eventsOf, inject, craft, pass, pattern, tcpPair, told, write } from '../../testing/tcp-pair'
import type { OnWire, Pair } from '../../testing/tcp-pair'
import { ACK, AE, CE, CWR, ECE, ECT0, ECT1, NOT_ECT, PSH, SYN } from '../../wire'
import { connect } from '../calls'
import { aceFlags, aceOf, ACE_FAIL_RECV, ACE_FAIL_SEND, OPTION_FAIL_RECV } from './state'

const ON = { tcp_ecn: 3, tcp_congestion_control: 'reno' }
const MSS = 1_436

function opened(options: Parameters<typeof tcpPair>[0]): Pair {
  const pair = tcpPair({ sysctl: ON, ...options })
  at(pair, 'a', connect)
  pass(pair, 100_000)
  return pair
}

const isData = ({ segment }: OnWire): boolean => segment.payload.length > 0
const aces = (pair: Pair, end: 'a' | 'b'): number[] =>
  pair.log.filter((sent) => sent.from === end).map(({ segment }) => aceOf(segment.flags))

test('RFC 9768 3.1.1, 3.1.2: 111 asks, the SYN,ACK says how the SYN arrived, the third ACK how the SYN,ACK did', () => {
  const pair = opened({})
  expect(told(pair)).toEqual(['a > SEWe 0:0', 'b > S.W 0:0 ack 1', 'a > .W 1:1 ack 1'])
  expect(pair.log.map((sent) => sent.codepoint)).toEqual([NOT_ECT, NOT_ECT, ECT0])
  expect(pair.log[1].segment.options.accEcn).toEqual({ order: 1, counters: [1, 0, 1] })
  expect(pair.a.tcb.ecn.mode).toBe('accecn')
  expect(pair.b.tcb.ecn.mode).toBe('accecn')
})

test.each([
  [NOT_ECT, 2],
  [ECT1, 3],
  [ECT0, 4],
  [CE, 6],
])('RFC 9768 table 2: a SYN that arrives with codepoint %d is answered with ACE %d', (codepoint, ace) => {
  const pair = opened({ mark: (sent) => (sent.purpose === 'syn' ? codepoint : sent.codepoint) })
  expect(aceOf(pair.log[1].segment.flags)).toBe(ace)
})

test('a peer that knows only classic ECN, or none, is met half-way', () => {
  const classic = opened({ sysctlB: { tcp_ecn: 2 } })
  expect(told(classic)[1]).toBe('b > S.E 0:0 ack 1')
  expect(classic.a.tcb.ecn.mode).toBe('rfc3168')
  const none = opened({ sysctlB: { tcp_ecn: 0 } })
  expect(none.a.tcb.ecn.mode).toBe('disabled')
})

test('RFC 9768 3.1.4.1: the first repeated SYN still asks, the second does not', () => {
  const pair = opened({ wire: (sent) => (sent.from === 'a' && sent.index < 2 ? [] : [0]) })
  pass(pair, 5_000_000)
  const syns = pair.log.filter(({ segment }) => (segment.flags & (SYN | ACK)) === SYN)
  expect(syns.map(({ segment }) => aceOf(segment.flags))).toEqual([7, 7, 0])
})

test('RFC 9768 3.1.5: a server whose third SYN,ACK did without AccECN sends nothing ECN-capable, and feeds back all the same', () => {
  const pair = opened({
    wire: (sent) =>
      (sent.purpose === 'timeoutRetransmit' && sent.from === 'a') || (sent.from === 'b' && sent.index < 2) ? [] : [0],
  })
  pass(pair, 10_000_000)
  expect(pair.b.tcb.state).toBe('ESTABLISHED')
  const synAcks = pair.log.filter(({ segment }) => (segment.flags & (SYN | ACK)) === (SYN | ACK))
  expect(synAcks.slice(0, 3).map(({ segment }) => aceOf(segment.flags))).toEqual([2, 2, 0])
  expect(synAcks[1].segment.options.accEcn).toBeUndefined()
  // The SYN,ACK that arrived says 000: the client takes it for a refusal.
  expect(pair.a.tcb.ecn.mode).toBe('disabled')
  expect(pair.b.tcb.ecn.failures & ACE_FAIL_SEND).not.toBe(0)
})

test('RFC 9768 3.2.1: the ACE field counts marked segments from 5, modulo 8, and the sender hears of each', () => {
  const pair = connected({ sysctl: ON, mark: (sent) => (isData(sent) ? CE : sent.codepoint) })
  for (let i = 0; i < 12; i++) {
    write(pair, 'a', pattern(0, 100))
    pass(pair, 300_000)
  }
  expect(aces(pair, 'b')).toEqual([6, 7, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1])
  expect(pair.b.tcb.ecn.receivedCe).toBe(12)
  expect(pair.a.tcb.ecn.deliveredCe).toBe(12)
  expect(eventsOf(pair, 'tcp/markArrived', 'b')).toHaveLength(12)
  expect(eventsOf(pair, 'tcp/congestionEchoed', 'a')).toHaveLength(12)
})

test('one mark takes the window down once, without CWR', () => {
  const pair = connected({ sysctl: ON })
  let first = true
  pair.mark = (sent) => {
    const marked = isData(sent) && first
    if (isData(sent)) first = false
    return marked ? CE : sent.codepoint
  }
  write(pair, 'a', pattern(0, 40 * MSS))
  pass(pair, 400_000)
  const states = eventsOf(pair, 'tcp/caStateChanged', 'a')
  expect(states).toHaveLength(2)
  expect(pair.a.tcb.congestion.ssthresh).toBe(5)
  expect(pair.a.tcb.recovery.caState).toBe('Open')
  expect(pair.a.tcb.ecn.deliveredCe).toBe(1)
  expect(pair.a.tcb.ecn.deliveredBytes[CE - 1]).toBe(MSS)
  expect(aces(pair, 'a').every((ace) => ace === 5)).toBe(true)
})

test('every packet of an AccECN connection is ECT(0): retransmissions and pure ACKs, too', () => {
  const pair = connected({ sysctl: ON })
  pair.wire = (sent) => (sent.purpose === 'data' ? [] : [0])
  write(pair, 'a', pattern(0, 1_000))
  pass(pair, 2_000_000)
  expect(pair.log.length).toBeGreaterThan(2)
  expect(pair.log.every((sent) => sent.codepoint === ECT0)).toBe(true)
})

test('RFC 9768 3.2.2.5.1: a change of the codepoint is acked at once, and again', () => {
  const pair = connected({ sysctl: ON })
  for (let i = 0; i < 20; i++) {
    write(pair, 'a', pattern(0, 2 * MSS))
    pass(pair, 30_000)
  }
  // An interactive connection, which delays its ACKs.
  at(pair, 'b', (tcb) => Object.assign(tcb.ack, { quick: 0, pingpong: 3 }))
  const before = pair.log.length
  pair.mark = (sent) => (isData(sent) ? CE : sent.codepoint)
  write(pair, 'a', pattern(0, 100))
  pass(pair, 25_000)
  const answers = pair.log.slice(before).filter((sent) => sent.from === 'b')
  expect(answers.map(({ segment }) => aceOf(segment.flags))).toEqual([6])
})

test('RFC 9768 3.2.2.4: a third ACK with 000 means that the path clears the bits: no more ECT, and no belief', () => {
  const pair = tcpPair({ sysctl: ON })
  at(pair, 'a', connect)
  pair.wire = (sent) => (sent.from === 'a' && sent.index === 1 ? [] : [0])
  pass(pair, 30_000)
  inject(pair, 'b', craft(pair, 'b', { flags: ACK, seq: 1, ack: 1 }))
  expect(pair.b.tcb.state).toBe('ESTABLISHED')
  expect(pair.b.tcb.ecn.failures).toBe(ACE_FAIL_RECV)
  write(pair, 'b', pattern(0, 100))
  expect(pair.log.at(-1)).toMatchObject({ codepoint: NOT_ECT })
  expect(aceOf(pair.log.at(-1)?.segment.flags ?? 0)).toBe(5)
  inject(pair, 'b', craft(pair, 'b', { flags: ACK | aceFlags(7), seq: 1 }))
  expect(pair.b.tcb.ecn.deliveredCe).toBe(0)
})

test('RFC 9768 3.2.3.2.4: counters that were zeroed on their way are never believed', () => {
  const pair = connected({ sysctl: ON })
  pair.a.tcb.ecn.optionSeen = 0
  write(pair, 'a', pattern(0, 100))
  const zeroed = { accEcn: { order: 0 as const, counters: [0, 0, 0] } }
  inject(pair, 'a', craft(pair, 'a', { flags: ACK | aceFlags(5), options: zeroed }))
  expect(pair.a.tcb.ecn.failures).toBe(OPTION_FAIL_RECV)
  expect(pair.a.tcb.ecn.deliveredBytes).toEqual([0, 0, 0])
})

test('counters of 24 bits go on over their end, in both orders', () => {
  const pair = connected({ sysctl: ON })
  const { ecn } = pair.a.tcb
  ecn.deliveredBytes = [0, 0xff_fff0, 5]
  write(pair, 'a', pattern(0, 1_000))
  const counters = [0x20, 5, 1]
  inject(pair, 'a', craft(pair, 'a', { flags: ACK | aceFlags(5), options: { accEcn: { order: 0, counters } } }))
  expect(ecn.deliveredBytes).toEqual([0, 0x100_001f, 5])
  write(pair, 'a', pattern(0, 1_000))
  const turned = [1, 5, 0x30]
  inject(pair, 'a', craft(pair, 'a', { flags: ACK | aceFlags(5), options: { accEcn: { order: 1, counters: turned } } }))
  expect(ecn.deliveredBytes).toEqual([0, 0x100_002f, 5])
})

test('a counter that goes back belongs to an ACK that was overtaken, and does not wrap', () => {
  const pair = connected({ sysctl: ON })
  const { ecn } = pair.a.tcb
  ecn.deliveredBytes = [0, 2_000, 0]
  write(pair, 'a', pattern(0, 1_000))
  const accEcn = { order: 0 as const, counters: [1_001, 0, 1] }
  inject(pair, 'a', craft(pair, 'a', { flags: ACK | aceFlags(5), options: { accEcn } }))
  expect(ecn.deliveredBytes).toEqual([0, 1_000, 0])
})

/** What an ACK of `segments` with ACE 5, which may be 8 marks or none, comes to. */
function wrapped(segments: number, average: number, accEcn?: { order: 0; counters: number[] }): number {
  const pair = connected({ sysctl: { ...ON, initcwnd: 20 } })
  Object.assign(pair.a.tcb.ecn, { ackedAverage: average, estimate: CE })
  if (accEcn === undefined) pair.a.tcb.ecn.failures = OPTION_FAIL_RECV
  write(pair, 'a', pattern(0, segments * MSS))
  expect(pair.a.tcb.sent).toHaveLength(segments)
  inject(pair, 'a', craft(pair, 'a', { flags: ACK | aceFlags(5), options: { accEcn } }))
  return pair.a.tcb.ecn.deliveredCe
}

test('RFC 9768 3.2.2.5.2: an ACK of more segments than the field can tell is read at its worst, unless ACKs are thinned anyway', () => {
  expect(wrapped(7, 64)).toBe(0)
  expect(wrapped(9, 64)).toBe(8)
  expect(wrapped(9, 64 * 8)).toBe(0)
})

test('RFC 9768 appendix A: the bytes of the option tell whether the field has wrapped', () => {
  const marked = (bytes: number): { order: 0; counters: number[] } => ({ order: 0, counters: [1, bytes, 1] })
  expect(wrapped(9, 64, marked(0))).toBe(0)
  expect(wrapped(9, 64, marked(8 * MSS))).toBe(8)
  expect(wrapped(17, 64, marked(8 * MSS))).toBe(8)
  expect(wrapped(17, 64, marked(17 * MSS))).toBe(16)
})

test('an ACK that tells nothing new, and bears no newer timestamp, teaches nothing of marks', () => {
  const pair = connected({ sysctl: { ...ON, tcp_timestamps: 0 } })
  inject(pair, 'a', craft(pair, 'a', { flags: ACK | aceFlags(6) }))
  expect(pair.a.tcb.ecn.deliveredCe).toBe(0)
})

test('simultaneous open: both SYNs ask, both SYN,ACKs feed back', () => {
  const pair = tcpPair({ sysctl: ON, bothActive: true })
  at(pair, 'a', connect)
  at(pair, 'b', connect)
  pass(pair, 100_000)
  expect(told(pair).slice(0, 4)).toEqual(['a > SEWe 0:0', 'b > SEWe 0:0', 'b > S.W 0:0 ack 1', 'a > S.W 0:0 ack 1'])
  expect([pair.a.tcb.ecn.mode, pair.b.tcb.ecn.mode]).toEqual(['accecn', 'accecn'])
})

test('flags and ACE field are the same three bits', () => {
  expect(aceFlags(5)).toBe(AE | ECE)
  expect(aceFlags(2)).toBe(CWR)
  for (let ace = 0; ace < 8; ace++) expect(aceOf(aceFlags(ace) | ACK | PSH)).toBe(ace)
})
