/**
 * Our NAT and our rules beside a real Linux kernel's: the same packets go into our hooks and into a kernel that routes between two TUN devices, under the
 * same rules; what comes out must have the same addresses and ports, and the rules the same counters.
 */
import { describe, expect, test } from 'vitest'
import { endsOf, errorPacket, filterBench, routed, tcpPacket, udpPacket } from '../../src/testing/filter-bench'
import type { FilterBench } from '../../src/testing/filter-bench'
import { viewFirewall } from '../../src/netfilter'
import { decodeContents, formatIcmp, packetBytes, quotedSegment } from '../../src/wire'
import type { AnyPacket } from '../../src/wire'
import { askRouter, routerUnavailable } from './router'
import type { Side } from './router'
import { kernelUnavailable } from './wire'

interface Entry {
  readonly from: Side
  readonly packet: AnyPacket
}

/** Puts the packets of one script into both, under the same rules; the lines say what came out where. */
function both(
  rules: readonly string[],
  entries: (bench: FilterBench) => readonly Entry[],
): { ours: string[]; kernel: string[]; counters: [string[], string[]] } {
  const bench = filterBench(rules)
  const packets = entries(filterBench([]))
  const ours = packets.map(({ from, packet }) => {
    const { word, packet: last } = routed(bench, packet, from, from === 'eth0' ? 'eth1' : 'eth0')
    return word === 'accept' ? `${from === 'eth0' ? 'eth1' : 'eth0'} ${tell(last)}` : word
  })
  const script = packets.map(({ from, packet }) => ({ from, packet: Buffer.from(packetBytes(packet)).toString('hex') }))
  const answer = askRouter({ sysctl: {}, rules, scripts: [script] })
  const kernel = answer.scripts[0].map(
    ({ eth0, eth1 }) =>
      [...eth0.map((hex) => `eth0 ${read(hex)}`), ...eth1.map((hex) => `eth1 ${read(hex)}`)].join(', ') || 'drop',
  )
  const filter = viewFirewall(bench.netfilter, bench.now)?.tables.find(({ name }) => name === 'filter')
  const own = (filter?.chains ?? []).flatMap((chain) =>
    chain.rules.map(({ packets: count, bytes, text }) => `[${count}:${bytes}] -A ${chain.name} ${text}`),
  )
  const saved = answer.counters.split('\n').filter((line) => line.startsWith('['))
  return { ours, kernel, counters: [own, saved] }
}

function tell(packet: AnyPacket): string {
  const about = packet.icmp === undefined ? undefined : quotedSegment(packet.icmp)
  const quoted =
    about === undefined || packet.icmp === undefined
      ? ''
      : ` (${formatIcmp(packet.icmp)} about ${about.src}:${about.srcPort} > ${about.dst}:${about.dstPort})`
  return `${endsOf(packet)}${quoted}`
}

function read(hex: string): string {
  const decoded = decodeContents(Uint8Array.from(Buffer.from(hex, 'hex')))
  if (!decoded.ok) return decoded.error
  return tell({ id: 0, damaged: undefined, length: hex.length / 2, sentEvent: -1, ...decoded.value })
}

const INSIDE = '192.168.1.10:40000 > 198.51.100.7:80'
const reason = kernelUnavailable() ?? routerUnavailable()
const name = 'NAT and rules beside a real kernel'

describe.skipIf(reason !== undefined)(reason === undefined ? name : `${name} (skipped: ${reason})`, () => {
  test('MASQUERADE, its answers, and an ICMP error about what it translated', { timeout: 60_000 }, () => {
    const { ours, kernel } = both(['-t nat -A POSTROUTING -o eth1 -j MASQUERADE'], (bench) => {
      const outside = tcpPacket(bench, '203.0.113.5:40000 > 198.51.100.7:80', 'S', { seq: 1, ttl: 63 })
      return [
        { from: 'eth0', packet: tcpPacket(bench, INSIDE, 'S', { seq: 1 }) },
        { from: 'eth1', packet: errorPacket(bench, '203.0.113.99', outside, 3, 4, 1_200) },
        { from: 'eth1', packet: tcpPacket(bench, '198.51.100.7:80 > 203.0.113.5:40000', 'SA', { seq: 9, ack: 2 }) },
        { from: 'eth0', packet: tcpPacket(bench, INSIDE, 'A', { seq: 2, ack: 10 }) },
        { from: 'eth0', packet: udpPacket(bench, '192.168.1.10:5000 > 198.51.100.7:53') },
        { from: 'eth1', packet: udpPacket(bench, '198.51.100.7:53 > 203.0.113.5:5000') },
        { from: 'eth0', packet: udpPacket(bench, '192.168.1.11:5000 > 198.51.100.8:53') },
      ]
    })
    expect(ours).toEqual(kernel)
  })

  test('DNAT to a server inside, and a port range of SNAT', { timeout: 60_000 }, () => {
    const rules = [
      '-t nat -A PREROUTING -i eth1 -p tcp --dport 8080 -j DNAT --to-destination 192.168.1.20:80',
      '-t nat -A POSTROUTING -o eth1 -p udp -j SNAT --to-source 203.0.113.77:6000',
    ]
    const { ours, kernel } = both(rules, (bench) => [
      { from: 'eth1', packet: tcpPacket(bench, '198.51.100.7:40000 > 203.0.113.5:8080', 'S', { seq: 1 }) },
      { from: 'eth0', packet: tcpPacket(bench, '192.168.1.20:80 > 198.51.100.7:40000', 'SA', { seq: 9, ack: 2 }) },
      { from: 'eth0', packet: udpPacket(bench, '192.168.1.10:5000 > 198.51.100.7:53') },
      { from: 'eth1', packet: udpPacket(bench, '198.51.100.7:53 > 203.0.113.77:6000') },
      { from: 'eth0', packet: udpPacket(bench, '192.168.1.11:5000 > 198.51.100.7:53') },
    ])
    expect(ours).toEqual(kernel)
  })

  test('what rules let through, what they drop, and what they have counted then', { timeout: 60_000 }, () => {
    const rules = [
      '-A FORWARD -p tcp --dport 23 -j DROP',
      '-A FORWARD -p tcp -m multiport --dports 80,443 -m conntrack --ctstate NEW -j ACCEPT',
      '-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
      '-A FORWARD -m conntrack --ctstate INVALID -j DROP',
      '-A FORWARD -s 192.168.1.0/24 -p udp -m length --length 30:60 -j ACCEPT',
      '-P FORWARD DROP',
    ]
    const { ours, kernel, counters } = both(rules, (bench) => [
      { from: 'eth0', packet: tcpPacket(bench, '192.168.1.10:40001 > 198.51.100.7:23', 'S', { seq: 1 }) },
      { from: 'eth0', packet: tcpPacket(bench, INSIDE, 'S', { seq: 1 }) },
      { from: 'eth1', packet: tcpPacket(bench, '198.51.100.7:80 > 192.168.1.10:40000', 'SA', { seq: 9, ack: 2 }) },
      { from: 'eth0', packet: tcpPacket(bench, INSIDE, 'PA', { seq: 2, ack: 10, bytes: 100 }) },
      {
        from: 'eth1',
        packet: tcpPacket(bench, '198.51.100.7:80 > 192.168.1.10:40000', 'PA', { seq: 9_000_000, ack: 2, bytes: 10 }),
      },
      { from: 'eth1', packet: tcpPacket(bench, '198.51.100.7:81 > 192.168.1.10:40000', 'SA', { seq: 9, ack: 2 }) },
      { from: 'eth0', packet: udpPacket(bench, '192.168.1.10:5000 > 198.51.100.7:53', 10) },
      { from: 'eth0', packet: udpPacket(bench, '192.168.1.10:5001 > 198.51.100.7:53', 100) },
      { from: 'eth1', packet: udpPacket(bench, '198.51.100.7:53 > 192.168.1.10:5000', 100) },
    ])
    expect(ours).toEqual(kernel)
    expect(counters[0]).toEqual(counters[1])
  })
})
