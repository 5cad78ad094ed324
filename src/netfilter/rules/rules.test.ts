import { expect, test } from 'vitest'
import { MICROS_PER_SECOND } from '../../base'
import { filterBench, hook, MTU, receive, send, tcpPacket, toldOf, udpPacket } from '../../testing/filter-bench'
import type { FilterBench } from '../../testing/filter-bench'
import { viewFirewall } from '../view'

const WEB = '10.0.0.9:40000 > 10.0.0.2:80'
const SSH = '10.0.0.9:40000 > 10.0.0.2:22'

function countersOf(bench: FilterBench, chain = 'INPUT'): string[] {
  const view = viewFirewall(bench.netfilter, bench.now)
  const found = view?.tables.flatMap(({ chains }) => chains).find(({ name }) => name === chain)
  return [
    ...(found?.rules ?? []).map(({ packets, bytes }) => `${packets}:${bytes}`),
    `policy ${found?.packets}:${found?.bytes}`,
  ]
}

test('a packet passes rule by rule; the first that decides ends it, the policy where none does', () => {
  const bench = filterBench(['-A INPUT -p tcp --dport 80 -j ACCEPT', '-A INPUT -p tcp -j DROP'])
  expect(receive(bench, tcpPacket(bench, WEB, 'S'))).toBe('accept')
  expect(receive(bench, tcpPacket(bench, SSH, 'S'))).toBe('drop')
  expect(receive(bench, udpPacket(bench, WEB))).toBe('accept')
  expect(countersOf(bench)).toEqual(['1:40', '1:40', 'policy 1:38'])
})

test('a policy of DROP stops what no rule lets through, and its event says so', () => {
  const bench = filterBench(['-P INPUT DROP', '-A INPUT -p tcp --dport 80 -j ACCEPT'])
  expect(receive(bench, tcpPacket(bench, SSH, 'S'))).toBe('drop')
  expect(toldOf(bench, 'netfilter/ruleStopped', 2)).toEqual(['filter INPUT'])
  expect(toldOf(bench, 'netfilter/ruleStopped', 3)).toEqual(['policy DROP'])
})

test('the event of a drop names hook, chain, number and the rule as it can be typed', () => {
  const bench = filterBench(['-A INPUT -p udp -j ACCEPT', '-A INPUT -p tcp --dport 22 -j DROP'])
  receive(bench, tcpPacket(bench, SSH, 'S'))
  expect(toldOf(bench, 'netfilter/ruleStopped', 1)).toEqual(['INPUT'])
  expect(toldOf(bench, 'netfilter/ruleStopped', 2)).toEqual(['filter INPUT 2'])
  expect(toldOf(bench, 'netfilter/ruleStopped', 3)).toEqual(['-p tcp -m tcp --dport 22 -j DROP'])
  expect(bench.events.at(-1)).toMatchObject({ type: 'host/packetDropped', rule: 'targetDrop' })
})

test('what a host stops of its own never leaves, and is lost and not dropped', () => {
  const bench = filterBench(['-A OUTPUT -p tcp --dport 22 -j DROP'])
  expect(send(bench, tcpPacket(bench, SSH, 'S'))).toBe('drop')
  expect(bench.events.at(-1)).toMatchObject({ type: 'link/packetLost', rule: 'targetDrop' })
})

test('REJECT says what the sender is to be told', () => {
  const bench = filterBench([
    '-A INPUT -p tcp --dport 22 -j REJECT --reject-with tcp-reset',
    '-A INPUT -p tcp --dport 80 -j REJECT --reject-with icmp-admin-prohibited',
    '-A INPUT -j REJECT',
  ])
  expect(receive(bench, tcpPacket(bench, SSH, 'S'))).toBe('tcp-reset')
  expect(receive(bench, tcpPacket(bench, WEB, 'S'))).toBe('icmp-admin-prohibited')
  expect(receive(bench, udpPacket(bench, WEB))).toBe('icmp-port-unreachable')
})

test('a chain of the user’s is entered and left again; RETURN leaves it early, and a goto does not come back', () => {
  const lines = ['-N web', '-A web -s 10.0.0.9 -j RETURN', '-A web -j DROP']
  const jump = filterBench([...lines, '-A INPUT -p tcp -j web', '-A INPUT -p tcp --dport 22 -j REJECT'])
  expect(receive(jump, tcpPacket(jump, SSH, 'S'))).toBe('icmp-port-unreachable')
  expect(receive(jump, tcpPacket(jump, '10.0.0.8:1 > 10.0.0.2:22', 'S'))).toBe('drop')
  const gone = filterBench([...lines, '-A INPUT -p tcp -g web', '-A INPUT -j DROP'])
  expect(receive(gone, tcpPacket(gone, SSH, 'S'))).toBe('accept')
})

test.each([
  ['-s 10.0.0.0/24', 'accept'],
  ['-s 10.0.1.0/24', 'none'],
  ['! -s 10.0.1.0/24', 'accept'],
  ['-d 10.0.0.2', 'accept'],
  ['-i eth0', 'accept'],
  ['-i eth1', 'none'],
  ['-i eth+', 'accept'],
  ['! -i eth1', 'accept'],
  ['-p udp', 'none'],
  ['! -p udp', 'accept'],
  ['-p tcp --sport 30000:50000', 'accept'],
  ['-p tcp ! --sport 30000:50000', 'none'],
  ['-p tcp -m multiport --dports 22,80', 'accept'],
  ['-p tcp -m multiport --ports 40000', 'accept'],
  ['-p tcp --syn', 'accept'],
  ['-p tcp ! --syn', 'none'],
  ['-p tcp --tcp-flags ALL NONE', 'none'],
  ['-p tcp --tcp-flags SYN,ACK SYN', 'accept'],
  ['-m length --length 40', 'accept'],
  ['-m length --length :39', 'none'],
  ['-m ttl --ttl-lt 64', 'none'],
  ['-m ttl --ttl-eq 64', 'accept'],
])('a SYN to port 80 against %s: %s', (words, outcome) => {
  const bench = filterBench([`-A INPUT ${words} -j ACCEPT`])
  receive(bench, tcpPacket(bench, WEB, 'S'))
  expect(countersOf(bench)[0]).toBe(outcome === 'accept' ? '1:40' : '0:0')
})

test('a limit lets its burst through at once, and then one packet for each interval', () => {
  const bench = filterBench(['-A INPUT -m limit --limit 2/second --limit-burst 3 -j ACCEPT', '-A INPUT -j DROP'])
  const outcomes = (count: number): string[] =>
    Array.from({ length: count }, () => receive(bench, udpPacket(bench, WEB)))
  expect(outcomes(4)).toEqual(['accept', 'accept', 'accept', 'drop'])
  bench.now += MICROS_PER_SECOND / 2
  expect(outcomes(2)).toEqual(['accept', 'drop'])
})

test('statistic picks every third packet, so that a router can lose every third data segment', () => {
  const bench = filterBench([
    '-A INPUT -p tcp -m length --length 41: -m statistic --mode nth --every 3 --packet 0 -j DROP',
  ])
  const outcomes = Array.from({ length: 6 }, () => receive(bench, tcpPacket(bench, WEB, 'PA', { bytes: 100 })))
  expect(outcomes).toEqual(['drop', 'accept', 'accept', 'drop', 'accept', 'accept'])
  expect(receive(bench, tcpPacket(bench, WEB, 'A'))).toBe('accept')
})

test('random picks about the share that it was given, and the same packets in every run', () => {
  const run = (): string[] => {
    const bench = filterBench(['-A INPUT -m statistic --mode random --probability 0.3 -j DROP'])
    return Array.from({ length: 1_000 }, () => receive(bench, udpPacket(bench, WEB)))
  }
  const dropped = run().filter((outcome) => outcome === 'drop').length
  expect(dropped).toBeGreaterThan(250)
  expect(dropped).toBeLessThan(350)
  expect(run()).toEqual(run())
})

test('LOG writes the line of the kernel’s log and lets the packet go on', () => {
  const bench = filterBench(['-A INPUT -p tcp --syn -j LOG --log-prefix "new: " --log-tcp-sequence --log-tcp-options'])
  const options = { mss: 1460, sackPermitted: true, windowScale: 7 }
  expect(receive(bench, tcpPacket(bench, WEB, 'S', { seq: 7, options }))).toBe('accept')
  receive(bench, udpPacket(bench, WEB))
  expect(bench.netfilter.log.map(({ text }) => text)).toEqual([
    'new: IN=eth0 OUT= SRC=10.0.0.9 DST=10.0.0.2 LEN=40 TOS=0x00 PREC=0x00 TTL=64 ID=0 DF PROTO=TCP SPT=40000 DPT=80 SEQ=7 ACK=0 WINDOW=65535 RES=0x00 SYN URGP=0 OPT (020405B40101040201030307)',
  ])
})

test('TCPMSS lowers what a SYN offers to what the way out carries, and never raises it', () => {
  const clamp = '-t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS'
  const mssOf = (line: string, offered: number): number | undefined => {
    const bench = filterBench([line])
    const verdict = hook(bench, 'FORWARD', tcpPacket(bench, WEB, 'S', { options: { mss: offered } }), {
      in: 'eth0',
      out: 'eth1',
    })
    return verdict.packet.segment?.options.mss
  }
  expect(mssOf(`${clamp} --clamp-mss-to-pmtu`, 1_460)).toBe(MTU - 40)
  expect(mssOf(`${clamp} --clamp-mss-to-pmtu`, 536)).toBe(536)
  expect(mssOf(`${clamp} --set-mss 1200`, 1_460)).toBe(1_200)
})
