/** fast-check generators for packets: every field over its whole range, options in every combination that fits. */
import * as fc from 'fast-check'
import { seq32 } from '../base'
import type { Ipv4Header, TcpOptions, TcpSegment } from '../wire'

const u8 = fc.integer({ min: 0, max: 0xff })
const u16 = fc.integer({ min: 0, max: 0xffff })
const u32 = fc.integer({ min: 0, max: 0xffff_ffff })
const seq = u32.map(seq32)
const block = fc.record({ start: seq, end: seq })

const accEcn = fc.record({
  order: fc.constantFrom<0 | 1>(0, 1),
  counters: fc.array(fc.integer({ min: 0, max: 0xff_ffff }), { maxLength: 3 }),
})

/** MSS is never 0: on the wire that means no MSS. As many SACK blocks as there is room for. */
export const tcpOptions: fc.Arbitrary<TcpOptions> = fc
  .record({
    mss: fc.option(fc.integer({ min: 1, max: 0xffff }), { nil: undefined }),
    windowScale: fc.option(fc.integer({ min: 0, max: 14 }), { nil: undefined }),
    sackPermitted: fc.boolean(),
    timestamps: fc.option(fc.record({ value: u32, echo: u32 }), { nil: undefined }),
    accEcn: fc.option(accEcn, { nil: undefined }),
  })
  .chain((options) => {
    const taken =
      (options.mss === undefined ? 0 : 4) +
      (options.windowScale === undefined ? 0 : 4) +
      (options.timestamps === undefined ? 0 : 12) +
      (options.sackPermitted && options.timestamps === undefined ? 4 : 0) +
      // With its own padding; a counter less than that may fit.
      (options.accEcn === undefined ? 0 : (options.accEcn.counters.length + 1) * 4)
    const maxLength = Math.floor((40 - taken - 4) / 8)
    return fc.array(block, { maxLength: Math.max(0, maxLength) }).map((sack) => ({ ...options, sack }))
  })

export const tcpSegment: fc.Arbitrary<TcpSegment> = fc.record({
  srcPort: u16,
  dstPort: u16,
  seq,
  ack: seq,
  flags: fc.integer({ min: 0, max: 0x1ff }),
  window: u16,
  urgentPointer: u16,
  options: tcpOptions,
  payload: fc.uint8Array({ maxLength: 300 }),
})

export const ipv4Header: fc.Arbitrary<Ipv4Header> = fc.record({
  src: u32,
  dst: u32,
  ttl: u8,
  identification: u16,
  tos: u8,
  dontFragment: fc.boolean(),
})
