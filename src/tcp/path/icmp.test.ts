/** Every ICMP error and every state it may meet (tcp_v4_err, icmp_err_convert; RFC 5927, RFC 6069, RFC 9293 3.9.2.2). */
import { describe, expect, test } from 'vitest'
import { NEVER, seqAdd } from '../../base'
import { bareBench, senderBench, write } from '../../testing/sender-bench'
import type { SenderBench } from '../../testing/sender-bench'
import { sendSyn, sendSynAck } from '../sender/transmit'
import { icmpErrorArrives } from './icmp'

const [UNREACHABLE, TIME_EXCEEDED, PARAMETER_PROBLEM] = [3, 11, 12]
const MS = 1_000

function icmp({ tcb, io }: SenderBench, type: number, code: number, seq = tcb.snd.una): string {
  return icmpErrorArrives(tcb, { type, code, info: 0, quoted: new Uint8Array(0) }, seq, io)
}

function sending(): SenderBench {
  const bench = senderBench({ sysctl: { tcp_early_retrans: 0 } })
  write(bench, 3_000)
  return bench
}

describe('what an error is to a program', () => {
  test.each([
    [UNREACHABLE, 0, 'ENETUNREACH'],
    [UNREACHABLE, 1, 'EHOSTUNREACH'],
    [UNREACHABLE, 2, 'ENOPROTOOPT'],
    [UNREACHABLE, 3, 'ECONNREFUSED'],
    [UNREACHABLE, 5, 'EOPNOTSUPP'],
    [UNREACHABLE, 6, 'ENETUNREACH'],
    [UNREACHABLE, 7, 'EHOSTDOWN'],
    [UNREACHABLE, 8, 'ENONET'],
    [UNREACHABLE, 9, 'ENETUNREACH'],
    [UNREACHABLE, 10, 'EHOSTUNREACH'],
    [UNREACHABLE, 13, 'EHOSTUNREACH'],
    [UNREACHABLE, 15, 'EHOSTUNREACH'],
    [TIME_EXCEEDED, 0, 'EHOSTUNREACH'],
    [PARAMETER_PROBLEM, 0, 'EPROTO'],
  ])('type %s, code %s: %s', (type, code, errno) => {
    const bench = sending()
    expect(icmp(bench, type, code)).toBe('taken')
    expect(bench.tcb).toMatchObject({ softError: errno, error: '', state: 'ESTABLISHED' })
  })

  test('a code or type that nobody has defined is ignored', () => {
    expect([icmp(sending(), UNREACHABLE, 16), icmp(sending(), 5, 0), icmp(sending(), 8, 0)]).toEqual([
      'ignored',
      'ignored',
      'ignored',
    ])
  })
})

describe('whose error it is', () => {
  test('is shown by a number from SND.UNA to SND.NXT', () => {
    const verdict = (ahead: number): string => {
      const bench = sending()
      const said = icmp(bench, UNREACHABLE, 3, seqAdd(bench.tcb.snd.una, ahead))
      expect(bench.counters['OutOfWindowIcmps'] ?? 0).toBe(said === 'taken' ? 0 : 1)
      return said
    }
    expect([verdict(-1), verdict(0), verdict(3_000), verdict(3_001)]).toEqual([
      'outOfWindow',
      'taken',
      'taken',
      'outOfWindow',
    ])
  })

  test.each(['CLOSED', 'LISTEN', 'TIME-WAIT'] as const)('does not matter in %s', (state) => {
    const bench = sending()
    bench.tcb.state = state
    expect(icmp(bench, UNREACHABLE, 1)).toBe('ignored')
    expect(bench.tcb.softError).toBe('')
  })
})

describe('an attempt to open', () => {
  function opening(receiveErrors: boolean): SenderBench {
    const bench = bareBench({ config: { receiveErrors } })
    bench.tcb.state = 'SYN-SENT'
    sendSyn(bench.tcb, bench.io)
    return bench
  }

  test.each([false, true])('fails with it (IP_RECVERR %s)', (receiveErrors) => {
    const bench = opening(receiveErrors)
    expect(icmp(bench, UNREACHABLE, 3, bench.tcb.iss)).toBe('taken')
    expect(bench.tcb).toMatchObject({ state: 'CLOSED', error: 'ECONNREFUSED', softError: '' })
  })

  /** A request of a listener, its SYN,ACK out. */
  function request(): SenderBench {
    const bench = bareBench({ passive: true })
    bench.tcb.state = 'SYN-RECEIVED'
    sendSynAck(bench.tcb, bench.io)
    return bench
  }

  test.each([
    [UNREACHABLE, 0, 'taken'],
    [UNREACHABLE, 1, 'taken'],
    [UNREACHABLE, 3, 'ignored'],
    [TIME_EXCEEDED, 0, 'taken'],
    [PARAMETER_PROBLEM, 0, 'taken'],
    [4, 0, 'ignored'],
  ])('of somebody else, by type %s, code %s: %s', (type, code, verdict) => {
    const bench = request()
    expect(icmp(bench, type, code, bench.tcb.iss)).toBe(verdict)
    expect(bench.tcb.state).toBe(verdict === 'taken' ? 'LISTEN' : 'SYN-RECEIVED')
    expect(bench.counters['ListenDrops'] ?? 0).toBe(verdict === 'taken' ? 1 : 0)
    expect(bench.tcb.error).toBe('')
  })

  test('of somebody else stays where the number is not that of our SYN', () => {
    const bench = request()
    expect(icmp(bench, UNREACHABLE, 1, seqAdd(bench.tcb.iss, 1))).toBe('outOfWindow')
    expect(bench.counters).toMatchObject({ OutOfWindowIcmps: 1 })
    expect(bench.tcb.state).toBe('SYN-RECEIVED')
  })
})

describe('"no way" after a timeout (RFC 6069)', () => {
  /** The head was sent last 100 ms ago; the RTO of 300 ms has been doubled twice. */
  function backedOff(change: (bench: SenderBench) => void = () => {}): SenderBench {
    const bench = sending()
    const { tcb, io } = bench
    tcb.recovery.timeouts = 2
    Object.assign(tcb.rtt, { backoff: 2, rto: 1_200 * MS })
    tcb.timers.retransmit.deadline = io.now + 1_200 * MS
    io.now += 100 * MS
    change(bench)
    return bench
  }
  const left = ({ tcb, io }: SenderBench): number => (tcb.timers.retransmit.deadline - io.now) / MS

  test.each([0, 1])('code %s takes one doubling back, counted from when the head was sent', (code) => {
    const bench = backedOff()
    icmp(bench, UNREACHABLE, code)
    expect(bench.tcb.rtt).toMatchObject({ backoff: 1, rto: 600 * MS })
    expect(left(bench)).toBe(500)
    expect(bench.events.filter(({ type }) => type === 'tcp/backoffReverted')).toHaveLength(1)
  })

  test('sends at once what would be due by then', () => {
    const bench = backedOff(({ io }) => (io.now += 900 * MS))
    bench.sent.length = 0
    icmp(bench, UNREACHABLE, 1)
    expect(bench.sent.map(({ seq }) => seq)).toContain(1)
  })

  test.each<[string, number, number, number, (bench: SenderBench) => unknown]>([
    ['it says something else', UNREACHABLE, 3, 0, () => {}],
    ['it is of another type', TIME_EXCEEDED, 0, 0, () => {}],
    ['it is about another segment', UNREACHABLE, 1, 1_000, () => {}],
    ['no timeout came before', UNREACHABLE, 1, 0, ({ tcb }) => (tcb.recovery.timeouts = 0)],
  ])('does nothing when %s', (_, type, code, ahead, change) => {
    const bench = backedOff(change)
    icmp(bench, type, code, seqAdd(bench.tcb.snd.una, ahead))
    expect(bench.tcb.rtt).toMatchObject({ backoff: 2, rto: 1_200 * MS })
    expect(left(bench)).toBe(1_100)
  })

  test('never makes a doubling negative, and needs something that is out', () => {
    const none = backedOff(({ tcb }) => Object.assign(tcb.rtt, { backoff: 0, rto: 300 * MS }))
    icmp(none, UNREACHABLE, 1)
    expect(none.tcb.rtt).toMatchObject({ backoff: 0, rto: 300 * MS })
    const idle = senderBench()
    Object.assign(idle.tcb.rtt, { backoff: 2 })
    idle.tcb.recovery.timeouts = 2
    icmp(idle, UNREACHABLE, 1)
    expect(idle.tcb.rtt.backoff).toBe(2)
    expect(idle.tcb.timers.retransmit.deadline).toBe(NEVER)
  })
})
