import { expect, test } from 'vitest'
import { traceOf } from '../../testing/trace-of'
import { advanceStreams, createStreamFold, lastHandled, streamView } from './streams'

const [WRITER, READER] = [1, 2]
const returned = (value: number, call = 'send(3, "ab", 2 B)') =>
  ({ at: 1, host: 0, socket: WRITER, type: 'host/returned', thread: 1, fd: 3, call, value, errno: '' }) as const
const arrived = (seq: number, bytes: number) =>
  ({ at: 2, host: 1, socket: READER, type: 'tcp/dataAccepted', seq, bytes }) as const
const handled = (bytes: number, around: number, text: string) =>
  ({ at: 3, host: 1, socket: READER, type: 'host/messageHandled', thread: 2, bytes, around, text }) as const

const sent = {
  at: 1,
  host: 0,
  socket: WRITER,
  type: 'tcp/segmentSent',
  packet: 7,
  seq: 100,
  length: 2,
  flags: 0,
  purpose: 'data',
} as const
const came = {
  at: 2,
  host: 1,
  socket: READER,
  type: 'tcp/segmentArrived',
  packet: 7,
  seq: 100,
  length: 2,
  flags: 0,
  ack: 0,
} as const
const trace = traceOf([
  sent,
  came,
  returned(3),
  returned(4),
  returned(-1),
  returned(9, 'recv(3, 9 B)'),
  arrived(100, 2),
  arrived(102, 5),
  handled(2, 1, 'ab'),
  handled(3, 1, 'cde'),
])
const fold = createStreamFold()
advanceStreams(fold, trace)
const spans = (pieces: readonly { start: number; end: number }[]) => pieces.map(({ start, end }) => `${start}-${end}`)

test('the same bytes are cut by writes, by segments and by messages, framing included', () => {
  const view = streamView(fold, trace, READER, 10, 10)
  expect([view.from, view.to]).toEqual([0, 7])
  expect(spans(view.written)).toEqual(['0-3', '3-7'])
  expect(spans(view.arrived)).toEqual(['0-2', '2-7'])
  expect(view.messages.map(({ text, bytes, start }) => `${start} ${text} ${bytes}`)).toEqual(['0 ab 2', '3 cde 3'])
})

test('what came after the moment that is shown is left out', () => {
  expect(spans(streamView(fold, trace, READER, 7, 10).arrived)).toEqual(['0-2'])
  expect(streamView(fold, trace, READER, 7, 10).messages).toEqual([])
  expect([lastHandled(fold, 1, 8), lastHandled(fold, 1, 9), lastHandled(fold, 0, 99)]).toEqual([-1, READER, -1])
})

test('only the last messages are shown, with the pieces that overlap them', () => {
  const view = streamView(fold, trace, READER, 10, 1)
  expect([view.from, view.to]).toEqual([3, 7])
  expect(view.messages.map(({ text }) => text)).toEqual(['cde'])
  expect(spans(view.arrived)).toEqual(['2-7'])
  expect(spans(view.written)).toEqual(['3-7'])
})
