import { expect, test } from 'vitest'
import { ACK, decodePacket, encodePacket, formatIpv4, NO_OPTIONS, parseIpv4, SYN } from '.'
import type { TcpOptions, TcpSegment } from '.'
import { seq32 } from '../base'
import { checksumOf, sumBytes } from './checksum'
import { readOptions, walkOptions } from './options'

const ip = { src: 0x0a000001, dst: 0x0a000002, ttl: 64, identification: 0x1234, tos: 0, dontFragment: true }

function segment(fields: Partial<TcpSegment>): TcpSegment {
  return {
    srcPort: 40_001,
    dstPort: 80,
    seq: seq32(1),
    ack: seq32(0),
    flags: SYN,
    window: 64_240,
    urgentPointer: 0,
    options: NO_OPTIONS,
    payload: new Uint8Array(0),
    ...fields,
  }
}

/** Header words, a space between each. */
function hex(bytes: Uint8Array): string {
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return digits.replaceAll(/(.{8})(?=.)/g, '$1 ')
}

function optionBytes(options: Partial<TcpOptions>): string {
  return hex(encodePacket(ip, segment({ options: { ...NO_OPTIONS, ...options } })).subarray(40))
}

test('the checksum is that of the example in RFC 1071', () => {
  const bytes = Uint8Array.of(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7)
  expect(sumBytes(bytes, 0, 8)).toBe(0xddf2)
  expect(checksumOf(0xddf2)).toBe(0x220d)
})

test('a SYN has the bytes that Linux puts on the wire', () => {
  const options = { ...NO_OPTIONS, mss: 1460, windowScale: 7, sackPermitted: true, timestamps: { value: 1, echo: 0 } }
  const bytes = encodePacket(ip, segment({ options }))
  expect(hex(bytes.subarray(0, 20))).toBe('4500003c 12344000 40061486 0a000001 0a000002')
  expect(hex(bytes.subarray(20, 36))).toBe('9c410050 00000001 00000000 a002faf0')
  expect(hex(bytes.subarray(40))).toBe('020405b4 0402080a 00000001 00000000 01030307')
})

test('options stand in the order and with the padding of Linux', () => {
  const timestamps = { value: 0x01020304, echo: 0x05060708 }
  const sack = [{ start: seq32(10), end: seq32(20) }]
  expect(optionBytes({ timestamps })).toBe('0101080a 01020304 05060708')
  expect(optionBytes({ sackPermitted: true })).toBe('01010402')
  expect(optionBytes({ mss: 536, windowScale: 0 })).toBe('02040218 01030300')
  expect(optionBytes({ sack })).toBe('0101050a 0000000a 00000014')
  const accEcn = { order: 1 as const, counters: [1, 0, 0x010203] }
  expect(optionBytes({ accEcn })).toBe('ae0b0000 01000000 01020301')
  expect(optionBytes({ timestamps, sack })).toBe('0101080a 01020304 05060708 0101050a 0000000a 00000014')
})

test('an AccECN option lets its odd bytes take the place of the padding behind it, and pads itself where there is none', () => {
  const sack = [{ start: seq32(10), end: seq32(20) }]
  const counters = (...values: number[]) => ({ order: 1 as const, counters: values })
  expect(optionBytes({ mss: 1460, sackPermitted: true, windowScale: 8, accEcn: counters(1, 0, 1) })).toBe(
    '020405b4 ae0b0000 01000000 00000101 01010402 01030308',
  )
  expect(optionBytes({ accEcn: counters(1, 0) })).toBe('ae080000 01000000')
  expect(optionBytes({ accEcn: counters(0x010205) })).toBe('ae050102 05010101')
  expect(optionBytes({ windowScale: 8, accEcn: counters(0x010205) })).toBe('ae050102 05030308')
  expect(optionBytes({ sackPermitted: true, accEcn: counters() })).toBe('ae020402')
  expect(optionBytes({ windowScale: 8, accEcn: counters() })).toBe('01030308 ae020101')
  expect(optionBytes({ sack, accEcn: counters() })).toBe('ae02050a 0000000a 00000014')
})

test('SACK blocks beyond the room in the header are left out', () => {
  const sack = [1, 3, 5, 7, 9].map((n) => ({ start: seq32(n), end: seq32(n + 1) }))
  expect(readBack({ sack }).sack).toEqual(sack.slice(0, 4))
  expect(readBack({ sack, timestamps: { value: 1, echo: 2 } }).sack).toEqual(sack.slice(0, 3))
})

function readBack(options: Partial<TcpOptions>): TcpOptions {
  const decoded = decodePacket(encodePacket(ip, segment({ options: { ...NO_OPTIONS, ...options } })))
  if (!decoded.ok) throw new Error(decoded.error)
  return decoded.value.segment.options
}

function parsed(...bytes: number[]): Partial<TcpOptions> {
  const options = readOptions(Uint8Array.from(bytes), 0, bytes.length)
  return Object.fromEntries(Object.entries(options).filter(([key, value]) => value !== NO_OPTIONS[key as 'mss']))
}

test('an option of illegal length is skipped, one that runs over the end stops the reading', () => {
  const timestamps = [8, 10, 0, 0, 0, 1, 0, 0, 0, 2]
  expect(parsed(2, 3, 5, ...timestamps)).toEqual({ timestamps: { value: 1, echo: 2 } })
  expect(parsed(2, 0, 5, 180, ...timestamps)).toEqual({})
  expect(parsed(2, 1, 5, 180, ...timestamps)).toEqual({})
  expect(parsed(...timestamps, 3, 3)).toEqual({ timestamps: { value: 1, echo: 2 } })
  expect(parsed(3)).toEqual({})
  expect(parsed(5, 2)).toEqual({})
  expect(parsed(5, 9, 0, 0, 0, 0, 0, 0, 0, 3, 3, 5)).toEqual({ windowScale: 5 })
})

test('what follows the end of the list is padding', () => {
  expect(parsed(1, 3, 3, 5, 0, 2, 4, 5, 180)).toEqual({ windowScale: 5 })
  expect(walkOptions(Uint8Array.of(1, 3, 3, 5, 0, 2, 4, 5, 180), 0, 9).map(({ kind }) => kind)).toEqual([1, 3, 0])
})

test('unknown options are stepped over, the last of a repeated one counts', () => {
  expect(parsed(254, 4, 1, 2, 2, 4, 0, 100, 2, 4, 0, 200)).toEqual({ mss: 200 })
})

test('a window scale above 14 is taken as 14, an MSS of 0 as none', () => {
  expect(parsed(3, 3, 255)).toEqual({ windowScale: 14 })
  expect(parsed(2, 4, 0, 0)).toEqual({})
})

test('a damaged header is told from a foreign packet', () => {
  const good = encodePacket(ip, segment({ flags: ACK, payload: Uint8Array.of(1, 2, 3) }))
  const changed = (at: number, value: number, repair = false): Uint8Array => {
    const bytes = good.slice()
    bytes[at] = value
    if (repair) {
      bytes[10] = bytes[11] = 0
      const checksum = checksumOf(sumBytes(bytes, 0, 20))
      bytes[10] = checksum >> 8
      bytes[11] = checksum
    }
    return bytes
  }
  expect(decodePacket(changed(42, 9))).toEqual({ ok: false, error: 'badChecksum' })
  expect(decodePacket(changed(8, 63))).toEqual({ ok: false, error: 'badChecksum' })
  expect(decodePacket(changed(0, 0x65))).toEqual({ ok: false, error: 'malformed' })
  expect(decodePacket(changed(9, 17, true))).toEqual({ ok: false, error: 'malformed' })
  expect(decodePacket(changed(6, 0x20, true))).toEqual({ ok: false, error: 'malformed' })
  expect(decodePacket(changed(3, 60, true))).toEqual({ ok: false, error: 'malformed' })
  expect(decodePacket(changed(32, 0x40))).toEqual({ ok: false, error: 'malformed' })
  expect(decodePacket(changed(32, 0xf0))).toEqual({ ok: false, error: 'malformed' })
  expect(decodePacket(good.subarray(0, good.length - 1))).toEqual({ ok: false, error: 'malformed' })
  expect(decodePacket(new Uint8Array(0))).toEqual({ ok: false, error: 'malformed' })
})

test('addresses are read strictly and written back the same', () => {
  expect(parseIpv4('10.0.0.1')).toBe(0x0a000001)
  expect(parseIpv4('255.255.255.255')).toBe(0xffffffff)
  for (const text of ['0.0.0.0', '127.0.0.1', '192.168.17.254']) expect(formatIpv4(parseIpv4(text)!)).toBe(text)
  for (const text of ['10.0.0', '10.0.0.256', '10.0.0.01', ' 10.0.0.1', '10.0.0.1.2', '', '1e1.0.0.1']) {
    expect(parseIpv4(text)).toBeUndefined()
  }
})
