import { expect, test } from 'vitest'
import { MICROS_PER_SECOND } from '../../base'
import {
  endsOf,
  errorPacket,
  filterBench,
  flowsOf,
  receive,
  route,
  routed,
  send,
  tcpPacket,
  toldOf,
  udpPacket,
} from '../../testing/filter-bench'
import { quotedSegment } from '../../wire'
import { changeFirewall } from '../change'

const HOME = ['-t nat -A POSTROUTING -o eth1 -j MASQUERADE']

test('MASQUERADE gives what leaves the address of the way out, and answers find their way back', () => {
  const bench = filterBench(HOME)
  const syn = tcpPacket(bench, '192.168.1.10:40000 > 198.51.100.7:80', 'S', { seq: 1 })
  expect(route(bench, syn)).toBe('203.0.113.5:40000 > 198.51.100.7:80')
  const answer = tcpPacket(bench, '198.51.100.7:80 > 203.0.113.5:40000', 'SA', { seq: 9, ack: 2 })
  expect(route(bench, answer, 'eth1', 'eth0')).toBe('198.51.100.7:80 > 192.168.1.10:40000')
  expect(flowsOf(bench)).toEqual(['tcp SYN_RECV 60'])
  expect(toldOf(bench, 'netfilter/natSettled', 2)).toEqual(['tcp 192.168.1.10:40000 > 198.51.100.7:80'])
  expect(toldOf(bench, 'netfilter/natSettled', 3)).toEqual(['tcp 203.0.113.5:40000 > 198.51.100.7:80'])
})

test('two clients with the same port get different ones, and each its own answers', () => {
  const bench = filterBench(HOME)
  const first = route(bench, udpPacket(bench, '192.168.1.10:5000 > 198.51.100.7:53'))
  const second = route(bench, udpPacket(bench, '192.168.1.11:5000 > 198.51.100.7:53'))
  expect(first).toBe('203.0.113.5:5000 > 198.51.100.7:53')
  const port = Number(/:(\d+) >/.exec(second)?.[1])
  expect(port).toBeGreaterThanOrEqual(1_024)
  expect(port).not.toBe(5_000)
  const answer = udpPacket(bench, `198.51.100.7:53 > 203.0.113.5:${port}`)
  expect(route(bench, answer, 'eth1', 'eth0')).toBe('198.51.100.7:53 > 192.168.1.11:5000')
})

test('a port is kept where the two talk to different servers: the tuples differ still', () => {
  const bench = filterBench(HOME)
  expect(route(bench, udpPacket(bench, '192.168.1.10:5000 > 198.51.100.7:53'))).toBe(
    '203.0.113.5:5000 > 198.51.100.7:53',
  )
  expect(route(bench, udpPacket(bench, '192.168.1.11:5000 > 198.51.100.8:53'))).toBe(
    '203.0.113.5:5000 > 198.51.100.8:53',
  )
})

test('a range of ports that is used up leaves no room for another connection', () => {
  const bench = filterBench(['-t nat -A POSTROUTING -o eth1 -p udp -j MASQUERADE --to-ports 6000-6001'])
  const from = (port: number): string => route(bench, udpPacket(bench, `192.168.1.10:${port} > 198.51.100.7:53`))
  expect([from(1), from(2)].toSorted()).toEqual([
    '203.0.113.5:6000 > 198.51.100.7:53',
    '203.0.113.5:6001 > 198.51.100.7:53',
  ])
  expect(from(3)).toBe('drop')
  expect(bench.events.at(-1)).toMatchObject({ rule: 'natExhausted' })
})

test('DNAT leads a port to a server inside, and its answers bear the outer address again', () => {
  const bench = filterBench([
    '-t nat -A PREROUTING -i eth1 -p tcp --dport 8080 -j DNAT --to-destination 192.168.1.20:80',
  ])
  const syn = tcpPacket(bench, '198.51.100.7:40000 > 203.0.113.5:8080', 'S', { seq: 1 })
  expect(route(bench, syn, 'eth1', 'eth0')).toBe('198.51.100.7:40000 > 192.168.1.20:80')
  const answer = tcpPacket(bench, '192.168.1.20:80 > 198.51.100.7:40000', 'SA', { seq: 9, ack: 2 })
  expect(route(bench, answer)).toBe('203.0.113.5:8080 > 198.51.100.7:40000')
})

test('a hairpin: a client inside reaches the server inside by the outer address', () => {
  const bench = filterBench([
    '-t nat -A PREROUTING -d 203.0.113.5 -p tcp --dport 8080 -j DNAT --to-destination 192.168.1.20:80',
    '-t nat -A POSTROUTING -s 192.168.1.0/24 -d 192.168.1.20 -j SNAT --to-source 192.168.1.1',
  ])
  const syn = tcpPacket(bench, '192.168.1.10:40000 > 203.0.113.5:8080', 'S', { seq: 1 })
  expect(route(bench, syn, 'eth0', 'eth0')).toBe('192.168.1.1:40000 > 192.168.1.20:80')
  const answer = tcpPacket(bench, '192.168.1.20:80 > 192.168.1.1:40000', 'SA', { seq: 9, ack: 2 })
  expect(route(bench, answer, 'eth0', 'eth0')).toBe('203.0.113.5:8080 > 192.168.1.10:40000')
})

test('REDIRECT leads to the host itself', () => {
  const bench = filterBench([
    '-t nat -A PREROUTING -p tcp --dport 80 -j REDIRECT --to-ports 8080',
    '-A INPUT -p tcp --dport 8080 -j REJECT',
  ])
  expect(receive(bench, tcpPacket(bench, '192.168.1.10:40000 > 198.51.100.7:80', 'S'))).toBe('icmp-port-unreachable')
})

test('rules are asked for the first packet only: a connection keeps its translation when they are gone', () => {
  const bench = filterBench([...HOME, '-A FORWARD -m conntrack --ctstate INVALID -j DROP'])
  route(bench, tcpPacket(bench, '192.168.1.10:40000 > 198.51.100.7:80', 'S', { seq: 1 }))
  changeFirewall(bench.netfilter, '-t nat -F', bench.recorder)
  expect(route(bench, tcpPacket(bench, '192.168.1.10:40000 > 198.51.100.7:80', 'S', { seq: 1 }))).toBe(
    '203.0.113.5:40000 > 198.51.100.7:80',
  )
})

test('once the entry has expired, an answer from outside is nobody’s: it is not translated any more', () => {
  const bench = filterBench(HOME, { nf_conntrack_tcp_loose: 0 })
  route(bench, tcpPacket(bench, '192.168.1.10:40000 > 198.51.100.7:80', 'S', { seq: 1 }))
  bench.now += 121 * MICROS_PER_SECOND
  expect(
    route(bench, tcpPacket(bench, '198.51.100.7:80 > 203.0.113.5:40000', 'A', { seq: 9, ack: 2 }), 'eth1', 'eth0'),
  ).toBe('198.51.100.7:80 > 203.0.113.5:40000')
})

test('an ICMP error about a translated segment is translated outside and inside', () => {
  const bench = filterBench(HOME)
  const out = routed(
    bench,
    tcpPacket(bench, '192.168.1.10:40000 > 198.51.100.7:80', 'S', { seq: 1 }),
    'eth0',
    'eth1',
  ).packet
  const error = errorPacket(bench, '203.0.113.99', out, 3, 4, 1_200)
  const { word, packet } = routed(bench, error, 'eth1', 'eth0')
  expect(word).toBe('accept')
  expect(endsOf(packet)).toBe('203.0.113.99 > 192.168.1.10')
  const about = packet.icmp === undefined ? undefined : quotedSegment(packet.icmp)
  expect(about).toMatchObject({ src: 0xc0a8010a, srcPort: 40_000, dst: 0xc6336407, dstPort: 80 })
})

test('what a host sends may be led elsewhere before it leaves', () => {
  const bench = filterBench(['-t nat -A OUTPUT -p tcp --dport 80 -j DNAT --to-destination 10.9.9.9:8080'])
  send(bench, tcpPacket(bench, '10.0.0.2:40000 > 198.51.100.7:80', 'S', { seq: 1 }))
  expect(receive(bench, tcpPacket(bench, '10.9.9.9:8080 > 10.0.0.2:40000', 'SA', { seq: 9, ack: 2 }))).toBe('accept')
  expect(flowsOf(bench)).toEqual(['tcp SYN_RECV 60'])
})

test('conntrack -D forgets the connections that match, and -F all', () => {
  const bench = filterBench(HOME)
  route(bench, udpPacket(bench, '192.168.1.10:5000 > 198.51.100.7:53'))
  route(bench, udpPacket(bench, '192.168.1.11:5001 > 198.51.100.7:53'))
  changeFirewall(bench.netfilter, 'conntrack -D -p udp -s 192.168.1.10', bench.recorder)
  expect(flowsOf(bench)).toHaveLength(1)
  changeFirewall(bench.netfilter, 'conntrack -F', bench.recorder)
  expect(flowsOf(bench)).toEqual([])
})
