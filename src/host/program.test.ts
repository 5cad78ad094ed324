/** Programs as flat code: loops nest, end and are left as calls.ts says. */
import { describe, expect, test } from 'vitest'
import { utf8Text } from '../base'
import type { Step } from '../trace'
import { compileProgram } from '../programs'
import { advance, callReturned } from './program'
import type { Thread } from './records'

/** Runs a program whose calls return what `answer` says; returns the names of the calls and sleeps made. */
function trail(steps: readonly Step[], answer: (n: number) => number = () => 1, limit = 50): string[] {
  const { code } = compileProgram({ name: 'p', startMicros: 0, steps })
  const thread = { pc: 0, loops: [], variables: {}, buffers: {}, reported: [], busy: 0 } as unknown as Thread
  const made: string[] = []
  for (let n = 0; n < limit; n++) {
    const next = advance(thread, code, 0)
    if (next.next === 'end') return [...made, 'end']
    if (next.next === 'sleep') {
      made.push(`sleep ${next.micros}`)
      continue
    }
    if (next.next !== 'call') throw new Error(`${next.next} was not expected`)
    made.push(next.call.call)
    const value = answer(n)
    callReturned(thread, code, { value, errno: value < 0 ? 'EAGAIN' : '' })
  }
  return made
}

const recv: Step = { call: 'recv', fd: 3, bytes: 1 }
const send: Step = { call: 'send', fd: 3, bytes: 1 }

test('steps run in order, sleeps among them', () => {
  expect(trail([send, { sleepMicros: 5 }, recv])).toEqual(['send', 'sleep 5', 'recv', 'end'])
})

test('a loop runs its steps as often as it says, and not at all for 0', () => {
  expect(trail([{ repeat: 3, steps: [send, recv] }, send])).toEqual('send recv send recv send recv send end'.split(' '))
  expect(trail([{ repeat: 0, steps: [send] }, recv])).toEqual(['recv', 'end'])
})

test('loops nest', () => {
  expect(trail([{ repeat: 2, steps: [{ repeat: 2, steps: [recv] }, send] }])).toEqual(
    'recv recv send recv recv send end'.split(' '),
  )
})

test('untilClosed leaves the loop when recv returns 0 or a call fails', () => {
  const echo: Step[] = [
    { repeat: 'forever', untilClosed: true, steps: [recv, send] },
    { call: 'close', fd: 3 },
  ]
  expect(trail(echo, (n) => (n === 4 ? 0 : 1))).toEqual('recv send recv send recv close end'.split(' '))
  expect(trail(echo, (n) => (n === 1 ? -1 : 1))).toEqual('recv send close end'.split(' '))
  // 0 is no end for send.
  expect(trail(echo, (n) => (n === 1 || n === 2 ? 0 : 1))).toEqual('recv send recv close end'.split(' '))
})

test('a failure inside an inner loop leaves the nearest loop that asked for it', () => {
  const steps: Step[] = [
    { repeat: 'forever', untilClosed: true, steps: [{ repeat: 10, steps: [send] }] },
    { call: 'close', fd: 3 },
  ]
  expect(trail(steps, (n) => (n === 2 ? -1 : 1))).toEqual('send send send close end'.split(' '))
})

test('a loop with nothing in it gives way to the clock, longer each time', () => {
  expect(trail([{ repeat: 'forever', steps: [] }], () => 1, 3)).toEqual(['sleep 1', 'sleep 2', 'sleep 4'])
})

/** Runs a program to its end with calls that do nothing; returns its variables and buffers as text. */
function outcome(steps: readonly Step[], variables: Record<string, number> = {}): Record<string, number | string> {
  const { code } = compileProgram({ name: 'p', startMicros: 0, steps })
  const thread = { pc: 0, loops: [], variables, buffers: {}, reported: [], busy: 0 } as unknown as Thread
  for (let n = 0; n < 100; n++) {
    const { next } = advance(thread, code, 2_000_000)
    if (next === 'end') break
    if (next === 'call') callReturned(thread, code, { value: 0, errno: '' })
  }
  const texts = Object.entries(thread.buffers).map(([name, bytes]) => [name, utf8Text(bytes)] as const)
  return { ...thread.variables, ...Object.fromEntries(texts) }
}

describe('conditions and loops', () => {
  test('if and else follow a variable, and a chain of them takes one way', () => {
    const steps: Step[] = [
      {
        if: 'n < 0',
        do: [{ set: 'way', to: 1 }],
        else: [{ if: 'n == 0', do: [{ set: 'way', to: 2 }], else: [{ set: 'way', to: 3 }] }],
      },
    ]
    expect([-1, 0, 1].map((n) => outcome(steps, { n }).way)).toEqual([1, 2, 3])
  })

  test('while goes on as long as its condition holds, and break and continue mean the innermost loop', () => {
    const steps: Step[] = [
      { set: 'sum', to: 0 },
      { set: 'i', to: 0 },
      {
        while: 'i < 10',
        steps: [
          { set: 'i', to: 'i + 1' },
          { if: 'i % 2 == 0', do: [{ continue: true }] },
          { repeat: 'forever', steps: [{ set: 'sum', to: 'sum + i' }, { break: true }] },
          { if: 'i == 7', do: [{ break: true }] },
        ],
      },
    ]
    expect(outcome(steps)).toEqual({ sum: 1 + 3 + 5 + 7, i: 7 })
  })

  test('continue in a counted loop counts the round', () => {
    expect(
      outcome([
        { set: 'n', to: 0 },
        { repeat: 3, steps: [{ set: 'n', to: 'n + 1' }, { continue: true }, { set: 'n', to: 100 }] },
      ]),
    ).toEqual({ n: 3 })
  })

  test('return ends the thread from within loops', () => {
    expect(
      outcome([
        { repeat: 'forever', steps: [{ return: 0 }] },
        { set: 'reached', to: 1 },
      ]),
    ).toEqual({})
  })

  test('a failing call sets errno, and a call that works leaves it', () => {
    const { code } = compileProgram({ name: 'p', startMicros: 0, steps: [send, send] })
    const thread = { pc: 0, loops: [], variables: {} } as unknown as Thread
    callReturned(thread, code, { value: -1, errno: 'ECONNREFUSED' })
    expect(thread.variables).toEqual({ errno: 111 })
    callReturned(thread, code, { value: 1, errno: '' })
    expect(thread.variables).toEqual({ errno: 111 })
  })

  test('each goes through the descriptors that were reported, and through none when the wait ended by itself', () => {
    const steps: Step[] = [
      {
        call: 'poll',
        fds: [
          { fd: 3, events: 'POLLIN' },
          { fd: 4, events: 1 },
          { fd: 5, events: 1 },
        ],
        timeoutMs: -1,
      },
      { set: 'seen', to: 0 },
      { each: { fd: 'fd', events: 'bits' }, steps: [{ set: 'seen', to: 'seen * 10 + fd' }] },
    ]
    const { code } = compileProgram({ name: 'p', startMicros: 0, steps })
    const run = (events: readonly { data: number; events: number }[]): number => {
      const thread = { pc: 0, loops: [], variables: {}, buffers: {}, reported: [], busy: 0 } as unknown as Thread
      expect(advance(thread, code, 0)).toMatchObject({
        call: {
          fds: [
            { fd: 3, events: 1 },
            { fd: 4, events: 1 },
            { fd: 5, events: 1 },
          ],
        },
      })
      callReturned(thread, code, { value: 2, errno: '', output: { kind: 'events', events } })
      advance(thread, code, 0)
      return thread.variables.seen
    }
    expect(
      run([
        { data: 3, events: 1 },
        { data: 4, events: 0 },
        { data: 5, events: 0x11 },
      ]),
    ).toBe(35)
    expect(run([])).toBe(0)
  })
})

describe('buffers', () => {
  test('a length in network byte order stands before a text, and is read back', () => {
    const steps: Step[] = [
      { buffer: 'buf', bytes: 16 },
      { store: 'buf', at: 4, text: 'no %d', value: 'n', as: 'length' },
      { store: 'buf', at: 0, htonl: 'length' },
      { set: 'big', to: 'ntohl(buf, 0)' },
      { set: 'little', to: 'word(buf, 0)' },
    ]
    expect(outcome(steps, { n: 42 })).toMatchObject({
      length: 5,
      big: 5,
      little: 0x0500_0000,
      buf: '\0\0\0\x05no 42\0\0\0\0\0\0\0',
    })
  })

  test('memmove, memset and writes past the end stay inside the buffer', () => {
    const steps: Step[] = [
      { buffer: 'buf', bytes: 8 },
      { store: 'buf', at: 0, text: 'abcdefgh' },
      { move: 'buf', from: 3, bytes: 99 },
      { store: 'buf', at: 6, text: 'WXYZ' },
      { store: 'buf', at: 0, fill: "'.'", bytes: 1 },
      { store: 'buf', at: -1, text: 'no' },
    ]
    expect(outcome(steps)).toEqual({ buf: '.efghfWX' })
  })

  test('memory is bounded: what is asked for beyond that is a buffer of nothing', () => {
    const steps = Array.from({ length: 6 }, (_, index): Step => ({ buffer: `b${index}`, bytes: 65_536 }))
    const lengths = Object.values(outcome([...steps, { buffer: 'big', bytes: 65_537 }])).map(
      (text) => String(text).length,
    )
    expect(lengths).toEqual([65_536, 65_536, 65_536, 65_536, 0, 0, 0])
  })

  test('work on large buffers counts as work', () => {
    const busy: Step[] = [
      { buffer: 'buf', bytes: 65_536 },
      { set: 'n', to: 0 },
      {
        while: 'n < 1000',
        steps: [
          { set: 'n', to: 'n + 1' },
          { set: 'at', to: "find(buf, 'x', 0, 65536)" },
        ],
      },
    ]
    expect(trail(busy, () => 1, 3)).toEqual(['sleep 1', 'sleep 2', 'sleep 4'])
  })
})
