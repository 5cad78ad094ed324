/** Scenarios about how fast a sender may go: the peer's window, Nagle's rule, delayed ACKs. */
import type { ScenarioDocument } from '../document'
import { acceptOne, client, closeConn, connectTo80, listenOn80, program, readToEnd, server, V1 } from './parts'

export const flow: readonly ScenarioDocument[] = [
  {
    ...V1,
    id: 'zero-window',
    title: 'Zero window and probes',
    summary:
      'The server stops reading, its buffer fills, and the window closes: the client may send nothing but a small probe now and then.',
    hint: 'Try: call recv on the server and see the window open at once.',
    watch: [
      'The window that the server offers shrinks as its receive buffer fills',
      'At zero the client waits for "persist", and probes with doubling intervals',
      'When the program reads, a window update sets everything in motion again',
    ],
    focus: 'everything',
    until: '8s',
    hosts: [
      client(
        program('pusher', { sleep: '10ms' }, ...connectTo80, { call: 'send', fd: 'conn', bytes: 40_000 }, closeConn),
      ),
      server(
        program(
          'sleeper',
          { call: 'socket', as: 'listener' },
          { call: 'setsockopt', fd: 'listener', option: 'SO_REUSEADDR', value: 1 },
          { call: 'setsockopt', fd: 'listener', option: 'SO_RCVBUF', value: 8_192 },
          { call: 'bind', fd: 'listener', port: 80 },
          { call: 'listen', fd: 'listener', backlog: 5 },
          acceptOne,
          { sleep: '3s' },
          readToEnd(4_096),
          closeConn,
        ),
      ),
    ],
  },
  {
    ...V1,
    id: 'nagle-delayed-ack',
    title: 'Nagle meets delayed ACK',
    summary:
      'A program writes its request in two small pieces; the second waits for an ACK that the server is holding back for 40 ms.',
    hint: 'Try: setsockopt(TCP_NODELAY) on the client before the third request, and compare.',
    watch: [
      'The first write leaves at once, the second is held: waiting for "nagle"',
      'The server delays its ACK in the hope of sending it along with an answer',
      'Each waits for the other until the delayed-ACK timer ends it, once for every request',
      'The first request is quick: Linux acknowledges at once until the connection turns into a conversation',
    ],
    focus: 'everything',
    until: '1s',
    hosts: [
      client(
        program(
          'chatty',
          { sleep: '10ms' },
          ...connectTo80,
          {
            repeat: 5,
            steps: [
              { call: 'send', fd: 'conn', bytes: 100 },
              { call: 'send', fd: 'conn', bytes: 100 },
              { call: 'recv', fd: 'conn', bytes: 4_096 },
            ],
          },
          closeConn,
        ),
      ),
      server(
        program(
          'answerer',
          ...listenOn80(),
          acceptOne,
          {
            repeat: 'forever',
            untilClosed: true,
            steps: [
              { call: 'recv', fd: 'conn', bytes: 200, flags: ['MSG_WAITALL'] },
              { call: 'send', fd: 'conn', bytes: 50, flags: ['MSG_NOSIGNAL'] },
            ],
          },
          closeConn,
        ),
      ),
    ],
    links: [{ a: 'client', b: 'server', both: { delay: '5ms' } }],
  },
]
