/** Servers that do it right, each in another way: one client and no more, one after another, a process or a thread each, one loop for all. */
import { acceptConn, closeConn, echoing, listening, port } from './entry'
import type { LibraryProgram } from './entry'

export const servers: readonly LibraryProgram[] = [
  {
    id: 'echo-server',
    title: 'Echo server',
    summary: 'Takes one connection, sends back whatever comes, and ends when the client has closed.',
    role: 'server',
    parameters: [port],
    steps: [...listening(), acceptConn, ...echoing, { call: 'close', fd: 'listener' }],
  },
  {
    id: 'iterative-server',
    title: 'Iterative server',
    summary:
      'Serves one client after another: while it talks to the first, the second stands in the accept queue and waits.',
    role: 'server',
    parameters: [port],
    steps: [...listening(), { repeat: 'forever', steps: [acceptConn, ...echoing] }],
  },
  {
    id: 'fork-server',
    title: 'Fork per client',
    summary:
      'Makes a child process for each client: the connection is closed only when parent and child both have closed it.',
    role: 'server',
    parameters: [port],
    steps: [
      { comment: 'children leave no zombies' },
      { call: 'signal', signal: 'SIGCHLD', action: 'SIG_IGN' },
      ...listening(),
      {
        repeat: 'forever',
        steps: [
          acceptConn,
          { call: 'fork', as: 'child' },
          {
            if: 'child == 0',
            do: [{ call: 'close', fd: 'listener' }, ...echoing, { call: 'exit', status: 0 }],
          },
          closeConn,
        ],
      },
    ],
  },
  {
    id: 'thread-server',
    title: 'Thread per client',
    summary: 'Starts a thread for each client; all threads share the descriptors of the one process.',
    role: 'server',
    parameters: [port],
    steps: [...listening(), { repeat: 'forever', steps: [acceptConn, { thread: 'serve', with: ['conn'] }] }],
    functions: { serve: { parameters: ['conn'], steps: echoing } },
  },
  {
    id: 'epoll-server',
    title: 'epoll loop',
    summary: 'One thread waits for all clients at once and never blocks in a single one of them.',
    role: 'server',
    parameters: [port],
    steps: [
      ...listening(true),
      { buffer: 'buf', bytes: 4_096 },
      { call: 'epollCreate', as: 'ep' },
      { call: 'epollCtl', fd: 'ep', op: 'EPOLL_CTL_ADD', target: 'listener', events: 'EPOLLIN', data: 'listener' },
      {
        repeat: 'forever',
        steps: [
          { call: 'epollWait', fd: 'ep', most: 16, timeoutMs: -1, as: 'ready' },
          {
            each: { fd: 'fd', events: 'bits' },
            steps: [
              {
                if: 'fd == listener',
                do: [
                  { call: 'accept', fd: 'listener', nonblock: true, as: 'conn' },
                  { if: 'conn < 0', do: [{ continue: true }] },
                  {
                    call: 'epollCtl',
                    fd: 'ep',
                    op: 'EPOLL_CTL_ADD',
                    target: 'conn',
                    events: 'EPOLLIN | EPOLLRDHUP',
                    data: 'conn',
                  },
                  { continue: true },
                ],
              },
              { call: 'recv', fd: 'fd', into: 'buf', bytes: 4_096, as: 'n' },
              { if: 'n < 0 && errno == EAGAIN', do: [{ continue: true }] },
              {
                if: 'n <= 0',
                do: [{ comment: 'its interest goes with the last descriptor' }, { call: 'close', fd: 'fd' }],
                else: [{ call: 'send', fd: 'fd', from: 'buf', bytes: 'n', flags: ['MSG_NOSIGNAL'] }],
              },
            ],
          },
        ],
      },
    ],
  },
]
