/** The search for a longer packet at its borders (RFC 4821; tcp_mtu_probe, tcp_mtup_probe_success, tcp_mtup_probe_failed, tcp_mtu_probing). */
import { describe, expect, test } from 'vitest'
import { seqAdd } from '../../base'
import { senderBench, write } from '../../testing/sender-bench'
import type { SenderBench } from '../../testing/sender-bench'
import { mtuProbeSize, probeLeft, probeMayBeAcked, probeWasTooLong, startMtuSearch, suspectBlackHole } from './search'

/** Packets of 1040 bytes get through, ones of 2040 at most may; 20 kB wait. */
function searching(change: (bench: SenderBench) => void = () => {}, waits = 20_000): SenderBench {
  const bench = senderBench({ mss: 2_000, sysctl: { tcp_mtu_probing: 2 }, window: 100_000 })
  const { tcb, io } = bench
  tcb.mssNow = 1_000
  tcb.snd.wnd = 0
  write(bench, waits)
  tcb.timers.persist.deadline = Number.POSITIVE_INFINITY
  tcb.snd.wnd = 100_000
  Object.assign(tcb.path, { probing: true, probeSize: 0, searchLow: 1_040, searchHigh: 2_040, probedAt: io.now })
  tcb.congestion.cwnd = 20
  change(bench)
  return bench
}

const size = ({ tcb, io }: SenderBench): number | string => mtuProbeSize(tcb, io)

describe('a longer packet', () => {
  test('is half way between what gets through and what may', () => {
    expect(size(searching())).toBe(1_500)
  })

  test.each<[string, (bench: SenderBench) => unknown]>([
    ['nothing is searched for', ({ tcb }) => (tcb.path.probing = false)],
    ['one is out already', ({ tcb }) => (tcb.path.probeSize = 1_500)],
    ['anything is out of order', ({ tcb }) => (tcb.recovery.caState = 'Disorder')],
    ['the window has no segment to spare', ({ tcb }) => (tcb.congestion.cwnd = 10)],
    ['SACK blocks are to be told', ({ tcb }) => (tcb.receive.sackBlocks = [{ start: tcb.rcv.nxt, end: tcb.rcv.nxt }])],
    ['a duplicate is to be told', ({ tcb }) => (tcb.receive.dsack = { start: tcb.rcv.nxt, end: tcb.rcv.nxt })],
    ['there is no range left', ({ tcb }) => (tcb.path.searchHigh = 1_047)],
    ['the offered window is too small for it and what detects its loss', ({ tcb }) => (tcb.snd.wnd = 5_499)],
  ])('is not tried when %s', (_, change) => {
    expect(size(searching(change))).toBe('no')
  })

  test('needs four more segments behind it, so that its loss shows', () => {
    expect(size(searching(() => {}, 5_500))).toBe(1_500)
    expect(size(searching(() => {}, 5_499))).toBe('no')
    expect(size(searching(({ tcb }) => (tcb.snd.wnd = 5_500)))).toBe(1_500)
    expect(size(searching(({ tcb }) => (tcb.congestion.cwnd = 11)))).toBe(1_500)
  })

  test('is worth waiting for where window or congestion window have no room at the moment', () => {
    const out = (segments: number, cwnd: number, wnd: number) =>
      searching(({ tcb }) => {
        tcb.snd.nxt = seqAdd(tcb.snd.nxt, segments * 1_000)
        tcb.sent = Array.from({ length: segments }, () => ({}) as SenderBench['tcb']['sent'][number])
        tcb.congestion.cwnd = cwnd
        tcb.snd.wnd = wnd
      })
    expect(size(out(3, 20, 8_499))).toBe('wait')
    expect(size(out(3, 20, 8_500))).toBe(1_500)
    expect(size(out(10, 11, 100_000))).toBe('wait')
    expect(size(out(10, 12, 100_000))).toBe(1_500)
  })

  test('is not made across the end of a record', () => {
    const bench = searching(({ tcb }) => {
      const [first] = tcb.snd.buffers
      tcb.snd.buffers.splice(0, 0, { ...first, end: seqAdd(tcb.snd.nxt, 1_000), endOfRecord: true })
    })
    expect(size(bench)).toBe('no')
    const joined = searching(({ tcb }) => {
      const [first] = tcb.snd.buffers
      tcb.snd.buffers.splice(0, 0, { ...first, end: seqAdd(tcb.snd.nxt, 1_000), endOfRecord: false })
    })
    expect(size(joined)).toBe(1_500)
    // A record of just that size is no hindrance.
    const exact = searching(({ tcb }) => {
      const [first] = tcb.snd.buffers
      tcb.snd.buffers.splice(0, 0, { ...first, end: seqAdd(tcb.snd.nxt, 1_500), endOfRecord: true })
    })
    expect(size(exact)).toBe(1_500)
  })

  test('leaves in place of two segments of the window', () => {
    const { tcb, io } = searching()
    tcb.snd.nxt = seqAdd(tcb.snd.nxt, 1_500)
    probeLeft(tcb, 1_500, io)
    expect(tcb.congestion.cwnd).toBe(19)
    expect(tcb.path).toMatchObject({ probeSize: 1_540, probeStart: tcb.snd.una, probeEnd: tcb.snd.nxt })
  })
})

describe('the search is over', () => {
  function over(after: number): SenderBench['tcb']['path'] {
    const bench = searching(({ tcb }) => (tcb.path.searchHigh = 1_047))
    bench.io.now += after
    size(bench)
    return bench.tcb.path
  }

  test('when the range is below tcp_probe_threshold, and begins anew after tcp_probe_interval', () => {
    expect(size(searching(({ tcb }) => (tcb.path.searchHigh = 1_048)))).toBe(1_004)
    expect(over(600_000_000 - 1).searchHigh).toBe(1_047)
    expect(over(600_000_000)).toMatchObject({ searchHigh: 2_040, searchLow: 1_040, probedAt: 601_000_000 })
  })
})

describe('a longer packet that arrived', () => {
  function arrived(acked: number, change: (bench: SenderBench) => void = () => {}): SenderBench {
    const bench = searching(({ tcb }) => {
      Object.assign(tcb.path, { probeSize: 1_540, probeStart: tcb.snd.una, probeEnd: seqAdd(tcb.snd.una, 1_500) })
      tcb.snd.una = seqAdd(tcb.snd.una, acked)
    })
    change(bench)
    probeMayBeAcked(bench.tcb, bench.io)
    return bench
  }

  test('is the measure from now on; the window is as many bytes as before', () => {
    const { tcb, counters, io } = arrived(1_500)
    expect(tcb.path).toMatchObject({ searchLow: 1_540, probeSize: 0 })
    expect(tcb.mssNow).toBe(1_500)
    expect(tcb.congestion).toMatchObject({ cwnd: 13, cwndCount: 0, stampAt: io.now })
    expect(counters).toMatchObject({ TCPMTUPSuccess: 1 })
  })

  test('is not taken for one before all of it is acked, nor where none was out', () => {
    expect(arrived(1_499).tcb.path.probeSize).toBe(1_540)
    const none = arrived(1_500, ({ tcb }) => (tcb.path.probeSize = 0))
    expect(none.counters['TCPMTUPSuccess']).toBeUndefined()
  })

  test('leaves a window of one segment at least', () => {
    expect(arrived(1_500, ({ tcb }) => (tcb.congestion.cwnd = 1)).tcb.congestion.cwnd).toBe(1)
  })
})

describe('a longer packet that was lost', () => {
  function lost(change: (bench: SenderBench) => void = () => {}): [boolean, SenderBench] {
    const bench = searching(({ tcb }) => Object.assign(tcb.path, { probeSize: 1_540, probeStart: tcb.snd.una }))
    change(bench)
    return [probeWasTooLong(bench.tcb, bench.io), bench]
  }

  test('was too long: that is no congestion, and its place in the window comes back', () => {
    const [was, { tcb, counters }] = lost()
    expect(was).toBe(true)
    expect(tcb.path).toMatchObject({ searchHigh: 1_539, probeSize: 0 })
    expect(tcb.congestion.cwnd).toBe(21)
    expect(counters).toMatchObject({ TCPMTUPFail: 1 })
    expect(lost(({ tcb: other }) => (other.recovery.caState = 'Disorder'))[0]).toBe(true)
  })

  test.each<[string, (bench: SenderBench) => unknown]>([
    ['in a recovery', ({ tcb }) => (tcb.recovery.caState = 'Recovery')],
    ['where none was out', ({ tcb }) => (tcb.path.probeSize = 0)],
    ['where something else is the oldest', ({ tcb }) => (tcb.path.probeStart = seqAdd(tcb.snd.una, 1))],
  ])('is a loss as any other %s', (_, change) => {
    expect(lost(change)[0]).toBe(false)
  })
})

describe('a black hole', () => {
  function suspect(probing: boolean, searchLow: number, sysctl = {}): SenderBench['tcb'] {
    const bench = senderBench({ mss: 1_460, sysctl: { tcp_mtu_probing: 1, ...sysctl } })
    Object.assign(bench.tcb.path, { probing, searchLow, probedAt: 0 })
    suspectBlackHole(bench.tcb, bench.io)
    return bench.tcb
  }

  test('is answered at first by what surely gets through, then by half of that, again and again', () => {
    const first = suspect(false, 1_064)
    expect(first.path).toMatchObject({ probing: true, probedAt: 1_000_000 })
    expect(first.mssNow).toBe(1_024)
    expect(suspect(true, 1_064).mssNow).toBe(512)
    expect(suspect(true, 552).mssNow).toBe(256)
    // Never more than tcp_base_mss, never less than tcp_mtu_probe_floor or tcp_min_snd_mss.
    expect(suspect(true, 1_500, { tcp_base_mss: 600 }).mssNow).toBe(600)
    expect(suspect(true, 100).mssNow).toBe(48)
    expect(suspect(true, 100, { tcp_mtu_probe_floor: 40, tcp_min_snd_mss: 50 }).mssNow).toBe(50)
    expect(suspect(true, 100, { tcp_mtu_probe_floor: 60 }).mssNow).toBe(60)
  })

  test('is none with tcp_mtu_probing 0', () => {
    expect(suspect(false, 1_064, { tcp_mtu_probing: 0 }).path.probing).toBe(false)
  })
})

test('the search begins at once with tcp_mtu_probing 2 alone, from tcp_base_mss up to the peer’s MSS', () => {
  const begin = (mode: number): SenderBench['tcb']['path'] => {
    const { tcb, io } = senderBench({ mss: 1_460, sysctl: { tcp_mtu_probing: mode } })
    tcb.path.probedAt = 0
    startMtuSearch(tcb, io)
    return tcb.path
  }
  expect(begin(0)).toMatchObject({ probing: false, probedAt: 0 })
  expect(begin(1)).toMatchObject({ probing: false, searchHigh: 1_500, searchLow: 1_064, probeSize: 0 })
  expect(begin(2)).toMatchObject({ probing: true, probedAt: 1_000_000 })
})
