/** Scenarios about how a connection comes to be, or does not. */
import type { ScenarioDocument } from '../document'
import { acceptOne, client, closeConn, connectTo80, listenOn80, program, readToEnd, server, sink, V1 } from './parts'

export const opening: readonly ScenarioDocument[] = [
  {
    ...V1,
    id: 'three-way-handshake',
    title: 'Three-way handshake',
    summary: 'A client connects to a server, says hello, gets an answer and hangs up: the whole life of a connection.',
    hint: 'Try: click the SYN while it is in flight and lose it.',
    watch: [
      'SYN, SYN-ACK, ACK: each side announces where its bytes begin and hears it confirmed',
      'connect() returns after one round trip; accept() returns half a round trip later',
      'One state for each host in the diagram, always half a round trip apart',
      'The server closes as soon as it hears of the end, so its FIN carries the ACK of the other',
      'The side that closes first ends in TIME-WAIT and stays there for a minute',
    ],
    focus: 'states',
    until: '400ms',
    hosts: [
      client(
        program(
          'greeter',
          { sleep: '10ms' },
          ...connectTo80,
          { call: 'send', fd: 'conn', text: 'hello, server' },
          { call: 'recv', fd: 'conn', bytes: 4_096 },
          closeConn,
        ),
      ),
      server(
        program(
          'greeter',
          ...listenOn80(),
          acceptOne,
          { call: 'recv', fd: 'conn', bytes: 4_096 },
          { call: 'send', fd: 'conn', text: 'hello, client' },
          readToEnd(4_096),
          closeConn,
        ),
      ),
    ],
  },
  {
    ...V1,
    id: 'simultaneous-open',
    title: 'Simultaneous open',
    summary:
      'Both sides call connect() at the same moment; their SYNs cross, and one connection comes of it, with no server.',
    hint: 'Try: delay one of the two SYNs by 50 ms and see why it must cross the other.',
    watch: [
      'Both hosts go from SYN-SENT to SYN-RECEIVED, the rarest edge of the diagram',
      'Each answers with a SYN-ACK, so opening takes four segments here',
      'Nobody called listen() or accept()',
    ],
    focus: 'states',
    until: '500ms',
    hosts: [
      {
        name: 'left',
        role: 'client',
        programs: [
          program(
            'caller',
            { call: 'socket', as: 'conn' },
            { call: 'bind', fd: 'conn', port: 5_000 },
            { sleep: '10ms' },
            { call: 'connect', fd: 'conn', address: 'right', port: 6_000 },
            { call: 'send', fd: 'conn', text: 'you called?' },
            { call: 'recv', fd: 'conn', bytes: 4_096 },
            closeConn,
          ),
        ],
      },
      {
        name: 'right',
        role: 'server',
        programs: [
          program(
            'caller',
            { call: 'socket', as: 'conn' },
            { call: 'bind', fd: 'conn', port: 6_000 },
            { sleep: '10ms' },
            { call: 'connect', fd: 'conn', address: 'left', port: 5_000 },
            { call: 'send', fd: 'conn', text: 'no, you called' },
            { call: 'recv', fd: 'conn', bytes: 4_096 },
            readToEnd(4_096),
            closeConn,
          ),
        ],
      },
    ],
  },
  {
    ...V1,
    id: 'connection-refused',
    title: 'Connection refused',
    summary: 'Nothing listens on the port, so the server says no at once: connect() fails after a single round trip.',
    hint: 'Try: on the server call socket, bind to port 80 and listen, then connect again.',
    watch: [
      'The RST acknowledges the SYN: that is how the client knows it is meant',
      'connect() returns -1 ECONNREFUSED; compare how long a timeout takes',
    ],
    focus: 'states',
    until: '200ms',
    hosts: [client(program('hopeful', { sleep: '10ms' }, ...connectTo80, closeConn)), server()],
  },
  {
    ...V1,
    id: 'connect-timeout',
    title: 'Connect timeout',
    summary:
      'Every SYN is swallowed on the way, as a firewall does, and the client asks again and again until it gives up.',
    hint: 'Try: set tcp_syn_retries to 2 on the client before it starts, and time how long connect() blocks.',
    watch: [
      'The gaps between the SYNs: even at first, then doubling',
      'connect() stays blocked for more than a minute and ends in ETIMEDOUT',
      'Silence is slow, refusal is fast: that is how to tell a firewall from a closed port',
    ],
    focus: 'states',
    until: '200s',
    hosts: [client(program('hopeful', { sleep: '10ms' }, ...connectTo80, closeConn)), server(sink())],
    faults: [{ from: 'client', flags: 'S', order: 'lose' }],
  },
  {
    ...V1,
    id: 'syn-lost',
    title: 'Lost SYN',
    summary:
      'The very first segment is lost; the client notices only by its timer, and the connection opens a second late.',
    hint: 'Try: lose the second SYN too, or the SYN-ACK instead.',
    watch: [
      'The retransmission timer: one second, because nothing is known of the round trip yet',
      'The second SYN is the same as the first, sequence number and all',
      'One lost packet of 60 bytes costs a second: why connections are worth keeping',
    ],
    focus: 'states',
    until: '1500ms',
    hosts: [
      client(
        program('greeter', { sleep: '10ms' }, ...connectTo80, { call: 'send', fd: 'conn', text: 'at last' }, closeConn),
      ),
      server(sink()),
    ],
    faults: [{ from: 'client', flags: 'S', nth: [1], order: 'lose' }],
  },
  {
    ...V1,
    id: 'syn-ack-lost',
    title: 'Lost SYN-ACK',
    summary: 'The answer to the SYN is lost: now both sides have a timer running, and both ask again.',
    hint: 'Try: lose the last ACK of the handshake and send data, to see it repair the loss by itself.',
    watch: [
      'The server holds the connection in its SYN queue while it waits',
      'Client and server retransmit at nearly the same time; one of the two answers is enough',
    ],
    focus: 'states',
    until: '1500ms',
    hosts: [
      client(
        program('greeter', { sleep: '10ms' }, ...connectTo80, { call: 'send', fd: 'conn', text: 'at last' }, closeConn),
      ),
      server(sink()),
    ],
    faults: [{ from: 'server', flags: 'SA', nth: [1], order: 'lose' }],
  },
]
