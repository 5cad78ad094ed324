/** The firewall's tools: laid out as the real ones print the same rules (asked of iptables 1.8.9 on Linux 6.18; that one writes numbers for protocols). */
import { expect, test } from 'vitest'
import { createNetfilter, loadRules, viewFirewall } from '../netfilter'
import { LINUX_SYSCTL } from '../trace'
import type { HostReport } from '../trace'
import { filterBench, receive, tcpPacket } from '../testing/filter-bench'
import { runText } from '.'

const RULES = [
  '-A INPUT -p tcp --dport 80 -m conntrack --ctstate NEW,ESTABLISHED -j DROP',
  '-A INPUT -i eth0 -s 10.0.0.0/24 ! -d 10.1.1.1 -p tcp ! --sport 1000:2000 --tcp-flags SYN,ACK SYN -j REJECT --reject-with tcp-reset',
  '-A INPUT -p tcp --syn -m limit --limit 3/min --limit-burst 7 -j LOG --log-prefix "new: " --log-tcp-sequence --log-tcp-options',
  '-A INPUT -p udp -m multiport --dports 53,60:70 -j REJECT',
  '-A INPUT -p icmp --icmp-type echo-request -m statistic --mode nth --every 3 --packet 0 -j ACCEPT',
  '-A INPUT -m state --state RELATED,ESTABLISHED -m comment --comment "hello world" -j ACCEPT',
  '-A INPUT -p icmp --icmp-type 3/4 -m statistic --mode random --probability 0.25 -j DROP',
  '-N web',
  '-A web -j RETURN',
  '-A INPUT -p tcp ! --syn -m conntrack --ctstate INVALID,UNTRACKED -g web',
  '-A INPUT -m length --length 100:200 -m ttl --ttl-lt 5',
  '-A OUTPUT -o lo+ -d 127.0.0.1 -j web',
  '-P FORWARD DROP',
]

function reportOf(lines: readonly string[]): HostReport {
  const netfilter = createNetfilter(0)
  expect(loadRules(netfilter, lines).ok).toBe(true)
  return { name: 'x', at: 0, sockets: [], counters: {}, sysctl: LINUX_SYSCTL, firewall: viewFirewall(netfilter, 0) }
}

function print(command: string, report: HostReport): string[] {
  const printed = runText(command, report)
  if (!printed.ok) throw new Error(printed.error)
  return printed.value.map(({ text }) => text)
}

test('iptables -L -v -n --line-numbers', () => {
  expect(print('iptables -L -v -n --line-numbers', reportOf(RULES))).toEqual([
    'Chain INPUT (policy ACCEPT 0 packets, 0 bytes)',
    'num   pkts bytes target     prot opt in     out     source               destination',
    '1        0     0 DROP       tcp  --  *      *       0.0.0.0/0            0.0.0.0/0            tcp dpt:80 ctstate NEW,ESTABLISHED',
    '2        0     0 REJECT     tcp  --  eth0   *       10.0.0.0/24         !10.1.1.1             tcp spts:!1000:2000 flags:0x12/0x02 reject-with tcp-reset',
    '3        0     0 LOG        tcp  --  *      *       0.0.0.0/0            0.0.0.0/0            tcp flags:0x17/0x02 limit: avg 3/min burst 7 LOG flags 3 level 4 prefix "new: "',
    '4        0     0 REJECT     udp  --  *      *       0.0.0.0/0            0.0.0.0/0            multiport dports 53,60:70 reject-with icmp-port-unreachable',
    '5        0     0 ACCEPT     icmp --  *      *       0.0.0.0/0            0.0.0.0/0            icmptype 8 statistic mode nth every 3',
    '6        0     0 ACCEPT     all  --  *      *       0.0.0.0/0            0.0.0.0/0            state RELATED,ESTABLISHED /* hello world */',
    '7        0     0 DROP       icmp --  *      *       0.0.0.0/0            0.0.0.0/0            icmptype 3 code 4 statistic mode random probability 0.25000000000',
    '8        0     0 web        tcp  --  *      *       0.0.0.0/0            0.0.0.0/0           [goto]  tcp flags:!0x17/0x02 ctstate INVALID,UNTRACKED',
    '9        0     0            all  --  *      *       0.0.0.0/0            0.0.0.0/0            length 100:200 TTL match TTL < 5',
    '',
    'Chain FORWARD (policy DROP 0 packets, 0 bytes)',
    'num   pkts bytes target     prot opt in     out     source               destination',
    '',
    'Chain OUTPUT (policy ACCEPT 0 packets, 0 bytes)',
    'num   pkts bytes target     prot opt in     out     source               destination',
    '1        0     0 web        all  --  *      lo+     0.0.0.0/0            127.0.0.1',
    '',
    'Chain web (2 references)',
    'num   pkts bytes target     prot opt in     out     source               destination',
    '1        0     0 RETURN     all  --  *      *       0.0.0.0/0            0.0.0.0/0',
  ])
})

test('iptables -L without counters, of one chain; -S and iptables-save -c as lines that can be typed again', () => {
  const report = reportOf(['-P FORWARD DROP', '-A INPUT -p tcp --dport 80 -j DROP', '-N web'])
  expect(print('iptables -L INPUT -n', report)).toEqual([
    'Chain INPUT (policy ACCEPT)',
    'target     prot opt source               destination',
    'DROP       tcp  --  0.0.0.0/0            0.0.0.0/0            tcp dpt:80',
  ])
  expect(print('iptables -S', report)).toEqual([
    '-P INPUT ACCEPT',
    '-P FORWARD DROP',
    '-P OUTPUT ACCEPT',
    '-N web',
    '-A INPUT -p tcp -m tcp --dport 80 -j DROP',
  ])
  expect(print('iptables-save -c', report)).toEqual([
    '*filter',
    ':INPUT ACCEPT [0:0]',
    ':FORWARD DROP [0:0]',
    ':OUTPUT ACCEPT [0:0]',
    ':web - [0:0]',
    '[0:0] -A INPUT -p tcp -m tcp --dport 80 -j DROP',
    'COMMIT',
  ])
})

test('conntrack -L, -C and -S tell of the table; dmesg of what LOG wrote', () => {
  const bench = filterBench(['-A INPUT -m conntrack --ctstate NEW -j LOG --log-prefix "new "'])
  receive(bench, tcpPacket(bench, '10.0.0.9:40000 > 10.0.0.2:80', 'S', { seq: 1 }))
  receive(bench, tcpPacket(bench, '10.0.0.9:40000 > 10.0.0.2:80', 'FA', { seq: 1 }))
  const report = { ...reportOf([]), at: bench.now + 1, firewall: viewFirewall(bench.netfilter, bench.now) }
  expect(print('conntrack -L', report)).toEqual([
    'tcp      6 119 SYN_SENT src=10.0.0.9 dst=10.0.0.2 sport=40000 dport=80 [UNREPLIED] src=10.0.0.2 dst=10.0.0.9 sport=80 dport=40000 mark=0 use=1',
    'conntrack v1.4.8 (conntrack-tools): 1 flow entries have been shown.',
  ])
  expect(print('conntrack -C', report)).toEqual(['1'])
  expect(print('conntrack -S', report)[0]).toContain('invalid=1 insert_failed=0 drop=0')
  expect(print('dmesg', report)[0]).toMatch(/^\[ {4}1\.000000\] new IN=eth0 OUT= SRC=10\.0\.0\.9/)
})

test('a host that nobody gave rules has empty chains, and nothing is tracked', () => {
  const report = { ...reportOf([]), firewall: null }
  expect(print('iptables -L -n', report)[0]).toBe('Chain INPUT (policy ACCEPT)')
  expect(print('conntrack -C', report)).toEqual(['0'])
  expect(runText('iptables -A INPUT -j DROP', report).ok).toBe(false)
})
