import { expect, test } from 'vitest'
import {
  ACK,
  flagLetters,
  formatFlags,
  formatOptions,
  formatSegment,
  NO_OPTIONS,
  PSH,
  relativeSeq,
  RST,
  SYN,
  URG,
} from '.'
import type { SegmentHeader } from '.'
import { seq32, seqAdd } from '../base'

const ip = { src: 0x0a000001, dst: 0x0a000002 }
const iss = seq32(0xffff_ff00)
const irs = seq32(5_000)

function header(fields: Partial<SegmentHeader>): SegmentHeader {
  return {
    srcPort: 40_001,
    dstPort: 80,
    seq: iss,
    ack: seq32(0),
    flags: SYN,
    window: 64_240,
    urgentPointer: 0,
    options: NO_OPTIONS,
    ...fields,
  }
}

test('a SYN reads as tcpdump and packetdrill would write it', () => {
  const options = { ...NO_OPTIONS, mss: 1460, windowScale: 7, sackPermitted: true, timestamps: { value: 1, echo: 0 } }
  expect(formatSegment(ip, header({ options }), 0, { iss })).toBe(
    '10.0.0.1:40001 > 10.0.0.2:80 SYN seq 0 win 64240 <mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7>',
  )
})

test('data shows its range counted from the ISN, over the wrap at 2^32', () => {
  const data = header({ seq: seqAdd(iss, 201), ack: seqAdd(irs, 1), flags: PSH | ACK, window: 502 })
  expect(formatSegment(ip, data, 100, { iss, irs })).toBe(
    '10.0.0.1:40001 > 10.0.0.2:80 PSH,ACK seq 201:301(100) ack 1 win 502',
  )
  expect(formatSegment(ip, data, 100)).toBe(
    '10.0.0.1:40001 > 10.0.0.2:80 PSH,ACK seq 4294967241:45(100) ack 5001 win 502',
  )
})

test('SACK blocks count from the ISN of the side whose bytes they name', () => {
  const sack = [{ start: seqAdd(irs, 101), end: seqAdd(irs, 201) }]
  const ack = header({ flags: ACK, ack: seqAdd(irs, 1), options: { ...NO_OPTIONS, sack } })
  expect(formatSegment(ip, ack, 0, { iss, irs })).toContain('<nop,nop,sack 101:201>')
})

test('an ack number without ACK is not shown, an urgent pointer only with URG', () => {
  expect(formatSegment(ip, header({ flags: RST, ack: seq32(7), urgentPointer: 3 }), 0, { iss })).toBe(
    '10.0.0.1:40001 > 10.0.0.2:80 RST seq 0 win 64240',
  )
  expect(formatSegment(ip, header({ flags: ACK | URG, urgentPointer: 3 }), 0)).toContain('urg 3')
})

test('flags have names and tcpdump letters', () => {
  expect(formatFlags(SYN | ACK)).toBe('SYN,ACK')
  expect(flagLetters(SYN | ACK)).toBe('S.')
  expect(flagLetters(PSH | ACK)).toBe('P.')
  expect(formatFlags(0)).toBe('none')
})

test('numbers just behind the ISN are negative, those gigabytes ahead are not', () => {
  expect(relativeSeq(seqAdd(iss, -1), iss)).toBe(-1)
  expect(relativeSeq(seqAdd(iss, 3_000_000_000), iss)).toBe(3_000_000_000)
})

test('the counters of AccECN are named as packetdrill names them, in the order of the option', () => {
  const accEcn = { order: 1 as const, counters: [1, 0, 1] }
  expect(formatOptions({ ...NO_OPTIONS, sackPermitted: true, windowScale: 8, accEcn })).toBe(
    'ECN e1b 1 ceb 0 e0b 1,nop,nop,nop,sackOK,nop,wscale 8',
  )
  expect(formatOptions({ ...NO_OPTIONS, accEcn: { order: 0, counters: [7, 9] } })).toBe('ECN e0b 7 ceb 9')
  expect(formatOptions({ ...NO_OPTIONS, windowScale: 8, accEcn: { order: 0, counters: [7] } })).toBe(
    'ECN e0b 7,wscale 8',
  )
  expect(formatOptions({ ...NO_OPTIONS, accEcn: { order: 1, counters: [] } })).toBe('ECN,nop,nop')
})
