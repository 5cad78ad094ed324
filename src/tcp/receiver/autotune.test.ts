/** Dynamic right-sizing step by step: what the receiver learns of segments and round trips, and how its buffer follows (tcp_input.c). */
import { describe, expect, test } from 'vitest'
import { seqAdd } from '../../base'
import { senderBench } from '../../testing/sender-bench'
import type { BenchOptions, SenderBench } from '../../testing/sender-bench'
import { ACK, FIN, NO_OPTIONS, PSH, SYN } from '../../wire'
import type { TcpSegment } from '../../wire'
import {
  adjustSpace,
  growBuffer,
  initialMssEstimate,
  measureMss,
  measureRttByEcho,
  measureRttByWindow,
} from './autotune'
import { truesize } from './memory'

const MS = 1_000

/** A receiver whose peer sends segments of 1000 bytes; half of its memory is payload. */
function receiver(options: BenchOptions = {}): SenderBench {
  const bench = senderBench({ mss: 1_000, ...options })
  const { tcb, io } = bench
  Object.assign(tcb.receive, {
    mssEstimate: 1_000,
    lastSegmentSize: 0,
    scalingRatio: 128,
    windowClamp: 60_000,
    ssthresh: 30_000,
    rttMicros: 100 * MS,
    spaceAt: io.now,
    spaceSeq: tcb.rcv.copied,
    spaceBytes: 20_000,
  })
  tcb.config.rcvbuf = 120_000
  tcb.config.rcvbufLocked = false
  tcb.rmss = 1_460
  return bench
}

function segment(length: number, flags = ACK, options: Partial<TcpSegment['options']> = {}): TcpSegment {
  const payload = new Uint8Array(length)
  const rest = { srcPort: 1, dstPort: 2, seq: 0, ack: 0, window: 0, urgentPointer: 0 } as TcpSegment
  return { ...rest, flags, payload, options: { ...NO_OPTIONS, ...options } }
}

describe('the size of the peer’s segments (tcp_measure_rcv_mss)', () => {
  function measure(bench: SenderBench, ...segments: TcpSegment[]): SenderBench['tcb'] {
    for (const one of segments) measureMss(bench.tcb, one, bench.io)
    return bench.tcb
  }

  test('follows longer ones at once, up to our own MSS', () => {
    expect(measure(receiver(), segment(1_200)).receive.mssEstimate).toBe(1_200)
    expect(measure(receiver(), segment(1_460)).receive.mssEstimate).toBe(1_460)
    expect(measure(receiver(), segment(5_000)).receive.mssEstimate).toBe(1_460)
  })

  test('is told by the device where that merges segments', () => {
    const bench = receiver({ sysctl: { gro_mss: 1_100 } })
    expect(measure(bench, segment(5_500)).receive.mssEstimate).toBe(1_100)
    expect(measure(bench, segment(1_100)).receive.mssEstimate).toBe(1_100)
  })

  test('follows shorter ones when two of 536 bytes or more agree', () => {
    expect(measure(receiver(), segment(600), segment(600)).receive.mssEstimate).toBe(600)
    expect(measure(receiver(), segment(600), segment(601)).receive.mssEstimate).toBe(1_000)
    expect(measure(receiver(), segment(536, ACK | PSH), segment(536, ACK | PSH)).receive.mssEstimate).toBe(536)
    expect(measure(receiver(), segment(535, ACK | PSH), segment(535, ACK | PSH)).receive.mssEstimate).toBe(1_000)
    // A full one between them begins the comparison anew.
    expect(measure(receiver(), segment(600), segment(1_000), segment(600)).receive.mssEstimate).toBe(1_000)
  })

  test('follows those of 88 bytes or more only where nothing says that they end something', () => {
    const twice = (length: number, flags: number): number =>
      measure(receiver(), segment(length, flags), segment(length, flags)).receive.mssEstimate
    expect(twice(88, ACK)).toBe(88)
    expect(twice(87, ACK)).toBe(1_000)
    expect(twice(300, ACK | PSH)).toBe(1_000)
    expect(twice(300, ACK | FIN)).toBe(1_000)
    expect(twice(300, ACK | SYN)).toBe(1_000)
  })

  test('counts what SACK blocks have eaten, and not what every segment bears', () => {
    const sack = [{ start: 0, end: 1 }] as unknown as TcpSegment['options']['sack']
    const eaten = segment(600, ACK, { sack })
    expect(measure(receiver(), eaten, eaten).receive.mssEstimate).toBe(612)
    const stamped = segment(600, ACK, { timestamps: { value: 1, echo: 1 } })
    expect(measure(receiver({ timestamps: true }), stamped, stamped).receive.mssEstimate).toBe(600)
  })

  test('notes a short one as pushed, and a second before the next ACK; a full one only with PSH', () => {
    expect(measure(receiver(), segment(10)).ack).toMatchObject({ pushed: true, pushedTwice: false })
    expect(measure(receiver(), segment(10), segment(10)).ack).toMatchObject({ pushed: true, pushedTwice: true })
    expect(measure(receiver(), segment(1_000)).ack).toMatchObject({ pushed: false })
    expect(measure(receiver(), segment(1_000, ACK | PSH)).ack).toMatchObject({ pushed: true, pushedTwice: false })
    // Two of a new size are no ends of anything.
    expect(measure(receiver(), segment(600), segment(600)).ack.pushedTwice).toBe(false)
  })

  test('is believed to be 536 at first, or less by MSS and window, but not below 88', () => {
    const first = (change: (tcb: SenderBench['tcb']) => void): number => {
      const { tcb } = receiver()
      change(tcb)
      return initialMssEstimate(tcb)
    }
    expect(first(() => {})).toBe(536)
    expect(first((tcb) => (tcb.rcv.wnd = 801))).toBe(400)
    expect(first((tcb) => (tcb.mssNow = 300))).toBe(300)
    expect(first((tcb) => (tcb.rmss = 200))).toBe(200)
    expect(first((tcb) => (tcb.rcv.wnd = 100))).toBe(88)
  })
})

describe('how much of the memory is payload', () => {
  test('follows the segments when their size changes, and with it the clamp', () => {
    const { tcb, io } = receiver()
    measureMss(tcb, segment(1_200), io)
    // 1200 of 2304 bytes are payload, in 256ths; the limit is lifted to what was offered already.
    expect(truesize(1_200)).toBe(2_304)
    expect(tcb.receive).toMatchObject({ scalingRatio: 133, windowClamp: 62_343, ssthresh: 62_343 })
  })

  test('a lower clamp takes limit and measure down', () => {
    const { tcb, io } = receiver()
    Object.assign(tcb.receive, { mssEstimate: 100, windowClamp: 60_000, ssthresh: 50_000, spaceBytes: 55_000 })
    measureMss(tcb, segment(200), io)
    const clamp = Math.floor((120_000 * Math.floor((200 * 256) / truesize(200))) / 256)
    expect(tcb.receive).toMatchObject({ windowClamp: clamp, ssthresh: clamp, spaceBytes: clamp })
  })
})

describe('the round trip', () => {
  test('by the echo of a timestamp on a full segment: the least counts, a longer one by an eighth', () => {
    const bench = receiver({ timestamps: true })
    const { tcb, io } = bench
    const now = Math.floor(io.now / 1_000)
    const echo = (ago: number, length = 1_000): number => {
      measureRttByEcho(tcb, segment(length, ACK, { timestamps: { value: 1, echo: now - ago } }), io)
      return tcb.receive.rttMicros
    }
    expect(echo(50)).toBe(50 * MS)
    expect(echo(130)).toBe(60 * MS)
    // The same echo tells nothing twice, a short segment nothing at all.
    expect(echo(130)).toBe(60 * MS)
    expect(echo(10, 999)).toBe(60 * MS)
    tcb.rcv.copied = seqAdd(tcb.rcv.nxt, -1)
    // Bytes wait to be read: longer ones speak of the reader.
    expect(echo(200)).toBe(60 * MS)
    expect(echo(0)).toBe(MS)
    expect(echo(-5)).toBe(MS)
  })

  test('is not measured by echo without timestamps, or from an echo of 0', () => {
    const bench = receiver({ timestamps: true })
    measureRttByEcho(bench.tcb, segment(1_000, ACK, { timestamps: { value: 1, echo: 0 } }), bench.io)
    measureRttByEcho(bench.tcb, segment(1_000), bench.io)
    bench.tcb.negotiated.timestamps = false
    measureRttByEcho(bench.tcb, segment(1_000, ACK, { timestamps: { value: 1, echo: 999 } }), bench.io)
    expect(bench.tcb.receive.rttMicros).toBe(100 * MS)
  })

  test('by the time in which a window arrives: only the least counts', () => {
    const { tcb, io } = receiver()
    tcb.receive.rttMicros = 0
    measureRttByWindow(tcb, io)
    expect(tcb.receive).toMatchObject({ rttAt: io.now, rttSeq: seqAdd(tcb.rcv.nxt, tcb.rcv.wnd), rttMicros: 0 })
    io.now += 70 * MS
    tcb.rcv.nxt = seqAdd(tcb.rcv.nxt, tcb.rcv.wnd - 1)
    measureRttByWindow(tcb, io)
    expect(tcb.receive.rttMicros).toBe(0)
    tcb.rcv.nxt = seqAdd(tcb.rcv.nxt, 1)
    measureRttByWindow(tcb, io)
    expect(tcb.receive).toMatchObject({ rttMicros: 70 * MS, rttAt: io.now })
    io.now += 90 * MS
    tcb.rcv.nxt = seqAdd(tcb.rcv.nxt, tcb.rcv.wnd)
    measureRttByWindow(tcb, io)
    expect(tcb.receive.rttMicros).toBe(70 * MS)
  })
})

describe('once in a round trip of reading (tcp_rcv_space_adjust)', () => {
  function read(bytes: number, micros: number, change: (bench: SenderBench) => void = () => {}): SenderBench['tcb'] {
    const bench = receiver()
    change(bench)
    bench.tcb.rcv.copied = seqAdd(bench.tcb.rcv.copied, bytes)
    bench.io.now += micros
    adjustSpace(bench.tcb, bench.io)
    return bench.tcb
  }

  test('the measure becomes what was read, if that is more', () => {
    expect(read(25_000, 100 * MS - 1).receive.spaceBytes).toBe(20_000)
    expect(read(25_000, 100 * MS).receive).toMatchObject({ spaceBytes: 25_000 })
    const less = read(20_000, 100 * MS)
    expect(less.receive).toMatchObject({ spaceBytes: 20_000, spaceSeq: less.rcv.copied })
    expect(read(25_000, 100 * MS, ({ tcb }) => (tcb.receive.rttMicros = 0)).receive.spaceBytes).toBe(20_000)
  })
})

describe('the buffer (tcp_rcvbuf_grow)', () => {
  function grow(bytes: number, change: (bench: SenderBench) => void = () => {}, sysctl: BenchOptions['sysctl'] = {}) {
    const bench = receiver({ sysctl })
    change(bench)
    growBuffer(bench.tcb, bytes, bench.io)
    return bench.tcb
  }

  test('holds twice a round trip’s bytes, and twice as much more as the rate has grown', () => {
    // 2 * 40000, and 2 * 80000 * 20000 / 20000 more.
    const tcb = grow(40_000)
    expect(tcb.config.rcvbuf).toBe(2 * 240_000)
    expect(tcb.receive).toMatchObject({ windowClamp: 240_000, spaceBytes: 40_000 })
    // 2 * 32000 and 2 * floor(64000 * 12000 / 20000) more.
    expect(grow(32_000).config.rcvbuf).toBe(2 * (64_000 + 2 * 38_400))
  })

  test('holds what waits out of order, too', () => {
    const tcb = grow(40_000, (bench) => {
      const { nxt } = bench.tcb.rcv
      bench.tcb.outOfOrder = [10, 5_000].map((ahead) => ({
        seq: seqAdd(nxt, ahead),
        bytes: new Uint8Array(7),
        fin: false,
      }))
    })
    expect(tcb.config.rcvbuf).toBe(2 * (240_000 + 5_007))
  })

  test('is no larger than tcp_rmem allows and never shrinks', () => {
    expect(grow(40_000, () => {}, { tcp_rmem: [4_096, 131_072, 200_000] }).config.rcvbuf).toBe(200_000)
    const tcb = grow(15_000)
    expect(tcb.config.rcvbuf).toBe(120_000)
    expect(tcb.receive).toMatchObject({ windowClamp: 60_000, spaceBytes: 15_000 })
  })

  test('stays where SO_RCVBUF was set, autotuning is off, or nothing was measured before', () => {
    expect(grow(40_000, ({ tcb }) => (tcb.config.rcvbufLocked = true)).config.rcvbuf).toBe(120_000)
    expect(grow(40_000, () => {}, { tcp_moderate_rcvbuf: 0 }).config.rcvbuf).toBe(120_000)
    expect(grow(40_000, ({ tcb }) => (tcb.receive.spaceBytes = 0)).receive.spaceBytes).toBe(40_000)
    expect(grow(40_000, ({ tcb }) => (tcb.receive.spaceBytes = 0)).config.rcvbuf).toBe(120_000)
  })
})
