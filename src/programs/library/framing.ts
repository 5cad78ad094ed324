/**
 * Messages on a stream that knows none: without framing, with a length before each, with a delimiter after each. The buffers are
 * real: a reader keeps the bytes of a message that is not complete yet, and finds several messages in what one recv() brought.
 */
import type { Step } from '../../trace'
import { acceptConn, closeConn, connecting, listening, port, setting } from './entry'
import type { LibraryProgram } from './entry'

const ROOM = 4_096
const count = setting('count', 10, 1, 1_000_000)
const interval = setting('interval', 0, 0, 60_000, 'ms')

/** Sends `count` messages, one send() for each; `made` writes the message into `buf` and leaves its length in `n`. */
function sending(made: readonly Step[]): Step[] {
  return [
    ...connecting,
    { buffer: 'buf', bytes: 64 },
    { set: 'i', to: 0 },
    {
      while: 'i < count',
      steps: [
        { set: 'i', to: 'i + 1' },
        ...made,
        { call: 'send', fd: 'conn', from: 'buf', bytes: 'n', as: 'sent' },
        { if: 'sent < 0', do: [{ break: true }] },
        { if: 'interval > 0', do: [{ sleepMs: 'interval' }] },
      ],
    },
    closeConn,
  ]
}

/** Reads into `buf` behind the `have` bytes that are there; `taken` takes out of it what is complete. */
function reading(taken: readonly Step[]): Step[] {
  return [
    ...listening(),
    acceptConn,
    { buffer: 'buf', bytes: ROOM },
    { set: 'have', to: 0 },
    {
      repeat: 'forever',
      steps: [
        { call: 'recv', fd: 'conn', into: 'buf', at: 'have', bytes: `min(size, ${ROOM} - have)`, as: 'n' },
        { if: 'n <= 0', do: [{ break: true }] },
        { set: 'have', to: 'have + n' },
        ...taken,
      ],
    },
    closeConn,
  ]
}

const size = setting('size', ROOM, 1, ROOM, 'B')

export const framing: readonly LibraryProgram[] = [
  {
    id: 'unframed-sender',
    title: 'Sender without framing',
    summary: 'Sends many small messages and believes that each send() is one message for the other side.',
    role: 'client',
    parameters: [port, count, interval],
    steps: sending([{ store: 'buf', at: 0, text: 'message %d', value: 'i', as: 'n' }]),
  },
  {
    id: 'unframed-reader',
    title: 'Reader without framing',
    summary: 'Takes whatever one recv() returns for one message: messages stick together, and are split.',
    role: 'server',
    parameters: [port, size],
    steps: [
      ...listening(),
      acceptConn,
      { buffer: 'buf', bytes: ROOM },
      {
        repeat: 'forever',
        steps: [
          { call: 'recv', fd: 'conn', into: 'buf', bytes: 'size', as: 'n' },
          { if: 'n <= 0', do: [{ break: true }] },
          { message: 'buf', at: 0, bytes: 'n' },
        ],
      },
      closeConn,
    ],
  },
  {
    id: 'length-sender',
    title: 'Sender, length before each message',
    summary: 'Puts the length of each message before it, four bytes in network byte order.',
    role: 'client',
    parameters: [port, count, interval],
    steps: sending([
      { store: 'buf', at: 4, text: 'message %d', value: 'i', as: 'length' },
      { store: 'buf', at: 0, htonl: 'length' },
      { set: 'n', to: '4 + length' },
    ]),
  },
  {
    id: 'length-reader',
    title: 'Reader, length before each message',
    summary: 'Reads four bytes of length, then as many bytes as they say, however the stream was cut up on its way.',
    role: 'server',
    parameters: [port, size],
    steps: reading([
      {
        while: 'have >= 4',
        steps: [
          { set: 'length', to: 'ntohl(buf, 0)' },
          { if: `length > ${ROOM - 4}`, do: [{ comment: 'not one of ours' }, { return: 1 }] },
          { if: 'have < 4 + length', do: [{ break: true }] },
          { message: 'buf', at: 4, bytes: 'length', around: 4 },
          { set: 'have', to: 'have - 4 - length' },
          { move: 'buf', from: '4 + length', bytes: 'have' },
        ],
      },
    ]),
  },
  {
    id: 'line-sender',
    title: 'Sender, a line for each message',
    summary: 'Ends each message with a line feed.',
    role: 'client',
    parameters: [port, count, interval],
    steps: sending([{ store: 'buf', at: 0, text: 'message %d\n', value: 'i', as: 'n' }]),
  },
  {
    id: 'line-reader',
    title: 'Reader, a line for each message',
    summary: 'Looks for the line feed that ends each message, and keeps what stands behind the last one.',
    role: 'server',
    parameters: [port, size],
    steps: reading([
      { set: 'end', to: "find(buf, '\\n', 0, have)" },
      {
        while: 'end >= 0',
        steps: [
          { message: 'buf', at: 0, bytes: 'end', around: 1 },
          { set: 'have', to: 'have - end - 1' },
          { move: 'buf', from: 'end + 1', bytes: 'have' },
          { set: 'end', to: "find(buf, '\\n', 0, have)" },
        ],
      },
      { if: `have == ${ROOM}`, do: [{ comment: 'a line without an end' }, { return: 1 }] },
    ]),
  },
]
