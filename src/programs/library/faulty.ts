/** Servers with a habit that a kernel makes visible: they read too slowly, never accept, or never close. */
import { acceptConn, closeConn, listening, port, setting } from './entry'
import type { LibraryProgram } from './entry'

export const faulty: readonly LibraryProgram[] = [
  {
    id: 'slow-reader',
    title: 'Slow reader',
    summary: 'Reads a little now and do: its receive buffer fills, the window closes, and the sender has to wait.',
    role: 'server',
    parameters: [port, setting('size', 1_000, 1, 65_536, 'B'), setting('interval', 500, 1, 60_000, 'ms')],
    steps: [
      { call: 'socket', as: 'listener' },
      { call: 'setsockopt', fd: 'listener', option: 'SO_REUSEADDR', value: 1 },
      { call: 'setsockopt', fd: 'listener', option: 'SO_RCVBUF', value: 8_192 },
      { call: 'bind', fd: 'listener', port: 'port' },
      { call: 'listen', fd: 'listener', backlog: 16 },
      acceptConn,
      { set: 'n', to: 1 },
      { while: 'n > 0', steps: [{ sleepMs: 'interval' }, { call: 'recv', fd: 'conn', bytes: 'size', as: 'n' }] },
      closeConn,
    ],
  },
  {
    id: 'never-accepts',
    title: 'Never accepts',
    summary:
      'Listens and never calls accept(): the kernel finishes handshakes all the same, until the accept queue is full.',
    role: 'server',
    parameters: [port, setting('backlog', 2, 0, 4_096)],
    steps: [
      { call: 'socket', as: 'listener' },
      { call: 'setsockopt', fd: 'listener', option: 'SO_REUSEADDR', value: 1 },
      { call: 'bind', fd: 'listener', port: 'port' },
      { call: 'listen', fd: 'listener', backlog: 'backlog' },
      { repeat: 'forever', steps: [{ comment: 'busy with something else' }, { sleepMs: 60_000 }] },
    ],
  },
  {
    id: 'never-closes',
    title: 'Never closes',
    summary: 'Reads each client to its end and forgets to close(): every connection stays in CLOSE-WAIT for ever.',
    role: 'server',
    parameters: [port],
    steps: [
      ...listening(),
      {
        repeat: 'forever',
        steps: [
          acceptConn,
          { set: 'n', to: 1 },
          { while: 'n > 0', steps: [{ call: 'recv', fd: 'conn', bytes: 4_096, as: 'n' }] },
          { comment: 'close(conn) is missing here' },
        ],
      },
    ],
  },
]
