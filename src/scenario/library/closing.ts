/** Scenarios about how a connection ends: in peace, in halves, at once, or not at all. */
import type { ScenarioDocument } from '../document'
import { acceptOne, client, closeConn, connectTo80, listenOn80, program, readToEnd, server, V1 } from './parts'

export const closing: readonly ScenarioDocument[] = [
  {
    ...V1,
    id: 'four-way-close',
    title: 'Four-way close',
    summary:
      'Each direction of a connection is closed on its own: a FIN and its ACK from one side, then from the other.',
    hint: 'Try: call close on the server sooner, and see its FIN travel together with the ACK.',
    watch: [
      'FIN-WAIT-1, FIN-WAIT-2, TIME-WAIT for who closes first; CLOSE-WAIT, LAST-ACK for the other',
      'recv() returns 0 on the server: that is all a program sees of a FIN',
      'The ACK of the first FIN comes 40 ms late: the server hoped to send it along with its own FIN',
      'TIME-WAIT lasts 60 s, for stray segments to die and for a lost last ACK to be repeated',
    ],
    focus: 'states',
    until: '500ms',
    hosts: [
      client(program('caller', { sleep: '10ms' }, ...connectTo80, { sleep: '50ms' }, closeConn)),
      server(program('callee', ...listenOn80(), acceptOne, readToEnd(4_096), { sleep: '60ms' }, closeConn)),
    ],
  },
  {
    ...V1,
    id: 'half-close',
    title: 'Half-close',
    summary: 'The client says "that was my whole question" with shutdown(SHUT_WR) and goes on listening to the answer.',
    hint: 'Try: call send on the client after its shutdown and read the errno.',
    watch: [
      'Data flows to the client for as long as it likes in FIN-WAIT-2',
      'The server learns the end of the question from recv() = 0, with no length sent before',
      'close() would have ended both directions: this is why shutdown() exists',
    ],
    focus: 'states',
    until: '600ms',
    hosts: [
      client(
        program(
          'asker',
          { sleep: '10ms' },
          ...connectTo80,
          { call: 'send', fd: 'conn', text: 'sort: pear, apple, fig' },
          { call: 'shutdown', fd: 'conn', how: 'SHUT_WR' },
          readToEnd(4_096),
          closeConn,
        ),
      ),
      server(
        program(
          'sorter',
          ...listenOn80(),
          acceptOne,
          readToEnd(4_096),
          { call: 'send', fd: 'conn', text: 'apple, ' },
          { sleep: '50ms' },
          { call: 'send', fd: 'conn', text: 'fig, ' },
          { sleep: '50ms' },
          { call: 'send', fd: 'conn', text: 'pear' },
          closeConn,
        ),
      ),
    ],
  },
  {
    ...V1,
    id: 'simultaneous-close',
    title: 'Simultaneous close',
    summary:
      'Both sides call close() before either has heard of the other: their FINs cross, and both end in TIME-WAIT.',
    hint: 'Try: hold one FIN until the other side has it, and see CLOSING turn into an ordinary close.',
    watch: [
      'The state CLOSING on both sides, which an ordinary close never visits',
      'Two sockets in TIME-WAIT for one connection',
    ],
    focus: 'states',
    until: '400ms',
    hosts: [
      client(program('caller', { sleep: '10ms' }, ...connectTo80, { sleep: '100ms' }, closeConn)),
      server(program('callee', ...listenOn80(), acceptOne, { sleep: '80ms' }, closeConn)),
    ],
  },
  {
    ...V1,
    id: 'fin-wait-2-timeout',
    title: 'FIN-WAIT-2 runs out',
    summary:
      'The client has closed, the server never does; after a minute the client forgets the connection on its own.',
    hint: 'Try: call close on the server after the minute and see what its FIN is answered with.',
    watch: [
      'FIN-WAIT-2 would last for ever by the RFC; Linux ends it after tcp_fin_timeout',
      'The server stays in CLOSE-WAIT and does not know that nobody is there',
    ],
    focus: 'states',
    until: '95s',
    hosts: [
      client(program('caller', { sleep: '10ms' }, ...connectTo80, { sleep: '50ms' }, closeConn)),
      server(
        program(
          'forgetful',
          ...listenOn80(),
          acceptOne,
          readToEnd(4_096),
          { sleep: '90s' },
          {
            call: 'send',
            fd: 'conn',
            text: 'are you still there?',
          },
        ),
      ),
    ],
  },
  {
    ...V1,
    id: 'rst-mid-connection',
    title: 'Reset in mid-connection',
    summary:
      'The server loses power and comes back knowing nothing; the client goes on talking and is answered with a reset.',
    hint: 'Try: step to the RST and read its explanation: which rule sends it, and why it is believed.',
    watch: [
      'While the server is down there is only silence and retransmission',
      'The rebooted server has no such connection, so every segment of it earns an RST',
      'recv() on the client returns ECONNRESET, and the state goes straight to CLOSED',
    ],
    focus: 'states',
    until: '2s',
    hosts: [
      client(
        program(
          'talker',
          { sleep: '10ms' },
          ...connectTo80,
          { call: 'send', fd: 'conn', text: 'one' },
          { sleep: '300ms' },
          { call: 'send', fd: 'conn', text: 'two' },
          { call: 'recv', fd: 'conn', bytes: 4_096 },
          { call: 'send', fd: 'conn', text: 'three' },
          closeConn,
        ),
      ),
      server(program('listener', ...listenOn80(), acceptOne, readToEnd(4_096), closeConn)),
    ],
    actions: [
      { at: '250ms', do: 'crash', host: 'server' },
      { at: '700ms', do: 'restart', host: 'server' },
    ],
  },
  {
    ...V1,
    id: 'linger-zero',
    title: 'SO_LINGER zero',
    summary:
      'With SO_LINGER set to zero seconds, close() throws everything away and hangs up with a reset instead of a FIN.',
    hint: 'Try: set SO_LINGER to -1 on the client before it closes and compare the two endings.',
    watch: [
      'No FIN, no TIME-WAIT: close() sends RST and the connection is gone',
      'send() took 20000 bytes, the server gets 2896: what was not sent yet is thrown away',
      'ACKs that were under way find nobody and are answered with more resets',
      'recv() on the server says ECONNRESET instead of 0: it knows that the end is not the end',
    ],
    focus: 'states',
    until: '400ms',
    hosts: [
      {
        ...client(
          program(
            'brute',
            { sleep: '10ms' },
            ...connectTo80,
            { call: 'setsockopt', fd: 'conn', option: 'SO_LINGER', value: 0 },
            { call: 'send', fd: 'conn', bytes: 20_000 },
            closeConn,
          ),
        ),
        sysctl: { initcwnd: 2 },
      },
      server(program('reader', ...listenOn80(), acceptOne, readToEnd(), closeConn)),
    ],
  },
  {
    ...V1,
    id: 'close-wait-leak',
    title: 'CLOSE-WAIT leak',
    summary:
      'The server forgets to call close(): each visitor leaves a socket in CLOSE-WAIT behind, and no timer ever clears it.',
    hint: 'Try: call close on one of the leaked descriptors and watch LAST-ACK clear it.',
    watch: [
      'CLOSE-WAIT means: the peer is done, and this program has not closed yet',
      'The descriptors 4, 5, 6... pile up in the server until it runs out of them',
      'The clients are stuck in FIN-WAIT-2 for a minute and then gone; the leak stays',
    ],
    focus: 'states',
    until: '3s',
    hosts: [
      client(
        program(
          'visitors',
          { sleep: '10ms' },
          {
            repeat: 8,
            steps: [
              ...connectTo80,
              { call: 'send', fd: 'conn', text: 'GET /' },
              { call: 'recv', fd: 'conn', bytes: 4_096 },
              closeConn,
              { sleep: '100ms' },
            ],
          },
        ),
      ),
      server(
        program('leaky', ...listenOn80(), {
          repeat: 'forever',
          steps: [acceptOne, { call: 'recv', fd: 'conn', bytes: 4_096 }, { call: 'send', fd: 'conn', text: '200 OK' }],
        }),
      ),
    ],
  },
  {
    ...V1,
    id: 'time-wait-reuse',
    title: 'TIME-WAIT and port reuse',
    summary:
      'A server that closed first cannot bind its port again for a minute, unless it says SO_REUSEADDR; a returning client may cut TIME-WAIT short.',
    hint: 'Try: turn tcp_timestamps off on both hosts before the start: what still tells an old SYN from a new one?',
    watch: [
      'bind() = -1 EADDRINUSE: the old connection still holds the address',
      'With SO_REUSEADDR on the old listener and the new one, the same bind() succeeds',
      'The client comes back from the same port: its SYN is provably new, and TIME-WAIT yields to SYN-RECEIVED',
    ],
    focus: 'states',
    until: '4s',
    hosts: [
      client(
        program(
          'regular',
          { call: 'socket', as: 'conn' },
          { call: 'bind', fd: 'conn', port: 40_000 },
          { sleep: '10ms' },
          { call: 'connect', fd: 'conn', address: 'server', port: 80 },
          readToEnd(4_096),
          closeConn,
          { sleep: '3s' },
          { call: 'socket', as: 'again' },
          { call: 'bind', fd: 'again', port: 40_000 },
          { call: 'connect', fd: 'again', address: 'server', port: 80 },
          { call: 'send', fd: 'again', text: 'it is me again' },
          { call: 'close', fd: 'again' },
        ),
      ),
      server(
        program(
          'restarted',
          ...listenOn80(),
          acceptOne,
          { call: 'send', fd: 'conn', text: 'closing for today' },
          closeConn,
          { call: 'close', fd: 'listener' },
          { sleep: '1s' },
          { call: 'socket', as: 'second' },
          { call: 'bind', fd: 'second', port: 80 },
          { sleep: '1s' },
          { call: 'setsockopt', fd: 'second', option: 'SO_REUSEADDR', value: 1 },
          { call: 'bind', fd: 'second', port: 80 },
          { call: 'listen', fd: 'second', backlog: 5 },
          { call: 'accept', fd: 'second', as: 'conn' },
          readToEnd(4_096),
          closeConn,
        ),
      ),
    ],
  },
  {
    ...V1,
    id: 'keepalive-dead-peer',
    title: 'Keepalive finds a dead peer',
    summary: 'The server loses power without a word; only keepalive tells the client, 2 h 11 min 15 s later.',
    hint: 'Try: set TCP_KEEPIDLE to 10 on the client and see how soon it knows.',
    watch: [
      'Two hours in which nothing is sent: an idle connection costs nothing and tells nothing',
      'Then nine probes, 75 s apart, each one byte before what was acknowledged',
      'recv() has been blocked all this time and returns ETIMEDOUT at last',
    ],
    focus: 'everything',
    until: '2.5h',
    hosts: [
      client(
        program(
          'patient',
          { sleep: '10ms' },
          { call: 'socket', as: 'conn' },
          { call: 'setsockopt', fd: 'conn', option: 'SO_KEEPALIVE', value: 1 },
          { call: 'connect', fd: 'conn', address: 'server', port: 80 },
          { call: 'recv', fd: 'conn', bytes: 4_096 },
          closeConn,
        ),
      ),
      server(program('quiet', ...listenOn80(), acceptOne, readToEnd(4_096), closeConn)),
    ],
    actions: [{ at: '1s', do: 'crash', host: 'server' }],
  },
]
