/** Scenarios about UDP and Unix sockets: the same calls without a connection, and without a network. */
import type { ProgramDocument, ScenarioDocument, StepDocument } from '../document'
import { client, program, server, V1 } from './parts'

const UDP_SOCKET: StepDocument = { call: 'socket', type: 'SOCK_DGRAM', as: 's' }
const bind = (port: number): StepDocument => ({ call: 'bind', fd: 's', port })
const forever = (...steps: StepDocument[]): StepDocument => ({ repeat: 'forever', steps })
/** Reads until nothing has come for a while. */
const readAll = (bytes = 2_000): StepDocument => ({
  repeat: 'forever',
  untilClosed: true,
  steps: [{ call: 'recvfrom', fd: 's', bytes }],
})
const patience = (fd: string, milliseconds: number): StepDocument => ({
  call: 'setsockopt',
  fd,
  option: 'SO_RCVTIMEO',
  value: milliseconds,
})

function sendTo(port: number, text: string): StepDocument {
  return { call: 'sendto', fd: 's', text, address: 'server', port }
}

function starting(start: string, it: ProgramDocument): ProgramDocument {
  return { ...it, start }
}

/** Sends so many numbered datagrams, one every few milliseconds. */
function numbered(port: number, count: number, gap: string): StepDocument[] {
  return Array.from({ length: count }, (_, i): StepDocument[] => [
    sendTo(port, `datagram ${String(i + 1).padStart(2, '0')}`),
    { sleep: gap },
  ]).flat()
}

const PATH = '/tmp/server.sock'
const unixSocket = (as: string, type: 'SOCK_STREAM' | 'SOCK_DGRAM' = 'SOCK_STREAM'): StepDocument => ({
  call: 'socket',
  domain: 'AF_UNIX',
  type,
  as,
})
/** An address of the other family has no meaning beside a path; documents fill it in. */
const bindPath = (fd: string): StepDocument => ({ call: 'bind', fd, path: PATH, port: 0 })
const connectPath = (fd: string): StepDocument => ({ call: 'connect', fd, path: PATH, address: '0.0.0.0', port: 0 })

const talk: readonly StepDocument[] = [
  { call: 'send', fd: 'conn', text: 'ping' },
  { call: 'recv', fd: 'conn', bytes: 100 },
  { call: 'close', fd: 'conn' },
]
const answerOne: readonly StepDocument[] = [
  { call: 'accept', fd: 'listener', as: 'conn' },
  { call: 'recv', fd: 'conn', bytes: 100 },
  { call: 'send', fd: 'conn', text: 'pong' },
  { call: 'recv', fd: 'conn', bytes: 100 },
  { call: 'close', fd: 'conn' },
]

export const datagrams: readonly ScenarioDocument[] = [
  {
    ...V1,
    id: 'udp-echo',
    title: 'UDP: question and answer',
    summary:
      'No handshake and no connection: each sendto() is one packet, each recvfrom() tells who sent it, and the answer goes there.',
    hint: 'Try: lose one of the packets. Nobody sends it again, and nobody is told.',
    watch: [
      'The first packet on the wire carries data already: there is no SYN',
      'recvfrom() returns one datagram at a time, however much room it is given',
      'A datagram of 0 bytes is a packet like any other, and recvfrom() returns 0 for it',
      'close() sends nothing, and no TIME-WAIT stays behind',
    ],
    focus: 'everything',
    until: '1s',
    hosts: [
      client(
        starting(
          '10ms',
          program(
            'asker',
            UDP_SOCKET,
            ...['first question', 'second', ''].flatMap((text): StepDocument[] => [
              sendTo(9000, text),
              { call: 'recvfrom', fd: 's', bytes: 2_000 },
            ]),
            { call: 'close', fd: 's' },
          ),
        ),
      ),
      server(
        program(
          'answerer',
          UDP_SOCKET,
          bind(9000),
          forever(
            { call: 'recvfrom', fd: 's', bytes: 2_000, from: 'peer' },
            { call: 'sendto', fd: 's', text: 'the answer', to: 'peer' },
          ),
        ),
      ),
    ],
  },
  {
    ...V1,
    id: 'udp-connection-refused',
    title: 'UDP: ECONNREFUSED from the next call',
    summary:
      'Nobody has the port. The send() succeeds all the same; the ICMP answer becomes the error of whatever call comes next.',
    hint: 'Try: set IP_RECVERR on the unconnected socket, and it hears of it too.',
    watch: [
      'The server’s kernel answers with ICMP port unreachable, not with a reset',
      'The connected socket’s next call fails with ECONNREFUSED, once; the one after it succeeds again',
      'The unconnected socket gets the same ICMP and is told nothing: recv() waits for ever, or until its timeout',
    ],
    focus: 'everything',
    until: '1s',
    hosts: [
      client(
        starting(
          '10ms',
          program(
            'connected',
            UDP_SOCKET,
            { call: 'connect', fd: 's', address: 'server', port: 9 },
            { call: 'send', fd: 's', text: 'anybody there?' },
            { sleep: '50ms' },
            { call: 'send', fd: 's', text: 'hello?' },
            { call: 'send', fd: 's', text: 'hello again?' },
            { call: 'recv', fd: 's', bytes: 100 },
          ),
        ),
        starting(
          '210ms',
          program('unconnected', UDP_SOCKET, patience('s', 300), sendTo(9, 'anybody there?'), {
            call: 'recvfrom',
            fd: 's',
            bytes: 100,
          }),
        ),
      ),
      server(),
    ],
  },
  {
    ...V1,
    id: 'tcp-beside-udp',
    title: 'TCP and UDP on a bad link',
    summary:
      'Twenty messages by TCP and twenty by UDP over the same link, which loses some and lets others overtake; what each application gets is not the same.',
    hint: 'Try: set the loss to 0 and keep the reordering, or the other way round.',
    watch: [
      'UDP: fewer than twenty arrive, and not in their order; each that does arrive is whole',
      'TCP: every byte arrives once and in order, later; the borders between the messages are gone',
      'Only TCP sends anything again',
    ],
    focus: 'everything',
    seed: 9,
    until: '20s',
    hosts: [
      client(
        starting(
          '10ms',
          program(
            'by TCP',
            { call: 'socket', as: 'conn' },
            { call: 'connect', fd: 'conn', address: 'server', port: 80 },
            { call: 'setsockopt', fd: 'conn', option: 'TCP_NODELAY', value: 1 },
            ...Array.from({ length: 20 }, (_, i): StepDocument[] => [
              { call: 'send', fd: 'conn', text: `message ${String(i + 1).padStart(2, '0')}!` },
              { sleep: '5ms' },
            ]).flat(),
            { call: 'close', fd: 'conn' },
          ),
        ),
        starting('10ms', program('by UDP', UDP_SOCKET, ...numbered(9000, 20, '5ms'), { call: 'close', fd: 's' })),
      ),
      server(
        program(
          'TCP reader',
          { call: 'socket', as: 'listener' },
          { call: 'bind', fd: 'listener', port: 80 },
          { call: 'listen', fd: 'listener', backlog: 5 },
          { call: 'accept', fd: 'listener', as: 'conn' },
          { repeat: 'forever', untilClosed: true, steps: [{ call: 'recv', fd: 'conn', bytes: 2_000 }] },
          { call: 'close', fd: 'conn' },
        ),
        program('UDP reader', UDP_SOCKET, bind(9000), patience('s', 5_000), readAll()),
      ),
    ],
    links: [
      {
        a: 'client',
        b: 'server',
        both: { rate: '10Mbit', delay: '20ms', loss: 0.15, reorder: 0.25, reorderDelay: '15ms' },
      },
    ],
  },
  {
    ...V1,
    id: 'udp-buffer-overflow',
    title: 'UDP: a full receive buffer',
    summary:
      'The reader sleeps while twenty datagrams arrive. The receive buffer holds nine of them; the others arrived and are lost all the same.',
    hint: 'Try: leave SO_RCVBUF as it is, or send larger datagrams and see what each is charged.',
    watch: [
      'SO_RCVBUF 4096 is doubled to 8192, and each datagram of a few bytes is charged 832: nine fit',
      'The rest reach the host and are dropped by it: UdpRcvbufErrors and the drops of `ss -uanm` count them',
      'Nobody is told, neither the sender nor the reader',
    ],
    focus: 'everything',
    until: '2s',
    hosts: [
      client(starting('10ms', program('fast sender', UDP_SOCKET, ...numbered(9000, 20, '2ms')))),
      server(
        program(
          'slow reader',
          UDP_SOCKET,
          { call: 'setsockopt', fd: 's', option: 'SO_RCVBUF', value: 4_096 },
          bind(9000),
          { sleep: '500ms' },
          patience('s', 500),
          readAll(),
        ),
      ),
    ],
  },
  {
    ...V1,
    id: 'udp-truncation',
    title: 'UDP: a datagram that is cut',
    summary:
      'A read with too small a buffer takes the beginning of a datagram, and the rest is gone; a stream would have kept it for the next call.',
    hint: 'Try: call recv by hand with MSG_PEEK and MSG_TRUNC to learn the length first.',
    watch: [
      'Three datagrams of 40 bytes; the first read asks for 10 and gets 10',
      'The next read begins with the next datagram: 30 bytes of the first are nowhere',
      'With MSG_TRUNC recv() returns 40, though it copied 10',
    ],
    focus: 'everything',
    until: '1s',
    hosts: [
      client(
        starting(
          '10ms',
          program(
            'sender',
            UDP_SOCKET,
            ...['first', 'second', 'third'].map((which) =>
              sendTo(9000, `the ${which} datagram of three `.padEnd(40, '.')),
            ),
          ),
        ),
      ),
      server(
        program(
          'reader',
          UDP_SOCKET,
          bind(9000),
          { call: 'recvfrom', fd: 's', bytes: 10 },
          { call: 'recvfrom', fd: 's', bytes: 100 },
          { call: 'recvfrom', fd: 's', bytes: 10, flags: ['MSG_TRUNC'] },
        ),
      ),
    ],
  },
  {
    ...V1,
    id: 'udp-descriptor-per-client',
    title: 'UDP: one descriptor for each client',
    summary:
      'A UDP server gives each client a socket of its own: SO_REUSEADDR, bind() to the same port, and connect() back to whoever wrote.',
    hint: 'Try: send from a third client by hand; the first socket gets it.',
    watch: [
      'All three sockets of the server are bound to port 9000',
      'A datagram goes to the socket that is connected to its sender, and to the unconnected one if there is none',
      'The server may then wait for all of them with poll() or epoll, as if each were a connection',
    ],
    focus: 'everything',
    until: '1s',
    hosts: [
      client(
        ...[1, 2].map((number) =>
          starting(
            number === 1 ? '10ms' : '100ms',
            program(
              `client ${number}`,
              UDP_SOCKET,
              sendTo(9000, `client ${number}: hello`),
              { call: 'recvfrom', fd: 's', bytes: 100 },
              { sleep: '200ms' },
              sendTo(9000, `client ${number}: more`),
              { call: 'recvfrom', fd: 's', bytes: 100 },
            ),
          ),
        ),
      ),
      server(
        program(
          'reception',
          UDP_SOCKET,
          { call: 'setsockopt', fd: 's', option: 'SO_REUSEADDR', value: 1 },
          bind(9000),
          ...[1, 2].flatMap((number): StepDocument[] => {
            const own = `client${number}`
            return [
              { call: 'recvfrom', fd: 's', bytes: 100, from: 'peer' },
              { call: 'socket', type: 'SOCK_DGRAM', as: own },
              { call: 'setsockopt', fd: own, option: 'SO_REUSEADDR', value: 1 },
              { call: 'bind', fd: own, port: 9000 },
              { call: 'connect', fd: own, to: 'peer', address: '0.0.0.0', port: 0 },
              { call: 'send', fd: own, text: `you are number ${number}` },
            ]
          }),
          ...[1, 2].flatMap((number): StepDocument[] => [
            { call: 'recv', fd: `client${number}`, bytes: 100 },
            { call: 'send', fd: `client${number}`, text: `number ${number} again` },
          ]),
          { call: 'recvfrom', fd: 's', bytes: 100 },
        ),
      ),
    ],
  },
  {
    ...V1,
    id: 'unix-beside-tcp',
    title: 'A Unix socket beside TCP',
    summary:
      'The same conversation on one machine twice, over loopback TCP and over a Unix socket: the same calls, and no packets at all.',
    hint: 'Try: run the server again by hand: bind() says EADDRINUSE until you unlink() the path.',
    watch: [
      'TCP over loopback: a handshake, segments, ACKs, four-way close, and TIME-WAIT for a minute',
      'Unix: connect() returns before accept() was called, and nothing is on any wire',
      'When both have closed the Unix sockets are gone; the path stays until someone unlinks it',
    ],
    focus: 'everything',
    until: '2s',
    hosts: [
      client(),
      server(
        program(
          'TCP server',
          { call: 'socket', as: 'listener' },
          { call: 'bind', fd: 'listener', port: 80 },
          { call: 'listen', fd: 'listener', backlog: 5 },
          ...answerOne,
        ),
        starting(
          '10ms',
          program(
            'TCP client',
            { call: 'socket', as: 'conn' },
            { call: 'connect', fd: 'conn', address: '127.0.0.1', port: 80 },
            ...talk,
          ),
        ),
        starting(
          '500ms',
          program(
            'Unix server',
            unixSocket('listener'),
            bindPath('listener'),
            { call: 'listen', fd: 'listener', backlog: 5 },
            { sleep: '100ms' },
            ...answerOne,
            { call: 'close', fd: 'listener' },
          ),
        ),
        starting('510ms', program('Unix client', unixSocket('conn'), connectPath('conn'), ...talk)),
      ),
    ],
  },
  {
    ...V1,
    id: 'unix-datagram-backpressure',
    title: 'Unix datagrams are not dropped',
    summary:
      'A fast sender and a slow reader on one machine: where UDP would drop what does not fit, a Unix datagram socket makes its sender wait.',
    hint: 'Try: set max_dgram_qlen on the server, or make the sender non-blocking: EAGAIN.',
    watch: [
      'Eleven datagrams fit: max_dgram_qlen is 10, and the queue may be one longer',
      'The twelfth sendto() blocks until the reader has taken one',
      'Twenty were sent and twenty are read; compare the full receive buffer of UDP',
    ],
    focus: 'everything',
    until: '3s',
    hosts: [
      client(),
      server(
        program(
          'slow reader',
          unixSocket('s', 'SOCK_DGRAM'),
          bindPath('s'),
          { sleep: '500ms' },
          { repeat: 20, steps: [{ call: 'recvfrom', fd: 's', bytes: 100 }, { sleep: '20ms' }] },
        ),
        starting(
          '10ms',
          program('fast sender', unixSocket('s', 'SOCK_DGRAM'), {
            repeat: 20,
            steps: [{ call: 'sendto', fd: 's', text: 'a datagram', path: PATH }],
          }),
        ),
      ),
    ],
  },
]
