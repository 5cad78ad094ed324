/** PAWS to the millisecond (RFC 7323 5): how old a timestamp may be, when it says nothing any more, and which value is echoed. */
import { describe, expect, test } from 'vitest'
import { seqAdd } from '../../base'
import { senderBench } from '../../testing/sender-bench'
import type { SenderBench } from '../../testing/sender-bench'
import { ACK, NO_OPTIONS, RST } from '../../wire'
import type { TcpSegment } from '../../wire'
import { age, pawsRejects, pawsVerdict, takeTimestamp } from './timestamps'

const SECOND = 1_000_000
const DAY = 86_400 * SECOND
const RECENT = 5_000

/** A connection that heard the value 5000 a second ago. */
function heard(recent = RECENT): SenderBench {
  const bench = senderBench({ timestamps: true })
  bench.tcb.timestamps.recent = recent
  bench.tcb.timestamps.recentAt = bench.io.now
  bench.io.now += SECOND
  return bench
}

interface What {
  readonly value?: number
  readonly flags?: number
  readonly length?: number
  /** From RCV.NXT and from SND.UNA. */
  readonly ahead?: number
  readonly acks?: number
  readonly window?: number
}

function segment({ tcb }: SenderBench, what: What): TcpSegment {
  return {
    srcPort: 2_000,
    dstPort: 1_000,
    seq: seqAdd(tcb.rcv.nxt, what.ahead ?? 0),
    ack: seqAdd(tcb.snd.una, what.acks ?? 0),
    flags: what.flags ?? ACK,
    window: what.window ?? tcb.snd.wnd,
    urgentPointer: 0,
    options: { ...NO_OPTIONS, timestamps: what.value === undefined ? undefined : { value: what.value, echo: 0 } },
    payload: new Uint8Array(what.length ?? 0),
  }
}

function verdict(bench: SenderBench, what: What): string | undefined {
  return pawsVerdict(bench.tcb, segment(bench, what), bench.io)
}

describe('on an established connection', () => {
  test('data may be a millisecond older than the newest, not two', () => {
    const bench = heard()
    expect(verdict(bench, { value: RECENT - 1, length: 10 })).toBeUndefined()
    expect(verdict(bench, { value: RECENT - 2, length: 10 })).toBe('old')
  })

  test('the clock may wrap', () => {
    const bench = heard(0xffff_ffff)
    expect(age(bench.tcb, segment(bench, { value: 1 }))).toBe(-2)
    expect(verdict(bench, { value: 1, length: 10 })).toBeUndefined()
    expect(verdict(bench, { value: 0xffff_fff0, length: 10 })).toBe('old')
  })

  test('a value heard 24 days ago says nothing any more (RFC 7323 5.5)', () => {
    const bench = heard()
    bench.io.now = bench.tcb.timestamps.recentAt + 24 * DAY - 1
    expect(verdict(bench, { value: 1, length: 10 })).toBe('old')
    bench.io.now++
    expect(verdict(bench, { value: 1, length: 10 })).toBeUndefined()
  })

  test('nothing is old before a value was heard, without one, or where timestamps were not negotiated', () => {
    const fresh = heard(0)
    expect(verdict(fresh, { value: 0xffff_0000, length: 10 })).toBeUndefined()
    expect(verdict(heard(), { length: 10 })).toBeUndefined()
    const without = heard()
    without.tcb.negotiated.timestamps = false
    expect(verdict(without, { value: 1, length: 10 })).toBeUndefined()
  })

  test('a bare ACK that was overtaken is no more than that: below RCV.NXT oldAck, above it old', () => {
    const bench = heard()
    expect(verdict(bench, { value: 1, ahead: -1 })).toBe('oldAck')
    expect(verdict(bench, { value: 1, ahead: 1 })).toBe('old')
    expect(verdict(bench, { value: 1, ahead: -1, flags: 0 })).toBe('old')
  })

  test('a bare ACK in its place that changes nothing may be as old as 1.2 RTO (tcp_disordered_ack)', () => {
    const bench = heard()
    bench.tcb.rtt.rto = 300_000
    expect(verdict(bench, { value: RECENT - 360 })).toBeUndefined()
    expect(verdict(bench, { value: RECENT - 361 })).toBe('old')
  })

  test('but not where it acks another byte or changes the window', () => {
    const bench = heard()
    expect(verdict(bench, { value: RECENT - 10, acks: 1 })).toBe('old')
    expect(verdict(bench, { value: RECENT - 10, acks: -1 })).toBe('old')
    expect(verdict(bench, { value: RECENT - 10, window: bench.tcb.snd.wnd + 1 })).toBe('old')
    expect(verdict(bench, { value: RECENT - 10, window: 0 })).toBe('old')
    expect(verdict(bench, { value: RECENT - 10, window: bench.tcb.snd.wnd - 1 })).toBeUndefined()
    bench.tcb.snd.wl1 = seqAdd(bench.tcb.rcv.nxt, -1)
    expect(verdict(bench, { value: RECENT - 10 })).toBe('old')
    bench.tcb.snd.wl1 = seqAdd(bench.tcb.rcv.nxt, 1)
    expect(verdict(bench, { value: RECENT - 10, window: bench.tcb.snd.wnd + 1 })).toBeUndefined()
  })

  test('the window is compared as it is scaled', () => {
    const bench = heard()
    bench.tcb.snd.wscale = 3
    bench.tcb.snd.wnd = 8_000
    expect(verdict(bench, { value: RECENT - 10, window: 1_000 })).toBeUndefined()
    expect(verdict(bench, { value: RECENT - 10, window: 1_001 })).toBe('old')
  })
})

describe('in handshake and TIME-WAIT, where Linux keeps little', () => {
  const rejects = (bench: SenderBench, what: What): boolean => pawsRejects(bench.tcb, segment(bench, what), bench.io)

  test('no value may be older at all', () => {
    expect(rejects(heard(), { value: RECENT })).toBe(false)
    expect(rejects(heard(), { value: RECENT - 1 })).toBe(true)
    const without = heard()
    without.tcb.negotiated.timestamps = false
    expect(rejects(without, { value: RECENT - 1 })).toBe(false)
  })

  test('a RST is believed whatever its value when nothing was heard for a minute', () => {
    const bench = heard()
    bench.io.now = bench.tcb.timestamps.recentAt + 60 * SECOND - 1
    expect(rejects(bench, { value: 1, flags: RST })).toBe(true)
    bench.io.now++
    expect(rejects(bench, { value: 1, flags: RST })).toBe(false)
    expect(rejects(bench, { value: 1 })).toBe(true)
  })
})

describe('the value to echo (RFC 7323 4.3)', () => {
  const take = (bench: SenderBench, what: What): boolean => takeTimestamp(bench.tcb, segment(bench, what), bench.io)

  test('is that of a segment which covers what was acked last, when it is not older', () => {
    const bench = heard()
    expect(take(bench, { value: RECENT + 7 })).toBe(true)
    expect(bench.tcb.timestamps).toMatchObject({ recent: RECENT + 7, recentAt: bench.io.now })
    // The same once more is heard, but no news.
    bench.io.now += 5
    expect(take(bench, { value: RECENT + 7 })).toBe(false)
    expect(bench.tcb.timestamps.recentAt).toBe(bench.io.now)
    expect(take(bench, { value: RECENT })).toBe(false)
    expect(bench.tcb.timestamps.recent).toBe(RECENT + 7)
  })

  test('is not taken from beyond a gap, nor where none is borne or negotiated', () => {
    const bench = heard()
    expect(take(bench, { value: RECENT + 7, ahead: 1, length: 10 })).toBe(false)
    expect(take(bench, {})).toBe(false)
    bench.tcb.negotiated.timestamps = false
    expect(take(bench, { value: RECENT + 7 })).toBe(false)
    expect(bench.tcb.timestamps.recent).toBe(RECENT)
  })
})
