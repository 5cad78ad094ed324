/** The window that is offered, at the borders of its rules (__tcp_select_window, tcp_select_window, tcp_grow_window, tcp_select_initial_window). */
import { describe, expect, test } from 'vitest'
import { seqAdd } from '../../base'
import { senderBench } from '../../testing/sender-bench'
import type { BenchOptions, SenderBench } from '../../testing/sender-bench'
import { truesize } from './memory'
import {
  clampWindow,
  farthestWindow,
  growWindow,
  initialWindow,
  receiveWindow,
  selectWindow,
  settleWindow,
  windowToOffer,
} from './window'

/** A buffer for 64000 bytes of payload, of which half the memory is; 1000-byte segments; nothing in it. */
function receiver(change: (tcb: SenderBench['tcb']) => void = () => {}, options: BenchOptions = {}): SenderBench {
  const bench = senderBench({ mss: 1_000, ...options })
  const { tcb } = bench
  tcb.config.rcvbuf = 128_000
  tcb.config.rcvbufLocked = false
  tcb.rmss = 1_000
  Object.assign(tcb.receive, {
    scalingRatio: 128,
    memory: 0,
    windowClamp: 64_000,
    ssthresh: 64_000,
    mssEstimate: 1_000,
  })
  Object.assign(tcb.rcv, { wnd: 30_000, wscale: 0, wup: tcb.rcv.nxt, farthestEdge: seqAdd(tcb.rcv.nxt, 30_000) })
  change(tcb)
  return bench
}

const offer = (change: (tcb: SenderBench['tcb']) => void, shrinks = false): number =>
  windowToOffer(receiver(change).tcb, shrinks)

describe('without a scale', () => {
  test('the offer changes by whole segments alone (MUST-39)', () => {
    expect(offer((tcb) => (tcb.rcv.wnd = 63_000))).toBe(64_000)
    expect(offer((tcb) => (tcb.rcv.wnd = 63_001))).toBe(63_001)
    expect(offer((tcb) => (tcb.rcv.wnd = 64_001))).toBe(64_000)
    expect(offer((tcb) => (tcb.receive.memory = 500))).toBe(63_000)
    expect(offer((tcb) => Object.assign(tcb.rcv, { wnd: 64_000 }))).toBe(64_000)
  })

  test('a peer whose segments are as long as the buffer is offered more when half of that is more', () => {
    const whole = (wnd: number): number =>
      offer((tcb) => {
        tcb.receive.mssEstimate = 70_000
        tcb.rcv.wnd = wnd
      })
    expect(whole(31_999)).toBe(64_000)
    expect(whole(32_000)).toBe(32_000)
  })

  test('is no more than rcv_ssthresh has grown to', () => {
    expect(offer((tcb) => (tcb.receive.ssthresh = 40_500))).toBe(40_000)
  })
})

describe('a buffer less than half empty', () => {
  const used = (memory: number, change: (tcb: SenderBench['tcb']) => void = () => {}): SenderBench =>
    receiver((tcb) => {
      tcb.receive.memory = memory
      tcb.ack.quick = 5
      tcb.rcv.wnd = 0
      change(tcb)
    })

  test('makes the ACKs wait again', () => {
    const half = used(64_000)
    windowToOffer(half.tcb)
    expect(half.tcb.ack.quick).toBe(5)
    const less = used(64_002)
    windowToOffer(less.tcb)
    expect(less.tcb.ack.quick).toBe(0)
  })

  test('offers nothing below a sixteenth of it, or below a segment', () => {
    expect(windowToOffer(used(120_000).tcb)).toBe(4_000)
    expect(windowToOffer(used(120_002).tcb)).toBe(0)
    const long = (memory: number): number =>
      windowToOffer(used(memory, (tcb) => (tcb.receive.mssEstimate = 20_000)).tcb)
    expect(long(88_000)).toBe(20_000)
    expect(long(88_002)).toBe(0)
  })

  test('offers whole units of the scale', () => {
    const scaled = (memory: number): number => windowToOffer(used(memory, (tcb) => (tcb.rcv.wscale = 10)).tcb)
    expect(scaled(80_000)).toBe(23 * 1_024)
    expect(scaled(128_000 - 2 * 4_096)).toBe(4_096)
  })
})

describe('with a scale', () => {
  test('the offer is rounded up to its unit, so that growth shows', () => {
    const scaled = (ssthresh: number): number =>
      offer((tcb) => {
        tcb.rcv.wscale = 8
        tcb.receive.ssthresh = ssthresh
      })
    expect([scaled(512), scaled(513), scaled(64_000)]).toEqual([512, 768, 64_000])
  })

  test('that may shrink is rounded down to what there is, and to nothing below one unit', () => {
    const shrinks = (memory: number): number =>
      offer((tcb) => {
        tcb.rcv.wscale = 12
        tcb.receive.memory = memory
      }, true)
    expect(shrinks(0)).toBe(15 * 4_096)
    expect(shrinks(128_000 - 2 * 8_191)).toBe(4_096)
    expect(shrinks(128_000 - 2 * 4_095)).toBe(0)
  })
})

describe('what leaves with a segment', () => {
  const select = (bench: SenderBench): number => selectWindow(bench.tcb, bench.io)

  test('never takes back what was offered, and counts that it would have liked to shut the window', () => {
    const bench = receiver((tcb) => {
      tcb.receive.memory = 128_000
      tcb.rcv.nxt = seqAdd(tcb.rcv.nxt, 1_000)
    })
    expect(select(bench)).toBe(29_000)
    expect(bench.counters).toEqual({ TCPWantZeroWindowAdv: 1 })
    expect(bench.tcb.rcv).toMatchObject({ wnd: 29_000, wup: bench.tcb.rcv.nxt })
    const scaled = receiver((tcb) => {
      tcb.receive.memory = 128_000
      Object.assign(tcb.rcv, { wscale: 8, nxt: seqAdd(tcb.rcv.nxt, 1_001) })
    })
    expect(select(scaled)).toBe(Math.ceil(28_999 / 256))
  })

  test('does take it back with tcp_shrink_window, where there is a scale', () => {
    const shrunk = (wscale: number): number =>
      select(
        receiver(
          (tcb) => {
            tcb.receive.memory = 100_000
            tcb.rcv.wscale = wscale
          },
          { sysctl: { tcp_shrink_window: 1 } },
        ),
      )
    expect(shrunk(8)).toBe(Math.floor(14_000 / 256))
    expect(shrunk(0)).toBe(30_000)
  })

  test('is 16 bits', () => {
    const bench = receiver((tcb) => {
      tcb.config.rcvbuf = 400_000
      Object.assign(tcb.receive, { windowClamp: 200_000, ssthresh: 200_000 })
    })
    expect(select(bench)).toBe(65_535)
  })

  test('is nothing where the memory for a segment was missing', () => {
    const bench = receiver((tcb) => (tcb.ack.noMemory = true))
    expect(select(bench)).toBe(0)
    expect(bench.tcb.rcv).toMatchObject({ wnd: 0, wup: bench.tcb.rcv.nxt })
  })

  test('counts when the window is shut, and when it opens', () => {
    const shut = receiver((tcb) => {
      tcb.receive.memory = 128_000
      tcb.rcv.nxt = seqAdd(tcb.rcv.nxt, 30_000)
    })
    select(shut)
    expect(shut.counters).toEqual({ TCPToZeroWindowAdv: 1 })
    select(shut)
    expect(shut.counters).toEqual({ TCPToZeroWindowAdv: 1 })
    shut.tcb.receive.memory = 0
    select(shut)
    expect(shut.counters).toEqual({ TCPToZeroWindowAdv: 1, TCPFromZeroWindowAdv: 1 })
  })

  test('repeats the last window in TIME-WAIT, and what the SYN,ACK said until the handshake is over', () => {
    const waiting = receiver((tcb) => {
      tcb.state = 'TIME-WAIT'
      Object.assign(tcb.rcv, { wscale: 4, nxt: seqAdd(tcb.rcv.nxt, 40) })
    })
    expect(select(waiting)).toBe(29_960 >> 4)
    const opening = receiver(
      (tcb) => {
        tcb.state = 'SYN-RECEIVED'
        Object.assign(tcb.rcv, { wnd: 100_000, wscale: 4 })
      },
      { passive: true },
    )
    expect(select(opening)).toBe(65_535 >> 4)
    expect(opening.tcb.rcv.wnd).toBe(100_000)
  })

  test('remembers the farthest edge that was ever offered', () => {
    const bench = receiver()
    select(bench)
    expect(farthestWindow(bench.tcb)).toBe(64_000)
    bench.tcb.rcv.nxt = seqAdd(bench.tcb.rcv.nxt, 70_000)
    expect(farthestWindow(bench.tcb)).toBe(0)
    expect(receiveWindow(bench.tcb)).toBe(0)
  })
})

describe('the window of a SYN', () => {
  function initial(rcvbuf: number, change: (tcb: SenderBench['tcb']) => void = () => {}, scaling = true) {
    const bench = receiver((tcb) => {
      tcb.config.rcvbuf = rcvbuf
      tcb.receive.windowClamp = 0
      change(tcb)
    })
    initialWindow(bench.tcb, 1_460, scaling, {
      ...bench.io.sysctl,
      tcp_rmem: [4_096, 131_072, 6_291_456],
      rmem_max: 212_992,
    })
    return { ...bench.tcb.rcv, ...bench.tcb.receive }
  }

  test('is whole segments of what the buffer holds; the scale is for what it may grow to', () => {
    expect(initial(131_072)).toMatchObject({ wnd: 64_240, wscale: 7, ssthresh: 64_240 })
    expect(initial(131_072, () => {}, false)).toMatchObject({ wnd: 64_240, wscale: 0, windowClamp: 65_535 })
    expect(initial(2_000)).toMatchObject({ wnd: 1_000 })
  })

  test('of a buffer that was set is clamped to it, and its scale with it', () => {
    expect(initial(131_072, (tcb) => (tcb.config.rcvbufLocked = true))).toMatchObject({
      wscale: 1,
      windowClamp: 65_536,
    })
    expect(
      initial(131_072, (tcb) => {
        tcb.config.rcvbufLocked = true
        tcb.receive.windowClamp = 20_000
      }),
    ).toMatchObject({ wnd: 18_980, wscale: 0, windowClamp: 20_000 })
  })
})

describe('once the handshake is over', () => {
  const settle = (windowClamp: number, more: Partial<SenderBench['tcb']['receive']> = {}) => {
    const bench = receiver((tcb) => Object.assign(tcb.receive, { windowClamp, ...more }))
    settleWindow(bench.tcb, bench.io)
    return bench.tcb.receive
  }

  test('the clamp comes down to the buffer less a segment, but not below two', () => {
    expect(settle(1_000_000).windowClamp).toBe(63_000)
    expect(settle(63_000).windowClamp).toBe(63_000)
    expect(settle(63_001).windowClamp).toBe(63_000)
    expect(settle(2_000).windowClamp).toBe(2_000)
    const tiny = receiver((tcb) => {
      tcb.config.rcvbuf = 5_000
      tcb.receive.windowClamp = 9_000
    })
    settleWindow(tiny.tcb, tiny.io)
    expect(tiny.tcb.receive.windowClamp).toBe(2_000)
  })

  test('autotuning begins with ten segments, or what is offered', () => {
    expect(settle(1_000_000)).toMatchObject({ ssthresh: 63_000, spaceBytes: 10_000 })
    expect(settle(1_000_000, { ssthresh: 4_000 })).toMatchObject({ ssthresh: 4_000, spaceBytes: 4_000 })
  })
})

describe('TCP_WINDOW_CLAMP', () => {
  const clamp = (bytes: number, change: (tcb: SenderBench['tcb']) => void = () => {}): number[] => {
    const { tcb } = receiver(change)
    clampWindow(tcb, bytes)
    return [tcb.receive.windowClamp, tcb.receive.ssthresh]
  }

  test('takes the limit down with it, and lifts it no further than to what is offered', () => {
    expect(clamp(20_000)).toEqual([20_000, 20_000])
    expect(clamp(20_000, (tcb) => (tcb.receive.ssthresh = 5_000))).toEqual([20_000, 5_000])
    expect(clamp(90_000, (tcb) => (tcb.receive.ssthresh = 5_000))).toEqual([90_000, 30_000])
    expect(clamp(90_000)).toEqual([90_000, 64_000])
    expect(clamp(64_000, (tcb) => (tcb.receive.ssthresh = 5_000))).toEqual([64_000, 5_000])
    expect(clamp(0)).toEqual([0, 64_000])
  })
})

describe('rcv_ssthresh grows with what arrives (tcp_grow_window)', () => {
  function grow(length: number, ssthresh: number, change: (tcb: SenderBench['tcb']) => void = () => {}): number[] {
    const bench = receiver((tcb) => {
      tcb.receive.ssthresh = ssthresh
      change(tcb)
    })
    bench.tcb.ack.quick = 4
    growWindow(bench.tcb, length, bench.io)
    return [bench.tcb.receive.ssthresh - ssthresh, bench.tcb.ack.quick]
  }
  const dense = (tcb: SenderBench['tcb']): void => {
    tcb.receive.scalingRatio = 64
  }

  test('by two segments, or twice the segment, where it wastes little; that keeps an ACK quick', () => {
    expect(grow(1_000, 10_000, dense)).toEqual([2_000, 5])
    expect(grow(3_000, 10_000, dense)).toEqual([6_000, 5])
  })

  test('up to the clamp and what the memory holds', () => {
    expect(grow(1_000, 63_500, (tcb) => (tcb.receive.scalingRatio = 100))).toEqual([0, 4])
    expect(grow(1_000, 31_500, dense)).toEqual([500, 5])
    expect(grow(1_000, 32_000, dense)).toEqual([0, 4])
    expect(
      grow(1_000, 19_000, (tcb) => {
        dense(tcb)
        tcb.receive.windowClamp = 20_000
      }),
    ).toEqual([1_000, 5])
  })

  test('less and less by segments with more overhead than payload', () => {
    const wasteful = (ssthresh: number): number => {
      expect(truesize(200)).toBeGreaterThan(2 * 200)
      const bench = receiver((tcb) => (tcb.receive.ssthresh = ssthresh), {
        sysctl: { tcp_rmem: [4_096, 131_072, 131_072] },
      })
      growWindow(bench.tcb, 200, bench.io)
      return bench.tcb.receive.ssthresh - ssthresh
    }
    // 448 of its 896 bytes count for it; from half, then a quarter of the largest buffer on, 224 and 112 have to.
    expect([wasteful(10_000), wasteful(16_384), wasteful(16_385), wasteful(40_000)]).toEqual([2_000, 2_000, 0, 0])
  })
})
