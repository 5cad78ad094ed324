/** Scenarios about what stands between a program and its connection: descriptors, open files, processes, signals, and waiting for several. */
import type { ScenarioDocument, StepDocument } from '../document'
import { acceptOne, client, closeConn, connectTo80, listenOn80, program, readToEnd, server, V1 } from './parts'

/** The first process of a host, and the ones that come after it. */
const FIRST = 1_000
const CHILD = 1_001

/** A worker of a server: waits in an epoll of its own for the listener that it was forked with, and takes what it can get. */
function worker(events: string): StepDocument[] {
  return [
    { call: 'socket', as: 'listener' },
    { call: 'bind', fd: 'listener', port: 80 },
    { call: 'listen', fd: 'listener', backlog: 16 },
    { call: 'fcntl', fd: 'listener', nonblock: true },
    // Two forks of everybody make four processes.
    { call: 'fork' },
    { call: 'fork' },
    { call: 'epollCreate', as: 'epoll' },
    { call: 'epollCtl', fd: 'epoll', op: 'EPOLL_CTL_ADD', target: 'listener', events },
    {
      repeat: 'forever',
      steps: [
        { call: 'epollWait', fd: 'epoll', most: 8, timeoutMs: -1 },
        {
          repeat: 1,
          untilClosed: true,
          steps: [
            { call: 'accept', fd: 'listener', as: 'conn' },
            { call: 'send', fd: 'conn', text: 'mine!' },
            closeConn,
          ],
        },
      ],
    },
  ]
}

/** A visitor of port 80 that comes after a while, hears one sentence and goes. */
function visitor(after: string): StepDocument[] {
  return [{ sleep: after }, ...connectTo80, readToEnd(), closeConn]
}

/** Reads 400 bytes at each wake-up of an epoll that watches its one connection. */
function epollReader(port: number, events: string): StepDocument[] {
  return [
    { call: 'socket', as: 'listener' },
    { call: 'bind', fd: 'listener', port },
    { call: 'listen', fd: 'listener', backlog: 5 },
    acceptOne,
    { call: 'epollCreate', as: 'epoll' },
    { call: 'epollCtl', fd: 'epoll', op: 'EPOLL_CTL_ADD', target: 'conn', events },
    {
      repeat: 'forever',
      steps: [
        { call: 'epollWait', fd: 'epoll', most: 1, timeoutMs: -1 },
        { call: 'recv', fd: 'conn', bytes: 400, flags: ['MSG_DONTWAIT'] },
      ],
    },
  ]
}

function talker(port: number): StepDocument[] {
  return [
    { sleep: '10ms' },
    { call: 'socket', as: 'conn' },
    { call: 'connect', fd: 'conn', address: 'server', port },
    { call: 'send', fd: 'conn', bytes: 1_000 },
    { sleep: '400ms' },
    { call: 'send', fd: 'conn', bytes: 200 },
    { sleep: '1h' },
  ]
}

export const processes: readonly ScenarioDocument[] = [
  {
    ...V1,
    id: 'fork-and-close',
    title: 'fork(): two processes, one connection',
    summary:
      'A server forks: parent and child hold the same connection. The parent closes its descriptor and nothing is sent; the FIN waits for the last one.',
    hint: 'Try: let the child call shutdown(SHUT_WR) in place of close(), and see that it does not wait for anybody.',
    watch: [
      'After fork() descriptor 4 stands under both processes, marked ×2: one open file with two references',
      'close(4) by the parent at 150 ms: no packet leaves, the child goes on sending',
      'close(4) by the child at 300 ms drops the last reference, and the FIN goes out',
      'A server that forgets to close its copy keeps every connection open after its children are gone',
    ],
    focus: 'states',
    until: '600ms',
    hosts: [
      client(program('reader', { sleep: '10ms' }, ...connectTo80, readToEnd(), closeConn)),
      server(program('server', ...listenOn80(), acceptOne)),
    ],
    actions: [
      { at: '100ms', do: 'call', host: 'server', call: { call: 'fork' } },
      { at: '150ms', do: 'call', host: 'server', pid: FIRST, call: { call: 'close', fd: 4 } },
      { at: '200ms', do: 'call', host: 'server', pid: CHILD, call: { call: 'send', fd: 4, text: 'from the child' } },
      { at: '300ms', do: 'call', host: 'server', pid: CHILD, call: { call: 'close', fd: 4 } },
    ],
  },
  {
    ...V1,
    id: 'shutdown-and-fork',
    title: 'shutdown() does not count references',
    summary:
      'Two processes share a connection, as after fork(). One calls shutdown(SHUT_WR): the FIN leaves at once, and the other can send no more.',
    hint: 'Try: call dup on a descriptor, then shutdown on one of the two, and send on the other.',
    watch: [
      'The FIN goes out at 200 ms, though two descriptors still refer to the connection',
      'send() of the parent fails with EPIPE: the connection was shut, not a descriptor',
      'Both descriptors stay open until close(): shutdown() gives none of them back',
    ],
    focus: 'states',
    until: '600ms',
    hosts: [
      client(program('reader', { sleep: '10ms' }, ...connectTo80, readToEnd(), { sleep: '200ms' }, closeConn)),
      server(program('server', ...listenOn80(), acceptOne)),
    ],
    actions: [
      { at: '100ms', do: 'call', host: 'server', call: { call: 'fork' } },
      { at: '200ms', do: 'call', host: 'server', pid: CHILD, call: { call: 'shutdown', fd: 4, how: 'SHUT_WR' } },
      { at: '250ms', do: 'call', host: 'server', pid: FIRST, call: { call: 'send', fd: 4, text: 'too late' } },
      { at: '350ms', do: 'call', host: 'server', pid: FIRST, call: { call: 'close', fd: 4 } },
      { at: '400ms', do: 'call', host: 'server', pid: CHILD, call: { call: 'close', fd: 4 } },
    ],
  },
  {
    ...V1,
    id: 'orphans',
    title: 'Orphans: connections without a process',
    summary:
      'A program sends 200 kB and ends at once. Its process and descriptors are gone, but the kernel still delivers every byte and closes politely.',
    hint: 'Try: pull the cable before the data is through, and see how long the kernel cares for an orphan.',
    watch: [
      'The process ends while most of the data waits in its send buffer: the row moves under “no process”',
      'FIN-WAIT-1 goes on sending, with nobody left who could ask how it went',
      'The server never closes: after tcp_fin_timeout, 60 s in FIN-WAIT-2, the orphan is forgotten',
      'The server’s CLOSE-WAIT has no such limit: it stays until its program calls close()',
    ],
    focus: 'states',
    until: '65s',
    hosts: [
      {
        ...client({
          ...program('job', { sleep: '10ms' }, ...connectTo80, { call: 'send', fd: 'conn', bytes: 200_000 }),
          process: 'job',
        }),
        sysctl: { tcp_wmem: [4_096, 1_048_576, 4_194_304] },
      },
      server(program('never closes', ...listenOn80(), acceptOne, readToEnd())),
    ],
    links: [{ a: 'client', b: 'server', both: { delay: '20ms', rate: '2Mbit' } }],
  },
  {
    ...V1,
    id: 'sigpipe',
    title: 'SIGPIPE ends the writer',
    summary:
      'The server closes and two clients go on sending. The second send() is EPIPE for the one that passes MSG_NOSIGNAL, and death for the other.',
    hint: 'Try: set what SIGPIPE does to a process in the menu beside its number, and play again.',
    watch: [
      'The first send() after the server has closed succeeds; it is answered with a reset',
      'The second send() fails with EPIPE, and SIGPIPE goes to the process that made it',
      'The careless process ends in the middle of its program, and its descriptors with it',
      'The careful one asked for MSG_NOSIGNAL, sees EPIPE and closes',
    ],
    focus: 'states',
    until: '600ms',
    hosts: [
      {
        ...client(
          ...(['careless', 'careful'] as const).map((name) => {
            const flags = name === 'careful' ? { flags: ['MSG_NOSIGNAL'] } : {}
            const steps: StepDocument[] = [
              { sleep: '10ms' },
              ...connectTo80,
              { sleep: '100ms' },
              { call: 'send', fd: 'conn', text: 'one', ...flags },
              { sleep: '100ms' },
              { call: 'send', fd: 'conn', text: 'two', ...flags },
              closeConn,
            ]
            return { ...program(name, ...steps), process: name }
          }),
        ),
        sigpipe: 'default' as const,
      },
      server(program('closes', ...listenOn80(), { repeat: 2, steps: [acceptOne, closeConn] })),
    ],
  },
  {
    ...V1,
    id: 'select',
    title: 'select(): waiting for several',
    summary:
      'One thread serves two clients: select() sleeps until one of the descriptors can be read, or its time is over.',
    hint: 'Try: open a select() of the server in the list of events and read which sets came back, and the time left.',
    watch: [
      'select() returns the number of bits left in its sets: 1 for each message, 0 when half a second has passed',
      'Linux writes the time that was left into the timeout; portable programs set it anew each time',
      'A FIN makes a descriptor readable too: recv() then returns 0',
    ],
    focus: 'everything',
    until: '2s',
    hosts: [
      client(
        program(
          'first',
          { sleep: '10ms' },
          ...connectTo80,
          { sleep: '200ms' },
          { call: 'send', fd: 'conn', text: 'hello' },
          {
            sleep: '1s',
          },
          closeConn,
        ),
        program(
          'second',
          { sleep: '20ms' },
          ...connectTo80,
          { sleep: '300ms' },
          { call: 'send', fd: 'conn', text: 'and hi' },
          {
            sleep: '1h',
          },
        ),
      ),
      server(
        program(
          'server',
          ...listenOn80(),
          { call: 'accept', fd: 'listener', as: 'a' },
          { call: 'accept', fd: 'listener', as: 'b' },
          {
            repeat: 4,
            steps: [
              { call: 'select', read: ['a', 'b'], timeoutMs: 500 },
              { call: 'recv', fd: 'a', bytes: 100, flags: ['MSG_DONTWAIT'] },
              { call: 'recv', fd: 'b', bytes: 100, flags: ['MSG_DONTWAIT'] },
            ],
          },
        ),
      ),
    ],
  },
  {
    ...V1,
    id: 'epoll-edge-and-level',
    title: 'epoll: level or edge',
    summary:
      'Two readers take 400 of 1000 bytes at each wake-up. Level-triggered epoll tells again what is left; edge-triggered says it once.',
    hint: 'Try: open an epoll in the table of descriptors, and see its ready list while the edge-triggered reader sleeps.',
    watch: [
      'The level-triggered reader is woken three times and reads 400, 400 and 200 bytes',
      'The edge-triggered one is woken once, reads 400, and sleeps beside 600 bytes that nobody mentions again',
      'Only new data makes a new edge: at 470 ms it is woken once more, and reads another 400 of then 800',
      'The cure is to read until EAGAIN at each edge',
    ],
    focus: 'everything',
    until: '1s',
    hosts: [
      client(program('to level', ...talker(80)), program('to edge', ...talker(81))),
      server(
        { ...program('level', ...epollReader(80, 'EPOLLIN')), process: 'level' },
        { ...program('edge', ...epollReader(81, 'EPOLLIN|EPOLLET')), process: 'edge' },
      ),
    ],
  },
  {
    ...V1,
    id: 'thundering-herd',
    title: 'Thundering herd',
    summary:
      'Four workers, forked from one listener, each wait in an epoll of their own. One connection wakes all four, and three of them for nothing.',
    hint: 'Try: play the same with EPOLLEXCLUSIVE, the next scenario, and compare the calls.',
    watch: [
      'The listener’s descriptor stands under four processes, marked ×4',
      'Each connection wakes four epoll_wait() calls; one accept() wins, three return EAGAIN',
    ],
    focus: 'everything',
    until: '400ms',
    hosts: [
      client(program('first', ...visitor('50ms')), program('second', ...visitor('150ms'))),
      server({ ...program('worker', ...worker('EPOLLIN')), process: 'workers' }),
    ],
  },
  {
    ...V1,
    id: 'epoll-exclusive',
    title: 'EPOLLEXCLUSIVE tames the herd',
    summary:
      'The same four workers with EPOLLEXCLUSIVE: a connection wakes one of them, and accept() never comes in vain.',
    hint: 'Try: keep the woken worker busy, and see which one the next connection wakes.',
    watch: [
      'Each connection wakes one epoll_wait() call, that of the worker which was there first',
      'No accept() returns EAGAIN',
    ],
    focus: 'everything',
    until: '400ms',
    hosts: [
      client(program('first', ...visitor('50ms')), program('second', ...visitor('150ms'))),
      server({ ...program('worker', ...worker('EPOLLIN|EPOLLEXCLUSIVE')), process: 'workers' }),
    ],
  },
  {
    ...V1,
    id: 'eintr',
    title: 'EINTR and SA_RESTART',
    summary:
      'Three programs wait in a call and get SIGALRM, for which they have a handler. Only one of the calls begins again by itself.',
    hint: 'Try: interrupt any blocked call with the × beside it, and see EINTR.',
    watch: [
      'accept() with a plain handler returns EINTR at 100 ms, and the program must call it again',
      'accept() with SA_RESTART goes on: the program never hears of the signal',
      'poll() returns EINTR in spite of SA_RESTART; so do select(), epoll_wait() and calls with a timeout',
    ],
    focus: 'everything',
    until: '400ms',
    hosts: [
      client(program('late', { sleep: '200ms' }, ...connectTo80, closeConn)),
      server(
        {
          ...program('plain', { call: 'signal', signal: 'SIGALRM', action: 'handler' }, ...listenOn80(), {
            repeat: 'forever',
            steps: [acceptOne],
          }),
          process: 'plain',
        },
        {
          ...program(
            'restarting',
            { call: 'signal', signal: 'SIGALRM', action: 'handler', restart: true },
            { call: 'socket', as: 'listener' },
            { call: 'bind', fd: 'listener', port: 81 },
            { call: 'listen', fd: 'listener', backlog: 5 },
            acceptOne,
          ),
          process: 'restarting',
        },
        {
          ...program(
            'polling',
            { call: 'signal', signal: 'SIGALRM', action: 'handler', restart: true },
            { call: 'socket', as: 'listener' },
            { call: 'bind', fd: 'listener', port: 82 },
            { call: 'listen', fd: 'listener', backlog: 5 },
            { call: 'poll', fds: [{ fd: 'listener', events: 'POLLIN' }], timeoutMs: -1 },
            { sleep: '1h' },
          ),
          process: 'polling',
        },
      ),
    ],
    actions: [CHILD, CHILD + 1, CHILD + 2].map((pid) => ({
      at: '100ms',
      do: 'signal' as const,
      host: 'server',
      pid,
      signal: 'SIGALRM' as const,
    })),
  },
]
