import { expect, test } from 'vitest'
import { lineError } from '../change'
import { createNetfilter, loadRules, rulesError } from '../create'
import { viewFirewall } from '../view'

/** What iptables-save prints of one line, as the kernel's own tool does for the same line (asked on Linux 6.18, iptables 1.8.9). */
const SAVED: readonly (readonly [line: string, saved: string])[] = [
  [
    '-A INPUT -p tcp --dport 80 -m conntrack --ctstate NEW,ESTABLISHED -j DROP',
    '-p tcp -m tcp --dport 80 -m conntrack --ctstate NEW,ESTABLISHED -j DROP',
  ],
  [
    '-A INPUT -i eth0 -s 10.0.0.7/24 ! -d 10.1.1.1 -p tcp ! --sport 1000:2000 --tcp-flags SYN,ACK SYN -j REJECT --reject-with tcp-reset',
    '-s 10.0.0.0/24 ! -d 10.1.1.1/32 -i eth0 -p tcp -m tcp ! --sport 1000:2000 --tcp-flags SYN,ACK SYN -j REJECT --reject-with tcp-reset',
  ],
  [
    '-A INPUT -p tcp --syn -m limit --limit 3/min --limit-burst 7 -j LOG --log-prefix "new: " --log-level 4 --log-tcp-sequence --log-tcp-options',
    '-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -m limit --limit 3/min --limit-burst 7 -j LOG --log-prefix "new: " --log-tcp-sequence --log-tcp-options',
  ],
  [
    '-A INPUT -p udp -m multiport --dports 53,60:70 -j REJECT',
    '-p udp -m multiport --dports 53,60:70 -j REJECT --reject-with icmp-port-unreachable',
  ],
  [
    '-A INPUT -p icmp --icmp-type echo-request -m statistic --mode nth --every 3 --packet 0 -j ACCEPT',
    '-p icmp -m icmp --icmp-type 8 -m statistic --mode nth --every 3 --packet 0 -j ACCEPT',
  ],
  [
    '-A INPUT -m state --state RELATED,ESTABLISHED -m comment --comment "hello world" -j ACCEPT',
    '-m state --state RELATED,ESTABLISHED -m comment --comment "hello world" -j ACCEPT',
  ],
  [
    '-A INPUT -p icmp --icmp-type 3/4 -m statistic --mode random --probability 0.25 -j DROP',
    '-p icmp -m icmp --icmp-type 3/4 -m statistic --mode random --probability 0.25000000000 -j DROP',
  ],
  ['-A OUTPUT -o lo+ -d 127.0.0.1 -j ACCEPT', '-d 127.0.0.1/32 -o lo+ -j ACCEPT'],
  ['-A INPUT -m length --length 100:200 -m ttl --ttl-lt 5', '-m length --length 100:200 -m ttl --ttl-lt 5'],
  [
    '-t nat -A POSTROUTING -o eth1 -p tcp -j SNAT --to-source 1.2.3.4-1.2.3.9:100-200',
    '-o eth1 -p tcp -j SNAT --to-source 1.2.3.4-1.2.3.9:100-200',
  ],
  [
    '-t nat -A PREROUTING -p tcp --dport 8080 -j DNAT --to-destination 10.0.0.2:80',
    '-p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.0.0.2:80',
  ],
  [
    '-t nat -A PREROUTING -p tcp --dport 8081 -j REDIRECT --to-ports 80',
    '-p tcp -m tcp --dport 8081 -j REDIRECT --to-ports 80',
  ],
  [
    '-t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu',
    '-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu',
  ],
  ['-t raw -A PREROUTING -p tcp --dport 98 -j CT --notrack', '-p tcp -m tcp --dport 98 -j CT --notrack'],
]

test.each(SAVED)('%s is saved as iptables-save writes it, and reads the same again', (line, saved) => {
  expect(savedOf([line])).toEqual([saved])
  const table = /-t (\w+)/.exec(line)?.[0] ?? ''
  const chain = /-A (\w+)/.exec(line)?.[0] ?? ''
  expect(savedOf([`iptables ${table} ${chain} ${saved}`])).toEqual([saved])
})

function savedOf(lines: readonly string[]): string[] {
  const netfilter = createNetfilter(0)
  const loaded = loadRules(netfilter, lines)
  expect(loaded).toEqual({ ok: true, value: undefined })
  const chains = viewFirewall(netfilter, 0)?.tables.flatMap((table) => table.chains) ?? []
  return chains.flatMap(({ rules }) => rules.map(({ text }) => text))
}

const BAD: readonly (readonly [line: string, error: string])[] = [
  ['INPUT -j DROP', 'INPUT does nothing: a line begins with -A, -I, -D, -R, -P, -N, -X, -F or -Z.'],
  ['-A INPUT --dport 80 -j DROP', '--dport needs -p tcp or udp before it.'],
  ['-A INPUT -p tcp --dport 80x -j DROP', '--dport needs a port such as 80 or 1000:2000; not 80x.'],
  ['-A INPUT -p tcp --dprot 80 -j DROP', '--dprot is no option that is known here.'],
  ['-A INPUT --ctstate NEW -j DROP', '--ctstate needs -m conntrack before it.'],
  [
    '-A INPUT -m conntrack --ctstate NEWS -j DROP',
    '--ctstate needs states such as NEW,ESTABLISHED (of INVALID, NEW, ESTABLISHED, RELATED, UNTRACKED, SNAT, DNAT); not NEWS.',
  ],
  ['-A INPUT -p udp -j REJECT --reject-with tcp-reset', '--reject-with tcp-reset needs -p tcp.'],
  ['-A INPUT -j MASQUERADE', 'MASQUERADE belongs into the table nat: write -t nat.'],
  ['-t nat -A PREROUTING -j MASQUERADE', 'MASQUERADE may stand in POSTROUTING, not in PREROUTING.'],
  ['-A INPUT -o eth0 -j DROP', '-o cannot be used in INPUT: there no packet has a way out yet.'],
  ['-A PREROUTING -j DROP', 'The table filter has no chain PREROUTING: it has INPUT, FORWARD, OUTPUT.'],
  ['-P INPUT REJECT', 'A policy is ACCEPT or DROP, not REJECT.'],
  ['-P web DROP', 'Only a built-in chain has a policy; web is none of the table filter.'],
  ['-A INPUT -s 10.0.0 -j DROP', '-s needs an address such as 10.0.0.1 or 10.0.0.0/24; not 10.0.0.'],
  ['-A INPUT -j DROP -j ACCEPT', 'A rule has one target: DROP is there already.'],
  ['-A INPUT -j LOG --log-prefix "oops', 'A quotation mark is opened and not closed.'],
  ['-t nat -A PREROUTING -p icmp -j DNAT --to-destination 10.0.0.2:80', 'A port in NAT needs -p tcp or -p udp.'],
  ['-t nat -A POSTROUTING -j DROP', 'The table nat is not for filtering: DROP belongs into the table filter.'],
  [
    '-t mangle -A FORWARD -p tcp -j TCPMSS --set-mss 1200',
    '-j TCPMSS needs -p tcp --tcp-flags SYN,RST SYN: only a SYN has an MSS.',
  ],
  ['-t natt -A INPUT', '-t needs a table: raw, mangle, nat, filter; not natt.'],
  ['conntrack -L', 'conntrack does -F (forget all) or -D (forget those that match) here.'],
  ['-A INPUT -p tcp --dport', '--dport needs a port such as 80 or 1000:2000.'],
  ['-D INPUT 0', 'Rules are counted from 1.'],
  ['-A', 'Which chain? INPUT, OUTPUT, FORWARD, or one of your own.'],
  ['-A INPUT -j DROP !', 'A ! stands at the end, with nothing to turn round.'],
]

test.each(BAD)('%s is refused with one sentence that names the word', (line, error) => {
  expect(lineError(line)).toBe(error)
})

test('the lines of a document may be those of iptables-save', () => {
  const lines = [
    '*nat',
    ':POSTROUTING ACCEPT [0:0]',
    '-A POSTROUTING -o eth1 -j MASQUERADE',
    'COMMIT',
    '*filter',
    ':web - [0:0]',
    '-A web -j DROP',
    '# end',
  ]
  expect(rulesError(lines)).toBeUndefined()
  const netfilter = createNetfilter(0)
  loadRules(netfilter, lines)
  expect(viewFirewall(netfilter, 0)?.tables.map(({ name }) => name)).toEqual(['nat', 'filter'])
})

test('a line about a chain or a rule that is not there says so', () => {
  expect(rulesError(['-A web -j DROP'])).toBe('line 1: The table filter has no chain web: -N web makes one.')
  expect(rulesError(['-A INPUT -j web'])).toBe('line 1: web is no target, and no chain of the table filter.')
  expect(rulesError(['-D INPUT 3'])).toBe('line 1: INPUT has 0 rules: there is no number 3.')
  expect(rulesError(['-D INPUT -s 9.9.9.9 -j DROP'])).toBe('line 1: INPUT has no rule -s 9.9.9.9/32 -j DROP.')
  expect(rulesError(['-N a', '-N b', '-A a -j b', '-A b -j a'])).toBe('line 4: a would lead back to b: a loop.')
  expect(rulesError(['-N a', '-A INPUT -j a', '-X a'])).toBe('line 3: A rule in INPUT jumps to a.')
})

test('a list of rules is changed as iptables changes it: insert at a place, replace, delete by number or by likeness, flush', () => {
  const base = ['-A INPUT -s 10.0.0.1 -j DROP', '-A INPUT -s 10.0.0.2 -j DROP']
  expect(savedOf([...base, '-I INPUT -s 10.0.0.3 -j ACCEPT'])[0]).toBe('-s 10.0.0.3/32 -j ACCEPT')
  expect(savedOf([...base, '-I INPUT 2 -s 10.0.0.3 -j ACCEPT'])[1]).toBe('-s 10.0.0.3/32 -j ACCEPT')
  expect(savedOf([...base, '-R INPUT 1 -j ACCEPT'])).toEqual(['-j ACCEPT', '-s 10.0.0.2/32 -j DROP'])
  expect(savedOf([...base, '-D INPUT 1'])).toEqual(['-s 10.0.0.2/32 -j DROP'])
  expect(savedOf([...base, '-D INPUT -s 10.0.0.2/32 -j DROP'])).toEqual(['-s 10.0.0.1/32 -j DROP'])
  expect(savedOf([...base, '-F'])).toEqual([])
})
