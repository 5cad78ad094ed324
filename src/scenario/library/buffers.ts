/** Scenarios about what stands between a call and the wire: full buffers, flags of send() and recv(), and how long a sender hopes. */
import type { ScenarioDocument } from '../document'
import { acceptOne, client, closeConn, connectTo80, listenOn80, program, readToEnd, server, sink, V1 } from './parts'

export const buffers: readonly ScenarioDocument[] = [
  {
    ...V1,
    id: 'blocked-writer',
    title: 'A writer that blocks',
    summary:
      'Two programs write more than their send buffer holds: one sleeps in send() until all is taken, the other takes what fits and asks poll() when to go on.',
    hint: 'Try: set SO_SNDBUF larger on descriptor 3 before the next send, and count the wake-ups.',
    watch: [
      'send() of the first returns only when the last byte is in the buffer, not when it has arrived',
      'The other gets a partial count, then EAGAIN: nothing fits any more',
      'poll() reports POLLOUT not with the first free byte, but once a third of the buffer is free',
      'Send-Q of ss is what was written and not acknowledged; the tab "ss & netstat" shows it fall',
    ],
    focus: 'everything',
    until: '3s',
    hosts: [
      client(
        program(
          'sleeper',
          { sleep: '10ms' },
          { call: 'socket', as: 'conn' },
          { call: 'setsockopt', fd: 'conn', option: 'SO_SNDBUF', value: 16_384 },
          { call: 'connect', fd: 'conn', address: 'server', port: 80 },
          { call: 'send', fd: 'conn', bytes: 80_000 },
          closeConn,
        ),
        program(
          'poller',
          { sleep: '500ms' },
          { call: 'socket', as: 'conn' },
          { call: 'setsockopt', fd: 'conn', option: 'SO_SNDBUF', value: 16_384 },
          { call: 'connect', fd: 'conn', address: 'server', port: 80 },
          { call: 'fcntl', fd: 'conn', nonblock: true },
          {
            repeat: 2,
            steps: [
              { call: 'send', fd: 'conn', bytes: 60_000 },
              { call: 'send', fd: 'conn', bytes: 60_000 },
              { call: 'poll', fds: [{ fd: 'conn', events: 'POLLOUT' }], timeoutMs: -1 },
            ],
          },
          closeConn,
        ),
      ),
      server(
        program('reader', ...listenOn80(), {
          repeat: 2,
          steps: [acceptOne, readToEnd(8_192), closeConn],
        }),
      ),
    ],
    links: [{ a: 'client', b: 'server', both: { rate: '2Mbit', delay: '10ms' } }],
  },
  {
    ...V1,
    id: 'peek-and-waitall',
    title: 'MSG_PEEK, MSG_WAITALL and SO_RCVLOWAT',
    summary:
      'A message comes in three pieces. The reader looks at its length without taking it, waits for exactly that much, and then for no less than its low-water mark.',
    hint: 'Try: leave MSG_WAITALL out by calling recv by hand, and see how little a recv() may return.',
    watch: [
      'recv(MSG_PEEK) returns the first bytes and leaves them: Recv-Q does not fall',
      'recv(MSG_WAITALL) sleeps through two arrivals and returns all 300 bytes',
      'With SO_RCVLOWAT 200, poll() says nothing of 150 bytes, and wakes at 300',
    ],
    focus: 'everything',
    until: '2s',
    hosts: [
      client(
        program(
          'stutterer',
          { sleep: '10ms' },
          ...connectTo80,
          { repeat: 3, steps: [{ call: 'send', fd: 'conn', bytes: 100 }, { sleep: '100ms' }] },
          { sleep: '200ms' },
          { repeat: 2, steps: [{ call: 'send', fd: 'conn', bytes: 150 }, { sleep: '150ms' }] },
          closeConn,
        ),
      ),
      server(
        program(
          'exact',
          ...listenOn80(),
          acceptOne,
          { call: 'recv', fd: 'conn', bytes: 4, flags: ['MSG_PEEK'] },
          { call: 'recv', fd: 'conn', bytes: 300, flags: ['MSG_WAITALL'] },
          { call: 'setsockopt', fd: 'conn', option: 'SO_RCVLOWAT', value: 200 },
          { call: 'poll', fds: [{ fd: 'conn', events: 'POLLIN' }], timeoutMs: -1 },
          { call: 'recv', fd: 'conn', bytes: 4_096 },
          closeConn,
        ),
      ),
    ],
  },
  {
    ...V1,
    id: 'out-of-band',
    title: 'Out-of-band: the urgent byte',
    summary:
      'MSG_OOB marks one byte as urgent. It overtakes nothing on the wire, but the reader learns of it, stops before it, and fetches it apart.',
    hint: 'Try: set SO_OOBINLINE on the server’s descriptor before the byte comes; it stays in the stream then.',
    watch: [
      'The segment with the urgent byte has URG and a pointer behind that byte',
      'poll() says POLLPRI: an urgent byte has come',
      'recv() stops at the mark though more bytes wait: 5, and not 10',
      'recv(MSG_OOB) takes the urgent byte; a second one gets EINVAL, there is one and no more',
    ],
    focus: 'everything',
    until: '1s',
    hosts: [
      client(
        program(
          'shouter',
          { sleep: '10ms' },
          ...connectTo80,
          { call: 'send', fd: 'conn', text: 'quiet' },
          { call: 'send', fd: 'conn', text: '!', flags: ['MSG_OOB'] },
          { call: 'send', fd: 'conn', text: 'after' },
          { sleep: '500ms' },
          closeConn,
        ),
      ),
      server(
        program(
          'listener',
          ...listenOn80(),
          acceptOne,
          { call: 'poll', fds: [{ fd: 'conn', events: 'POLLPRI' }], timeoutMs: -1 },
          { sleep: '100ms' },
          { call: 'recv', fd: 'conn', bytes: 100 },
          { call: 'recv', fd: 'conn', bytes: 1, flags: ['MSG_OOB'] },
          { call: 'recv', fd: 'conn', bytes: 1, flags: ['MSG_OOB'] },
          { call: 'recv', fd: 'conn', bytes: 100 },
          closeConn,
        ),
      ),
    ],
  },
  {
    ...V1,
    id: 'cork',
    title: 'TCP_CORK and MSG_MORE',
    summary:
      'A header and a body are written by two calls. Bare they make two segments; with MSG_MORE, or under a cork, they leave as one.',
    hint: 'Try: put the cork on by hand, send a little, and see how long the kernel keeps it.',
    watch: [
      'First answer, TCP_NODELAY alone: header and body are two small segments',
      'Second answer, MSG_MORE on the header: one segment with both',
      'Third answer, under TCP_CORK: nothing leaves until the cork is taken off, then one segment',
      'The last header is left under the cork: it waits for "cork", and goes when the retransmission timeout is over',
    ],
    focus: 'everything',
    until: '2s',
    hosts: [
      client(
        program(
          'web server',
          { sleep: '20ms' },
          { call: 'socket', as: 'conn' },
          { call: 'setsockopt', fd: 'conn', option: 'TCP_NODELAY', value: 1 },
          { call: 'connect', fd: 'conn', address: 'server', port: 80 },
          { sleep: '100ms' },
          { call: 'send', fd: 'conn', bytes: 120 },
          { call: 'send', fd: 'conn', bytes: 400 },
          { sleep: '100ms' },
          { call: 'send', fd: 'conn', bytes: 120, flags: ['MSG_MORE'] },
          { call: 'send', fd: 'conn', bytes: 400 },
          { sleep: '100ms' },
          { call: 'setsockopt', fd: 'conn', option: 'TCP_CORK', value: 1 },
          { call: 'send', fd: 'conn', bytes: 120 },
          { sleep: '20ms' },
          { call: 'send', fd: 'conn', bytes: 400 },
          { call: 'setsockopt', fd: 'conn', option: 'TCP_CORK', value: 0 },
          { sleep: '100ms' },
          { call: 'setsockopt', fd: 'conn', option: 'TCP_CORK', value: 1 },
          { call: 'send', fd: 'conn', bytes: 120 },
          { sleep: '600ms' },
          closeConn,
        ),
      ),
      server(sink()),
    ],
  },
  {
    ...V1,
    id: 'user-timeout',
    title: 'TCP_USER_TIMEOUT',
    summary:
      'The cable is pulled while two connections have bytes under way: one gives up after five seconds, as it was told, the other goes on hoping for a quarter of an hour.',
    hint: 'Try: plug the cable in again after ten seconds; the patient one goes on as if nothing had been.',
    watch: [
      'Both retransmit with doubling intervals: 0.2, 0.4, 0.8, 1.6 s and so on',
      'TCP_USER_TIMEOUT 5000: recv() fails with ETIMEDOUT five seconds after the first timeout',
      'The other follows tcp_retries2: fifteen retransmissions, more than fifteen minutes',
      'No RST tells either end of the other: the cable is out',
    ],
    focus: 'everything',
    until: '1200s',
    hosts: [
      client(
        program(
          'impatient',
          { sleep: '10ms' },
          { call: 'socket', as: 'conn' },
          { call: 'setsockopt', fd: 'conn', option: 'TCP_USER_TIMEOUT', value: 5_000 },
          { call: 'connect', fd: 'conn', address: 'server', port: 80 },
          { sleep: '1s' },
          { call: 'send', fd: 'conn', text: 'are you there?' },
          { call: 'recv', fd: 'conn', bytes: 100 },
          closeConn,
        ),
        program(
          'patient',
          { sleep: '20ms' },
          ...connectTo80,
          { sleep: '1s' },
          { call: 'send', fd: 'conn', text: 'are you there?' },
          { call: 'recv', fd: 'conn', bytes: 100 },
          closeConn,
        ),
      ),
      server(program('quiet', ...listenOn80(), { repeat: 2, steps: [acceptOne] })),
    ],
    actions: [{ at: '500ms', do: 'unplug', link: 0 }],
  },
]
