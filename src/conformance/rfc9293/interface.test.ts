/** RFC 9293 3.9.1, 3.9.2: what the application and IP are handed. */
import { expect, test } from 'vitest'
import { CLIENT, connected, createBench, does, run } from '../../testing/host-bench'
import type { HostBench } from '../../testing/host-bench'

function setTos(bench: HostBench, fd: number, value: number): void {
  expect(does(bench, CLIENT, { call: 'setsockopt', fd, option: 'IP_TOS', value })).toBe('= 0')
}

/** TOS bytes of the client's packets since the `since`th. */
function tosSince(bench: HostBench, since: number): number[] {
  return bench.packets.slice(since).flatMap(({ from, packet }) => (from === CLIENT ? [packet.ip.tos] : []))
}

test('MUST-48, SHLD-22: IP_TOS sets the DiffServ field, and it leaves as it was given', () => {
  for (const codepoint of [0, 10, 46, 63]) {
    const bench = createBench()
    const { client } = connected(bench)
    setTos(bench, client, codepoint << 2)
    const since = bench.packets.length
    does(bench, CLIENT, { call: 'send', fd: client, bytes: 5_000 })
    run(bench, 200_000)
    does(bench, CLIENT, { call: 'close', fd: client })
    run(bench, 200_000)
    const seen = tosSince(bench, since)
    expect(seen.length).toBeGreaterThan(3)
    expect(new Set(seen.map((tos) => tos >> 2))).toEqual(new Set([codepoint]))
  }
})

test('SHLD-21: and can be changed while the connection lives', () => {
  const bench = createBench()
  const { client } = connected(bench)
  const sent = [0x20, 0x48, 0].map((tos) => {
    setTos(bench, client, tos)
    const since = bench.packets.length
    does(bench, CLIENT, { call: 'send', fd: client, bytes: 10 })
    run(bench, 200_000)
    return tosSince(bench, since)[0]
  })
  expect(sent).toEqual([0x20, 0x48, 0])
})

test('MUST-49: the TTL is configured (net.ipv4.ip_default_ttl)', () => {
  for (const ttl of [1, 64, 255]) {
    const bench = createBench({ client: { ip_default_ttl: ttl } })
    connected(bench)
    const seen = bench.packets.filter(({ from }) => from === CLIENT).map(({ packet }) => packet.ip.ttl)
    expect(new Set(seen)).toEqual(new Set([ttl]))
  }
})
