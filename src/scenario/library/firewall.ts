/** Scenarios about what stands between the two: a firewall that says nothing or says no, one that remembers, and a router that hides who is behind it. */
import type { HostDocument, LinkDocument, ProgramDocument, ScenarioDocument, StepDocument } from '../document'
import { acceptOne, client, closeConn, connectTo80, listenOn80, program, readToEnd, server, V1 } from './parts'

/** Takes one connection after the other, reads each to its end. */
const serving = program('server', ...listenOn80(8), {
  repeat: 'forever',
  steps: [acceptOne, readToEnd(), closeConn],
})

/** Connects to a port of the server, sends a little and closes. */
function caller(name: string, start: string, port: number, address = 'server'): ProgramDocument {
  return {
    name,
    start,
    steps: [
      { call: 'socket', as: 'conn' },
      { call: 'connect', fd: 'conn', address, port },
      { call: 'send', fd: 'conn', text: `this is ${name}` },
      closeConn,
    ],
  }
}

const OUTSIDE = '203.0.113.80'

/** A home: eth0 leads inside, the last interface outside. */
const HOME_LINKS: readonly LinkDocument[] = [
  { a: 'client', b: 'router', aAddress: '192.168.1.10/24', bAddress: '192.168.1.1/24', both: { delay: '5ms' } },
  { a: 'router', b: 'server', aAddress: '203.0.113.5/24', bAddress: `${OUTSIDE}/24`, both: { delay: '15ms' } },
]

function homeClient(...programs: readonly ProgramDocument[]): HostDocument {
  return { name: 'client', role: 'client', programs }
}

function outsideServer(...programs: readonly ProgramDocument[]): HostDocument {
  return { name: 'server', role: 'server', programs }
}

/** Greets three clients in turn and keeps them all. */
const HOST = program(
  'host',
  ...listenOn80(),
  ...['one', 'two', 'three'].flatMap((guest): StepDocument[] => [
    { call: 'accept', fd: 'listener', as: guest },
    { call: 'send', fd: guest, text: 'welcome' },
  ]),
)

/** NAT, and what a careful router adds: what belongs to no connection goes nowhere. */
const MASQUERADE = '-t nat -A POSTROUTING -o eth1 -j MASQUERADE'
const DROP_INVALID = '-A FORWARD -m conntrack --ctstate INVALID -j DROP'
const HUSH = '-A INPUT -i eth1 -j DROP'

/** Says something, says nothing for 100 s, and says something again. */
function idler(...before: readonly StepDocument[]): ProgramDocument {
  return {
    name: 'idler',
    steps: [
      ...connectTo80,
      ...before,
      { call: 'send', fd: 'conn', text: 'hello' },
      { sleep: '100s' },
      { call: 'send', fd: 'conn', text: 'still there?' },
      readToEnd(),
      closeConn,
    ],
  }
}

/** Reads whatever comes, and answers nothing. */
const listening = program('listening', ...listenOn80(), acceptOne, readToEnd(), closeConn)

/** A NAT router that forgets an idle connection after a minute, as many home and cloud routers do. */
const FORGETFUL: HostDocument = {
  name: 'router',
  role: 'router',
  sysctl: {
    nf_conntrack_tcp_timeout_established: 60,
    nf_conntrack_tcp_timeout_unacknowledged: 60,
    nf_conntrack_tcp_loose: 0,
  },
  firewall: [MASQUERADE, DROP_INVALID, HUSH],
}

export const firewall: readonly ScenarioDocument[] = [
  {
    ...V1,
    id: 'firewall-drop-or-reject',
    title: 'A firewall: DROP, or REJECT',
    summary:
      'Three ports of one server: the firewall drops the SYN for one, answers the second with a reset, and the third with ICMP.',
    hint: 'Try: delete the first rule on the server with -D INPUT 1 while the first client still waits.',
    watch: [
      'To port 80 nobody answers: the SYN goes out eleven times, and connect() gives up with ETIMEDOUT after two minutes',
      'Port 81 is rejected by a reset: connect() returns ECONNREFUSED one round trip later, as if nobody listened',
      'Port 82 is rejected by ICMP "host prohibited": connect() returns EHOSTUNREACH',
      'The counters of the three rules: 11 packets, 1 and 1',
    ],
    focus: 'states',
    until: '140s',
    hosts: [
      client(caller('patient', '0ms', 80), caller('refused', '100ms', 81), caller('forbidden', '300ms', 82)),
      {
        ...server(serving),
        firewall: [
          '-A INPUT -p tcp --dport 80 -j DROP',
          '-A INPUT -p tcp --dport 81 -j REJECT --reject-with tcp-reset',
          '-A INPUT -p tcp --dport 82 -j REJECT --reject-with icmp-host-prohibited',
        ],
      },
    ],
  },
  {
    ...V1,
    id: 'stateful-firewall',
    title: 'A firewall that remembers',
    summary:
      'The client lets in only what belongs to connections of its own: its call to the server works, the call of the server to it does not.',
    hint: 'Try: add -I INPUT -p tcp --dport 80 -j ACCEPT on the client, and see the next SYN come through.',
    watch: [
      'The first SYN that leaves makes an entry in conntrack: SYN_SENT, then ESTABLISHED once both have spoken',
      'Answers match ctstate ESTABLISHED and pass, though the policy of INPUT is DROP',
      'The SYN from the server is NEW and belongs to nothing: the policy stops it, and no entry is made',
    ],
    focus: 'states',
    until: '4s',
    hosts: [
      {
        ...client(
          caller('visitor', '10ms', 80),
          program('hopeful', ...listenOn80(), acceptOne, readToEnd(), closeConn),
        ),
        firewall: ['-P INPUT DROP', '-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT'],
      },
      server(serving, caller('intruder', '500ms', 80, 'client')),
    ],
  },
  {
    ...V1,
    id: 'nat-router',
    title: 'Two clients behind one address',
    summary:
      'A home router gives two clients its own address: both use the same port, the router picks another for the second, and knows whose answer is whose.',
    hint: 'Try: read the conntrack table of the router, and ss -tan on the server: it sees one client only.',
    watch: [
      'Inside, segments come from 192.168.1.10 and 192.168.2.10; outside, all come from 203.0.113.5',
      'Both clients bound port 5000: the first keeps it outside, the second gets another',
      'Each entry of conntrack has two tuples: as the client sees the connection, and as the answers come in',
    ],
    focus: 'everything',
    until: '1500ms',
    hosts: [
      homeClient(fromPort5000('anna', '10ms')),
      outsideServer(serving),
      { name: 'bert', role: 'client', programs: [fromPort5000('bert', '60ms')] },
      { name: 'router', role: 'router', firewall: ['-t nat -A POSTROUTING -o eth2 -j MASQUERADE'] },
    ],
    links: [
      { a: 'client', b: 'router', aAddress: '192.168.1.10/24', bAddress: '192.168.1.1/24', both: { delay: '5ms' } },
      { a: 'bert', b: 'router', aAddress: '192.168.2.10/24', bAddress: '192.168.2.1/24', both: { delay: '5ms' } },
      { a: 'router', b: 'server', aAddress: '203.0.113.5/24', bAddress: `${OUTSIDE}/24`, both: { delay: '15ms' } },
    ],
  },
  {
    ...V1,
    id: 'nat-port-forwarding',
    title: 'A server behind a router',
    summary: 'The router leads its port 8080 to port 80 of a server inside: DNAT on the way in, undone on the way out.',
    hint: 'Try: delete the rule with -t nat -D PREROUTING 1 and connect again: who answers now?',
    watch: [
      'The client calls 203.0.113.5:8080; the segments that arrive at the server say 192.168.1.20:80',
      'The answers leave the server from 192.168.1.20:80, and reach the client from 203.0.113.5:8080',
      'The rule is asked for the first packet only: its counter stays at 1',
    ],
    focus: 'everything',
    until: '1500ms',
    hosts: [
      { name: 'client', role: 'client', programs: [caller('caller', '10ms', 8_080, '203.0.113.5')] },
      { name: 'server', role: 'server', programs: [serving] },
      {
        name: 'router',
        role: 'router',
        firewall: ['-t nat -A PREROUTING -i eth0 -p tcp --dport 8080 -j DNAT --to-destination 192.168.1.20:80'],
      },
    ],
    links: [
      { a: 'client', b: 'router', aAddress: '203.0.113.80/24', bAddress: '203.0.113.5/24', both: { delay: '15ms' } },
      { a: 'router', b: 'server', aAddress: '192.168.1.1/24', bAddress: '192.168.1.20/24', both: { delay: '5ms' } },
    ],
  },
  {
    ...V1,
    id: 'nat-idle-death',
    title: 'The idle connection that NAT forgot',
    summary:
      'Nobody speaks for 100 s; the router forgets the connection after 60. Both ends still hold it to be ESTABLISHED, and nothing gets through.',
    hint: 'Try: the next scenario, where keepalive saves it; or set nf_conntrack_tcp_loose to 1 on the router.',
    watch: [
      'At 60 s the router’s entry is gone, and neither end is told',
      'At 100 s the client sends: send() succeeds, the segment is INVALID at the router and is dropped there',
      'The client sends it again and again; the server, ESTABLISHED as ever, hears nothing',
    ],
    focus: 'states',
    until: '140s',
    hosts: [homeClient(idler()), outsideServer(listening), FORGETFUL],
    links: HOME_LINKS,
  },
  {
    ...V1,
    id: 'nat-keepalive',
    title: 'Keepalive holds the door open',
    summary:
      'The same forgetful router and the same silence, but the client probes after 30 s without data: each probe renews the entry.',
    hint: 'Try: leave TCP_KEEPINTVL at its 75 s: Linux looks again only after that, and the entry is gone by then.',
    watch: [
      'Every 30 s a keepalive probe passes the router, and its answer: the entry has its 60 s again',
      'At 100 s the client sends, and the server has the text one way later',
    ],
    focus: 'states',
    until: '120s',
    hosts: [
      homeClient(
        idler(
          { call: 'setsockopt', fd: 'conn', option: 'SO_KEEPALIVE', value: 1 },
          { call: 'setsockopt', fd: 'conn', option: 'TCP_KEEPIDLE', value: 30 },
          { call: 'setsockopt', fd: 'conn', option: 'TCP_KEEPINTVL', value: 30 },
        ),
      ),
      outsideServer(listening),
      FORGETFUL,
    ],
    links: HOME_LINKS,
  },
  {
    ...V1,
    id: 'conntrack-full',
    title: 'The conntrack table is full',
    summary:
      'The router has room for two connections. Both are in use and ASSURED, so the SYN of a third is dropped, until one entry runs out.',
    hint: 'Try: raise nf_conntrack_max on the router, or forget an entry with conntrack -D.',
    watch: [
      'Two connections are open: two entries, ESTABLISHED and ASSURED',
      'The third client’s SYN is dropped at the router: "table full", which the kernel log tells and the client does not know',
      'The first client closes; its entry, in CLOSE_WAIT, is what the full table gives up for the next SYN',
    ],
    focus: 'everything',
    until: '12s',
    hosts: [
      homeClient(holder('first', '10ms', '5s'), holder('second', '20ms', '30s'), holder('third', '1s', '30s')),
      outsideServer(HOST),
      {
        name: 'router',
        role: 'router',
        sysctl: { nf_conntrack_max: 2 },
        firewall: [MASQUERADE],
      },
    ],
    links: HOME_LINKS,
  },
  {
    ...V1,
    id: 'conntrack-restart',
    title: 'A router that lost its memory',
    summary:
      'The router restarts in the middle of a connection. It knows its rules again, but no connection: what was ESTABLISHED is INVALID now.',
    hint: 'Try: set nf_conntrack_tcp_loose to 1 on the router after its restart.',
    watch: [
      'Before the restart every segment is ESTABLISHED; afterwards conntrack has never seen a SYN for it',
      'With nf_conntrack_tcp_loose 0 a segment in the middle begins no entry: INVALID, and dropped',
      'Nobody is told: the client retransmits into nothing, the server is ESTABLISHED still',
    ],
    focus: 'states',
    until: '12s',
    hosts: [
      homeClient(
        program(
          'sender',
          ...connectTo80,
          { repeat: 10, steps: [{ call: 'send', fd: 'conn', bytes: 1_000 }, { sleep: '500ms' }] },
          closeConn,
        ),
      ),
      outsideServer(listening),
      { name: 'router', role: 'router', sysctl: { nf_conntrack_tcp_loose: 0 }, firewall: [DROP_INVALID] },
    ],
    links: HOME_LINKS,
    actions: [
      { at: '2s', do: 'crash', host: 'router' },
      { at: '2200ms', do: 'restart', host: 'router' },
    ],
  },
  {
    ...V1,
    id: 'firewall-log',
    title: 'LOG: who knocks',
    summary:
      'Rules that only look: each SYN is written to the kernel log before it is dropped, and a limit keeps a scan from filling the log.',
    hint: 'Try: the command dmesg of the server; and iptables -L -v -n for the counters.',
    watch: [
      'Each SYN is in the log with addresses, ports and flags; it is the next rule that drops it',
      'The limit: a burst of three lines, then one a second; the DROP counts every SYN',
    ],
    focus: 'everything',
    until: '3s',
    hosts: [
      client(
        program(
          'scanner',
          ...Array.from({ length: 8 }, (_, i): StepDocument[] => [
            {
              call: 'rawSend',
              src: 'client',
              srcPort: 40_000 + i,
              dst: 'server',
              dstPort: 20 + i,
              flags: 'S',
              seq: 1_000 * i,
            },
            { sleep: '250ms' },
          ]).flat(),
        ),
      ),
      {
        ...server(),
        firewall: [
          '-A INPUT -p tcp --syn -m limit --limit 1/second --limit-burst 3 -j LOG --log-prefix "knock: "',
          '-A INPUT -p tcp --syn -j DROP',
        ],
      },
    ],
  },
]

/** A call from a port of the caller's choice. */
function fromPort5000(name: string, start: string): ProgramDocument {
  return {
    name,
    start,
    steps: [
      { call: 'socket', as: 'conn' },
      { call: 'bind', fd: 'conn', port: 5_000 },
      { call: 'connect', fd: 'conn', address: OUTSIDE, port: 80 },
      { call: 'send', fd: 'conn', text: `this is ${name}` },
      { sleep: '300ms' },
      closeConn,
    ],
  }
}

/** Connects, is greeted, and keeps the connection for a while. */
function holder(name: string, start: string, keeps: string): ProgramDocument {
  return {
    name,
    start,
    steps: [
      { call: 'socket', as: 'conn' },
      { call: 'connect', fd: 'conn', address: OUTSIDE, port: 80 },
      { call: 'recv', fd: 'conn', bytes: 100 },
      { sleep: keeps },
      closeConn,
    ],
  }
}
