/** What ip(8) prints of a host: the lines were compared with those of a real one. */
import { expect, test } from 'vitest'
import { takeReport } from '../sim'
import { playScenario } from '../testing/scenario-run'
import { runText } from '.'

const { session } = playScenario('path-mtu-discovery', 1_000_000)

function print(command: string, host = 0): string[] {
  const report = takeReport(session, host)
  if (report === undefined) throw new Error('no such host')
  const printed = runText(command, report)
  return printed.ok ? printed.value.map(({ text }) => text) : [printed.error]
}

test('ip route: the default first, what is on the link with its source', () => {
  expect(print('ip route')).toEqual([
    'default via 192.168.1.1 dev eth0',
    '192.168.1.0/24 dev eth0 proto kernel scope link src 192.168.1.2',
  ])
  expect(print('ip r', 1)).toContain('192.168.2.2 via 192.168.2.1 dev eth1')
})

test('ip route get: which way, and the path MTU that was learned, with its time', () => {
  const [way, cache] = print('ip route get 192.168.2.2')
  expect(way).toBe('192.168.2.2 via 192.168.1.1 dev eth0 src 192.168.1.2 uid 0')
  expect(cache).toMatch(/^ {4}cache expires 599sec mtu 1280$/)
  expect(print('ip route get 192.168.1.2')).toEqual([
    'local 192.168.1.2 dev lo src 192.168.1.2 uid 0',
    '    cache <local>',
  ])
  expect(print('ip route get 203.0.113.9', 1)).toEqual(['RTNETLINK answers: Network is unreachable'])
})

test('ip neigh and ip -br addr', () => {
  expect(print('ip neigh')).toEqual(['192.168.1.1 dev eth0 REACHABLE'])
  expect(print('ip -br addr', 3)).toEqual([
    'lo               UNKNOWN        127.0.0.1/8',
    'eth0             UP             192.168.2.2/24',
  ])
})

test('what is not known is said in a sentence', () => {
  expect(print('ip route add default')).toEqual([
    'ip: only "addr", "route", "route get ADDRESS" and "neigh" are known here.',
  ])
})

test('nstat counts what passes through, and what is said of it', () => {
  const counted = (host: number): Record<string, number> =>
    Object.fromEntries(
      print('nstat -az', host).map((text) => [text.split(/\s+/)[0], Number(text.trim().split(/\s+/)[1])]),
    )
  const left = counted(1)
  expect([left['IcmpOutDestUnreachs'], left['IpFragFails'], left['IpInDelivers']]).toEqual([10, 10, 0])
  expect(left['IpForwDatagrams']).toBe(left['IpInReceives'] - 10)
  const client = counted(0)
  expect([client['IcmpInDestUnreachs'], client['IcmpInMsgs']]).toEqual([10, 10])
  expect(client['IpOutRequests']).toBe(client['IpOutTransmits'])
})
