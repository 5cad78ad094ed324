/** Stories of descriptors that are shared, of processes that end, of signals and of waiting for several, each to be played on a kernel and on a host of ours. */
import type { Call } from '../../../src/trace'

/** The process that a story begins with, and those that it forks. */
export const PROCESSES = ['P', 'C1', 'C2'] as const
export type ProcessName = (typeof PROCESSES)[number]

/** `pid` of a call may be a process's name. `again` asks once more after a call that was blocked. */
export type Move = { readonly on: ProcessName; readonly call: Call } | { readonly again: ProcessName }

export interface Story {
  readonly name: string
  readonly moves: readonly Move[]
}

const PORT = 8_080
const p = (call: Call): Move => ({ on: 'P', call })
const c1 = (call: Call): Move => ({ on: 'C1', call })

/** A listener 3 and a connection of the process with itself: 4 is who connected, 5 who was accepted. */
const CONNECTED: readonly Move[] = [
  p({ call: 'socket' }),
  p({ call: 'bind', fd: 3, port: PORT }),
  p({ call: 'listen', fd: 3, backlog: 5 }),
  p({ call: 'socket' }),
  p({ call: 'connect', fd: 4, address: '127.0.0.1', port: PORT }),
  p({ call: 'accept', fd: 3 }),
]

const ASKED = 'POLLIN|POLLPRI|POLLOUT|POLLRDHUP'

/** What select and poll say of 4. */
const ASK: readonly Move[] = [
  p({ call: 'select', read: [4], write: [4], except: [4], timeoutMs: 0 }),
  p({ call: 'poll', fds: [{ fd: 4, events: ASKED }], timeoutMs: 0 }),
]

function epoll(op: 'ADD' | 'MOD' | 'DEL', target: number, events: string): Move {
  return p({ call: 'epollCtl', fd: 6, op: `EPOLL_CTL_${op}`, target, events })
}
const WAIT = p({ call: 'epollWait', fd: 6, most: 8, timeoutMs: 0 })

/** An interrupted call: what it returns for a handler without and with SA_RESTART. */
function interrupted(name: string, call: Call, restart: boolean, before: readonly Move[] = []): Story {
  return {
    name: `${name}, ${restart ? 'SA_RESTART' : 'no SA_RESTART'}`,
    moves: [
      ...CONNECTED,
      ...before,
      p({ call: 'fork' }),
      c1({ call: 'signal', signal: 'SIGALRM', action: 'handler', restart }),
      c1(call),
      p({ call: 'kill', pid: 'C1', signal: 'SIGALRM' }),
      { again: 'C1' },
    ],
  }
}

const BLOCKING: readonly (readonly [string, Call, (readonly Move[])?])[] = [
  ['accept', { call: 'accept', fd: 3 }],
  ['recv', { call: 'recv', fd: 4, bytes: 10 }],
  [
    'recv of MSG_WAITALL with some',
    { call: 'recv', fd: 4, bytes: 10, flags: ['MSG_WAITALL'] },
    [p({ call: 'send', fd: 5, text: 'some' })],
  ],
  [
    'recv with SO_RCVTIMEO',
    { call: 'recv', fd: 4, bytes: 10 },
    [p({ call: 'setsockopt', fd: 4, option: 'SO_RCVTIMEO', value: 5_000 })],
  ],
  ['poll', { call: 'poll', fds: [{ fd: 4, events: 'POLLIN' }], timeoutMs: -1 }],
  ['select', { call: 'select', read: [4], timeoutMs: -1 }],
  ['epoll_wait', { call: 'epollWait', fd: 6, most: 1, timeoutMs: -1 }, [p({ call: 'epollCreate' })]],
]

export const STORIES: readonly Story[] = [
  {
    name: 'dup: the connection lives until the last descriptor is closed',
    moves: [
      ...CONNECTED,
      p({ call: 'dup', fd: 5 }),
      p({ call: 'close', fd: 5 }),
      p({ call: 'recv', fd: 4, bytes: 9, flags: ['MSG_DONTWAIT'] }),
      p({ call: 'send', fd: 6, text: 'here' }),
      p({ call: 'recv', fd: 4, bytes: 9 }),
      p({ call: 'close', fd: 6 }),
      p({ call: 'recv', fd: 4, bytes: 9 }),
      p({ call: 'dup', fd: 6 }),
    ],
  },
  {
    name: 'dup2: over itself, over another, far up, and wrong',
    moves: [
      ...CONNECTED,
      p({ call: 'dup2', fd: 5, to: 5 }),
      p({ call: 'dup2', fd: 5, to: 20 }),
      p({ call: 'dup2', fd: 5, to: -1 }),
      p({ call: 'dup2', fd: 99, to: 7 }),
      p({ call: 'dup2', fd: 3, to: 5 }),
      p({ call: 'recv', fd: 4, bytes: 1, flags: ['MSG_DONTWAIT'] }),
      p({ call: 'dup2', fd: 3, to: 20 }),
      p({ call: 'recv', fd: 4, bytes: 1 }),
      p({ call: 'dup', fd: 4 }),
    ],
  },
  {
    name: 'O_NONBLOCK is shared by duplicates and by a child',
    moves: [
      ...CONNECTED,
      p({ call: 'dup', fd: 4 }),
      p({ call: 'fork' }),
      p({ call: 'fcntl', fd: 4, nonblock: true }),
      p({ call: 'recv', fd: 6, bytes: 1 }),
      c1({ call: 'recv', fd: 6, bytes: 1 }),
    ],
  },
  {
    name: 'fork: FIN waits for the close of both',
    moves: [
      ...CONNECTED,
      p({ call: 'fork' }),
      p({ call: 'close', fd: 5 }),
      p({ call: 'recv', fd: 4, bytes: 1, flags: ['MSG_DONTWAIT'] }),
      c1({ call: 'send', fd: 5, text: 'child' }),
      p({ call: 'recv', fd: 4, bytes: 9 }),
      c1({ call: 'close', fd: 5 }),
      p({ call: 'recv', fd: 4, bytes: 9 }),
      c1({ call: 'recv', fd: 5, bytes: 9 }),
    ],
  },
  {
    name: 'fork: shutdown acts for both at once',
    moves: [
      ...CONNECTED,
      p({ call: 'fork' }),
      c1({ call: 'shutdown', fd: 5, how: 'SHUT_WR' }),
      p({ call: 'recv', fd: 4, bytes: 9 }),
      p({ call: 'send', fd: 5, text: 'late' }),
    ],
  },
  {
    name: 'exit closes, and leaves a zombie for waitpid',
    moves: [
      ...CONNECTED,
      p({ call: 'waitpid', pid: -1 }),
      p({ call: 'fork' }),
      p({ call: 'close', fd: 5 }),
      p({ call: 'waitpid', pid: -1, nohang: true }),
      c1({ call: 'exit', status: 3 }),
      p({ call: 'recv', fd: 4, bytes: 9 }),
      p({ call: 'waitpid', pid: 'C1' }),
      p({ call: 'waitpid', pid: -1 }),
    ],
  },
  {
    name: 'kill: a child ends, its connection with it, and its parent learns by what',
    moves: [
      ...CONNECTED,
      p({ call: 'fork' }),
      p({ call: 'close', fd: 5 }),
      p({ call: 'kill', pid: 'C1', signal: 'SIGTERM' }),
      p({ call: 'recv', fd: 4, bytes: 9 }),
      p({ call: 'kill', pid: 'C1', signal: 'SIGTERM' }),
      p({ call: 'waitpid', pid: -1 }),
      p({ call: 'kill', pid: 'C1', signal: 'SIGTERM' }),
    ],
  },
  {
    name: 'an ignored SIGCHLD leaves no zombie',
    moves: [
      p({ call: 'signal', signal: 'SIGCHLD', action: 'SIG_IGN' }),
      p({ call: 'fork' }),
      c1({ call: 'exit', status: 0 }),
      p({ call: 'waitpid', pid: -1 }),
    ],
  },
  {
    name: 'SIGPIPE: ignored, prevented, and fatal',
    moves: [
      ...CONNECTED,
      p({ call: 'fork' }),
      p({ call: 'shutdown', fd: 4, how: 'SHUT_WR' }),
      c1({ call: 'send', fd: 4, text: 'x' }),
      c1({ call: 'signal', signal: 'SIGPIPE', action: 'SIG_DFL' }),
      c1({ call: 'send', fd: 4, text: 'x', flags: ['MSG_NOSIGNAL'] }),
      c1({ call: 'send', fd: 4, text: 'x' }),
      p({ call: 'waitpid', pid: -1 }),
    ],
  },
  {
    name: 'SIGPIPE: a handler runs and EPIPE comes all the same',
    moves: [
      ...CONNECTED,
      p({ call: 'signal', signal: 'SIGPIPE', action: 'handler' }),
      p({ call: 'shutdown', fd: 4, how: 'SHUT_WR' }),
      p({ call: 'send', fd: 4, text: 'x' }),
    ],
  },
  ...BLOCKING.flatMap(([name, call, before]) => [
    interrupted(name, call, false, before),
    interrupted(name, call, true, before),
  ]),
  {
    name: 'a signal that is ignored interrupts nothing',
    moves: [
      ...CONNECTED,
      p({ call: 'fork' }),
      c1({ call: 'signal', signal: 'SIGALRM', action: 'SIG_IGN' }),
      c1({ call: 'recv', fd: 4, bytes: 10 }),
      p({ call: 'kill', pid: 'C1', signal: 'SIGALRM' }),
      { again: 'C1' },
      p({ call: 'send', fd: 5, text: 'now' }),
      { again: 'C1' },
    ],
  },
  {
    name: 'select and poll through the life of a connection',
    moves: [
      ...CONNECTED,
      ...ASK,
      p({ call: 'send', fd: 5, text: 'abc' }),
      ...ASK,
      p({ call: 'setsockopt', fd: 4, option: 'SO_RCVLOWAT', value: 10 }),
      ...ASK,
      p({ call: 'setsockopt', fd: 4, option: 'SO_RCVLOWAT', value: 1 }),
      p({ call: 'send', fd: 5, text: 'x', flags: ['MSG_OOB'] }),
      ...ASK,
      p({ call: 'recv', fd: 4, bytes: 100 }),
      ...ASK,
      p({ call: 'shutdown', fd: 5, how: 'SHUT_WR' }),
      ...ASK,
      p({ call: 'shutdown', fd: 4, how: 'SHUT_WR' }),
      ...ASK,
    ],
  },
  {
    name: 'select and poll after a reset, and of a listener',
    moves: [
      ...CONNECTED,
      p({ call: 'select', read: [3], write: [3], except: [3], timeoutMs: 0 }),
      p({ call: 'setsockopt', fd: 5, option: 'SO_LINGER', value: 0 }),
      p({ call: 'close', fd: 5 }),
      ...ASK,
      p({ call: 'recv', fd: 4, bytes: 1 }),
      ...ASK,
      p({ call: 'socket' }),
      p({ call: 'select', read: [5], write: [5], except: [5], timeoutMs: 0 }),
      p({ call: 'connect', fd: 5, address: '127.0.0.1', port: PORT }),
      p({ call: 'select', read: [3, 4, 5], write: [3, 5], timeoutMs: 0 }),
      p({ call: 'poll', fds: [{ fd: 3, events: ASKED }], timeoutMs: 0 }),
      p({ call: 'select', read: [40], timeoutMs: 0 }),
      p({ call: 'select', nfds: 3, read: [3], timeoutMs: 0 }),
      p({ call: 'select', nfds: -1, timeoutMs: 0 }),
    ],
  },
  {
    name: 'epoll: level and edge, and the bytes that are forgotten',
    moves: [
      ...CONNECTED,
      p({ call: 'epollCreate' }),
      epoll('ADD', 5, 'EPOLLIN'),
      epoll('ADD', 4, 'EPOLLIN|EPOLLET'),
      p({ call: 'send', fd: 4, text: '0123456789' }),
      p({ call: 'send', fd: 5, text: '0123456789' }),
      WAIT,
      p({ call: 'recv', fd: 4, bytes: 4 }),
      p({ call: 'recv', fd: 5, bytes: 4 }),
      WAIT,
      WAIT,
      p({ call: 'send', fd: 5, text: 'more' }),
      WAIT,
      p({ call: 'recv', fd: 5, bytes: 40 }),
      WAIT,
      epoll('MOD', 4, 'EPOLLIN|EPOLLET'),
      WAIT,
    ],
  },
  {
    name: 'epoll: one-shot, and the errors of epoll_ctl',
    moves: [
      ...CONNECTED,
      p({ call: 'epollCreate' }),
      epoll('ADD', 5, 'EPOLLIN|EPOLLONESHOT'),
      epoll('ADD', 5, 'EPOLLIN'),
      epoll('MOD', 4, 'EPOLLIN'),
      epoll('DEL', 4, 'EPOLLIN'),
      epoll('ADD', 6, 'EPOLLIN'),
      epoll('ADD', 99, 'EPOLLIN'),
      epoll('MOD', 5, 'EPOLLIN|EPOLLEXCLUSIVE'),
      p({ call: 'send', fd: 4, text: 'a' }),
      WAIT,
      p({ call: 'send', fd: 4, text: 'b' }),
      WAIT,
      epoll('MOD', 5, 'EPOLLIN|EPOLLONESHOT'),
      WAIT,
      epoll('DEL', 5, '0'),
      WAIT,
      epoll('ADD', 3, 'EPOLLIN|EPOLLEXCLUSIVE'),
      epoll('MOD', 3, 'EPOLLIN'),
      epoll('ADD', 4, 'EPOLLIN|EPOLLEXCLUSIVE|EPOLLONESHOT'),
      p({ call: 'epollWait', fd: 6, most: 0, timeoutMs: 0 }),
      p({ call: 'epollWait', fd: 5, most: 1, timeoutMs: 0 }),
    ],
  },
  {
    name: 'epoll: a closed descriptor whose open file lives on is still reported',
    moves: [
      ...CONNECTED,
      p({ call: 'epollCreate' }),
      epoll('ADD', 5, 'EPOLLIN'),
      p({ call: 'dup', fd: 5 }),
      p({ call: 'close', fd: 5 }),
      p({ call: 'send', fd: 4, text: 'ghost' }),
      WAIT,
      epoll('DEL', 5, '0'),
      WAIT,
      p({ call: 'close', fd: 7 }),
      WAIT,
    ],
  },
  {
    name: 'epoll: a child shares the interest list, and adds to it for its parent',
    moves: [
      ...CONNECTED,
      p({ call: 'epollCreate' }),
      p({ call: 'fork' }),
      c1({ call: 'epollCtl', fd: 6, op: 'EPOLL_CTL_ADD', target: 5, events: 'EPOLLIN|EPOLLRDHUP' }),
      p({ call: 'send', fd: 4, text: 'x' }),
      WAIT,
      c1({ call: 'epollWait', fd: 6, most: 1, timeoutMs: 0 }),
      p({ call: 'shutdown', fd: 4, how: 'SHUT_WR' }),
      WAIT,
      c1({ call: 'exit' }),
      WAIT,
    ],
  },
  {
    name: 'epoll: the newest waiter is woken',
    moves: [
      ...CONNECTED,
      p({ call: 'epollCreate' }),
      epoll('ADD', 5, 'EPOLLIN|EPOLLET'),
      p({ call: 'fork' }),
      p({ call: 'fork' }),
      c1({ call: 'epollWait', fd: 6, most: 1, timeoutMs: -1 }),
      { on: 'C2', call: { call: 'epollWait', fd: 6, most: 1, timeoutMs: -1 } },
      p({ call: 'send', fd: 4, text: 'x' }),
      { again: 'C2' },
      { again: 'C1' },
    ],
  },
]
