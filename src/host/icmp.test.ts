/** ICMP at a host: which connection an error is for, and what the host remembers of a route. */
import { expect, test } from 'vitest'
import {
  CLIENT,
  connected,
  connectTo80,
  counter,
  createBench,
  does,
  eventsOf,
  inject,
  listenOn80,
  run,
  SERVER,
} from '../testing/host-bench'
import type { HostBench } from '../testing/host-bench'
import { encodeIcmp, encodePacket, ICMP_UNREACHABLE, icmpError, parseIpv4 } from '../wire'
import type { IcmpPacket } from '../wire'

/** The error that a router sends about the last packet of `from`. */
function errorAbout(bench: HostBench, from: number, code: number, mtu = 0): IcmpPacket {
  const sent = bench.packets.findLast((one) => one.from === from)
  if (sent === undefined) throw new Error('nothing was sent')
  const { ip, segment } = sent.packet
  const icmp = icmpError(ICMP_UNREACHABLE, code, mtu, encodePacket(ip, segment))
  const back = { ...ip, src: parseIpv4('10.0.0.254') ?? 0, dst: ip.src, dontFragment: false }
  return { id: 0, ip: back, icmp, damaged: undefined, length: 28 + icmp.quoted.length, sentEvent: -1 }
}

const reasons = (bench: HostBench): unknown[] =>
  eventsOf(bench, 'host/packetDropped', CLIENT).map(({ fields }) => fields['reason'])

test('an error about a segment of a connection reaches it, whoever sends it', () => {
  const bench = createBench()
  connectTo80(bench, true)
  inject(bench, CLIENT, errorAbout(bench, CLIENT, 1))
  expect(eventsOf(bench, 'host/icmpArrived', CLIENT).map(({ fields }) => fields['message'])).toEqual([
    'unreachable host_unreachable',
  ])
  expect(eventsOf(bench, 'tcp/errorSet', CLIENT).map(({ fields }) => fields['errno'])).toEqual(['EHOSTUNREACH'])
})

test('an error that nobody sent the cause of is dropped and counted', () => {
  const bench = createBench()
  connectTo80(bench, true)
  const about = errorAbout(bench, CLIENT, 1)
  about.icmp.quoted[21] ^= 1
  inject(bench, CLIENT, about)
  expect(reasons(bench)).toEqual(['noSocket'])
  expect(counter(bench, CLIENT, 'IcmpInErrors')).toBe(1)
})

test('a damaged error is noticed by its checksum', () => {
  const bench = createBench()
  connectTo80(bench, true)
  const about = errorAbout(bench, CLIENT, 1)
  const bytes = encodeIcmp(about.ip, about.icmp)
  bytes[25] ^= 1
  inject(bench, CLIENT, { ...about, damaged: bytes })
  expect(reasons(bench)).toEqual(['badChecksum'])
  expect(counter(bench, CLIENT, 'IcmpInCsumErrors')).toBe(1)
})

test('the MTU of a route holds for other connections too, and for mtu_expires seconds', () => {
  const bench = createBench({ client: { mtu_expires: 10 } })
  const { client } = connected(bench)
  does(bench, CLIENT, { call: 'send', fd: client, bytes: 1_448 })
  inject(bench, CLIENT, errorAbout(bench, CLIENT, 4, 1_200))
  run(bench, 100_000)
  const second = does(bench, CLIENT, { call: 'socket', nonblock: true })
  const fd = Number(second.slice(2))
  does(bench, CLIENT, { call: 'connect', fd, address: '10.0.0.2', port: 80 })
  expect(bench.packets.at(-1)?.packet.segment.options.mss).toBe(1_160)
  run(bench, 11_000_000)
  expect(does(bench, CLIENT, { call: 'getsockopt', fd: client, option: 'IP_MTU' })).toBe('= 0')
  does(bench, CLIENT, { call: 'send', fd: client, bytes: 1_448 })
  expect(bench.packets.findLast(({ from }) => from === CLIENT)?.packet.segment.payload.length).toBe(1_448)
})

test('below min_pmtu nobody is believed, and packets may be cut up from then on', () => {
  const bench = createBench()
  const { client } = connected(bench)
  does(bench, CLIENT, { call: 'send', fd: client, bytes: 1_448 })
  inject(bench, CLIENT, errorAbout(bench, CLIENT, 4, 100))
  const last = bench.packets.at(-1)?.packet
  expect([last?.ip.dontFragment, bench.hosts[CLIENT].routes.get(parseIpv4('10.0.0.2') ?? 0)?.mtu]).toEqual([false, 552])
})

test('a listener’s port is no reason to believe an error about a connection that it has not', () => {
  const bench = createBench()
  listenOn80(bench)
  connectTo80(bench, true)
  const about = errorAbout(bench, CLIENT, 1)
  inject(bench, SERVER, { ...about, ip: { ...about.ip, dst: parseIpv4('10.0.0.2') ?? 0 } })
  expect(eventsOf(bench, 'host/packetDropped', SERVER)).toHaveLength(1)
})
