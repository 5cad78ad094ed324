/** RFC 7323: window scale and timestamps, clause by clause. */
import { describe, expect, test } from 'vitest'
import { at, connected, craft, drops, inject, pass, pattern, read, shut, tcpPair, write } from '../../testing/tcp-pair'
import type { Pair } from '../../testing/tcp-pair'
import { connect } from '../../tcp'
import { ACK, RST, SYN } from '../../wire'
import type { TcpOptions } from '../../wire'

const SECOND = 1_000_000
const DAY = 86_400 * SECOND

function stamp(value: number): Partial<TcpOptions> {
  return { timestamps: { value, echo: 0 } }
}

/** Data for `b` with this timestamp, as its peer would send it. */
function data(pair: Pair, value: number, seq?: number, bytes = 10): void {
  const where = seq === undefined ? {} : { seq }
  inject(pair, 'b', craft(pair, 'b', { flags: ACK, payload: pattern(0, bytes), options: stamp(value), ...where }))
}

describe('window scale', () => {
  test('RFC 7323 2.2: the windows of both SYNs are taken as they stand, the next ones are shifted', () => {
    const pair = tcpPair()
    at(pair, 'a', connect)
    pass(pair, 5_000)
    const syn = pair.log[0].segment
    pass(pair, 50_000)
    const [, synAck, ack] = pair.log.map(({ segment }) => segment)
    expect(syn.window).toBeGreaterThan(60_000)
    expect(synAck.window).toBeGreaterThan(60_000)
    expect(ack.window << 10).toBeLessThanOrEqual(65_535)
    expect(pair.b.tcb.snd.wnd).toBe(ack.window << 10)
    expect(pair.a.tcb.snd.wnd).toBe(synAck.window)
  })

  test('RFC 7323 2.2: the option stands in SYNs alone', () => {
    const pair = tcpPair()
    at(pair, 'a', connect)
    pass(pair, 50_000)
    write(pair, 'a', pattern(0, 5_000))
    pass(pair, 500_000)
    for (const { segment } of pair.log) {
      expect(segment.options.windowScale !== undefined).toBe((segment.flags & SYN) !== 0)
    }
  })
})

describe('the timestamp option', () => {
  test('RFC 7323 3.2: once agreed on stands in every segment but a RST, and echoes nothing without ACK', () => {
    const pair = tcpPair()
    at(pair, 'a', connect)
    pass(pair, 50_000)
    write(pair, 'a', pattern(0, 20_000))
    pass(pair, 500_000)
    for (const end of ['a', 'b'] as const) read(pair, end)
    shut(pair, 'a')
    shut(pair, 'b')
    pass(pair, 500_000)
    for (const { segment } of pair.log) expect(segment.options.timestamps).toBeDefined()
    expect(pair.log[0].segment.options.timestamps?.echo).toBe(0)
  })

  test('RFC 7323 4.3: an ACK of several segments echoes the earliest, so that the delay counts', () => {
    const pair = connected()
    pair.wire = () => []
    at(pair, 'b', (tcb) => {
      tcb.ack.pingpong = 100
      tcb.ack.quick = 0
    })
    const { recent } = pair.b.tcb.timestamps
    data(pair, recent + 10, 1)
    data(pair, recent + 20, 11)
    pass(pair, 500_000)
    expect(pair.log[0].segment.options.timestamps?.echo).toBe(recent + 10)
  })

  test('RFC 7323 4.3: behind a gap the echo stays that of the last segment in order', () => {
    const pair = connected()
    const { recent } = pair.b.tcb.timestamps
    data(pair, recent + 10, 101)
    expect(pair.log.at(-1)?.segment.options.timestamps?.echo).toBe(recent)
    data(pair, recent + 20, 1, 100)
    expect(pair.log.at(-1)?.segment.options.timestamps?.echo).toBe(recent + 20)
  })
})

describe('PAWS', () => {
  test('RFC 7323 5.3: an older timestamp makes a segment unacceptable: it is acked and dropped', () => {
    const pair = connected()
    const { recent } = pair.b.tcb.timestamps
    data(pair, recent - 50)
    expect(drops(pair, 'b')).toEqual(['paws'])
    expect(pair.log.at(-1)).toMatchObject({ from: 'b', segment: { ack: pair.b.tcb.rcv.nxt } })
    expect(read(pair, 'b')).toHaveLength(0)
  })

  test('RFC 7323 5.3: values are compared modulo 2^32', () => {
    const pair = connected()
    pair.b.tcb.timestamps.recent = 0xffff_fff0
    data(pair, 5)
    expect(read(pair, 'b')).toHaveLength(10)
    expect(pair.b.tcb.timestamps.recent).toBe(5)
  })

  test('RFC 7323 5.2: a RST is heard whatever its timestamp', () => {
    const pair = connected()
    const { recent } = pair.b.tcb.timestamps
    inject(pair, 'b', craft(pair, 'b', { flags: RST, options: stamp(recent - 1_000) }))
    expect(pair.b.tcb.state).toBe('CLOSED')
  })

  test('RFC 7323 5.5: after 24 days of silence a value is too old to judge by', () => {
    const pair = connected()
    const { recent } = pair.b.tcb.timestamps
    pass(pair, 24 * DAY - 60 * SECOND)
    data(pair, recent - 50)
    expect(drops(pair, 'b')).toEqual(['paws'])
    pass(pair, 120 * SECOND)
    data(pair, recent - 50)
    expect(read(pair, 'b')).toHaveLength(10)
  })
})
