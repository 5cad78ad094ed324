/** Scenarios about the way between two hosts: routers, what they say by ICMP, and what happens where they say nothing. */
import type { HostDocument, LinkDocument, RouteDocument, ScenarioDocument } from '../document'
import { acceptOne, closeConn, connectTo80, listenOn80, program, readToEnd, sink, V1 } from './parts'

function host(name: string, role: HostDocument['role'], more: Omit<HostDocument, 'name' | 'role'> = {}): HostDocument {
  return { name, role, ...more }
}

const DELAY = { rate: '10Mbit', delay: '10ms' } as const

/** client - router - server, each link a network of its own. */
const CLIENT_NET: LinkDocument = {
  a: 'client',
  b: 'router',
  aAddress: '192.168.1.2/24',
  bAddress: '192.168.1.1/24',
  both: DELAY,
}
const SERVER_NET: LinkDocument = {
  a: 'router',
  b: 'server',
  aAddress: '192.168.2.1/24',
  bAddress: '192.168.2.2/24',
  both: DELAY,
}

/** client - left - right - server; what lies between the routers takes packets of 1280 bytes at most. */
const narrow = (between: LinkDocument['both']): LinkDocument[] => [
  { a: 'client', b: 'left', aAddress: '192.168.1.2/24', bAddress: '192.168.1.1/24', both: DELAY },
  { a: 'left', b: 'right', both: { ...DELAY, ...between } },
  { a: 'right', b: 'server', aAddress: '192.168.2.1/24', bAddress: '192.168.2.2/24', both: DELAY },
]

const upload = (bytes: number): NonNullable<HostDocument['programs']>[number] =>
  program(
    'uploader',
    { sleep: '10ms' },
    ...connectTo80,
    { call: 'send', fd: 'conn', text: 'hello' },
    { sleep: '200ms' },
    { call: 'send', fd: 'conn', bytes },
    closeConn,
  )

const knock = (address: string): NonNullable<HostDocument['programs']>[number] =>
  program(
    'caller',
    { sleep: '10ms' },
    { call: 'socket', as: 'conn' },
    { call: 'connect', fd: 'conn', address, port: 80 },
    closeConn,
  )

export const routing: readonly ScenarioDocument[] = [
  {
    ...V1,
    id: 'through-a-router',
    title: 'Three hosts: through a router',
    summary:
      'Between the client and the server stands a router: it takes every packet in by one link and lets it out by the other.',
    hint: 'Try: crash the router in the middle of the transfer, then start it again.',
    watch: [
      'Each packet is two arrows: one to the router, one from it, 10 ms apart and with one hop less to live (TTL 63)',
      'The router has no connection, no port and no state for it: TCP is the affair of the two ends',
      'The client knows only its default route: what is not on its own link goes to the router',
    ],
    focus: 'states',
    until: '600ms',
    hosts: [
      host('client', 'client', {
        programs: [
          program('caller', { sleep: '10ms' }, ...connectTo80, { call: 'send', fd: 'conn', bytes: 6_000 }, closeConn),
        ],
      }),
      host('router', 'router'),
      host('server', 'server', { programs: [sink()] }),
    ],
    links: [CLIENT_NET, SERVER_NET],
  },
  {
    ...V1,
    id: 'path-mtu-discovery',
    title: 'Path MTU discovery',
    summary:
      'A link further on takes packets of 1280 bytes at most. The router before it says so by ICMP, and the sender cuts its segments to fit.',
    hint: 'Try: set ip_no_pmtu_disc to 1 on the client before it connects.',
    watch: [
      'The handshake and "hello" are short and pass: the trouble begins with the first full segment',
      'ICMP "too long, mtu 1280" for each segment that did not fit; then segments of 1228 bytes, at once and without a timeout',
      'cwnd stays as it was: nothing was congested',
      'The client remembers it for 10 minutes (mtu_expires): a second connection begins with the shorter segments',
    ],
    focus: 'everything',
    until: '2s',
    hosts: [
      host('client', 'client', { programs: [upload(20_000)] }),
      host('left', 'router'),
      host('right', 'router'),
      host('server', 'server', { programs: [sink()] }),
    ],
    links: narrow({ mtu: 1_280 }),
  },
  {
    ...V1,
    id: 'path-mtu-black-hole',
    title: 'A black hole for long packets',
    summary:
      'The same narrow link, but the router’s ICMP is filtered away: the connection opens, "hello" arrives, and everything longer vanishes.',
    hint: 'Try: go back, set tcp_mtu_probing to 1 on the client, and play on.',
    watch: [
      'connect() returns 0 and the first five bytes arrive: a firewall that blocked everything would be easier to find',
      'Full segments are sent again and again, with the timer doubling, and no word of why',
      'The server sees an open connection on which nothing more comes',
    ],
    focus: 'everything',
    until: '30s',
    hosts: [
      host('client', 'client', { programs: [upload(20_000)] }),
      host('left', 'router'),
      host('right', 'router'),
      host('server', 'server', { programs: [sink()] }),
    ],
    links: narrow({ mtu: 1_280, blackHole: true }),
  },
  {
    ...V1,
    id: 'mtu-probing',
    title: 'Out of the black hole: tcp_mtu_probing',
    summary:
      'With tcp_mtu_probing 1 a sender whose segments go unanswered tries shorter ones by itself, without a word from any router.',
    hint: 'Try: set tcp_mtu_probing to 2 before the client connects.',
    watch: [
      'Three timeouts in vain (tcp_retries1); with the fourth the segments shrink to 1024 bytes (tcp_base_mss), and they arrive',
      'Nothing tells the client how long a packet may be: it only believes what was acknowledged (RFC 4821)',
      'It took four seconds; with the router’s word by ICMP it took 20 ms',
    ],
    focus: 'everything',
    until: '12s',
    hosts: [
      host('client', 'client', { programs: [upload(60_000)], sysctl: { tcp_mtu_probing: 1 } }),
      host('left', 'router'),
      host('right', 'router'),
      host('server', 'server', { programs: [sink()] }),
    ],
    links: narrow({ mtu: 1_280, blackHole: true }),
  },
  {
    ...V1,
    id: 'mss-clamping',
    title: 'Out of the black hole: MSS clamping',
    summary:
      'The router before the narrow link lowers the MSS in every SYN that passes, so that no end ever makes a segment that is too long.',
    hint: 'Try: delete the rule on left (-t mangle -D FORWARD 1) and connect once more.',
    watch: [
      'The SYN leaves the client with MSS 1460 and the router with 1240; the SYN,ACK is changed on its way back, too',
      'Segments carry 1228 bytes from the first one on; no packet is refused, no ICMP is needed',
      'Without a router that does so the ends can: setsockopt(TCP_MAXSEG, 1240) before connect() says the same for one socket',
    ],
    focus: 'everything',
    until: '2s',
    hosts: [
      host('client', 'client', { programs: [upload(20_000)] }),
      host('left', 'router', {
        firewall: ['-t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu'],
      }),
      host('right', 'router'),
      host('server', 'server', { programs: [sink()] }),
    ],
    links: narrow({ mtu: 1_280, blackHole: true }),
  },
  {
    ...V1,
    id: 'host-unreachable',
    title: 'No such host: EHOSTUNREACH',
    summary:
      'The client connects to an address on the server’s network that nobody has. The router asks for it three times, then says so.',
    hint: 'Try: connect to 192.168.1.77 instead: then the client asks, and tells itself.',
    watch: [
      'The SYN waits in the router: it asks once a second who has 192.168.2.77, and nobody answers',
      'After three seconds ICMP "host unreachable", one for every SYN that had waited',
      'connect() fails with EHOSTUNREACH, long before the two minutes that a silent loss would take',
      'Compare: no listener gives ECONNREFUSED at once, a dropped SYN gives ETIMEDOUT',
    ],
    focus: 'states',
    until: '5s',
    hosts: [
      host('client', 'client', { programs: [knock('192.168.2.77')] }),
      host('router', 'router'),
      host('server', 'server', { programs: [sink()] }),
    ],
    links: [CLIENT_NET, SERVER_NET],
  },
  {
    ...V1,
    id: 'no-route',
    title: 'No route: ENETUNREACH',
    summary:
      'Nobody knows a way to 203.0.113.9. The router says so by ICMP; a host without a default route says so to its own program.',
    hint: 'Try: compare when the two connect() calls return.',
    watch: [
      'The client has a default route, so its SYN leaves; the router has none and answers "net unreachable"',
      'The loner knows only its own link: connect() returns ENETUNREACH without sending anything',
      'The same errno, 20 ms apart: it does not tell who did not know the way',
    ],
    focus: 'states',
    until: '500ms',
    hosts: [
      host('client', 'client', { programs: [knock('203.0.113.9')] }),
      host('router', 'router', { routes: [] }),
      host('loner', 'other', { programs: [knock('203.0.113.9')], routes: [] }),
    ],
    links: [
      CLIENT_NET,
      { a: 'router', b: 'loner', aAddress: '192.168.2.1/24', bAddress: '192.168.2.2/24', both: DELAY },
    ],
  },
  {
    ...V1,
    id: 'routing-loop',
    title: 'A routing loop',
    summary:
      'Two routers each believe that the other knows the way. A packet goes to and fro between them until its time to live is used up.',
    hint: 'Try: set ip_default_ttl to 8 on the client and see the next SYN die sooner.',
    watch: [
      'One SYN, and some sixty arrows between left and right: TTL 64, 63, 62 … 1',
      'The router that gets it with TTL 1 says "time exceeded"; that is how traceroute finds routers',
      'connect() fails with EHOSTUNREACH: the client gave up on the first ICMP about its SYN',
    ],
    focus: 'states',
    until: '1500ms',
    hosts: [
      host('client', 'client', { programs: [knock('198.51.100.7')] }),
      host('left', 'router', { routes: toward('right') }),
      host('right', 'router', {
        routes: [{ to: '192.168.1.0/24', via: 'left' }, ...toward('left')],
      }),
    ],
    links: [
      { a: 'client', b: 'left', aAddress: '192.168.1.2/24', bAddress: '192.168.1.1/24', both: DELAY },
      { a: 'left', b: 'right', aAddress: '192.168.9.1/24', bAddress: '192.168.9.2/24', both: DELAY },
    ],
  },
  {
    ...V1,
    id: 'gone-three-ways',
    title: 'Unplugged, crashed, rebooted',
    summary:
      'Three servers disappear in three ways: a cable is pulled, one loses power, one restarts. The client finds out in three ways too.',
    hint: 'Try: plug the cable in again within a few minutes.',
    watch: [
      'Rebooted: the next segment finds no connection there, a RST comes back, and send() fails with ECONNRESET',
      'Unplugged and crashed look the same from here: no answer, and the same data again with the timer doubling',
      'An unplugged cable does not end a connection: what was lost is sent again once it is back',
      'Neither is noticed by a client that has nothing to send: that is what keepalive is for',
    ],
    focus: 'states',
    until: '20s',
    hosts: [
      host('client', 'client', {
        programs: ['unplugged', 'crashed', 'rebooted'].map((name) => chatter(name)),
      }),
      host('unplugged', 'server', { programs: [listener()] }),
      host('crashed', 'server', { programs: [listener()] }),
      host('rebooted', 'server', { programs: [listener()] }),
    ],
    links: ['unplugged', 'crashed', 'rebooted'].map((b) => ({ a: 'client', b, both: DELAY })),
    actions: [
      { at: '500ms', do: 'unplug', link: 0 },
      { at: '500ms', do: 'crash', host: 'crashed' },
      { at: '500ms', do: 'crash', host: 'rebooted' },
      { at: '700ms', do: 'restart', host: 'rebooted' },
    ],
  },
]

function toward(router: string): RouteDocument[] {
  return [{ to: 'default', via: router }]
}

/** Sends a line every second for as long as it can. */
function chatter(address: string): NonNullable<HostDocument['programs']>[number] {
  return program(
    address,
    { sleep: '10ms' },
    { call: 'socket', as: 'conn' },
    { call: 'connect', fd: 'conn', address, port: 80 },
    {
      repeat: 'forever',
      untilClosed: true,
      steps: [{ call: 'send', fd: 'conn', text: 'still there?' }, { sleep: '1s' }],
    },
    closeConn,
  )
}

function listener(): NonNullable<HostDocument['programs']>[number] {
  return program('listener', ...listenOn80(), acceptOne, readToEnd(), closeConn)
}
