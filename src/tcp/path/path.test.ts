/** What the path does to a connection: ICMP errors (RFC 9293 3.9.2.2), a smaller MTU (RFC 1191), the search for a larger one (RFC 4821). */
import { describe, expect, test } from 'vitest'
import { seqAdd } from '../../base'
import { ack, bareBench, pass, runUntil, senderBench, takeSent, write } from '../../testing/sender-bench'
import type { SenderBench } from '../../testing/sender-bench'
import { sendSyn } from '../sender/transmit'
import { icmpErrorArrives } from './icmp'
import type { IcmpVerdict } from './icmp'
import { startMtuSearch } from './search'

const UNREACHABLE = 3
const NET = 0
const HOST = 1
const PORT = 3
const FRAG_NEEDED = 4

/** An error about the segment at relative `at` arrives now. */
function icmp(bench: SenderBench, code: number, at: number, mtu = 0): IcmpVerdict {
  const { tcb, io } = bench
  if (code === FRAG_NEEDED) tcb.path.mtu = mtu
  return icmpErrorArrives(
    tcb,
    { type: UNREACHABLE, code, info: mtu, quoted: new Uint8Array(0) },
    seqAdd(tcb.iss, at),
    io,
  )
}

const lengths = (bench: SenderBench): number[] => bench.sent.splice(0).map(({ segment }) => segment.payload.length)

describe('an ICMP error', () => {
  test('about an open connection is only remembered (MUST-56), until a timer gives up (MUST-54)', () => {
    const bench = senderBench()
    write(bench, 1_000)
    expect(icmp(bench, PORT, 1)).toBe('taken')
    expect([bench.tcb.state, bench.tcb.error, bench.tcb.softError]).toEqual(['ESTABLISHED', '', 'ECONNREFUSED'])
    runUntil(bench, 3_600_000_000)
    expect([bench.tcb.state, bench.tcb.error]).toEqual(['CLOSED', 'ECONNREFUSED'])
  })

  test('is forgotten once the peer answers', () => {
    const bench = senderBench()
    write(bench, 1_000)
    icmp(bench, HOST, 1)
    ack(bench, 1_001)
    expect(bench.tcb.softError).toBe('')
  })

  test('with IP_RECVERR is told at once (SHLD-25), and the connection goes on', () => {
    const bench = senderBench({ config: { receiveErrors: true } })
    write(bench, 1_000)
    icmp(bench, HOST, 1)
    expect([bench.tcb.state, bench.tcb.error]).toEqual(['ESTABLISHED', 'EHOSTUNREACH'])
  })

  test('that asks for less haste is ignored (MUST-55)', () => {
    const bench = senderBench()
    write(bench, 1_000)
    const quench = { type: 4, code: 0, info: 0, quoted: new Uint8Array(0) }
    expect(icmpErrorArrives(bench.tcb, quench, seqAdd(bench.tcb.iss, 1), bench.io)).toBe('ignored')
    expect([bench.tcb.softError, bench.tcb.congestion.cwnd]).toEqual(['', 10])
  })

  test('about numbers that are not on their way is nobody’s business (RFC 5927)', () => {
    const bench = senderBench()
    write(bench, 1_000)
    for (const at of [0, 1_002]) expect(icmp(bench, FRAG_NEEDED, at, 600)).toBe('outOfWindow')
    expect(bench.counters['OutOfWindowIcmps']).toBe(2)
    expect(bench.tcb.mssNow).toBe(1_000)
  })

  test('about a SYN ends the attempt', () => {
    const bench = bareBench()
    bench.tcb.state = 'SYN-SENT'
    sendSyn(bench.tcb, bench.io)
    expect(icmp(bench, NET, 0)).toBe('taken')
    expect([bench.tcb.state, bench.tcb.error]).toEqual(['CLOSED', 'ENETUNREACH'])
  })

  test('that says there is no way takes a doubling of the timer back (RFC 6069); others do not', () => {
    for (const [code, again] of [
      [HOST, [1]],
      [PORT, []],
    ] as const) {
      const bench = senderBench({ sysctl: { tcp_early_retrans: 0 } })
      write(bench, 1_000)
      pass(bench, 1_200_000)
      expect(bench.tcb.rtt.backoff).toBe(2)
      bench.sent.length = 0
      pass(bench, 500_000)
      icmp(bench, code, 1)
      expect(takeSent(bench)).toEqual(again)
    }
  })
})

describe('fragmentation needed', () => {
  test('what is too long goes again at once, cut anew, and cwnd stays', () => {
    const bench = senderBench()
    write(bench, 4_000)
    bench.sent.length = 0
    icmp(bench, FRAG_NEEDED, 1, 640)
    // Two bursts of two segments: each is cut from its beginning.
    expect(lengths(bench)).toEqual([600, 600, 600, 200, 600, 600, 600, 200])
    expect([bench.tcb.mssNow, bench.tcb.congestion.cwnd, bench.tcb.recovery.caState]).toEqual([600, 10, 'Loss'])
    ack(bench, 4_001)
    expect([bench.tcb.congestion.cwnd >= 10, bench.tcb.recovery.undoMarker]).toEqual([true, undefined])
  })

  test('what fits is not sent again', () => {
    const bench = senderBench()
    write(bench, 500)
    bench.sent.length = 0
    icmp(bench, FRAG_NEEDED, 1, 640)
    expect(lengths(bench)).toEqual([])
    expect(bench.tcb.recovery.caState).toBe('Open')
  })

  test('a larger MTU than is known changes nothing', () => {
    const bench = senderBench()
    write(bench, 1_000)
    icmp(bench, FRAG_NEEDED, 1, 1_400)
    expect(bench.tcb.mssNow).toBe(1_000)
  })

  test('is forgotten in time: segments grow again', () => {
    const bench = senderBench()
    write(bench, 1_000)
    icmp(bench, FRAG_NEEDED, 1, 640)
    bench.tcb.path.expiresAt = bench.io.now + 1_000
    ack(bench, 1_001)
    pass(bench, 2_000)
    bench.tcb.path.mtu = bench.tcb.path.interfaceMtu
    expect(bench.tcb.path.synced).toBe(640)
  })
})

describe('MTU probing', () => {
  function probing(mode: number): SenderBench {
    const bench = senderBench({ mss: 1_460, sysctl: { tcp_mtu_probing: mode, tcp_early_retrans: 0 } })
    startMtuSearch(bench.tcb, bench.io)
    bench.tcb.mssNow = mode > 1 ? 1_024 : 1_460
    return bench
  }

  test('a longer packet that arrives is the measure from then on, and cwnd is counted in it', () => {
    const bench = probing(2)
    bench.tcb.congestion.cwnd = 20
    write(bench, 40_000)
    expect(bench.sent[0].segment.payload.length).toBe(1_242)
    expect(bench.tcb.congestion.cwnd).toBe(19)
    bench.tcb.congestion.cwnd = 20
    ack(bench, 1_243)
    expect(bench.tcb.mssNow).toBe(1_242)
    expect(bench.counters['TCPMTUPSuccess']).toBe(1)
  })

  test('one that is lost by itself was too long: it goes again in shorter pieces, and nothing is congested', () => {
    const bench = probing(2)
    bench.tcb.congestion.cwnd = 20
    write(bench, 40_000)
    const next = 1_243
    pass(bench, 100_000)
    bench.sent.length = 0
    for (let i = 1; i <= 4; i++) ack(bench, 1, { sack: [[next, next + 1_024 * i]] })
    expect(lengths(bench).slice(1, 3)).toEqual([1_024, 218])
    expect(bench.counters['TCPMTUPFail']).toBe(1)
    expect(bench.tcb.path.searchHigh).toBe(1_281)
    expect(bench.tcb.congestion.cwnd).toBe(20)
    expect(bench.tcb.mssNow).toBe(1_024)
  })

  test('with tcp_mtu_probing 1 it begins when tcp_retries1 timeouts go unanswered, and shrinks on', () => {
    const bench = probing(1)
    write(bench, 1_460)
    pass(bench, 120_000_000)
    const tried = [...new Set(lengths(bench))]
    expect(tried).toEqual([1_460, 1_024, 512, 256, 128, 64])
  })

  test('with tcp_mtu_probing 0 nothing is ever tried', () => {
    const bench = probing(0)
    write(bench, 1_460)
    pass(bench, 120_000_000)
    expect([...new Set(lengths(bench))]).toEqual([1_460])
  })
})
