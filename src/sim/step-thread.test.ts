/** Stepping one program, call by call, while the rest of the world does what it must in between. */
import { expect, test } from 'vitest'
import { CLIENT, runPrograms, SERVER, standing, threadsOf } from '../testing/program-run'
import { stepThread } from './step-thread'
import { position, seek } from './session'

const start = () => runPrograms({ server: [['echo-server']], client: [['echo-client', { count: 2 }]], untilMicros: 0 })

test('each step is one call of that thread, and the line that is lit is the line of the call that blocks', () => {
  const run = start()
  const [{ thread }] = threadsOf(run, CLIENT)
  const calls: string[] = []
  for (let i = 0; i < 5; i++) {
    expect(stepThread(run.session, thread)).toBe(true)
    const [client] = threadsOf(run, CLIENT)
    calls.push(client.calls.at(-1)?.name ?? '')
    if (client.blockedSince !== null) expect(standing(run, CLIENT)[0]).toContain(calls.at(-1))
  }
  expect(calls).toEqual(['socket', 'connect', 'send', 'recv', 'send'])
  expect(standing(run, SERVER)).toEqual(['int n = recv(conn, buf, 4096, 0);'])
})

test('a step in the past goes through what is known already', () => {
  const run = start()
  const [{ thread }] = threadsOf(run, CLIENT)
  for (let i = 0; i < 4; i++) stepThread(run.session, thread)
  const there = position(run.session)
  seek(run.session, { to: 'start' })
  for (let i = 0; i < 4; i++) stepThread(run.session, thread)
  expect(position(run.session)).toEqual(there)
})

test('a thread that is over cannot be stepped', () => {
  const run = start()
  const [{ thread }] = threadsOf(run, CLIENT)
  while (stepThread(run.session, thread)) continue
  expect(threadsOf(run, CLIENT)).toEqual([])
  expect(stepThread(run.session, thread)).toBe(false)
})
