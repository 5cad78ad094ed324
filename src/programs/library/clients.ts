/** Clients for the servers, and the two ends of a heartbeat. */
import { acceptConn, closeConn, connecting, listening, port, SERVER, setting } from './entry'
import type { LibraryProgram } from './entry'

export const clients: readonly LibraryProgram[] = [
  {
    id: 'echo-client',
    title: 'Echo client',
    summary: 'Sends a message, waits until all of it has come back, and does so again.',
    role: 'client',
    parameters: [
      port,
      setting('size', 100, 1, 65_536, 'B'),
      setting('count', 3, 1, 1_000_000),
      setting('interval', 100, 0, 60_000, 'ms'),
    ],
    steps: [
      ...connecting,
      { set: 'i', to: 0 },
      {
        while: 'i < count',
        steps: [
          { call: 'send', fd: 'conn', bytes: 'size', as: 'sent' },
          { call: 'recv', fd: 'conn', bytes: 'size', flags: ['MSG_WAITALL'], as: 'n' },
          { if: 'n <= 0', do: [{ break: true }] },
          { set: 'i', to: 'i + 1' },
          { sleepMs: 'interval' },
        ],
      },
      closeConn,
    ],
  },
  {
    id: 'bulk-sender',
    title: 'Bulk sender',
    summary: 'Sends so many bytes with one send(), which blocks while the send buffer is full, and closes.',
    role: 'client',
    parameters: [port, setting('size', 100_000, 1, 1_000_000_000, 'B')],
    steps: [...connecting, { call: 'send', fd: 'conn', bytes: 'size' }, closeConn],
  },
  {
    id: 'retry-client',
    title: 'Client that tries again',
    summary: 'Connects; refused, it waits and tries again, each time twice as long, up to a limit.',
    role: 'client',
    parameters: [
      port,
      setting('first', 100, 1, 60_000, 'ms'),
      setting('longest', 2_000, 1, 600_000, 'ms'),
      setting('tries', 8, 1, 1_000),
    ],
    steps: [
      { set: 'wait', to: 'first' },
      { set: 'tried', to: 0 },
      { set: 'failed', to: 1 },
      {
        while: 'failed && tried < tries',
        steps: [
          { comment: 'a socket that failed to connect is of no more use' },
          { call: 'socket', as: 'conn' },
          { call: 'connect', fd: 'conn', address: SERVER, port: 'port', as: 'failed' },
          { set: 'tried', to: 'tried + 1' },
          {
            if: 'failed',
            do: [
              closeConn,
              { if: 'errno != ECONNREFUSED', do: [{ return: 1 }] },
              { sleepMs: 'wait' },
              { set: 'wait', to: 'min(wait * 2, longest)' },
            ],
          },
        ],
      },
      { if: 'failed', do: [{ return: 1 }] },
      { call: 'send', fd: 'conn', text: 'at last\n' },
      closeConn,
    ],
  },
  {
    id: 'heartbeat-client',
    title: 'Heartbeat: ping',
    summary: 'Sends PING at an interval and gives the server up for dead when no PONG has come for some time.',
    role: 'client',
    parameters: [port, setting('interval', 1_000, 1, 3_600_000, 'ms'), setting('timeout', 3_000, 1, 3_600_000, 'ms')],
    steps: [
      ...connecting,
      { buffer: 'buf', bytes: 64 },
      { set: 'heard', to: 'now_ms()' },
      { set: 'next', to: 'now_ms()' },
      { set: 'alive', to: 1 },
      {
        while: 'alive',
        steps: [
          {
            if: 'now_ms() >= next',
            do: [
              { call: 'send', fd: 'conn', text: 'PING', flags: ['MSG_NOSIGNAL'], as: 'sent' },
              { if: 'sent < 0', do: [{ break: true }] },
              { set: 'next', to: 'now_ms() + interval' },
            ],
          },
          { set: 'left', to: 'max(0, min(next, heard + timeout) - now_ms())' },
          { call: 'poll', fds: [{ fd: 'conn', events: 'POLLIN' }], timeoutMs: 'left', as: 'ready' },
          {
            if: 'ready > 0',
            do: [
              { call: 'recv', fd: 'conn', into: 'buf', bytes: 64, as: 'n' },
              { if: 'n <= 0', do: [{ break: true }] },
              { if: 'same(buf, n - 4, "PONG")', do: [{ set: 'heard', to: 'now_ms()' }] },
            ],
          },
          { set: 'alive', to: 'now_ms() - heard < timeout' },
        ],
      },
      closeConn,
    ],
  },
  {
    id: 'heartbeat-server',
    title: 'Heartbeat: pong',
    summary: 'Answers PING with PONG, and closes a connection on which it has heard nothing for some time.',
    role: 'server',
    parameters: [port, setting('timeout', 3_000, 1, 3_600_000, 'ms')],
    steps: [
      ...listening(),
      { buffer: 'buf', bytes: 64 },
      {
        repeat: 'forever',
        steps: [
          acceptConn,
          {
            repeat: 'forever',
            steps: [
              { call: 'poll', fds: [{ fd: 'conn', events: 'POLLIN' }], timeoutMs: 'timeout', as: 'ready' },
              { if: 'ready == 0', do: [{ comment: 'silence: the client is gone' }, { break: true }] },
              { call: 'recv', fd: 'conn', into: 'buf', bytes: 64, as: 'n' },
              { if: 'n <= 0', do: [{ break: true }] },
              {
                if: 'same(buf, 0, "PING")',
                do: [{ call: 'send', fd: 'conn', text: 'PONG', flags: ['MSG_NOSIGNAL'] }],
              },
            ],
          },
          closeConn,
        ],
      },
    ],
  },
]
