/** Classic ECN between two ends (RFC 3168 6.1): handshake, what is ECN-capable, echo and answer, and how the window reacts. */
import { expect, test } from 'vitest'
import { at, connected, eventsOf, pass, pattern, tcpPair, told, write } from '../../testing/tcp-pair'
import type { OnWire, Pair } from '../../testing/tcp-pair'
import { ACK, CE, CWR, ECE, ECT0, NOT_ECT, SYN } from '../../wire'
import { connect } from '../calls'

const ON = { tcp_ecn: 1, tcp_congestion_control: 'reno' }

function opened(options: Parameters<typeof tcpPair>[0]): Pair {
  const pair = tcpPair(options)
  at(pair, 'a', connect)
  pass(pair, 100_000)
  return pair
}

/** Marks the data segment of `from` that begins at relative sequence number `seq`. */
function marking(pair: Pair, seq: number): void {
  pair.mark = (sent) =>
    told(pair).at(-1)?.startsWith(`a > . ${seq}:`) === true && sent.from === 'a' ? CE : sent.codepoint
}

const data = (pair: Pair): OnWire[] => pair.log.filter(({ segment }) => segment.payload.length > 0)

test('RFC 3168 6.1.1: the SYN sets ECE and CWR, the SYN,ACK ECE alone, and neither is ECN-capable', () => {
  const pair = opened({ sysctl: ON })
  expect(told(pair)).toEqual(['a > SEW 0:0', 'b > S.E 0:0 ack 1', 'a > . 1:1 ack 1'])
  expect(pair.log.map((sent) => sent.codepoint)).toEqual([NOT_ECT, NOT_ECT, NOT_ECT])
  expect(pair.a.tcb.ecn.mode).toBe('rfc3168')
  expect(pair.b.tcb.ecn.mode).toBe('rfc3168')
  expect(eventsOf(pair, 'tcp/ecnAgreed').map((event) => event.end)).toEqual(['a', 'b'])
})

test('tcp_ecn 2, the default, agrees to ECN and does not ask for it', () => {
  expect(told(opened({}))).toEqual(['a > S 0:0', 'b > S. 0:0 ack 1', 'a > . 1:1 ack 1'])
  expect(told(opened({ sysctl: { tcp_ecn: 1 }, sysctlB: { tcp_ecn: 2 } }))[1]).toBe('b > S.E 0:0 ack 1')
  expect(told(opened({ sysctl: { tcp_ecn: 1 }, sysctlB: { tcp_ecn: 0 } }))[1]).toBe('b > S. 0:0 ack 1')
})

test('RFC 3168 6.1.1.1: a SYN that is sent again asks for no ECN, unless tcp_ecn_fallback is off', () => {
  const lossy = { wire: (sent: OnWire) => (sent.index === 0 && sent.from === 'a' ? [] : [0]) }
  const syns = (pair: Pair): number[] =>
    pair.log.filter(({ segment }) => (segment.flags & (SYN | ACK)) === SYN).map(({ segment }) => segment.flags)
  const given = tcpPair({ ...lossy, sysctl: ON })
  at(given, 'a', connect)
  pass(given, 2_000_000)
  expect(syns(given)).toEqual([SYN | ECE | CWR, SYN])
  const kept = tcpPair({ ...lossy, sysctl: { ...ON, tcp_ecn_fallback: 0 } })
  at(kept, 'a', connect)
  pass(kept, 2_000_000)
  expect(syns(kept)).toEqual([SYN | ECE | CWR, SYN | ECE | CWR])
})

test('RFC 3168 6.1.1: a SYN that is ECN-capable itself gets no ECN', () => {
  const pair = opened({ sysctl: ON, mark: (sent) => (sent.index === 0 && sent.from === 'a' ? ECT0 : sent.codepoint) })
  expect(told(pair)[1]).toBe('b > S. 0:0 ack 1')
  expect(pair.a.tcb.ecn.mode).toBe('disabled')
})

test('RFC 3168 6.1.4, 6.1.5: new data is ECT(0); pure ACKs and retransmissions are not ECN-capable', () => {
  const pair = connected({ sysctl: ON })
  pair.wire = (sent) => (sent.segment.payload.length > 0 && sent.purpose === 'data' ? [] : [0])
  write(pair, 'a', pattern(0, 1_448))
  pass(pair, 2_000_000)
  expect(data(pair).map((sent) => sent.codepoint)).toEqual([ECT0, NOT_ECT])
  expect(pair.log.filter((sent) => sent.from === 'b').every((sent) => sent.codepoint === NOT_ECT)).toBe(true)
})

test('RFC 3168 6.1.2, 6.1.3: a mark is echoed until CWR comes, and halves the window once a round trip', () => {
  const pair = connected({ sysctl: ON })
  marking(pair, 1)
  write(pair, 'a', pattern(0, 40 * 1_448))
  pass(pair, 15_000)
  const echoes = pair.log.filter(({ from, segment }) => from === 'b' && (segment.flags & ECE) !== 0)
  expect(echoes.length).toBeGreaterThan(0)
  expect(pair.b.tcb.ecn.demandCwr).toBe(true)
  pass(pair, 8_000)
  expect(pair.a.tcb.recovery.caState).toBe('CWR')
  expect(pair.a.tcb.congestion.ssthresh).toBe(5)
  pass(pair, 20_000)
  // The first new data says CWR; what comes before it in the air does not.
  expect(data(pair).filter(({ segment }) => (segment.flags & CWR) !== 0)).toHaveLength(1)
  expect(pair.b.tcb.ecn.demandCwr).toBe(false)
  pass(pair, 400_000)
  expect(pair.a.tcb.recovery.caState).toBe('Open')
  expect(eventsOf(pair, 'tcp/caStateChanged', 'a')).toHaveLength(2)
  expect(pair.a.tcb.totals.retransmits).toBe(0)
  expect(pair.a.tcb.ecn.deliveredCe).toBeGreaterThan(0)
  expect(pair.a.counters.TCPDeliveredCE).toBe(pair.a.tcb.ecn.deliveredCe)
})

test('a mark on a connection without ECN means nothing', () => {
  const pair = connected({ sysctl: { tcp_congestion_control: 'reno' } })
  pair.mark = () => CE
  write(pair, 'a', pattern(0, 20 * 1_448))
  pass(pair, 400_000)
  expect(pair.log.every(({ segment }) => (segment.flags & (ECE | CWR)) === 0)).toBe(true)
  expect(pair.a.tcb.recovery.caState).toBe('Open')
})
