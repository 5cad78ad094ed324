/** Every way in which two ends may agree on ECN, as the tables of RFC 3168 6.1.1 and RFC 9768 3.1.2 and 3.2.2.1 have it, and Linux reads them. */
import { describe, expect, test } from 'vitest'
import { bareBench } from '../../testing/sender-bench'
import type { BenchOptions, SenderBench } from '../../testing/sender-bench'
import { ACK, AE, CE, CWR, ECE, ECT0, ECT1, NO_OPTIONS, NOT_ECT, SYN } from '../../wire'
import type { TcpOptions, TcpSegment } from '../../wire'
import {
  answerRequest,
  askForEcn,
  noteOption,
  passiveOpened,
  readCrossingSyn,
  readSynAck,
  readThirdAck,
  reflectedFlags,
  requestCameAgain,
  synAckFlags,
  synFlags,
  synOnConnection,
} from './handshake'
import { ACE_FAIL_RECV, ACE_FAIL_SEND, aceFlags, OPTION_FAIL_RECV } from './state'
import type { EcnState } from './state'

const ALL = AE | CWR | ECE

function bench(ecn: Partial<EcnState> = {}, options: BenchOptions = {}): SenderBench {
  const one = bareBench(options)
  Object.assign(one.tcb.ecn, ecn)
  return one
}

function segment(flags: number, length = 0, options: Partial<TcpOptions> = {}): TcpSegment {
  const rest = { srcPort: 1, dstPort: 2, seq: 0, ack: 0, window: 0, urgentPointer: 0 } as TcpSegment
  return { ...rest, flags, payload: new Uint8Array(length), options: { ...NO_OPTIONS, ...options } }
}

describe('our SYN', () => {
  function asks(setting: number, congestion = 'reno'): string {
    const { tcb, io } = bench({}, { sysctl: { tcp_ecn: setting }, config: { congestion } })
    askForEcn(tcb, io)
    return tcb.ecn.mode
  }

  test.each([
    [0, 'disabled', 'rfc3168'],
    [1, 'rfc3168', 'rfc3168'],
    [2, 'disabled', 'rfc3168'],
    [3, 'pending', 'pending'],
    [4, 'rfc3168', 'rfc3168'],
    [5, 'disabled', 'rfc3168'],
  ])('with tcp_ecn %s asks for %s, and with DCTCP for %s', (setting, mode, withDctcp) => {
    expect(asks(setting)).toBe(mode)
    expect(asks(setting, 'dctcp')).toBe(withDctcp)
  })

  test('is ECN-capable itself with DCTCP alone', () => {
    const codepoint = (congestion: string): number[] => {
      const { tcb, io } = bench({ codepoint: NOT_ECT }, { sysctl: { tcp_ecn: 1 }, config: { congestion } })
      askForEcn(tcb, io)
      return [tcb.ecn.codepoint, tcb.ecn.sentOnSyn]
    }
    expect(codepoint('reno')).toEqual([NOT_ECT, NOT_ECT])
    expect(codepoint('dctcp')).toEqual([ECT0, ECT0])
  })

  test('gives up when it is sent again: a classic request at once, AccECN the second time, none without tcp_ecn_fallback', () => {
    const flags = (mode: EcnState['mode'], timeouts: number, fallback = 1): number => {
      const { tcb, io } = bench({ mode }, { sysctl: { tcp_ecn_fallback: fallback } })
      tcb.recovery.timeouts = timeouts
      return synFlags(tcb, timeouts === 0 ? 'syn' : 'timeoutRetransmit', io)
    }
    expect([0, 1].map((n) => flags('disabled', n))).toEqual([0, 0])
    expect([0, 1].map((n) => flags('rfc3168', n))).toEqual([CWR | ECE, 0])
    expect([0, 1, 2].map((n) => flags('pending', n))).toEqual([ALL, ALL, 0])
    expect(flags('rfc3168', 1, 0)).toBe(CWR | ECE)
    expect(flags('pending', 2, 0)).toBe(ALL)
  })
})

describe('a SYN at a listener', () => {
  function asked(flags: number, setting: number, arriving = NOT_ECT, congestion = 'reno'): string {
    const { tcb, io } = bench({ arriving }, { passive: true, sysctl: { tcp_ecn: setting }, config: { congestion } })
    answerRequest(tcb, segment(SYN | flags), io)
    return tcb.ecn.asked
  }

  test.each([0, 1, 2, 3, 4, 5])('without flags asks for nothing (tcp_ecn %s)', (setting) => {
    expect(asked(0, setting)).toBe('none')
  })

  test.each([
    [0, 'none'],
    [1, 'rfc3168'],
    [2, 'rfc3168'],
    [3, 'rfc3168'],
    [5, 'rfc3168'],
  ])('that asks for classic ECN, with tcp_ecn %s: %s', (setting, mode) => {
    expect(asked(CWR | ECE, setting)).toBe(mode)
  })

  test.each([
    [0, 'none'],
    [1, 'rfc3168'],
    [2, 'rfc3168'],
    [3, 'accecn'],
    [4, 'accecn'],
    [5, 'accecn'],
  ])('that asks for AccECN, with tcp_ecn %s: %s', (setting, mode) => {
    expect(asked(ALL, setting)).toBe(mode)
  })

  test('with any other ACE asks for AccECN of a version to come, and for nothing of one who knows none', () => {
    for (const ace of [1, 2, 4, 5, 6]) expect(asked(aceFlags(ace), 3)).toBe('accecn')
    for (const ace of [1, 2, 4, 5, 6]) expect(asked(aceFlags(ace), 2)).toBe('none')
  })

  test('must not be ECN-capable with a classic request, unless DCTCP wants it or AccECN was asked for, too', () => {
    expect(asked(CWR | ECE, 1, ECT0)).toBe('none')
    expect(asked(CWR | ECE, 1, ECT0, 'dctcp')).toBe('rfc3168')
    expect(asked(CWR | ECE, 0, ECT0, 'dctcp')).toBe('rfc3168')
    expect(asked(ALL, 1, ECT0)).toBe('rfc3168')
  })

  test('is remembered with the codepoint it came with, the latest where it comes again; flags lost then are a failure', () => {
    const { tcb, io } = bench({ arriving: ECT1 }, { passive: true, sysctl: { tcp_ecn: 3 } })
    answerRequest(tcb, segment(SYN | ALL), io)
    expect(tcb.ecn.arrivedOnSyn).toBe(ECT1)
    tcb.ecn.arriving = CE
    requestCameAgain(tcb, segment(SYN | ALL))
    expect(tcb.ecn).toMatchObject({ arrivedOnSyn: CE, failures: 0 })
    requestCameAgain(tcb, segment(SYN))
    expect(tcb.ecn.failures).toBe(ACE_FAIL_RECV)
    const classic = bench({ asked: 'rfc3168', arriving: CE })
    requestCameAgain(classic.tcb, segment(SYN))
    expect(classic.tcb.ecn).toMatchObject({ arrivedOnSyn: 0, failures: 0 })
  })
})

describe('our SYN,ACK', () => {
  test('tells how the SYN arrived (RFC 9768 table 2): 010 Not-ECT, 011 ECT(1), 100 ECT(0), 110 CE', () => {
    const told = [NOT_ECT, ECT1, ECT0, CE].map((codepoint) => reflectedFlags(codepoint))
    expect(told).toEqual([CWR, CWR | ECE, AE, AE | CWR])
    const { tcb } = bench({ asked: 'accecn', arrivedOnSyn: CE }, { passive: true })
    expect(synAckFlags(tcb, 'synAck')).toBe(AE | CWR)
  })

  test('says ECE to a classic request, nothing to none', () => {
    expect(synAckFlags(bench({ asked: 'rfc3168' }, { passive: true }).tcb, 'synAck')).toBe(ECE)
    expect(synAckFlags(bench({ asked: 'none' }, { passive: true }).tcb, 'synAck')).toBe(0)
  })

  test('does without when it was unanswered twice; then nothing that is sent may be ECN-capable', () => {
    const again = (retransmits: number, timeouts: number): [number, number] => {
      const { tcb } = bench({ asked: 'accecn', arrivedOnSyn: ECT0 }, { passive: true })
      tcb.sent = [{ ...sentOne(), retransmits }]
      tcb.recovery.timeouts = timeouts
      return [synAckFlags(tcb, 'timeoutRetransmit'), tcb.ecn.failures]
    }
    expect(again(0, 1)).toEqual([AE, 0])
    expect(again(1, 1)).toEqual([AE, 0])
    expect(again(1, 2)).toEqual([0, ACE_FAIL_SEND])
    // A SYN that came again is answered as often as it comes.
    const { tcb } = bench({ asked: 'accecn', arrivedOnSyn: ECT0 }, { passive: true })
    tcb.sent = [{ ...sentOne(), retransmits: 3 }]
    expect(synAckFlags(tcb, 'synAck')).toBe(AE)
    tcb.recovery.timeouts = 1
    expect(synAckFlags(tcb, 'synAck')).toBe(0)
  })

  test('of a simultaneous open says what the crossing SYN led to', () => {
    expect(synAckFlags(bench({ mode: 'rfc3168' }).tcb, 'synAck')).toBe(ECE)
    expect(synAckFlags(bench({ mode: 'disabled' }).tcb, 'synAck')).toBe(0)
    const { tcb } = bench({ mode: 'accecn', arrivedOnSyn: CE, codepoint: ECT0 })
    expect(synAckFlags(tcb, 'synAck')).toBe(AE | CWR)
    expect(tcb.ecn.sentOnSyn).toBe(ECT0)
  })

  function sentOne(): SenderBench['tcb']['sent'][number] {
    return { retransmits: 0 } as SenderBench['tcb']['sent'][number]
  }
})

describe('the answer to our SYN', () => {
  function settled(
    mode: EcnState['mode'],
    ace: number,
    ecn: Partial<EcnState> = {},
    options: Partial<TcpOptions> = {},
  ) {
    const { tcb, io } = bench({ mode, ...ecn })
    readSynAck(tcb, segment(SYN | ACK | aceFlags(ace), 0, options), io)
    return tcb.ecn
  }

  test.each([
    ['pending', ['disabled', 'rfc3168', 'accecn', 'accecn', 'accecn', 'accecn', 'accecn', 'disabled']],
    ['rfc3168', ['disabled', 'rfc3168', 'accecn', 'accecn', 'accecn', 'rfc3168', 'accecn', 'disabled']],
    ['disabled', Array.from({ length: 8 }, () => 'disabled')],
  ] as const)('by its ACE field 0 to 7, where we are %s', (mode, expected) => {
    expect(expected.map((_, ace) => settled(mode, ace).mode)).toEqual(expected)
  })

  test('marked CE is the first mark, if what it says of our SYN can be true', () => {
    expect(settled('pending', 2, { arriving: CE })).toMatchObject({ receivedCe: 1, receivedCePending: 1, failures: 0 })
    expect(settled('pending', 2, { arriving: ECT0 })).toMatchObject({ receivedCe: 0, arrivedOnSyn: ECT0 })
    // We sent it without ECT: it cannot have arrived as ECT(1).
    expect(settled('pending', 3, { arriving: CE })).toMatchObject({ receivedCe: 0, failures: ACE_FAIL_RECV })
    expect(settled('pending', 5, { arriving: CE })).toMatchObject({ receivedCe: 1, failures: 0 })
  })

  test('with its option asks for ours', () => {
    const accEcn = { counters: [1, 0, 1] } as unknown as TcpOptions['accEcn']
    expect(settled('pending', 2, {}, { accEcn }).optionDemand).toBe(2)
    expect(settled('pending', 2).optionDemand).toBe(0)
  })
})

describe('a SYN that crosses ours', () => {
  const crossed = (mode: EcnState['mode'], ace: number): EcnState => {
    const { tcb, io } = bench({ mode, arriving: ECT1 })
    readCrossingSyn(tcb, segment(SYN | aceFlags(ace)), io)
    return tcb.ecn
  }

  test.each([
    ['pending', ['disabled', 'accecn', 'accecn', 'rfc3168', 'accecn', 'accecn', 'accecn', 'accecn']],
    ['rfc3168', ['disabled', 'disabled', 'disabled', 'rfc3168', 'disabled', 'disabled', 'disabled', 'rfc3168']],
    ['disabled', Array.from({ length: 8 }, () => 'disabled')],
  ] as const)('by its ACE field 0 to 7, where we are %s', (mode, expected) => {
    expect(expected.map((_, ace) => crossed(mode, ace).mode)).toEqual(expected)
  })

  test('of AccECN is remembered with its codepoint', () => {
    expect(crossed('pending', 7)).toMatchObject({ arrivedOnSyn: ECT1, lastArrived: ECT1 })
    expect(crossed('pending', 3)).toMatchObject({ arrivedOnSyn: 0, lastArrived: 0 })
  })
})

describe('the third ACK (RFC 9768 table 4)', () => {
  function third(
    ace: number,
    ecn: Partial<EcnState> = {},
    what = segment(ACK | aceFlags(ace)),
    fallback = 1,
  ): EcnState {
    const { tcb, io } = bench({ mode: 'accecn', sentOnSyn: ECT0, ...ecn }, { sysctl: { tcp_ecn_fallback: fallback } })
    readThirdAck(tcb, what, io)
    return tcb.ecn
  }

  test('without any flag means that the path clears them', () => {
    expect(third(0).failures).toBe(ACE_FAIL_RECV)
    const sack = [{ start: 0, end: 1 }] as unknown as TcpOptions['sack']
    expect(third(0, {}, segment(ACK, 0, { sack })).failures).toBe(0)
  })

  test.each([
    // Sent as, ACE, whether it can be true.
    [ECT0, 0b010, false],
    [ECT0, 0b011, true],
    [ECT0, 0b100, true],
    [ECT0, 0b110, true],
    [NOT_ECT, 0b010, true],
    [NOT_ECT, 0b011, false],
    [NOT_ECT, 0b100, false],
    [NOT_ECT, 0b110, false],
    [CE, 0b100, false],
    [CE, 0b110, true],
    [ECT0, 0b001, true],
    [NOT_ECT, 0b101, true],
    [NOT_ECT, 0b111, true],
  ])('to a SYN,ACK sent as %s with ACE %s: believed %s', (sentOnSyn, ace, believed) => {
    expect(third(ace, { sentOnSyn }).failures === 0).toBe(believed)
  })

  test('tells of a SYN,ACK that was marked, once', () => {
    expect(third(0b110).deliveredCe).toBe(1)
    expect(third(0b110, { deliveredCe: 1 }).deliveredCe).toBe(1)
    expect(third(0b100).deliveredCe).toBe(0)
    expect(third(0b110, { sentOnSyn: NOT_ECT }).deliveredCe).toBe(0)
    expect(third(0b110, { sentOnSyn: NOT_ECT }, segment(ACK | aceFlags(0b110)), 0).deliveredCe).toBe(1)
    // With data its field counts already.
    expect(third(0b110, {}, segment(ACK | aceFlags(0b110), 10)).deliveredCe).toBe(0)
  })

  test('makes of what was asked what is used', () => {
    const opened = (asked: EcnState['asked']): EcnState => {
      const { tcb, io } = bench({ asked, arrivedOnSyn: ECT1, arriving: ECT1, sentOnSyn: NOT_ECT }, { passive: true })
      passiveOpened(tcb, segment(ACK | CWR), io)
      return tcb.ecn
    }
    expect(opened('none')).toMatchObject({ mode: 'disabled', optionDemand: 0 })
    expect(opened('rfc3168')).toMatchObject({ mode: 'rfc3168', optionDemand: 0, lastArrived: 0 })
    expect(opened('accecn')).toMatchObject({ mode: 'accecn', optionDemand: 1, lastArrived: ECT1, failures: 0 })
  })
})

describe('the option of AccECN', () => {
  const seen = (counters: readonly number[] | undefined, before = 0): [boolean, number, number] => {
    const { tcb } = bench({ mode: 'accecn', optionSeen: before })
    const option = counters === undefined ? undefined : ({ counters } as unknown as TcpOptions['accEcn'])
    return [noteOption(tcb, option), tcb.ecn.optionSeen, tcb.ecn.failures]
  }

  test('may be absent, empty, whole, or with counters that a middlebox has zeroed', () => {
    expect(seen(undefined)).toEqual([false, 0, 0])
    expect(seen([])).toEqual([true, 1, 0])
    expect(seen([1, 0, 1])).toEqual([true, 2, 0])
    expect(seen([1])).toEqual([true, 2, 0])
    expect(seen([0, 0, 1])).toEqual([true, 3, OPTION_FAIL_RECV])
    expect(seen([1, 0, 0])).toEqual([true, 3, OPTION_FAIL_RECV])
  })

  test('teaches nothing more once counters were seen', () => {
    expect(seen([1, 0, 1], 1)).toEqual([true, 2, 0])
    expect(seen([0, 0, 0], 2)).toEqual([false, 2, 0])
    expect(seen([1, 0, 1], 3)).toEqual([false, 3, 0])
  })

  test('on a SYN that comes to a living connection asks for ours', () => {
    const accEcn = { counters: [1, 0, 1] } as unknown as TcpOptions['accEcn']
    const demand = (before: number, option: TcpOptions['accEcn']): EcnState => {
      const { tcb } = bench({ mode: 'accecn', optionDemand: before, arriving: CE })
      synOnConnection(tcb, segment(SYN, 0, { accEcn: option }))
      return tcb.ecn
    }
    expect(demand(0, accEcn)).toMatchObject({ optionDemand: 1, arrivedOnSyn: CE })
    expect(demand(2, accEcn).optionDemand).toBe(2)
    expect(demand(0, undefined)).toMatchObject({ optionDemand: 0, arrivedOnSyn: CE })
  })
})
