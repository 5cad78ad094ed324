/** Scenarios about what a listener does with those who come: its limits, its overflow, and what happens before accept(). */
import type { ProgramDocument, ScenarioDocument, StepDocument } from '../document'
import { acceptOne, client, closeConn, connectTo80, listenOn80, program, readToEnd, server, V1 } from './parts'

/** Connects at its time, says something, and reads what comes. */
function caller(name: string, start: string, address = 'server'): ProgramDocument {
  return {
    name,
    start,
    steps: [
      { call: 'socket', as: 'conn' },
      { call: 'connect', fd: 'conn', address, port: 80 },
      { call: 'send', fd: 'conn', text: `here is ${name}` },
      readToEnd(4_096),
      closeConn,
    ],
  }
}

/** SYNs from addresses that nobody has. */
function falseSyns(count: number, gap: string): StepDocument[] {
  return Array.from({ length: count }, (_, i): StepDocument[] => [
    {
      call: 'rawSend',
      src: `198.51.100.${1 + i}`,
      srcPort: 2_000 + i,
      dst: 'server',
      dstPort: 80,
      flags: 'S',
      seq: 5_000_000 + i * 999_983,
      window: 65_535,
    },
    { sleep: gap },
  ]).flat()
}

/** SO_LINGER of 0 s makes close() a reset. */
const resetConn: readonly StepDocument[] = [
  { call: 'setsockopt', fd: 'conn', option: 'SO_LINGER', value: 0 },
  closeConn,
]

export const listening: readonly ScenarioDocument[] = [
  {
    ...V1,
    id: 'syn-cookies',
    title: 'SYN cookies at work',
    summary:
      'The same flood of false SYNs, with tcp_syncookies on: a full SYN queue answers with a cookie, remembers nothing, and a real client comes through.',
    hint: 'Try: set tcp_syncookies to 0 on the server at the start, and the customer waits with everybody else.',
    watch: [
      'The first nine false SYNs fill the SYN queue; each of the rest is answered and forgotten: SyncookiesSent',
      'The customer’s SYN,ACK has a sequence number that says all there is to remember',
      'Its ACK brings the cookie back, and a connection stands in the accept queue that was never in the SYN queue: SyncookiesRecv',
      'connect() takes one round trip, as if there were no flood',
    ],
    focus: 'queues',
    until: '3s',
    hosts: [
      client(
        program(
          'customer',
          { sleep: '500ms' },
          ...connectTo80,
          { call: 'send', fd: 'conn', text: 'I only want to buy something' },
          readToEnd(4_096),
          closeConn,
        ),
      ),
      {
        ...server(
          program('shop', ...listenOn80(8), {
            repeat: 'forever',
            steps: [
              acceptOne,
              { call: 'recv', fd: 'conn', bytes: 4_096 },
              { call: 'send', fd: 'conn', text: 'with pleasure' },
              closeConn,
            ],
          }),
        ),
        sysctl: { tcp_syncookies: 1 },
      },
      {
        name: 'attacker',
        address: '10.0.0.66',
        role: 'other',
        programs: [program('flooder', { sleep: '50ms' }, ...falseSyns(24, '15ms'))],
      },
    ],
    links: [
      { a: 'attacker', b: 'server', both: { delay: '5ms' } },
      { a: 'client', b: 'server' },
    ],
  },
  {
    ...V1,
    id: 'abort-on-overflow',
    title: 'tcp_abort_on_overflow',
    summary:
      'Three clients finish their handshakes where two have room; the server tells the third with a reset, instead of leaving it to wonder.',
    hint: 'Try: set tcp_abort_on_overflow to 0 on the server at the start; the third client waits, and is let in late.',
    watch: [
      'connect() of the third returns 0: its handshake was over, as far as it could know',
      'Its ACK finds the accept queue full, and the answer is RST',
      'The reset comes after connect(): what is called next fails with ECONNRESET',
      'ListenOverflows counts it, and nobody was dropped in silence',
    ],
    focus: 'queues',
    until: '3s',
    hosts: [
      client(caller('one', '10ms'), caller('two', '100ms'), caller('three', '101ms')),
      {
        ...server(
          program(
            'busy',
            ...listenOn80(1),
            { sleep: '1s' },
            {
              repeat: 2,
              steps: [acceptOne, { call: 'recv', fd: 'conn', bytes: 4_096 }, closeConn],
            },
          ),
        ),
        sysctl: { tcp_abort_on_overflow: 1 },
      },
    ],
  },
  {
    ...V1,
    id: 'backlog-bsd',
    title: 'backlog 3 on Linux and on BSD',
    summary:
      'Two servers that never call accept(), both with listen(fd, 3): Linux queues four finished connections, a BSD kernel five of any kind.',
    hint: 'Try: change the backlog of both by calling listen again, and count anew.',
    watch: [
      'Linux compares the accept queue with the backlog by "more than", so 3 means 4',
      'BSD counts both queues together against three halves of the backlog, and one more: 3 means 5',
      'Beyond that both drop SYNs without a word, and the clients ask again',
      'ss -ltn of the Linux server: Recv-Q 4, Send-Q 3',
    ],
    focus: 'queues',
    until: '2s',
    hosts: [
      client(
        ...[1, 2, 3, 4, 5, 6].map((n) => caller(`guest ${n}`, `${n * 50}ms`)),
        ...[1, 2, 3, 4, 5, 6].map((n) => caller(`visitor ${n}`, `${n * 50 + 25}ms`, 'berkeley')),
      ),
      server(program('linux', ...listenOn80(3))),
      {
        name: 'berkeley',
        address: '10.0.0.3',
        role: 'other',
        sysctl: { listen_queues: 'bsd' },
        programs: [program('bsd', ...listenOn80(3))],
      },
    ],
    links: [
      { a: 'client', b: 'server', both: { delay: '10ms' } },
      { a: 'client', b: 'berkeley', both: { delay: '10ms' } },
    ],
  },
  {
    ...V1,
    id: 'reset-before-accept',
    title: 'Reset before accept()',
    summary:
      'A connection waits, poll() says so; before the busy server calls accept(), the client resets it. A BSD kernel forgets it, and accept() hangs.',
    hint: 'Try: set listen_queues to linux on the server at the start, and see what accept() returns then.',
    watch: [
      'poll() returns 1 for both listeners: a connection is there',
      'RST takes it out of the accept queue, as if nobody had ever come',
      'accept() of the first program blocks, though poll() had promised: no other work is done',
      'The second made its listener non-blocking: accept() returns EAGAIN, and it goes on',
      'Linux keeps the dead connection: accept() returns it, and recv() says ECONNRESET',
    ],
    focus: 'queues',
    until: '4s',
    hosts: [
      client(
        program('nervous', { sleep: '10ms' }, ...connectTo80, { sleep: '100ms' }, ...resetConn),
        program(
          'nervous too',
          { sleep: '10ms' },
          { call: 'socket', as: 'conn' },
          { call: 'connect', fd: 'conn', address: 'server', port: 81 },
          { sleep: '100ms' },
          ...resetConn,
        ),
        program('late', { sleep: '3s' }, ...connectTo80, { call: 'send', fd: 'conn', text: 'at last' }, closeConn),
      ),
      {
        ...server(
          program(
            'trusting',
            ...listenOn80(),
            { call: 'poll', fds: [{ fd: 'listener', events: 'POLLIN' }], timeoutMs: -1 },
            { sleep: '500ms' },
            acceptOne,
            { call: 'recv', fd: 'conn', bytes: 100 },
            closeConn,
          ),
          program(
            'careful',
            { call: 'socket', as: 'listener' },
            { call: 'bind', fd: 'listener', port: 81 },
            { call: 'listen', fd: 'listener', backlog: 5 },
            { call: 'fcntl', fd: 'listener', nonblock: true },
            { call: 'poll', fds: [{ fd: 'listener', events: 'POLLIN' }], timeoutMs: -1 },
            { sleep: '500ms' },
            acceptOne,
            { call: 'poll', fds: [{ fd: 'listener', events: 'POLLIN' }], timeoutMs: 1_000 },
          ),
        ),
        sysctl: { listen_queues: 'bsd' },
      },
    ],
  },
  {
    ...V1,
    id: 'defer-accept',
    title: 'TCP_DEFER_ACCEPT',
    summary:
      'A server asks not to be called before there is something to read: accept() waits through the whole handshake until the request comes.',
    hint: 'Try: make the client send at once, or never, and see when accept() returns.',
    watch: [
      'connect() returns after one round trip: the client is ESTABLISHED',
      'The server puts the ACK aside and stays in SYN-RECEIVED; ss shows SYN-RECV and an empty accept queue',
      'The request makes the connection: accept() returns, and recv() finds the bytes at once',
    ],
    focus: 'queues',
    until: '3s',
    hosts: [
      client(
        program(
          'slow speaker',
          { sleep: '10ms' },
          ...connectTo80,
          { sleep: '600ms' },
          { call: 'send', fd: 'conn', text: 'GET /' },
          readToEnd(4_096),
          closeConn,
        ),
      ),
      server(
        program(
          'web server',
          { call: 'socket', as: 'listener' },
          { call: 'setsockopt', fd: 'listener', option: 'TCP_DEFER_ACCEPT', value: 5 },
          { call: 'bind', fd: 'listener', port: 80 },
          { call: 'listen', fd: 'listener', backlog: 5 },
          acceptOne,
          { call: 'recv', fd: 'conn', bytes: 4_096 },
          { call: 'send', fd: 'conn', text: '200 OK' },
          closeConn,
        ),
      ),
    ],
  },
  {
    ...V1,
    id: 'data-before-accept',
    title: 'Data before accept()',
    summary:
      'The client connects, says all it has to say and hangs up before the server has called accept(): the kernel did all of it alone.',
    hint: 'Try: call accept and recv on the server by hand, earlier.',
    watch: [
      'Handshake, data, ACK and FIN pass while no program of the server runs',
      'ss shows the connection in CLOSE-WAIT with its bytes in Recv-Q, and no process: nobody has it',
      'accept() returns it half a second later, recv() the bytes, and then 0',
    ],
    focus: 'queues',
    until: '2s',
    hosts: [
      client(
        program(
          'hasty',
          { sleep: '10ms' },
          ...connectTo80,
          { call: 'send', fd: 'conn', text: 'gone before you look' },
          closeConn,
        ),
      ),
      server(
        program(
          'late',
          ...listenOn80(),
          { sleep: '700ms' },
          acceptOne,
          { call: 'recv', fd: 'conn', bytes: 4_096 },
          { call: 'recv', fd: 'conn', bytes: 4_096 },
          closeConn,
        ),
      ),
    ],
  },
]
