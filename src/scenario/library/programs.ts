/** Scenarios about programs: what a server's structure means for its clients, what careless ones leave behind, and where messages end. */
import type { HostDocument, ScenarioDocument, UsedProgram } from '../document'
import { V1 } from './parts'

function host(name: 'client' | 'server', ...programs: readonly UsedProgram[]): HostDocument {
  const address = name === 'client' ? '10.0.0.1' : '10.0.0.2'
  return { name, address, role: name, programs: programs.map((it, n) => ({ process: `${it.use} ${n + 1}`, ...it })) }
}

/** Echo clients, the first of which stays for a while. */
const TWO_CLIENTS: readonly UsedProgram[] = [
  { use: 'echo-client', with: { count: 4, interval: 300 }, start: '10ms' },
  { use: 'echo-client', with: { count: 2, interval: 100 }, start: '200ms' },
]
const LAN = [{ a: 'client', b: 'server', both: { delay: '5ms' } }] as const

function pair(
  id: string,
  words: Pick<ScenarioDocument, 'title' | 'summary' | 'hint' | 'watch' | 'until'>,
  server: UsedProgram,
  ...clients: readonly UsedProgram[]
): ScenarioDocument {
  return {
    ...V1,
    id,
    ...words,
    focus: 'everything',
    hosts: [host('client', ...clients), host('server', server)],
    links: LAN,
  }
}

export const programs: readonly ScenarioDocument[] = [
  pair(
    'iterative-server',
    {
      title: 'Iterative server',
      summary:
        'The server talks to one client at a time. The second is connected, for the kernel sees to that, and hears nothing until the first has gone.',
      hint: 'Try: run a third echo client, and see where it waits.',
      watch: [
        'Both clients are connected at once: the handshake needs no accept()',
        'The second stands in the accept queue, its request unread in a receive buffer that no program has',
        'When the first closes, accept() returns at once and the answer follows',
      ],
      until: '3s',
    },
    { use: 'iterative-server' },
    ...TWO_CLIENTS,
  ),
  pair(
    'fork-per-client',
    {
      title: 'Fork per client',
      summary:
        'The server makes a child process for each client. Parent and child both have the descriptor, and the connection ends when both have closed it.',
      hint: 'Try: stop a child and see the FIN that its last descriptor leaves behind.',
      watch: [
        'After fork() two processes refer to one open file; the close() of the parent sends nothing',
        'Each child stands at its own line of the same program',
        'The close() of the child is the last one: now the FIN goes out',
      ],
      until: '3s',
    },
    { use: 'fork-server' },
    ...TWO_CLIENTS,
  ),
  pair(
    'thread-per-client',
    {
      title: 'Thread per client',
      summary:
        'The server starts a thread for each client. There is one process and one table of descriptors, and every thread may block as it likes.',
      hint: 'Try: call close() on the server for a descriptor that a thread reads from.',
      watch: [
        'main() is always back in accept(), while each thread is blocked in the recv() of its own connection',
        'The second client is answered while the first is still there',
        'A thread ends with its client; the process goes on',
      ],
      until: '3s',
    },
    { use: 'thread-server' },
    ...TWO_CLIENTS,
  ),
  pair(
    'epoll-loop',
    {
      title: 'epoll loop',
      summary:
        'One thread serves all clients: it sleeps in epoll_wait() alone and is told which descriptors have something for it.',
      hint: 'Try: step the program call by call while both clients are there.',
      watch: [
        'epoll_wait() returns the listener when a connection is ready, and a connection when it has bytes',
        'No recv() ever waits: each is made only when there is something to read',
        'A close() takes the descriptor out of the interest list by itself',
      ],
      until: '3s',
    },
    { use: 'epoll-server' },
    ...TWO_CLIENTS,
  ),
  pair(
    'slow-reader',
    {
      title: 'Slow reader',
      summary:
        'The server reads a thousand bytes twice a second. Its buffer fills, its window closes, and in the end send() itself blocks on the client.',
      hint: 'Try: call recv on the server by hand and see the window open.',
      watch: [
        'Every read frees room for little: the window opens late and not by each byte',
        'With the window at zero the client probes for it',
        'The send buffer fills behind it: the program of the client is blocked in send()',
      ],
      until: '4s',
    },
    { use: 'slow-reader' },
    { use: 'bulk-sender', with: { size: 400_000 }, start: '10ms' },
  ),
  pair(
    'never-accepts',
    {
      title: 'The server that never accepts',
      summary:
        'The program listens with a backlog of 2 and does something else. The kernel finishes handshakes by itself until the accept queue is full.',
      hint: 'Try: call accept on the server and see who moves up.',
      watch: [
        'Three clients are connected and have sent their request, though no accept() was ever called',
        'The accept queue holds one more than the backlog says',
        'The SYNs of the others are dropped: their connect() goes on trying',
      ],
      until: '4s',
    },
    { use: 'never-accepts' },
    ...[1, 2, 3, 4, 5].map((n): UsedProgram => ({ use: 'echo-client', start: `${n * 20}ms` })),
  ),
  pair(
    'never-closes',
    {
      title: 'CLOSE-WAIT piles up',
      summary:
        'The server reads each client to its end and forgets close(). The clients are long gone; the connections stay in CLOSE-WAIT as long as the process lives.',
      hint: 'Try: stop the program, and see the kernel close for it.',
      watch: [
        'Every client closes: its FIN takes the server to CLOSE-WAIT, and recv() returns 0',
        'No FIN ever comes back: the client waits in FIN-WAIT-2 until tcp_fin_timeout ends that',
        'One descriptor is lost for each client',
      ],
      until: '5s',
    },
    { use: 'never-closes' },
    ...[1, 2, 3, 4].map((n): UsedProgram => ({ use: 'bulk-sender', with: { size: 500 }, start: `${n * 400}ms` })),
  ),
  pair(
    'sticky-packets',
    {
      title: 'Sticky and split messages',
      summary:
        'The client calls send() once for each message; the server takes whatever recv() returns for one. TCP carries bytes, and knows of no messages.',
      hint: 'Try: set the sender’s interval to 50 ms, and see why such code passes its tests.',
      watch: [
        'The first message travels alone; Nagle’s rule keeps the others together until it is acknowledged',
        'One recv() returns several messages, and the end of one without its beginning',
        'Not a byte is lost or out of order: only the borders are gone',
      ],
      until: '1s',
    },
    { use: 'unframed-reader', with: { size: 64 } },
    { use: 'unframed-sender', with: { count: 24 }, start: '10ms' },
  ),
  pair(
    'length-framing',
    {
      title: 'Framing by length',
      summary:
        'Each message has its length before it, in network byte order. The reader keeps what is not complete yet, so it does not matter how the stream was cut.',
      hint: 'Try: attach a reader of 5 bytes at a time on another port, and send to it.',
      watch: [
        'htonl() writes the length, ntohl() reads it: 00 00 00 09 on the wire',
        'A recv() may bring half a length or three messages; each message comes out whole',
        'The bytes that are left over move to the front of the buffer',
      ],
      until: '1s',
    },
    { use: 'length-reader', with: { size: 50 } },
    { use: 'length-sender', with: { count: 24 }, start: '10ms' },
  ),
  pair(
    'line-framing',
    {
      title: 'Framing by delimiter',
      summary:
        'A line feed ends each message. The reader looks for it in what it has, and waits for more when there is none.',
      hint: 'Try: send a text without a line feed from the client by hand.',
      watch: [
        'The delimiter is a byte like any other on the wire',
        'What stands behind the last line feed waits in the buffer for the next recv()',
        'Each message comes out whole, however it was cut',
      ],
      until: '1s',
    },
    { use: 'line-reader', with: { size: 50 } },
    { use: 'line-sender', with: { count: 24 }, start: '10ms' },
  ),
  {
    ...pair(
      'heartbeat',
      {
        title: 'Heartbeat of the application',
        summary:
          'The client sends PING every second and gives up when no PONG came for three. The cable is pulled: TCP would try for a quarter of an hour.',
        hint: 'Try: plug the cable in again before the three seconds are over.',
        watch: [
          'PING and PONG keep both programs sure of each other while the connection is otherwise idle',
          'With the cable out, TCP retransmits the PING with longer and longer pauses and says nothing',
          'Three seconds after the last PONG the program closes: it knows long before tcp_retries2 would',
        ],
        until: '12s',
      },
      { use: 'heartbeat-server' },
      { use: 'heartbeat-client', start: '10ms' },
    ),
    actions: [{ at: '4500ms', do: 'unplug' }],
  },
  pair(
    'retry-backoff',
    {
      title: 'Refused, and trying again',
      summary:
        'The client starts before the server. Each connect() is refused with a reset; it waits, twice as long each time, with a new socket each time.',
      hint: 'Try: run the client alone for a minute, and watch the pauses reach their limit.',
      watch: [
        'Nobody listens: the kernel answers the SYN with RST, and connect() returns ECONNREFUSED at once',
        'A socket whose connect() failed is closed, and the next try has a new one',
        'The pauses double: 100, 200, 400, 800 ms; then the server is there',
      ],
      until: '3s',
    },
    { use: 'echo-server', start: '1400ms' },
    { use: 'retry-client', start: '10ms' },
  ),
]
