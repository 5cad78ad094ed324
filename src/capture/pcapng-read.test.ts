import { expect, test } from 'vitest'
import { readPcapng, writePcapng } from '.'

function bytesOf(...hex: string[]): Uint8Array {
  const digits = hex.join('').replaceAll(' ', '')
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => Number.parseInt(digits.slice(i * 2, i * 2 + 2), 16))
}

function says(...hex: string[]): string {
  const result = readPcapng(bytesOf(...hex))
  return result.ok ? 'fine' : result.error
}

const SECTION = '0a0d0d0a 0000001c 1a2b3c4d 00010000 ffffffff ffffffff 0000001c'
/** Ethernet, with stamps in nanoseconds. */
const NANOSECONDS = '00000001 00000020 00010000 00000000 0009 0001 09000000 0000 0000 00000020'
const PACKET = '00000006 00000024 00000000 00000000 000005dc 00000003 00000003 aabbcc00 00000024'

test("another program's capture, big-endian and with nanoseconds, is understood", () => {
  expect(readPcapng(bytesOf(SECTION, NANOSECONDS, PACKET))).toEqual({
    ok: true,
    value: {
      application: '',
      comment: '',
      interfaces: [{ name: '', description: '', linkType: 1 }],
      packets: [{ at: 1, bytes: bytesOf('aabbcc'), interface: 0, comment: undefined }],
    },
  })
})

test('interfaces are counted anew in each section', () => {
  const interface0 = '00000001 00000014 00650000 00000000 00000014'
  const two = readPcapng(bytesOf(SECTION, interface0, SECTION, interface0, PACKET))
  expect(two.ok && two.value.packets[0].interface).toBe(1)
  const none = readPcapng(bytesOf(SECTION, interface0, SECTION, PACKET))
  expect(none).toEqual({
    ok: false,
    error: 'The capture cannot be read at byte 76: a packet names interface 0, which is not there.',
  })
})

test('blocks of unknown kinds are stepped over', () => {
  const unknown = '00000bad 00000010 12345678 00000010'
  expect(readPcapng(bytesOf(SECTION, unknown, NANOSECONDS, unknown, PACKET)).ok).toBe(true)
})

test('what is broken is said with its place', () => {
  expect(says('d4c3b2a1 02000400')).toBe('This is not a pcapng file.')
  expect(says(SECTION, '00000001 0000')).toBe('The capture cannot be read at byte 28: the last block is cut off.')
  expect(says(SECTION, '00000bad 0000000c 00000010')).toBe(
    "The capture cannot be read at byte 28: a block's two lengths differ.",
  )
  expect(says(SECTION, '00000bad 00000000 00000000')).toBe(
    'The capture cannot be read at byte 28: a block cannot be 0 bytes long.',
  )
  expect(says(SECTION.replace('00010000', '00020000'))).toContain('version 2 of the format is unknown')
  expect(says(SECTION, NANOSECONDS, PACKET.replace('00000003', '00000030'))).toContain('longer than its block')
})

test('a capture tells where it came from', () => {
  const meta = { application: 'TCPScope', comment: 'scenario zero-window, seed 7', interfaces: [] }
  const read = readPcapng(writePcapng([], meta))
  expect(read.ok && [read.value.application, read.value.comment]).toEqual([meta.application, meta.comment])
})
