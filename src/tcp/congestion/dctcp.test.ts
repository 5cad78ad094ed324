/** DCTCP (RFC 8257): what a share of marks costs, and the ACKs of its receiver. */
import { expect, test } from 'vitest'
import { at, connected, pass, pattern, tcpPair, write } from '../../testing/tcp-pair'
import type { OnWire, Pair } from '../../testing/tcp-pair'
import { CE, ECE, ECT0 } from '../../wire'
import { connect } from '../calls'

const DCTCP = { sysctl: { tcp_congestion_control: 'dctcp' } }
const MSS = 1_448
const isData = ({ segment }: OnWire): boolean => segment.payload.length > 0

test('it asks for ECN whatever tcp_ecn says, in packets that are ECN-capable from the SYN on', () => {
  const pair = tcpPair(DCTCP)
  at(pair, 'a', connect)
  pass(pair, 100_000)
  expect(pair.a.tcb.ecn.mode).toBe('rfc3168')
  expect(pair.log.every((sent) => sent.codepoint === ECT0)).toBe(true)
})

test('a peer without ECN leaves Reno', () => {
  const pair: Pair = tcpPair({ ...DCTCP, sysctlB: { tcp_congestion_control: 'reno', tcp_ecn: 0 } })
  at(pair, 'a', connect)
  pass(pair, 100_000)
  expect(pair.a.tcb.congestion.algorithm).toBe('dctcp-reno')
  write(pair, 'a', pattern(0, 100))
  expect(pair.log.at(-1)?.codepoint).toBe(0)
})

test('RFC 8257 3.3: alpha, 1 at first, loses a sixteenth in each round trip without marks', () => {
  const pair = connected(DCTCP)
  expect(pair.a.tcb.congestion.own.alpha).toBe(1_024)
  write(pair, 'a', pattern(0, MSS))
  pass(pair, 300_000)
  expect(pair.a.tcb.congestion.own.alpha).toBe(960)
  write(pair, 'a', pattern(0, MSS))
  pass(pair, 300_000)
  expect(pair.a.tcb.congestion.own.alpha).toBe(900)
})

test('RFC 8257 3.4: the window falls by half of alpha, so few marks cost little', () => {
  const fallen = (alpha: number): number => {
    const pair = connected(DCTCP)
    Object.assign(pair.a.tcb.congestion, { cwnd: 32, ssthresh: 32 })
    pair.a.tcb.congestion.own.alpha = alpha
    let first = true
    pair.mark = (sent) => {
      const marked = isData(sent) && first
      first &&= !isData(sent)
      return marked ? CE : sent.codepoint
    }
    write(pair, 'a', pattern(0, 12 * MSS))
    pass(pair, 400_000)
    expect(pair.a.tcb.totals.retransmits).toBe(0)
    return pair.a.tcb.congestion.ssthresh
  }
  expect(fallen(1_024)).toBeLessThan(18)
  expect(fallen(128)).toBe(30)
  expect(fallen(16)).toBe(31)
})

test('RFC 8257 3.5: a loss still halves the window', () => {
  const pair = connected(DCTCP)
  pair.a.tcb.congestion.own.alpha = 0
  pair.wire = (sent) => (isData(sent) && sent.purpose === 'data' && sent.index === 2 ? [] : [0])
  write(pair, 'a', pattern(0, 10 * MSS))
  pass(pair, 2_000_000)
  expect(pair.a.tcb.totals.retransmits).toBe(1)
  expect(pair.a.tcb.congestion.ssthresh).toBe(5)
})

test('RFC 8257 3.2: a delayed ACK leaves with the old state before the ACK that tells the new one', () => {
  const pair = connected(DCTCP)
  pair.b.tcb.ack.quick = 0
  pair.b.tcb.ack.ato = 40_000
  pair.b.tcb.receive.lastDataAt = pair.now
  write(pair, 'a', pattern(0, 500))
  pass(pair, 11_000)
  expect(pair.log.filter((sent) => sent.from === 'b')).toHaveLength(0)
  pair.mark = (sent) => (isData(sent) ? CE : sent.codepoint)
  write(pair, 'a', pattern(0, 500))
  at(pair, 'a', (tcb) => {
    tcb.config.nodelay = true
  })
  write(pair, 'a', pattern(0, 500))
  pass(pair, 12_000)
  const acks = pair.log
    .filter((sent) => sent.from === 'b')
    .map(({ segment }) => [segment.ack - pair.a.tcb.iss - 1, (segment.flags & ECE) !== 0])
  expect(acks[0]).toEqual([500, false])
  expect(acks[1][1]).toBe(true)
})
