/**
 * Wireshark and our codecs read the same bytes: packets with every field drawn at random are written to a capture, and what
 * tshark says of each must be what it was made of.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { writePcapng } from '../../src/capture'
import { ipv4Header, tcpSegment } from '../../src/testing/wire-arbitraries'
import { encodePacket, formatIpv4 } from '../../src/wire'
import type { Ipv4Header, TcpSegment } from '../../src/wire'
import { CHECKSUM_GOOD, describeWithTshark } from './tshark'

const FIELDS = [
  'frame.time_epoch',
  'frame.interface_name',
  'frame.comment',
  'frame.len',
  'ip.checksum.status',
  'ip.src',
  'ip.dst',
  'ip.ttl',
  'ip.id',
  'ip.dsfield',
  'ip.flags.df',
  'tcp.checksum.status',
  'tcp.srcport',
  'tcp.dstport',
  'tcp.seq_raw',
  'tcp.ack_raw',
  'tcp.flags',
  'tcp.window_size_value',
  'tcp.urgent_pointer',
  'tcp.len',
  'tcp.options.mss_val',
  'tcp.options.wscale.shift',
  'tcp.options.sack_perm',
  'tcp.options.timestamp.tsval',
  'tcp.options.timestamp.tsecr',
  'tcp.options.sack_le',
  'tcp.options.sack_re',
] as const

interface Sent {
  readonly at: number
  readonly ip: Ipv4Header
  readonly segment: TcpSegment
}

/** Two seeds would be two tests; one is enough for an outside judge, and a failure can be looked at again. */
const SEED = 20_260_101

function expectedFields({ at, ip, segment }: Sent, place: number): Partial<Record<(typeof FIELDS)[number], string>> {
  const { options, payload } = segment
  const bytes = encodePacket(ip, segment)
  return {
    'frame.time_epoch': `${Math.floor(at / 1e6)}.${String(at % 1e6).padStart(6, '0')}000`,
    'frame.interface_name': place % 2 === 0 ? 'client' : 'server',
    'frame.comment': place === 0 ? 'the first, as ümläuts' : '',
    'frame.len': String(bytes.length),
    'ip.checksum.status': CHECKSUM_GOOD,
    'ip.src': formatIpv4(ip.src),
    'ip.dst': formatIpv4(ip.dst),
    'ip.ttl': String(ip.ttl),
    'ip.id': `0x${ip.identification.toString(16).padStart(4, '0')}`,
    'ip.dsfield': `0x${ip.tos.toString(16).padStart(2, '0')}`,
    'tcp.checksum.status': CHECKSUM_GOOD,
    'tcp.srcport': String(segment.srcPort),
    'tcp.dstport': String(segment.dstPort),
    'tcp.seq_raw': String(segment.seq),
    'tcp.ack_raw': String(segment.ack),
    'tcp.flags': `0x${segment.flags.toString(16).padStart(4, '0')}`,
    'tcp.window_size_value': String(segment.window),
    'tcp.urgent_pointer': String(segment.urgentPointer),
    'tcp.len': String(payload.length),
    'tcp.options.mss_val': options.mss?.toString() ?? '',
    'tcp.options.wscale.shift': options.windowScale?.toString() ?? '',
    'tcp.options.timestamp.tsval': options.timestamps?.value.toString() ?? '',
    'tcp.options.timestamp.tsecr': options.timestamps?.echo.toString() ?? '',
    'tcp.options.sack_le': options.sack.map(({ start }) => start).join(','),
    'tcp.options.sack_re': options.sack.map(({ end }) => end).join(','),
  }
}

await describeWithTshark('Wireshark reads our packets', (read) => {
  test('every field is to Wireshark what it was to us', () => {
    const at = fc.integer({ min: 0, max: 2 ** 43 })
    const packets = fc.sample(fc.record({ at, ip: ipv4Header, segment: tcpSegment }), { numRuns: 400, seed: SEED })
    const frames = packets.map((sent, place) => ({
      at: sent.at,
      bytes: encodePacket(sent.ip, sent.segment),
      interface: place % 2,
      comment: place === 0 ? 'the first, as ümläuts' : undefined,
    }))
    const interfaces = ['client', 'server'].map((name) => ({ name, description: '' }))
    const folder = mkdtempSync(join(tmpdir(), 'tcpscope-'))
    try {
      const file = join(folder, 'random.pcapng')
      writeFileSync(file, writePcapng(frames, { application: 'TCPScope', comment: 'random packets', interfaces }))
      const rows = read(file, FIELDS)
      expect(rows).toHaveLength(packets.length)
      rows.forEach((row, place) => {
        expect(row).toMatchObject(expectedFields(packets[place], place))
        expect(row['tcp.options.sack_perm'] !== '').toBe(packets[place].segment.options.sackPermitted)
      })
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
