/** Programs as flat code: loops nest, end and are left as calls.ts says. */
import { expect, test } from 'vitest'
import type { Step } from '../trace'
import { advance, callReturned, compileProgram } from './program'
import type { Thread } from './records'

/** Runs a program whose calls return what `answer` says; returns the names of the calls and sleeps made. */
function trail(steps: readonly Step[], answer: (n: number) => number = () => 1, limit = 50): string[] {
  const { code } = compileProgram({ name: 'p', startMicros: 0, steps })
  const thread = { pc: 0, loops: [], variables: {} } as unknown as Thread
  const made: string[] = []
  for (let n = 0; n < limit; n++) {
    const next = advance(thread, code)
    if (next.next === 'end') return [...made, 'end']
    if (next.next === 'sleep') {
      made.push(`sleep ${next.micros}`)
      continue
    }
    made.push(next.call.call)
    const value = answer(n)
    callReturned(thread, code, value, value)
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

test('a loop with nothing in it gives way to the clock', () => {
  expect(trail([{ repeat: 'forever', steps: [] }], () => 1, 3)).toEqual(['sleep 1', 'sleep 1', 'sleep 1'])
})
