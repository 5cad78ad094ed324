/** Scenarios about ports: who may have one, when there are none left, and how several share one; and connect() that does not wait. */
import type { ScenarioDocument, StepDocument } from '../document'
import { acceptOne, client, closeConn, connectTo80, listenOn80, program, readToEnd, server, sink, V1 } from './parts'

/** A server that serves one client after the other, for ever. */
const serveAll: readonly StepDocument[] = [
  ...listenOn80(16),
  { repeat: 'forever', steps: [acceptOne, readToEnd(), closeConn] },
]

/** A worker on port 80, beside others that do the same. */
const worker: readonly StepDocument[] = [
  { call: 'socket', as: 'listener' },
  { call: 'setsockopt', fd: 'listener', option: 'SO_REUSEPORT', value: 1 },
  { call: 'bind', fd: 'listener', port: 80 },
  { call: 'listen', fd: 'listener', backlog: 16 },
]
const serve: StepDocument = { repeat: 'forever', steps: [acceptOne, readToEnd(), closeConn] }

/** One short connection after the other, each closed by the client first. */
const shortOnes = (times: number): StepDocument => ({
  repeat: times,
  steps: [...connectTo80, closeConn, { sleep: '300ms' }],
})

export const addresses: readonly ScenarioDocument[] = [
  {
    ...V1,
    id: 'address-in-use',
    title: 'Address already in use',
    summary:
      'A server closes its connection first, stops and comes back: its port is in TIME-WAIT, and bind() fails without SO_REUSEADDR.',
    hint: 'Try: rewind to the second socket and call setsockopt SO_REUSEADDR on it before bind.',
    watch: [
      'Who closes first keeps the TIME-WAIT: here the server, at port 80',
      'bind() without SO_REUSEADDR is EADDRINUSE, though nobody listens and no process has the port',
      'With SO_REUSEADDR bind() and listen() succeed at once, and the TIME-WAIT stays',
      'It helps only because the first listener had SO_REUSEADDR too: both must',
    ],
    focus: 'states',
    until: '3s',
    hosts: [
      client(
        program('first client', { sleep: '10ms' }, ...connectTo80, readToEnd(), closeConn),
        program('second client', { sleep: '2500ms' }, ...connectTo80, closeConn),
      ),
      server(
        program('first server', ...listenOn80(), acceptOne, closeConn, { call: 'close', fd: 'listener' }),
        program(
          'second server',
          { sleep: '1s' },
          { call: 'socket', as: 'listener' },
          { call: 'bind', fd: 'listener', port: 80 },
          { call: 'close', fd: 'listener' },
        ),
        program('third server', { sleep: '2s' }, ...listenOn80(), acceptOne, readToEnd(), closeConn),
      ),
    ],
  },
  {
    ...V1,
    id: 'ports-exhausted',
    title: 'No local port left',
    summary:
      'A client with four local ports opens one short connection after the other; each leaves a TIME-WAIT, and the fifth connect() fails.',
    hint: 'Try: set tcp_tw_reuse to 1 on the client, or let the server close first.',
    watch: [
      'The client closes first, so every connection holds its port for a minute after its end',
      'The fifth connect() is EADDRNOTAVAIL: no SYN leaves, the network has no part in it',
      'A busy proxy has 28232 such ports for each server, not four: 470 connections a second use them up',
    ],
    focus: 'states',
    until: '2s',
    hosts: [
      {
        ...client(program('one after the other', { sleep: '10ms' }, shortOnes(6))),
        sysctl: { ip_local_port_range: [40_000, 40_003], tcp_tw_reuse: 0 },
      },
      server(program('server', ...serveAll)),
    ],
  },
  {
    ...V1,
    id: 'time-wait-reused',
    title: 'TIME-WAIT taken over: tcp_tw_reuse',
    summary:
      'The same four local ports with tcp_tw_reuse 1: after a second connect() takes a port over from TIME-WAIT, and timestamps keep the two apart.',
    hint: 'Try: set tcp_timestamps to 0 on the client and see why both need them.',
    watch: [
      'The fifth connect() succeeds: the TIME-WAIT of the first connection ends, its port begins anew',
      'The new SYN has a later timestamp than any old segment, which PAWS would now drop',
      'A second must have passed, so four ports are good for four connections a second',
    ],
    focus: 'states',
    until: '3s',
    hosts: [
      {
        ...client(program('one after the other', { sleep: '10ms' }, shortOnes(8))),
        sysctl: { ip_local_port_range: [40_000, 40_003], tcp_tw_reuse: 1 },
      },
      server(program('server', ...serveAll)),
    ],
  },
  {
    ...V1,
    id: 'reuseport-workers',
    title: 'Three workers on one port',
    summary:
      'Three listeners share port 80 by SO_REUSEPORT; a hash of the addresses gives each connection to one of them, busy or asleep.',
    hint: 'Try: close one of the listeners and see what becomes of the connections in its queue.',
    watch: [
      'Three sockets in LISTEN at one port, each with an accept queue of its own',
      'The hash of addresses and ports decides, not who is free: shares are uneven',
      'Worker 3 sleeps for a second: its connections wait in its queue while the others are idle',
    ],
    focus: 'queues',
    until: '1500ms',
    hosts: [
      client(
        program(
          'twelve connections',
          { sleep: '10ms' },
          { repeat: 12, steps: [...connectTo80, closeConn, { sleep: '20ms' }] },
        ),
      ),
      server(
        program('worker 1', ...worker, serve),
        program('worker 2', ...worker, serve),
        program('worker 3', ...worker, { sleep: '1s' }, serve),
      ),
    ],
  },
  {
    ...V1,
    id: 'self-connect',
    title: 'A socket connected to itself',
    summary:
      'A client looks for a local server that is away, and the port that it is given for itself is the one that it looks for.',
    hint: 'Try: start the server on port 40000 now and read the errno of bind.',
    watch: [
      'connect() succeeds though nobody listens: the SYN meets the very socket that sent it',
      'It is a simultaneous open with oneself: SYN-SENT, SYN-RECEIVED, ESTABLISHED, in one socket',
      'What it sends it receives; and the server cannot come back, because its port is taken',
      'Ports of servers do not belong into ip_local_port_range',
    ],
    focus: 'states',
    until: '300ms',
    hosts: [
      {
        ...client(
          program(
            'reconnecting client',
            { sleep: '10ms' },
            { call: 'socket', as: 'conn' },
            { call: 'connect', fd: 'conn', address: '127.0.0.1', port: 40_000 },
            { call: 'send', fd: 'conn', text: 'is anybody there?' },
            { call: 'recv', fd: 'conn', bytes: 4_096 },
          ),
          program(
            'server that comes back',
            { sleep: '100ms' },
            { call: 'socket', as: 'listener' },
            { call: 'setsockopt', fd: 'listener', option: 'SO_REUSEADDR', value: 1 },
            { call: 'bind', fd: 'listener', port: 40_000 },
          ),
        ),
        sysctl: { ip_local_port_range: [40_000, 40_000] },
      },
      server(),
    ],
  },
  {
    ...V1,
    id: 'nonblocking-connect',
    title: 'connect() that does not wait',
    summary:
      'Two non-blocking connects, one to a server and one to a closed port: poll() tells when they are over, SO_ERROR how.',
    hint: 'Try: call connect again on each socket and compare what they return.',
    watch: [
      'connect() returns at once with EINPROGRESS; the handshake goes on by itself',
      'poll() wakes with POLLOUT when the connection is there: SO_ERROR is 0',
      'The refused one wakes with POLLOUT too, and POLLERR: SO_ERROR is ECONNREFUSED, and is told once',
    ],
    focus: 'queues',
    until: '400ms',
    hosts: [
      client(program('asks a server', ...tries(80)), program('asks a closed port', ...tries(81))),
      server(sink()),
    ],
  },
]

/** connect() without waiting, poll(), and SO_ERROR twice. */
function tries(port: number): StepDocument[] {
  return [
    { sleep: '10ms' },
    { call: 'socket', nonblock: true, as: 'conn' },
    { call: 'connect', fd: 'conn', address: 'server', port },
    { call: 'connect', fd: 'conn', address: 'server', port },
    { call: 'poll', fds: [{ fd: 'conn', events: 'POLLOUT' }], timeoutMs: 1_000 },
    { call: 'getsockopt', fd: 'conn', option: 'SO_ERROR' },
    { call: 'getsockopt', fd: 'conn', option: 'SO_ERROR' },
  ]
}
