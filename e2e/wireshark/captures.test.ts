/**
 * Wireshark opens the capture of every built-in scenario, as the command line writes it: nothing malformed, no bad
 * checksum, no packet missing. Captures hold packets as they left their host, so even a scenario that corrupts packets has none
 * that is damaged. What a router passes on is in them a second time, on the router's interface: streams are therefore not put together here.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { scenarioIds, tcpscope } from '../tools/tcpscope'
import { CHECKSUM_GOOD, describeWithTshark } from './tshark'

const FIELDS = [
  'frame.time_epoch',
  'ip.checksum.status',
  'tcp.checksum.status',
  'icmp.type',
  'icmp.checksum.status',
  'udp.length',
  'udp.checksum.status',
  '_ws.malformed',
] as const

const folder = mkdtempSync(join(tmpdir(), 'tcpscope-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const ids = await scenarioIds()

await describeWithTshark('Wireshark reads our captures', (read) => {
  test('there are scenarios to capture', () => {
    expect(ids.length).toBeGreaterThan(20)
  })

  for (const id of ids) {
    test.concurrent(`the capture of ${id} is flawless`, async () => {
      const file = join(folder, `${id}.pcapng`)
      const { status, stdout, stderr } = await tcpscope('run', id, '--format', 'summary', '--pcap', file)
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
      const summary = JSON.parse(stdout) as { packets: number; simulatedMicros: number }
      const frames = read(file, FIELDS)
      expect(frames).toHaveLength(summary.packets)
      for (const frame of frames) {
        // ICMP quotes a header more; of the segment in it only the beginning.
        expect(new Set(frame['ip.checksum.status'].split(','))).toEqual(new Set([CHECKSUM_GOOD]))
        if (frame['icmp.type'] !== '') expect(frame['icmp.checksum.status']).toBe(CHECKSUM_GOOD)
        else if (frame['udp.length'] !== '') expect(frame['udp.checksum.status']).toBe(CHECKSUM_GOOD)
        else expect(frame['tcp.checksum.status']).toBe(CHECKSUM_GOOD)
        expect(frame['_ws.malformed']).toBe('')
      }
      const times = frames.map((frame) => Number(frame['frame.time_epoch']))
      expect(times).toEqual(times.toSorted((a, b) => a - b))
      expect(times.at(-1) ?? 0).toBeLessThanOrEqual(summary.simulatedMicros / 1e6)
    })
  }
})
